"""The head's numbers, the lists behind them and their samples as spreadsheets: the page's rows, with what was asked."""

from collections.abc import Iterator
from typing import Any

from flask import request

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.access.taking import give_list
from caseapp.insight import queries
from caseapp.insight.catalogue import CUT_LABELS, CUT_WORDS, Measure
from caseapp.insight.domain import NO_FIGURE, AsAt, Share, too_few
from caseapp.insight.queries import ListRow, board, samples
from caseapp.kernel.errors import NotFound
from caseapp.kernel.sheets import MOST_ROWS, Cell, Sheet
from caseapp.kernel.web import day, moment

from .blueprint import bp
from .pages import asked_board, asked_list, chosen_day

HIDDEN = "c"


def _asked_day() -> AsAt:
    at, error = chosen_day(request.args.get("on", ""))
    if error:
        raise NotFound
    return at


def _counted(at: AsAt) -> str:
    return f"counted at {moment(at.at)}" if at.now else f"as at the end of {day(at.day)}"


def _publishing() -> bool:
    return request.args.get("form") == "published"


@bp.get("/numbers.xlsx")
@guard("insight:read")
def take_numbers(actor: Actor) -> Any:
    """Every number of the head's page, one to a row, with its definition."""
    found = asked_board(_asked_day())
    hidden = "; the form for publishing, 1 to 5 hidden" if _publishing() else ""
    return give_list(
        actor,
        Sheet(
            "service_at_a_glance",
            "The service at a glance",
            (*NUMBER_HEADINGS, f"{found.area} {found.year}", f"England {found.year}", "Definition"),
            list(_number_rows(found, _publishing())),
            filter=f"{_counted(found.as_at)}{hidden}",
        ),
    )


NUMBER_HEADINGS = ("What", "Team", "Part", "Week from", "Number", "Of", "Share")


def _number_rows(found: board.Board, publishing: bool) -> Iterator[list[Cell]]:
    for cell in (*found.contacts, found.to_head, *found.not_seen):
        yield _number_row(found, cell, publishing)
    for team in found.teams:
        for cell in (team.children, *team.levels, team.workers, team.unallocated, team.late, team.due, *team.not_seen):
            yield _number_row(found, cell, publishing)
    for clock in found.clocks:
        yield _number_row(found, clock.late, publishing)
        yield _number_row(found, clock.due, publishing)
    for cell in found.totals:
        yield _number_row(found, cell, publishing)
    for row in found.rows:
        yield _number_row(found, row.cell, publishing, row.whole, row.ours, row.area, row.england)
    for band in found.bands:
        yield _number_row(found, band.cell, publishing)
    for pair in found.by_week:
        for cell in pair:
            yield _number_row(found, cell, publishing)
    for source in found.by_source:
        yield _number_row(found, source.cell, publishing, None, source.ours, source.area, source.england)


def _number_row(
    found: board.Board,
    cell: board.Cell,
    publishing: bool,
    whole: board.Cell | None = None,
    ours: Share | None = None,
    area: Share = NO_FIGURE,
    england: Share = NO_FIGURE,
) -> list[Cell]:
    share = "" if ours is None else HIDDEN if publishing and ours.too_few else ours.words
    return [
        cell.measure.words,
        cell.team.name if cell.team else "",
        CUT_WORDS[cell.measure.cut][cell.cut] if cell.cut else "",
        found.as_at.mondays[cell.week] if cell.week >= 0 else None,
        _number(cell, publishing),
        _number(whole, publishing) if whole else None,
        share,
        area.words if ours and cell.measure.published else "",
        england.words if ours and cell.measure.published else "",
        cell.measure.definition,
    ]


def _number(cell: board.Cell, publishing: bool) -> Cell:
    return HIDDEN if publishing and too_few(cell.number) else cell.number


@bp.get("/agencies.xlsx")
@guard("insight:read")
def take_agencies(actor: Actor) -> Any:
    """Contacts and referrals by agency and week."""
    at, hiding = _asked_day(), _publishing()
    _, rows = board.list_agencies(at)
    weeks = tuple(f"Week from {monday.day}/{monday.month}" for monday in at.mondays)
    cells: list[list[Cell]] = [
        [row.name, words, _number(whole, hiding), *(_number(week[place], hiding) for week in row.weeks)]
        for place, words in enumerate(("Contacts", "Referrals"))
        for row in rows
        for whole in [(row.contacts, row.referrals)[place]]
    ]
    headings = ("Agency", "What", "12 weeks", *weeks)
    return give_list(actor, Sheet("agencies_by_week", "By agency and week", headings, cells, filter=_counted(at)))


@bp.get("/list/<measure>.xlsx")
@guard("insight:read", logged=True)
def take_list(actor: Actor, measure: str) -> Any:
    """What a number counted, as a spreadsheet."""
    names = queries.list_names()
    asked, error = asked_list(measure, names, request.args)
    if error:
        raise NotFound
    page = queries.get_list(asked, names, limit=MOST_ROWS)
    team = names.team_of(asked.team_id)
    said = [
        asked.measure.definition.rstrip("."),
        *([f"team: {team.name}"] if team else []),
        *([f"part: {queries.cut_words(asked.measure, asked.cut, names)}"] if asked.cut else []),
        *([f"week from {day(asked.as_at.mondays[asked.week])}"] if asked.week >= 0 else []),
        _counted(asked.as_at),
    ]
    return give_list(
        actor,
        Sheet(
            asked.measure.key,
            f"{asked.measure.words}: {page.total:,}",
            _headings(asked.measure, "Age"),
            [_row(asked.measure, row) for row in page.rows],
            filter="; ".join(said),
            more=page.after is not None,
        ),
    )


@bp.get("/samples/<int:number>.xlsx")
@guard("insight:read", logged=True)
def take_sample(actor: Actor, number: int) -> Any:
    """A sample with its rows as they stood when it was drawn, as a spreadsheet."""
    if number >= 2**63:
        raise NotFound
    names = queries.list_names()
    head, rows = samples.get_sample(number, names)
    team = names.team(head.team_key)
    said = [
        *([f"team: {team.name}"] if team else []),
        *([f"part: {queries.cut_words(head.measure, head.cut, names)}"] if head.cut else []),
        f"as at {moment(head.counted_at)}",
        f"{len(rows)} of {head.population:,} drawn with seed {head.seed} by {head.drawn_by}, {moment(head.drawn_at)}",
    ]
    return give_list(
        actor,
        Sheet(
            "sample",
            f"Sample {head.id}: {head.measure.words}",
            _headings(head.measure, "Age then"),
            [_row(head.measure, row) for row in rows],
            filter="; ".join(said),
        ),
    )


def _headings(measure: Measure, age: str) -> list[str]:
    first = "Worker" if measure.counts == "worker" else "Reference"
    cut = CUT_LABELS[measure.cut] if measure.cut else "Part"
    return [first, age, "Team", cut, measure.began, measure.ended or "Ended"]


def _row(measure: Measure, row: ListRow) -> list[Cell]:
    ended = row.ended_at if measure.ended else None
    return [row.label, row.age, row.team, row.cut, row.began_at, ended]
