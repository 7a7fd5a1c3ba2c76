"""How long due dates take: a million of them in Python, and a decision over 42,000 running clocks, previewed and applied.

`python -m benchmarks.deadlines [--clocks N]` at TEST_DATABASE_URL (PostgreSQL) and on SQLite; prints seconds by the wall
and of CPU, the server's with it. Exits 1 if a million due dates cost more than a second of CPU, or preview and decision together
more than ten on PostgreSQL: the wall is printed, but a shared machine makes it say what others do.
"""

import argparse
import os
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import psycopg
import sqlalchemy as sa

from benchmarks.loadgen import cpu_of_backends
from caseapp.accounts.queries import find_actor_by_email
from caseapp.deadlines.commands import apply_change, preview_change
from caseapp.deadlines.domain import STATUTORY, PolicyChange
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import current_policy
from caseapp.demo.organisation import email_of, make_organisation
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import db, dispose, transaction
from caseapp.kernel.events import record
from caseapp.kernel.health import migrations
from caseapp.kernel.subjects import Subject, make_reference

POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
CLOCKS = 42_000
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
# Of a hundred clocks of a council, about so many of each rule.
SHARES = {"assessment.complete": 45, "visit.cin": 25, "visit.cp": 15, "core_group.first": 10, "mash.red": 5}
MILLION_CPU, DECISION_CPU = 1.0, 10.0


def million() -> float:
    """CPU seconds for a million due dates of 45 working days."""
    random = Random(4)
    days = [date(2024, 1, 1) + timedelta(days=random.randrange(2500)) for _ in range(1_000_000)]
    begun = time.process_time()
    due = STATUTORY.add_to_each(days, 45)
    spent = time.process_time() - begun
    assert due[0] == STATUTORY.add_working_days(days[0], 45)
    return spent


@contextmanager
def database(kind: str) -> Iterator[str]:
    """An empty database of that kind, dropped at the end."""
    name = f"caseapp_bench_{uuid.uuid4().hex[:10]}"
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / name}"
        return
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def fill(many: int) -> None:
    """So many running clocks, begun over the last nine days, each of its own case: nearly all of them move."""
    random, policy = Random(7), current_policy()
    with transaction():
        make_organisation(since=date(2026, 1, 5), whole=False)
        began = record(None, "note.written", subjects=[], note=0).id
        references = {make_reference("case") for _ in range(many + 100)}
        rows = [{"kind": "case", "reference": reference} for reference in list(references)[:many]]
        db.session.connection().execute(sa.insert(Subject), rows)
        keys = random.choices(list(SHARES), list(SHARES.values()), k=many)
        subjects = db.session.scalars(sa.select(Subject.id).where(Subject.kind == "case").order_by(Subject.id)).all()
        clocks = []
        for subject_id, key in zip(subjects, keys, strict=True):
            anchor = NOW - timedelta(minutes=random.randrange(9 * 24 * 60))
            due = policy.compute(policy.get_rule(key, anchor.date()), anchor)
            times = {"anchor_at": anchor, "due_on": due.due_on, "due_at": due.due_at}
            clocks.append({"rule": key, "subject_id": subject_id, "started_by_id": began, **times})
        db.session.connection().execute(sa.insert(Clock), clocks)


def decide(many: int, server: Callable[[], float]) -> tuple[float, float, float, int]:
    """Seconds by the wall for the preview and for the decision, their CPU together with the server's (`server` tells what
    it has used), and how many clocks moved."""
    with clock.at(NOW):
        fill(many)
        head = find_actor_by_email(email_of("head"))
        assert head is not None
        change = PolicyChange(id=0, kind="bank_holiday", made_at=NOW, day=date(2026, 11, 23), words="A day of thanks")
        used = time.process_time() + server()
        begun = time.perf_counter()
        seen = preview_change(change)
        looked = time.perf_counter() - begun
        db.session.rollback()
        begun = time.perf_counter()
        with transaction():
            done = apply_change(head, change, version=seen.version)
        decided = time.perf_counter() - begun
        return looked, decided, time.process_time() + server() - used, len(done.moves)


def main() -> None:
    """Measure, print, and say whether it was fast enough."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clocks", type=int, default=CLOCKS)
    asked = parser.parse_args()
    spent = min(million() for _ in range(3))
    print(f"a million due dates: {spent:.2f} s CPU")
    slow = spent > MILLION_CPU
    for kind in ("postgresql", "sqlite"):
        with database(kind) as url:
            app = create_app({"DATABASE_URL": url, "TESTING": True})
            with app.app_context():
                migrations.upgrade()
                name = sa.make_url(url).database or ""
                server = partial(cpu_of_backends, name) if kind == "postgresql" else float
                looked, decided, used, moved = decide(asked.clocks, server)
                dispose()
        print(
            f"{kind}: {asked.clocks} running clocks, {moved} move: preview {looked:.1f} s, decision {decided:.1f} s by"
        )
        print(f"    the wall, {used:.1f} s CPU in all")
        slow = slow or (kind == "postgresql" and used > DECISION_CPU)
    raise SystemExit(1 if slow else 0)


if __name__ == "__main__":
    main()
