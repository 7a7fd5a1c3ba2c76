"""The pages of referrals: importing this package puts them on the blueprint."""

from caseapp.referrals.routes import hub, own
from caseapp.referrals.routes.blueprint import bp

__all__ = ["bp", "hub", "own"]
