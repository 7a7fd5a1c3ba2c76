"""What somebody of the hub, or a referrer, has open when they go: counts for the managers of their team; and whose the
clocks of a referral are."""

from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Professional, User
from caseapp.accounts.slots import OpenWork
from caseapp.kernel.db import db
from caseapp.notifications.slots import Whose
from caseapp.referrals.models import Decision, Draft, Referral


def count_open_work(user_id: int) -> list[OpenWork]:
    """The contacts they hold in the queue, the proposals that wait, the drafts never sent; to the managers of their own
    team. A draft stays its writer's alone: it may be about a colleague. One statement."""

    def count(model: type[Decision | Draft | Referral], *conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).select_from(model).where(*conditions).scalar_subquery()

    row = db.session.execute(
        sa.select(
            Professional.team_id,
            count(Referral, Referral.held_by_id == user_id, Referral.state != "decided").label("claims"),
            count(Decision, Decision.proposed_by_id == user_id, Decision.state == "proposed").label("proposals"),
            count(
                Draft,
                Draft.owner_id == user_id,
                Draft.referral_id.is_(None),
                Draft.discarded_at.is_(None),
                Draft.expired_at.is_(None),
            ).label("drafts"),
        )
        .join(User, User.professional_id == Professional.id)
        .where(User.id == user_id)
    ).first()
    if row is None or row.team_id is None:
        return []
    amounts = {"claims": row.claims, "proposals": row.proposals, "drafts": row.drafts}
    return [OpenWork(kind, amount, row.team_id) for kind, amount in amounts.items() if amount]


def people(_today: Any) -> list[Whose]:
    """Who is reminded of a referral that is the hub's to work on (slot `notifications.people`): whoever has taken it.
    One that nobody has stands in the queue, and the managers hear when it is late."""
    holds = sa.select(
        Referral.id.label("about_id"), Referral.id.label("subject_id"), Referral.held_by_id.label("user_id")
    ).where(Referral.held_by_id.is_not(None))
    return [Whose("hub_worker", holds)]
