"""The pages of deadlines: importing this package puts them on the blueprint."""

from caseapp.deadlines.routes import late, policy
from caseapp.deadlines.routes.blueprint import bp

__all__ = ["bp", "late", "policy"]
