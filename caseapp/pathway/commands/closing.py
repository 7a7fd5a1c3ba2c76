"""Closing: the pathway asks what stands in the way, then the cases close."""

from collections.abc import Collection, Mapping

from caseapp.access.domain import Actor
from caseapp.cases import commands as cases
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.pathway.queries.census import broken_by_closing, list_children, of_cases
from caseapp.pathway.queries.closing import get_closing
from caseapp.people.domain.census import ERROR

# A query that is a plain mistake where somebody chooses the reason: there is no assessment.
NO_ASSESSMENT = "8825Q"


def close_family_cases(actor: Actor, *, case_id: int, versions: Mapping[int, int], reason: str, words: str) -> None:
    """Close a child's case, and those of brothers and sisters in `versions` (number to the version seen).

    Raises OutOfOrder when something stands in the way of one of them (an assessment, a handover, something unread),
    Invalid when the reason does not fit, Conflict when somebody was quicker. All close, or none.
    """
    page = get_closing(actor, case_id)
    chosen = {row.id: versions[row.id] for row in (page.case, *page.siblings) if row.id in versions}
    if case_id not in chosen or len(chosen) != len(versions):
        raise Invalid({"children": "Choose again: the family’s open cases have changed"})
    in_the_way = dict.fromkeys(words for chosen_id in chosen for words in page.obstacles[chosen_id])
    if in_the_way:
        raise OutOfOrder(" ".join(in_the_way))
    _keep_census_rules(chosen, reason)
    cases.close_cases(actor, cases=chosen, reason=reason, words=words)


def _keep_census_rules(case_ids: Collection[int], reason: str) -> None:
    """Raise Invalid, with what to do, where closing with this reason would break a rule of the census."""
    children = list_children(db.session.connection(), of_cases(case_ids))
    by_case = {case_id: child for child in children for case_id in child.cases}
    for case_id in case_ids:
        child = by_case.get(case_id)
        for rule in broken_by_closing(child, case_id, reason, clock.today()) if child else ():
            if rule.kind == ERROR or rule.number == NO_ASSESSMENT:
                raise Invalid({"reason": rule.mend})
