"""A person on one page: what is recorded of them, and the people around them. Two statements."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4
from caseapp.access.queries import restricted
from caseapp.accounts.models import PostcodeSector
from caseapp.accounts.queries import user_name_of
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.kernel.errors import NotFound
from caseapp.people.domain.dates import day_words
from caseapp.people.domain.identifiers import PartPostcode, Postcode, parse_postcode
from caseapp.people.domain.register import DISABILITIES, ETHNICITIES, SEXES
from caseapp.people.models import (
    ContactFlag,
    Person,
    PersonChange,
    PersonDisability,
    PersonIdentifier,
    PersonName,
    Stay,
    StaySecret,
    ToTell,
    WorkerDanger,
)

from .families import CURRENT_NAME, NOT_NAMED, PERSON_COLUMNS, shown_age, shown_name


@dataclass(frozen=True)
class Fact:
    """A row that hangs on a person: a name, a number, a stay, a danger ... What its letters mean is its kind's:
    `_PARTS` says it."""

    id: int
    kind: str
    a: str
    b: str
    c: str
    d: str
    yes: bool
    also: bool
    from_on: date | None
    to_on: date | None
    said_by: str
    said_at: datetime | None
    ended_at: datetime | None
    by_name: str

    @property
    def words(self) -> str:
        """Of a name, the whole of it; of a stay, the address in one line."""
        return ", ".join(part for part in (self.a, self.b) if part)

    @property
    def full_name(self) -> str:
        """Of a name, first, middle and last."""
        return " ".join(part for part in (self.a, self.b, self.c) if part)


@dataclass(frozen=True)
class PersonPage:
    """A person as their page shows them: of what is not for this reader's level, nothing is loaded."""

    id: int
    name: str
    age: str
    version: int
    born_on: date | None
    born_estimated: bool
    expected_on: date | None
    deceased_on: date | None
    sex: str
    ethnicity: str
    ethnicity_code: str | None
    phone: str | None
    school: str | None
    gp: str | None
    first_language: str | None
    other_languages: str | None
    interpreter_needed: bool
    source: str
    facts: dict[str, tuple[Fact, ...]]

    def live(self, what: str) -> list[Fact]:
        """The rows of a kind (a key of `_PARTS`) that have not ended."""
        return [row for row in self.facts.get(what, ()) if row.ended_at is None]

    def ended(self, what: str) -> list[Fact]:
        """The rows of a kind that have ended, the latest first."""
        return [row for row in reversed(self.facts.get(what, ())) if row.ended_at is not None]

    @property
    def unborn(self) -> bool:
        """Whether this is a baby not yet born."""
        return self.born_on is None and self.expected_on is not None

    @property
    def born_words(self) -> str:
        """The date of birth, without the weekday."""
        return day_words(self.born_on) if self.born_on else ""

    @property
    def sex_words(self) -> str:
        """The sex in words."""
        return SEXES.get(self.sex, SEXES["U"])

    @property
    def other_names(self) -> list[Fact]:
        """Names they had or are known by besides the one above."""
        return [row for row in self.facts.get("name", ()) if not row.yes and row.kind != "mistaken"]

    @property
    def current_name(self) -> Fact | None:
        """The name they are known by now, in its parts."""
        return next((row for row in self.facts.get("name", ()) if row.yes), None)

    @property
    def home(self) -> Fact | None:
        """Where they live now."""
        return next((row for row in self.facts.get("stay", ()) if row.yes), None)

    @property
    def said(self) -> list[Fact]:
        """Other addresses that somebody gives, to be settled."""
        return [row for row in self.facts.get("stay", ()) if row.d == "said"]

    @property
    def earlier(self) -> list[Fact]:
        """Where they lived before, and what was said and settled; the latest first."""
        return [row for row in reversed(self.facts.get("stay", ())) if not row.yes and row.d != "said"]

    def secret_from(self, stay: Fact) -> list[str]:
        """Who must not learn of a stay."""
        return [row.a for row in self.facts.get("secret", ()) if row.id == stay.id]

    @property
    def disability_words(self) -> str:
        """The disabilities in words; "" where nobody has asked."""
        return ", ".join(DISABILITIES.get(row.kind, row.kind) for row in self.live("disability"))

    @property
    def address_protected(self) -> bool:
        """Whether nobody may be told where they live."""
        return self.home is not None and self.home.also


_person: Any = sa.bindparam("person")
_COLUMNS: dict[str, Any] = {
    "id": sa.BigInteger(),
    "kind": sa.String(),
    "a": sa.String(),
    "b": sa.String(),
    "c": sa.String(),
    "d": sa.String(),
    "yes": sa.Boolean(),
    "also": sa.Boolean(),
    "from_on": sa.Date(),
    "to_on": sa.Date(),
    "said_by": sa.String(),
    "said_at": UTCDateTime(),
    "ended_at": UTCDateTime(),
    "by_name": sa.String(),
}


def _part(what: str, model: Any, **given: Any) -> Any:
    """One kind of row in the shape of all; what it does not have is nothing."""
    columns = [given.get(name, sa.cast(sa.null(), kind)).label(name) for name, kind in _COLUMNS.items()]
    return sa.select(sa.literal(what, sa.String()).label("what"), *columns).where(model.person_id == _person)


def _said_of(model: Any) -> dict[str, Any]:
    return {"id": model.id, "said_by": model.said_by, "said_at": model.said_at}


def _parts() -> Any:
    """What hangs on a person, in one list: names, numbers, disabilities, contact, dangers, stays with who must not
    learn of them, who is to be told, what was corrected."""
    # That somebody must not learn of it stays, whoever may know of them.
    named = sa.case(
        (restricted(StaySecret.from_person_id), NOT_NAMED),
        else_=sa.func.trim(PersonName.first + " " + PersonName.last),
    )
    their_name = sa.select(named).where(PersonName.person_id == StaySecret.from_person_id, PersonName.is_current)
    secret = _part(
        "secret", Stay, id=Stay.id, a=sa.func.coalesce(StaySecret.from_name, their_name.scalar_subquery())
    ).join_from(Stay, StaySecret, StaySecret.stay_id == Stay.id)
    name = _part(
        "name",
        PersonName,
        **_said_of(PersonName),
        kind=PersonName.kind,
        a=PersonName.first,
        b=PersonName.middle,
        c=PersonName.last,
        yes=PersonName.is_current,
        from_on=PersonName.from_on,
        to_on=PersonName.to_on,
    )
    number = _part(
        "number",
        PersonIdentifier,
        **_said_of(PersonIdentifier),
        kind=PersonIdentifier.kind,
        a=PersonIdentifier.value,
        d=PersonIdentifier.end_reason,
        yes=PersonIdentifier.valid,
        also=PersonIdentifier.verified_at.is_not(None),
        ended_at=PersonIdentifier.ended_at,
        by_name=user_name_of(PersonIdentifier.verified_by_id),
    )
    stay = _part(
        "stay",
        Stay,
        **_said_of(Stay),
        kind=Stay.kind,
        a=Stay.line,
        b=Stay.postcode,
        c=Stay.said_how,
        d=Stay.state,
        yes=Stay.lives_here_now,
        also=Stay.protected,
        from_on=Stay.from_on,
        to_on=Stay.to_on,
        by_name=user_name_of(Stay.recorded_by_id),
    )
    to_tell = _part(
        "to_tell",
        ToTell,
        id=ToTell.id,
        kind=ToTell.who,
        ended_at=ToTell.told_at,
        by_name=user_name_of(ToTell.told_by_id),
    )
    return sa.union_all(name, number, stay, secret, to_tell, *_more_parts()).subquery()


def _more_parts() -> list[Any]:
    change = _part(
        "change",
        PersonChange,
        id=PersonChange.id,
        kind=PersonChange.field,
        a=PersonChange.before,
        b=PersonChange.after,
        said_by=PersonChange.said_by,
        said_at=PersonChange.changed_at,
        by_name=user_name_of(PersonChange.changed_by_id),
    )
    return [
        change,
        _part(
            "disability",
            PersonDisability,
            **_said_of(PersonDisability),
            kind=PersonDisability.code,
            ended_at=PersonDisability.ended_at,
        ),
        _part(
            "contact",
            ContactFlag,
            **_said_of(ContactFlag),
            kind=ContactFlag.way,
            a=ContactFlag.words,
            yes=ContactFlag.safe,
            ended_at=ContactFlag.ended_at,
            by_name=user_name_of(ContactFlag.recorded_by_id),
        ),
        _part(
            "danger",
            WorkerDanger,
            **_said_of(WorkerDanger),
            a=WorkerDanger.words,
            d=WorkerDanger.end_words,
            from_on=WorkerDanger.since_on,
            ended_at=WorkerDanger.ended_at,
            by_name=user_name_of(WorkerDanger.recorded_by_id),
        ),
    ]


_ABOUT = (
    Person.version,
    Person.deceased_on,
    Person.sex,
    Person.ethnicity,
    Person.phone,
    Person.school,
    Person.gp,
    Person.first_language,
    Person.other_languages,
    Person.interpreter_needed,
    Person.source_system,
    Person.source_id,
)


@cache
def _page_statement(whole: bool) -> Any:
    """The person; for a reader of the record with all that hangs on them, once for each row of it."""
    about = sa.select(*PERSON_COLUMNS, *_ABOUT).outerjoin(PersonName, CURRENT_NAME).where(Person.id == _person)
    if not whole:
        return about
    parts = _parts()
    columns = [parts.c[name].label(f"f_{name}") for name in ("what", *_COLUMNS)]
    return about.add_columns(*columns).outerjoin(parts, sa.true()).order_by(parts.c.id)


def get_person(person_id: int, *, level: int) -> PersonPage:
    """The page of a person whom the guard has let somebody see at `level`: the name and the age for the status card,
    all of it at L4. Somebody whose own record only named people see is not named in it. Raises NotFound. One
    statement."""
    rows = fetch(_page_statement(level >= L4), {"person": person_id})
    if not rows:
        raise NotFound
    facts: dict[str, list[Fact]] = defaultdict(list)
    for row in rows if level >= L4 else ():
        if row.f_what is not None:
            facts[row.f_what].append(_as_fact(row))
    first, whole = rows[0], level >= L4
    return PersonPage(
        person_id,
        shown_name(first),
        shown_age(first),
        first.version,
        first.born_on if whole else None,
        first.born_estimated,
        first.expected_on,
        first.deceased_on,
        first.sex,
        ETHNICITIES.get(first.ethnicity or "", first.ethnicity or "") if whole else "",
        first.ethnicity if whole else None,
        first.phone if whole else None,
        first.school if whole else None,
        first.gp if whole else None,
        first.first_language if whole else None,
        first.other_languages if whole else None,
        first.interpreter_needed if whole else False,
        " ".join(part for part in (first.source_system, first.source_id) if part) if whole else "",
        {what: tuple(found) for what, found in facts.items()},
    )


def _as_fact(row: Any) -> Fact:
    return Fact(
        row.f_id,
        row.f_kind or "",
        row.f_a or "",
        row.f_b or "",
        row.f_c or "",
        row.f_d or "",
        bool(row.f_yes),
        bool(row.f_also),
        row.f_from_on,
        row.f_to_on,
        row.f_said_by or "",
        row.f_said_at,
        row.f_ended_at,
        row.f_by_name or "",
    )


def locality_of(postcode: str | None) -> str | None:
    """The locality whose teams work at a postcode; None outside the borough, or where the postcode is not known well
    enough. One statement at most."""
    found = parse_postcode(postcode)
    if not isinstance(found, Postcode | PartPostcode) or found.sector is None:
        return None
    rows = fetch(_LOCALITY, {"sector": found.sector})
    return rows[0].locality if rows else None


_LOCALITY = sa.select(PostcodeSector.locality).where(PostcodeSector.sector == sa.bindparam("sector"))
