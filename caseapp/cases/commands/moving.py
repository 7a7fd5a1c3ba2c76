"""What a person's new address, or a second one that somebody gives, asks of whoever holds their case (practice 8)."""

from collections.abc import Sequence
from typing import Any

from caseapp.cases.catalogue import ADDRESS_CHANGED, ADDRESS_DIFFERS
from caseapp.cases.queries import open_cases_of_persons
from caseapp.kernel.events import Recorded, row_subjects

from .writing import make_task, settle_tasks


def on_moved(actor: Any, event: Recorded) -> None:
    """Whoever holds the child of a new address is asked for what follows from it, if anything does; an earlier move
    that still asks is this one's."""
    people = row_subjects[event.id]
    settle_tasks(actor, kind=ADDRESS_CHANGED, about_ids=people)
    if event.data["follows"]:
        _ask(actor, ADDRESS_CHANGED, people)


def on_address_differs(actor: Any, event: Recorded) -> None:
    """Two addresses are given for a child: somebody has to find out. Asked once, however many addresses there are."""
    people = row_subjects[event.id]
    settle_tasks(actor, kind=ADDRESS_DIFFERS, about_ids=people)
    _ask(actor, ADDRESS_DIFFERS, people)


def on_address_settled(actor: Any, event: Recorded) -> None:
    """When no other address is left to settle, nobody is asked any more."""
    if not event.data["left"]:
        settle_tasks(actor, kind=ADDRESS_DIFFERS, about_ids=row_subjects[event.id])


def _ask(actor: Any, kind: str, people: Sequence[int]) -> None:
    for person_id, case in open_cases_of_persons(people).items():
        make_task(case_id=case.id, kind=kind, about_id=person_id, actor=actor)
