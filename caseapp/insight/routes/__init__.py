"""The pages of insight: importing this package puts them on the blueprint."""

from caseapp.insight.routes import pages, taking
from caseapp.insight.routes.blueprint import bp

__all__ = ["bp", "pages", "taking"]
