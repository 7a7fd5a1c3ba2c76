"""Places in teams: the administrator's page for one sign-in, and an agency lead's page about their people."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess, role_choices
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import staff_task_words
from caseapp.accounts.forms import EndPlaceForm, PlaceForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.words import TEAM_DONE
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound

LARGEST = 2**63 - 1


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST):
        raise NotFound
    return int(text)


@bp.get("/people/<ref:reference>/places")
@guard("user:disable")
def places(_actor: Actor, subject: SubjectAccess) -> Any:
    """In which teams a sign-in has a place, in which role, from when until when."""
    return _places_page(subject, _place_form(formdata=None), _end_form(formdata=None))


def _place_form(**options: Any) -> PlaceForm:
    teams = [(str(team.id), team.name) for team in queries.list_teams()]
    return PlaceForm(teams=teams, roles=role_choices(), data={"from_on": clock.today()}, **options)


def _end_form(**options: Any) -> EndPlaceForm:
    return EndPlaceForm(data={"until_on": clock.today()}, **options)


def _places_page(subject: SubjectAccess, form: PlaceForm, end: EndPlaceForm) -> str:
    return render_template(
        "accounts/places.html",
        row=queries.get_person(subject.id),
        places=queries.list_places(subject.id),
        form=form,
        end=end,
        done=TEAM_DONE.get(request.args.get("done", "")),
    )


@bp.post("/people/<ref:reference>/places")
@guard("user:disable")
def give_place(actor: Actor, subject: SubjectAccess) -> Any:
    """Give a place in a team."""
    form = _place_form()
    if form.validate():
        try:
            commands.give_place(
                actor,
                user_id=subject.id,
                team_id=int(form.team.data),
                role=form.role.data,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
            return redirect(url_for(".places", reference=subject.reference, done="places"), 303)
        except Invalid as error:
            form.add_errors(error.problems)
    return _places_page(subject, form, _end_form(formdata=None)), 422


@bp.post("/people/<ref:reference>/places/end")
@guard("user:disable")
def end_place(actor: Actor, subject: SubjectAccess) -> Any:
    """End a place after a day."""
    form = _end_form()
    if not form.validate():
        return _places_page(subject, _place_form(formdata=None), form), 422
    number = _number(request.form.get("place", ""))
    commands.end_place(actor, user_id=subject.id, place_id=number, until_on=form.until_on.data)
    return redirect(url_for(".places", reference=subject.reference, done="places"), 303)


# ---------------------------------------------------------------- an agency's lead


def _desks(actor: Actor) -> list[int]:
    return list(dict.fromkeys(place.team_id for place in actor.memberships if place.role == "safeguarding_lead"))


@bp.get("/our-people")
@guard("staff:confirm")
def our_people(actor: Actor) -> Any:
    """Everybody of an agency who signs in, for its lead to confirm each term."""
    desks = _desks(actor)
    tasks = [task for desk in desks for task in queries.list_staff_tasks(desk)]
    members = [member for desk in desks for member in queries.list_members(desk)]
    return render_template(
        "accounts/our_people.html",
        people=[member for member in members if member.user_id],
        tasks=[(task, staff_task_words(task.kind, task.amount)) for task in tasks],
        own_id=actor.professional_id,
        done=TEAM_DONE.get(request.args.get("done", "")),
    )


@bp.post("/our-people")
@guard("staff:confirm")
def confirm_people(actor: Actor) -> Any:
    """Still here, or has left."""
    answers = {
        _number(name.removeprefix("person-")): answer
        for name, answer in request.form.items()
        if name.startswith("person-") and answer in (commands.STILL_HERE, commands.HAS_LEFT)
    }
    commands.confirm_people(actor, answers=answers)
    return redirect(url_for(".our_people", done="confirmed"), 303)


@bp.post("/our-people/tasks")
@guard("staff:confirm")
def finish_desk_task(actor: Actor) -> Any:
    """Say that a leaver's work has been seen to."""
    commands.finish_staff_task(actor, task_id=_number(request.form.get("task", "")))
    return redirect(url_for(".our_people", done="task"), 303)
