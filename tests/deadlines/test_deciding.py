"""The head decides about days and rules on pages: looks at what moves, confirms, is told when somebody was quicker."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from html import unescape
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from caseapp.deadlines.commands import apply_change, preview_change, rebuild
from caseapp.deadlines.domain import PolicyChange
from caseapp.deadlines.models import Clock, PolicyDecision
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from tests.conftest import FRIDAY, sign_in
from tests.factories import AFamily, a_case, someone

RECEIVED = datetime(2026, 11, 18, 8, 47, tzinfo=UTC)
HOLIDAY = "/deadlines/decide/holiday"
CLOSING = "/deadlines/decide/closing"
ALLOCATE = "/deadlines/rules/case.allocate/decide"


def on(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def holiday(day: date = date(2027, 1, 18), words: str = "A day of thanks", **more: str) -> dict[str, str]:
    return {"what": "add", "words": words, "source": "https://www.gov.uk/", **on("day", day), **more}


def length(number: str, since: date = date(2026, 11, 1), **more: str) -> dict[str, str]:
    return {"what": "own", "length": number, "source": "Board 9/26", **on("in_force_from", since), **more}


def words_of(answer: TestResponse) -> str:
    plain = re.sub(r"<(script|style)\b.*?</\1>|<[^>]+>", " ", answer.text, flags=re.S)
    return " ".join(unescape(plain).replace("\u00a0", " ").split())


def carried(answer: TestResponse) -> dict[str, str]:
    """The hidden fields of the preview: what its button posts."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', answer.text)
    return {name: unescape(value) for name, value in found if name != "csrf_token"}


def confirm(client: FlaskClient, path: str, answer: TestResponse) -> TestResponse:
    return client.post(path, data={**carried(answer), "confirm": "1"})


@pytest.fixture
def family(bare_app: Flask) -> AFamily:
    """A child whose assessment is due on Monday 25 January 2027."""
    with bare_app.app_context(), clock.at(FRIDAY), transaction():
        return a_case(received_at=RECEIVED)


@pytest.fixture
def head(bare_app: Flask, family: AFamily, friday: datetime) -> FlaskClient:
    return sign_in(bare_app, "head")


def due_on(app: Flask, family: AFamily, key: str = "assessment.complete") -> date | None:
    with app.app_context():
        row = sa.select(Clock.due_on).where(Clock.subject_id == family.case_id, Clock.rule == key)
        return db.session.scalars(row).one()


def count_decisions(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(PolicyDecision)) or 0


def test_a_holiday_is_looked_at_then_decided_then_undone(bare_app: Flask, head: FlaskClient, family: AFamily) -> None:
    seen = head.post(HOLIDAY, data=holiday())
    said = words_of(seen)
    assert "1 clock moves" in said
    assert "Monday 18 January 2027 is a bank holiday: A day of thanks" in said
    assert f"{family.reference} Assessment complete North locality Mon 25 Jan 2027 Tue 26 Jan 2027" in said
    assert "Marsden" not in seen.text
    assert due_on(bare_app, family) == date(2027, 1, 25)
    assert count_decisions(bare_app) == 0

    done = confirm(head, HOLIDAY, seen)
    assert done.status_code == 303
    assert due_on(bare_app, family) == date(2027, 1, 26)
    page = head.get(done.headers["Location"])
    assert "It is decided, and the clocks have moved." in page.text
    assert f"{family.reference} Assessment complete North locality Mon 25 Jan 2027 Tue 26 Jan 2027" in words_of(page)

    undo = head.get(re.search(r'href="([^"]+/undo)"', page.text).group(1), follow_redirects=True)  # type: ignore[union-attr]
    assert 'value="strike" checked' in undo.text
    typed = {"what": "strike", "source": "It was withdrawn", **on("day", date(2027, 1, 18))}
    back = confirm(head, HOLIDAY, head.post(HOLIDAY, data=typed))
    assert back.status_code == 303
    assert due_on(bare_app, family) == date(2027, 1, 25)
    listed = words_of(head.get("/deadlines/decisions"))
    assert "no longer a bank holiday" in listed
    assert "a later one is about the same" in listed
    with bare_app.app_context():
        assert not [one for part in rebuild() for one in part.differences]


def test_who_looked_before_somebody_else_decided_is_told_and_looks_again(
    bare_app: Flask, head: FlaskClient, family: AFamily
) -> None:
    mine = head.post(HOLIDAY, data=holiday())
    other = sign_in(bare_app, "head")
    confirm(other, HOLIDAY, other.post(HOLIDAY, data=holiday(date(2027, 1, 19), "A day of rest")))

    stopped = confirm(head, HOLIDAY, mine)

    assert stopped.status_code == 409
    said = words_of(stopped)
    assert "somebody else decided while you looked" in said
    assert "Tuesday 19 January 2027 is a bank holiday: A day of rest , decided by" in said
    assert "Tue 26 Jan 2027 Wed 27 Jan 2027" in said
    assert count_decisions(bare_app) == 1
    assert confirm(head, HOLIDAY, stopped).status_code == 303
    assert due_on(bare_app, family) == date(2027, 1, 27)


def test_two_confirm_in_the_same_moment_and_one_of_them_is_told(bare_app: Flask, family: AFamily) -> None:
    """Not one after the other but at once, in two threads: one decision holds, the other is looked at anew."""
    days = (date(2027, 1, 18), date(2027, 1, 19))
    heads = [sign_in(bare_app, "head") for _ in days]
    seen = [head.post(HOLIDAY, data=holiday(day)) for head, day in zip(heads, days, strict=True)]
    together = Barrier(2)

    def decide(place: int) -> int:
        together.wait()
        return confirm(heads[place], HOLIDAY, seen[place]).status_code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, range(2))) == [303, 409]
    assert count_decisions(bare_app) == 1
    assert due_on(bare_app, family) == date(2027, 1, 26)


def test_when_the_other_decided_the_same_day_everything_typed_stays(bare_app: Flask, head: FlaskClient) -> None:
    mine = head.post(HOLIDAY, data=holiday(words="My words for it"))
    with bare_app.app_context(), transaction():
        made = PolicyChange(id=0, kind="bank_holiday", made_at=clock.now(), day=date(2027, 1, 18), words="Theirs")
        apply_change(someone("mash.manager"), made, version=0)

    stopped = confirm(head, HOLIDAY, mine)

    assert stopped.status_code == 422
    assert "That day does not count already: Theirs" in stopped.text
    assert "somebody else decided while you looked" in stopped.text
    assert 'value="My words for it"' in stopped.text
    assert count_decisions(bare_app) == 1


SHUT = {"what": "add", "words": "Offices shut", "source": "Minutes", **on("day", date(2026, 12, 24))}
TWICE = [
    (HOLIDAY, holiday(), 1),
    (CLOSING, SHUT | on("until", date(2027, 1, 3)), 4),
    (ALLOCATE, length("3"), 1),
    (ALLOCATE, {"what": "back", "source": "Minutes", **on("in_force_from", date(2026, 11, 1))}, 1),
]


@pytest.mark.parametrize(("path", "typed", "decisions"), TWICE)
def test_pressing_twice_decides_once(
    bare_app: Flask, head: FlaskClient, path: str, typed: dict[str, str], decisions: int
) -> None:
    seen = head.post(path, data=typed)
    first, second = confirm(head, path, seen), confirm(head, path, seen)
    assert (first.status_code, second.status_code) == (303, 303)
    assert head.get(second.headers["Location"]).status_code == 200
    assert count_decisions(bare_app) == decisions


def test_a_decision_of_before_is_not_taken_for_the_one_that_is_pressed(bare_app: Flask, head: FlaskClient) -> None:
    """Proclaimed, withdrawn, and proclaimed once more: three decisions."""
    withdrawn = {"what": "strike", "source": "It was withdrawn", **on("day", date(2027, 1, 18))}
    for typed in (holiday(), withdrawn, holiday()):
        assert confirm(head, HOLIDAY, head.post(HOLIDAY, data=typed)).status_code == 303
    assert count_decisions(bare_app) == 3
    garbled = head.post(HOLIDAY, data=withdrawn | {"confirm": "1", "version": "latest"})
    assert garbled.status_code == 409
    assert count_decisions(bare_app) == 3


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("number", ["1", "2", "7", "-1", "x", "9" * 30])
def test_any_number_to_undo_shows_the_form(head: FlaskClient, number: str) -> None:
    for path, typed in ((HOLIDAY, holiday()), (ALLOCATE, length("3"))):
        confirm(head, path, head.post(path, data=typed))
    for path in (HOLIDAY, CLOSING, ALLOCATE):
        assert head.get(f"{path}?undo={number}").status_code == 200


def test_what_was_typed_can_be_changed_from_the_preview(bare_app: Flask, head: FlaskClient) -> None:
    again = head.post(HOLIDAY, data={**carried(head.post(HOLIDAY, data=holiday())), "change": "1"})
    assert again.status_code == 200
    assert 'value="A day of thanks"' in again.text
    assert 'value="18"' in again.text
    assert count_decisions(bare_app) == 0


def test_offices_shut_over_some_days_move_no_date_of_the_law(
    bare_app: Flask, head: FlaskClient, family: AFamily
) -> None:
    shut = {"what": "add", "words": "Offices shut", "source": "Minutes", **on("day", date(2026, 12, 24))}
    seen = head.post(CLOSING, data={**shut, **on("until", date(2027, 1, 3))})
    said = words_of(seen)
    assert "No running clock moves" in said
    # Between Christmas Eve and the Sunday after New Year: 24, 29, 30 and 31 December; the others do not count anyway.
    assert said.count("is a day on which our offices are shut") == 4
    assert confirm(head, CLOSING, seen).headers["Location"] == "/deadlines/decisions"
    assert count_decisions(bare_app) == 4
    assert due_on(bare_app, family) == date(2027, 1, 25)
    listed = words_of(head.get("/deadlines/decisions"))
    assert "Thursday 24 December 2026 is a day on which our offices are shut: Offices shut" in listed
    opened = {"what": "strike", "source": "Minutes", **on("day", date(2026, 12, 24)), **on("until", date(2027, 1, 3))}
    confirm(head, CLOSING, head.post(CLOSING, data=opened))
    assert count_decisions(bare_app) == 8


def test_a_local_length_holds_from_its_day_and_its_undoing_gives_the_one_before(
    bare_app: Flask, head: FlaskClient, family: AFamily
) -> None:
    for number, ends in (("3", date(2026, 11, 25)), ("5", date(2026, 11, 27))):
        done = confirm(head, ALLOCATE, head.post(ALLOCATE, data=length(number)))
        assert done.status_code == 303
        assert due_on(bare_app, family, "case.allocate") == ends
    undo = head.get(f"{done.headers['Location']}/undo", follow_redirects=True).text
    assert 'value="own" checked' in undo
    assert 'id="length" name="length" type="text" value="3"' in undo
    back = {"what": "back", "source": "Board 10/26", **on("in_force_from", date(2026, 11, 1))}
    confirm(head, ALLOCATE, head.post(ALLOCATE, data=back))
    assert due_on(bare_app, family, "case.allocate") == date(2026, 11, 23)
    assert "Worker named: as the catalogue has it" in words_of(head.get("/deadlines/decisions"))


def test_a_rating_may_be_given_the_hubs_hours(head: FlaskClient) -> None:
    path = "/deadlines/rules/mash.red/decide"
    assert "The hours in which the hub is open" in head.get(path).text
    seen = head.post(path, data=length("4", calendar="hub_hours"))
    assert "Decision on a Red referral: 4 hours, by the hub’s hours" in words_of(seen)
    assert confirm(head, path, seen).status_code == 303
    assert "Only the hours in which the hub is open" in words_of(head.get("/deadlines/rules/mash.red"))


@pytest.mark.once("sqlite")
@pytest.mark.parametrize(
    ("path", "typed", "words"),
    [
        (HOLIDAY, {}, "Choose whether there is a bank holiday more, or one fewer"),
        (HOLIDAY, holiday(words=""), "Say what the day is called"),
        (HOLIDAY, holiday(source=""), "Say where it is written"),
        (HOLIDAY, holiday(date(2027, 1, 16)), "a Saturday or a Sunday"),
        (HOLIDAY, holiday(date(2026, 12, 25)), "does not count already: Christmas Day"),
        (HOLIDAY, holiday(date(2099, 1, 19)), "Give a day from 2015 to 2040"),
        (HOLIDAY, holiday(words="x" * 201), "1 character too long"),
        (HOLIDAY, holiday() | {"day-day": "32"}, "There is a problem"),
        (HOLIDAY, holiday(what="abolish"), "Choose from the answers shown"),
        (CLOSING, {"what": "add", **on("day", date(2026, 12, 29)), "source": "Minutes"}, "Say why they are shut"),
        (
            CLOSING,
            holiday(date(2026, 12, 29)) | on("until", date(2026, 12, 28)),
            "The last day must not be before the first",
        ),
        (CLOSING, holiday(date(2026, 12, 1)) | on("until", date(2027, 12, 1)), "at most 31 days at a time"),
        (CLOSING, holiday(date(2026, 12, 25)) | on("until", date(2026, 12, 28)), "None of these days"),
        (CLOSING, holiday(date(2026, 12, 29), what="strike"), "nothing to withdraw"),
        (ALLOCATE, length(""), "Give the length"),
        (ALLOCATE, length("0"), "must be a whole number from 1 to 500"),
        (ALLOCATE, length("501"), "must be a whole number from 1 to 500"),
        (ALLOCATE, length("a few"), "must be a whole number"),
        (ALLOCATE, length("3", calendar="hub_hours"), "Choose from the answers shown"),
        (ALLOCATE, length("3", date(1950, 1, 1)), "There is no such rule on that day"),
        ("/deadlines/rules/icpc.held/decide", length("16"), "a council may be quicker, not slower"),
        ("/deadlines/rules/icpc.held/decide", length("15", calendar="local"), "Choose from the answers shown"),
        ("/deadlines/rules/taf.first/decide", length("105"), "from 1 to 104"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    bare_app: Flask, head: FlaskClient, path: str, typed: dict[str, str], words: str
) -> None:
    for step in ({}, {"confirm": "1", "version": "0"}):
        answer = head.post(path, data={**typed, **step})
        assert answer.status_code == 422
        assert words in words_of(answer), words_of(answer)
        for name in ("words", "source", "length"):
            if typed.get(name) and f'name="{name}"' in answer.text:
                assert f'value="{typed[name]}"' in answer.text
    assert count_decisions(bare_app) == 0


ANYTHING = st.one_of(st.text(max_size=40), st.integers(-5, 10**12).map(str), st.sampled_from(["add", "strike", "own"]))
FIELDS = ["what", "words", "source", "length", "calendar", "version", "confirm", "change"] + [
    f"{name}-{part}" for name in ("day", "until", "in_force_from") for part in ("day", "month", "year")
]


@pytest.mark.once("sqlite")
@given(typed=st.dictionaries(st.sampled_from(FIELDS), ANYTHING), path=st.sampled_from([HOLIDAY, CLOSING, ALLOCATE]))
def test_nothing_that_is_posted_breaks_a_form(bare_app: Flask, typed: dict[str, str], path: str) -> None:
    client = sign_in(bare_app, "head")
    assert client.post(path, data=typed).status_code in (200, 303, 409, 422)


@pytest.mark.once("sqlite")
@given(
    day=st.dates(date(2026, 11, 1), date(2027, 3, 1)),
    words=st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60),
    add=st.booleans(),
)
def test_the_preview_says_what_the_decision_then_does(bare_app: Flask, day: date, words: str, add: bool) -> None:
    """Any day, any words, one decision on top of the other: what moves is what was said, and rebuild agrees."""
    with bare_app.app_context(), clock.at(FRIDAY), transaction():
        if not db.session.scalar(sa.select(sa.func.count()).select_from(Clock)):
            a_case(received_at=RECEIVED, children=2)
    with clock.at(FRIDAY):
        client = sign_in(bare_app, "head")
        typed = holiday(day, words, what="add" if add else "strike")
        seen = client.post(HOLIDAY, data=typed)
        if seen.status_code == 422:
            return
        before = count_decisions(bare_app)
        said = re.search(r"(No running clock moves|(\d+) clocks? moves?)", words_of(seen))
        assert said is not None
        assert confirm(client, HOLIDAY, seen).status_code == 303
        with bare_app.app_context():
            last = db.session.scalars(sa.select(PolicyDecision).order_by(PolicyDecision.id.desc()).limit(1)).one()
            assert last.moved == int(said.group(2) or 0)
            assert not [one for part in rebuild() for one in part.differences]
        assert count_decisions(bare_app) == before + 1


@pytest.mark.once("sqlite")
def test_fifty_are_shown_and_the_others_are_counted(bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        for number in range(13):
            a_case(name=f"Family {number}", children=4, received_at=RECEIVED)
    client = sign_in(bare_app, "head")
    seen = client.post(HOLIDAY, data=holiday())
    assert "52 clocks move" in words_of(seen)
    assert "50 of 52 shown; the others are counted above" in words_of(seen)
    made = client.get(confirm(client, HOLIDAY, seen).headers["Location"])
    assert len(re.findall("C-[0-9A-Z]{4}-[0-9A-Z]{4}", made.text)) == 50
    rest = client.get(unescape(re.search(r'href="([^"]+after=\d+)"', made.text).group(1)))  # type: ignore[union-attr]
    assert len(re.findall("C-[0-9A-Z]{4}-[0-9A-Z]{4}", rest.text)) == 2


def test_a_change_is_looked_at_behind_those_that_were_made(app: Flask, friday: datetime) -> None:
    """A holiday withdrawn after two later decisions: its preview is of the last word on that day."""
    a_case(received_at=RECEIVED)
    made: list[dict[str, Any]] = [
        {"kind": "bank_holiday", "day": date(2027, 1, 18), "words": "A day of thanks"},
        {"kind": "closure", "day": date(2027, 2, 1), "words": "Moving house"},
        {"kind": "closure", "day": date(2027, 2, 2), "words": "Moving house"},
    ]
    version = 0
    for fields in made:
        version = apply_change(
            someone("head"), PolicyChange(id=0, made_at=clock.now(), **fields), version=version
        ).version
    withdrawn = PolicyChange(id=0, kind="bank_holiday", made_at=clock.now(), day=date(2027, 1, 18))
    assert [move.now_due_on for move in preview_change(withdrawn).moves] == [date(2027, 1, 25)]


@pytest.mark.once("sqlite")
def test_only_the_head_sees_what_moved(bare_app: Flask, head: FlaskClient, family: AFamily) -> None:
    made = confirm(head, HOLIDAY, head.post(HOLIDAY, data=holiday())).headers["Location"]
    for role in ("admin", "north.manager", "auditor"):
        client = sign_in(bare_app, role)
        listed = client.get("/deadlines/decisions").text
        assert "A day of thanks" in listed
        assert family.reference not in listed
        assert ">Undo<" not in listed
        assert client.get(made).status_code == 403
    assert head.get("/deadlines/decisions/99999999999999999999").status_code == 404
