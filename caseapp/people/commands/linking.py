"""Saying of two records that they are the same person, different people, or that one is not sure; and taking it back.

The records stay as they are (a merge would be a mistake that nobody can undo); who is one person is worked out from the
links that stand.
"""

from collections.abc import Iterable
from typing import Any, cast

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.people.catalogue import ANSWERS, DIFFERENT, SAME
from caseapp.people.domain.links import group, named
from caseapp.people.models import Person, PersonIdentity, SamePersonLink
from caseapp.people.queries import identity_of, list_links

NO_WORDS = "Write what you go by"


def say_whether_same(actor: ActorLike, one_id: int, other_id: int, *, answer: str, words: str) -> int:
    """Keep what a person says of two records: `answer` is a key of `ANSWERS`, `words` what they go by; gives the link's
    number. The answer that stood before ends; the same answer in the same words again changes nothing.

    Raises Invalid by field (`answer`, `words`), NotFound where there is no such record, OutOfOrder where it contradicts
    what was said of others: two people who were told apart can't become one through a third.
    """
    words, _ = clean(words)
    problems = {}
    if answer not in ANSWERS:
        problems["answer"] = "Choose whether they are the same child"
    if is_blank(words):
        problems["words"] = NO_WORDS
    if problems:
        raise Invalid(problems)
    one_id, other_id = sorted((one_id, other_id))
    if one_id == other_id:
        raise Invalid({"answer": "This is one record, not two"})
    _lock((one_id, other_id))
    standing = next((link for link in list_links([one_id], standing=True) if link.other_than(one_id) == other_id), None)
    if standing and (standing.answer, standing.words) == (answer, words):
        return standing.id
    _check(one_id, other_id, answer, joined=standing is not None and standing.answer == SAME)
    if standing:
        _end(actor, standing.id, None)
    row = {"one_id": one_id, "other_id": other_id, "answer": answer, "words": words}
    link_id: int = fetch(_ADD, {**row, "said_at": clock.now(), "said_by_id": actor.user_id})[0].id
    touched = _work_out((one_id, other_id))
    record(actor, "person.same_said", subjects=sorted(touched), answer=answer, link=link_id)
    return link_id


def take_back(actor: ActorLike, link_id: int, *, words: str) -> None:
    """Take back what was said of two records, with the reason; both are as they were before, and may be suggested
    again.

    Raises Invalid without `words`, NotFound, OutOfOrder (who, when) where it does not stand any more.
    """
    words, _ = clean(words)
    if is_blank(words):
        raise Invalid({"words": "Write why you take it back"})
    link = db.session.get(SamePersonLink, link_id)
    if link is None:
        raise NotFound
    _lock((link.one_id, link.other_id))
    db.session.refresh(link)
    if link.ended_at is not None:
        if (link.ended_by_id, link.end_words) == (actor.user_id, words):
            return
        raise OutOfOrder(f"This does not stand any more since {when(link.ended_at)}.")
    _end(actor, link_id, words)
    touched = _work_out((link.one_id, link.other_id))
    record(actor, "person.same_taken_back", subjects=sorted(touched), link=link_id)


_ADD = sa.insert(cast(sa.Table, SamePersonLink.__table__)).returning(SamePersonLink.id)
_LOCK = (
    sa.select(Person.id)
    .where(Person.id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())))
    .order_by(Person.id)
    .with_for_update()
)


def _lock(person_ids: Iterable[int]) -> None:
    """Hold the records, and those that are one with them, until the transaction ends, so that of two people the second
    looks again. Raises NotFound."""
    wanted = sorted({number for joined in identity_of(list(person_ids)).values() for number in joined})
    if len(fetch(_LOCK, {"persons": wanted})) != len(wanted):
        raise NotFound


def _check(one_id: int, other_id: int, answer: str, *, joined: bool) -> None:
    """Raise OutOfOrder where an answer contradicts what stands between others."""
    groups = identity_of([one_id, other_id])
    if answer != SAME:
        rest = list_links(groups[one_id], standing=True)
        pairs = [(link.one_id, link.other_id) for link in rest if link.answer == SAME]
        without = group(pair for pair in pairs if pair != (one_id, other_id))
        if other_id in without.get(one_id, ()):
            raise OutOfOrder("Both are linked to a third record as the same child. Take one of those links back first.")
        return
    if joined:
        return
    for link in list_links(groups[one_id], standing=True):
        if (
            link.answer == DIFFERENT
            and {link.one_id, link.other_id} & groups[other_id]
            and ((link.one_id, link.other_id) != (one_id, other_id))
        ):
            raise OutOfOrder(
                f"{link.said_by} said {when(link.said_at)} of records that this would join that they are different "
                f"children: “{link.words}”. Take that back first, if it is wrong."
            )


def _end(actor: ActorLike, link_id: int, words: str | None) -> None:
    ended = {"of_link": link_id, "ended_at": clock.now(), "ended_by_id": actor.user_id, "end_words": words}
    write_rows(_END, [ended])


_LINK: Any = SamePersonLink.__table__
_END = sa.update(_LINK).where(_LINK.c.id == sa.bindparam("of_link"))


def _work_out(person_ids: Iterable[int]) -> frozenset[int]:
    """Work out anew who is one person, from the links, for everybody who is or was one with these; gives them all."""
    before = identity_of(list(person_ids))
    touched = frozenset(number for joined in before.values() for number in joined)
    pairs = [(row.one_id, row.other_id) for row in list_links(touched, standing=True) if row.answer == SAME]
    identities = named(group(pairs))
    touched |= frozenset(identities)
    db.session.execute(sa.delete(PersonIdentity).where(PersonIdentity.person_id.in_(touched)))
    write_rows(_IDENTIFY, [{"person_id": each, "identity_id": whole} for each, whole in sorted(identities.items())])
    return touched


_IDENTIFY = sa.insert(cast(sa.Table, PersonIdentity.__table__))
