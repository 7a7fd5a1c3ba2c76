"""A calendar address: what it shows, to whom, and when it shows nothing."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import icalendar
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from caseapp.access.commands import bar
from caseapp.accounts.commands import disable_user
from caseapp.accounts.models import TeamMembership, User
from caseapp.audit.models import ReadLog
from caseapp.deadlines.commands import apply_change
from caseapp.deadlines.domain import PolicyChange
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.notifications.domain import Entry, make_calendar
from caseapp.notifications.models import CalendarFeed
from tests.conftest import sign_in
from tests.factories import AFamily, a_case, someone, team_id
from tests.helpers.statements import count_statements
from tests.house.test_read_log import FULL, ROOM_AGAIN, tell

NOW = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)
RECEIVED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def monday() -> Any:
    with clock.at(NOW):
        yield


def family_of(app: Flask, worker: str = "north.worker", team: str = "north", **more: Any) -> AFamily:
    with app.app_context(), clock.at(RECEIVED), transaction():
        return a_case(worker=worker, team=team, received_at=RECEIVED, **more)


def make(client: FlaskClient, team: int | None = None) -> str:
    """Make an address on the page; gives its path."""
    page = client.post("/notifications/calendar", data={"team": team} if team else {}).text
    found = re.search(r"http://localhost(/notifications/calendar/[\w-]{43}\.ics)", page)
    assert found, page
    return found[1]


def read(app: Flask, path: str, **headers: str) -> Any:
    """Ask for it as a program does: no cookie."""
    return app.test_client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def events(answer: Any) -> list[Any]:
    return list(icalendar.Calendar.from_ical(answer.data).walk("VEVENT"))


def test_it_holds_what_is_mine_to_do_by_reference(bare_app: Flask) -> None:
    family = family_of(bare_app, children=2)
    path = make(sign_in(bare_app, "north.worker"))

    answer = read(bare_app, path)

    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    found = [(str(event["SUMMARY"]), event.decoded("DTSTART")) for event in events(answer)]
    # 45 working days from Friday 20 November 2026.
    assert sorted(found) == sorted(
        (f"Assessment complete: {reference}", date(2027, 1, 27)) for reference in family.references
    )
    for word in ("Marsden", "Ellie", "Jake", "Leah", "Dawson", "north.worker"):
        assert word not in answer.text
    assert all(str(event["URL"]).startswith("http://localhost/cases/C-") for event in events(answer))


def test_it_is_a_calendar_that_programs_can_read(bare_app: Flask) -> None:
    family_of(bare_app)
    answer = read(bare_app, make(sign_in(bare_app, "north.worker")))

    raw = answer.data
    assert raw.endswith(b"\r\n") and b"\n" not in raw.replace(b"\r\n", b"")
    # RFC 5545 3.1: lines of at most 75 octets.
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    calendar = icalendar.Calendar.from_ical(raw)
    assert (str(calendar["VERSION"]), str(calendar["X-WR-CALNAME"])) == ("2.0", "My deadlines")
    assert b"REFRESH-INTERVAL;VALUE=DURATION:PT1H" in raw
    (event,) = events(answer)
    assert b"DTSTART;VALUE=DATE:20270127\r\n" in raw and b"DTEND;VALUE=DATE:20270128\r\n" in raw
    assert event.decoded("DTSTAMP").tzinfo is not None
    assert str(event["TRANSP"]) == "TRANSPARENT" and str(event["CLASS"]) == "PRIVATE"


def test_an_entry_keeps_its_name_when_its_day_moves(bare_app: Flask) -> None:
    family_of(bare_app)
    path = make(sign_in(bare_app, "north.worker"))
    before = events(read(bare_app, path))[0]
    with bare_app.app_context(), transaction():
        holiday = PolicyChange(
            id=0, kind="bank_holiday", made_at=NOW, day=date(2027, 1, 18), words="A day of thanks", source="Proclaimed"
        )
        apply_change(someone("head"), holiday, version=0)

    after = events(read(bare_app, path))[0]

    assert (before.decoded("DTSTART"), after.decoded("DTSTART")) == (date(2027, 1, 27), date(2027, 1, 28))
    assert before["UID"] == after["UID"]


def test_it_may_be_kept_for_one_reader_and_asked_for_again(bare_app: Flask) -> None:
    family_of(bare_app)
    path = make(sign_in(bare_app, "north.worker"))
    first = read(bare_app, path)

    again = read(bare_app, path, If_None_Match=first.headers["ETag"])

    assert first.headers["Cache-Control"].startswith("private, max-age=")
    assert (again.status_code, again.data) == (304, b"")
    family_of(bare_app, name="Okafor")
    assert read(bare_app, path, If_None_Match=first.headers["ETag"]).status_code == 200


def test_each_reading_is_written_down_in_the_owners_name(bare_app: Flask) -> None:
    family_of(bare_app)
    read(bare_app, make(sign_in(bare_app, "north.worker")))

    with bare_app.app_context():
        looks = db.session.execute(
            sa.select(ReadLog.user_id, ReadLog.why).where(ReadLog.view == "notifications.calendar")
        ).all()
        assert [tuple(look) for look in looks] == [(someone("north.worker").user_id, "calendar")]
        assert db.session.scalar(sa.select(CalendarFeed.last_read_at)) == NOW


def test_what_can_not_be_written_down_is_not_shown(bare_app: Flask) -> None:
    family = family_of(bare_app)
    path = make(sign_in(bare_app, "north.worker"))
    tell(bare_app, FULL)

    answer = read(bare_app, path)

    assert answer.status_code == 503 and family.reference not in answer.text
    tell(bare_app, ROOM_AGAIN)
    assert read(bare_app, path).status_code == 200


def test_only_a_digest_of_the_address_is_kept(bare_app: Flask) -> None:
    token = make(sign_in(bare_app, "north.worker")).split("/")[-1].removesuffix(".ics")
    with bare_app.app_context():
        kept = db.session.scalars(sa.select(CalendarFeed.token_hash)).one()
    assert len(token) == 43 and token not in kept and len(kept) == 64


def switch_off() -> None:
    disable_user(someone("admin"), someone("north.worker").user_id)


def suspend() -> None:
    db.session.execute(sa.update(User).where(User.id == someone("north.worker").user_id).values(suspended_at=NOW))


def leave() -> None:
    theirs = sa.update(TeamMembership).where(TeamMembership.user_id == someone("north.worker").user_id)
    db.session.execute(theirs.values(until_on=NOW.date() - timedelta(days=1)))


@pytest.mark.parametrize("how", [switch_off, suspend, leave])
def test_whoever_may_not_sign_in_has_no_calendar(bare_app: Flask, how: Any) -> None:
    family_of(bare_app)
    path = make(sign_in(bare_app, "north.worker"))
    with bare_app.app_context(), transaction():
        how()

    made_up = read(bare_app, f"/notifications/calendar/{'x' * 43}.ics")
    answer = read(bare_app, path)

    assert (answer.status_code, made_up.status_code) == (404, 404)
    assert re.sub(r'nonce="[^"]+"', "", answer.text) == re.sub(r'nonce="[^"]+"', "", made_up.text)


def test_a_new_address_ends_the_old_one_and_ending_it_ends_it(bare_app: Flask) -> None:
    client = sign_in(bare_app, "north.worker")
    first = make(client)
    second = make(client)
    assert (read(bare_app, first).status_code, read(bare_app, second).status_code) == (404, 200)

    client.post("/notifications/calendar/end")

    assert read(bare_app, second).status_code == 404


def test_what_i_may_no_longer_see_is_gone_at_once(bare_app: Flask) -> None:
    mine, other = family_of(bare_app), family_of(bare_app, name="Okafor")
    path = make(sign_in(bare_app, "north.worker"))
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.worker').user_id}", subject_id=mine.case_id, reason="knows_them")

    assert [str(event["SUMMARY"]).split(": ")[1] for event in events(read(bare_app, path))] == [other.reference]


def test_a_teams_calendar_shows_what_the_team_holds(bare_app: Flask) -> None:
    family = family_of(bare_app)
    waiting = family_of(bare_app, name="Okafor", worker=None)  # type: ignore[arg-type]
    family_of(bare_app, name="Elsewhere", worker="central.worker", team="central")
    with bare_app.app_context():
        north = team_id("north")
    path = make(sign_in(bare_app, "north.manager"), north)

    answer = read(bare_app, path)

    about = {str(event["SUMMARY"]).split(": ")[1] for event in events(answer)}
    assert about == {family.reference, waiting.reference}
    assert str(icalendar.Calendar.from_ical(answer.data)["X-WR-CALNAME"]) == "Deadlines, North locality"


def test_from_a_teams_calendar_is_kept_what_is_kept_from_one_of_its_people(bare_app: Flask) -> None:
    family = family_of(bare_app)
    with bare_app.app_context():
        north = team_id("north")
    path = make(sign_in(bare_app, "north.manager"), north)
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('marta.wilk').user_id}", subject_id=family.case_id, reason="knows_them")

    assert events(read(bare_app, path)) == []


def test_a_teams_calendar_is_for_its_manager_to_make_and_lasts_as_long_as_they_manage_it(bare_app: Flask) -> None:
    with bare_app.app_context():
        north = team_id("north")
    for login in ("north.worker", "central.manager"):
        assert sign_in(bare_app, login).post("/notifications/calendar", data={"team": north}).status_code == 404
    path = make(sign_in(bare_app, "north.manager"), north)
    assert read(bare_app, path).status_code == 200
    with bare_app.app_context(), transaction():
        theirs = sa.update(TeamMembership).where(TeamMembership.user_id == someone("north.manager").user_id)
        db.session.execute(theirs.values(role="worker"))

    assert read(bare_app, path).status_code == 404


def test_a_program_that_asks_all_the_time_is_slowed(bare_app: Flask) -> None:
    path = make(sign_in(bare_app, "north.worker"))
    codes = [read(bare_app, path).status_code for _ in range(25)]
    assert codes[:20] == [200] * 20 and codes[-1] == 429
    with clock.at(NOW + timedelta(hours=1)):
        assert read(bare_app, path).status_code == 200


def test_whoever_guesses_is_slowed(bare_app: Flask) -> None:
    codes = {read(bare_app, f"/notifications/calendar/{n:043}.ics").status_code for n in range(40)}
    assert codes == {404, 429}


def test_it_costs_as_many_statements_for_fifty_children_as_for_one(bare_app: Flask) -> None:
    family_of(bare_app)
    path = make(sign_in(bare_app, "north.worker"))
    read(bare_app, path)

    def cost() -> int:
        with count_statements(bare_app) as statements:
            assert read(bare_app, path).status_code == 200
        return len(statements)

    one = cost()
    for number in range(12):
        family_of(bare_app, name=f"Many{number}", children=4)
    assert cost() == one


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cc", "Cs")), max_size=120)


@given(rule=WORDS, words=WORDS, on=st.dates(date(2020, 1, 1), date(2035, 1, 1)))
def test_whatever_the_words_a_parser_gives_them_back(rule: str, words: str, on: date) -> None:
    entry = Entry(7, "C-7K4M-2Q9X", rule, words, on, NOW, "https://holdfast.example/cases/C-7K4M-2Q9X")

    raw = make_calendar([entry], name="My deadlines", host="holdfast.example")

    (event,) = icalendar.Calendar.from_ical(raw).walk("VEVENT")
    assert str(event["SUMMARY"]) == f"{rule}: C-7K4M-2Q9X"
    assert event.decoded("DTEND") - event.decoded("DTSTART") == timedelta(days=1)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert raw == make_calendar([entry], name="My deadlines", host="holdfast.example")
