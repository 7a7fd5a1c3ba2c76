"""How long the database takes for a team's clocks: the list by day, the calendar, and children by when they were last
seen, with a million clocks in it.

`python -m benchmarks.board [--clocks N] [--running N]` at TEST_DATABASE_URL (PostgreSQL) and on SQLite. A sixth of the
children is with the team that is asked for; another team has a hundred. Prints milliseconds of database time: each
page's statements, run again with the driver alone, by CPU (the server's and the driver's) and by the wall, the median of
forty: on a shared machine the wall says what others do. Exits 1 if a page takes more than 25 ms of CPU for the larger
team.
"""

import argparse
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from random import Random
from typing import Any

import sqlalchemy as sa

from benchmarks.deadlines import database
from benchmarks.loadgen import cpu_of_backends
from caseapp.accounts.models import Professional, Team
from caseapp.accounts.queries import find_actor_by_email, list_team_workers
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import current_policy
from caseapp.demo.organisation import email_of, make_organisation
from caseapp.desk import queries
from caseapp.desk.queries import Asked
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import Model, UTCDateTime, db, dispose, is_postgresql, transaction
from caseapp.kernel.events import record
from caseapp.kernel.health import migrations
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Family, Person, PersonName

CLOCKS, RUNNING, GOAL = 1_000_000, 42_000, 25.0
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
# The clocks of each child, and how many days back they were started at most: about a tenth is late.
RULES = {"assessment.complete": 68, "visit.cp": 15, "seen.worker": 30}
TEAMS = ("north", "central", "south", "fh_north", "fh_central", "fh_south")
SMALL, ITS_CHILDREN = "evolve", 100
CASES, PEOPLE, FAMILIES, PAST = 1_000_000, 3_000_000, 5_000_000, 7_000_000
MOMENTS, RUNS = 997, 40
_moments = sa.Table(
    "bench_moment",
    sa.MetaData(),
    sa.Column("k", sa.Integer, primary_key=True),
    sa.Column("rule", sa.String(40), primary_key=True),
    sa.Column("anchor_at", UTCDateTime()),
    sa.Column("due_on", sa.Date),
    sa.Column("due_at", UTCDateTime()),
)


def numbers(many: int) -> Any:
    """The numbers from 0 up to `many`, as rows."""
    first = sa.select(sa.literal(0).label("i")).cte("n", recursive=True)
    return first.union_all(sa.select(first.c.i + 1).where(first.c.i + 1 < many))


def put(model: type[Model], rows: Any) -> None:
    """Insert the rows of a statement, by the names of its columns."""
    names = [column.name for column in rows.selected_columns]
    db.session.execute(sa.insert(model).from_select(names, rows))


def fill(clocks: int, running: int) -> None:
    """Children with an open case and three running clocks each, and past clocks up to so many in all."""
    random, policy = Random(9), current_policy()
    children = running // len(RULES)
    with transaction():
        make_organisation(since=date(2026, 1, 5), whole=False)
        began = record(None, "note.written", subjects=[], note=0).id
        _moments.create(db.session.connection())
        rows = []
        for k in range(MOMENTS):
            for key, back in RULES.items():
                anchor = NOW - timedelta(minutes=random.randrange(back * 24 * 60))
                due = policy.compute(policy.get_rule(key, anchor.date()), anchor)
                rows.append({"k": k, "rule": key, "anchor_at": anchor, "due_on": due.due_on, "due_at": due.due_at})
        db.session.execute(sa.insert(_moments), rows)
    with transaction():
        fill_children(children)
        n = numbers(children).c
        m = _moments.c
        times = (m.rule, m.anchor_at, m.due_on, m.due_at, sa.literal(began).label("started_by_id"))
        # Another moment for each child and rule.
        which = m.k == (n.i * 7 + sa.func.length(m.rule) * 13) % MOMENTS
        put(Clock, sa.select((CASES + n.i).label("subject_id"), *times).join_from(n.i.table, _moments, which))
    with transaction():
        past = max(0, clocks - children * len(RULES))
        n, m = numbers(past // 5 + 1).c, _moments.c
        put(Subject, sa.select((PAST + n.i).label("id"), sa.literal("case").label("kind"), _reference("Q", n.i)))
        n = numbers(past).c
        ended = (
            m.due_at.label("stopped_at"),
            sa.literal(began).label("stopped_by_id"),
            sa.literal("met").label("ended_as"),
        )
        times = (m.rule, m.anchor_at, m.due_on, m.due_at, sa.literal(began).label("started_by_id"))
        which = sa.and_(m.k == n.i % MOMENTS, m.rule == "visit.cp")
        put(
            Clock,
            sa.select((PAST + n.i // 5).label("subject_id"), *times, *ended).join_from(n.i.table, _moments, which),
        )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("VACUUM ANALYZE" if is_postgresql() else "ANALYZE"))


def _reference(letter: str, number: Any) -> Any:
    return (sa.literal(letter) + sa.cast(number, sa.String())).label("reference")


def fill_children(many: int) -> None:
    """So many children in families of two, each with a case, a team and a worker."""
    ids = dict(db.session.execute(sa.select(Team.key, Team.id)).all())
    n = numbers(many).c
    for base, kind, letter in ((CASES, "case", "C"), (PEOPLE, "person", "P"), (FAMILIES, "family", "F")):
        put(Subject, sa.select((base + n.i).label("id"), sa.literal(kind).label("kind"), _reference(letter, n.i)))
    flag, at = sa.literal(False), sa.literal(NOW - timedelta(days=40), UTCDateTime())
    person = (PEOPLE + n.i).label("person_id")
    put(
        Person,
        sa.select(
            (PEOPLE + n.i).label("id"), *_named(born_estimated=flag, sex=sa.literal("F"), interpreter_needed=flag)
        ),
    )
    put(
        PersonName,
        sa.select(
            person,
            *_named(
                kind=sa.literal("name"),
                first=_reference("Child", n.i),
                last=sa.literal("Bench"),
                is_current=sa.literal(True),
            ),
        ),
    )
    put(Family, sa.select((FAMILIES + n.i).label("id"), *_named(name=_reference("Family", n.i), made_at=at)))
    case_id = (CASES + n.i).label("case_id")
    put(
        Case,
        sa.select(
            (CASES + n.i).label("id"),
            person,
            *_named(
                family_id=FAMILIES + n.i // 2,
                referral_id=CASES + n.i,
                received_at=at,
                opened_at=at,
                level=sa.literal("assessment"),
                version=sa.literal(1),
            ),
        ),
    )
    team = sa.case(
        (n.i < ITS_CHILDREN, ids[SMALL]),
        *((n.i % len(TEAMS) == place, ids[key]) for place, key in enumerate(TEAMS)),
    )
    put(Custody, sa.select(case_id, *_named(team_id=team, from_at=at)))
    workers = db.session.scalars(sa.select(Professional.id).order_by(Professional.id).limit(7)).all()
    worker = sa.case(*((n.i % 7 == place, each) for place, each in enumerate(workers)))
    put(
        Involvement,
        sa.select(
            case_id, *_named(professional_id=worker, role=sa.literal("worker"), leads=sa.literal(True), from_at=at)
        ),
    )


def _named(**columns: Any) -> list[Any]:
    return [value.label(name) for name, value in columns.items()]


@contextmanager
def statements() -> Iterator[list[tuple[str, Any]]]:
    """The statements that run inside the block, with what they are given."""
    found: list[tuple[str, Any]] = []

    def note(_connection: Any, _cursor: Any, statement: str, given: Any, *_rest: Any) -> None:
        found.append((statement, given))

    engines = list(db.engines.values())
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", note)
    yield found
    for engine in engines:
        sa.event.remove(engine, "before_cursor_execute", note)


def timed(page: Callable[[], Any], server: Callable[[], float]) -> tuple[float, float, int]:
    """Milliseconds of database time of a page, by the wall (the median) and of CPU, the driver's with it: its statements,
    executed and fetched by the driver alone; and how many there are. `server` tells what it has used."""
    page()
    with statements() as found:
        page()
    with db.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        # As the application has them: prepared, and in the cache.
        for _ in range(6):
            for statement, given in found:
                raw.execute(statement, given).fetchall()
        runs, used = [], time.process_time() + server()
        for _ in range(RUNS):
            begun = time.perf_counter()
            for statement, given in found:
                raw.execute(statement, given).fetchall()
            runs.append(1000 * (time.perf_counter() - begun))
        used = 1000 * (time.process_time() + server() - used) / RUNS
        connection.rollback()
    return statistics.median(runs), used, len(found)


def pages(team: str) -> dict[str, Callable[[], Any]]:
    """What is measured of a team."""
    manager = find_actor_by_email(email_of("north.manager"))
    assert manager is not None
    team_id = db.session.scalars(sa.select(Team.id).where(Team.key == team)).one()
    worker = db.session.scalars(sa.select(Professional.id).order_by(Professional.id).limit(1)).one()
    today = clock.today()
    asked, until = Asked(team_id), today + timedelta(days=28)

    def by_day(asked: Asked) -> None:
        queries.count_days(manager, asked, until=today + timedelta(days=7))
        queries.list_due(manager, asked)
        list_team_workers(team_id)

    return {
        "list by day": lambda: by_day(asked),
        "list, one worker": lambda: by_day(Asked(team_id, worker_id=worker)),
        "list, one day": lambda: by_day(Asked(team_id, day=today + timedelta(days=3))),
        "not seen": lambda: (queries.list_seen(manager, team_id), list_team_workers(team_id)),
        "calendar of four weeks": lambda: (queries.count_days(manager, asked, until=until), list_team_workers(team_id)),
    }


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
                counts = db.session.execute(
                    sa.select(sa.func.count(), sa.func.count(Clock.id).filter(Clock.stopped_at.is_(None))).select_from(
                        Clock
                    )
                ).one()
                print(f"{kind}: {counts[0]:,} clocks, {counts[1]:,} run")
                for team in (TEAMS[0], SMALL):
                    held = db.session.scalars(
                        sa.select(sa.func.count()).select_from(Custody).join(Team).where(Team.key == team)
                    ).one()
                    for name, page in pages(team).items():
                        name_of = sa.make_url(url).database or ""
                        wall, spent, many = timed(page, partial(cpu_of_backends, name_of) if is_postgresql() else float)
                        print(
                            f"    {held:,} children, {name}: {spent:.1f} ms CPU, {wall:.1f} ms wall, {many} statements",
                            flush=True,
                        )
                        slow = slow or (team == TEAMS[0] and spent > GOAL)
                dispose()
    raise SystemExit(1 if slow else 0)


if __name__ == "__main__":
    main()
