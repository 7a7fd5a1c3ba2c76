"""Pages of a handover: my teams' list, propose, the handover itself, and each answer."""

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict

from caseapp.access.domain import L0, L2, L4, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.access.taking import give_list
from caseapp.accounts.commands import forget_unsent
from caseapp.accounts.queries import Unsent
from caseapp.assessments.queries import family_chronology
from caseapp.cases.domain import LEVELS
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import Action, Notice, Told
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, OutOfOrder, Refused
from caseapp.kernel.sheets import Sheet
from caseapp.kernel.web import day, when
from caseapp.pathway import commands, forms, queries
from caseapp.pathway.catalogue import CONSENT, CONSENT_HOW, DIRECTIONS, LEAD_ANSWERS, PARTS, STATES
from caseapp.pathway.domain import (
    ACCEPT,
    ACCEPTED,
    AGREE,
    AGREED,
    ASSESSED_FIRST,
    CHILD_IN_NEED_PLAN,
    GIVEN,
    NO_CONSENT,
    PROPOSED,
    RETURNED,
    SENT_BACK,
    STEP_DOWN,
    STEP_UP,
    SUFFICIENT,
    next_phase,
    not_recorded,
    why_not,
)
from caseapp.pathway.queries.leading import last_request

from .blueprint import bp


def _see(reference: str) -> Any:
    return redirect(url_for(".show", reference=reference), 303)


@bp.get("/")
@guard("handover:list", logged=True)
def index(actor: Actor) -> Any:
    """My teams' handovers."""
    return render_template(
        "pathway/index.html",
        lists=queries.list_handovers(actor),
        states=STATES,
        look_backs=queries.list_look_backs(actor),
        panel_url=url_for("pathway.panel") if allows(PERMISSIONS["panel:read"], actor, None) else None,
        today=clock.today(),
    )


# The lists of the page, in its order.
LISTS = (
    ("waiting", "Waiting for you"),
    ("on_their_way", "On their way"),
    ("to_close", "Accepted: your part is still open"),
    ("they_close", "Accepted: the sending team’s part is still open"),
    ("answered", "Answered in the last 30 days"),
)
HANDOVER_HEADINGS = (
    *("Reference", "List", "Family", "From", "Proposed by", "Proposed", "To", "Lead", "Where it stands", "Due"),
    *("Time left", "Answered by", "Answered"),
)


@bp.get("/handovers.xlsx")
@guard("handover:list", logged=True)
def take_handovers(actor: Actor) -> Any:
    """My teams' handovers as a spreadsheet."""
    lists = queries.list_handovers(actor)
    rows = [_sheet_row(row, title) for key, title in LISTS for row in getattr(lists, key)]
    return give_list(actor, Sheet("handovers", "Handovers of my teams", HANDOVER_HEADINGS, rows))


def _sheet_row(row: queries.HandoverRow, title: str) -> list[Any]:
    due = row.due if row.due and not row.due.stopped_at else None
    return [
        row.reference,
        title,
        row.names,
        row.from_team,
        row.proposed_by,
        row.proposed_at,
        row.to_team,
        row.lead or "lead not named yet",
        STATES[row.phase].capitalize(),
        (due.due_on or due.due_at) if due else None,
        due.time_left.words if due else "",
        row.answered_by or "",
        row.answered_at,
    ]


@bp.get("/step-down/<ref:reference>")
@guard("handover:propose")
def step_down(actor: Actor, subject: SubjectAccess) -> Any:
    """The form to propose a step-down; leads to the handover that is open already."""
    known = queries.find_handover_of_case(subject.id)
    if known is not None and known.phase in (PROPOSED, AGREED):
        return _see(known.reference)
    begun_at = _place(subject) if "fresh" not in request.args else ""
    choices = queries.get_step_down_choices(actor, subject.id, unsent_at=begun_at)
    unsent = choices.unsent
    form = forms.step_down_form(choices, formdata=MultiDict(unsent.fields) if unsent else None)
    return _step_down_page(subject, choices, form, 200, unsent)


def _place(subject: SubjectAccess) -> str:
    return url_for("pathway.step_down", reference=subject.reference)


@bp.post("/step-down/<ref:reference>")
@guard("handover:propose")
def propose(actor: Actor, subject: SubjectAccess) -> Any:
    """Propose it; pressing twice makes one."""
    choices = queries.get_step_down_choices(actor, subject.id)
    form = forms.step_down_form(choices)
    if form.consent.data and form.consent.data not in SUFFICIENT:
        # Said whatever else is missing: no other answer would help, and there is another way.
        form.validate()
        form.consent.errors = [NO_CONSENT]
        return _step_down_page(subject, choices, form, 422, no_consent=True)
    if not form.validate():
        return _step_down_page(subject, choices, form, 422)
    try:
        reference = commands.propose_step_down(actor, **_proposal(form, choices))
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _step_down_page(subject, choices, form, 422)
    forget_unsent(actor, _place(subject))
    return _see(reference)


def _proposal(form: forms.StepDownForm, choices: queries.StepDownChoices) -> dict[str, Any]:
    chosen = set(form.children.data or ()) if form.who.data == forms.SOME else {c.reference for c in choices.children}
    other = form.lead.data == forms.SOMEBODY_ELSE
    names = (
        "reasons",
        "what_works",
        "worry_again",
        "child_voice",
        "consent",
        "consent_by",
        "consent_on",
        "consent_how",
    )
    return {
        "case_ids": [child.id for child in choices.children if child.reference in chosen],
        "to_team_id": int(form.to_team.data),
        "lead_professional_id": None if other else int(form.lead.data),
        "new_lead": commands.NewLead(
            form.new_lead_name.data, form.new_lead_title.data, int(form.new_lead_agency.data), form.new_lead_phone.data
        )
        if other
        else None,
        "meeting_on": form.meeting_on.data,
        "split_reason": form.split_reason.data if form.who.data == forms.SOME else "",
        "level": form.level.data,
        "actions": form.actions.data,
        **{name: form[name].data if name == "consent_on" else form[name].data or "" for name in names},
    }


def _step_down_page(
    subject: SubjectAccess,
    choices: queries.StepDownChoices,
    form: Any,
    status: int,
    unsent: Unsent | None = None,
    *,
    no_consent: bool = False,
) -> Any:
    page = render_template(
        "pathway/step_down.html",
        reference=subject.reference,
        choices=choices,
        form=form,
        unsent=unsent,
        place=_place(subject),
        ready=choices.ready,
        why_not=commands.ASSESS_FIRST,
        several=len(choices.children) > 1,
        some=forms.SOME,
        given=sorted(GIVEN),
        other=forms.SOMEBODY_ELSE,
        no_consent=no_consent,
    )
    return page, status


@bp.get("/<ref:reference>")
@guard("handover:read")
def show(actor: Actor, subject: SubjectAccess) -> Any:
    """The handover: who is accountable, who has held the family, what is handed over, the answer."""
    return _page(actor, subject)


def _page(actor: Actor, subject: SubjectAccess, form: Any = None) -> Any:
    page = queries.get_handover(subject.id, reader=actor)
    row = page.row
    for case_id in row.case_ids:
        # The pack is part of each child's record, whatever of it this reader is shown.
        note_read(case_id, subject.why)
    panel, form = _panel(actor, subject, row, form)
    read, level = _record_of(actor, subject, row)
    body = render_template(
        "pathway/handover.html",
        page=page,
        row=row,
        panel=panel,
        form=form,
        entries=family_chronology(actor, read, level=level) if level else None,
        opens_record=level >= L4,
        alone=row.proposed_by_id == row.agreed_by_id,
        asked=_asked(row),
        answers=LEAD_ANSWERS,
        may_ask=row.phase in (PROPOSED, AGREED) and allows(PERMISSIONS["leading:ask"], actor, subject),
        directions=DIRECTIONS,
        states=STATES,
        consent_words=CONSENT,
        consent_how=CONSENT_HOW,
        today=clock.today(),
        now=clock.now(),
        may_withdraw=row.phase in (PROPOSED, AGREED) and allows(PERMISSIONS["handover:withdraw"], actor, subject),
        may_close=row.phase == ACCEPTED and allows(PERMISSIONS["handover:close"], actor, subject),
        may_record=row.direction == STEP_DOWN
        and row.phase in (PROPOSED, AGREED, ACCEPTED)
        and allows(PERMISSIONS["handover:record"], actor, subject),
        parts=queries.parts_of(subject.id) if row.direction == STEP_DOWN else {},
        part_words=PARTS,
        missing=not_recorded(row.direction, row.parts),
        levels=LEVELS,
        for_whom=queries.in_whose_place_of(actor, row)[0] if panel == "answer" else None,
    )
    failed = form is not None and (form.errors or form.form_errors)
    return (body, 422) if failed else body


def _asked(row: queries.HandoverRow) -> Any:
    """The last time the lead practitioner who is named was asked whether they will; None: not asked, or of the team."""
    known = last_request(row.id) if row.lead_outside else None
    return known if known and known.professional_id == row.lead_id else None


def _record_of(actor: Actor, subject: SubjectAccess, row: queries.HandoverRow) -> tuple[list[int], int]:
    """Whose record this page shows, and how much of it: all to the team that holds a child now, of that child; what a
    plan's readers may see to the receiver who is asked; nothing (0) to whoever gave them up or returned them."""
    teams = {membership.team_id for membership in actor.memberships}
    held = [child.case_id for child in row.children if child.held_by in teams]
    if held:
        return held, subject.level
    return row.case_ids, min(subject.level, L2) if row.phase in (PROPOSED, AGREED) else L0


def _panel(actor: Actor, subject: SubjectAccess, row: queries.HandoverRow, form: Any) -> tuple[str, Any]:
    """Which answer is asked of this actor now ("" for none), with its form."""
    if row.phase == PROPOSED and allows(PERMISSIONS["handover:agree"], actor, subject):
        if row.proposed_by_id == actor.user_id:
            return "own", None
        return "agree", form or forms.AgreeForm(formdata=None)
    if row.phase == AGREED and allows(PERMISSIONS["handover:answer"], actor, subject):
        if actor.user_id in (row.proposed_by_id, row.agreed_by_id):
            return "own", None
        if queries.in_whose_place_of(actor, row)[1]:
            # On the panel, or above it: the receiving manager is there and answers.
            return "", None
        return "answer", form or _answer_form(row, formdata=None)
    came_back = row.phase == RETURNED and row.direction == commands.FROM_HUB
    if came_back and allows(PERMISSIONS["handover:agree"], actor, subject):
        return "again", form or forms.WordsForm(formdata=None)
    return "", None


def _answer_form(row: queries.HandoverRow, **options: Any) -> forms.AnswerForm:
    leads = () if row.lead_stands else queries.list_leads(row.to_team_id)
    must_take = row.direction == STEP_UP
    return forms.answer_form(row.lead, leads, stands=row.lead_stands, must_take=must_take, **options)


def _do(actor: Actor, subject: SubjectAccess, form: Any, act: str | None, step: Callable[[], str | None]) -> Any:
    """Take a step; what it finds wrong comes back at the field, with everything typed.

    A form that is wrong for an `act` that can't be done any more is answered with the reason why it can't.
    """
    if not form.validate():
        row = queries.get_handover(subject.id).row
        if act and next_phase(row.phase, act) is None:
            raise OutOfOrder(why_not(row.phase, act))
        if _panel(actor, subject, row, form)[1] is None:
            raise Refused("Somebody else has to answer this handover: it isn’t yours to answer now.")
        return _page(actor, subject, form)
    try:
        reference = step()
    except Invalid as invalid:
        form.add_errors(invalid.problems)
        return _page(actor, subject, form)
    return _see(reference or subject.reference)


@bp.post("/<ref:reference>/agree")
@guard("handover:agree")
def agree(actor: Actor, subject: SubjectAccess) -> Any:
    """The sending manager agrees, or sends it back to the worker."""
    form = forms.AgreeForm()

    def step() -> None:
        if form.answer.data == "agree":
            commands.agree_handover(actor, handover_id=subject.id)
        else:
            commands.send_back_handover(actor, handover_id=subject.id, words=form.words.data or "")

    return _do(actor, subject, form, AGREE, step)


@bp.post("/<ref:reference>/answer")
@guard("handover:answer")
def answer(actor: Actor, subject: SubjectAccess) -> Any:
    """The receiving manager accepts, or returns it with a reason."""
    form = _answer_form(queries.get_handover(subject.id).row)

    def step() -> None:
        words = form.words.data or ""
        if form.answer.data == "accept":
            lead = int(form.lead.data) if form.lead.data else None
            commands.accept_handover(actor, handover_id=subject.id, lead_professional_id=lead, words=words)
        else:
            commands.return_handover(actor, handover_id=subject.id, reason=words)

    return _do(actor, subject, form, ACCEPT, step)


@bp.post("/<ref:reference>/again")
@guard("handover:agree")
def again(actor: Actor, subject: SubjectAccess) -> Any:
    """The hub sends a family to family help once more, with what was missing."""
    form = forms.WordsForm()

    def step() -> str:
        return commands.hand_again(actor, handover_id=subject.id, words=form.words.data or "")

    return _do(actor, subject, form, None, step)


@bp.post("/<ref:reference>/withdraw")
@guard("handover:withdraw")
def withdraw(actor: Actor, subject: SubjectAccess) -> Any:
    """The sender takes it back."""
    commands.withdraw_handover(actor, handover_id=subject.id)
    return _see(subject.reference)


@bp.post("/<ref:reference>/close")
@guard("handover:close")
def close(actor: Actor, subject: SubjectAccess) -> Any:
    """The sender closes its part, after the acceptance."""
    commands.close_sender_part(actor, handover_id=subject.id)
    return _see(subject.reference)


def case_actions(actor: Actor, subject: SubjectAccess, case: CaseRow, _told: Told) -> list[Action | Notice]:
    """For the case page: the handover under way, or the way to propose one. One statement."""
    stand = queries.find_stand(case.id)
    known = stand.handover
    offered: list[Action | Notice] = []
    running = known is not None and known.phase in (PROPOSED, AGREED)
    if known is not None and known.phase in (PROPOSED, AGREED, ACCEPTED, RETURNED, SENT_BACK):
        url = url_for("pathway.show", reference=known.reference)
        held = f" {case.team_name} is accountable until {known.to_team} accepts." if running else ""
        offered.append(Notice(f"Handover {known.reference}: {STATES[known.phase]}.{held}", url, "Open the handover"))
    steps_down = case.level in (*ASSESSED_FIRST, CHILD_IN_NEED_PLAN)
    may = steps_down and not running and allows(PERMISSIONS["handover:propose"], actor, subject)
    if may and (case.level not in ASSESSED_FIRST or stand.assessed):
        offered.append(Action("Propose a step-down", url_for("pathway.step_down", reference=subject.reference)))
    if not running and case.team_name and allows(PERMISSIONS["handover:propose"], actor, subject):
        offered.append(Action("Hand to another team", url_for("pathway.transfer", reference=subject.reference)))
    offered += [
        Notice(
            f"The family said no to family help. Look-back {look_back.reference}: how is the child, "
            f"by {day(look_back.due_on)}?"
            if look_back.due_on
            else f"Look-back {look_back.reference} is open.",
            url_for("pathway.look_back", reference=look_back.reference),
            "Open the look-back",
        )
        for look_back in stand.look_backs
    ]
    return offered


def desk_panels(actor: Actor, team_id: int) -> list[dict[str, Any]]:
    """For the team board: the handovers that wait for this manager. One statement."""
    rows = [
        {
            "label": f"{row.family} family, {row.reference}",
            "url": url_for("pathway.show", reference=row.reference),
            "detail": f"From {row.other_team}: accept or return, asked {when(row.asked)}"
            if row.asked
            else f"To {row.other_team}: agree or send back, proposed {when(row.proposed_at)}",
            "clock": row.due,
        }
        for row in queries.list_waiting_for_manager(actor, team_id)
    ]
    return [{"title": "Handovers that wait for you", "empty": "No handover waits for your answer.", "rows": rows}]
