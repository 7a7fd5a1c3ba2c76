"""`flask --app wsgi users ...`: sign-ins made by an operator; the first administrator above all."""

import secrets
from datetime import datetime
from typing import Any

import click
from flask import current_app
from flask.cli import AppGroup

from caseapp.access.domain import is_role
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import Invalid

from . import commands, queries

users = AppGroup("users", help="People who sign in.")


@users.command("add-admin")
@click.argument("email")
@click.option("--name", required=True, help="The administrator's own name.")
def add_admin(email: str, name: str) -> None:
    """Make a sign-in for an administrator of sign-ins, and print its password once.

    An empty database gets the council and its team "service" for it.
    """
    with transaction():
        team = queries.find_team(key="service")
        team_id = team.id if team else _make_service_team()
        who = {"name": name, "title": "System administrator", "phone": "", "qualified": False}
        _add(email, agency="council", team_id=team_id, role="admin", **who)


@users.command("add")
@click.argument("email")
@click.option("--name", required=True, help="Their own name.")
@click.option("--agency", required=True, metavar="KEY", help="Short name of their agency.")
@click.option("--team", "team_key", required=True, metavar="KEY", help="Short name of their team.")
@click.option("--role", required=True, help="Their role in it, such as worker, manager or referrer.")
@click.option("--title", default="", help="What they are, such as 'Social worker'.")
@click.option("--phone", default="", help="Where they are reached; the team's number by default.")
@click.option("--qualified", is_flag=True, help="A social worker; counts once the registration is checked.")
@click.option("--registration", help="Their number on the register, which you have looked at today.")
@click.option("--registration-until", type=click.DateTime(["%Y-%m-%d"]), help="The last day on which it holds.")
def add(
    email: str,
    name: str,
    agency: str,
    team_key: str,
    role: str,
    title: str,
    phone: str,
    registration: str | None,
    registration_until: datetime | None,
    *,
    qualified: bool,
) -> None:
    """Make a sign-in for somebody in a team, and print its password once."""
    if (registration is None) != (registration_until is None):
        raise click.ClickException("Give --registration and --registration-until together")
    with transaction():
        team = queries.find_team(key=team_key)
        if team is None:
            keys = ", ".join(row.key for row in queries.list_teams())
            raise click.ClickException(f"No team is called {team_key!r}. There are: {keys or 'none'}")
        if not is_role(team.kind, role):
            raise click.ClickException(f"A team of the kind {team.kind!r} has no role {role!r}")
        _add(
            email,
            name=name,
            title=title or role.replace("_", " ").capitalize(),
            agency=agency,
            team_id=team.id,
            role=role,
            phone=phone or team.phone,
            qualified=qualified,
            registration_number=registration,
            checked_on=clock.today() if registration else None,
            expires_on=registration_until.date() if registration_until else None,
        )


def _make_service_team() -> int:
    agency_id = queries.find_agency("council") or commands.add_agency(
        key="council",
        name=f"{current_app.config['COUNCIL_NAME']} Council",
        kind="council",
        source_code="5A",
        phone=current_app.config["HUB_PHONE"],
    )
    return commands.add_team(
        key="service",
        name="Service and quality",
        kind="service",
        agency_id=agency_id,
        locality=None,
        may_hold_cases=False,
        phone=current_app.config["HUB_PHONE"],
    )


def _add(email: str, *, agency: str, team_id: int, role: str, **who: Any) -> None:
    """Add somebody (`who`: the rest of what `add_professional` takes) with a sign-in and a place in a team."""
    agency_id = queries.find_agency(agency)
    if agency_id is None:
        keys = ", ".join(queries.list_agency_keys())
        raise click.ClickException(f"No agency is called {agency!r}. There are: {keys or 'none'}")
    if email.count("@") != 1 or not email.strip("@ ") or email != "".join(email.split()):
        raise click.ClickException(f"{email!r} is not an e-mail address")
    password = secrets.token_urlsafe(15)
    professional_id = commands.add_professional(agency_id=agency_id, team_id=team_id, **who)
    try:
        user_id = commands.add_user(None, professional_id=professional_id, email=email, password=password)
    except Invalid as error:
        raise click.ClickException(str(error)) from error
    commands.add_membership(user_id=user_id, team_id=team_id, role=role, from_on=clock.today())
    click.echo(f"{who['name']} signs in as {email} with the password {password}")
    click.echo('It is not shown again. Change it under "Your account" after signing in.')


def _user_id(email: str) -> int:
    user_id = queries.find_user(email)
    if user_id is None:
        raise click.ClickException(f"Nobody signs in as {email!r}")
    return user_id


@users.command("lift")
@click.argument("email")
def lift(email: str) -> None:
    """Lift a suspension: for the day on which every administrator is suspended."""
    with transaction():
        commands.lift_suspension(None, _user_id(email))
    click.echo(f"{email} can sign in again.")


@users.command("reset-second-step")
@click.argument("email")
def reset_second_step(email: str) -> None:
    """Take away an app, keys and recovery codes: for an administrator who has lost theirs."""
    with transaction():
        commands.reset_second_factor(None, _user_id(email), why="lost")
    click.echo(f"{email} sets up a new second step at the next sign-in.")
