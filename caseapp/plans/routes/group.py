"""The group around a plan: who is in it, who joins, who leaves."""

from typing import Any

from flask import render_template, request

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.accounts.queries import agency_names, list_people_of
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.people.queries import list_family
from caseapp.plans import commands, forms, queries

from .blueprint import LARGEST, bp, may_write, see


@bp.get("/<ref:reference>/group")
@guard("plan:read")
def group(actor: Actor, subject: SubjectAccess) -> Any:
    """The team around the family: its members, the next meeting, the meetings there were."""
    page = queries.get_plan(subject.id)
    return render_template("plans/group.html", plan=page, today=clock.today(), writes=may_write(actor, subject))


@bp.get("/<ref:reference>/group/add")
@guard("plan:write")
def ask_member(actor: Actor, subject: SubjectAccess) -> Any:
    """Ask from which agency, then who."""
    form = forms.MemberForm(formdata=None, data={"from_on": clock.today()})
    page = queries.get_plan(subject.id)
    return _member_page(page, form, _offer(actor, page, form))


@bp.post("/<ref:reference>/group/add")
@guard("plan:write")
def add_member(actor: Actor, subject: SubjectAccess) -> Any:
    """Take somebody into the group."""
    form = forms.MemberForm()
    page = queries.get_plan(subject.id)
    chosen = _offer(actor, page, form)
    if chosen and form.validate():
        who = form.who.data if form.who is not None else ""
        given = commands.MemberGiven(
            part=form.part.data,
            from_on=form.from_on.data,
            professional_id=int(who[1:]) if who.startswith("p") else None,
            person_id=int(who[1:]) if who.startswith("f") else None,
            name="" if who else form.name.data or "",
            agency="" if who else form.agency.data or "",
        )
        try:
            commands.add_member(actor, plan_id=subject.id, given=given)
            return see(subject.reference, ".group")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return _member_page(page, form, chosen), 422


def _offer(actor: Actor, page: queries.PlanPage, form: forms.MemberForm) -> str:
    """Offer the people of what was chosen; gives it in words, "" while nothing is chosen."""
    chosen = request.args.get("from", "")
    if chosen == forms.FAMILY:
        form.offer(None, list_family(actor, page.family_id))
        return "The family"
    if chosen == forms.OTHER:
        form.offer(None, None)
        return "Somebody who is not in the list"
    name = {str(number): name for name, number in agency_names().items()}.get(chosen, "")
    if name:
        form.offer(list_people_of(int(chosen)), None)
    return name


def _member_page(page: queries.PlanPage, form: forms.MemberForm, chosen: str) -> str:
    agencies = sorted(agency_names().items())
    return render_template("plans/add_member.html", plan=page, form=form, chosen=chosen, agencies=agencies)


@bp.get(f"/<ref:reference>/group/<int(max={LARGEST}):member_id>/end")
@guard("plan:write")
def ask_end_member(actor: Actor, subject: SubjectAccess, member_id: int) -> Any:
    """Ask from when somebody is not in the group any more."""
    form = forms.EndMemberForm(formdata=None, data={"on": clock.today()})
    return _end_page(subject, member_id, form)


@bp.post(f"/<ref:reference>/group/<int(max={LARGEST}):member_id>/end")
@guard("plan:write")
def end_member(actor: Actor, subject: SubjectAccess, member_id: int) -> Any:
    """Somebody leaves the group."""
    form = forms.EndMemberForm()
    if form.validate():
        try:
            commands.end_member(actor, plan_id=subject.id, member_id=member_id, on=form.on.data)
            return see(subject.reference, ".group")
        except Invalid as invalid:
            form.add_errors(invalid.problems)
    return _end_page(subject, member_id, form), 422


def _end_page(subject: SubjectAccess, member_id: int, form: forms.EndMemberForm) -> str:
    page = queries.get_plan(subject.id)
    member = next((row for row in page.members if row.id == member_id and row.to_on is None), None)
    if member is None:
        raise NotFound
    return render_template("plans/end_member.html", plan=page, form=form, member=member)
