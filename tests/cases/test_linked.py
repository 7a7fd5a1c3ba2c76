"""Two records of one child that both have an open case: allowed, said on both, a task for whoever holds each; and what
is kept from people holds for both."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar, cover, end_restriction, restrict
from caseapp.access.domain import L1, L4
from caseapp.access.models import Bar
from caseapp.access.queries import find_seen, get_subject, levels_of, list_restrictions
from caseapp.cases.commands import keep_together, open_case
from caseapp.cases.models import Task
from caseapp.cases.queries import get_case_page, linked_open_cases, list_team
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.subjects import Subject
from caseapp.people.commands import add_person, say_whether_same, take_back
from tests import factories
from tests.factories import AFamily, someone, team_id


def two_families() -> tuple[AFamily, AFamily]:
    with transaction():
        north = factories.a_case(team="north", worker="north.worker")
        central = factories.a_case(name="Marsdon", team="central", worker="central.worker")
    return north, central


def link(one: int, other: int) -> int:
    with transaction():
        return say_whether_same(someone("mash.worker"), one, other, answer="same", words="Same mother")


def open_tasks() -> set[tuple[int, int]]:
    query = sa.select(Task.case_id, Task.about_id).where(Task.kind == "two_open_cases", Task.done_at.is_(None))
    return {(row.case_id, row.about_id) for row in db.session.execute(query)}


def test_two_open_cases_of_one_child_are_said_on_both_and_asked_of_both(app: Flask, friday: datetime) -> None:
    north, central = two_families()
    assert linked_open_cases() == []
    number = link(north.person_ids[0], central.person_ids[0])
    (pair,) = linked_open_cases()
    assert (pair.one, pair.other) == (north.reference, central.reference)
    assert linked_open_cases([central.person_ids[0]]) == [pair] and linked_open_cases([]) == []
    assert open_tasks() == {(north.case_id, central.case_id), (central.case_id, north.case_id)}
    assert [twin.reference for twin in get_case_page(someone("north.worker"), north.case_id).twins] == [
        central.reference
    ]
    (twin,) = get_case_page(someone("central.worker"), central.case_id).twins
    assert (twin.reference, twin.team) == (north.reference, "North locality")
    waiting = {child.case.id: child.to_read for child in list_team(team_id("north"), someone("north.manager")).children}
    assert waiting == {north.case_id: 1}
    with transaction():
        take_back(someone("mash.manager"), number, words="Two children after all")
    assert linked_open_cases() == [] and open_tasks() == set()
    assert get_case_page(someone("north.worker"), north.case_id).twins == ()
    # And again.
    link(north.person_ids[0], central.person_ids[0])
    assert len(open_tasks()) == 2


def test_a_linked_record_opens_no_second_case(app: Flask, friday: datetime) -> None:
    north, _ = two_families()
    with transaction():
        other = add_person(first="Elly", last="Marsden")
    link(north.person_ids[0], other)
    with pytest.raises(OutOfOrder, match="already has an open case"):
        open_case(
            someone("mash.manager"),
            person_id=other,
            family_id=north.id,
            referral_id=north.referral_id,
            received_at=clock.now(),
            level="assessment",
            team_id=team_id("north"),
            episode_kind="child_in_need",
        )


def reference_of(person_id: int) -> str:
    return db.session.scalars(sa.select(Subject.reference).where(Subject.id == person_id)).one()


def test_a_bar_on_one_record_holds_for_both_until_the_link_ends(app: Flask, friday: datetime) -> None:
    north, central = two_families()
    relative = f"user:{someone('edt').user_id}"
    with transaction():
        bar(relative, subject_id=north.person_ids[0], reason="relative")
    number = link(north.person_ids[0], central.person_ids[0])
    for subject_id in (central.person_ids[0], central.case_id, north.case_id):
        assert relative in set(db.session.scalars(sa.select(Bar.principal).where(Bar.subject_id == subject_id)))
    with pytest.raises(NotFound):
        get_subject(someone("edt"), reference_of(central.person_ids[0]), "person", L1)
    with transaction():
        take_back(someone("mash.manager"), number, words="Two children after all")
    assert get_subject(someone("edt"), reference_of(central.person_ids[0]), "person", L1)
    with pytest.raises(NotFound):
        get_subject(someone("edt"), reference_of(north.person_ids[0]), "person", L1)


def test_a_shared_bar_takes_no_case_from_the_team_that_holds_it(app: Flask, friday: datetime) -> None:
    north, central = two_families()
    with transaction():
        bar(f"team:{team_id('central')}", subject_id=north.person_ids[0], reason="staff_conflict")
    link(north.person_ids[0], central.person_ids[0])
    assert get_case_page(someone("central.worker"), central.case_id).case.reference == central.reference


def restricted_child(*readers: str) -> AFamily:
    with transaction():
        family = factories.a_case(name="Harrison", team="north", worker="north.worker")
        number = restrict(
            subject_id=family.person_ids[0],
            reason="staff_conflict",
            words="Her aunt works here",
            ring="Paul Rhodes, 01709 555001",
            readers={f"user:{someone(each).user_id}" for each in readers},
            set_by_id=someone("mash.manager").user_id,
        )
        assert number is not None
        keep_together(family.person_ids)
    return family


def test_only_who_is_named_sees_a_restricted_record_and_its_case(app: Flask, friday: datetime) -> None:
    family = restricted_child("north.manager")
    child = family.person_ids[0]
    case = get_subject(someone("north.manager"), family.reference, "case", L4)
    assert case.id == family.case_id and levels_of(someone("north.manager"), "person", [child])
    for login in ("north.worker", "mash.worker", "mash.manager", "edt", "school"):
        assert levels_of(someone(login), "person", [child]) == {}, login
        with pytest.raises(NotFound):
            get_subject(someone(login), family.reference, "case", L4)
    seen = find_seen(someone("mash.worker"), "person", [child])[child]
    assert (seen.reference, seen.level, seen.ring) == ("", -1, "Paul Rhodes, 01709 555001")
    assert [row.case.id for row in list_team(team_id("north"), someone("north.worker")).children] == []
    # A second one while the first stands is none.
    assert (
        restrict(
            subject_id=child, reason="adoption", words="-", ring="-", readers=(), set_by_id=someone("head").user_id
        )
        is None
    )


def test_a_restriction_holds_for_the_other_record_too_and_ends_for_both(app: Flask, friday: datetime) -> None:
    family = restricted_child("north.manager")
    with transaction():
        other = add_person(first="Poppy", last="Harrison")
    assert levels_of(someone("mash.worker"), "person", [other]) == {other: L1}
    number = link(family.person_ids[0], other)
    assert levels_of(someone("mash.worker"), "person", [other]) == {}
    with transaction():
        take_back(someone("mash.manager"), number, words="No")
    assert levels_of(someone("mash.worker"), "person", [other]) == {other: L1}
    (standing,) = list_restrictions(family.person_ids[0])
    with transaction():
        assert end_restriction(restriction_id=standing.id, words="She has left", ended_by_id=someone("head").user_id)
        cover([[family.person_ids[0], family.case_id]])
    assert get_subject(someone("north.worker"), family.reference, "case", L4)
    (ended,) = list_restrictions(family.person_ids[0])
    assert (ended.end_words, ended.ended_at) == ("She has left", friday)


def test_a_case_that_opens_later_is_restricted_with_its_child(app: Flask, friday: datetime) -> None:
    family = restricted_child("north.manager")
    with transaction():
        other = add_person(first="Poppy", last="Harrison")
        restrict(
            subject_id=other,
            reason="adoption",
            words="-",
            ring="-",
            readers={f"user:{someone('head').user_id}"},
            set_by_id=someone("head").user_id,
        )
        keep_together([other])
        opened = open_case(
            someone("mash.manager"),
            person_id=other,
            family_id=family.id,
            referral_id=family.referral_id,
            received_at=clock.now(),
            level="assessment",
            team_id=team_id("north"),
            episode_kind="child_in_need",
        )
    with pytest.raises(NotFound):
        get_subject(someone("north.manager"), opened.reference, "case", L4)
