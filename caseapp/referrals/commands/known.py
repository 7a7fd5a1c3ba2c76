"""Is this child already known? A person says of a likely record that it is the same child, another one, or that they
are not sure. The first record said to be the child is the person chosen, whom a case is opened for."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.catalogue import WHOSE_CASE
from caseapp.cases.commands import make_task, settle_tasks
from caseapp.cases.queries import cases_asked
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.people.catalogue import ANSWERS, SAME
from caseapp.people.commands import say_whether_same, take_back
from caseapp.people.queries import list_links
from caseapp.referrals.models import ChildAnswer, ReferralChild
from caseapp.referrals.queries.likely import CHILD, PERSON, Answered, Key, get_likely_page

from .triage import lock_referral


def say_of_child(actor: Actor, *, referral_id: int, number: int, about: str, answer: str, words: str) -> None:
    """Keep what a person says of a contact's child (`number` from 1) and a likely record (`about`, as the page showed
    it): the same child, another child or not sure, and what they go by. The answer before ends; the same again changes
    nothing.

    A second record said to be the same child joins it with the first (`people.commands.say_whether_same`). What the
    answer before made ends as `take_back_of_child` says. Raises Invalid by field (`answer`, `words`), NotFound for a
    child or record that the actor may not see, OutOfOrder where the answer contradicts another.
    """
    words, _ = clean(words)
    problems = {}
    if answer not in ANSWERS:
        problems["answer"] = "Choose whether it is the same child"
    if is_blank(words):
        problems["words"] = "Write what you go by"
    if problems:
        raise Invalid(problems)
    lock_referral(referral_id)
    page = get_likely_page(actor, referral_id, number)
    offered = [*([page.chosen] if page.chosen else []), *page.likely, *page.apart]
    key = next((each.key for each in offered if each.about == about and not each.ring), None)
    if key is None:
        raise NotFound
    child = _child(page.child.id)
    before = next((each for each in page.history if each.key == key and each.ended_at is None), None)
    if before and (before.answer, before.words) == (answer, words):
        return
    if before:
        _end(actor, before.id, None)
    if before and before.answer != answer:
        _let_go(actor, child, before)
    row = {"child_id": child.id, "answer": answer, "words": words, "said_by_id": actor.user_id}
    about_key = {
        "person_id": key[1] if key[0] == PERSON else None,
        "other_child_id": key[1] if key[0] == CHILD else None,
    }
    number_of: int = fetch(_ADD, {**row, **about_key, "said_at": clock.now()})[0].id
    subjects = [referral_id, *([key[1]] if key[0] == PERSON else [])]
    record(actor, "referral.child_known", subjects=subjects, answer=answer, number=number_of)
    _follow(actor, child, key, answer, words)


def standing_answer(actor: Actor, history: Sequence[Answered], answer_id: int, words: str) -> Answered | None:
    """The answer that is taken back with these words; None where the same person has taken it back in the same words
    (pressing twice). Raises NotFound, OutOfOrder where it does not stand any more."""
    said = next((each for each in history if each.id == answer_id), None)
    if said is None:
        raise NotFound
    if said.ended_at is None:
        return said
    if said.end_words == words and said.ended_by == actor.name:
        return None
    raise OutOfOrder(f"This does not stand any more: {said.ended_by} took it back {when(said.ended_at)}.")


def take_back_of_child(actor: Actor, *, referral_id: int, number: int, answer_id: int, words: str) -> None:
    """Take back what was said of a child and a record, at any time, with the reason: it may be suggested again. The
    record is not the child's any more; a link between records that the answer made ends with it. A case that was opened
    on the record stays there with all that was written, and who holds it is asked whose it is.

    Raises Invalid without `words`, NotFound, OutOfOrder where it does not stand any more.
    """
    words, _ = clean(words)
    if is_blank(words):
        raise Invalid({"words": "Write why you take it back"})
    lock_referral(referral_id)
    page = get_likely_page(actor, referral_id, number)
    said = standing_answer(actor, page.history, answer_id, words)
    if said is None:
        return
    _end(actor, said.id, words)
    child = _child(page.child.id)
    _part(actor, child, said, [each for each in page.history if each.ended_at is None and each.id != said.id], words)
    _let_go(actor, child, said)
    record(actor, "referral.child_known_taken_back", subjects=[referral_id], number=said.id)


def _follow(actor: Actor, child: ReferralChild, key: Key, answer: str, words: str) -> None:
    """What an answer makes of the persons chosen."""
    other = _child(key[1]) if key[0] == CHILD else None
    person_id = other.person_id if other else key[1]
    if answer == SAME and other and child.person_id and person_id is None:
        other.person_id = child.person_id
    elif answer == SAME and child.person_id is None:
        child.person_id = person_id
        if person_id is not None and child.case_id is not None:
            settle_tasks(actor, kind=WHOSE_CASE, about_ids=[person_id])
    elif child.person_id and person_id and child.person_id != person_id:
        say_whether_same(actor, child.person_id, person_id, answer=answer, words=words)
    db.session.flush()


def _let_go(actor: Actor, child: ReferralChild, said: Answered) -> None:
    """What an answer that ended made of the persons chosen ends with it, here and where another contact was said to
    tell of the same child."""
    if said.answer != SAME:
        return
    kind, number = said.key
    if kind == PERSON and child.person_id == number:
        _choose_anew(child)
        if child.case_id is not None and child.person_id != number:
            _ask_whose(actor, child.case_id, number)
    for row in fetch(_LINKED, {"child": child.id}):
        _choose_anew(_child(row.id), but_case=True)
    if kind == CHILD:
        _choose_anew(child, but_case=True)
        _choose_anew(_child(number), but_case=True)


def _part(actor: Actor, child: ReferralChild, said: Answered, others: Sequence[Answered], words: str) -> None:
    """Take back the links of records that the answer made, where they still stand as they were said: its own with the
    person chosen; where it is the person chosen that is let go, those of the other answers with that record."""
    chosen = child.person_id
    record_id = _record_of(said)
    if chosen is None:
        return
    if chosen != record_id:
        pairs = [(said, record_id)]
    else:
        pairs = [(each, _record_of(each)) for each in others] if said.answer == SAME else []
    for link in list_links([chosen], standing=True):
        meant = (
            (link.other_than(chosen), link.answer, link.words) == (number, each.answer, each.words)
            for each, number in pairs
        )
        if chosen in (link.one_id, link.other_id) and any(meant):
            take_back(actor, link.id, words=words)


def _record_of(said: Answered) -> int | None:
    """The record that an answer is about, as far as there is one."""
    return said.key[1] if said.key[0] == PERSON else _child(said.key[1]).person_id


def _choose_anew(child: ReferralChild, *, but_case: bool = False) -> None:
    """The first record that is still said to be the child's, here or of a contact that tells of the same one, is the
    person chosen. `but_case`: where a case was opened for the child, its record stays."""
    if but_case and child.case_id is not None:
        return
    given = {"child": child.id}
    found = [*fetch(_SAID_SAME, given), *fetch(_SAID_OF_LINKED, given)]
    child.person_id = found[0].person_id if found else None
    db.session.flush()


def _ask_whose(actor: Actor, case_id: int, person_id: int) -> None:
    """Ask who holds a case that was opened by an answer whose it is, once."""
    if case_id not in cases_asked(kind=WHOSE_CASE, about_id=person_id):
        make_task(case_id=case_id, kind=WHOSE_CASE, about_id=person_id, actor=actor)


def _child(child_id: int) -> ReferralChild:
    row = db.session.get(ReferralChild, child_id, populate_existing=True)
    if row is None:
        raise NotFound
    return row


_ANSWER: Any = ChildAnswer.__table__
_ADD = sa.insert(cast(sa.Table, _ANSWER)).returning(_ANSWER.c.id)
_END = sa.update(_ANSWER).where(_ANSWER.c.id == sa.bindparam("of_answer"))
_OF: Any = sa.bindparam("child", type_=sa.BigInteger())


def _linked() -> Any:
    """The children of other contacts who are said to be the same child."""
    other = sa.case((_ANSWER.c.child_id == _OF, _ANSWER.c.other_child_id), else_=_ANSWER.c.child_id)
    return sa.select(other.label("id")).where(
        sa.or_(_ANSWER.c.child_id == _OF, _ANSWER.c.other_child_id == _OF),
        _ANSWER.c.other_child_id.is_not(None),
        _ANSWER.c.answer == SAME,
        _ANSWER.c.ended_at.is_(None),
    )


_LINKED = _linked()
# By a person's word of that contact, or by the case that was opened for it.
_SAID_OF_LINKED = sa.union_all(
    sa.select(ChildAnswer.person_id).where(
        ChildAnswer.child_id.in_(_linked()),
        ChildAnswer.person_id.is_not(None),
        ChildAnswer.answer == SAME,
        ChildAnswer.ended_at.is_(None),
    ),
    sa.select(ReferralChild.person_id).where(
        ReferralChild.id.in_(_linked()), ReferralChild.case_id.is_not(None), ReferralChild.person_id.is_not(None)
    ),
)
_SAID_SAME = (
    sa.select(ChildAnswer.person_id)
    .where(
        ChildAnswer.child_id == sa.bindparam("child"),
        ChildAnswer.person_id.is_not(None),
        ChildAnswer.answer == SAME,
        ChildAnswer.ended_at.is_(None),
    )
    .order_by(ChildAnswer.id)
    .limit(1)
)
_ROW: Any = ReferralChild.__table__


def _end(actor: Actor, answer_id: int, words: str | None) -> None:
    ended = {"ended_at": clock.now(), "ended_by_id": actor.user_id, "end_words": words}
    write_rows(_END, [{"of_answer": answer_id, **ended}])


def carry_answers(actor: Actor, persons: Mapping[int, Iterable[int]]) -> None:
    """After a decision made records: what was said of their children holds for the records. `persons`: the rows of the
    contacts that tell of each. A child of another contact said to be the same is this person; a record said to be
    another child's is not suggested for this one again."""
    rows = {row_id: person_id for person_id, row_ids in persons.items() for row_id in row_ids}
    if not rows:
        return
    for said in fetch(_STANDING, {"children": list(rows)}):
        person_id = rows.get(said.child_id) or rows[said.other_child_id]
        other = said.person_id or said.its_person if said.child_id in rows else said.own_person
        if said.answer == SAME and other is None:
            other_row = said.other_child_id if said.child_id in rows else said.child_id
            write_rows(_CHOOSE, [{"of_child": other_row, "person_id": person_id}])
        elif other is not None and other != person_id:
            _say_unless_said(actor, person_id, other, said)


def _say_unless_said(actor: Actor, person_id: int, other_id: int, said: Any) -> None:
    """What was said of the records themselves, since or by somebody else, weighs more than what the contact kept."""
    standing = list_links([person_id], standing=True)
    if any(link.other_than(person_id) == other_id for link in standing if person_id in (link.one_id, link.other_id)):
        return
    with suppress(OutOfOrder):
        say_whether_same(actor, person_id, other_id, answer=said.answer, words=said.words)


_CHOOSE = sa.update(_ROW).where(_ROW.c.id == sa.bindparam("of_child"))
_OWN, _OTHER = sa.alias(_ROW), sa.alias(_ROW)
_CHILDREN: Any = sa.bindparam("children", expanding=True, type_=sa.BigInteger())
_STANDING = (
    sa.select(
        ChildAnswer.child_id,
        ChildAnswer.other_child_id,
        ChildAnswer.person_id,
        ChildAnswer.answer,
        ChildAnswer.words,
        _OWN.c.person_id.label("own_person"),
        _OTHER.c.person_id.label("its_person"),
    )
    .join(_OWN, _OWN.c.id == ChildAnswer.child_id)
    .outerjoin(_OTHER, _OTHER.c.id == ChildAnswer.other_child_id)
    .where(
        sa.or_(ChildAnswer.child_id.in_(_CHILDREN), ChildAnswer.other_child_id.in_(_CHILDREN)),
        ChildAnswer.ended_at.is_(None),
    )
    .order_by(ChildAnswer.id)
)
