"""The page of a contact shows who its children and adults could be, with the reasons, to whom may see it: band in
words, the strongest reasons, the answers one step away, and plainly that nobody was found."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.audit.models import ReadLog
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.subjects import Subject
from caseapp.people.commands import add_person, tell_danger
from caseapp.people.models import FamilyMember, Person, PersonName, Relationship
from caseapp.referrals.commands import Received
from caseapp.referrals.commands.known_adults import say_of_adult, take_back_of_adult
from caseapp.referrals.commands.looking import look_at_waiting, look_for_likely
from caseapp.referrals.models import LikelyRecord, Referral
from caseapp.referrals.queries.likely_adults import AdultPage, get_adult_page
from tests.factories import someone
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import SAMPLES, SAMPLES_FILE, agree, propose, receive
from tests.referrals.test_known import HUB, hide, say, tia

Browser = Callable[[str], FlaskClient]
# SAMPLE-001 tells of Ellie and Jake Marsden, their mother Kirsty, her partner Lee Garner and a grandmother.
KIRSTY, LEE = 0, 1
HOME = {"line": "14 Quarry Lane", "postcode": "S63 7AQ", "kind": "home", "protected": False, "said_by": "Police"}


def look(made: Received) -> None:
    with transaction():
        look_for_likely(referral_id=made.id)


def shown(client: FlaskClient, made: Received, page: str = "") -> str:
    """The words of a contact's page."""
    answer = client.get(f"/referrals/{made.reference}{page}")
    assert answer.status_code == 200
    main = BeautifulSoup(answer.text, "html.parser").find("main")
    assert main is not None
    return re.sub(r"\s+", " ", main.get_text(" ")).strip()


def grown(first: str, last: str, **more: Any) -> int:
    with transaction():
        return add_person(first=first, last=last, sex="U", stay={**HOME, "said_at": clock.now()}, **more)


def dangerous(person_id: int, words: str) -> None:
    row = db.session.get(Person, person_id, populate_existing=True)
    assert row is not None
    with transaction():
        tell_danger(
            someone(HUB), person_id=person_id, words=words, since_on=None, said_by="Police", version=row.version
        )


# ---------------------------------------------------------------- children


def test_the_page_shows_who_a_child_could_be_with_the_reasons(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        person = tia(born_on=date(2012, 8, 12))
        made, other = receive("SAMPLE-006"), receive("SAMPLE-024")
        look(made)
    client = browser(HUB)
    text = shown(client, made)
    assert "Tia Brook : 2 likely records." in text
    assert "same home" in text and "born 12 August 2012, here 21 August 2012" in text
    assert other.reference in text and "another contact" in text
    page = client.get(f"/referrals/{made.reference}").text
    assert f"/referrals/{made.reference}/known?child=1#r-person-{person}" in page
    assert "Same child, another, or not sure?" in page
    with bare_app.app_context():
        assert person in db.session.scalars(sa.select(ReadLog.subject_id)).all()


def test_before_anybody_has_looked_and_where_nobody_is_found_the_page_says_so(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-004")
    client = browser(HUB)
    assert "nobody has looked yet" in shown(client, made)
    client.post(f"/referrals/{made.reference}/open")
    text = shown(client, made)
    assert "nobody likely found. No record and no other contact is like what was told of this child" in text
    assert "nobody has looked yet" not in text


def test_what_somebody_said_is_not_suggested_and_a_doubt_stays(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        person = tia()
        made = receive("SAMPLE-006")
        look(made)
        say(made, f"person-{person}", "not_sure", "Waiting for the school")
    client = browser(HUB)
    assert "Somebody was not sure" in shown(client, made)
    with bare_app.app_context():
        say(made, f"person-{person}", "different", "A cousin")
    assert "nobody likely found. No record and no other contact that is left is like" in shown(client, made)


def test_each_reader_sees_only_what_they_may_whoever_looked(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        barred, hidden = tia(first="Tea"), tia(first="Tiana")
        made = receive("SAMPLE-006")
        with transaction():
            bar(f"user:{someone(HUB).user_id}", subject_id=barred, reason="relative")
        hide(hidden)
        look(made)
    text = shown(browser(HUB), made)
    assert "Tea Brook" not in text and "Tiana" not in text
    assert "Confidential information is held: ring Paul Rhodes, 01709 555001" in text
    assert "Tea Brook" in shown(browser("mash.manager"), made)
    assert browser("school").get(f"/referrals/{made.reference}").status_code == 404


def test_the_sender_never_reads_of_it(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        tia()
        made = receive("SAMPLE-006")
        look(made)
    school = browser("school")
    for page in ("", "/known", "/known-adults", "/receipt"):
        assert school.get(f"/referrals/{made.reference}{page}").status_code == 404, page


def test_the_sweep_looks_at_what_waits_and_again_after_an_hour(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-006", change=lambda told: told.update(received_at=None))
    assert look_at_waiting() == 1 and look_at_waiting() == 0
    person = tia()
    found = sa.select(LikelyRecord.person_id).where(LikelyRecord.referral_id == made.id)
    assert db.session.scalars(found).all() == []
    with clock.at(clock.now() + timedelta(minutes=61)):
        assert look_at_waiting() == 1
    assert db.session.scalars(found).all() == [person]


def test_a_decision_is_taken_with_what_nobody_has_answered_in_sight(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        tia()
        made = receive("SAMPLE-006")
        propose(made.id, "assessment")
        look(made)
    assert "1 likely record that nobody has answered" in shown(browser("mash.manager"), made, "/decision")


def test_the_page_costs_the_same_with_one_and_with_many(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        tia()
        few, many = receive("SAMPLE-006"), receive("SAMPLE-001")
        for number in range(5):
            receive("SAMPLE-002", number=f"again-{number}")
        for _ in range(4):
            dangerous(grown("Kirsty", "Marsden"), "A dog")
            tia(first="Ellie", last="Marsden", born_on=date(2017, 3, 9))
        look(few)
        look(many)
    client = browser(HUB)
    costs = []
    for made in (few, many):
        with count_statements(bare_app) as found:
            shown(client, made)
        costs.append(len(found))
    assert costs[0] == costs[1] <= 10, costs


# ---------------------------------------------------------------- adults


def adult_page(made: Received, position: int = KIRSTY, by: str = HUB) -> AdultPage:
    return get_adult_page(someone(by), made.id, position)


def say_adult(made: Received, person: int, answer: str = "same", position: int = KIRSTY) -> None:
    with transaction():
        say_of_adult(
            someone(HUB),
            referral_id=made.id,
            position=position,
            about=f"person-{person}",
            answer=answer,
            words="Her birth date, by telephone",
        )


def test_an_adult_of_the_household_is_suggested_with_the_danger_known(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        lee = grown("Lee", "Garner")
        dangerous(lee, "Keeps a knife in his coat: never alone")
        made = receive("SAMPLE-001")
        look(made)
    text = shown(browser(HUB), made)
    assert "Lee Garner" in text.split("The adults")[1]
    assert "Danger to people who visit: Keeps a knife in his coat: never alone" in text
    assert "Kirsty Marsden , mother: nobody likely found" in text
    page = shown(browser(HUB), made, f"/known-adults?adult={LEE + 1}")
    assert "same home" in page and "Keeps a knife in his coat" in page


def test_no_child_is_an_adult_and_no_adult_a_child(app: Flask, friday: datetime) -> None:
    with transaction():
        add_person(first="Kirsty", last="Marsden", born_on=date(2015, 1, 2), sex="F")
    made = receive("SAMPLE-001")
    assert adult_page(made).likely == []


def test_the_record_said_to_be_hers_joins_the_family_in_place_of_a_new_one(app: Flask, friday: datetime) -> None:
    kirsty = grown("Kirsty", "Marsden")
    made = receive("SAMPLE-001")
    say_adult(made, kirsty)
    assert (page := adult_page(made)).chosen and page.chosen.key[1] == kirsty
    propose(made.id, "assessment")
    agree(made.id)
    called = sa.select(PersonName.person_id).where(PersonName.first == "Kirsty", PersonName.last == "Marsden")
    assert db.session.scalars(called).all() == [kirsty]
    member = db.session.scalars(sa.select(FamilyMember).where(FamilyMember.person_id == kirsty)).one()
    assert (member.role, member.relationship) == ("adult", "mother")
    ties = db.session.scalars(sa.select(Relationship.kind).where(Relationship.other_id == kirsty)).all()
    assert ties == ["mother", "mother"]


def test_said_of_an_adult_it_is_taken_back_at_any_time(app: Flask, friday: datetime) -> None:
    one, other = grown("Kirsty", "Marsden"), grown("Kirsty", "Marsden")
    made = receive("SAMPLE-001")
    say_adult(made, one)
    with pytest.raises(OutOfOrder, match="was said to be theirs"):
        say_adult(made, other)
    db.session.rollback()
    say_adult(made, other, "different")
    propose(made.id, "assessment")
    agree(made.id)
    standing = next(each for each in adult_page(made).history if each.answer == "same")
    with transaction():
        take_back_of_adult(
            someone(HUB), referral_id=made.id, position=KIRSTY, answer_id=standing.id, words="Her sister"
        )
    page = adult_page(made)
    assert page.chosen is None and [each.end_words for each in page.history] == ["", "Her sister"]
    with pytest.raises(OutOfOrder, match="This contact is decided"):
        say_adult(made, one)


def test_a_restricted_adult_is_whom_to_ring(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        lee = grown("Lee", "Garner")
        dangerous(lee, "Keeps a knife")
        made = receive("SAMPLE-001")
        hide(lee)
        look(made)
        with pytest.raises(NotFound):
            say_adult(made, lee, position=LEE)
        db.session.rollback()
    for page in ("", f"/known-adults?adult={LEE + 1}"):
        text = shown(browser(HUB), made, page)
        assert "ring Paul Rhodes, 01709 555001" in text and "knife" not in text


def test_the_way_by_the_pages(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        lee = grown("Lee", "Garner")
        made = receive("SAMPLE-001")
    client = browser(HUB)
    address = f"/referrals/{made.reference}/known-adults?adult={LEE + 1}"
    form = {"about": f"person-{lee}", f"person-{lee}-answer": "same", f"person-{lee}-words": ""}
    empty = client.post(address, data=form)
    assert empty.status_code == 422 and "Write what you go by" in empty.text
    assert client.post(address, data={**form, f"person-{lee}-words": "Rang him"}).status_code == 303
    assert "Lee Garner , mother's partner Adult of concern is known: P-" in shown(client, made)
    with bare_app.app_context():
        number = adult_page(made, LEE).history[0].id
    back = f"/referrals/{made.reference}/known-adults/{number}/take-back?adult={LEE + 1}"
    assert client.post(back, data={f"back-{number}-words": ""}).status_code == 422
    assert client.post(back, data={f"back-{number}-words": "Another Lee"}).status_code == 303
    assert client.post(back, data={f"back-{number}-words": "Too late"}).status_code == 409
    assert "What was said before and does not stand any more (1)" in shown(
        client, made, f"/known-adults?adult={LEE + 1}"
    )
    for adult in ("0", "9", "x"):
        assert client.get(f"/referrals/{made.reference}/known-adults?adult={adult}").status_code == 404


def test_every_adult_of_every_sample_has_a_page(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = [receive(sample) for sample in SAMPLES]
        for each in made:
            look(each)
    client = browser(HUB)
    for each in made:
        text = shown(client, each)
        assert "nobody has looked yet" not in text


# ---------------------------------------------------------------- the 26


# One child in each: by sample the name there.
ALIKE = (
    {
        "SAMPLE-001": "Ellie Marsden",
        "SAMPLE-002": "Ellie Marsden",
        "SAMPLE-015": "Elly Marsdon",
        "SAMPLE-023": "Ellie Marsden",
    },
    dict.fromkeys(("SAMPLE-001", "SAMPLE-002", "SAMPLE-023"), "Jake Marsden"),
    dict.fromkeys(("SAMPLE-006", "SAMPLE-024"), "Tia Brook"),
    {"SAMPLE-013": "Jessica Holt", "SAMPLE-026": "Jessie Holt"},
)


def test_the_pages_of_the_26_suggest_three_children_and_a_brother_and_nobody_elses(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with clock.at(friday + timedelta(hours=2)):
        done = bare_app.test_cli_runner().invoke(args=["referrals", "import", str(SAMPLES_FILE)])
        assert done.exit_code == 0, done.output
        with bare_app.app_context():
            rows = db.session.execute(
                sa.select(Subject.reference, Referral.source_id).join(Referral, Referral.id == Subject.id)
            )
            of = {row.reference: row.source_id for row in rows}
        assert bare_app.test_cli_runner().invoke(args=["sweep", "--once"]).exit_code == 0
        with bare_app.app_context():
            look_at_waiting()
        client, found = browser(HUB), {}
        for reference, sample in of.items():
            who = BeautifulSoup(client.get(f"/referrals/{reference}").text, "html.parser").find(id="who")
            assert "nobody has looked yet" not in str(who)
            for listed in who.select("ul.likely") if who else ():
                name = listed.find_previous("p").find("bdi").text
                links = [link.text for link in listed.find_all("a")]
                found[sample, name] = {of[text] for text in links if text in of}
    assert found == {(sample, name): set(child) - {sample} for child in ALIKE for sample, name in child.items()}
