"""The adults of the household that a contact tells of, as the register's matching reads them."""

from dataclasses import dataclass
from datetime import date

from caseapp.kernel import clock
from caseapp.people.domain.dates import read_date
from caseapp.people.domain.matching import Described
from caseapp.people.domain.names import is_not_known, years_old

from .children import as_list, as_object, as_text, children_of, split_name

_WOMEN = frozenset({"mother", "mum", "stepmother", "step-mother", "grandmother", "sister", "aunt"})
_MEN = frozenset({"father", "dad", "stepfather", "step-father", "grandfather", "brother", "uncle"})
# From this age on somebody is grown up.
GROWN = 18


@dataclass(frozen=True)
class AdultTold:
    """One adult as a contact tells of them: `position` is the place in its household."""

    position: int
    name: str
    relationship: str
    born_on: date | None
    of_concern: bool
    described: Described


def adults_of(document: object) -> list[AdultTold]:
    """The adults of a document's household who have a name, in its order; whoever is said to be under 18 is none. Takes
    any JSON."""
    people = [as_object(item) for item in as_list(as_object(document).get("household"))]
    home = _home_of_children(document)
    found = []
    for position, told in enumerate(people):
        name, born = as_text(told.get("name")) or "", read_date(told.get("date_of_birth"))
        born_on = born if isinstance(born, date) else None
        if not name or is_not_known(name) or (born_on and years_old(born_on, clock.today()) < GROWN):
            continue
        relationship = as_text(told.get("relationship")) or ""
        own = _home(told.get("address"))
        # Who is told of with the child lives there, unless somebody says otherwise.
        homes = own or (() if told.get("lives_with_child") is False else home)
        phone = as_text(told.get("phone"))
        first, last = split_name(name)
        described = Described(
            first="" if is_not_known(first) else first,
            last="" if is_not_known(last) else last,
            sex=_sex(relationship),
            born_on=born_on,
            homes=homes,
            phones=(phone,) if phone else (),
            adult=True,
        )
        found.append(AdultTold(position, name, relationship, born_on, told.get("adult_of_concern") is True, described))
    return found


def _home(address: object) -> tuple[tuple[str, str], ...]:
    given = as_object(address)
    lines = (as_text(given.get(key)) for key in ("line1", "line2", "town"))
    line = ", ".join(part for part in lines if part)
    postcode = as_text(given.get("postcode")) or ""
    line, postcode = ("" if is_not_known(text) else text for text in (line, postcode))
    return ((line, postcode),) if line or postcode else ()


def _home_of_children(document: object) -> tuple[tuple[str, str], ...]:
    for child in children_of(document):
        line, postcode = ("" if is_not_known(text) else text or "" for text in (child.address, child.postcode))
        if line or postcode:
            return ((line, postcode),)
    return ()


def _sex(relationship: str) -> str:
    said = relationship.lower()
    return "F" if said in _WOMEN else "M" if said in _MEN else "U"
