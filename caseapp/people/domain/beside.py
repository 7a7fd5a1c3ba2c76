"""What is told of a child beside what a record holds: row by row, with what differs marked."""

from collections.abc import Sequence
from dataclasses import dataclass

from .dates import day_words
from .matching import Described
from .names import normalise_name

NOTHING = "Not known"
SEXES = {"F": "girl", "M": "boy"}


@dataclass(frozen=True)
class Side:
    """One row: what was told, what the record holds, and whether the two differ (None: one of them is not known)."""

    label: str
    told: str
    held: str
    differs: bool | None


def side_by_side(asked: Described, known: Described, *, homes: bool) -> tuple[Side, ...]:
    """What was told of a child beside what a record, or another contact, holds. `homes`: whether the other address may
    be shown; otherwise only whether it is the same."""
    rows = [
        _side("First name", asked.first, known.first),
        _side("Last name", asked.last, known.last),
        _side("Other names", ", ".join(asked.other_names), ", ".join(known.other_names)),
        _side(_born_label(asked), _born(asked), _born(known)),
        _side("Sex", SEXES.get(asked.sex, ""), SEXES.get(known.sex, "")),
        _homes(asked, known, shown=homes),
        _several("Who looks after them", asked.carers, known.carers),
    ]
    for kind, label in (("nhs_number", "NHS number"), ("upn", "UPN")):
        rows.append(_side(label, _number(asked, kind), _number(known, kind)))
    return tuple(row for row in rows if row.told != NOTHING or row.held != NOTHING)


def _side(label: str, told: str, held: str) -> Side:
    differs = normalise_name(told) != normalise_name(held) if told and held else None
    return Side(label, told or NOTHING, held or NOTHING, differs)


def _several(label: str, told: Sequence[str], held: Sequence[str]) -> Side:
    one, other = ({normalise_name(each) for each in names} for names in (told, held))
    differs = not one & other if one and other else None
    return Side(label, ", ".join(told) or NOTHING, ", ".join(held) or NOTHING, differs)


def _homes(asked: Described, known: Described, *, shown: bool) -> Side:
    one, other = ([_home(home) for home in homes] for homes in (asked.homes, known.homes))
    told = "; ".join(one) or NOTHING
    if not one or not other:
        return Side("Home", told, NOTHING if not other else "An address is known", None)
    mine = {_plain(each) for each in one}
    same = next((each for each in other if _plain(each) in mine), None)
    return Side("Home", told, same or (other[0] if shown else "Another address"), same is None)


def _home(home: tuple[str, str]) -> str:
    return ", ".join(part for part in home if part)


def _plain(home: str) -> str:
    return normalise_name(home).replace(" ", "")


def _born_label(asked: Described) -> str:
    return "Due" if asked.born == "expected" and asked.born_on else "Born"


def _born(described: Described) -> str:
    if described.born_on is None:
        return ""
    about = {"estimated": " (estimated)", "expected": " (due date)"}
    return f"{day_words(described.born_on)}{about.get(described.born, '')}"


def _number(described: Described, kind: str) -> str:
    return next((value for each, value in described.identifiers if each == kind), "")
