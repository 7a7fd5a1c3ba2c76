"""Where people live: a household that moves, an address that somebody else gives, who was told (practice 8)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import ActorLike, record, record_each
from caseapp.people.domain.identifiers import PartPostcode, Postcode, parse_postcode
from caseapp.people.domain.register import HOW_KNOWN, MOVES, STAY_KINDS, TO_TELL, compare_address
from caseapp.people.models import Stay, StaySecret, ToTell

from .adding import StayGiven
from .changing import claim, correct_facts
from .keys import refresh_keys


@dataclass(frozen=True)
class NewAddress:
    """Where somebody lives now: a kind of STAY_KINDS, since when, who confirmed it and how (HOW_KNOWN)."""

    line: str
    postcode: str | None
    kind: str
    said_by: str
    said_how: str
    from_on: date | None = None
    protected: bool = False


@dataclass(frozen=True)
class Around:
    """What a change of address asks of everybody and everything around (practice 8).

    `household`: by person, a key of MOVES. `secret_from`: people who must not learn the address; `secret_names`: the
    same for who has no record. `tell`: keys of TO_TELL. `school`: the new one; None where it stays. `new_place`:
    whether another locality's teams work there, which somebody has to look at.
    """

    household: Mapping[int, str]
    secret_from: Collection[int] = ()
    secret_names: Collection[str] = ()
    tell: Collection[str] = ()
    school: str | None = None
    new_place: bool = False


def move(
    actor: Actor, *, person_id: int, to: NewAddress, around: Around, version: int, said_id: int | None = None
) -> None:
    """Somebody lives at another address now, and everybody of the household who moved too. What they lived at before
    stays as history; of whom it is not known yet, the address is one to be settled. An address that somebody must not
    learn is protected for all who moved there. `said_id`: the address that somebody else gave and that this settles.

    The same move again changes nothing. Raises Invalid (`line`, `household`, `from_on`), NotFound for another person's
    `said_id`, Conflict.
    """
    line = " ".join(to.line.split())
    problems = {
        "line": "" if line else "Write the address",
        "from_on": "This is in the future" if to.from_on and to.from_on > clock.today() else "",
        "household": "" if set(around.household.values()) <= set(MOVES) else "Say of everybody whether they moved too",
        "secret_from": "Somebody who lives there can’t be kept from it"
        if {person_id, *_answered(around, "moved")} & set(around.secret_from)
        else "",
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    if to.kind not in STAY_KINDS or to.said_how not in HOW_KNOWN or not set(around.tell) <= set(TO_TELL):
        raise ValueError("no such kind of address, no such way to know it, or nobody to tell")
    now_there = _now(person_id)
    if now_there is not None and said_id is None and (now_there.line, now_there.postcode) == (line, to.postcode):
        return
    person = claim(person_id, version)
    movers = [person_id, *_answered(around, "moved")]
    _leave(movers, to.from_on)
    said = _said(person_id, said_id) if said_id else None
    protected = to.protected or bool(around.secret_from) or any(name.strip() for name in around.secret_names)
    stays = [_arrive(actor, mover, line, to, protected) for mover in movers]
    db.session.add_all(stays)
    db.session.flush()
    for stay in stays:
        _keep_secret(stay, around)
    db.session.add_all(
        ToTell(person_id=stay.person_id, stay_id=stay.id, who=who)
        for stay in stays
        for who in dict.fromkeys(around.tell)
    )
    db.session.flush()
    follows = len(around.tell) + bool(around.new_place)
    record_each(actor, "person.moved", [([stay.person_id], {"stay": stay.id, "follows": follows}) for stay in stays])
    _settle_said(actor, movers, said, (line, to.postcode))
    for unsure in _answered(around, "unknown"):
        _say(actor, unsure, _as_given(line, to, protected))
    if around.school is not None:
        correct_facts(
            actor,
            person_id=person_id,
            facts={"school": around.school or None},
            said_by=to.said_by,
            version=person.version,
        )
    refresh_keys(movers)


def _answered(around: Around, answer: str) -> list[int]:
    return sorted(person for person, said in around.household.items() if said == answer)


def _now(person_id: int) -> Stay | None:
    return db.session.scalars(sa.select(Stay).where(Stay.person_id == person_id, Stay.lives_here_now)).first()


def _leave(movers: Collection[int], to_on: date | None) -> None:
    """End where they lived: first of all, because the database lets nobody live at two addresses."""
    db.session.execute(
        sa.update(Stay)
        .where(Stay.person_id.in_(movers), Stay.lives_here_now)
        .values(lives_here_now=False, to_on=to_on or clock.today())
        .execution_options(synchronize_session="fetch")
    )


def _arrive(actor: Actor, person_id: int, line: str, to: NewAddress, protected: bool) -> Stay:
    return Stay(
        person_id=person_id,
        line=line[:200],
        postcode=to.postcode[:12] if to.postcode else None,
        sector=_sector(to.postcode),
        kind=to.kind,
        protected=protected,
        from_on=to.from_on,
        to_on=None,
        lives_here_now=True,
        said_by=to.said_by[:200],
        said_at=clock.now(),
        state="lived",
        said_how=to.said_how,
        recorded_by_id=actor.user_id,
    )


def _sector(postcode: str | None) -> str | None:
    found = parse_postcode(postcode)
    return found.sector if isinstance(found, Postcode | PartPostcode) else None


def _keep_secret(stay: Stay, around: Around) -> None:
    names = dict.fromkeys(" ".join(name.split())[:160] for name in around.secret_names if name.strip())
    people = [person for person in sorted(around.secret_from) if person != stay.person_id]
    db.session.add_all(StaySecret(stay_id=stay.id, from_person_id=person, from_name=None) for person in people)
    db.session.add_all(StaySecret(stay_id=stay.id, from_person_id=None, from_name=name) for name in names)


def _as_given(line: str, to: NewAddress, protected: bool) -> StayGiven:
    return StayGiven(
        line=line, postcode=to.postcode, kind=to.kind, protected=protected, said_by=to.said_by, said_at=clock.now()
    )


def give_address(actor: ActorLike | None, *, person_id: int, stay: StayGiven) -> str:
    """Somebody gives an address for a person who is known here. The `first` one is where they live; the `same` again
    changes nothing; an `other` one stands beside the present one until a person settles it, and overwrites nothing.

    Gives which of the three it was.
    """
    there = _now(person_id)
    found = compare_address((there.line, there.postcode) if there else None, (stay["line"], stay["postcode"]))
    if found == "first":
        db.session.add(_given_row(person_id, stay, now=True))
        db.session.flush()
        refresh_keys([person_id])
    elif found == "other":
        _say(actor, person_id, stay)
    elif there is not None and stay["protected"] and not there.protected:
        # Somebody knows better: from now on nobody is told.
        there.protected = True
        db.session.flush()
        record(actor, "person.address.protected", subjects=[person_id], stay=there.id)
    return found


def _given_row(person_id: int, stay: StayGiven, *, now: bool) -> Stay:
    return Stay(
        person_id=person_id,
        line=stay["line"][:200],
        postcode=stay["postcode"][:12] if stay["postcode"] else None,
        sector=_sector(stay["postcode"]),
        kind=stay["kind"],
        protected=stay["protected"],
        from_on=None,
        to_on=None,
        lives_here_now=now,
        said_by=stay["said_by"][:200],
        said_at=stay["said_at"],
        state="lived" if now else "said",
    )


def _say(actor: ActorLike | None, person_id: int, stay: StayGiven) -> None:
    """Put an address beside the present one, once."""
    waiting = db.session.scalars(sa.select(Stay).where(Stay.person_id == person_id, Stay.state == "said"))
    given = (stay["line"], stay["postcode"])
    if any(compare_address((row.line, row.postcode), given) == "same" for row in waiting):
        return
    row = _given_row(person_id, stay, now=False)
    db.session.add(row)
    db.session.flush()
    record(actor, "person.address.differs", subjects=[person_id], stay=row.id)
    refresh_keys([person_id])


def _said(person_id: int, stay_id: int) -> Stay:
    """An address that somebody gave for this person. Raises NotFound for another's, OutOfOrder if it is settled."""
    row = db.session.get(Stay, stay_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise NotFound
    if row.state != "said" or row.settled_at is not None:
        raise OutOfOrder("Somebody has settled this address already.")
    return row


def refuse_address(actor: Actor, *, person_id: int, stay_id: int, words: str) -> None:
    """An address that somebody gave is not where the person lives: why, in words. It stays as what was said.

    Raises NotFound, Invalid without words, OutOfOrder if it was settled before.
    """
    if not words.strip():
        raise Invalid({"words": "Say how you know that they do not live there"})
    _settle(actor, _said(person_id, stay_id), "not_so", words)
    refresh_keys([person_id])


def _settle_said(actor: Actor, movers: Collection[int], said: Stay | None, address: tuple[str, str | None]) -> None:
    """What this move settles: the address it was asked about, and the same one wherever it waits for one of them."""
    waiting = db.session.scalars(
        sa.select(Stay).where(Stay.person_id.in_(movers), Stay.state == "said").order_by(Stay.id)
    ).all()
    for row in waiting:
        if row is said or compare_address((row.line, row.postcode), address) == "same":
            _settle(actor, row, "settled", "")


def _settle(actor: Actor, row: Stay, state: str, words: str) -> None:
    row.state = state
    row.settled_at, row.settled_by_id, row.settled_words = clock.now(), actor.user_id, words[:500] or None
    db.session.flush()
    left = db.session.scalar(sa.select(sa.func.count()).where(Stay.person_id == row.person_id, Stay.state == "said"))
    record(actor, "person.address.settled", subjects=[row.person_id], stay=row.id, left=cast(int, left))


def tell_address(actor: Actor, *, person_id: int, row_id: int) -> None:
    """Keep that somebody was told of the new address. Again changes nothing. Raises NotFound for another person's."""
    row = db.session.get(ToTell, row_id, with_for_update=True)
    if row is None or row.person_id != person_id:
        raise NotFound
    if row.told_at is not None:
        return
    row.told_at, row.told_by_id = clock.now(), actor.user_id
    db.session.flush()
    left = db.session.scalar(sa.select(sa.func.count()).where(ToTell.person_id == person_id, ToTell.told_at.is_(None)))
    record(actor, "person.address.passed_on", subjects=[person_id], who=row.who, left=cast(int, left))
