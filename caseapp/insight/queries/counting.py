"""The numbers of the head's page, as at an instant: two statements of rows, one of names."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Agency, Team
from caseapp.assessments.domain import CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.deadlines.queries import VERSION, policy_of
from caseapp.insight.catalogue import MEASURES, source_group
from caseapp.insight.domain import AsAt, band_of, in_time, working_days
from caseapp.kernel.db import fetch

from .rows import AT, SINCE, params, rows_of

# Counted in Python, by the calendar of working days.
BY_DURATION = ("assessments_year", "assessments_in_time")


@dataclass(frozen=True)
class TeamName:
    """A team of ours, as the numbers name it."""

    id: int
    key: str
    name: str
    kind: str
    holds_cases: bool


@dataclass(frozen=True)
class Names:
    """The teams of the service, and every agency's name by its key."""

    teams: tuple[TeamName, ...]
    agencies: dict[str, str]

    def team(self, key: str) -> TeamName | None:
        """The team of a key, or None."""
        return next((team for team in self.teams if team.key == key), None)

    def team_of(self, team_id: int | None) -> TeamName | None:
        """The team of a number, or None."""
        return next((team for team in self.teams if team.id == team_id), None)


_NAMES: Any = sa.union_all(
    sa.select(
        sa.literal_column("'team'").label("what"), Team.id, Team.key, Team.name, Team.kind, Team.may_hold_cases
    ).where(Team.kind.not_in(("desk", "service"))),
    sa.select(
        sa.literal_column("'agency'"), Agency.id, Agency.key, Agency.name, Agency.kind, sa.literal_column("false")
    ),
)


def list_names() -> Names:
    """The teams, the hub first, and the agencies. One statement."""
    rows = fetch(_NAMES)
    teams = [TeamName(row[1], row[2], row[3], row[4], bool(row[5])) for row in rows if row[0] == "team"]
    order = ("hub", "locality", "family_help")
    teams.sort(key=lambda team: (order.index(team.kind) if team.kind in order else 9, team.id))
    return Names(tuple(teams), {row[2]: row[3] for row in rows if row[0] == "agency"})


class Numbers:
    """The numbers, by measure and team number, cut and week; what was not found is zero."""

    def __init__(self, rows: Iterable[tuple[str, int | None, str, int, int]], bands: Counter[str]) -> None:
        self._rows = list(rows)
        self.bands = bands

    def count(self, measure: str, *, team: int | None = None, cut: str | None = None, week: int | None = None) -> int:
        """How many, of all or of a part."""
        if measure in BY_DURATION:
            return sum(
                number
                for band, number in self.bands.items()
                if (cut is None or band == cut) and (measure == "assessments_year" or in_time(band))
            )
        return sum(
            number
            for key, team_id, part, at, number in self._rows
            if key == measure and team in (None, team_id) and cut in (None, part) and week in (None, at)
        )

    def cuts(self, measure: str) -> Counter[str]:
        """How many of each part of a measure."""
        found: Counter[str] = Counter()
        for key, _, part, _, number in self._rows:
            if key == measure:
                found[part] += number
        return found

    def pairs(self, *measures: str) -> list[tuple[str, int | None]]:
        """The parts of these measures with their teams, each pair once."""
        return list(dict.fromkeys((part, team) for key, team, part, _, _ in self._rows if key in measures))


def get_numbers(as_at: AsAt) -> Numbers:
    """Every number of the page. Two statements."""
    given = params(as_at)
    counted: list[tuple[str, int | None, str, int, int]] = []
    for measure, team_id, cut, part, number in fetch(_counts(as_at.now), given):
        counted.append((measure, team_id, source_group(cut) if measure == "referrals_year" else cut, part, number))
    bands: Counter[str] = Counter()
    for received_at, authorised_at, version, children in fetch(_DURATIONS, given):
        bands[band_of(working_days(received_at, authorised_at, policy_of(version).statutory))] += children
    return Numbers(counted, bands)


@cache
def _counts(now: bool) -> Any:
    parts = []
    for key in MEASURES:
        if key in BY_DURATION:
            continue
        rows = rows_of(key, now).subquery()
        by = (rows.c.team_id, rows.c.cut, rows.c.part)
        parts.append(
            sa.select(sa.literal_column(f"'{key}'", sa.String()).label("measure"), *by, sa.func.count()).group_by(*by)
        )
    return sa.union_all(*parts)


_DURATIONS = (
    # With the rows comes the version of the calendar that they are counted by.
    sa.select(Assessment.received_at, Assessment.authorised_at, VERSION, sa.func.count())
    .join(AssessmentChild, AssessmentChild.assessment_id == Assessment.id)
    .where(Assessment.authorised_at >= SINCE, Assessment.authorised_at <= AT, Assessment.kind == CHILD_AND_FAMILY)
    .group_by(Assessment.id, Assessment.received_at, Assessment.authorised_at)
)
