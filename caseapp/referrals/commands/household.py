"""From a referral's words to people: the children, the adults around them, where they live, what they are to each
other.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.people.commands import (
    MemberGiven,
    PersonGiven,
    Related,
    StayGiven,
    add_members,
    add_people,
    add_relationships,
    give_address,
    make_family,
    refresh_keys,
)
from caseapp.people.domain.dates import read_date
from caseapp.people.domain.names import is_not_known, normalise_name, years_old
from caseapp.people.domain.register import kind_said
from caseapp.people.queries import family_names, find_family, related_pairs
from caseapp.referrals.catalogue import find_choice
from caseapp.referrals.domain.children import ChildTold, as_list, as_object, as_text, is_protected, split_name
from caseapp.referrals.queries.hub_children import HubChild
from caseapp.referrals.queries.likely_adults import persons_of_adults
from caseapp.referrals.queries.lines import Line
from caseapp.referrals.queries.referral_page import HubPage


def add_family(actor: Actor, page: HubPage) -> tuple[int, dict[int, int]]:
    """Record the children and adults of a referral, and of those decided with it, as one family; gives its number and
    the person of each child (by `Line.id`).

    A child with an open case is that case's person, and brothers and sisters join that family; its adults are known
    there already and are not added a second time. A child whom somebody said to be known is the record that was
    chosen, and its family goes on: of the people around them those join whom it does not have by that name. An adult
    whom somebody said to be known joins as the record that was chosen.
    """
    cases = {line.id: case for line in page.lines if (case := page.open_case_for(line))}
    persons = {line.id: line.person_id for line in page.lines if line.person_id is not None}
    persons |= {line_id: case.person_id for line_id, case in cases.items()}
    first = next(iter(cases.values()), None)
    there = find_family(list(persons.values())) if persons and not first else None
    family_id = first.family_id if first else there or make_family(name=_family_name(page), actor=actor)
    new = [line for line in page.lines if line.id not in persons]
    known, relatives = ({}, []) if first else _relatives(page)
    if there and relatives:
        names = {normalise_name(name) for name in family_names(there)}
        relatives = [each for each in relatives if normalise_name(f"{each[0].first} {each[0].last}") not in names]
    numbers = add_people(
        [*(_child(*line.fullest, _numbers(line)) for line in new), *(person for person, _ in relatives)], actor=actor
    )
    persons |= dict(zip((line.id for line in new), numbers, strict=False))
    children = [(persons[line.id], MemberGiven("child", said_in_id=line.fullest[0].id)) for line in page.lines]
    others = list(zip(numbers[len(new) :], (member for _, member in relatives), strict=True))
    others += [each for each in known.items() if each[0] not in persons.values()]
    add_members(family_id, [*children, *others], actor=actor)
    _relate(actor, page, sorted(persons.values()), others)
    return family_id, persons


def _relatives(page: HubPage) -> tuple[dict[int, MemberGiven], list[tuple[PersonGiven, MemberGiven]]]:
    """The people around the children: the records that somebody said are theirs, and those who get a new one."""
    chosen = persons_of_adults([each.id for each in page.together])
    known, new = {}, []
    for told_in, told, places in _household(page.together):
        given = _relative(told_in, told)
        person_id = next((chosen[place] for place in places if place in chosen), None)
        if given and person_id is not None:
            known[person_id] = given[1]
        elif given:
            new.append(given)
    return known, new


def _relate(
    actor: Actor, page: HubPage, child_ids: Sequence[int], relatives: Sequence[tuple[int, MemberGiven]]
) -> None:
    """What the people of the household are to each child, where the contact says it."""
    said_by = page.referrer["name"] or page.sender
    # A record that was known already may be related to the child already.
    there = related_pairs(child_ids)
    given = [
        Related(
            child_id,
            kind,
            other_id=relative_id,
            parental_responsibility=member.parental_responsibility,
            said_by=said_by,
            said_at=page.received_at,
        )
        for relative_id, member in relatives
        if (kind := kind_said(member.relationship)) != "other"
        for child_id in child_ids
        if child_id != relative_id and (child_id, relative_id) not in there
    ]
    if given:
        add_relationships(given, actor=actor)
        refresh_keys(child_ids)


def tell_addresses(actor: Actor, page: HubPage, persons: Mapping[int, int]) -> None:
    """Hold each child's address, as each contact gives it, against where the child is recorded to live: another one is
    for whoever holds the child to settle. `persons`: the person of each child (by `Line.id`)."""
    for line in page.lines:
        for told, child in line.told if persons.get(line.id) else ():
            stay = _child_stay(told, child.told, _raw(told, child))
            if stay is not None:
                give_address(actor, person_id=persons[line.id], stay=stay)


def _household(pages: Sequence[HubPage]) -> list[tuple[HubPage, dict[str, object], list[tuple[int, int]]]]:
    """The people around the children, each once by name, with the contact that first told of them, and every contact
    and place in its household that tells of them: what the first left open a later one fills, and a worry that anybody
    has about somebody stands."""
    found: list[tuple[HubPage, dict[str, object], list[tuple[int, int]]]] = []
    for page in pages:
        for position, item in enumerate(as_list(as_object(page.document).get("household"))):
            told = dict(as_object(item))
            name = normalise_name(as_text(told.get("name")))
            same = (each for each in found if name and each[0].id != page.id and _called(each[1]) == name)
            _, earlier, places = next(same, (None, None, []))
            if earlier is None:
                found.append((page, told, [(page.id, position)]))
                continue
            places.append((page.id, position))
            worry = earlier.get("adult_of_concern") is True or told.get("adult_of_concern") is True
            earlier |= {key: value for key, value in told.items() if earlier.get(key) in (None, "", {})}
            earlier["adult_of_concern"] = worry
    return found


def _called(told: object) -> str:
    return normalise_name(as_text(as_object(told).get("name")))


def _numbers(line: Line) -> list[tuple[str, str]]:
    """The numbers of a child that any contact gives, the first of each kind."""
    found: dict[str, str] = {}
    for page, child in line.told:
        raw = _raw(page, child)
        for kind in ("nhs_number", "upn"):
            text = as_text(raw.get(kind))
            if text and not is_not_known(text):
                found.setdefault(kind, text)
    return list(found.items())


def _raw(page: HubPage, child: HubChild) -> Mapping[str, object]:
    given = as_list(as_object(page.document).get("children"))
    return as_object(given[child.told.position]) if child.told.position < len(given) else {}


def _family_name(page: HubPage) -> str:
    lasts = [line.told[0][1].told.last_name for line in page.lines]
    lasts = [last for last in lasts if not is_not_known(last)]
    return next((last for last in lasts if last), "Name not known")


def _child(page: HubPage, child: HubChild, numbers: Sequence[tuple[str, str]]) -> PersonGiven:
    told, raw = child.told, _raw(page, child)
    return PersonGiven(
        first=_name(told.first_name),
        last=_name(told.last_name),
        description=told.description or (None if told.has_name else told.shown),
        born_on=told.born_on,
        born_estimated=told.born_estimated,
        expected_on=told.expected_on,
        sex=told.sex,
        ethnicity=_code("ethnicities", told.ethnicity),
        first_language=as_text(raw.get("first_language")),
        interpreter_needed=raw.get("interpreter_needed") is True,
        school=told.school,
        gp=told.gp,
        identifiers=numbers,
        stay=_child_stay(page, told, raw),
    )


def _name(text: str | None) -> str:
    return "" if text is None or is_not_known(text) else text


def _code(list_name: str, value: object) -> str | None:
    found = find_choice(list_name, value)
    return found.key if found else None


def _child_stay(page: HubPage, told: ChildTold, raw: object) -> StayGiven | None:
    return _stay(page, as_object(raw).get("address"), told.address, told.postcode)


def _stay(page: HubPage, address: object, line: str | None, postcode: str | None) -> StayGiven | None:
    if (not line or is_not_known(line)) and not postcode:
        return None
    return StayGiven(
        line=line or "Only the postcode was given",
        postcode=postcode,
        kind=_code("address_kinds", as_object(address).get("kind")) or "home",
        protected=is_protected(address),
        said_by=page.referrer["name"] or page.sender,
        said_at=page.received_at,
    )


def _relative(page: HubPage, told: object) -> tuple[PersonGiven, MemberGiven] | None:
    """A person of the household: an adult unless the birth date says otherwise, what they are to the children as
    said; None where nothing says who it is.
    """
    person = as_object(told)
    name, relationship = as_text(person.get("name")) or "", as_text(person.get("relationship"))
    if not name and not relationship:
        return None
    first, last = split_name(name)
    born = read_date(person.get("date_of_birth"))
    born_on = born if isinstance(born, date) else None
    address = as_object(person.get("address"))
    lines = [as_text(address.get(key)) for key in ("line1", "line2", "town")]
    given = PersonGiven(
        first=_name(first),
        last=_name(last),
        description=None if name else relationship,
        born_on=born_on,
        ethnicity=_code("ethnicities", person.get("ethnicity")),
        phone=as_text(person.get("phone")),
        first_language=as_text(person.get("first_language")),
        interpreter_needed=person.get("interpreter_needed") is True,
        stay=_stay(page, address, ", ".join(line for line in lines if line) or None, as_text(address.get("postcode"))),
    )
    responsibility = person.get("parental_responsibility")
    return given, MemberGiven(
        role="child" if born_on and years_old(born_on, clock.today()) < 18 else "adult",
        relationship=relationship,
        parental_responsibility=responsibility if isinstance(responsibility, bool) else None,
        adult_of_concern=person.get("adult_of_concern") is True,
        said_in_id=page.id,
    )
