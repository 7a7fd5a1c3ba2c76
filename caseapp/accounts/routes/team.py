"""My team: a manager's page about their people. No case stands here: who works, who is away, who is on duty."""

from datetime import date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, Membership
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.catalogue import ABSENCES
from caseapp.accounts.domain import DAY_PARTS, parts_of, staff_task_words
from caseapp.accounts.forms import AbsenceForm, ColleagueForm, CoverForm, RegistrationForm, number_of
from caseapp.accounts.queries import MemberRow
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.words import TEAM_DONE
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound

LARGEST = 2**63 - 1


def _managed(actor: Actor, key: str | None) -> tuple[Membership, list[Membership]]:
    """The team asked for (the first when none is), among those that the actor manages. Raises NotFound."""
    teams = [place for place in actor.memberships if place.role == "manager"]
    if not key:
        return teams[0], teams
    team = next((place for place in teams if place.team_key == key), None)
    if team is None:
        raise NotFound
    return team, teams


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST):
        raise NotFound
    return int(text)


def _monday() -> date:
    today = clock.today()
    return today - timedelta(days=today.weekday())


def _to_team(done: str) -> Any:
    return redirect(url_for("accounts.my_team", team=request.form.get("team") or None, done=done), 303)


@bp.get("/team")
@guard("staff:manage")
def my_team(actor: Actor) -> Any:
    """Who works in the team, who is away and who covers, registrations, the duty rota."""
    return _team_page(actor, request.args.get("team"), ColleagueForm(formdata=None))


def _team_page(actor: Actor, key: str | None, form: ColleagueForm, problem: str = "") -> str:
    team, teams = _managed(actor, key)
    members = queries.list_members(team.team_id)
    monday = _monday()
    return render_template(
        "accounts/team.html",
        team=team,
        tabs=[
            {"label": each.team_name, "url": url_for(".my_team", team=each.team_key), "current": each is team}
            for each in teams
        ]
        if len(teams) > 1
        else [],
        staff=[member for member in members if member.user_id],
        others=[member for member in members if not member.user_id],
        tasks=[(task, staff_task_words(task.kind, task.amount)) for task in queries.list_staff_tasks(team.team_id)],
        days=[monday + timedelta(days=number) for number in range(queries.ROTA_DAYS)],
        parts=[(part, DAY_PARTS[part][0]) for part in parts_of(team.team_kind)],
        rota=queries.list_rota(team.team_id, from_day=monday),
        form=form,
        problem=problem,
        today=clock.today(),
        done=TEAM_DONE.get(request.args.get("done", "")),
    )


# ---------------------------------------------------------------- one of them


def _person(actor: Actor, source: Any) -> tuple[Membership, MemberRow, list[MemberRow]]:
    """The member whom the page is about, and everybody of the team. Raises NotFound."""
    team, _ = _managed(actor, source.get("team"))
    members = queries.list_members(team.team_id)
    wanted = _number(source.get("who", ""))
    member = next((each for each in members if each.professional_id == wanted), None)
    if member is None:
        raise NotFound
    return team, member, members


def _colleagues(member: MemberRow, members: list[MemberRow]) -> list[tuple[int, str]]:
    return [
        (each.professional_id, f"{each.name} (away)" if each.is_away else each.name)
        for each in members
        if each.can_work and each.professional_id != member.professional_id
    ]


def _person_page(
    team: Membership,
    member: MemberRow,
    members: list[MemberRow],
    *,
    absence: AbsenceForm | None = None,
    cover: CoverForm | None = None,
    registration: RegistrationForm | None = None,
) -> str:
    people = _colleagues(member, members)
    today = clock.today()
    if absence is None:
        absence = AbsenceForm(formdata=None, people=people, data={"from_on": today})
    if cover is None:
        start = max(member.away_from, today) if member.away_from else today
        cover = CoverForm(formdata=None, people=people, data={"from_on": start, "until_on": member.away_until})
    if registration is None:
        known = member.registration
        registration = RegistrationForm(
            formdata=None,
            data={
                "body": member.registration_body or "Social Work England",
                "number": known.number,
                "checked_on": today,
                "expires_on": known.expires_on,
            },
        )
    return render_template(
        "accounts/team_person.html",
        team=team,
        member=member,
        reasons=ABSENCES,
        absence=absence,
        cover=cover,
        registration=registration,
        errors=[*absence.error_list, *cover.error_list, *registration.error_list],
    )


@bp.get("/team/person")
@guard("staff:manage")
def team_person(actor: Actor) -> Any:
    """Somebody of the team: absence, cover, registration."""
    return _person_page(*_person(actor, request.args))


@bp.post("/team/absence")
@guard("staff:manage")
def put_absence(actor: Actor) -> Any:
    """Say that somebody is away, and who covers."""
    team, member, members = _person(actor, request.form)
    form = AbsenceForm(people=_colleagues(member, members))
    if form.validate():
        try:
            commands.set_absence(
                actor,
                professional_id=member.professional_id,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
                reason=form.reason.data,
                covering_id=number_of(form.covering.data),
            )
            return _to_team("away")
        except Invalid as error:
            form.add_errors(error.problems)
    return _person_page(team, member, members, absence=form), 422


@bp.post("/team/back")
@guard("staff:manage")
def end_absence(actor: Actor) -> Any:
    """Say that somebody is back."""
    commands.end_absence(actor, absence_id=_number(request.form.get("absence", "")))
    return _to_team("back")


@bp.post("/team/cover")
@guard("staff:manage")
def put_cover(actor: Actor) -> Any:
    """Let a colleague cover for somebody."""
    team, member, members = _person(actor, request.form)
    form = CoverForm(people=_colleagues(member, members))
    if form.validate():
        try:
            commands.put_cover(
                actor,
                away_id=member.professional_id,
                covering_id=int(form.covering.data),
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            )
            return _to_team("cover")
        except Invalid as error:
            form.add_errors(error.problems)
    return _person_page(team, member, members, cover=form), 422


@bp.post("/team/cover-over")
@guard("staff:manage")
def end_cover(actor: Actor) -> Any:
    """End a cover before its last day."""
    commands.end_cover(actor, cover_id=_number(request.form.get("cover", "")))
    return _to_team("uncovered")


@bp.post("/team/registration")
@guard("staff:manage")
def check_registration(actor: Actor) -> Any:
    """Keep what the register says about somebody."""
    team, member, members = _person(actor, request.form)
    form = RegistrationForm()
    if form.validate():
        try:
            commands.check_registration(actor, professional_id=member.professional_id, **_register(form))
            return _to_team("registration")
        except Invalid as error:
            form.add_errors(error.problems)
    return _person_page(team, member, members, registration=form), 422


def _register(form: RegistrationForm) -> dict[str, Any]:
    return {name: field.data for name, field in form.own_fields()}


# ---------------------------------------------------------------- people without a sign-in, the rota, a leaver's work


@bp.post("/team/people")
@guard("staff:manage")
def add_colleague(actor: Actor) -> Any:
    """Add somebody who works here and does not sign in."""
    team, _ = _managed(actor, request.form.get("team"))
    form = ColleagueForm()
    if form.validate():
        try:
            commands.add_without_sign_in(
                actor, team_id=team.team_id, name=form.name.data, title=form.title.data, phone=form.phone.data or ""
            )
            return _to_team("added")
        except Invalid as error:
            form.add_errors(error.problems)
    return _team_page(actor, team.team_key, form), 422


@bp.post("/team/people-left")
@guard("staff:manage")
def end_colleague(actor: Actor) -> Any:
    """Say that somebody without a sign-in has left."""
    commands.end_without_sign_in(actor, professional_id=_number(request.form.get("who", "")))
    return _to_team("left")


@bp.post("/team/rota")
@guard("staff:manage")
def save_rota(actor: Actor) -> Any:
    """Put the rota of two weeks as the table says; each place carries who stood there when the page was opened."""
    team, _ = _managed(actor, request.form.get("team"))
    try:
        seen, wanted = _rota_sent(team)
        commands.set_rota(actor, team_id=team.team_id, seen=seen, wanted=wanted)
    except Invalid as error:
        problem = ". ".join(error.problems.values())
        return _team_page(actor, team.team_key, ColleagueForm(formdata=None), problem), 422
    return _to_team("rota")


def _rota_sent(team: Membership) -> tuple[dict[tuple[date, str], int], dict[tuple[date, str], int | None]]:
    """What stood in the table when the page was opened, and what is wanted in the places that were sent."""
    seen: dict[tuple[date, str], int] = {}
    wanted: dict[tuple[date, str], int | None] = {}
    try:
        monday = date.fromisoformat(request.form.get("monday", ""))
        days = [monday + timedelta(days=number) for number in range(queries.ROTA_DAYS)]
    except (ValueError, OverflowError) as error:
        raise Invalid({"rota": "Open the page again, then choose who is on duty"}) from error
    for number, day in enumerate(days):
        for part in parts_of(team.team_kind):
            name = f"{number}-{part}"
            if name in request.form:
                chosen, there = request.form[name], request.form.get(f"{name}-was")
                wanted[day, part] = _number(chosen) if chosen else None
                if there:
                    seen[day, part] = _number(there)
    return seen, wanted


@bp.post("/team/tasks")
@guard("staff:manage")
def finish_task(actor: Actor) -> Any:
    """Say that a leaver's work has been seen to."""
    commands.finish_staff_task(actor, task_id=_number(request.form.get("task", "")))
    return _to_team("task")
