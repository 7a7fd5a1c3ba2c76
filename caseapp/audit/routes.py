"""What an auditor reads: the event log, who looked at what, how far both are sealed. No page names a child."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor
from caseapp.access.guard import guard

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
