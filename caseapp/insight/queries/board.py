"""The head's page, put together from its numbers."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from caseapp.cases.domain import LEVELS
from caseapp.insight.catalogue import MEASURES, RULE_WORDS, SOURCES, TO_HEAD, Measure
from caseapp.insight.domain import (
    BANDS,
    NO_FIGURE,
    AsAt,
    Picture,
    Share,
    beside,
    durations_picture,
    per_day,
    sources_picture,
    weeks_picture,
)

from . import published
from .counting import Names, Numbers, TeamName, get_numbers, list_names


@dataclass(frozen=True)
class Cell:
    """A number that opens: which measure, of which team, part and week."""

    measure: Measure
    number: int
    team: TeamName | None = None
    cut: str = ""
    week: int = -1


@dataclass(frozen=True)
class TeamRow:
    """A team now: its children, workers, what is late and due, and its children by level."""

    team: TeamName
    children: Cell
    workers: Cell
    unallocated: Cell
    late: Cell
    due: Cell
    not_seen: tuple[Cell, Cell]
    levels: tuple[Cell, ...]

    @property
    def led(self) -> int:
        """Children for whom somebody leads."""
        return self.children.number - self.unallocated.number

    @property
    def per_worker(self) -> str:
        """Children for each worker who has any, to one place."""
        return f"{self.led / self.workers.number:.1f}" if self.workers.number else ""


@dataclass(frozen=True)
class ClockRow:
    """A rule in a team: how many are late, how many due soon."""

    words: str
    team: TeamName | None
    late: Cell
    due: Cell


@dataclass(frozen=True)
class YearRow:
    """A number of the twelve months, beside the published ones."""

    cell: Cell
    whole: Cell | None
    ours: Share
    area: Share
    england: Share
    beside: str
    weight: str


@dataclass(frozen=True)
class Thing:
    """One of the things to look at: its number, and what is said about it."""

    cell: Cell
    words: str
    late: bool = False


@dataclass(frozen=True)
class SourceRow:
    """Referrals from one group of sources, with the share here and as published."""

    cell: Cell
    ours: Share
    area: Share
    england: Share


@dataclass(frozen=True)
class BandRow:
    """Assessments of one band, with the per cent of all for each working day."""

    cell: Cell
    here: float | None
    england: float | None


@dataclass(frozen=True)
class Board:
    """Everything that the head's page shows."""

    as_at: AsAt
    year: int
    area: str
    names: Names
    contacts: tuple[Cell, ...]
    teams: tuple[TeamRow, ...]
    clocks: tuple[ClockRow, ...]
    rows: tuple[YearRow, ...]
    totals: tuple[Cell, ...]
    durations: Picture
    bands: tuple[BandRow, ...]
    weeks: Picture
    by_week: tuple[tuple[Cell, Cell], ...]
    sources: Picture
    by_source: tuple[SourceRow, ...]
    to_head: Cell
    # By anybody, and by the worker.
    not_seen: tuple[Cell, Cell]
    things: tuple[Thing, ...] = field(default=())

    @property
    def levels(self) -> list[str]:
        """The levels in words, as the columns stand."""
        return list(LEVELS.values())

    @property
    def most_children(self) -> int:
        """The children of the largest team: what the longest bar stands for."""
        return max((row.children.number for row in self.teams), default=0)


@dataclass(frozen=True)
class AgencyRow:
    """An agency's contacts and referrals: in all, and by week."""

    name: str
    contacts: Cell
    referrals: Cell
    weeks: tuple[tuple[Cell, Cell], ...]


class _Builder:
    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers

    def cell(self, key: str, team: TeamName | None = None, cut: str = "", week: int = -1) -> Cell:
        """A number with what it takes to open it."""
        number = self.numbers.count(
            key, team=team.id if team else None, cut=cut or None, week=None if week < 0 else week
        )
        return Cell(MEASURES[key], number, team, cut, week)

    def teams(self, names: Names) -> Iterator[TeamRow]:
        """The teams that hold cases or have something late or due."""
        for team in names.teams:
            row = TeamRow(
                team,
                self.cell("children_open", team),
                self.cell("workers", team),
                self.cell("children_unallocated", team),
                self.cell("clocks_late", team),
                self.cell("clocks_due", team),
                (self.cell("not_seen_anybody", team), self.cell("not_seen_worker", team)),
                tuple(self.cell("children_open", team, level) for level in LEVELS),
            )
            if team.holds_cases or row.children.number or row.late.number or row.due.number:
                yield row

    def clocks(self, names: Names) -> list[ClockRow]:
        """Clocks by rule and team: those told to the head first, then the most late."""
        rows = [
            ClockRow(
                RULE_WORDS.get(rule, rule),
                team,
                self.cell("clocks_late", team, rule),
                self.cell("clocks_due", team, rule),
            )
            for rule, team_id in self.numbers.pairs("clocks_late", "clocks_due")
            for team in [names.team_of(team_id)]
        ]
        # What is told to the head first, then the most late.
        return sorted(rows, key=lambda row: (row.late.cut not in TO_HEAD, -row.late.number, -row.due.number, row.words))

    def year_row(self, key: str, area: str, year: int) -> YearRow:
        """A share of the twelve months beside the published ones."""
        measure = MEASURES[key]
        cell, whole = self.cell(key), self.cell(measure.of)
        ours = Share(cell.number, whole.number) if whole.number else NO_FIGURE
        here = published.get_share(measure.published, area, year)
        england = published.get_share(measure.published, published.ENGLAND, year)
        words, weight = beside(ours, england, measure.higher_is_better, published.ENGLAND)
        return YearRow(cell, whole, ours, here, england, words, weight)

    def bands(self, england: dict[str, int]) -> Iterator[BandRow]:
        """Assessments by how long they took."""
        here = per_day({band: self.numbers.count("assessments_year", cut=band) for band, _, _ in BANDS})
        there = per_day(england)
        for band, _, _ in BANDS:
            yield BandRow(self.cell("assessments_year", cut=band), here.get(band), there.get(band))

    def sources(self, area: str, year: int) -> Iterator[SourceRow]:
        """Referrals by who sent them."""
        whole = self.numbers.count("referrals_year")
        for group in SOURCES:
            cell = self.cell("referrals_year", cut=group)
            yield SourceRow(
                cell,
                Share(cell.number, whole) if whole else NO_FIGURE,
                published.get_source(group, area, year),
                published.get_source(group, published.ENGLAND, year),
            )


SHARES = ("rereferrals_year", "decisions_in_time", "feedback_in_time", "assessments_in_time")


def get_board(as_at: AsAt, *, year: int, area: str) -> Board:
    """The head's page as at an instant, beside the published figures of a year. Three statements."""
    names, numbers = list_names(), get_numbers(as_at)
    build = _Builder(numbers)
    england = published.get_durations(published.ENGLAND, year)
    bands = {band: numbers.count("assessments_year", cut=band) for band, _, _ in BANDS}
    sources = {group: numbers.count("referrals_year", cut=group) for group in SOURCES}
    by_week = tuple(
        (build.cell("contacts_weeks", week=week), build.cell("referrals_weeks", week=week))
        for week in range(len(as_at.weeks))
    )
    rows = tuple(build.year_row(key, area, year) for key in SHARES)
    contacts = tuple(build.cell(key) for key in ("contacts_unread", "contacts_undecided", "contacts_late"))
    to_head, unallocated = build.cell("clocks_to_head"), build.cell("children_unallocated")
    return Board(
        as_at=as_at,
        year=year,
        area=area,
        names=names,
        contacts=contacts,
        teams=tuple(build.teams(names)),
        clocks=tuple(build.clocks(names)),
        rows=rows,
        totals=tuple(build.cell(key) for key in ("contacts_year", "referrals_year", "assessments_year")),
        durations=durations_picture(bands, england),
        bands=tuple(build.bands(england)),
        weeks=weeks_picture([contacts.number for contacts, _ in by_week], as_at.mondays),
        by_week=by_week,
        sources=sources_picture(
            sources,
            published.get_sources(published.ENGLAND, year),
            {group: words for group, (words, _) in SOURCES.items()},
        ),
        by_source=tuple(sorted(build.sources(area, year), key=lambda row: -row.cell.number)),
        to_head=to_head,
        not_seen=(build.cell("not_seen_anybody"), build.cell("not_seen_worker")),
        things=tuple(_things(contacts, to_head, unallocated, rows))[:3],
    )


def _things(contacts: tuple[Cell, ...], to_head: Cell, unallocated: Cell, rows: tuple[YearRow, ...]) -> Iterator[Thing]:
    """What to look at, what hurts most first: late, without a worker, behind England, unread."""
    unread, _, late = contacts
    for cell, one, several, hurts in (
        (late, "contact late for its decision", "contacts late for their decision", True),
        (to_head, "late clock that you are told about", "late clocks that you are told about", True),
        (unallocated, "child with no worker", "children with no worker", False),
    ):
        if cell.number:
            yield Thing(cell, f"{cell.number:,} {one if cell.number == 1 else several}", hurts)
    for row in rows:
        if row.weight == "late":
            yield Thing(
                row.cell,
                f"{_lower(row.cell.measure.words)}: {row.beside} ({row.ours.words}, England {row.england.words})",
            )
    if unread.number:
        yield Thing(unread, f"{unread.number:,} contact{'' if unread.number == 1 else 's'} that nobody has opened")


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]


def list_agencies(as_at: AsAt) -> tuple[Names, tuple[AgencyRow, ...]]:
    """Contacts and referrals by agency and week, the most contacts first. Three statements."""
    names, numbers = list_names(), get_numbers(as_at)
    build = _Builder(numbers)
    keys = dict.fromkeys(cut for cut, _ in numbers.pairs("contacts_weeks", "referrals_weeks"))
    rows = [
        AgencyRow(
            names.agencies.get(key, "No agency of ours"),
            build.cell("contacts_weeks", cut=key),
            build.cell("referrals_weeks", cut=key),
            tuple(
                (build.cell("contacts_weeks", cut=key, week=week), build.cell("referrals_weeks", cut=key, week=week))
                for week in range(len(as_at.weeks))
            ),
        )
        for key in keys
    ]
    return names, tuple(sorted(rows, key=lambda row: (-row.contacts.number, row.name)))
