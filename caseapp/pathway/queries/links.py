"""Handovers as other slices link to them."""

from collections.abc import Collection

import sqlalchemy as sa

from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.pathway.domain import ACCEPTED
from caseapp.pathway.models import Handover, HandoverCase


def open_parts(case_ids: Collection[int]) -> dict[int, str]:
    """The accepted handover of each case whose sender has not closed its part yet, by reference. One statement, none
    without cases."""
    if not case_ids:
        return {}
    rows = db.session.execute(
        sa.select(HandoverCase.case_id, Subject.reference)
        .join(Handover, Handover.id == HandoverCase.handover_id)
        .join(Subject, Subject.id == Handover.id)
        .where(HandoverCase.case_id.in_(case_ids), Handover.state == ACCEPTED, Handover.sender_closed_at.is_(None))
        .order_by(Handover.id)
    )
    return {row.case_id: row.reference for row in rows}
