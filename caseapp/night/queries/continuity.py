"""What a team needs on the day the system is gone: its children with address, household, dangers and whom to ring."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.access.domain import L4, OUT_OF_HOURS, Actor, Membership
from caseapp.access.models import Bar, Restricted
from caseapp.accounts.models import Professional, Team, TeamMembership
from caseapp.accounts.queries import TeamRow, list_teams
from caseapp.cases.models import Case, Custody, NightAlert
from caseapp.cases.queries import CaseRow, dangers_among
from caseapp.cases.queries.lists import as_case_row, select_cases
from caseapp.cases.slots import BEFORE_VISIT, EntryWords
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.people.queries import ELDEST_FIRST, FamilyRow, list_family

from .lists import AlertRow, alerts_on, in_force, missing_case_ids, on_plan


@dataclass(frozen=True)
class PaperChild:
    """A child as the file shows it."""

    case: CaseRow
    on_plan: bool
    missing: bool
    worker_phone: str | None
    team_phone: str
    next_due: ClockView | None
    dangers: tuple[EntryWords, ...]
    alerts: tuple[AlertRow, ...]


@dataclass(frozen=True)
class PaperFamily:
    """A family with its children of this team."""

    name: str
    children: tuple[PaperChild, ...]
    people: tuple[FamilyRow, ...]

    @property
    def of_concern(self) -> list[FamilyRow]:
        """Whom a visitor may meet and must know of."""
        return [person for person in self.people if person.adult_of_concern]

    @property
    def weight(self) -> tuple[bool, bool, bool, str]:
        """Where it stands in the file: missing, then with an alert, then on a plan, then by name."""
        return (
            not any(child.missing for child in self.children),
            not any(child.alerts for child in self.children),
            not any(child.on_plan for child in self.children),
            self.name,
        )


@dataclass(frozen=True)
class TeamFile:
    """All that one team's file holds. `left_out`: children somebody of the team may never see."""

    team: TeamRow
    families: tuple[PaperFamily, ...]
    left_out: int

    @property
    def children(self) -> int:
        """How many children are in it."""
        return sum(len(family.children) for family in self.families)


def list_file_teams() -> list[TeamRow]:
    """The teams that get a file: those that may hold children, and the out-of-hours team."""
    return [team for team in list_teams() if team.may_hold_cases or team.kind == OUT_OF_HOURS]


def team_file(team: TeamRow) -> TeamFile:
    """What goes into a team's file: its open children; for the night the borough's on a plan, in our care, missing or
    with an alert. What a conflict of interest keeps from anybody of the team is left out and counted."""
    now, missing = clock.now(), missing_case_ids()
    has_alert = sa.exists().where(NightAlert.case_id == Case.id, in_force(now))
    wanted = (
        sa.or_(on_plan(), has_alert, Case.id.in_(missing)) if team.kind == OUT_OF_HOURS else Custody.team_id == team.id
    )
    rows = db.session.execute(
        select_cases()
        .add_columns(
            on_plan().label("on_plan"), Professional.phone.label("worker_phone"), Team.phone.label("team_phone")
        )
        .where(wanted)
        .order_by(Case.family_id, *ELDEST_FIRST)
    ).all()
    reader = _as_team(team)
    kept = _kept_from(reader, [row.case_id for row in rows])
    shown = [row for row in rows if row.case_id not in kept]
    return TeamFile(team, _families(reader, shown, missing), len(rows) - len(shown))


@dataclass(frozen=True)
class _TheTeam(Actor):
    """The team as a reader: what bars the team, or any of its people, bars the file."""

    people: tuple[int, ...] = ()

    @property
    def principals(self) -> tuple[str, ...]:
        """What stands for the team and who leads it, and for each of its people."""
        (place,) = self.memberships
        users = (f"user:{user_id}" for user_id in self.people)
        return (f"team:{place.team_id}", f"lead:{place.team_id}", f"kind:{place.team_kind}", *users)


def _as_team(team: TeamRow) -> _TheTeam:
    """The team with everybody whose place is not over: who starts next week opens this file next week."""
    not_over = sa.or_(TeamMembership.until_on.is_(None), TeamMembership.until_on >= clock.today())
    people = db.session.scalars(
        sa.select(TeamMembership.user_id).where(TeamMembership.team_id == team.id, not_over).distinct()
    )
    place = Membership(team.id, team.key, team.name, team.kind, "worker")
    return _TheTeam(0, "The file", "", 0, "", None, False, (place,), people=tuple(people))


def _kept_from(team: _TheTeam, case_ids: Collection[int]) -> set[int]:
    """The cases that somebody of the team may never see: the file is the team's, so they cannot stand in it. Nor can
    what only named people may see."""
    barred = sa.select(Bar.subject_id).where(Bar.subject_id.in_(list(case_ids)), Bar.principal.in_(team.principals))
    hidden = sa.select(Restricted.subject_id).where(Restricted.subject_id.in_(list(case_ids)))
    return set(db.session.scalars(sa.union(barred, hidden)))


def _families(reader: Actor, rows: Sequence[sa.Row], missing: set[int]) -> tuple[PaperFamily, ...]:
    ids = [row.case_id for row in rows]
    clocks, alerts = clocks_of(ids), alerts_on(ids)
    together: dict[int, list[PaperChild]] = {}
    cases = [as_case_row(row) for row in rows]
    people = {
        family_id: tuple(list_family(reader, family_id, level=L4))
        for family_id in dict.fromkeys(case.family_id for case in cases)
    }
    for row, case in zip(rows, cases, strict=True):
        child = PaperChild(
            case=case,
            on_plan=bool(row.on_plan),
            missing=case.id in missing,
            worker_phone=row.worker_phone,
            team_phone=row.team_phone,
            next_due=next(iter(clocks.get(case.id, ())), None),
            dangers=(
                *dangers_among(people[case.family_id]),
                *(each for fill in BEFORE_VISIT for each in fill(reader, case)),
            ),
            alerts=tuple(alert for alert in alerts if alert.case.id == case.id),
        )
        together.setdefault(case.family_id, []).append(child)
    families = [
        PaperFamily(children[0].case.family_name, tuple(children), people[family_id])
        for family_id, children in together.items()
    ]
    return tuple(sorted(families, key=lambda family: family.weight))
