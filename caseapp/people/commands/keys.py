"""Keys on write: what finds a person, and what is compared with them, kept with the rows it is made from."""

import json
from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, cast

import sqlalchemy as sa

from caseapp.access.queries import restricted
from caseapp.kernel.db import fetch, is_postgresql, write_rows
from caseapp.people.domain.matching import Described, keys_of, pack
from caseapp.people.domain.matching.keys import sample_keys
from caseapp.people.domain.register import inverse_of
from caseapp.people.domain.seeking import found_by, words_in
from caseapp.people.models import Person, PersonFeatures, PersonIdentifier, PersonKey, PersonName, Relationship, Stay

from .words import keep_words

# So many people are read and written at a time.
_AT_ONCE = 500

_people: sa.BindParameter[list[int]] = sa.bindparam("people", expanding=True)
# Locked until the commit: what somebody else changes meanwhile is not written over with what was read before.
_PERSONS = (
    sa.select(Person.id, Person.born_on, Person.born_estimated, Person.expected_on, Person.sex, Person.phone)
    .where(Person.id.in_(_people))
    .order_by(Person.id)
    .with_for_update(key_share=True)
)
_NAMES = (
    sa.select(
        PersonName.person_id,
        PersonName.kind,
        PersonName.first,
        PersonName.middle,
        PersonName.last,
        PersonName.is_current,
    )
    .where(PersonName.person_id.in_(_people))
    .order_by(PersonName.id)
)
_NUMBERS = (
    sa.select(PersonIdentifier.person_id, PersonIdentifier.kind, PersonIdentifier.value)
    .where(PersonIdentifier.person_id.in_(_people), PersonIdentifier.ended_at.is_(None))
    .order_by(PersonIdentifier.id)
)
_STAYS = (
    sa.select(Stay.person_id, Stay.line, Stay.postcode)
    .where(Stay.person_id.in_(_people), Stay.state != "not_so")
    .order_by(Stay.lives_here_now.desc(), Stay.id.desc())
)
# What somebody is to a child whom they look after; the same seen from the other side.
_LOOK_AFTER = ("mother", "father", "parent", "carer", "guardian", "step_parent", "foster_carer")
_LOOKED_AFTER_AS = tuple(sorted({inverse_of(kind) for kind in _LOOK_AFTER}))
_carer_name = sa.orm.aliased(PersonName)
_told_name = sa.orm.aliased(PersonName)
# A relationship stands once, on whichever side it was told.
_CARERS: Any = sa.union_all(
    sa.select(Relationship.id, Relationship.person_id, Relationship.other_name, _carer_name.first, _carer_name.last)
    .outerjoin(_carer_name, sa.and_(_carer_name.person_id == Relationship.other_id, _carer_name.is_current))
    .where(
        Relationship.person_id.in_(_people),
        Relationship.kind.in_(_LOOK_AFTER),
        Relationship.ended_at.is_(None),
        # What is compared is shown beside what was told: nobody is named there whom only named people may see.
        sa.or_(Relationship.other_id.is_(None), ~restricted(Relationship.other_id)),
    ),
    sa.select(Relationship.id, Relationship.other_id, sa.null(), _told_name.first, _told_name.last)
    .join(_told_name, sa.and_(_told_name.person_id == Relationship.person_id, _told_name.is_current))
    .where(
        Relationship.other_id.in_(_people),
        Relationship.kind.in_(_LOOKED_AFTER_AS),
        Relationship.ended_at.is_(None),
        ~restricted(Relationship.person_id),
    ),
).order_by(sa.literal_column("1"))
_KEPT = sa.select(PersonFeatures.person_id, PersonFeatures.keys).where(PersonFeatures.person_id.in_(_people))
_carer: sa.BindParameter[int] = sa.bindparam("carer")
_LOOKED_AFTER: Any = sa.union(
    sa.select(Relationship.person_id.label("person_id")).where(
        Relationship.other_id == _carer, Relationship.kind.in_(_LOOK_AFTER), Relationship.ended_at.is_(None)
    ),
    sa.select(Relationship.other_id).where(
        Relationship.person_id == _carer,
        Relationship.kind.in_(_LOOKED_AFTER_AS),
        Relationship.other_id.is_not(None),
        Relationship.ended_at.is_(None),
    ),
)
_FEATURES_TABLE = cast(sa.Table, PersonFeatures.__table__)
_KEY_TABLE = cast(sa.Table, PersonKey.__table__)
_ADD_FEATURES = sa.insert(_FEATURES_TABLE)
_CHANGE_FEATURES = (
    sa.update(_FEATURES_TABLE)
    .where(_FEATURES_TABLE.c.person_id == sa.bindparam("person"))
    .values(features=sa.bindparam("features"), keys=sa.bindparam("keys"))
)
# All keys of a call in one statement, however many: a row each costs more than to work the keys out.
_ADD_KEYS = {
    "sqlite": sa.text(
        "INSERT INTO person_key (key, person_id)"
        " SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:pairs)"
    ),
    "postgresql": sa.text(
        "INSERT INTO person_key (key, person_id)"
        " SELECT * FROM unnest(CAST(:keys AS bigint[]), CAST(:people AS bigint[]))"
    ),
}
_REMOVE_KEY = sa.delete(_KEY_TABLE).where(
    _KEY_TABLE.c.key == sa.bindparam("old_key"), _KEY_TABLE.c.person_id == sa.bindparam("person")
)


def refresh_keys(person_ids: Iterable[int]) -> None:
    """Make anew what these people are found by and compared with, from what the register holds of them now.

    Every command calls it that changes names, birth date, stays, numbers, telephones or who looks after somebody; for
    a name also for those whom they look after (`looked_after_by`), of whose keys it is a part.
    """
    people = list(dict.fromkeys(person_ids))
    for start in range(0, len(people), _AT_ONCE):
        some = people[start : start + _AT_ONCE]
        described = _described(some)
        kept = {row.person_id: _unpacked(row.keys) for row in fetch(_KEPT, {"people": some})}
        keep_keys({number: each for number, each in described.items() if number not in kept})
        _change(described, kept)


def looked_after_by(person_id: int) -> list[int]:
    """Whose record says that this person looks after them: their keys and what is compared hold this person's name."""
    return [row.person_id for row in fetch(_LOOKED_AFTER, {"carer": person_id})]


def keep_keys(new: Mapping[int, Described]) -> None:
    """Keep what new people are found by, as they were described."""
    keys = {number: _all_keys(number, each) for number, each in new.items()}
    write_rows(
        _ADD_FEATURES,
        [{"person_id": number, "features": pack(each), "keys": _packed(keys[number])} for number, each in new.items()],
    )
    _add_keys(keys)
    keep_words(word for each in new.values() for word in words_in(each))


def _change(described: Mapping[int, Described], kept: Mapping[int, frozenset[int]]) -> None:
    keys = {number: _all_keys(number, described[number]) for number in kept}
    write_rows(
        _CHANGE_FEATURES,
        [
            {"person": number, "features": pack(described[number]), "keys": _packed(found)}
            for number, found in keys.items()
        ],
    )
    gone = [{"person": number, "old_key": key} for number in kept for key in sorted(kept[number] - keys[number])]
    write_rows(_REMOVE_KEY, gone)
    _add_keys({number: found - kept[number] for number, found in keys.items()})
    keep_words(word for number in kept for word in words_in(described[number]))


def _all_keys(number: int, described: Described) -> frozenset[int]:
    return keys_of(described) | sample_keys(number, described) | found_by(described)


def _add_keys(keys: Mapping[int, frozenset[int]]) -> None:
    # In the order in which the table keeps them.
    pairs = sorted((key, number) for number, found in keys.items() for key in found)
    if not pairs:
        return
    if is_postgresql():
        fetch(_ADD_KEYS["postgresql"], {"keys": [key for key, _ in pairs], "people": [number for _, number in pairs]})
    else:
        fetch(_ADD_KEYS["sqlite"], {"pairs": json.dumps(pairs)})


def _packed(keys: Iterable[int]) -> bytes:
    return array("q", sorted(keys)).tobytes()


def _unpacked(kept: bytes) -> frozenset[int]:
    return frozenset(array("q", bytes(kept)))


def _described(people: list[int]) -> dict[int, Described]:
    """What the register holds of these people. Five statements."""
    given = {"people": people}
    persons = list(fetch(_PERSONS, given))
    parts: dict[str, dict[int, list[Any]]] = {}
    for part, statement in (("name", _NAMES), ("number", _NUMBERS), ("stay", _STAYS), ("carer", _CARERS)):
        parts[part] = defaultdict(list)
        for row in fetch(statement, given):
            parts[part][row.person_id].append(row)
    return {
        row.id: _describe(
            row, parts["name"][row.id], parts["number"][row.id], parts["stay"][row.id], parts["carer"][row.id]
        )
        for row in persons
    }


def _describe(row: Any, names: list[Any], numbers: list[Any], stays: list[Any], carers: list[Any]) -> Described:
    now = next((name for name in names if name.is_current), None)
    others = [name for name in names if not name.is_current and name.kind != "mistaken"]
    born = "estimated" if row.born_estimated else "exact"
    return Described(
        first=now.first if now else "",
        middle=(now.middle or "") if now else "",
        last=now.last if now else "",
        other_names=tuple(" ".join((name.first, name.last)).strip() for name in others),
        sex=row.sex,
        born_on=row.born_on or row.expected_on,
        born=born if row.born_on or not row.expected_on else "expected",
        homes=tuple((stay.line, stay.postcode or "") for stay in stays),
        carers=tuple(carer.other_name or f"{carer.first} {carer.last}".strip() for carer in carers),
        phones=(row.phone,) if row.phone else (),
        identifiers=tuple((number.kind, number.value) for number in numbers),
    )
