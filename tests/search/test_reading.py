"""What people type into the search box, and what is understood by it."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.search.domain import read

S65 = [f"S65 {figure}" for figure in range(10)]


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Ellie Marsden", {"words": ("ellie", "marsden")}),
        ("Marsden, Ellie", {"words": ("marsden", "ellie")}),
        ("ellie marsden 2017", {"words": ("ellie", "marsden"), "born_in": [2017]}),
        ("Ellie 9", {"words": ("ellie",), "aged": [9]}),
        ("marsden s65", {"words": ("marsden",), "sectors": S65}),
        ("S65 1", {"sectors": ["S65 1"]}),
        *((typed, {"postcodes": ["S65 1AB"]}) for typed in ("S65 1AB", "s651ab", " s65  1ab ")),
        *((typed, {"words": ("orourke",)}) for typed in ("O'Rourke", "O’Rourke", "ORourke", "o rourke")),
        *((typed, {"words": ("zoe",)}) for typed in ("Zoë", "Zoe", "ZOË")),
        *((typed, {"words": ("mcdonald",)}) for typed in ("Mc Donald", "McDonald", "mcdonald")),
        ("Smith-Jones", {"words": ("smith", "jones")}),
        ("Ng", {"words": ("ng",)}),
        ("Li Bo", {"words": ("li", "bo")}),
        *(
            (typed, {"born_on": [date(2017, 3, 9)]})
            for typed in ("9/3/2017", "09.03.2017", "9 3 2017", "9 March 2017", "9th Mar 2017", "2017-03-09")
        ),
        ("Ellie 9 3 2017", {"words": ("ellie",), "born_on": [date(2017, 3, 9)]}),
        ("31/2/2017", {"notes": ["31 February 2017 does not exist. February has 28 days"]}),
        # The worked example of the NHS data dictionary, and the same with its check digit wrong.
        *((typed, {"nhs_numbers": ["9434765919"]}) for typed in ("943 476 5919", "9434765919", "943-476-5919")),
        (
            "943 476 5918",
            {
                "nhs_numbers": ["9434765918"],
                "notes": ["This NHS number fails its check: a digit is wrong or two are swapped"],
            },
        ),
        ("+44 7700 900112", {"phones": ["+447700900112"]}),
        ("07700 900112", {"phones": ["07700900112"]}),
        ("(01709) 555 010", {"phones": ["01709555010"]}),
        ("LCS-204417", {"numbers": ["LCS-204417"]}),
        ("🙂", {}),
        ("", {}),
        ("   \x00 ", {}),
        # A name of nine letters is no reference, whatever they come to.
        *((typed, {"words": (typed.lower(),)}) for typed in ("Catherine", "Charlotte", "Alexander")),
    ],
)
def test_what_is_understood(typed: str, understood: dict[str, object]) -> None:
    assert {name: value for name, value in vars(read(typed)).items() if value} == understood


def test_an_age_is_the_year_before_the_birthday_too() -> None:
    assert read("ellie 9").born_between(date(2026, 11, 20)) == (date(2016, 11, 21), date(2017, 11, 20))
    assert read("ellie 2017").born_between(date(2026, 11, 20)) == (date(2017, 1, 1), date(2017, 12, 31))
    assert read("ellie 8").born_between(date(2028, 2, 29)) == (date(2019, 3, 1), date(2020, 2, 29))
    assert read("ellie 9").born_between(date(2028, 2, 29)) == (date(2018, 3, 1), date(2019, 2, 28))


@given(st.text(max_size=300))
def test_whatever_is_typed_is_read(typed: str) -> None:
    assert len(read(typed).words) <= 6


def test_ten_thousand_signs_are_read_in_no_time() -> None:
    assert len(read("a 1 " * 5_000).numbers + read("a " * 5_000).notes) < 200
