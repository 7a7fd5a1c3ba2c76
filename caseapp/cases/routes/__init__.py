"""The pages of a case: importing this package puts them on the blueprint."""

from caseapp.cases.routes import chronology, clocks, dated, family, files, record, visits
from caseapp.cases.routes.blueprint import bp

__all__ = ["bp", "chronology", "clocks", "dated", "family", "files", "record", "visits"]
