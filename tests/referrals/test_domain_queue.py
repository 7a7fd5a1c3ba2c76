"""The filter in the address and the words around the queue, by plain rules."""

from datetime import timedelta

import pytest

from caseapp.referrals.domain.queue import Filter, became_sentence, read_filter, waited_words


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, Filter()),
        ({"rating": ["red", "none", "purple"]}, Filter(ratings=("red", "none"))),
        ({"from": ["police"]}, Filter(sender="police")),
        ({"from": ["a17"]}, Filter(sender="a17")),
        ({"from": ["a17; drop table"]}, Filter()),
        ({"from": ["a" + "9" * 40]}, Filter()),
        ({"from": ["a٣"]}, Filter()),
        ({"concern": ["neglect"], "locality": ["North"]}, Filter(concern="neglect", locality="North")),
        ({"concern": ["Ellie Marsden"]}, Filter()),
        ({"only": ["phone", "late", "everything"]}, Filter(only=("late", "phone"))),
        ({"tab": ["mine"], "after": ["R-1"]}, Filter()),
    ],
)
def test_the_address_is_read_and_what_it_does_not_know_left_out(asked: dict[str, list[str]], found: Filter) -> None:
    assert read_filter(asked) == found
    again = {key: value if isinstance(value, list) else [value] for key, value in found.args.items()}
    assert read_filter(again) == found


def test_an_agency_is_a_number() -> None:
    assert read_filter({"from": ["a17"]}).agency_id == 17
    assert read_filter({"from": ["health"]}).agency_id is None
    assert read_filter({}).agency_id is None and not read_filter({}).narrows


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (50, "50 min"), (60, "1 h"), (125, "2 h 5 min"), (1440, "1 day"), (4400, "3 days"), (-5, "0 min")],
)
def test_how_long_nobody_has_read_it(minutes: int, words: str) -> None:
    assert waited_words(timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        ((0, 0, 0), ""),
        ((1, 0, 0), "Of 1 child 1 became a referral."),
        ((1, 3, 0), "Of 4 children 1 became a referral, 3 were answered as contacts."),
        ((2, 1, 2), "Of 5 children 2 became referrals, 1 was answered as a contact, 2 are notes on open cases."),
        ((0, 0, 1), "Of 1 child 1 is a note on an open case."),
    ],
)
def test_what_became_of_them(counts: tuple[int, int, int], sentence: str) -> None:
    assert became_sentence(*counts) == sentence
