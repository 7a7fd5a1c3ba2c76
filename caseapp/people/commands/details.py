"""What hangs on a person: numbers, relationships, whether it is safe to reach them, dangers to workers. A row is added
or ended, never changed. Versions as in `changing`."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db, write_rows
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record, record_each
from caseapp.people.domain.register import (
    KINDS,
    NUMBER_ENDS,
    NUMBER_KINDS,
    RELATIONSHIP_ENDS,
    WAYS,
    check_number,
    inverse_of,
)
from caseapp.people.models import ContactFlag, PersonIdentifier, Relationship, WorkerDanger

from .changing import claim
from .keys import refresh_keys


@dataclass(frozen=True)
class Related:
    """`other_id` (or `other_name`, who has no record) is the `kind` (of KINDS) of `person_id`."""

    person_id: int
    kind: str
    other_id: int | None = None
    other_name: str | None = None
    parental_responsibility: bool | None = None
    from_on: date | None = None
    said_by: str = ""
    said_at: datetime | None = None


def add_number(actor: Actor, *, person_id: int, kind: str, value: str, said_by: str, version: int) -> None:
    """Record a number by which others know a person, in its standard form. The same number again changes nothing.

    Raises Invalid for a number that fails its check, Conflict.
    """
    if kind not in NUMBER_KINDS:
        raise ValueError(f"no kind of number {kind}")
    checked = check_number(kind, value)
    if checked.value is None:
        raise Invalid({"value": checked.problem or "This number fails its check"})
    there = db.session.scalars(_live(PersonIdentifier, person_id).where(PersonIdentifier.kind == kind))
    if any(check_number(kind, row.value).value == checked.value for row in there):
        return
    claim(person_id, version)
    db.session.add(
        PersonIdentifier(
            person_id=person_id,
            kind=kind,
            value=checked.value[:40],
            valid=True,
            said_by=said_by[:200],
            said_at=clock.now(),
        )
    )
    db.session.flush()
    record(actor, "person.number.added", subjects=[person_id], kind=kind)
    refresh_keys([person_id])


def verify_number(actor: Actor, *, person_id: int, number_id: int) -> None:
    """Keep that somebody looked a number up and found it to be this person's. Again changes nothing. Raises NotFound,
    OutOfOrder for one that has ended."""
    row = _of(PersonIdentifier, person_id, number_id)
    if row.ended_at is not None:
        raise OutOfOrder("This number has ended.")
    if row.verified_at is None:
        row.verified_at, row.verified_by_id = clock.now(), actor.user_id
        db.session.flush()
        record(actor, "person.number.verified", subjects=[person_id], kind=row.kind)


def end_number(actor: Actor, *, person_id: int, number_id: int, reason: str) -> None:
    """A number names this person no more: a reason of NUMBER_ENDS. Again changes nothing. Raises NotFound, Invalid."""
    if reason not in NUMBER_ENDS:
        raise Invalid({"reason": "Choose why it ends"})
    row = _of(PersonIdentifier, person_id, number_id)
    if _end(actor, row):
        row.end_reason = reason
        db.session.flush()
        record(actor, "person.number.ended", subjects=[person_id], kind=row.kind, reason=reason)
        refresh_keys([person_id])


def relate(actor: Actor, *, given: Related, version: int) -> None:
    """Record what somebody is to a person, once for both. The same again, or seen from the other side, changes nothing.

    Raises Invalid where nobody is named or they are the person themself, Conflict.
    """
    if given.kind not in KINDS:
        raise ValueError(f"no kind of relationship {given.kind}")
    name = " ".join((given.other_name or "").split())
    if (given.other_id is None) == (not name) or given.other_id == given.person_id:
        raise Invalid({"other": "Choose who it is, or write the name"})
    if _is_known(given, name):
        return
    claim(given.person_id, version)
    add_relationships([given], actor=actor)
    refresh_keys([each for each in (given.person_id, given.other_id) if each])


def _is_known(given: Related, name: str) -> bool:
    same = sa.and_(
        Relationship.person_id == given.person_id,
        Relationship.kind == given.kind,
        Relationship.other_id == given.other_id if given.other_id else Relationship.other_name == name,
    )
    turned = sa.and_(
        Relationship.person_id == given.other_id,
        Relationship.other_id == given.person_id,
        Relationship.kind.in_([inverse_of(given.kind), *(k for k in KINDS if inverse_of(k) == given.kind)]),
    )
    found = sa.select(Relationship.id).where(Relationship.ended_at.is_(None), sa.or_(same, turned))
    return db.session.scalar(found.limit(1)) is not None


_ADD_RELATIONSHIP = sa.insert(cast(sa.Table, Relationship.__table__))


def add_relationships(given: Collection[Related], *, actor: ActorLike | None = None) -> None:
    """Record several relationships between people just recorded; the caller knows that they are new, and makes the keys
    of these people anew. Three statements at most, however many."""
    now = clock.now()
    write_rows(
        _ADD_RELATIONSHIP,
        [
            {
                "person_id": each.person_id,
                "other_id": each.other_id,
                "other_name": " ".join(each.other_name.split())[:160] if each.other_name else None,
                "kind": each.kind,
                "parental_responsibility": each.parental_responsibility,
                "from_on": each.from_on,
                "said_by": each.said_by[:200],
                "said_at": each.said_at or now,
            }
            for each in given
        ],
    )
    record_each(
        actor,
        "person.related",
        [([each.person_id, *([each.other_id] if each.other_id else [])], {"kind": each.kind}) for each in given],
    )


def end_relationship(
    actor: Actor, *, person_id: int, relationship_id: int, reason: str, to_on: date | None = None
) -> None:
    """A relationship is over, or was never so (RELATIONSHIP_ENDS); from either side. Again changes nothing.

    Raises NotFound, Invalid.
    """
    if reason not in RELATIONSHIP_ENDS:
        raise Invalid({"reason": "Choose why it ends"})
    row = db.session.get(Relationship, relationship_id)
    if row is None or person_id not in (row.person_id, row.other_id):
        raise NotFound
    if _end(actor, row):
        row.end_reason, row.to_on = reason, to_on
        db.session.flush()
        both = [each for each in (row.person_id, row.other_id) if each]
        record(actor, "person.relationship.ended", subjects=both, kind=row.kind, reason=reason)
        refresh_keys(both)


def tell_contact(actor: Actor, *, person_id: int, way: str, safe: bool, words: str, said_by: str, version: int) -> None:
    """Record whether a way to reach a person is safe, and when; what was said of that way before ends.

    The same again changes nothing. Raises Conflict.
    """
    if way not in WAYS:
        raise ValueError(f"no way {way}")
    there = db.session.scalars(_live(ContactFlag, person_id).where(ContactFlag.way == way)).first()
    if there is not None and (there.safe, there.words) == (safe, words):
        return
    claim(person_id, version)
    if there is not None:
        _end(actor, there)
        db.session.flush()
    db.session.add(
        ContactFlag(
            person_id=person_id,
            way=way,
            safe=safe,
            words=words[:300],
            said_by=said_by[:200],
            said_at=clock.now(),
            recorded_by_id=actor.user_id,
        )
    )
    db.session.flush()
    record(actor, "person.contact.told", subjects=[person_id], way=way)


def end_contact(actor: Actor, *, person_id: int, flag_id: int) -> None:
    """What was said about a way to reach a person no longer holds. Again changes nothing. Raises NotFound."""
    row = _of(ContactFlag, person_id, flag_id)
    if _end(actor, row):
        record(actor, "person.contact.ended", subjects=[person_id], way=row.way)


def tell_danger(actor: Actor, *, person_id: int, words: str, since_on: date | None, said_by: str, version: int) -> None:
    """Record a danger to workers who visit a person. The same words again change nothing. Raises Invalid for none,
    Conflict."""
    if not words.strip():
        raise Invalid({"words": "Write what is dangerous"})
    there = db.session.scalars(_live(WorkerDanger, person_id).where(WorkerDanger.words == words[:500])).first()
    if there is not None:
        return
    claim(person_id, version)
    db.session.add(
        WorkerDanger(
            person_id=person_id,
            words=words[:500],
            since_on=since_on,
            said_by=said_by[:200],
            said_at=clock.now(),
            recorded_by_id=actor.user_id,
        )
    )
    db.session.flush()
    record(actor, "person.danger.told", subjects=[person_id])


def end_danger(actor: Actor, *, person_id: int, danger_id: int, words: str) -> None:
    """A danger is over, with why. Again changes nothing. Raises NotFound, Invalid without a reason."""
    if not words.strip():
        raise Invalid({"words": "Say why it is no danger any more"})
    row = _of(WorkerDanger, person_id, danger_id)
    if _end(actor, row):
        row.end_words = words[:500]
        db.session.flush()
        record(actor, "person.danger.ended", subjects=[person_id])


def _live(model: Any, person_id: int) -> Any:
    return sa.select(model).where(model.person_id == person_id, model.ended_at.is_(None))


def _of(model: Any, person_id: int, row_id: int) -> Any:
    """A row of this person. Raises NotFound for another's."""
    row = db.session.get(model, row_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise NotFound
    return row


def _end(actor: Actor, row: Any) -> bool:
    """End a row; False if it has ended already."""
    if row.ended_at is not None:
        return False
    row.ended_at, row.ended_by_id = clock.now(), actor.user_id
    return True
