"""How good the rule of thumb for late assessments is on a made year, beside always guessing the median.

`python -m benchmarks.pace [--days N] [--seed N] [--database URL]`: lives through a demo year of that seed in a database
of its own (or reads one that is there), goes back to the 10th, 20th, 30th, 35th and 40th working day of each
assessment that ended, or is late, asks the rule what it would have said then, and compares. Prints for each of these
days accuracy, precision and recall; the median of all durations is under 45, so always guessing it says
"in time" of each.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from caseapp.cases.models import Involvement
from caseapp.deadlines.catalogue import KINDS
from caseapp.deadlines.domain import STATUTORY
from caseapp.deadlines.models import Clock
from caseapp.desk.domain import likely
from caseapp.desk.domain.likely import Facts
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import db, dispose
from caseapp.kernel.events import Event, EventSubject

DAYS = (10, 20, 30, 35, 40)
ENTRIES = (*likely.ENTRIES, *KINDS)


@dataclass
class History:
    """One child's assessment: when it came, when it ended, and what happened."""

    case_id: int
    came: datetime
    ended: datetime | None
    events: list[tuple[str, datetime]] = field(default_factory=list)
    leads: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)

    @property
    def day_0(self) -> date:
        return STATUTORY.working_day_on_or_before(clock.to_london(self.came).date())

    def day(self, at: datetime) -> int:
        return max(0, STATUTORY.working_days_between(self.day_0, clock.to_london(at).date()))


def read(now: datetime) -> list[History]:
    """Every assessment of the database whose end is known: done, or past its 45 days."""
    found: dict[int, History] = {}
    for row in db.session.execute(
        sa.select(Clock.subject_id, Clock.anchor_at, Clock.stopped_at, Clock.ended_as, Clock.due_at).where(
            Clock.rule == "assessment.complete"
        )
    ):
        if row.ended_as in ("met", "late") or (row.ended_as is None and row.due_at < now):
            found[row.subject_id] = History(row.subject_id, row.anchor_at, row.stopped_at)
    wanted = (
        sa.select(EventSubject.subject_id, Event.code, Event.recorded_at)
        .join(Event, Event.id == EventSubject.event_id)
        .where(Event.code.in_(ENTRIES))
    )
    for row in db.session.execute(wanted):
        if row.subject_id in found:
            found[row.subject_id].events.append((row.code, row.recorded_at))
    for row in db.session.execute(
        sa.select(Involvement.case_id, Involvement.professional_id, Involvement.from_at, Involvement.to_at).where(
            Involvement.leads
        )
    ):
        if row.case_id in found:
            found[row.case_id].leads.append(tuple(row)[1:])
    return list(found.values())


class Loads:
    """How many children each worker led at an instant."""

    def __init__(self) -> None:
        self.begins: dict[int, list[datetime]] = defaultdict(list)
        self.ends: dict[int, list[datetime]] = defaultdict(list)
        for row in db.session.execute(
            sa.select(Involvement.professional_id, Involvement.from_at, Involvement.to_at).where(Involvement.leads)
        ):
            self.begins[row.professional_id].append(row.from_at)
            if row.to_at:
                self.ends[row.professional_id].append(row.to_at)
        for times in (*self.begins.values(), *self.ends.values()):
            times.sort()

    def of(self, professional_id: int, at: datetime) -> int:
        return bisect_right(self.begins[professional_id], at) - bisect_right(self.ends[professional_id], at)


def facts_on(history: History, day: int, loads: Loads, past: list[tuple[datetime, int]]) -> Facts | None:
    """What was known at the end of its so-manieth working day; None if it had ended."""
    on = STATUTORY.add_working_days(history.day_0, day)
    at = datetime(on.year, on.month, on.day, 18, tzinfo=clock.LONDON).astimezone(UTC)
    if history.ended and history.ended <= at:
        return None
    known = [(code, when) for code, when in history.events if when <= at]
    leads = [row for row in history.leads if row[1] <= at]
    now = [row for row in leads if row[2] is None or row[2] > at]

    # Of those that had ended by then, in the twelve months before.
    before = [length for ended, length in past if ended <= at]
    running = [length for length in before if length > day]
    return replace(
        likely.observe(known, day_of=history.day, day=day),
        named=bool(now),
        children=loads.of(now[-1][0], at) if now else 0,
        workers=len({row[0] for row in leads}) or 1,
        past_open=len(running),
        past_late=sum(length > likely.LENGTH for length in running),
    )


def score(histories: list[History]) -> None:
    """Print what the rule would have said on each of the days, and how often it was right."""
    loads = Loads()
    lengths = sorted(history.day(history.ended) for history in histories if history.ended)
    past = [(history.ended, history.day(history.ended)) for history in histories if history.ended]
    late_in_all = sum(history.ended is None or history.day(history.ended) > likely.LENGTH for history in histories)
    print(
        f"{len(histories)} assessments of children; {late_in_all} late ({late_in_all / len(histories):.1%}); the median takes {lengths[len(lengths) // 2]} working days"
    )
    print("day | running | end late | accuracy | median's | precision | recall")
    for day in DAYS:
        rows = []
        for history in histories:
            facts = facts_on(history, day, loads, past)
            if facts is not None:
                rows.append(
                    (
                        likely.total(likely.reasons(facts)),
                        history.ended is None or history.day(history.ended) > likely.LENGTH,
                    )
                )
        tell(day, rows)


def tell(day: int, rows: list[tuple[int, bool]]) -> None:
    """One line: how the rule did on a day, with the late share of each number of points."""
    many, late = len(rows), sum(truth for _, truth in rows)
    said = [(likely.is_likely(points), truth) for points, truth in rows]
    hit = sum(yes and truth for yes, truth in said)
    named = sum(yes for yes, _ in said)
    right = sum(yes == truth for yes, truth in said)
    base = late / many
    print(
        f"{day} | {many} | {base:.1%} | {right / many:.1%} | {1 - base:.1%} | "
        f"{hit / named if named else 0:.1%} of {named} | {hit / late if late else 0:.1%}"
    )
    by = defaultdict(list)
    for points, truth in rows:
        by[points].append(truth)
    print("    " + "; ".join(f"{points} points: {sum(found)} of {len(found)}" for points, found in sorted(by.items())))


def main() -> None:
    """Make the year unless there is one, and score."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--database", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        url = asked.database or f"sqlite:///{Path(folder) / 'year.sqlite'}"
        if not asked.database:
            environment = {**os.environ, "DATABASE_URL": url, "CASEAPP_ENV": "demo"}
            flask: list[Any] = [sys.executable, "-m", "flask", "--app", "wsgi"]
            for command in (["db", "upgrade"], ["demo", "load", "--days", str(asked.days), "--seed", str(asked.seed)]):
                subprocess.run(
                    [*flask, *command],
                    env=environment,
                    check=True,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        app = create_app({"DATABASE_URL": url, "TESTING": True})
        with app.app_context():
            score(read(clock.now()))
            dispose()


if __name__ == "__main__":
    main()
