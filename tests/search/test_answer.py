"""How near a name is to what was typed, and what is said about it."""

import pytest

from caseapp.search.domain import Named, answer


def named(first: str, last: str, kind: str = "known") -> Named:
    return Named(first, None, last, kind, kind == "known")


ELLIE = named("Ellie", "Marsden")
BROOK = named("Ellie", "Brook", "former")


@pytest.mark.parametrize(
    ("typed", "names", "why"),
    [
        (("ellie", "marsden"), [ELLIE], ()),
        (("marsden", "ellie"), [ELLIE], ()),
        (("ellei", "mrasden"), [ELLIE], ("nearly “ellei”", "nearly “mrasden”")),
        (("ell", "mars"), [ELLIE], ("begins with “ell”", "begins with “mars”")),
        (("eleanor", "marsden"), [ELLIE], ("another form of “eleanor”",)),
        (("ellie", "brook"), [ELLIE, BROOK], ("Former name: Ellie Brook",)),
        (("ellie", "rose", "marsden"), [ELLIE], ("without “rose”",)),
        (("mohammed", "khan"), [named("Muhammad", "Khan")], ("another form of “mohammed”",)),
        (("smith",), [named("Ava", "Smith-Jones")], ()),
        (("ng",), [named("Li", "Ng")], ()),
        (("vandyke", "bo"), [named("Bo", "Van Dyke")], ()),
        (("van", "dyke", "bo"), [named("Bo", "Vandyke")], ()),
        (("zoe", "orourke"), [named("Zoë", "O’Rourke")], ()),
    ],
)
def test_found_and_why(typed: tuple[str, ...], names: list[Named], why: tuple[str, ...]) -> None:
    found = answer(typed, names)
    assert found is not None and found.why == why


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        (("ellie", "hussain"), [ELLIE]),
        (("ng",), [named("Ann", "Nguyen")]),
        (("li", "bo"), [named("Lily", "Bond")]),
        (("xyz",), [ELLIE]),
        # Two different records' worth of words in one name are none of the other's.
        (("tom", "brook"), [ELLIE, BROOK]),
    ],
)
def test_not_found(typed: tuple[str, ...], names: list[Named]) -> None:
    assert answer(typed, names) is None


def test_the_exact_name_comes_before_what_is_near_and_the_present_before_the_former() -> None:
    exact, near = answer(("ellie", "marsden"), [ELLIE]), answer(("ellie", "marsden"), [named("Elly", "Marsdon")])
    former = answer(("ellie", "brook"), [ELLIE, BROOK])
    assert exact and near and former
    assert exact.far < near.far and former.far == 0 and not former.by_present_name
    both = answer(("ellie",), [ELLIE, BROOK])
    assert both and both.by_present_name and both.why == ()
