"""Who an adult of a contact's household is: a person says of a likely record that it is theirs, somebody else's, or
that they are not sure. By the decision the record said to be theirs joins the family, in place of a new one."""

from typing import Any, cast

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import fetch, write_rows
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.people.catalogue import ANSWERS, SAME
from caseapp.referrals.models import AdultAnswer
from caseapp.referrals.queries.likely_adults import get_adult_page

from .known import standing_answer
from .triage import lock_referral

DECIDED = (
    "This contact is decided, and the family is recorded. "
    "Say on the page of the person whether another record is theirs."
)


def say_of_adult(actor: Actor, *, referral_id: int, position: int | None, about: str, answer: str, words: str) -> None:
    """Keep what a person says of an adult of a contact (`position` in its household; None: the first) and a likely
    record (`about`, as the page showed it), and what they go by. The answer before ends; the same again changes
    nothing.

    Raises Invalid by field (`answer`, `words`), NotFound for an adult or record that the actor may not see, OutOfOrder
    where the contact is decided, or another record was said to be theirs.
    """
    words, _ = clean(words)
    problems = {}
    if answer not in ANSWERS:
        problems["answer"] = "Choose whether it is the same person"
    if is_blank(words):
        problems["words"] = "Write what you go by"
    if problems:
        raise Invalid(problems)
    row = lock_referral(referral_id)
    page = get_adult_page(actor, referral_id, position)
    offered = [*([page.chosen] if page.chosen else []), *page.likely, *page.apart]
    found = next((each for each in offered if each.about == about and not each.ring), None)
    if found is None:
        raise NotFound
    before = next((each for each in page.history if each.key == found.key and each.ended_at is None), None)
    if before and (before.answer, before.words) == (answer, words):
        return
    if row.decided_at is not None:
        raise OutOfOrder(DECIDED)
    if answer == SAME and page.chosen is not None and page.chosen.key != found.key:
        raise OutOfOrder(
            f"Record {page.chosen.reference} was said to be theirs. Take that back first; two records of one person "
            "are linked on the page of the person."
        )
    if before:
        _end(actor, before.id, None)
    person_id = found.key[1]
    number: int = fetch(
        _ADD,
        {
            "referral_id": referral_id,
            "adult": page.adult.position,
            "person_id": person_id,
            "answer": answer,
            "words": words,
            "said_at": clock.now(),
            "said_by_id": actor.user_id,
        },
    )[0].id
    record(actor, "referral.adult_known", subjects=[referral_id, person_id], answer=answer, number=number)


def take_back_of_adult(actor: Actor, *, referral_id: int, position: int | None, answer_id: int, words: str) -> None:
    """Take back what was said of an adult and a record, with the reason, at any time: it may be suggested again. What a
    decision has recorded by it stays.

    Raises Invalid without `words`, NotFound, OutOfOrder where it does not stand any more.
    """
    words, _ = clean(words)
    if is_blank(words):
        raise Invalid({"words": "Write why you take it back"})
    lock_referral(referral_id)
    page = get_adult_page(actor, referral_id, position)
    said = standing_answer(actor, page.history, answer_id, words)
    if said is None:
        return
    _end(actor, said.id, words)
    record(actor, "referral.adult_known_taken_back", subjects=[referral_id, said.key[1]], number=said.id)


_TABLE: Any = AdultAnswer.__table__
_ADD = sa.insert(cast(sa.Table, _TABLE)).returning(_TABLE.c.id)
_END = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("of_answer"))


def _end(actor: Actor, answer_id: int, words: str | None) -> None:
    ended = {"ended_at": clock.now(), "ended_by_id": actor.user_id, "end_words": words}
    write_rows(_END, [{"of_answer": answer_id, **ended}])
