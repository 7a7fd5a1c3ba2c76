"""What is compared: a person as somebody describes them, and what came of comparing two."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Described:
    """A person as somebody describes them: what arrived, or what a record holds.

    `born` says what `born_on` is: exact, estimated, or expected (the due date of an unborn baby). `homes` are address
    line and postcode, the present one first; `other_names` are whole names, former or also known as; `carers` are
    names; `identifiers` are kind ("nhs_number", "upn") and value.
    """

    first: str = ""
    middle: str = ""
    last: str = ""
    other_names: tuple[str, ...] = ()
    sex: str = "U"
    born_on: date | None = None
    born: str = "exact"
    homes: tuple[tuple[str, str], ...] = ()
    carers: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    identifiers: tuple[tuple[str, str], ...] = ()
    adult: bool | None = None


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks for or against two descriptions being of one person: strong | some | against."""

    strength: str
    words: str
    bits: float
    field: str


@dataclass(frozen=True)
class Scored:
    """How likely two descriptions are of one person: very likely | possible | below, and why. `gates` are the reasons
    for which it is never very likely, however much agrees."""

    bits: float
    band: str
    evidence: tuple[Evidence, ...]
    gates: tuple[str, ...]


VERY_LIKELY, POSSIBLE, BELOW = "very likely", "possible", "below"


def pack(described: Described) -> str:
    """The text in which a description is kept."""
    born_on = described.born_on.isoformat() if described.born_on else None
    parts: list[Any] = [
        described.first,
        described.middle,
        described.last,
        described.other_names,
        described.sex,
        born_on,
        described.born,
        described.homes,
        described.carers,
        described.phones,
        described.identifiers,
        described.adult,
    ]
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def unpack(text: str) -> Described:
    """The description that `pack` wrote."""
    first, middle, last, others, sex, born_on, born, homes, carers, phones, identifiers, adult = json.loads(text)
    return Described(
        first,
        middle,
        last,
        tuple(others),
        sex,
        date.fromisoformat(born_on) if born_on else None,
        born,
        tuple([(line, postcode) for line, postcode in homes]),
        tuple(carers),
        tuple(phones),
        tuple([(kind, value) for kind, value in identifiers]),
        adult,
    )
