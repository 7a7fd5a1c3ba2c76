"""What people type is kept to the letter, except what no database, file or screen can hold."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.kernel.text import NAME, WORDS, WrongDate, clean, is_blank, one_line, read_date

ANYTHING = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Ellie slept in her coat because 'the leccy was off again'",
        "👩‍👧‍👦 🏳️‍🌈",
        "אלי ישנה במעיל",
        "right to left \u202e embedded \u200f marks stay",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=1+1",
        "tab\there\nnew line",
        "\N{REPLACEMENT CHARACTER}",
        "Zoë Ó Briain-Ødegård 王小明",
        "x" * 50_000,
    ],
)
def test_ordinary_writing_is_kept_to_the_letter(text: str) -> None:
    assert clean(text) == (text, False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b", "a\ufffdb"),
        ("a\x07b\x1fc", "a\ufffdb\ufffdc"),
        ("a\x0bb\x0cc", "a\ufffdb\ufffdc"),
        ("a\x7fb", "a\ufffdb"),
        ("don\x92t", "don\ufffdt"),
        ("a\ud800b", "a\ufffdb"),
        ("\udfff", "\ufffd"),
        ("a\ufffeb\uffff", "a\ufffdb\ufffd"),
    ],
)
def test_a_hidden_character_is_replaced_and_said(typed: str, kept: str) -> None:
    assert clean(typed) == (kept, True)


@pytest.mark.parametrize(("typed", "kept"), [("a\r\nb", "a\nb"), ("a\rb", "a\nb"), ("a\r\n\r\nb\n", "a\n\nb\n")])
def test_line_ends_become_newlines_without_a_word(typed: str, kept: str) -> None:
    assert clean(typed) == (kept, False)


@given(ANYTHING)
def test_cleaned_text_can_be_stored_and_is_clean(text: str) -> None:
    cleaned, _ = clean(text)
    cleaned.encode("utf-8")
    assert "\x00" not in cleaned
    assert clean(cleaned) == (cleaned, False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ellie   Marsden ", "Ellie Marsden"),
        ("Ellie\nMarsden\t", "Ellie Marsden"),
        ("Ellie\u00a0Marsden", "Ellie Marsden"),
        ("", ""),
    ],
)
def test_a_name_stands_on_one_line(typed: str, kept: str) -> None:
    assert one_line(typed) == kept


@pytest.mark.parametrize(
    ("text", "blank"),
    [
        ("", True),
        (" \n\t\u00a0", True),
        ("\u200b\u200f\u202e", True),
        (".", False),
        ("\ufffd", False),
        ("\U0001fadf", False),
    ],
)
def test_blank_means_nothing_to_read(text: str, blank: bool) -> None:
    assert is_blank(text) is blank


def test_fifty_thousand_characters_fit() -> None:
    assert NAME < 50_000 <= WORDS


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("17 11 2026", date(2026, 11, 17)),
        ("7 1 2026", date(2026, 1, 7)),
        ("07 01 2026", date(2026, 1, 7)),
        ("1st March 2017", date(2017, 3, 1)),
        ("22ND sept 2017", date(2017, 9, 22)),
        ("3 Nov. 2017", date(2017, 11, 3)),
        ("29 february 2024", date(2024, 2, 29)),
        ("٣ ١١ ٢٠١٧", date(2017, 11, 3)),
    ],
)
def test_a_date_is_read_as_people_write_it(typed: str, means: date) -> None:
    assert read_date(parts(typed), "The date") == means


@pytest.mark.parametrize(
    ("typed", "message", "wrong"),
    [
        ("31 11 2026", "31 November 2026 does not exist. November has 30 days", ("day", "month", "year")),
        ("29 2 2023", "29 February 2023 does not exist. February 2023 has 28 days", ("day", "month", "year")),
        ("45 jan 2026", "45 January 2026 does not exist. January has 31 days", ("day", "month", "year")),
        ("17 11 17", "Enter the year as four figures, like 2017", ("year",)),
        ("17 11 20177", "Enter the year as four figures, like 2017", ("year",)),
        ("17 11 0017", "Check the year. It must be from 1900 to 2100", ("year",)),
        ("17 13 2026", "Enter the month as a number from 1 to 12, or by its name", ("month",)),
        ("17 ju 2026", "Enter the month as a number from 1 to 12, or by its name", ("month",)),
        ("17 Novembre 2026", "Enter the month as a number from 1 to 12, or by its name", ("month",)),
        ("0 11 2026", "Enter the day as a number from 1 to 31", ("day",)),
        ("² 11 2026", "Enter the day as a number from 1 to 31", ("day",)),
        ("17 - 2026", "The date must include a month", ("month",)),
        ("- 11 -", "The date must include a day and a year", ("day", "year")),
        (f"{'9' * 5000} 1 2026", "Enter the day as a number from 1 to 31", ("day",)),
    ],
)
def test_what_is_no_date_is_explained(typed: str, message: str, wrong: tuple[str, ...]) -> None:
    with pytest.raises(WrongDate) as caught:
        read_date(parts(typed), "The date")
    assert (caught.value.message, caught.value.parts) == (message, wrong)


def parts(typed: str) -> dict[str, str]:
    """Split "17 11 2026" into its parts; "-" stands for one left empty."""
    day, month, year = ("" if part == "-" else part for part in typed.split(" "))
    return {"day": day, "month": month, "year": year}
