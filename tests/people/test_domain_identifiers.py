"""Dates, NHS numbers, UPNs, postcodes and telephones as they arrive, and what is said about the wrong ones."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.people.domain.dates import DateProblem, day_words, moment_words, read_date, read_moment
from caseapp.people.domain.identifiers import (
    UPN_LETTERS,
    PartPostcode,
    Postcode,
    check_nhs_number,
    check_phone,
    check_upn,
    parse_postcode,
)

ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.text(), max_size=2))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2017-03-09", date(2017, 3, 9)),
        ("9/3/2017", date(2017, 3, 9)),
        ("09 03 2017", date(2017, 3, 9)),
        ("9.3.2017", date(2017, 3, 9)),
        (" 9 March 2017 ", date(2017, 3, 9)),
        ("9th Mar 2017", date(2017, 3, 9)),
        ("1 sept 2026", date(2026, 9, 1)),
        ("2012-02-29", date(2012, 2, 29)),
        ("2026-11-18T21:40:00+00:00", date(2026, 11, 18)),
    ],
)
def test_dates_that_exist(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("2014-02-29", "date_does_not_exist", "29 February 2014 does not exist. 2014 was not a leap year"),
        ("1900-02-29", "date_does_not_exist", "29 February 1900 does not exist. 1900 was not a leap year"),
        ("31 11 2026", "date_does_not_exist", "31 November 2026 does not exist. November has 30 days"),
        ("0 3 2017", "date_does_not_exist", "0 March 2017 does not exist. March has 31 days"),
        ("2026-13-01", "date_does_not_exist", "There is no month 13. Months go from 1 to 12"),
        ("9 Smarch 2017", "date_not_read", "There is no month called Smarch"),
        ("9/3/17", "date_not_read", "Write the year with four figures, for example 2017"),
        ("last Friday", "date_not_read", "This is not a date. Write it like 9 3 2017"),
        ("٢٠١٧-٠٣-٠٩", "date_not_read", "This is not a date. Write it like 9 3 2017"),
        ("", "date_not_read", "This is not a date. Write it like 9 3 2017"),
        (20170309, "date_not_read", "This is not a date. Write it like 9 3 2017"),
    ],
)
def test_dates_that_do_not(text, code, words):
    assert read_date(text) == DateProblem(code, words)


def test_dates_and_moments_in_words():
    assert day_words(date(2017, 3, 9)) == "9 March 2017"
    assert moment_words(datetime(2026, 7, 1, 8, 5, tzinfo=UTC)) == "Wed 1 Jul 2026, 09:05"
    assert read_moment("2026-11-18T08:47:00+00:00") == datetime(2026, 11, 18, 8, 47, tzinfo=UTC)
    # Without an offset it is the clock on a London wall.
    assert read_moment("2026-07-01T09:05") == datetime(2026, 7, 1, 8, 5, tzinfo=UTC)
    assert read_moment("2026-02-30T09:05") is None
    assert read_moment("0001-01-01T00:00:00+14:00") is None


@pytest.mark.parametrize("text", ["4010232137", "401 023 2137", "401-023-2137", "9990000026", "9434765919"])
def test_nhs_numbers_that_pass(text):
    assert check_nhs_number(text).ok


def test_a_test_number_says_so():
    assert check_nhs_number("9434765919").note == "A test number, never given to a patient"
    assert check_nhs_number("4010232137").note is None


@pytest.mark.parametrize(
    ("text", "part_of_the_problem"),
    [
        ("9434765918", "fails its check"),
        ("4010232173", "fails its check"),
        ("0000000000", "a range that is not given to anyone"),
        ("0101010109", "from Scotland"),
        ("401023213", "ten digits"),
        ("40102321371", "ten digits"),
        ("٤٠١٠٢٣٢١٣٧", "ten digits"),
        ("not known", "ten digits"),
        (4010232137, "ten digits"),
    ],
)
def test_nhs_numbers_that_fail(text, part_of_the_problem):
    assert part_of_the_problem in (check_nhs_number(text).problem or "")


def test_upns():
    assert check_upn("Y372200417031").value == "Y372200417031"
    assert check_upn(" y372200417031 ").value == "Y372200417031"
    assert "fails its check" in (check_upn("A372200417031").problem or "")
    assert "fails its check" in (check_upn("Y372200417030").problem or "")
    for wrong in ("I372200417031", "Y37220041703", "Y3722004170311", "372200417031Y", "Y37220041703S", None, 5):
        assert not check_upn(wrong).ok, wrong


def test_a_temporary_upn_ends_in_a_letter():
    digits = "37220041703"
    good = [letter + digits + "A" for letter in UPN_LETTERS if check_upn(letter + digits + "A").ok]
    assert len(good) == 1
    assert check_upn(good[0]).note == "A temporary UPN"


@given(st.text(alphabet="0123456789", min_size=12, max_size=12))
def test_exactly_one_letter_fits_a_upn(digits):
    assert sum(check_upn(letter + digits).ok for letter in UPN_LETTERS) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("S63 7AQ", Postcode("S63 7AQ", "S63 7", "S63")),
        ("S637AQ", Postcode("S63 7AQ", "S63 7", "S63")),
        (" s63  7aq ", Postcode("S63 7AQ", "S63 7", "S63")),
        ("EC1A 1BB", Postcode("EC1A 1BB", "EC1A 1", "EC1A")),
        ("S61", PartPostcode("S61")),
        ("s61 1", PartPostcode("S61", "S61 1")),
        ("S61 1AJX", None),
        ("ZZ1 1AA", None),
        ("Milton Road", None),
        ("not known", None),
        ("", None),
        (None, None),
        (61, None),
    ],
)
def test_postcodes(text, found):
    assert parse_postcode(text) == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("01632 960114", "+441632960114"),
        ("07700 900112", "+447700900112"),
        ("+44 (0)7700 900112", "+447700900112"),
        ("01709 382121", "+441709382121"),
        ("01709 382121 ext 4", "+441709382121"),
        ("999", None),
        ("ring the office", None),
        ("", None),
        (None, None),
    ],
)
def test_telephones(text, number):
    assert check_phone(text).value == number


@given(ANYTHING)
def test_no_check_ever_raises(value):
    read_date(value)
    read_moment(value)
    parse_postcode(value)
    for check in (check_nhs_number, check_upn, check_phone):
        checked = check(value)
        assert checked.ok == (checked.problem is None)
