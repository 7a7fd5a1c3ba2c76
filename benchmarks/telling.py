"""How long it takes to put into the outbox what is due among 42,000 running clocks: the first time, when thousands of
rows are new, and each minute after that, when none is.

`python -m benchmarks.telling [--clocks N] [--running N] [--kinds postgresql,sqlite]` at TEST_DATABASE_URL. Prints
seconds by the wall and of this process's CPU, and the statement's own with the driver alone. Exits 1 if a later round
takes more than a second.
"""

import argparse
import time

import sqlalchemy as sa

from benchmarks.board import NOW, RUNNING, fill, put
from benchmarks.deadlines import database
from caseapp.access.models import Reach
from caseapp.accounts.models import User
from caseapp.cases.models import Custody, Involvement
from caseapp.deadlines.models import Clock
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db, dispose, is_postgresql, transaction
from caseapp.kernel.health import migrations
from caseapp.notifications.commands import make_digests, put_in_outbox
from caseapp.notifications.models import Reminder

CLOCKS, GOAL = 200_000, 1.0


def reach() -> None:
    """Each child reaches its team, its worker, and the night."""
    at = sa.literal(NOW, UTCDateTime()).label("since_at")
    kind, level = sa.literal("case").label("kind"), sa.literal(4).label("level")
    parts = (
        ("custody", sa.literal("team:") + sa.cast(Custody.team_id, sa.String()), Custody.case_id, None),
        ("night", sa.literal("kind:out_of_hours"), Custody.case_id, None),
        ("involved", sa.literal("user:") + sa.cast(User.id, sa.String()), Involvement.case_id, User),
    )
    with transaction():
        for why, principal, case_id, join in parts:
            query = sa.select(
                principal.label("principal"), case_id.label("subject_id"), kind, level, sa.literal(why).label("why"), at
            )
            if join is not None:
                query = query.join(User, User.professional_id == Involvement.professional_id)
            put(Reach, query)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # SQLite as the product has it, without ANALYZE (docs/performance.md).
        for statement in ["VACUUM ANALYZE"] if is_postgresql() else ["ANALYZE", "DELETE FROM sqlite_stat1"]:
            connection.execute(sa.text(statement))
    dispose()


def timed(job: str, *, times: int = 1) -> float:
    """Run a round so often, print the quickest; gives its seconds."""
    best = 1e9
    for _ in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        rows = put_in_outbox()
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        if wall < best:
            best, said = wall, f"    {job}: {rows:,} rows in {wall:.2f} s, {cpu:.2f} s of CPU here"
    print(said, flush=True)
    return best


def main() -> None:
    """Fill, measure, print, and say whether it was fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=CLOCKS)
    parser.add_argument("--running", type=int, default=RUNNING)
    parser.add_argument("--kinds", default="postgresql,sqlite")
    asked = parser.parse_args()
    slow = False
    for kind in asked.kinds.split(","):
        with database(kind) as url:
            app = create_app({"DATABASE_URL": url, "TESTING": True})
            with app.app_context(), clock.at(NOW):
                migrations.upgrade()
                fill(asked.clocks, asked.running)
                reach()
                running = db.session.scalar(
                    sa.select(sa.func.count()).select_from(Clock).where(Clock.stopped_at.is_(None))
                )
                db.session.rollback()
                print(f"{kind}: {running:,} clocks run")
                timed("the first round")
                slow = timed("each round after it", times=3) > GOAL or slow
                wall = time.perf_counter()
                made = make_digests()
                print(f"    {made} e-mails made in {time.perf_counter() - wall:.2f} s")
                people = db.session.scalar(sa.select(sa.func.count(sa.distinct(Reminder.user_id))))
                print(f"    {people} people told")
                dispose()
    raise SystemExit(1 if slow else 0)


if __name__ == "__main__":
    main()
