"""The head's page, the lists behind its numbers, and samples of them. References, ages, teams and dates: no names of
children."""

import secrets
from datetime import date
from typing import Any

from flask import current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.utils import redirect

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.insight import commands, queries
from caseapp.insight.catalogue import CUT_LABELS, CUT_WORDS, MEASURES
from caseapp.insight.domain import FIRST_DAY, AsAt, as_at, too_few
from caseapp.insight.forms import LARGEST_SEED, SampleForm
from caseapp.insight.queries import Asked, Names, board, published, samples
from caseapp.kernel import clock
from caseapp.kernel.errors import NotFound
from caseapp.plans.queries import rate_surveys

from .blueprint import bp

A_PAGE = 50


def chosen_day(text: str) -> tuple[AsAt, str]:
    """As at which instant an address asks, and what is wrong with it: then it is now."""
    if not text:
        return as_at(), ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return as_at(), "Enter a day as 2026-11-20: year, month, day"
    if day > clock.today():
        return as_at(), "Choose today or an earlier day"
    if day < FIRST_DAY:
        return as_at(), f"Choose {FIRST_DAY.day} January {FIRST_DAY.year} or a later day"
    return as_at(day), ""


def _show(template: str, at: AsAt, error: str, **context: Any) -> ResponseReturnValue:
    page = render_template(
        template,
        at=at,
        day_error=error,
        day_typed=request.args.get("on", ""),
        publishing=request.args.get("form") == "published",
        too_few=too_few,
        cut_labels=CUT_LABELS,
        opens=lambda cell: _address(cell, at),
        words_of=lambda cell: CUT_WORDS[cell.measure.cut][cell.cut],
        **context,
    )
    return page, 422 if error else 200


def _address(cell: board.Cell, at: AsAt) -> str:
    return url_for(
        ".show_list",
        measure=cell.measure.key,
        team=cell.team.key if cell.team else None,
        cut=cell.cut or None,
        week=at.mondays[cell.week].isoformat() if cell.week >= 0 else None,
        on=at.address,
    )


@bp.get("/")
@guard("insight:read")
def index(actor: Actor) -> ResponseReturnValue:
    """The service at a glance: now by team, the twelve months beside England, three pictures."""
    at, error = chosen_day(request.args.get("on", ""))
    found = asked_board(at)
    # The form for publishing has none: so few families answer that one could be known by its number.
    rated = None if request.args.get("form") == "published" else rate_surveys(at.since, at.at)
    years = published.years()
    return _show("insight/index.html", at, error, board=found, years=years, year=found.year, rated=rated)


def asked_board(at: AsAt) -> board.Board:
    """The head's page as at an instant, beside the published year that the address asks for."""
    typed = request.args.get("year", "")
    year = int(typed) if typed in {str(each) for each in published.years()} else published.NEWEST
    return board.get_board(at, year=year, area=current_app.config["COUNCIL_NAME"])


@bp.get("/agencies")
@guard("insight:read")
def agencies(actor: Actor) -> ResponseReturnValue:
    """Contacts and referrals by agency and week."""
    at, error = chosen_day(request.args.get("on", ""))
    _, rows = board.list_agencies(at)
    return _show("insight/agencies.html", at, error, rows=rows)


@bp.get("/definitions")
@guard("insight:read")
def definitions(actor: Actor) -> ResponseReturnValue:
    """What each number counts, in words."""
    return render_template("insight/definitions.html", measures=MEASURES)


@bp.get("/list/<measure>")
@guard("insight:read", logged=True)
def show_list(actor: Actor, measure: str) -> ResponseReturnValue:
    """What a number counted: as many rows as it said."""
    names = queries.list_names()
    asked, error = asked_list(measure, names, request.args)
    form = SampleForm(formdata=None, data={"size": 10, "seed": secrets.randbelow(LARGEST_SEED)})
    return _list_page(asked, names, form, error)


def _list_page(asked: Asked, names: Names, form: SampleForm, error: str = "") -> ResponseReturnValue:
    after = request.args.get("after", "")
    page = queries.get_list(asked, names, after=after, limit=A_PAGE)
    own = _own_address(asked, names)
    return _show(
        "insight/list.html",
        asked.as_at,
        error,
        asked=asked,
        page=page,
        form=form,
        own=own,
        team=names.team_of(asked.team_id),
        teams=names.teams if asked.measure.span == "now" else (),
        part=queries.cut_words(asked.measure, asked.cut, names) if asked.cut else "",
        week=asked.as_at.mondays[asked.week] if asked.week >= 0 else None,
        later=bool(after),
        next_url=url_for(".show_list", **own, after=page.after) if page.after else None,
        whole=MEASURES.get(asked.measure.of),
    )


def _own_address(asked: Asked, names: Names) -> dict[str, Any]:
    team = names.team_of(asked.team_id)
    given = {
        "measure": asked.measure.key,
        "team": team.key if team else None,
        "cut": asked.cut or None,
        "week": asked.as_at.mondays[asked.week].isoformat() if asked.week >= 0 else None,
        "on": asked.as_at.address,
    }
    return {name: value for name, value in given.items() if value is not None}


def asked_list(key: str, names: Names, given: Any) -> tuple[Asked, str]:
    """Which number an address asks for. Raises NotFound for one that there is not."""
    at, error = chosen_day(given.get("on", ""))
    measure = MEASURES.get(key)
    team, cut = names.team(given.get("team", "")), given.get("cut", "")
    if measure is None or (given.get("team") and team is None) or (cut and not queries.is_cut(measure, cut, names)):
        raise NotFound
    week = -1
    if given.get("week"):
        mondays = [monday.isoformat() for monday in at.mondays]
        if measure.span != "weeks" or given["week"] not in mondays:
            raise NotFound
        week = mondays.index(given["week"])
    return Asked(measure, at, team.id if team else 0, cut, week), error


@bp.post("/list/<measure>/sample")
@guard("insight:read", logged=True)
def draw(actor: Actor, measure: str) -> ResponseReturnValue:
    """Draw a random sample of a list and keep it."""
    names = queries.list_names()
    asked, error = asked_list(measure, names, request.form)
    if error or asked.week >= 0 or asked.measure.counts == "worker":
        raise NotFound
    form = SampleForm()
    if not form.validate():
        page: Any = _list_page(asked, names, form)
        return page[0], 422
    number = commands.draw_sample(actor, asked, size=form.size.data, seed=form.seed.data)
    return redirect(url_for(".sample", number=number), 303)


@bp.get("/samples")
@guard("insight:read")
def list_samples(actor: Actor) -> ResponseReturnValue:
    """The samples that were drawn, the latest first."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 19 else None
    rows = samples.list_samples(before=before, limit=A_PAGE + 1)
    older = url_for(".list_samples", before=rows[A_PAGE - 1].id) if len(rows) > A_PAGE else None
    return render_template(
        "insight/samples.html", rows=rows[:A_PAGE], older=older, names=queries.list_names(), words=queries.cut_words
    )


@bp.get("/samples/<int:number>")
@guard("insight:read", logged=True)
def sample(actor: Actor, number: int) -> ResponseReturnValue:
    """A sample with its rows, as they stood when it was drawn."""
    if number >= 2**63:
        raise NotFound
    names = queries.list_names()
    head, rows = samples.get_sample(number, names)
    return render_template(
        "insight/sample.html",
        head=head,
        rows=rows,
        team=names.team(head.team_key),
        part=queries.cut_words(head.measure, head.cut, names) if head.cut else "",
        cut_labels=CUT_LABELS,
    )
