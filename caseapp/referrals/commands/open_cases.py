"""A new concern about a child who has an open case: its people are asked to read it and to say what it changes
(practice 3)."""

from collections.abc import Collection

from caseapp.access.domain import Actor
from caseapp.cases.catalogue import CONCERN
from caseapp.cases.commands import make_task
from caseapp.cases.queries import cases_asked
from caseapp.kernel.events import record
from caseapp.referrals.domain.children import as_object
from caseapp.referrals.domain.step_up import STEP_UP
from caseapp.referrals.queries.referral_page import HubPage


def note_on_cases(actor: Actor, page: HubPage, cases: Collection[tuple[int, int]]) -> None:
    """Put a contact on open cases (case, person): it stands in their chronology, and whoever holds them has to
    acknowledge it."""
    for case_id, person_id in cases:
        record(actor, "referral.noted_on_case", subjects=[case_id, person_id, page.id], referral=page.id)
    _tell(actor, page, [case_id for case_id, _ in cases], rating=page.rating or "red")


def alert_open_cases(actor: Actor, page: HubPage) -> None:
    """A Red goes to the people of open cases at once, before the hub has decided."""
    cases = [case.id for line in page.lines if (case := page.open_case_to_tell(line))]
    _tell(actor, page, cases, rating="red")


def _tell(actor: Actor, page: HubPage, case_ids: Collection[int], *, rating: str) -> None:
    """Ask the people of these cases, once each: a Red was told them when it was rated.

    The clock runs from now, because nobody can acknowledge what they have not been told; until then the hub's own run.
    """
    if not case_ids or as_object(page.document).get("mode") == STEP_UP:
        # A step-up comes from the people of the case themselves.
        return
    asked = cases_asked(kind=CONCERN, about_id=page.id)
    for case_id in case_ids:
        if case_id not in asked:
            make_task(case_id=case_id, kind=CONCERN, about_id=page.id, actor=actor)
    if not asked:
        record(actor, "open_case.told", subjects=[page.id, *case_ids], rating=rating)
