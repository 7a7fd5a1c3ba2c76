"""What the register knows of a family, to stand beside an assessment that is being written: nobody retypes it."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.kernel.db import fetch
from caseapp.kernel.web import day
from caseapp.people.models import Person, WorkerDanger
from caseapp.people.queries import FamilyRow, list_family

REGISTER = "the register"


@dataclass(frozen=True)
class Fact:
    """One thing that is known: its key on this page, whom or what it is about, the words, and who says so."""

    key: str
    about: str
    words: str
    source: str

    @property
    def quoted(self) -> str:
        """As it stands in the text when it is put there."""
        return f"{self.about}: {self.words} ({self.source})"


def list_facts(actor: Actor, family_id: int) -> list[Fact]:
    """The people of a family, where they live, school, language, dangers to visitors, each with its source; without
    whom a conflict of interest keeps from this reader. A protected address is no fact to be put into a text. Two
    statements."""
    people = list_family(actor, family_id, level=L4)
    more: dict[int, Any] = {}
    dangers: dict[int, list[Any]] = {}
    for row in fetch(_more(), {"people": [person.person_id for person in people]}):
        more[row.id] = row
        if row.danger_id is not None:
            dangers.setdefault(row.id, []).append(row)
    return [fact for person in people for fact in _of(person, more.get(person.person_id), dangers)]


def _of(person: FamilyRow, row: Any, dangers: dict[int, list[Any]]) -> list[Fact]:
    called, base = person.name, f"person:{person.person_id}"
    role = person.relationship or ("child" if person.is_child else "relationship not said")
    said = [person.age, role]
    if person.parental_responsibility:
        said.append("has parental responsibility")
    if person.adult_of_concern:
        said.append("adult of concern")
    facts = [Fact(base, called, ", ".join(part for part in said if part), REGISTER)]
    if person.address and not person.address_protected:
        source = f"said by {person.address.said_by}, {day(person.address.said_at)}"
        facts.append(Fact(f"{base}:home", called, f"lives at {person.address.words}", source))
    if row is not None and row.school:
        facts.append(Fact(f"{base}:school", called, f"goes to {row.school}", REGISTER))
    if row is not None and row.first_language:
        needs = "; needs an interpreter" if row.interpreter_needed else ""
        facts.append(Fact(f"{base}:language", called, f"speaks {row.first_language}{needs}", REGISTER))
    facts += [
        Fact(
            f"{base}:danger:{each.danger_id}",
            called,
            f"danger to people who visit: {each.danger}",
            f"said by {each.said_by}, {day(each.said_at)}",
        )
        for each in dangers.get(person.person_id, [])
    ]
    return facts


@cache
def _more() -> Any:
    live = sa.and_(WorkerDanger.person_id == Person.id, WorkerDanger.ended_at.is_(None))
    return (
        sa.select(
            Person.id,
            Person.school,
            Person.first_language,
            Person.interpreter_needed,
            WorkerDanger.id.label("danger_id"),
            WorkerDanger.words.label("danger"),
            WorkerDanger.said_by,
            WorkerDanger.said_at,
        )
        .outerjoin(WorkerDanger, live)
        .where(Person.id.in_(sa.bindparam("people", expanding=True)))
        .order_by(Person.id, WorkerDanger.id)
    )
