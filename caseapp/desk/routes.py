"""Where everybody starts: home by what one does, my work, the team's board."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import FAMILY_HELP, LOCALITY, PERMISSIONS, Actor, Membership, allows
from caseapp.access.guard import guard
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import OTHER_TASK, TASKS
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound

from . import queries
from .slots import PANELS

bp = Blueprint("desk", __name__)

LARGEST = 2**63 - 1

# The first row whose permission holds is where somebody starts.
HOMES = (
    ("desk:team_board", "/desk/team"),
    ("desk:my_work", "/desk/my-work"),
    ("referral:queue", "/referrals/queue"),
    ("audit:read", "/audit/events"),
    ("account:administer", "/accounts/people"),
    ("referral:list_own", "/referrals/"),
)
ELSE = "/accounts/me"


@bp.get("/")
@guard("home:read")
def home(actor: Actor) -> ResponseReturnValue:
    """Send everybody to where their work is."""
    return redirect(next((path for key, path in HOMES if allows(PERMISSIONS[key], actor, None)), ELSE))


@bp.get("/desk/my-work")
@guard("desk:my_work", logged=True)
def my_work(actor: Actor) -> ResponseReturnValue:
    """What I have to read, what is due, my children."""
    work = queries.get_my_work(actor)
    return render_template("desk/my_work.html", work=work, task_kinds=TASKS, other_task=OTHER_TASK, now=clock.now())


@bp.get("/desk/team")
@guard("desk:team_board", logged=True)
def team_board(actor: Actor) -> ResponseReturnValue:
    """The team's families without a worker, who could take them, and what everybody carries."""
    managed = [m for m in actor.memberships if m.role == "manager" and m.team_kind in (LOCALITY, FAMILY_HELP)]
    team = _chosen(managed, request.args.get("team"))
    return render_template(
        "desk/team_board.html",
        board=queries.get_board(team),
        panels=[panel for fill in PANELS for panel in fill(actor, team.team_id)],
        tabs=_tabs(managed, team),
        now=clock.now(),
    )


def _chosen(managed: list[Membership], key: str | None) -> Membership:
    if key is None:
        return managed[0]
    team = next((m for m in managed if m.team_key == key), None)
    if team is None:
        raise NotFound
    return team


def _tabs(managed: list[Membership], team: Membership) -> list[dict[str, Any]]:
    if len(managed) < 2:
        return []
    return [
        {"label": m.team_name, "url": url_for(".team_board", team=m.team_key), "current": m is team} for m in managed
    ]


@bp.post("/desk/team/give")
@guard("case:allocate")
def give(actor: Actor) -> ResponseReturnValue:
    """Give a family to a worker. If another manager was quicker, say who has them now."""
    professional = _number(request.form.get("professional", ""))
    seen = dict(_seen(text) for text in request.form.getlist("seen"))
    cases.allocate(actor, cases=seen, professional_id=professional)
    return redirect(url_for(".team_board", team=request.form.get("team") or None), 303)


def _seen(text: str) -> tuple[int, int]:
    case_id, _, version = text.partition(":")
    return _number(case_id), _number(version)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 20 and int(text) <= LARGEST):
        raise Invalid({"professional_id": "Open the board again and press Give beside a name."})
    return int(text)
