"""Police notifications (practice 14): text kept whole, people picked out as suggestions to confirm, groups of one
incident or address within 48 hours, time from incident to arrival."""

import io
import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from docx import Document
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from caseapp.kernel.db import db
from caseapp.notices.domain import NotRead, Placed, groups, lag_words, place_key, read_json, read_text
from caseapp.notices.domain.files import text_of
from caseapp.notices.models import Notice
from caseapp.referrals.models import Referral, ReferralChild
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
TODAY = date(2026, 11, 20)
# Written as such notifications are: the facts of sample referral 002.
PPN = """Public protection notice. Incident 14/203877/26. Reporting officer PC 4471 Daniel Oakes.
Officers attended a domestic incident at 14 Quarry Lane, Wath, S63 7AQ on 18/11/2026 at 21:40. Male had left.
Child: Ellie Marsden, DOB 09/03/2017
Child: Jake Marsden, DOB 30/11/2019
Mother: Kirsty Marsden
Suspect: Lee Garner, DOB 02/06/1991
DASH completed: medium. Children seen upstairs, awake and upset. Older child spoken to, she said
"he always does it when it's football".
"""


def test_what_is_picked_out_of_a_text() -> None:
    told = read_text(PPN, today=TODAY)
    assert (told.incident, told.officer, told.grading) == ("14/203877/26", "PC 4471 Daniel Oakes", "medium")
    assert (told.happened_at, told.line1, told.postcode) == ("2026-11-18T21:40", "14 Quarry Lane", "S63 7AQ")
    assert (told.child_seen, told.child_spoken_to) == ("yes", "yes")
    assert told.child_said == "he always does it when it's football"
    people = {(p.first_name, p.last_name, p.date_of_birth, p.role) for p in told.people}
    assert people == {
        ("Ellie", "Marsden", "2017-03-09", "child"),
        ("Jake", "Marsden", "2019-11-30", "child"),
        ("Kirsty", "Marsden", "", "adult"),
        ("Lee", "Garner", "1991-06-02", "adult_of_concern"),
    }
    # Suggestions: nobody goes along until a person has ticked them.
    assert not any(person.keep for person in told.people)


@pytest.mark.parametrize(
    "hostile",
    [
        "log" + " " * 20_000,
        "Aa Bb" + " " * 20_000,
        "A" * 100_000,
        "Aa" * 40_000,
        "\n" * 80_000,
        "Aa Bb " * 15_000,
        "child 1 " * 12_000,
        "said " * 20_000,
        "1 Aa " * 20_000,
        "incident " + "A" * 50_000,
    ],
)
def test_a_hostile_text_keeps_nobody_waiting(hostile: str) -> None:
    begun = time.process_time()
    read_text(hostile, today=TODAY)
    assert time.process_time() - begun < 2


@given(st.text(max_size=400))
def test_any_text_is_read_without_a_fall(text: str) -> None:
    read_text(text, today=TODAY)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda x: st.lists(x) | st.dictionaries(st.text(max_size=15), x),
        max_leaves=12,
    )
)
def test_any_json_is_read_or_refused_in_words(value: object) -> None:
    try:
        read_json(json.dumps(value))
    except NotRead as problem:
        assert str(problem)


def test_json_gives_one_or_several() -> None:
    row = {
        "incident_number": "14/1/26",
        "officer": {"name": "PC Oakes", "collar_number": 4471},
        "risk": "High",
        "incident_at": "2026-11-18T21:40:00+00:00",
        "address": {"line1": "14 Quarry Lane", "postcode": "s637aq"},
        "people": [{"name": "Ellie Marsden", "date_of_birth": "2017-03-09", "role": "child", "sex": "F"}],
        "child_seen": True,
        "child_spoken_to": False,
        "text": "Officers attended.",
    }
    [(text, told)] = read_json(json.dumps(row))
    assert (text, told.officer, told.grading, told.postcode) == (
        "Officers attended.",
        "PC Oakes 4471",
        "high",
        "S63 7AQ",
    )
    assert (told.child_seen, told.child_spoken_to, told.people[0].role) == ("yes", "no", "child")
    assert len(read_json(json.dumps({"notices": [row, row]}))) == 2
    # Written with an offset, shown and kept in London's time.
    [(_, summer)] = read_json(json.dumps({**row, "incident_at": "2026-07-18T21:40:00+01:00"}))
    assert summer.happened_at == "2026-07-18T21:40"
    for people in (5, True, {"a": 1}, "Ellie"):
        assert read_json(json.dumps({**row, "people": people}))[0][1].people == ()
    assert "\ud800" not in read_json('{"text": "a", "child_said": "\\ud800 x"}')[0][1].child_said
    for wrong in ("[]", "[1]", "{", '"text"'):
        with pytest.raises(NotRead):
            read_json(wrong)


def _word_file(text: str) -> bytes:
    file = io.BytesIO()
    document = Document()
    document.add_paragraph(text)
    document.save(file)
    return file.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notice.txt", PPN.encode(), "14/203877/26"),
        ("notice.txt", PPN.encode("utf-16"), "14/203877/26"),
        ("notice.txt", "Café Noé".encode("cp1252"), "Café"),
        ("notice.docx", _word_file(PPN), "Lee Garner"),
        (
            "mail.eml",
            b"From: a@b.example\nSubject: Notice 14/7/26\nMIME-Version: 1.0\nContent-Type: text/plain\n\nEllie",
            "Ellie",
        ),
    ],
)
def test_the_text_of_a_file(name: str, content: bytes, said: str) -> None:
    assert said in text_of(name, content)[1]


@pytest.mark.parametrize(
    "content",
    [b"", b"   ", b"%PDF-1.7 broken", b"PK\x03\x04broken", b"\x00\x01\x02binary\x00", b"\x89PNG\r\n\x1a\n\x00\x00"],
)
def test_what_is_no_text_is_refused_in_words(content: bytes) -> None:
    with pytest.raises(NotRead):
        text_of("notice.txt", content)


AT = datetime(2026, 11, 18, 21, 40, tzinfo=UTC)


@pytest.mark.parametrize(
    ("notices", "expected"),
    [
        # One incident number, a day apart.
        ([("I1", None, 0), ("I1", None, 24)], [[0, 1]]),
        # One address, 47 hours apart; at 49 they are apart.
        ([(None, "14 S637AQ", 0), (None, "14 S637AQ", 47)], [[0, 1]]),
        ([(None, "14 S637AQ", 0), (None, "14 S637AQ", 49)], [[1], [0]]),
        # A chain: the first and the last belong through the one between.
        ([("I1", None, 0), ("I1", "14 S637AQ", 40), (None, "14 S637AQ", 80)], [[0, 1, 2]]),
        # Nothing in common, though nothing is known.
        ([(None, None, 0), (None, None, 1)], [[1], [0]]),
    ],
)
def test_which_belong_together(notices: list[tuple[str | None, str | None, int]], expected: list[list[int]]) -> None:
    placed = [
        Placed(number, incident, place, AT + timedelta(hours=hours))
        for number, (incident, place, hours) in enumerate(notices)
    ]
    assert groups(placed) == expected
    assert groups(reversed(placed)) == expected


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (("14 Quarry Lane", "S63 7AQ"), ("14 Quarry Ln", "s637aq"), True),
        (("14 Quarry Lane", "S63 7AQ"), ("15 Quarry Lane", "S63 7AQ"), False),
        (("14a Quarry Lane", ""), ("14A  quarry lane", ""), True),
        (("14 Quarry Lane", ""), ("14 Quarry Lane", "S63 7AQ"), False),
    ],
)
def test_one_place(one: tuple[str, str], other: tuple[str, str], same: bool) -> None:
    assert (place_key(*one) == place_key(*other)) is same
    assert place_key("", "S63 7AQ") is None


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(30, "30 min after the incident"), (180, "3 h after the incident"), (2880, "2 days after the incident")],
)
def test_how_long_it_took_to_arrive(minutes: int, words: str) -> None:
    assert lag_words(AT, AT + timedelta(minutes=minutes)) == words
    assert lag_words(None, AT) == "time of the incident not said"


def drop(client: FlaskClient, text: str) -> str:
    answer = client.post("/notices/new", data={"text": text})
    assert answer.status_code == 303, answer.text[-800:]
    return answer.headers["Location"].rsplit("/", 1)[1]


ELLIE = {
    "version": "1", "danger": "no", "incident": "14/203877/26", "line1": "14 Quarry Lane", "postcode": "S63 7AQ",
    "happened_on": "18 11 2026", "happened_time": "21:40", "person-0-keep": "1", "person-0-first": "Ellie",
    "person-0-last": "Marsden", "person-0-born": "9/3/2017", "person-0-sex": "F", "person-0-role": "child",
    "person-1-first": "Lee", "person-1-last": "Garner", "person-1-role": "adult_of_concern",
}  # fmt: skip


def test_from_paste_to_the_hub(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    daniel, nadia = browser("police"), browser("mash.worker")
    reference = drop(daniel, PPN)
    # The same text twice is one notification.
    assert drop(daniel, PPN) == reference
    page = daniel.get(f"/notices/{reference}").text
    # The text stands beside the fields, whole, and can be thrown away by its own reference.
    assert "Male had left." in page and f"/notices/{reference}/discard" in page and reference in page.split("</h1>")[0]
    assert 'value="Ellie"' in page and "checked" not in page.split("Is a child in danger")[0].split("<tbody")[1]
    untouched = {key: value for key, value in ELLIE.items() if key != "person-0-keep"}
    nobody = daniel.post(f"/notices/{reference}", data=untouched)
    assert nobody.status_code == 422 and "Tick at least one child" in nobody.text and "Garner" in nobody.text
    wrong = daniel.post(f"/notices/{reference}", data={**ELLIE, "person-0-born": "31 2 2017", "happened_time": "25:00"})
    assert wrong.status_code == 422 and "31 2 2017" in wrong.text and "25:00" in wrong.text
    assert daniel.post(f"/notices/{reference}", data={**ELLIE, "later": "1", "danger": ""}).status_code == 303
    stale = daniel.post(f"/notices/{reference}", data=ELLIE)
    assert stale.status_code == 409 and "another window" in stale.text
    assert daniel.post(f"/notices/{reference}", data={**ELLIE, "version": "2"}).status_code == 303
    # Sent twice is sent once.
    assert daniel.post(f"/notices/{reference}", data={**ELLIE, "version": "2"}).status_code == 303
    with bare_app.app_context():
        [(document, mode)] = db.session.execute(sa.select(Referral.document, Referral.mode)).all()
        assert mode == "police_notification" and document["concern"]["what_happened"] == PPN.replace("\r\n", "\n")
        assert [child["first_name"] for child in document["children"]] == ["Ellie"]
        # Nobody ticked Lee Garner: he stands in the text only.
        assert document["household"] == []
        assert db.session.scalars(sa.select(ReferralChild.born_on)).one() == date(2017, 3, 9)
    second = drop(browser("police2"), PPN.replace("Older child", "The girl"))
    sent = browser("police2").post(f"/notices/{second}", data={**ELLIE, "incident": "", "postcode": "s637aq"})
    assert sent.status_code == 303
    groups_page = nadia.get("/notices/groups").text
    assert "One address" in groups_page and "2 notifications, 2 wait" in groups_page
    assert "42 h after the incident" in groups_page and "The girl spoken to" in groups_page


def test_the_hub_s_page_costs_the_same_for_many(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    daniel, nadia = browser("police"), browser("mash.worker")
    made = []
    for number in range(4):
        reference = drop(daniel, f"{PPN} {number}")
        daniel.post(f"/notices/{reference}", data=ELLIE)
        with count_statements(bare_app) as statements:
            page = nadia.get("/notices/groups")
        assert page.status_code == 200
        made.append(len(statements))
    assert len(set(made)) == 1 and made[0] <= 8
    with bare_app.app_context():
        contact = db.session.scalars(sa.select(Notice.referral_id)).first()
        assert contact is not None


def test_a_colleague_a_partner_and_the_hub_do_not_reach_a_notification(browser: Browser, friday: datetime) -> None:
    reference = drop(browser("police"), PPN)
    for login in ("police2", "school", "mash.worker", "north.manager"):
        assert browser(login).get(f"/notices/{reference}").status_code == 404
    assert browser("school").get("/notices/new").status_code == 403


def test_one_thrown_away_is_gone_and_can_be_dropped_in_again(browser: Browser, friday: datetime) -> None:
    daniel = browser("police")
    reference = drop(daniel, PPN)
    assert daniel.post(f"/notices/{reference}/discard").status_code == 303
    assert daniel.get(f"/notices/{reference}").status_code == 404
    assert drop(daniel, PPN) != reference


def test_a_file_of_several(browser: Browser, friday: datetime) -> None:
    rows = [{"text": f"Notice {number}", "people": []} for number in range(3)]
    file = (io.BytesIO(json.dumps(rows).encode()), "notices.json")
    answer = browser("police").post("/notices/new", data={"file": file, "text": ""}, content_type="multipart/form-data")
    assert answer.status_code == 303 and answer.headers["Location"].endswith("/notices/")
    assert "To confirm (3)" in browser("police").get("/notices/").text
    empty = browser("police").post("/notices/new", data={"file": (io.BytesIO(b""), "a.txt"), "text": ""})
    assert empty.status_code == 422 and "The file is empty" in empty.text
