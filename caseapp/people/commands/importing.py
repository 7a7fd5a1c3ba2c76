"""Taking in another system's register: rows in, people out, each once however often it is tried."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, transaction
from caseapp.kernel.events import ActorLike, record_each
from caseapp.people.domain.imported import ReadPerson, RowRefused, read_row
from caseapp.people.models import Person, PersonImport

from .adding import PersonGiven, StayGiven, add_people

# So many rows are one transaction. What it holds is lost when it is killed, and taken in again by the next one.
AT_ONCE = 2_000

_KNOWN = sa.select(Person.source_id).where(
    Person.source_system == sa.bindparam("system"), Person.source_id.in_(sa.bindparam("ids", expanding=True))
)

# A row of the file: its line, its columns, or why it cannot be read.
Line = tuple[int, Mapping[str, str], str | None]


@dataclass(frozen=True)
class BadRow:
    """A row that was refused, or kept and marked, with why."""

    line: int
    given: Mapping[str, str]
    kept: bool
    why: str


@dataclass
class ImportDone:
    """What became of the rows so far."""

    rows: int = 0
    added: int = 0
    known: int = 0
    marked: int = 0
    refused: int = 0
    bad: list[BadRow] = field(default_factory=list)


def import_people(
    actor: ActorLike | None,
    lines: Iterable[Line],
    *,
    system: str,
    file_name: str,
    sha256: str,
    each: Callable[[ImportDone], None],
) -> ImportDone:
    """Take in people from the rows of a file, AT_ONCE rows in a transaction of their own. Whoever is here already (by
    source system and number there) is left as they are, so a run that was stopped is begun again from the start.
    `actor`: who ran it; None where nobody said.

    `each` is called after every transaction with what was done so far and the bad rows of that transaction.
    """
    done, seen = ImportDone(), set[str]()
    with transaction() as session:
        run = PersonImport(
            source_system=system,
            file_name=file_name[:200],
            sha256=sha256,
            began_at=clock.now(),
            **dict.fromkeys(("added", "known", "marked", "refused"), 0),
        )
        session.add(run)
        session.flush()
        number = run.id
    waiting = iter(lines)
    while some := list(islice(waiting, AT_ONCE)):
        done.bad = []
        people = list(_read(some, seen, done))
        done.rows += len(some)
        added = _add(actor, people, system, number, done)
        done.added += added
        done.known += len(people) - added
        each(done)
    with transaction():
        db.session.execute(
            sa.update(PersonImport).where(PersonImport.id == number).values(ended_at=clock.now(), **_counts(done))
        )
        record_each(actor, "people.imported", [([], {"number": number, **_counts(done)})])
    return done


def _counts(done: ImportDone) -> dict[str, int]:
    return {"added": done.added, "known": done.known, "marked": done.marked, "refused": done.refused}


def _read(lines: Sequence[Line], seen: set[str], done: ImportDone) -> Iterator[ReadPerson]:
    """The people of these rows; what is wrong is noted."""
    today = clock.today()
    for line, given, problem in lines:
        try:
            if problem:
                raise RowRefused(problem)
            person = read_row(given, today)
            if person.source_id in seen:
                raise RowRefused(f"record_id {person.source_id} stands further up in this file")
        except RowRefused as why:
            done.refused += 1
            done.bad.append(BadRow(line, given, False, str(why)))
            continue
        seen.add(person.source_id)
        if person.remarks:
            done.marked += 1
            done.bad.append(BadRow(line, given, True, "; ".join(person.remarks)))
        yield person


def _add(actor: ActorLike | None, people: Sequence[ReadPerson], system: str, number: int, done: ImportDone) -> int:
    """Add those who are not here yet; gives how many. Tried twice: another import may have added some meanwhile."""
    for last_try in (False, True):
        try:
            with transaction():
                ids = [person.source_id for person in people]
                known = {row.source_id for row in fetch(_KNOWN, {"system": system, "ids": ids})}
                new = [person for person in people if person.source_id not in known]
                now = clock.now()
                add_people([_given(person, system, now) for person in new], actor=actor)
                # An unfinished run tells how far it came.
                db.session.execute(
                    sa.update(PersonImport)
                    .where(PersonImport.id == number)
                    .values(
                        added=done.added + len(new),
                        known=done.known + len(known),
                        marked=done.marked,
                        refused=done.refused,
                    )
                )
            return len(new)
        except IntegrityError:
            if last_try:
                raise
    raise AssertionError("the second try returns or raises")


def _given(person: ReadPerson, system: str, now: datetime) -> PersonGiven:
    said_by = f"Import from {system}"
    stay: StayGiven | None = None
    if person.address or person.postcode:
        stay = {
            "line": person.address,
            "postcode": person.postcode or None,
            "kind": "home",
            "protected": False,
            "said_by": said_by,
            "said_at": now,
        }
    return PersonGiven(
        person.first,
        person.last,
        middle=person.middle or None,
        also_known_as=person.also_known_as,
        born_on=person.born_on,
        born_estimated=person.born_estimated,
        expected_on=person.expected_on,
        sex=person.sex,
        phone=person.phone or None,
        identifiers=(("nhs_number", person.nhs_number),) if person.nhs_number else (),
        carers=(person.carer,) if person.carer else (),
        stay=stay,
        source=(system, person.source_id),
        said_by=said_by,
    )
