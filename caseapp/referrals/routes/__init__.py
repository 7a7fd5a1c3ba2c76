"""The pages of referrals: importing this package puts them on the blueprint."""

from caseapp.referrals.routes import (
    after,
    answered,
    asking,
    attachments,
    brief,
    calls,
    deciding,
    group,
    holding,
    hub,
    known,
    known_adults,
    own,
    papers,
    queue,
    step_up,
)
from caseapp.referrals.routes.blueprint import bp

__all__ = [
    "after",
    "answered",
    "asking",
    "attachments",
    "bp",
    "brief",
    "calls",
    "deciding",
    "group",
    "holding",
    "hub",
    "known",
    "known_adults",
    "own",
    "papers",
    "queue",
    "step_up",
]
