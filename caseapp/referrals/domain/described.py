"""A child of a contact as the register's matching reads them."""

from datetime import date

from caseapp.people.domain.matching import Described
from caseapp.people.domain.names import is_not_known

from .children import ChildTold, as_list, as_object, as_text

# What somebody is called who looks after a child.
CARERS = frozenset(
    {"mother", "father", "mum", "dad", "parent", "carer", "guardian", "step-mother", "step-father", "foster carer"}
)


def described_child(document: object, told: ChildTold) -> Described:
    """What a contact says of one of its children, and of those who look after them."""
    people = [as_object(item) for item in as_list(as_object(document).get("household"))]
    carers = [person for person in people if _is_carer(person)]
    given = as_list(as_object(document).get("children"))
    raw = as_object(given[told.position]) if told.position < len(given) else {}
    names = [name for name in (as_text(person.get("name")) for person in carers) if name and not is_not_known(name)]
    phones = [as_text(person.get("phone")) for person in carers] + [as_text(raw.get("phone"))]
    numbers = (("nhs_number", as_text(raw.get("nhs_number"))), ("upn", as_text(raw.get("upn"))))
    line, postcode = (None if is_not_known(text) else text for text in (told.address, told.postcode))
    return Described(
        first=_name(told.first_name),
        last=_name(told.last_name),
        other_names=tuple(name for name in _others(raw) if name),
        sex=told.sex,
        born_on=told.born_on or told.expected_on,
        born=_born(told),
        homes=((line or "", postcode or ""),) if line or postcode else (),
        carers=tuple(dict.fromkeys(names)),
        phones=tuple(dict.fromkeys(phone for phone in phones if phone)),
        identifiers=tuple((kind, value) for kind, value in numbers if value and not is_not_known(value)),
        adult=False,
    )


def _is_carer(person: object) -> bool:
    told = as_object(person)
    relation = (as_text(told.get("relationship")) or "").lower()
    return told.get("parental_responsibility") is True or relation in CARERS


def _name(text: str | None) -> str:
    return "" if text is None or is_not_known(text) else text


def _others(raw: object) -> list[str | None]:
    given = as_object(raw).get("other_names")
    return [as_text(each) for each in as_list(given)] or [as_text(given)]


def _born(told: ChildTold) -> str:
    if isinstance(told.born_on, date):
        return "estimated" if told.born_estimated else "exact"
    return "expected" if told.expected_on else "exact"
