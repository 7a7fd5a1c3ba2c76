"""Closing: the pathway asks what stands in the way, then the cases close."""

from collections.abc import Mapping

from caseapp.access.domain import Actor
from caseapp.cases import commands as cases
from caseapp.cases.domain import AFTER_ASSESSMENT
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.pathway.queries.closing import get_closing


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
    if reason == AFTER_ASSESSMENT and not chosen.keys() <= page.assessed:
        raise Invalid({"reason": "Nobody has assessed this child, so that can’t be the reason"})
    cases.close_cases(actor, cases=chosen, reason=reason, words=words)
