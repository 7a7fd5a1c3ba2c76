"""The administrator invites, makes links, lifts suspensions. No record of a child is reached from here."""

from typing import Any

from flask import current_app, redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess, is_role
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.forms import InviteForm, LinkForm, TakeAwayForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.words import DONE
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid


def _invite_form(**options: Any) -> InviteForm:
    form = InviteForm(**options)
    form.agency.choices = {"": "Choose an agency"} | {
        str(number): name for name, number in sorted(queries.agency_names().items())
    }
    form.team.choices = {"": "Choose a team"} | {str(team.id): team.name for team in queries.list_teams()}
    return form


def _team_of(form: InviteForm) -> queries.TeamRow:
    """The team chosen. Raises Invalid where agency, team and role don't fit each other."""
    team = queries.find_team(team_id=int(form.team.data))
    if team is None or str(team.agency_id) != form.agency.data:
        agency = dict(form.agency.choices)[form.agency.data]
        raise Invalid({"team": f"{team.name if team else 'This'} is not a team of {agency}. Choose one of theirs"})
    if not is_role(team.kind, form.role.data):
        raise Invalid({"role": f"{team.name} has no such role. Choose another"})
    return team


@bp.get("/people/invite")
@guard("account:administer")
def ask_invite(_actor: Actor) -> Any:
    """Whom to invite."""
    form = _invite_form(formdata=None, data={"from_on": clock.today()})
    return render_template("accounts/invite.html", form=form)


@bp.post("/people/invite")
@guard("account:administer")
def invite(actor: Actor) -> Any:
    """Make the sign-in and show its link, this once."""
    form = _invite_form()
    try:
        if not form.validate():
            raise Invalid({})
        team = _team_of(form)
        user_id, token = commands.invite(
            actor,
            commands.Invitation(
                name=form.name.data,
                email=form.email.data,
                title=form.title.data,
                phone=form.phone.data or team.phone,
                agency_id=int(form.agency.data),
                team_id=team.id,
                role=form.role.data,
                from_on=form.from_on.data,
                until_on=form.until_on.data,
            ),
        )
    except Invalid as error:
        form.add_errors(error.problems)
        return render_template("accounts/invite.html", form=form), 422
    return _link_page(user_id, token)


def _link_page(user_id: int, token: str) -> str:
    return render_template(
        "accounts/link_made.html",
        row=queries.get_person(user_id),
        address=url_for("accounts.link", token=token, _external=True),
        must_have_one=current_app.config["SECOND_FACTOR"] == "required",
    )


def _page(actor: Actor, user_id: int, link_form: LinkForm, away_form: TakeAwayForm) -> str:
    return render_template(
        "accounts/person_sign_in.html",
        row=queries.get_person(user_id),
        state=queries.get_sign_in(user_id),
        factors=queries.get_factors(user_id),
        sessions=queries.count_live_sessions(user_id),
        is_self=user_id == actor.user_id,
        link_form=link_form,
        away_form=away_form,
        done=DONE.get(request.args.get("done", "")),
    )


@bp.get("/people/<ref:reference>/sign-in")
@guard("user:disable")
def person_sign_in(actor: Actor, subject: SubjectAccess) -> Any:
    """How somebody signs in, and what an administrator can do about it."""
    return _page(actor, subject.id, LinkForm(formdata=None), TakeAwayForm(formdata=None))


@bp.post("/people/<ref:reference>/sign-in/link")
@guard("user:disable")
def make_link(actor: Actor, subject: SubjectAccess) -> Any:
    """Make a link and show it, this once."""
    form = LinkForm()
    if not form.validate():
        return _page(actor, subject.id, form, TakeAwayForm(formdata=None)), 422
    return _link_page(subject.id, commands.make_link(actor, subject.id))


@bp.post("/people/<ref:reference>/sign-in/second-step")
@guard("user:disable")
def take_away_second_step(actor: Actor, subject: SubjectAccess) -> Any:
    """Take their second step away, for a reason."""
    form = TakeAwayForm()
    if not form.validate():
        return _page(actor, subject.id, LinkForm(formdata=None), form), 422
    commands.reset_second_factor(actor, subject.id, why=form.why.data)
    return redirect(url_for("accounts.person_sign_in", reference=subject.reference, done="taken_away"), 303)


@bp.post("/people/<ref:reference>/sign-in/lift")
@guard("user:disable")
def lift(actor: Actor, subject: SubjectAccess) -> Any:
    """Lift a suspension."""
    commands.lift_suspension(actor, subject.id)
    return redirect(url_for("accounts.person_sign_in", reference=subject.reference, done="lifted"), 303)
