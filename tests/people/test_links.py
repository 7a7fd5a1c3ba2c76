"""Two records of one child: said by a person, in their words, taken back at any time, never contradicted unnoticed."""

from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import Event
from caseapp.people import commands, queries
from caseapp.people.domain.links import group, named
from caseapp.people.models import Person, PersonIdentity, PersonName
from tests.factories import someone


def records(count: int) -> list[int]:
    with transaction():
        return [
            commands.add_person(first="Tia", last="Brook", born_on=date(2012, 8, 21), sex="F") for _ in range(count)
        ]


def say(
    one: int, other: int, answer: str = "same", words: str = "Same mother and school", by: str = "mash.worker"
) -> int:
    with transaction():
        return commands.say_whether_same(someone(by), one, other, answer=answer, words=words)


def take_back(link: int, words: str = "Another Tia: other birth certificate", by: str = "mash.manager") -> None:
    with transaction():
        commands.take_back(someone(by), link, words=words)


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([], {}),
        ([(2, 1)], {1: {1, 2}, 2: {1, 2}}),
        ([(1, 2), (3, 4)], {1: {1, 2}, 2: {1, 2}, 3: {3, 4}, 4: {3, 4}}),
        ([(1, 2), (3, 4), (4, 1)], {number: {1, 2, 3, 4} for number in (1, 2, 3, 4)}),
    ],
)
def test_who_is_one_person(pairs: list[tuple[int, int]], found: dict[int, set[int]]) -> None:
    assert group(pairs) == found
    assert named(group(pairs)) == {number: min(joined) for number, joined in found.items()}


def test_two_records_of_one_child_stay_two_and_are_one(app: Flask, friday: datetime) -> None:
    one, other, stranger = records(3)
    say(other, one)
    assert queries.identity_of([one, stranger]) == {one: {one, other}, stranger: {stranger}}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 3
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonName)) == 3
    link = queries.list_links([one])[0]
    assert (link.one_id, link.other_id, link.answer, link.words) == (one, other, "same", "Same mother and school")
    assert (link.said_by, link.said_at, link.ended_at) == (someone("mash.worker").name, friday, None)


def test_a_link_is_taken_back_with_its_history(app: Flask, friday: datetime) -> None:
    one, other = records(2)
    number = say(one, other)
    with clock.at(friday + timedelta(days=40)):
        take_back(number)
    assert queries.identity_of([one, other]) == {one: {one}, other: {other}}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(PersonIdentity)) == 0
    link = queries.list_links([other])[0]
    assert link.words == "Same mother and school" and link.end_words == "Another Tia: other birth certificate"
    assert (link.ended_by, link.ended_at) == (someone("mash.manager").name, friday + timedelta(days=40))
    told = db.session.scalars(sa.select(Event.code).where(Event.code.like("person.same%")).order_by(Event.id))
    assert list(told) == ["person.same_said", "person.same_taken_back"]
    # And may be said again.
    assert say(one, other, words="She showed us both letters") > number
    assert queries.identity_of([one])[one] == {one, other}


def test_linked_through_a_third_until_one_link_is_taken_back(app: Flask, friday: datetime) -> None:
    first, second, third, fourth = records(4)
    say(first, second)
    between = say(third, second)
    say(third, fourth)
    assert queries.identity_of([fourth])[fourth] == {first, second, third, fourth}
    take_back(between)
    assert queries.identity_of([first, fourth]) == {first: {first, second}, fourth: {third, fourth}}


@pytest.mark.parametrize("answer", ["different", "not_sure"])
def test_another_answer_takes_the_place_of_the_one_before(app: Flask, friday: datetime, answer: str) -> None:
    one, other = records(2)
    say(one, other)
    say(one, other, answer, "The school has two girls of this name")
    assert queries.identity_of([one])[one] == {one}
    assert [(link.answer, link.ended_at is None) for link in queries.list_links([one])] == [
        (answer, True),
        ("same", False),
    ]
    assert queries.said_different([one]) == ({one: {other}} if answer == "different" else {})


def test_two_told_apart_do_not_become_one_through_a_third(app: Flask, friday: datetime) -> None:
    one, other, third = records(3)
    apart = say(one, other, "different", "Twins: two birth certificates")
    say(one, third)
    with pytest.raises(OutOfOrder, match="Twins: two birth certificates"):
        say(third, other)
    db.session.rollback()
    assert queries.identity_of([other])[other] == {other}
    take_back(apart)
    say(third, other)
    assert queries.identity_of([other])[other] == {one, other, third}
    with pytest.raises(OutOfOrder, match="third record"):
        say(one, other, "different", "No: twins")


def test_what_is_refused_and_what_is_said_twice(app: Flask, friday: datetime) -> None:
    one, other = records(2)
    for given, field in (({"answer": "perhaps"}, "answer"), ({"words": " "}, "words")):
        with pytest.raises(Invalid) as refused:
            say(one, other, **given)
        assert list(refused.value.problems) == [field]
        db.session.rollback()
    with pytest.raises(Invalid):
        say(one, one)
    db.session.rollback()
    with pytest.raises(NotFound):
        say(one, other + 1000)
    db.session.rollback()
    number = say(one, other)
    assert say(other, one) == number
    with pytest.raises(Invalid):
        take_back(number, " ")
    db.session.rollback()
    take_back(number)
    take_back(number)
    with pytest.raises(OutOfOrder):
        take_back(number, "Somebody else, too late", by="mash.worker")
    db.session.rollback()
    with pytest.raises(NotFound):
        take_back(number + 1)
