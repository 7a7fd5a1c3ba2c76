"""Referrals as what has clocks."""

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_name_of
from caseapp.deadlines.slots import About
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import names_together
from caseapp.referrals.models import Referral


def about_referrals(_actor: Actor, ids: Mapping[str, Collection[int]]) -> dict[int, About]:
    """What referrals among these subjects are (slot `deadlines.about`). One statement."""
    wanted = ids.get("referral", ())
    return {
        row.id: About(
            "Referral",
            row.reference,
            names_together(children_of(row.document)),
            "The hub",
            row.worker or "",
            ("referrals.show", row.reference),
        )
        for row in (fetch(_REFERRALS, {"referrals": list(wanted)}) if wanted else ())
    }


_REFERRALS: Any = (
    sa.select(
        Referral.id,
        Subject.reference,
        Referral.document,
        user_name_of(sa.func.coalesce(Referral.held_by_id, Referral.read_by_id)).label("worker"),
    )
    .join(Subject, Subject.id == Referral.id)
    .where(Referral.id.in_(sa.bindparam("referrals", expanding=True)))
)
