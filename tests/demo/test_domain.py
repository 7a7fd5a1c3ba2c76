"""What the demo is drawn from, and how it draws. The published numbers are typed here again by hand."""

from collections import Counter
from datetime import date
from itertools import pairwise
from random import Random

import pytest

from caseapp.demo.families import age_of, make_document, make_household
from caseapp.demo.published import LONGEST, codes_of, draw_duration, figures
from caseapp.demo.seasons import Days, easter, is_school_holiday
from caseapp.demo.worries import ANY_AGE, SENDERS, ages_of, choose_sender, choose_worry
from caseapp.insight.catalogue import SOURCES
from caseapp.insight.domain import BANDS
from caseapp.people.domain.identifiers import check_nhs_number
from caseapp.referrals.catalogue import find_choice
from caseapp.referrals.domain.document import examine

TODAY = date(2026, 11, 20)


def test_the_published_year() -> None:
    year = figures()
    assert (year.referrals, year.rereferrals) == (2672, 472)
    assert round(100 * year.rereferral_share, 1) == 17.7
    assert round(100 * year.in_time_share, 1) == 82.2
    assert year.sources["Police"] == 754 and sum(year.sources.values()) == 2672


def test_every_source_of_the_census_has_somebody_who_tells() -> None:
    codes = {code for group in SOURCES for code in codes_of(group)}
    assert codes == {sender.source_code for sender in SENDERS}
    assert all(find_choice("sources", code) for code in codes)
    random = Random(3)
    # Also of a family in which nobody has the age that they know: a school, of a baby.
    assert all(choose_worry(random, choose_sender(random, code).kind, [0]) for code in codes)
    assert all(choose_worry(random, choose_sender(random, code).kind, [ages_of(code)[0]]) for code in codes)


def test_durations_follow_the_published_bins_with_their_bulge() -> None:
    random, published = Random(5), figures().durations
    drawn = Counter(draw_duration(random, published) for _ in range(20_000))
    for key, first, last in BANDS:
        share = sum(drawn[day] for day in range(first, (LONGEST if last is None else last) + 1)) / 20_000
        assert share == pytest.approx(published[key] / 3613, abs=0.012), key
    assert drawn[45] > 2 * drawn[41]


@pytest.mark.parametrize(
    ("day", "shut"),
    [
        (date(2026, 8, 12), True),
        (date(2026, 12, 25), True),
        (date(2026, 4, 6), True),
        (date(2026, 10, 28), True),
        (date(2026, 9, 8), False),
        (date(2026, 3, 11), False),
    ],
)
def test_school_holidays(day: date, shut: bool) -> None:
    assert is_school_holiday(day) is shut


def test_easter_as_the_calendar_has_it() -> None:
    assert [easter(year) for year in (2024, 2025, 2026)] == [date(2024, 3, 31), date(2025, 4, 20), date(2026, 4, 5)]


def test_schools_tell_by_day_in_term_and_the_police_at_any_hour() -> None:
    days = Days(Random(1), date(2026, 1, 1), 365)
    schools, police = ([days.draw(kind) for _ in range(3000)] for kind in ("school", "police"))
    assert all(at.weekday() < 5 and 7 <= at.hour <= 17 for at in schools)
    assert sum(at.month == 8 for at in schools) / 3000 < 0.02
    assert 0.25 < sum(at.hour >= 20 or at.hour < 6 for at in police) / 3000 < 0.6
    assert 0.3 < sum(at.weekday() >= 5 for at in police) / 3000 < 0.45


def test_a_family_is_whole_and_no_two_neighbours_say_the_same() -> None:
    random, last = Random(7), ""
    for _ in range(300):
        sender = choose_sender(random, random.choice([row.source_code for row in SENDERS]))
        family = make_household(random, sectors=("S60 2",), on=TODAY, ages=ages_of(sender.source_code))
        ages = [age_of(child, TODAY) for child in family.children]
        assert ages_of(sender.source_code)[0] <= ages[0] <= ages_of(sender.source_code)[1]
        births = sorted(date.fromisoformat(child["date_of_birth"]) for child in family.children)
        assert all((later - earlier).days >= 300 for earlier, later in pairwise(births)) and births[-1] < TODAY
        names = [child["first_name"] for child in family.children]
        assert len(set(names)) == len(names)
        for child in family.children:
            assert "nhs_number" not in child or check_nhs_number(child["nhs_number"]).ok
        worry = choose_worry(random, sender.kind, ages)
        assert worry.ages == ANY_AGE or any(map(worry.fits, ages))
        told = make_document(random, family, sender=sender, worry=worry, on=TODAY, last=last)
        assert told["concern"]["what_happened"] != last
        assert "{" not in str(told["concern"].values())
        last = told["concern"]["what_happened"]
        known = {told["agency"]} if "agency" in told else set()
        told["received_at"] = "2026-11-20T09:00:00+00:00"
        marks = [mark.path for mark in examine(told, known_agencies=known, today=date(2026, 11, 20))]
        # Nothing is wrong with what is told; who gives no name leaves open who told us, unless they may stay anonymous.
        assert marks == [] or (not sender.name and sorted(marks) == ["referrer.name", "referrer.phone"])
