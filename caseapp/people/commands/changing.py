"""Changing what is known about a person. Nothing is overwritten: what stood there before stays, with who said so.

Each command takes the `version` of the record that its page showed, and raises Conflict if somebody changed it since.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record, record_each
from caseapp.people.domain.census import ChildFacts, EpisodeFacts, Facts, broken_rules, get_rule
from caseapp.people.domain.names import match_key
from caseapp.people.domain.register import DISABILITIES, NAME_KINDS, NO_DISABILITY
from caseapp.people.models import Person, PersonChange, PersonDisability, PersonName

from .keys import looked_after_by, refresh_keys

MEANWHILE = "Not kept yet: somebody changed this record after your page was opened. Look at it, then press once more."
# What the single facts may be corrected to: the columns of a person, and how long their words may be.
FACTS = (
    "born_on",
    "born_estimated",
    "expected_on",
    "sex",
    "ethnicity",
    "phone",
    "first_language",
    "other_languages",
    "interpreter_needed",
    "school",
    "gp",
    "deceased_on",
)


@dataclass(frozen=True)
class NameGiven:
    """A name as somebody gives it: a kind of NAME_KINDS, since when, and who says so."""

    first: str
    last: str
    middle: str = ""
    kind: str = "known"
    from_on: date | None = None
    said_by: str = ""


def claim(person_id: int, seen: int) -> Person:
    """The person, with their version counted on; the row stays locked until the commit. Raises Conflict if it is no
    longer the version that was seen, NotFound for nobody."""
    changed = db.session.execute(
        sa.update(Person)
        .where(Person.id == person_id, Person.version == seen)
        .values(version=Person.version + 1)
        .returning(Person.id)
        .execution_options(synchronize_session=False)
    ).first()
    person = db.session.get(Person, person_id, populate_existing=True)
    if person is None:
        raise NotFound
    if changed is None:
        raise Conflict(MEANWHILE, version=person.version)
    return person


def tell_name(actor: Actor, *, person_id: int, name: NameGiven, becomes: str = "former", version: int) -> None:
    """Record a name. A `known` one takes the place of the name there now, which is kept as what it `becomes`: former,
    also_known_as or mistaken (kept as history only). The same name again changes nothing.

    Raises Invalid for no name at all, Conflict.
    """
    if not name.first.strip() and not name.last.strip():
        raise Invalid({"first": "Write the first name or the last name"})
    if name.kind not in NAME_KINDS or becomes not in ("former", "also_known_as", "mistaken"):
        raise ValueError(f"no kind of name {name.kind} or {becomes}")
    kept = list(db.session.scalars(sa.select(PersonName).where(PersonName.person_id == person_id)))
    said = (name.first, name.middle or "", name.last)
    current = next((row for row in kept if row.is_current), None)
    is_now = current is not None and (current.first, current.middle or "", current.last) == said
    if is_now or (
        name.kind != "known" and any((r.first, r.middle or "", r.last, r.kind) == (*said, name.kind) for r in kept)
    ):
        return
    person = claim(person_id, version)
    if name.kind == "known" and current is not None:
        current.is_current, current.kind, current.to_on = False, becomes, name.from_on
        db.session.flush()
    db.session.add(_name_row(person_id, name))
    if name.kind == "known":
        person.match_key = _key_of(person, name.first, name.last)
    db.session.flush()
    record(actor, "person.name.told", subjects=[person_id], kind=name.kind)
    refresh_keys([person_id, *(looked_after_by(person_id) if name.kind == "known" else ())])


def _name_row(person_id: int, name: NameGiven) -> PersonName:
    return PersonName(
        person_id=person_id,
        kind=name.kind,
        first=name.first[:80],
        middle=name.middle[:80] or None,
        last=name.last[:80],
        is_current=name.kind == "known",
        from_on=name.from_on,
        to_on=None,
        said_by=name.said_by[:200],
        said_at=clock.now(),
    )


def _key_of(person: Person, first: str, last: str) -> str | None:
    return None if person.born_estimated else match_key(first, last, person.born_on)


def correct_facts(
    actor: Actor,
    *,
    person_id: int,
    facts: Mapping[str, Any],
    disabilities: Collection[str] | None = None,
    said_by: str,
    version: int,
) -> None:
    """Correct single facts (of FACTS) and, if given, which disabilities there are (codes of DISABILITIES). What is as
    it was changes nothing; of the rest, what stood there before is kept.

    Raises Invalid for a death before the birth or NONE beside a disability, Conflict.
    """
    unknown = set(facts) - set(FACTS) | set(disabilities or ()) - set(DISABILITIES)
    if unknown:
        raise ValueError(f"not to be corrected: {sorted(unknown)}")
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    changes = {field: value for field, value in facts.items() if getattr(person, field) != value}
    codes = _changed_disabilities(person_id, disabilities)
    if not changes and not codes:
        return
    died, born = (facts.get(field, getattr(person, field)) for field in ("deceased_on", "born_on"))
    if died is not None and born is not None and died < born:
        raise Invalid({"deceased_on": "This is before the date of birth"})
    _keep_census_rules(person, changes)
    person = claim(person_id, version)
    _keep_changes(actor, person, changes, said_by)
    _keep_disabilities(actor, person_id, codes, said_by)
    fields = [*changes, *(["disabilities"] if codes else [])]
    record_each(actor, "person.fact.corrected", [([person_id], {"field": field}) for field in fields])
    refresh_keys([person_id])


# The rules of the census that single facts can break, each with the field at which it is said.
_AT_FIELD = {"8525Q": "born_on", "8606": "expected_on", "8750": "sex"}
_DATES = ("born_on", "expected_on", "sex")


def _keep_census_rules(person: Person, changes: Mapping[str, Any]) -> None:
    """Raise Invalid, with what to do, where a change breaks a rule of the census that held before (no referral can be
    later than today)."""
    before = {name: getattr(person, name) for name in _DATES}
    was, now = (
        set(broken_rules(_facts_of(values), touching=("child",)))
        for values in (before, before | {name: changes[name] for name in _DATES if name in changes})
    )
    problems = {_AT_FIELD[rule.number]: rule.mend for rule in now - was if rule.number in _AT_FIELD}
    if problems:
        raise Invalid(problems)


def _facts_of(values: Mapping[str, Any]) -> Facts:
    born_on, expected_on, sex = (values[name] for name in _DATES)
    child = ChildFacts(born_on, None if born_on else expected_on, sex)
    return Facts(child, (EpisodeFacts(clock.today()),))


def _keep_changes(actor: Actor, person: Person, changes: Mapping[str, Any], said_by: str) -> None:
    for field, value in changes.items():
        before = getattr(person, field)
        db.session.add(
            PersonChange(
                person_id=person.id,
                field=field,
                before=_as_text(before),
                after=_as_text(value),
                said_by=said_by[:200],
                changed_at=clock.now(),
                changed_by_id=actor.user_id,
            )
        )
        setattr(person, field, value)
    if {"born_on", "born_estimated"} & set(changes):
        name = db.session.scalars(
            sa.select(PersonName).where(PersonName.person_id == person.id, PersonName.is_current)
        ).first()
        person.match_key = _key_of(person, name.first, name.last) if name else None
    db.session.flush()


def _as_text(value: Any) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value.isoformat() if isinstance(value, date) else str(value)[:200]


def _changed_disabilities(person_id: int, wanted: Collection[str] | None) -> dict[str, bool]:
    """By code, whether it is new or ended; nothing where none were asked about. Raises Invalid for NONE beside one."""
    if wanted is None:
        return {}
    if NO_DISABILITY in wanted and len(set(wanted)) > 1:
        raise Invalid({"disabilities": get_rule("8790").mend})
    there = set(
        db.session.scalars(
            sa.select(PersonDisability.code).where(
                PersonDisability.person_id == person_id, PersonDisability.ended_at.is_(None)
            )
        )
    )
    return {code: True for code in wanted if code not in there} | dict.fromkeys(there - set(wanted), False)


def _keep_disabilities(actor: Actor, person_id: int, codes: Mapping[str, bool], said_by: str) -> None:
    ended = [code for code, new in codes.items() if not new]
    if ended:
        db.session.execute(
            sa.update(PersonDisability)
            .where(
                PersonDisability.person_id == person_id,
                PersonDisability.code.in_(ended),
                PersonDisability.ended_at.is_(None),
            )
            .values(ended_at=clock.now(), ended_by_id=actor.user_id)
        )
    db.session.add_all(
        PersonDisability(person_id=person_id, code=code, said_by=said_by[:200], said_at=clock.now())
        for code, new in codes.items()
        if new
    )
    db.session.flush()


def record_birth(actor: Actor, *, person_id: int, born_on: date, sex: str, name: NameGiven, version: int) -> None:
    """An unborn baby is a born child from now on: the record, its cases and its relationships stay, and the date that
    was expected.

    Raises OutOfOrder for somebody who is born already or was never expected, Invalid for no name, Conflict.
    """
    person = db.session.get(Person, person_id)
    if person is None:
        raise NotFound
    if person.born_on == born_on and person.sex == sex:
        return
    if person.born_on is not None or person.expected_on is None:
        raise OutOfOrder("This is not an unborn baby. Correct the date of birth instead.")
    tell_name(actor, person_id=person_id, name=name, becomes="former", version=version)
    person = claim(person_id, db.session.get_one(Person, person_id, populate_existing=True).version)
    _keep_changes(actor, person, {"born_on": born_on, "born_estimated": False, "sex": sex}, name.said_by)
    record(actor, "person.born", subjects=[person_id], born_on=born_on)
    refresh_keys([person_id])
