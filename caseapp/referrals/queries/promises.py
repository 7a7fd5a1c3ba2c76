"""What holds of every referral's clocks: statements that find where it does not."""

import sqlalchemy as sa

from caseapp.cases.queries import promise
from caseapp.cases.slots import Promise
from caseapp.deadlines.models import Clock
from caseapp.kernel.subjects import Subject
from caseapp.referrals.models import Referral

# What counts to the decision; what counts from it (the answer to the referrer) goes on.
TO_DECISION = ("referral.decision", "mash.red", "mash.amber", "mash.green", "mash.first_look")

_PROMISES = (
    promise(
        "referral_clock",
        "No clock to the decision runs once a referral is decided",
        "Run deadlines rebuild: it works out all clocks again from the events.",
        sa.select(Subject.reference, (sa.literal("still running: ") + Clock.rule).label("words"))
        .select_from(Clock)
        .join(Referral, Referral.id == Clock.subject_id)
        .join(Subject, Subject.id == Referral.id)
        .where(Clock.stopped_at.is_(None), Clock.rule.in_(TO_DECISION), Referral.decided_at.is_not(None)),
    ),
)


def promises() -> list[Promise]:
    """What referrals promise."""
    return [*_PROMISES]
