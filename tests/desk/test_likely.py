"""Assessments that are likely to end late: points anyone can add up, their reasons in words, and who reads them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.desk.catalogue import SCORED
from caseapp.desk.domain.likely import LIKELY, Facts, is_likely, observe, reasons, total
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests.desk.test_due import happened, made, text_of
from tests.factories import a_case, someone, start_an_assessment
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
PATH = "/desk/team/likely"
# What scores nothing on day 12: seen and looked at in time, begun, something written yesterday.
WELL = Facts(day=12, begun=6, seen=3, looks=(9,), quiet=1)

# What changes, the points it gives, and what is said.
SCORES = [
    ({}, 0, ""),
    ({"named": False}, 2, "no worker is named"),
    ({"away": True}, 1, "the worker is off and nobody covers"),
    ({"children": 20}, 0, ""),
    ({"children": 21}, 1, "the worker leads 21 children"),
    ({"workers": 2}, 1, "it is with its second worker"),
    ({"seen": None}, 1, "child not seen by day 5"),
    ({"seen": 8}, 1, "child first seen on day 8"),
    ({"looks": ()}, 1, "no look by the manager by day 10"),
    ({"day": 21, "looks": ()}, 1, "no look by the manager by day 10 and 20"),
    ({"day": 21}, 1, "no look by the manager by day 20"),
    ({"begun": None}, 2, "nobody has begun to write on day 12"),
    ({"begun": None, "day": 18, "looks": (9, 17)}, 4, "nobody has begun to write on day 18"),
    ({"begun": 13, "day": 20}, 2, "begun only on day 13"),
    ({"begun": 15, "day": 20}, 4, "begun only on day 15"),
    ({"quiet": 9}, 0, ""),
    ({"quiet": 10}, 1, "nothing recorded for 10 working days"),
    ({"quiet": 15}, 2, "nothing recorded for 15 working days"),
    ({"day": 37, "looks": (9, 19)}, 0, ""),
    ({"day": 38, "looks": (9, 19)}, 2, "not handed in on day 38"),
    ({"day": 41, "looks": (9, 19)}, 4, "not handed in on day 41"),
    ({"day": 41, "looks": (9, 19), "sent_back": True}, 2, "the manager sent it back"),
    ({"past_open": 19, "past_late": 19}, 0, ""),
    ({"past_open": 30, "past_late": 14}, 0, ""),
    ({"past_open": 30, "past_late": 15}, 1, "of 30 here that still ran on day 12, 15 ended late"),
    ({"past_open": 30, "past_late": 21}, 2, "of 30 here that still ran on day 12, 21 ended late"),
]


@pytest.mark.parametrize(("change", "points", "words"), SCORES)
def test_the_table_of_points(change: dict[str, object], points: int, words: str) -> None:
    found = reasons(replace(WELL, **change))  # type: ignore[arg-type]
    assert total(found) == points
    assert [reason.words for reason in found] == ([words] if words else [])


def test_what_is_handed_in_takes_points_away_and_never_below_none() -> None:
    assert total(reasons(replace(WELL, handed_in=True))) == 0
    both = reasons(replace(WELL, handed_in=True, named=False, quiet=15))
    assert total(both) == 1 and sum(reason.points for reason in both) == 1
    assert [is_likely(points) for points in (LIKELY - 1, LIKELY)] == [False, True]


def test_what_events_say_of_an_assessment() -> None:
    """A day is as many days after the first of January; sent back, it is no longer handed in."""

    def on(day: int) -> datetime:
        return datetime(2026, 1, 1, 12, tzinfo=clock.LONDON) + timedelta(days=day)

    def day_of(at: datetime) -> int:
        return (at - on(0)).days

    told = [
        ("assessment.started", on(4)),
        ("visit.made", on(7)),
        ("visit.made", on(3)),
        ("assessment.submitted", on(30)),
    ]
    found = observe(told, day_of=day_of, day=33)
    assert (found.begun, found.seen, found.handed_in, found.sent_back, found.quiet) == (4, 3, True, False, 3)
    back = observe([*told, ("assessment.sent_back", on(31))], day_of=day_of, day=33)
    assert (back.handed_in, back.sent_back, back.quiet) == (False, True, 2)
    again = observe([*told, ("assessment.sent_back", on(31)), ("assessment.submitted", on(32))], day_of=day_of, day=33)
    assert (again.handed_in, again.sent_back) == (True, False)
    nothing = observe([], day_of=day_of, day=6)
    assert (nothing.begun, nothing.seen, nothing.quiet) == (None, None, 6)


def test_the_list_says_who_and_why(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    """Referrals of 1 October: 36 working days ago on 20 November. Steel was begun only now, Marsden is handed in."""
    came = datetime(2026, 10, 1, 10, tzinfo=friday.tzinfo)
    steel = made(bare_app, came, name="Steel", children=2, worker="north.worker", received_at=came)
    marsden = made(bare_app, came, name="Marsden", worker="marta.wilk", received_at=came)
    made(bare_app, came, name="Foreign", team="central", received_at=came)
    made(bare_app, friday - timedelta(days=100), name="Latenow", received_at=friday - timedelta(days=100))
    with bare_app.app_context(), clock.at(came + timedelta(days=30)), transaction():
        start_an_assessment(steel)
    with bare_app.app_context(), clock.at(came + timedelta(days=12)), transaction():
        start_an_assessment(marsden, worker="marta.wilk", submit=True)
    happened(bare_app, marsden, "visit.made", came + timedelta(days=4), who="marta.wilk")

    page = text_of(browser("north.manager"), PATH)

    assert "1 of 2 running assessments" in page
    assert "Ellie, 9 · Jake, 7 Steel" in page and "Begun only on day 21 (+4)" in page
    assert "Child not seen by day 5 (+1)" in page and "No look by the manager by day 10 and 20 (+1)" in page
    assert "Nothing recorded for 15 working days (+2)" in page
    for words in ("Marsden", "Foreign", "Latenow"):
        assert words not in page
    assert "a made year, not on real children" in page
    hers = text_of(browser("north.worker"), "/desk/my-work/likely")
    assert "Steel" in hers and "1 of my 1 running assessment," in hers
    assert "Steel" not in text_of(browser("central.worker"), "/desk/my-work/likely")


def test_nobody_reads_what_is_kept_from_them(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    came = friday - timedelta(days=50)
    kept = made(bare_app, came, name="Zzbarred", received_at=came)
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.manager').user_id}", subject_id=kept.case_id, reason="kin")
    manager = browser("north.manager")
    page = text_of(manager, PATH)
    assert "Zzbarred" not in page and "0 of 0 running assessments" in page
    assert manager.get(f"{PATH}?team=central").status_code == 404
    assert manager.get(f"{PATH}?after=x-y-z").status_code == 200


def test_it_costs_the_same_at_one_row_and_at_fifty_and_goes_on_behind_them(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    came = friday - timedelta(days=50)
    manager, worker = browser("north.manager"), browser("north.worker")

    def cost() -> list[int]:
        counted = []
        for client, path in ((manager, PATH), (worker, "/desk/my-work/likely")):
            with count_statements(bare_app) as statements:
                assert client.get(path).status_code == 200
            counted.append(len(statements))
        return counted

    made(bare_app, came, worker="north.worker", received_at=came)
    few = cost()
    with bare_app.app_context(), clock.at(came), transaction():
        for number in range(55):
            a_case(name=f"Family{number:02}", worker="north.worker", received_at=came)
    assert cost() == few and max(few) <= 8
    first = manager.get(PATH).text
    assert "50 of 56 shown" in first
    rest = manager.get(first.split('">Show the next ones')[0].rsplit('href="', 1)[1].replace("&amp;", "&")).text
    assert "6 of 56 shown" in rest


def test_what_the_page_says_of_its_worth_stands_in_the_docs() -> None:
    told = (Path(__file__).parent.parent.parent / "docs" / "performance.md").read_text()
    for day, named, right, missed in SCORED:
        row = next(line for line in told.splitlines() if line.startswith(f"| {day} |") and "| named" not in line)
        cells = [cell.strip().replace(",", "") for cell in row.strip("|").split("|")]
        assert cells[-3:] == [str(named), str(right), str(missed)], row
