"""The children of referrals as the hub sees them: the row, what was told, and the teams that could take them.

One statement.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import PostcodeSector, Team
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.catalogue import DIFFERENT, SAME
from caseapp.people.models import PersonIdentity
from caseapp.referrals.domain.children import ChildTold
from caseapp.referrals.models import ChildAnswer, ReferralChild


@dataclass(frozen=True)
class TeamOption:
    """A team that could take a child: `barred` when the referral must be kept from it."""

    id: int
    name: str
    phone: str
    barred: bool


@dataclass(frozen=True)
class HubChild:
    """A child of the referral: the row, what was told, which teams the postcode leads to, and the case that the
    decision put it on, if there is one."""

    id: int
    name: str
    told: ChildTold
    match_key: str | None
    locality: str | None
    teams: dict[str, TeamOption]
    outcome: str | None
    became: str | None
    case_id: int | None
    # Who it is, as a person said: their record, its reference, and the number of all their records as one.
    person_id: int | None = None
    person: str = ""
    identity_id: int | None = None
    # Rows of other contacts that tell of the same child, or of another; records of another child: as a person said.
    same_rows: frozenset[int] = frozenset()
    other_rows: frozenset[int] = frozenset()
    not_persons: frozenset[int] = frozenset()

    def team_for(self, kind: str) -> TeamOption | None:
        """The team of a kind that the postcode leads to and that may see the child; None: a person chooses."""
        team = self.teams.get(kind)
        return team if team and not team.barred else None

    def why_choose(self, kind: str) -> str:
        """Why a person has to choose the team, in words without a conflict's detail."""
        if self.teams.get(kind):
            return "The team of this address must not see this referral."
        if self.told.postcode_sector:
            return f"No locality has the postcode {self.told.postcode_sector}."
        return "There is no whole postcode."


@cache
def _statement() -> Any:
    return (
        sa.select(
            ReferralChild.id,
            ReferralChild.referral_id,
            ReferralChild.position,
            ReferralChild.shown_name,
            ReferralChild.match_key,
            ReferralChild.outcome,
            ReferralChild.became,
            ReferralChild.case_id,
            ReferralChild.person_id,
            Subject.reference.label("person"),
            sa.func.coalesce(PersonIdentity.identity_id, ReferralChild.person_id).label("identity_id"),
            _said(SAME, _OTHER_ROW).label("same_rows"),
            _said(DIFFERENT, _OTHER_ROW).label("other_rows"),
            _said(DIFFERENT, ChildAnswer.person_id).label("not_persons"),
            PostcodeSector.locality,
            Team.id.label("team_id"),
            Team.kind,
            Team.name,
            Team.phone,
        )
        .outerjoin(Subject, Subject.id == ReferralChild.person_id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == ReferralChild.person_id)
        .outerjoin(PostcodeSector, PostcodeSector.sector == ReferralChild.sector)
        .outerjoin(Team, sa.and_(Team.locality == PostcodeSector.locality, Team.kind.in_(("locality", "family_help"))))
        .where(ReferralChild.referral_id.in_(sa.bindparam("referrals", expanding=True, type_=sa.BigInteger())))
        .order_by(ReferralChild.position)
    )


_COMMA: Any = sa.literal(",")
_OTHER_ROW = sa.case((ChildAnswer.child_id == ReferralChild.id, ChildAnswer.other_child_id), else_=ChildAnswer.child_id)


def _said(answer: str, number: Any) -> Any:
    """The numbers of which somebody said this for a child; a contact's child said of another's holds for both."""
    of = sa.or_(ChildAnswer.child_id == ReferralChild.id, ChildAnswer.other_child_id == ReferralChild.id)
    if number is ChildAnswer.person_id:
        of = ChildAnswer.child_id == ReferralChild.id
    return (
        sa.select(sa.func.aggregate_strings(sa.cast(number, sa.Text()), _COMMA))
        .where(of, ChildAnswer.answer == answer, ChildAnswer.ended_at.is_(None), number.is_not(None))
        .correlate(ReferralChild)
        .scalar_subquery()
    )


def _numbers(text: str | None) -> frozenset[int]:
    return frozenset(int(number) for number in (text or "").split(",") if number)


def load_children(referral_ids: Collection[int]) -> Sequence[Any]:
    """The rows of the children of these referrals, for `list_children`: one statement."""
    return fetch(_statement(), {"referrals": list(referral_ids)})


def list_children(
    rows: Sequence[Any], told: Mapping[int, Sequence[ChildTold]], barred_teams: Collection[int]
) -> dict[int, list[HubChild]]:
    """The children of each referral (id to those its document tells of), from their rows, with the teams their
    postcodes lead to."""
    teams: dict[int, dict[str, TeamOption]] = defaultdict(dict)
    for row in rows:
        if row.team_id is not None:
            teams[row.id][row.kind] = TeamOption(row.team_id, row.name, row.phone, row.team_id in barred_teams)
    found: dict[int, list[HubChild]] = {referral_id: [] for referral_id in told}
    for row in {row.id: row for row in rows}.values():
        found[row.referral_id].append(
            HubChild(
                row.id,
                row.shown_name,
                told[row.referral_id][row.position],
                row.match_key,
                row.locality,
                teams[row.id],
                row.outcome,
                row.became,
                row.case_id,
                row.person_id,
                row.person or "",
                row.identity_id,
                _numbers(row.same_rows),
                _numbers(row.other_rows),
                _numbers(row.not_persons),
            )
        )
    return found
