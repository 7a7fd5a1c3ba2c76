"""The night: the closing list, the night list, the safety card, entries, alerts and the morning."""

import secrets
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.cases.queries import CaseRow, get_case
from caseapp.cases.slots import Action, Notice, Told
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid
from caseapp.kernel.web import when

from . import commands, queries
from .domain import DONE, SOURCES, until_of, untils
from .forms import AlertForm, EntryForm

bp = Blueprint("night", __name__, url_prefix="/night")

LARGEST = 2**63 - 1
# What the row of the closing list posts; an error of the command is shown beside the field of the same name.
OWNER_FIELDS = ("may_happen", "whom_to_ring", "until", "keeper", "phone")


def _number(text: str) -> int:
    """A whole number as posted, 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _done() -> str:
    """What was done on the page before, in words; nothing for a key that there is not."""
    return DONE.get(request.args.get("done", ""), "")


@bp.get("/closing")
@guard("night:closing", logged=True)
def closing(actor: Actor) -> ResponseReturnValue:
    """What must have an owner tonight, and who has it."""
    return _closing(actor)


def _closing(actor: Actor, *, bad: str = "", problems: dict[str, str] | None = None) -> str:
    return render_template(
        "night/closing.html",
        closing=queries.closing_list(actor),
        untils=untils(clock.now()),
        now=clock.now(),
        done=_done(),
        bad=bad,
        problems=problems or {},
        typed={field: request.form.get(field, "") for field in OWNER_FIELDS} if bad else {},
    )


@bp.post("/closing/<ref:reference>")
@guard("night:hand")
def own(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Hand one contact to the night, or say who of the hub keeps it."""
    until_at = until_of(request.form.get("until", ""), clock.now())
    seen = _number(request.form.get("seen", ""))
    try:
        if request.form.get("owner") == "hub":
            commands.keep_in_hub(
                actor,
                referral_id=subject.id,
                keeper_id=_number(request.form.get("keeper", "")) or None,
                whom_to_ring=request.form.get("phone", ""),
                until_at=until_at,
                seen=seen,
            )
        else:
            commands.hand_over(
                actor,
                referral_id=subject.id,
                may_happen=request.form.get("may_happen", ""),
                whom_to_ring=request.form.get("whom_to_ring", ""),
                until_at=until_at,
                seen=seen,
            )
    except Invalid as refused:
        problems = dict(refused.problems)
        if request.form.get("owner") == "hub" and "whom_to_ring" in problems:
            problems["phone"] = "Write where they can be rung tonight"
            del problems["whom_to_ring"]
        return _closing(actor, bad=subject.reference, problems=problems), 422
    done = "kept" if request.form.get("owner") == "hub" else "handed"
    return redirect(url_for(".closing", done=done, _anchor="done"), 303)


@bp.get("/")
@guard("night:list", logged=True)
def night(actor: Actor) -> ResponseReturnValue:
    """The night list: where the out-of-hours team starts."""
    after = _number(request.args.get("after", ""))
    found = queries.night_list(actor, after=after)
    return render_template("night/list.html", night=found, now=clock.now(), later=bool(after), done=_done())


@bp.post("/find")
@guard("night:list", logged=True)
def find(actor: Actor) -> ResponseReturnValue:
    """Children of the borough with an open case, by name or reference: names never stand in an address."""
    typed = request.form.get("q", "")[:200]
    found = queries.find_children(actor, typed)
    return render_template("night/find.html", found=found, typed=typed)


@bp.post("/take")
@guard("night:list", logged=True)
def take(actor: Actor) -> ResponseReturnValue:
    """Take on what came in while the hub was closed."""
    reference = commands.take_on(actor, reference=request.form.get("reference", "")[:60])
    return redirect(url_for(".work", reference=reference, done="taken"), 303)


@bp.post("/look")
@guard("night:list", logged=True)
def look(actor: Actor) -> ResponseReturnValue:
    """Read what came in, or tells of a missing child, before taking it on."""
    page = queries.get_arrival(actor, request.form.get("reference", "")[:60])
    note_read(page.row.id, "night_arrived")
    return render_template("night/arrived.html", page=page, now=clock.now())


@bp.get("/held/<ref:reference>")
@guard("night:work")
def work(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """One thing the night was handed or took on: what was told, what was done, a form for the next entry."""
    return _work(actor, subject, _entry_form())


def _work(actor: Actor, subject: SubjectAccess, form: EntryForm) -> str:
    return render_template(
        "night/work.html",
        page=queries.get_work(actor, subject.id),
        form=form,
        now=clock.now(),
        today=clock.today(),
        done=_done(),
    )


def _entry_form() -> EntryForm:
    now = clock.to_london(clock.now())
    return EntryForm(
        formdata=None,
        data={"happened_on": now.date(), "happened_time": f"{now:%H:%M}", "once": secrets.token_hex(12)},
    )


def _texts(form: EntryForm) -> commands.EntryTexts:
    return commands.EntryTexts(
        form.happened.data, form.done.data, form.day_must.data, form.happened_at, bool(form.paper.data)
    )


def _once(form: Any) -> str:
    return (form.once.data or secrets.token_hex(12))[:24]


@bp.post("/held/<ref:reference>/accept")
@guard("night:work")
def accept(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Accept what the hub handed over."""
    commands.accept(actor, work_id=subject.id)
    if request.form.get("back") == "list":
        return redirect(url_for(".night", done="accepted"), 303)
    return redirect(url_for(".work", reference=subject.reference, done="accepted"), 303)


@bp.post("/held/<ref:reference>/entry")
@guard("night:work")
def write_entry(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Write what the night did about it."""
    form = EntryForm()
    if form.validate():
        try:
            commands.write_entry(actor, work_id=subject.id, texts=_texts(form), once_key=_once(form))
        except Invalid as refused:
            form.add_errors(refused.problems)
        else:
            return redirect(url_for(".work", reference=subject.reference, done="entry"), 303)
    return _work(actor, subject, form), 422


@bp.get("/children/<ref:reference>")
@guard("night:card", logged=False)
def card(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The safety card, for a reason: the list the child stands on, or one that was given in the last hours."""
    found = queries.get_card(actor, subject.id)
    source = request.args.get("from", "")
    if source not in found.sources and not found.opened:
        note_read(subject.id, "night")
        return render_template("night/reason.html", reference=subject.reference, form_error="")
    note_read(subject.id, f"night_{source if source in found.sources else 'typed'}")
    return render_template("night/card.html", card=found, case=found.case, source=source, now=clock.now(), done=_done())


@bp.post("/children/<ref:reference>/open")
@guard("night:card")
def open_record(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Open the card, or the whole record, until the hub opens, for a reason that is kept."""
    source, words = request.form.get("source", ""), request.form.get("reason", "")
    if source != "typed" and source not in queries.get_card(actor, subject.id).sources:
        source = "typed"
    try:
        commands.open_record(actor, case_id=subject.id, source=source, words=words)
    except Invalid as refused:
        page = render_template(
            "night/reason.html", reference=subject.reference, form_error=refused.problems["reason"], typed=words
        )
        return page, 422
    if request.form.get("to") == "record":
        return redirect(url_for("cases.show", reference=subject.reference), 303)
    return redirect(url_for(".card", reference=subject.reference), 303)


@bp.get("/children/<ref:reference>/entry")
@guard("night:card")
def new_child_entry(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """What the night did about a child: the form."""
    return render_template("night/entry.html", reference=subject.reference, form=_entry_form())


@bp.post("/children/<ref:reference>/entry")
@guard("night:card")
def write_child_entry(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Keep what the night did about a child."""
    form = EntryForm()
    if form.validate():
        try:
            commands.write_child_entry(actor, case_id=subject.id, texts=_texts(form), once_key=_once(form))
        except Invalid as refused:
            form.add_errors(refused.problems)
        else:
            return redirect(_after_entry(actor, subject), 303)
    return render_template("night/entry.html", reference=subject.reference, form=form), 422


def _after_entry(actor: Actor, subject: SubjectAccess) -> str:
    """Back to the card, for the list the child stands on; to the night list where the card would ask why first."""
    sources = queries.get_card(actor, subject.id).sources
    card = url_for(".card", reference=subject.reference)
    return f"{card}?from={sources[-1]}&done=entry" if sources else url_for(".night", done="entry")


@bp.get("/morning")
@guard("night:morning", logged=True)
def morning(actor: Actor) -> ResponseReturnValue:
    """What the night did that my day must read, first."""
    return _morning(actor)


def _morning(actor: Actor, *, bad: str = "", problems: dict[str, str] | None = None) -> str:
    return render_template(
        "night/morning.html",
        works=queries.list_morning(actor),
        now=clock.now(),
        today=clock.today(),
        done=_done(),
        bad=bad,
        problems=problems or {},
        typed=request.form.get("follows", "") if bad else "",
    )


@bp.post("/morning/<ref:reference>")
@guard("night:acknowledge")
def acknowledge(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Say what follows from the night's work."""
    try:
        commands.acknowledge(actor, work_id=subject.id, follows=request.form.get("follows", ""))
    except Invalid as refused:
        return _morning(actor, bad=subject.reference, problems=refused.problems), 422
    return redirect(url_for(".morning", done="read"), 303)


def _alert_form() -> AlertForm:
    form = AlertForm(formdata=None, data={"once": secrets.token_hex(8)})
    form.offer()
    return form


def _leave(actor: Actor, case_ids: list[int], form: AlertForm) -> bool:
    """Leave the alert a form describes; False where something is wrong, said at its field."""
    if not form.validate():
        return False
    alert = commands.Alert(
        form.may_happen.data,
        form.what_to_do.data,
        form.whom_to_ring.data,
        until_of(form.until.data or "", clock.now(), days=True),
    )
    try:
        commands.leave_alert(actor, case_ids=case_ids, alert=alert, once_key=_once(form)[:16])
    except Invalid as refused:
        form.add_errors(refused.problems)
        return False
    return True


@bp.get("/alerts/<ref:reference>")
@guard("night:alert")
def alerts(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The alerts that stand on a child, and the form for another."""
    return _alerts(actor, subject, _alert_form())


def _alerts(actor: Actor, subject: SubjectAccess, form: AlertForm) -> str:
    case, _ = get_case(actor, subject.id)
    return render_template(
        "night/alerts.html", case=case, form=form, alerts=queries.alerts_on([subject.id]), done=_done()
    )


@bp.post("/alerts/<ref:reference>")
@guard("night:alert")
def leave_alert(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Leave an alert for the night on a child."""
    form = AlertForm()
    form.offer()
    if _leave(actor, [subject.id], form):
        return redirect(url_for(".alerts", reference=subject.reference, done="alert"), 303)
    return _alerts(actor, subject, form), 422


@bp.post(f"/alerts/<ref:reference>/<int(max={LARGEST}):alert_id>/withdraw")
@guard("night:alert")
def withdraw_alert(actor: Actor, subject: SubjectAccess, alert_id: int) -> ResponseReturnValue:
    """Take an alert back before it ends by itself."""
    commands.withdraw_alert(actor, case_id=subject.id, alert_id=alert_id)
    return redirect(url_for(".alerts", reference=subject.reference, done="withdrawn"), 303)


@bp.get("/alerts/from/<ref:reference>")
@guard("night:alert_from_hub")
def hub_alert(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """The hub leaves an alert on the children of a contact that have an open case."""
    return _hub_alert(subject, _alert_form(), _children(actor, subject))


def _children(actor: Actor, subject: SubjectAccess) -> list[CaseRow]:
    return queries.cases_told_in(actor, subject.id)


def _hub_alert(subject: SubjectAccess, form: AlertForm, children: list[CaseRow]) -> str:
    return render_template(
        "night/hub_alert.html", reference=subject.reference, form=form, children=children, done=_done()
    )


@bp.post("/alerts/from/<ref:reference>")
@guard("night:alert_from_hub")
def leave_hub_alert(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Leave it."""
    form, children = AlertForm(), _children(actor, subject)
    form.offer()
    if children and _leave(actor, [case.id for case in children], form):
        return redirect(url_for(".hub_alert", reference=subject.reference, done="alert"), 303)
    return _hub_alert(subject, form, children), 422


def case_actions(actor: Actor, subject: SubjectAccess, _case: CaseRow, _told: Told) -> list[Action | Notice]:
    """For the case page: leave an alert for the night, or go back to the safety card. No statement."""
    if allows(PERMISSIONS["night:alert"], actor, subject):
        return [Action("Leave a night alert", url_for("night.alerts", reference=subject.reference))]
    if allows(PERMISSIONS["night:card"], actor, subject):
        card = f"{url_for('night.card', reference=subject.reference)}?from=night"
        return [Action("Safety card and night entry", card, primary=True)]
    return []


def desk_panels(actor: Actor, team_id: int) -> list[dict[str, Any]]:
    """For the team board: what the night wrote about the team's children, until it is read. One statement."""
    found = queries.list_last_night(actor, team_id)
    rows = [
        {
            "label": row.name,
            # What the night worked on the child itself is the team's to read; a contact is the hub's.
            "url": url_for("night.morning")
            if row.on_child and row.read_at is None
            else url_for("cases.show", reference=row.case_reference),
            "detail": f"{row.entries} {'entry' if row.entries == 1 else 'entries'}, the last {when(row.last_at)}. "
            + (
                f"Read by {row.read_by}, {when(row.read_at)}"
                if row.read_at
                else "Nobody has said what follows"
                if row.on_child
                else "With a contact that the hub reads"
            ),
        }
        for row in found
    ]
    unread = sum(1 for row in found if row.read_at is None)
    title = f"From the night ({unread} to read)" if unread else "From the night"
    return [{"title": title, "empty": "The night wrote nothing about your families.", "rows": rows}]


def code_words() -> dict[str, dict[str, str]]:
    """The words of the night's codes, for the chronology."""
    return {"night_sources": SOURCES}
