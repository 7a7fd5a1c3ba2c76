"""Closing: the pathway asks what stands in the way and who was told, then the cases close."""

from collections.abc import Collection, Mapping, Sequence

from caseapp.access.domain import Actor
from caseapp.cases import commands as cases
from caseapp.cases.commands import TellingOf
from caseapp.cases.commands.level import roles_of
from caseapp.cases.domain import refusal
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.text import is_blank
from caseapp.pathway.queries.census import broken_by_closing, list_children, of_cases
from caseapp.pathway.queries.closing import Closing, get_closing, list_closing_events
from caseapp.people.domain.census import ERROR

# A query that is a plain mistake where somebody chooses the reason: there is no assessment.
NO_ASSESSMENT = "8825Q"


def close_family_cases(
    actor: Actor,
    *,
    case_id: int,
    versions: Mapping[int, int],
    reason: str,
    words: str,
    told: Sequence[TellingOf],
    settled: bool = False,
) -> None:
    """Close a child's case, and those of brothers and sisters in `versions` (number to the version seen).

    `told`: how each child, each parent and each agency that had a part was told, or why not. `settled`: whoever closes
    has seen which clocks and plans end with it. Raises OutOfOrder when something stands in the way of one of them (an
    assessment, a handover, something unread, a correction, an alert), Invalid when the reason does not fit, somebody
    is missing among `told`, or clocks or plans run that nobody has seen; Conflict when somebody was quicker. All
    close, or none.
    """
    page = get_closing(actor, case_id)
    chosen = {row.id: versions[row.id] for row in (page.case, *page.siblings) if row.id in versions}
    if case_id not in chosen or len(chosen) != len(versions):
        raise Invalid({"children": "Choose again: the family’s open cases have changed"})
    in_the_way = dict.fromkeys(one.words for chosen_id in chosen for one in page.obstacles[chosen_id])
    if in_the_way:
        raise OutOfOrder(" ".join(in_the_way))
    _must_follow(actor, page, chosen, words)
    _keep_census_rules(chosen, reason)
    _check_told(page, chosen, told)
    if not settled and any(page.ending[chosen_id] or page.plans[chosen_id] for chosen_id in chosen):
        raise Invalid({"settled": "Say that you have seen what ends with the case"})
    cases.close_cases(actor, cases=chosen, reason=reason, words=words)
    children = {party.person_id: party.case_id for party in page.parties if party.case_id is not None}
    for closed_id, event_id in list_closing_events(chosen).items():
        # A child is told of its own case; parents and agencies of each.
        rows = [one for one in told if children.get(one.person_id, closed_id) == closed_id]
        cases.keep_told(actor, case_id=closed_id, event_id=event_id, told=rows)


def _must_follow(actor: Actor, page: Closing, chosen: Mapping[int, int], words: str) -> None:
    """The pathway's table has the last word: closing is a step to universal services."""
    if is_blank(words):
        # Said beside the field.
        return
    for row in (page.case, *page.siblings):
        if row.id in chosen:
            facts = {"assessment": row.id in page.assessed, "told": words, "nothing_open": not page.obstacles[row.id]}
            reason = refusal(row.level, "universal", facts, roles_of(actor))
            if reason:
                raise OutOfOrder(reason)


def _keep_census_rules(case_ids: Collection[int], reason: str) -> None:
    """Raise Invalid, with what to do, where closing with this reason would break a rule of the census."""
    children = list_children(db.session.connection(), of_cases(case_ids))
    by_case = {case_id: child for child in children for case_id in child.cases}
    for case_id in case_ids:
        child = by_case.get(case_id)
        for rule in broken_by_closing(child, case_id, reason, clock.today()) if child else ():
            if rule.kind == ERROR or rule.number == NO_ASSESSMENT:
                raise Invalid({"reason": rule.mend})


def _check_told(page: Closing, chosen: Collection[int], told: Sequence[TellingOf]) -> None:
    wanted = page.of(chosen)
    given = {(one.person_id, one.agency_id) for one in told}
    if given - {(party.person_id, party.agency_id) for party in page.parties}:
        raise Invalid({"told": "Choose again: who has to be told has changed"})
    missing = [party.name for party in wanted if (party.person_id, party.agency_id) not in given]
    if missing:
        raise Invalid({"told": f"Say how they were told, or why not: {', '.join(missing)}"})
