"""Where everybody starts: home by what one does, my work, the team's board."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import FAMILY_HELP, LOCALITY, PERMISSIONS, Actor, Membership, allows
from caseapp.access.guard import guard
from caseapp.access.taking import give_list
from caseapp.accounts.forms import AbsenceForm, CoverForm
from caseapp.accounts.queries import list_workers
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import OTHER_TASK, TASKS
from caseapp.cases.queries import CaseRow, list_late_alerts
from caseapp.deadlines.catalogue import RULE_GROUPS, RULES
from caseapp.deadlines.queries import ClockView
from caseapp.kernel import clock
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.kernel.sheets import Sheet
from caseapp.night.queries import has_morning

from . import queries
from .catalogue import BY_VISIT, NO_PAGE, NO_PLACE, NOT_YET, SCORED
from .domain import ONE_DAY, first_day, near_name, weeks_from
from .slots import MY_WORK, PANELS

bp = Blueprint("desk", __name__)

LARGEST = 2**63 - 1
RULE_WORDS = {rule.key: rule.words for rule in RULES}

# The first row whose permission holds is where somebody starts.
HOMES = (
    ("night:list", "/night/"),
    ("desk:team_board", "/desk/team"),
    ("desk:my_work", "/desk/my-work"),
    ("referral:queue", "/referrals/queue"),
    ("insight:read", "/insight/"),
    ("audit:read", "/audit/events"),
    ("account:administer", "/accounts/people"),
    ("desk:alerts", "/desk/alerts"),
    ("referral:list_own", "/referrals/"),
)


@bp.get("/")
@guard("home:read")
def home(actor: Actor) -> ResponseReturnValue:
    """Send everybody to where their work is: first to what the night left them to read (practice 2)."""
    if allows(PERMISSIONS["night:morning"], actor, None) and has_morning(actor):
        return redirect(url_for("night.morning"))
    path = next((path for key, path in HOMES if allows(PERMISSIONS[key], actor, None)), None)
    return redirect(path) if path else _nothing_yet(actor)


def _nothing_yet(actor: Actor) -> str:
    """For somebody without a page of work: why, and what to do meanwhile."""
    known = (NOT_YET[place] for m in actor.memberships if (place := (m.team_kind, m.role)) in NOT_YET)
    why, meanwhile = next(known, NO_PAGE if actor.memberships else NO_PLACE)
    return render_template("desk/nothing_yet.html", why=why, meanwhile=meanwhile)


@bp.get("/desk/my-work")
@guard("desk:my_work", logged=True)
def my_work(actor: Actor) -> ResponseReturnValue:
    """What I have to read, what is due, my children."""
    return render_template(
        "desk/my_work.html",
        work=queries.get_my_work(actor),
        panels=[panel for fill in MY_WORK for panel in fill(actor)],
        task_kinds=TASKS,
        other_task=OTHER_TASK,
        by_visit=BY_VISIT,
        now=clock.now(),
        today=clock.today(),
    )


@bp.get("/desk/my-work.xlsx")
@guard("desk:my_work", logged=True)
def take_my_work(actor: Actor) -> ResponseReturnValue:
    """My children, those I cover for and those I still work alongside, as a spreadsheet."""
    work = queries.get_my_work(actor)
    groups = [("mine", work.families), *((f"covering for {away.name}", away.families) for away in work.covering)]
    rows = [_child_row(case, how, due) for how, families in groups for row in families for case, due in row.children]
    rows += [_child_row(case, "still alongside", None) for row in work.alongside for case in row.children]
    given: ResponseReturnValue = give_list(actor, Sheet("my_children", "My children", CHILD_HEADINGS, rows))
    return given


CHILD_HEADINGS = (
    *("Reference", "Child", "Age", "Family", "How", "Level", "Accountable team", "Worker", "Address", "Due first"),
    *("Due", "Time left"),
)


def _child_row(case: CaseRow, how: str, due: ClockView | None) -> list[Any]:
    return [
        case.reference,
        case.name,
        case.age,
        case.family_name,
        how,
        case.level_words,
        case.team_name,
        case.lead_name or "no worker named",
        "Address protected" if case.address_protected else "",
        due.rule.words if due else "",
        (due.due_on or due.due_at) if due else None,
        due.time_left.words if due else "",
    ]


@bp.get("/desk/team.xlsx")
@guard("desk:team_board", logged=True)
def take_team(actor: Actor) -> ResponseReturnValue:
    """What everybody of the team carries, as a spreadsheet."""
    board = queries.get_board(actor, _chosen(_managed(actor), request.args.get("team")))
    workers = sorted(board.workers, key=lambda worker: worker.children, reverse=True)
    sheet = Sheet(
        "team_load",
        f"Load by worker: {board.team.team_name}",
        ("Worker", "Title", "Children", "Families", "Mix", "New, 7 days"),
        [[each.name, each.title, each.children, each.families, each.mix, each.new] for each in workers],
        filter=f"team: {board.team.team_name}",
    )
    given: ResponseReturnValue = give_list(actor, sheet)
    return given


def _managed(actor: Actor) -> list[Membership]:
    return [m for m in actor.memberships if m.role == "manager" and m.team_kind in (LOCALITY, FAMILY_HELP)]


@bp.get("/desk/team")
@guard("desk:team_board", logged=True)
def team_board(actor: Actor) -> ResponseReturnValue:
    """The team's families without a worker, who could take them, and what everybody carries."""
    managed = _managed(actor)
    team = _chosen(managed, request.args.get("team"))
    return render_template(
        "desk/team_board.html",
        board=queries.get_board(actor, team),
        panels=[panel for fill in PANELS for panel in fill(actor, team.team_id)],
        tabs=_tabs(managed, team),
        views=_views(team),
        now=clock.now(),
    )


@bp.get("/desk/team/due")
@guard("desk:team_board", logged=True)
def team_due(actor: Actor) -> ResponseReturnValue:
    """A team's clocks by day: what is late on top, then today, then what comes."""
    team, asked, chosen = _asked(actor)
    after, today = request.args.get("after", ""), clock.today()
    late, days = queries.count_days(actor, asked, until=today + 7 * ONE_DAY)
    page = queries.list_due(actor, asked, after=queries.Place.read(after))
    return _team_page(
        actor,
        team,
        "desk/team_due.html",
        page=page,
        late=late,
        due_today=days[today].number if today in days else 0,
        soon=sum(count.number for day, count in days.items() if day > today),
        asked=asked,
        chosen=chosen,
        later=bool(after),
        next_url=url_for(".team_due", **chosen, after=page.after.address) if page.after else None,
    )


@bp.get("/desk/team/calendar")
@guard("desk:team_board", logged=True)
def team_calendar(actor: Actor) -> ResponseReturnValue:
    """How many of a team's clocks are due on each day of four weeks, or of one with what they are."""
    team, asked, chosen = _asked(actor)
    try:
        monday = first_day(request.args.get("from", ""), clock.today())
    except ValueError:
        raise NotFound from None
    number = 1 if request.args.get("weeks") == "1" else 4
    until = monday + timedelta(weeks=number)
    late, days = queries.count_days(actor, asked, until=until)
    return _team_page(
        actor,
        team,
        "desk/team_calendar.html",
        weeks=weeks_from(monday, number),
        days=days,
        late=late,
        asked=asked,
        chosen=chosen,
        monday=monday,
        step=timedelta(weeks=number),
        rule_words=RULE_WORDS,
    )


@bp.get("/desk/team/likely")
@guard("desk:team_board", logged=True)
def team_likely(actor: Actor) -> ResponseReturnValue:
    """A team's running assessments that are likely to end late, with the reasons."""
    team = _chosen(_managed(actor), request.args.get("team"))
    after = request.args.get("after", "")
    page = queries.list_likely(actor, team_id=team.team_id, after=after)
    next_url = url_for(".team_likely", team=team.team_key, after=page.after) if page.after else None
    return _team_page(
        actor, team, "desk/team_likely.html", page=page, scored=SCORED, later=bool(after), next_url=next_url
    )


@bp.get("/desk/my-work/likely")
@guard("desk:my_work", logged=True)
def likely(actor: Actor) -> ResponseReturnValue:
    """The assessments that I lead, or cover for, that are likely to end late, with the reasons."""
    after = request.args.get("after", "")
    page = queries.list_likely(actor, after=after)
    next_url = url_for(".likely", after=page.after) if page.after else None
    return render_template(
        "desk/my_likely.html", page=page, scored=SCORED, later=bool(after), next_url=next_url, now=clock.now()
    )


@bp.get("/desk/team/not-seen")
@guard("desk:team_board", logged=True)
def team_seen(actor: Actor) -> ResponseReturnValue:
    """A team's children by when they were last seen, by anybody or by the worker: the longest ago first."""
    team, asked, chosen = _asked(actor)
    by = request.args.get("by", "anybody")
    if by not in queries.BY:
        raise NotFound
    after = request.args.get("after", "")
    page = queries.list_seen(actor, team.team_id, by=by, worker_id=asked.worker_id, after=after)
    chosen = {"team": team.team_key, "by": by, **{key: chosen[key] for key in ("worker",) if key in chosen}}
    return _team_page(
        actor,
        team,
        "desk/team_seen.html",
        page=page,
        by=by,
        chosen=chosen,
        later=bool(after),
        next_url=url_for(".team_seen", **chosen, after=page.after) if page.after else None,
    )


def _team_page(actor: Actor, team: Membership, template: str, **context: Any) -> str:
    endpoint = (request.endpoint or "").removeprefix("desk.")
    return render_template(
        template,
        team=team,
        tabs=_tabs(_managed(actor), team, f".{endpoint}"),
        views=_views(team),
        workers=list_workers(team.team_id),
        groups=RULE_GROUPS,
        today=clock.today(),
        now=clock.now(),
        near_name=near_name,
        **context,
    )


def _asked(actor: Actor) -> tuple[Membership, queries.Asked, dict[str, Any]]:
    """Which team's clocks an address asks for, and what of it goes into the next one. Raises NotFound for what cannot
    be chosen."""
    given = request.args
    team = _chosen(_managed(actor), given.get("team"))
    worker, group, day = given.get("worker", ""), given.get("rules", ""), given.get("day", "")
    try:
        number = queries.NOBODY if worker == "nobody" else _number(worker) if worker else 0
        on = date.fromisoformat(day) if day else None
    except (Invalid, ValueError):
        raise NotFound from None
    if group and group not in RULE_GROUPS:
        raise NotFound
    rules = RULE_GROUPS[group][1] if group else ()
    asked = queries.Asked(team.team_id, number, rules, on, late=given.get("late") == "1")
    chosen = {"team": team.team_key, "worker": worker, "rules": group, "day": day, "late": "1" if asked.late else ""}
    return team, asked, {key: value for key, value in chosen.items() if value}


@bp.get("/desk/alerts")
@guard("desk:alerts", logged=True)
def alerts(actor: Actor) -> ResponseReturnValue:
    """What nobody acknowledged in time, by case and team."""
    return render_template("desk/alerts.html", alerts=list_late_alerts(actor), now=clock.now())


def _chosen(managed: list[Membership], key: str | None) -> Membership:
    if key is None:
        return managed[0]
    team = next((m for m in managed if m.team_key == key), None)
    if team is None:
        raise NotFound
    return team


def _tabs(managed: list[Membership], team: Membership, endpoint: str = ".team_board") -> list[dict[str, Any]]:
    if len(managed) < 2:
        return []
    return [{"label": m.team_name, "url": url_for(endpoint, team=m.team_key), "current": m is team} for m in managed]


# What a team's manager looks at: the page and its name.
VIEWS = (
    (".team_board", "Families and workers"),
    (".team_due", "Due by day"),
    (".team_calendar", "Calendar"),
    (".team_likely", "Likely to be late"),
    (".team_seen", "Not seen"),
)


def _views(team: Membership) -> list[dict[str, Any]]:
    here = url_for(request.endpoint or ".team_board")
    return [
        {"label": words, "url": url_for(page, team=team.team_key), "current": url_for(page) == here}
        for page, words in VIEWS
    ]


@bp.get("/desk/off-today")
@guard("staff:manage", logged=True)
def off_today(actor: Actor) -> ResponseReturnValue:
    """What of one worker's work cannot wait, and who does it; for one who is gone, who takes their children."""
    managed = [m for m in actor.memberships if m.role == "manager"]
    team = _chosen(managed, request.args.get("team"))
    who = request.args.get("who", "")
    if not who:
        return redirect(url_for("accounts.my_team", team=team.team_key), 303)
    if not (who.isascii() and who.isdecimal() and len(who) < 20 and int(who) <= LARGEST):
        raise NotFound
    off = queries.get_off_today(actor, team, int(who))
    return render_template(
        "desk/off_today.html",
        off=off,
        team=team,
        absence=AbsenceForm(
            formdata=None, people=off.colleagues, data={"from_on": clock.today(), "until_on": clock.today()}
        ),
        cover=CoverForm(
            formdata=None,
            people=off.colleagues,
            data={"from_on": clock.today(), "until_on": off.member.away_until},
        ),
        task_kinds=TASKS,
        other_task=OTHER_TASK,
    )


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
