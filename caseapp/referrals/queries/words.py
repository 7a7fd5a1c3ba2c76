"""What a referral said, in its own words: shown beside an assessment, so that nobody retypes it."""

from collections.abc import Collection

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.kernel.db import db
from caseapp.kernel.web import day
from caseapp.referrals.domain.reading import NOT_SAID, sections
from caseapp.referrals.models import Referral

# The parts that tell what happened; who told us and what is restricted stay with the referral.
TOLD = ("danger", "said", "strengths", "now", "home")


def what_was_said(actor: Actor, referral_ids: Collection[int]) -> list[tuple[str, str]]:
    """Heading and words of each thing said in these referrals, for a reader of the record who is not kept from them.

    Nothing protected. One statement.
    """
    rows = db.session.execute(
        sa.select(Referral.document, Referral.received_at, Referral.agency_given)
        .where(Referral.id.in_(referral_ids), not_barred(actor, Referral.id))
        .order_by(Referral.received_at, Referral.id)
    )
    return [
        (f"{item.label} ({row.agency_given or 'sender not named'}, {day(row.received_at)})", item.value_words)
        for row in rows
        for section in sections(row.document)
        if section.key in TOLD
        for item in section.items
        if not item.protected and item.value_words not in (NOT_SAID, "left blank", "none given")
    ]
