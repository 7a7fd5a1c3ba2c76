"""Reminders: what one was told, how one is told, calendar addresses, and the administrator's outbox."""

import hashlib

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor, Membership
from caseapp.access.guard import guard
from caseapp.deadlines.domain import INSTANT_UNITS
from caseapp.deadlines.queries import list_sent_back
from caseapp.kernel.errors import NotFound
from caseapp.kernel.web import clock_time, day

from . import commands, queries
from .catalogue import PAGES, WHY
from .domain import CALENDAR_REFRESH, Entry, make_calendar
from .forms import MailForm

bp = Blueprint("notifications", __name__, url_prefix="/notifications")

LARGEST = 2**63 - 1


def _cursor() -> int | None:
    text = request.args.get("before", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST else None


@bp.get("/")
@guard("reminder:list", logged=True)
def index(actor: Actor) -> ResponseReturnValue:
    """What I was told: what I have not read, or all of it."""
    unread = request.args.get("show") != "all"
    rows = queries.list_own(actor, unread=unread, before=_cursor())
    shown = rows[: queries.PAGE]
    older = None
    if len(rows) > queries.PAGE:
        older = url_for(".index", before=shown[-1].id, show=None if unread else "all")
    return render_template(
        "notifications/index.html",
        rows=[(row, _link(row), WHY.get(row.role, "")) for row in shown],
        asked=list_sent_back(actor),
        unread=unread,
        amount=queries.count_unread(actor),
        older=older,
        before=_cursor(),
    )


def _link(row: queries.ReminderRow) -> str | None:
    page = PAGES.get(row.subject_kind) if row.reached else None
    return url_for(page, reference=row.reference) if page else None


@bp.post("/read")
@guard("reminder:list")
def mark_read(actor: Actor) -> ResponseReturnValue:
    """Mark one as read, or all that the page showed."""
    one, up_to = (_number(request.form.get(name, "")) for name in ("one", "up_to"))
    if one is not None:
        commands.mark_read(actor, reminder_ids=[one])
    elif up_to is not None:
        commands.mark_read(actor, up_to=up_to)
    return redirect(url_for(".index", show=request.form.get("show") or None), 303)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST else None


# ---------------------------------------------------------------- how one is told


def _managed(actor: Actor) -> list[Membership]:
    return [place for place in actor.memberships if place.role == "manager"]


def _settings_page(actor: Actor, form: MailForm) -> str:
    return render_template(
        "notifications/settings.html",
        form=form,
        sends=bool(current_app.config["SMTP_HOST"]),
        email=actor.email,
        hour=current_app.config["DIGEST_HOUR"],
        feeds=queries.list_feeds(actor),
        teams=_managed(actor),
    )


@bp.get("/settings")
@guard("reminder:list")
def settings(actor: Actor) -> ResponseReturnValue:
    """How I am told: by e-mail, in my calendar."""
    return _settings_page(actor, MailForm(formdata=None, data={"mail": queries.chosen_mail(actor)}))


@bp.post("/settings")
@guard("reminder:list")
def choose(actor: Actor) -> ResponseReturnValue:
    """Choose when an e-mail comes."""
    form = MailForm()
    if not form.validate():
        return _settings_page(actor, form), 422
    commands.choose_mail(actor, mail=form.mail.data)
    return redirect(url_for(".settings"), 303)


def _team() -> int | None:
    """The team that the form names; None for one's own calendar. Raises NotFound for what is no number."""
    text = request.form.get("team", "")
    number = _number(text)
    if text and number is None:
        raise NotFound
    return number


@bp.post("/calendar")
@guard("reminder:list")
def make_calendar_address(actor: Actor) -> ResponseReturnValue:
    """Make a calendar address and show it, this once."""
    team_id = _team()
    token = commands.make_feed(actor, team_id=team_id)
    team = next((place.team_name for place in _managed(actor) if place.team_id == team_id), None)
    address = f"{_service_url()}{url_for('.calendar', token=token)}"
    return render_template("notifications/address.html", address=address, team=team)


@bp.post("/calendar/end")
@guard("reminder:list")
def end_calendar_address(actor: Actor) -> ResponseReturnValue:
    """End a calendar address."""
    commands.end_feed(actor, team_id=_team())
    return redirect(url_for(".settings"), 303)


def _service_url() -> str:
    """Where we are reached: as it is set, or as this request came."""
    return str(current_app.config["SERVICE_URL"] or request.host_url).rstrip("/")


@bp.get("/calendar/<token>.ics")
@guard("calendar:read")
def calendar(_actor: Actor | None, token: str) -> ResponseReturnValue:
    """A calendar for a program that has only the address. Its reading is written down in the owner's name."""
    feed = commands.open_feed(token, address=request.remote_addr or "")
    name = f"Deadlines, {feed.team_name}" if feed.team_name else "My deadlines"
    entries = [_entry(row) for row in queries.feed_entries(feed)]
    host = _service_url().split("//", 1)[1].split("/")[0].split(":")[0]
    body = make_calendar(entries, name=name, host=host)
    commands.write_look(feed)
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    # For the one program that asked, for as long as it need not ask again.
    g.cache_control = f"private, max-age={int(CALENDAR_REFRESH.total_seconds()) // 4}"
    return answer.make_conditional(request)


def _entry(row: queries.FeedClock) -> Entry:
    page = PAGES.get(row.subject_kind)
    at = f"{clock_time(row.due_at)} on" if row.rule.unit in INSTANT_UNITS else "the end of"
    law = "Set by law" if row.rule.basis == "statutory" else "Our own time limit"
    checked = "" if row.rule.verified else ", not verified"
    url = f"{_service_url()}{url_for(page, reference=row.reference)}" if page else _service_url()
    return Entry(
        row.id, row.reference, row.rule.words, f"By {at} {day(row.due_on)}. {law}{checked}.", row.due_on, row.since, url
    )


# ---------------------------------------------------------------- the administrator's outbox


@bp.get("/outbox")
@guard("outbox:read")
def outbox(_actor: Actor) -> ResponseReturnValue:
    """The e-mails: what waits, what went, what could not go."""
    page = queries.list_digests(before=_cursor())
    older = url_for(".outbox", before=page.rows[-1].id) if page.more else None
    return render_template(
        "notifications/outbox.html",
        page=page,
        older=older,
        server=current_app.config["SMTP_HOST"],
        hour=current_app.config["DIGEST_HOUR"],
    )


@bp.get(f"/outbox/<int(max={LARGEST}):number>")
@guard("outbox:read")
def show_mail(_actor: Actor, number: int) -> ResponseReturnValue:
    """One e-mail, with the text that it has now."""
    row = queries.find_digest(number)
    if row is None:
        raise NotFound
    letter = queries.get_letter(number)
    mail = commands.compose(letter, _service_url()) if letter else None
    return render_template("notifications/mail.html", row=row, mail=mail, server=current_app.config["SMTP_HOST"])


@bp.post(f"/outbox/<int(max={LARGEST}):number>/again")
@guard("outbox:read")
def send_again(actor: Actor, number: int) -> ResponseReturnValue:
    """Let an e-mail be sent once more."""
    commands.let_go_again(actor, digest_id=number)
    return redirect(url_for(".show_mail", number=number), 303)
