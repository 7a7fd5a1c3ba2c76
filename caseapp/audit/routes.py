"""What an auditor reads: the event log, who looked at what, how far both are sealed. No page names a child."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.access.taking import give_list
from caseapp.kernel.sheets import MOST_ROWS, Sheet

from . import queries
from .catalogue import EVENT_GROUPS, VIEW_GROUPS
from .domain import read_cursor, write_cursor
from .forms import FilterForm

bp = Blueprint("audit", __name__, url_prefix="/audit")

PAGE = 50


@bp.get("/events")
@guard("audit:read", logged=True)
def events(actor: Actor) -> ResponseReturnValue:
    """The event log, newest first."""
    form = FilterForm(people="Who did it", groups=EVENT_GROUPS, all_words="Everything")
    return _show_log("audit/events.html", form, queries.list_events)


@bp.get("/reads")
@guard("audit:read", logged=True)
def reads(actor: Actor) -> ResponseReturnValue:
    """Who looked at what, newest first."""
    form = FilterForm(people="Who looked", groups=VIEW_GROUPS, all_words="Every page")
    return _show_log("audit/reads.html", form, queries.list_reads)


@bp.get("/events.xlsx")
@guard("audit:read", logged=True)
def take_events(actor: Actor) -> ResponseReturnValue:
    """The event log as the filter narrows it, newest first, as a spreadsheet."""
    form = FilterForm(people="Who did it", groups=EVENT_GROUPS, all_words="Everything")
    headings = ("Number", "Written down", "Happened", "What happened", "Code", "Who", "Their reference", "For", "About")
    return _take_log(actor, "event_log", "Event log", form, headings, queries.list_events, _event_cells)


@bp.get("/reads.xlsx")
@guard("audit:read", logged=True)
def take_reads(actor: Actor) -> ResponseReturnValue:
    """Who looked at what as the filter narrows it, newest first, as a spreadsheet."""
    form = FilterForm(people="Who looked", groups=VIEW_GROUPS, all_words="Every page")
    headings = ("When", "Who", "Their reference", "Agency", "Looked at", "Reference", "Why they could")
    return _take_log(actor, "read_log", "Who looked at what", form, headings, queries.list_reads, _look_cells)


def _event_cells(row: queries.EventRow) -> list[Any]:
    about = ", ".join(row.references)
    return [
        *(row.id, row.at, row.occurred_at, row.words, row.code, row.who, row.who_reference, row.on_behalf_of, about)
    ]


def _look_cells(row: queries.LookRow) -> list[Any]:
    return [row.at, row.who, row.who_reference, row.agency, row.view, row.reference or "none, a list", row.why]


def _take_log(
    actor: Actor, key: str, title: str, form: FilterForm, headings: Any, list_rows: Any, cells: Any
) -> ResponseReturnValue:
    if not form.validate():
        # The page says what is to be put right.
        return redirect(url_for(f"audit.{'events' if key == 'event_log' else 'reads'}", **form.address), 303)
    rows = [cells(row) for row in list_rows(form.asked, limit=MOST_ROWS + 1)]
    given: ResponseReturnValue = give_list(actor, Sheet(key, title, headings, rows, filter=form.words))
    return given


def _show_log(template: str, form: FilterForm, list_rows: Any) -> ResponseReturnValue:
    if not form.validate():
        return render_template(template, form=form, rows=None, older=None, later=False), 422
    before = read_cursor(request.args.get("before", ""))
    rows = list_rows(form.asked, limit=PAGE + 1, before=before)
    older = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1]
        older = url_for(request.endpoint or "", **form.address, before=write_cursor(last.at, last.id))
    return render_template(template, form=form, rows=rows[:PAGE], older=older, later=before is not None)


@bp.get("/seals")
@guard("audit:read", logged=True)
def seals(actor: Actor) -> ResponseReturnValue:
    """How far both logs are sealed, and how to prove that they are whole."""
    return render_template("audit/seals.html", state=queries.get_chain_state())
