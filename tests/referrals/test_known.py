"""Is this child already known? Suggested with reasons, decided by a person, taken back, remembered; never told to who
may not see it."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar, restrict
from caseapp.audit.models import ReadLog
from caseapp.cases.commands import keep_together
from caseapp.cases.models import Case, Task
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, NotFound
from caseapp.people.commands import add_person, add_to_family, make_family, say_whether_same
from caseapp.people.domain.beside import side_by_side
from caseapp.people.domain.matching import Described
from caseapp.people.models import FamilyMember, Person, PersonName
from caseapp.people.queries import identity_of, list_links, said_different
from caseapp.referrals.commands import Received
from caseapp.referrals.commands.known import say_of_child, take_back_of_child
from caseapp.referrals.models import ChildAnswer, ReferralChild
from caseapp.referrals.queries.likely import get_likely_page
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import someone
from tests.helpers.statements import count_statements
from tests.referrals.hub_world import SAMPLES, agree, children_of, decide, propose, receive, the

Browser = Callable[[str], FlaskClient]
HUB = "mash.worker"


def tia(**more: Any) -> int:
    """A record of Tia Brook as the samples tell of her, or nearly so."""
    given: dict[str, Any] = {
        "first": "Tia",
        "last": "Brook",
        "born_on": date(2012, 8, 21),
        "sex": "F",
        "stay": {
            "line": "41 Doncaster Road",
            "postcode": "S65 2DA",
            "kind": "home",
            "protected": False,
            "said_by": "Clifton Community School",
            "said_at": datetime.fromisoformat("2025-01-01T10:00+00:00"),
        },
    }
    with transaction():
        return add_person(**{**given, **more})


def say(
    made: Received, about: str, answer: str = "same", words: str = "Rang the school: one girl", number: int = 1
) -> None:
    with transaction():
        say_of_child(someone(HUB), referral_id=made.id, number=number, about=about, answer=answer, words=words)


def take_back(made: Received, words: str = "The other Tia", number: int = 1) -> None:
    page = get_likely_page(someone(HUB), made.id, number)
    standing = next(each for each in page.history if each.ended_at is None)
    with transaction():
        take_back_of_child(someone(HUB), referral_id=made.id, number=number, answer_id=standing.id, words=words)


def suggested(made: Received, number: int = 1, by: str = HUB) -> list[str]:
    return [each.about for each in get_likely_page(someone(by), made.id, number).likely]


def chosen(made: Received, number: int = 1) -> int | None:
    db.session.expire_all()
    row = db.session.get(ReferralChild, children_of(made.id)[number - 1])
    assert row is not None
    return row.person_id


# ---------------------------------------------------------------- what is suggested


SAME = (
    {"SAMPLE-001", "SAMPLE-002", "SAMPLE-015", "SAMPLE-023"},
    {"SAMPLE-006", "SAMPLE-024"},
    {"SAMPLE-013", "SAMPLE-026"},
)


def test_of_the_26_exactly_three_children_and_a_brother_are_suggested_as_the_same(app: Flask, friday: datetime) -> None:
    made = {sample: receive(sample) for sample in SAMPLES}
    of = {one.reference: sample for sample, one in made.items()}
    found = {
        (sample, child.name, of[each.reference])
        for sample, one in made.items()
        for child in get_likely_page(someone(HUB), one.id).children
        for each in get_likely_page(someone(HUB), one.id, child.number).likely
    }
    assert {(one, other) for one, _, other in found} == {
        (one, other) for group in SAME for one in group for other in group - {one}
    }
    # Each child only with themself: Ellie in four contacts (once as Elly Marsdon), Jake in three.
    assert {other for one, name, other in found if name == "Jake Marsden"} == {"SAMPLE-001", "SAMPLE-002", "SAMPLE-023"}
    names = {
        each.name.split()[0]
        for one in ("SAMPLE-001", "SAMPLE-023")
        for each in get_likely_page(someone(HUB), made[one].id, 2).likely
    }
    assert names == {"Jake"}


def test_a_record_is_suggested_with_its_reasons(app: Flask, friday: datetime) -> None:
    person = tia(born_on=date(2012, 8, 12))
    made = receive("SAMPLE-006")
    (each,) = get_likely_page(someone(HUB), made.id).likely
    assert (each.about, each.name) == (f"person-{person}", "Tia Brook")
    assert "same home" in [reason.words for reason in each.strong + each.some]
    assert any("born 12 August 2012" in reason.words for reason in each.strong + each.some + each.against)
    sides = {side.label: (side.told, side.held, side.differs) for side in each.sides}
    assert sides["Born"] == ("21 August 2012", "12 August 2012", True)
    assert sides["First name"] == ("Tia", "Tia", False)


def test_an_address_of_a_record_is_shown_only_where_the_referrer_told_it(app: Flask, friday: datetime) -> None:
    tia(stay={"line": "9 Refuge Row", "postcode": "S65 2DB", "kind": "refuge", "protected": True, "said_by": "-",
              "said_at": friday})  # fmt: skip
    (each,) = get_likely_page(someone(HUB), receive("SAMPLE-006").id).likely
    home = next(side for side in each.sides if side.label == "Home")
    assert (home.held, home.differs) == ("Another address", True)
    assert "Refuge" not in repr(each)


def test_nobody_is_suggested_for_a_stranger(app: Flask, friday: datetime) -> None:
    tia()
    assert suggested(receive("SAMPLE-004")) == []


def test_whoever_is_barred_from_a_record_is_not_shown_it(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    with transaction():
        bar(f"user:{someone(HUB).user_id}", subject_id=person, reason="relative")
    assert suggested(made) == []
    assert suggested(made, by="mash.manager") == [f"person-{person}"]


# ---------------------------------------------------------------- what a person says


def test_the_same_child_is_the_person_chosen_and_gets_the_case(app: Flask, friday: datetime) -> None:
    person = tia()
    with transaction():
        family = make_family(name="Brook")
        add_to_family(family, person, role="child")
    made = receive("SAMPLE-006")
    people_before = db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0
    say(made, f"person-{person}")
    assert chosen(made) == person
    page = get_likely_page(someone(HUB), made.id)
    assert page.chosen and page.chosen.answered and page.chosen.answered.words == "Rang the school: one girl"
    propose(made.id, "assessment")
    agree(made.id)
    case = db.session.scalars(sa.select(Case)).one()
    assert (case.person_id, case.family_id) == (person, family)
    # No second record of the child; the adults of the household are new here and join her family.
    names = list(db.session.scalars(sa.select(PersonName.first).where(PersonName.last == "Brook")))
    assert names.count("Tia") == 1
    members = db.session.scalar(sa.select(sa.func.count()).where(FamilyMember.family_id == family)) or 0
    added = (db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0) - people_before
    assert members == 1 + added


def test_a_different_child_gets_a_record_and_the_two_stay_apart(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{person}", "different", "A cousin of the same name")
    assert chosen(made) is None and suggested(made) == []
    (apart,) = get_likely_page(someone(HUB), made.id).apart
    assert apart.answered and apart.answered.words == "A cousin of the same name"
    propose(made.id, "assessment")
    agree(made.id)
    new = db.session.scalars(sa.select(Case.person_id)).one()
    assert new != person
    # Remembered between the records: the next contact is offered both, and who is chosen is not the other.
    assert said_different([new]) == {new: {person}}
    again = receive("SAMPLE-024")
    assert f"person-{new}" in suggested(again) and f"person-{person}" in suggested(again)
    say(again, f"person-{new}")
    assert f"person-{person}" not in suggested(again)


def test_an_open_case_of_a_namesake_is_not_this_childs(app: Flask, friday: datetime) -> None:
    decided = decide("SAMPLE-006", "assessment")
    person = chosen(decided)
    made = receive("SAMPLE-024")
    assert [case.person_id for case in get_hub_page(someone(HUB), made.id).open_cases] == [person]
    say(made, f"person-{person}", "different", "Two girls: both were in the room")
    page = get_hub_page(someone(HUB), made.id)
    assert page.open_cases == [] and page.open_case_for(page.lines[0]) is None
    propose(made.id, "assessment")
    agree(made.id)
    assert len(set(db.session.scalars(sa.select(Case.person_id)))) == 2


def test_an_open_case_is_found_by_the_person_chosen_whatever_the_name(app: Flask, friday: datetime) -> None:
    decided = decide("SAMPLE-013", "assessment")
    made = receive("SAMPLE-026")
    assert get_hub_page(someone(HUB), made.id).open_cases == []
    person = chosen(decided)
    say(made, f"person-{person}", words="Jessie is what they call Jessica at home")
    page = get_hub_page(someone(HUB), made.id)
    assert [case.person_id for case in page.open_cases] == [person]
    propose(made.id, "open_case")
    agree(made.id)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Case)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).where(Task.about_id == made.id)) == 1


def test_two_records_said_to_be_the_child_are_linked(app: Flask, friday: datetime) -> None:
    one, other = tia(), tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{one}")
    say(made, f"person-{other}", words="And this one: the same mother")
    assert chosen(made) == one
    assert identity_of([one])[one] == {one, other}
    assert [link.words for link in list_links([one])] == ["And this one: the same mother"]


def test_two_contacts_of_one_child_are_joined_when_decided(app: Flask, friday: datetime) -> None:
    first, second = receive("SAMPLE-013"), receive("SAMPLE-026")
    (about,) = suggested(first)
    assert about == f"child-{children_of(second.id)[0]}"
    say(first, about, words="The referrers mean one girl")
    # Said from one, it stands on both; nobody is asked again when the two are put together.
    other = get_likely_page(someone(HUB), second.id)
    assert [each.answered.answer for each in other.likely if each.answered] == ["same"]
    page = get_hub_page(someone(HUB), first.id, together=[second.reference])
    assert len(page.lines) == 1 and page.doubtful() == {}
    # Decided one after the other: the second is told of the case.
    propose(first.id, "assessment")
    agree(first.id)
    assert chosen(second) == chosen(first) is not None
    page = get_hub_page(someone(HUB), second.id)
    assert page.open_case_for(page.lines[0]) is not None


def test_contacts_said_to_tell_of_two_children_are_not_asked_about_again(app: Flask, friday: datetime) -> None:
    first, second = receive("SAMPLE-001"), receive("SAMPLE-015")
    elly = f"child-{children_of(second.id)[0]}"
    assert get_hub_page(someone(HUB), first.id, together=[second.reference]).doubtful()
    say(first, elly, "different", "Elly Marsdon is in another class")
    page = get_hub_page(someone(HUB), first.id, together=[second.reference])
    ellie = children_of(first.id)[0]
    assert all(ellie not in [line.id for line in others] for others in page.doubtful().values())


def test_taken_back_it_is_as_before_with_its_history(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{person}")
    take_back(made)
    assert chosen(made) is None and suggested(made) == [f"person-{person}"]
    (over,) = get_likely_page(someone(HUB), made.id).history
    assert (over.answer, over.words, over.end_words) == ("same", "Rang the school: one girl", "The other Tia")
    say(made, f"person-{person}", "not_sure", "Waiting for the birth certificate")
    assert chosen(made) is None
    say(made, f"person-{person}", words="Seen the birth certificate")
    assert chosen(made) == person
    said = db.session.execute(sa.select(ChildAnswer.answer, ChildAnswer.ended_at.is_(None)).order_by(ChildAnswer.id))
    assert [tuple(row) for row in said] == [("same", False), ("not_sure", False), ("same", True)]


def test_taken_back_after_a_case_opened_the_case_stays_and_its_team_is_asked(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{person}")
    propose(made.id, "assessment")
    agree(made.id)
    case = db.session.scalars(sa.select(Case)).one()
    take_back(made)
    assert chosen(made) is None
    assert db.session.scalars(sa.select(Case.person_id)).one() == person
    asked = sa.select(Task.case_id, Task.about_id, Task.done_at).where(Task.kind == "whose_case")
    assert [tuple(row) for row in db.session.execute(asked)] == [(case.id, person, None)]
    (over,) = get_likely_page(someone(HUB), made.id).history
    assert (over.words, over.end_words) == ("Rang the school: one girl", "The other Tia")
    # Said again, the case is hers again, and nobody is asked any more.
    say(made, f"person-{person}", words="It was she after all")
    assert chosen(made) == person
    assert [row.done_at is not None for row in db.session.execute(asked)] == [True]


def test_other_words_for_the_same_answer_ask_nobody(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{person}")
    propose(made.id, "assessment")
    agree(made.id)
    say(made, f"person-{person}", words="And the school confirms it")
    assert chosen(made) == person
    assert db.session.scalars(sa.select(Task.id).where(Task.kind == "whose_case")).all() == []


@pytest.mark.parametrize("answer", ["same", "different"])
def test_a_link_that_an_answer_made_ends_with_it(app: Flask, friday: datetime, answer: str) -> None:
    one, other = tia(), tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{one}")
    say(made, f"person-{other}", answer, "By the mother’s word")
    take_back(made, words="The mother was mistaken")
    assert identity_of([one])[one] == {one} and said_different([one]) == {}
    assert [(link.answer, link.end_words) for link in list_links([one])] == [(answer, "The mother was mistaken")]
    assert chosen(made) == one


def test_let_go_the_first_record_takes_its_links_along(app: Flask, friday: datetime) -> None:
    one, other = tia(), tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{one}")
    say(made, f"person-{other}", words="And this one")
    page = get_likely_page(someone(HUB), made.id)
    first = next(each for each in page.history if each.key == ("person", one))
    with transaction():
        take_back_of_child(someone(HUB), referral_id=made.id, number=1, answer_id=first.id, words="A cousin’s record")
    assert chosen(made) == other and identity_of([one])[one] == {one}


def test_two_contacts_said_to_be_one_child_and_taken_back_are_two(app: Flask, friday: datetime) -> None:
    first, second = receive("SAMPLE-013"), receive("SAMPLE-026")
    with transaction():
        person = add_person(first="Jessica", last="Holt", born_on=date(2011, 12, 24), sex="F")
    say(first, f"person-{person}")
    say(first, f"child-{children_of(second.id)[0]}", words="One girl")
    assert chosen(second) == person
    take_back(first, "Two girls")
    assert (chosen(first), chosen(second)) == (person, None)


def test_a_link_that_somebody_else_said_since_stays(app: Flask, friday: datetime) -> None:
    one, other = tia(), tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{one}")
    say(made, f"person-{other}", words="And this one")
    with transaction():
        say_whether_same(someone("mash.manager"), one, other, answer="same", words="Their birth certificates")
    take_back(made)
    assert identity_of([one])[one] == {one, other}


def test_what_is_refused_and_what_is_said_twice(app: Flask, friday: datetime) -> None:
    person, stranger = tia(), tia(first="Harvey", last="Lister", born_on=date(2016, 1, 1), sex="M", stay=None)
    made = receive("SAMPLE-006")
    for given, field in (({"answer": "yes"}, "answer"), ({"words": " "}, "words")):
        with pytest.raises(Invalid) as refused:
            say(made, f"person-{person}", **given)
        assert list(refused.value.problems) == [field]
        db.session.rollback()
    for about in (f"person-{stranger}", "person-999999", "child-1", "", "person"):
        with pytest.raises(NotFound):
            say(made, about)
        db.session.rollback()
    with pytest.raises(NotFound):
        say(made, f"person-{person}", number=2)
    db.session.rollback()
    say(made, f"person-{person}")
    say(made, f"person-{person}")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(ChildAnswer)) == 1


def test_who_was_known_stays_on_a_contact_that_goes_no_further(app: Flask, friday: datetime) -> None:
    person = tia()
    made = receive("SAMPLE-006")
    say(made, f"person-{person}")
    propose(made.id, "no_further_action")
    agree(made.id)
    assert chosen(made) == person and the(made.id).state == "decided"


# ---------------------------------------------------------------- what only named people may see


def hide(person_id: int) -> None:
    with transaction():
        restrict(
            subject_id=person_id,
            reason="staff_conflict",
            words="Her aunt works here",
            ring="Paul Rhodes, 01709 555001",
            readers={f"user:{someone('head').user_id}"},
            set_by_id=someone("mash.manager").user_id,
        )
        keep_together([person_id])


def test_of_a_restricted_record_the_hub_learns_whom_to_ring(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        person = tia(first="Tiana")
        made = receive("SAMPLE-006")
        hide(person)
        with pytest.raises(NotFound):
            say(made, f"person-{person}")
        db.session.rollback()
    page = browser(HUB).get(f"/referrals/{made.reference}/known")
    assert "Confidential information is held: ring Paul Rhodes, 01709 555001" in page.text
    assert "Tiana" not in page.text


def refer(client: FlaskClient, first: str, last: str, born: str) -> str:
    """A school sends a referral by the short way that a test can take: the receipt's text without what names it."""
    began = client.post("/referrals/new", data={"brief": "1"})
    address = began.headers["Location"]
    day, month, year = born.split("/")
    sent = client.post(
        address,
        data={
            "name": "Hannah Whitfield", "phone": "01709 555200", "first_name": first, "last_name": last,
            "date_of_birth-day": day, "date_of_birth-month": month, "date_of_birth-year": year,
            "description": f"{first} {last}", "where": "school", "safe_to_go_home": "yes",
            "what_happened": "Slept in her coat", "parent_informed": "yes", "immediate_danger": "no", "send": "1",
        },
    )  # fmt: skip
    return f"{sent.status_code} {sent.headers.get('Location', '')}"


# ---------------------------------------------------------------- the page


def test_the_page_costs_eight_statements_however_much_is_known(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        few = receive("SAMPLE-013")
        many = receive("SAMPLE-001")
        for number in range(6):
            receive("SAMPLE-002", number=f"again-{number}")
        receive("SAMPLE-026")
        for _ in range(3):
            tia(first="Ellie", last="Marsden", born_on=date(2017, 3, 9))
            tia(first="Jessica", last="Holt", born_on=date(2011, 12, 24))
    client = browser(HUB)
    costs = []
    for made in (few, many):
        with count_statements(bare_app) as found:
            assert "Strong" in client.get(f"/referrals/{made.reference}/known").text
        costs.append(len(found))
    assert costs[0] == costs[1] <= 8, costs


def test_the_way_by_the_pages(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        person = tia()
        made = receive("SAMPLE-006")
    client = browser(HUB)
    contact, known = f"/referrals/{made.reference}", f"/referrals/{made.reference}/known"
    assert "Look for likely records" in client.get(contact).text
    client.post(f"{contact}/open")
    page = client.get(contact).text
    assert "1 likely record." in page and "Very likely" in page and "same home" in page
    about = f"person-{person}"
    form = {"about": about, f"{about}-answer": "same", f"{about}-words": ""}
    empty = client.post(known, data=form)
    assert empty.status_code == 422 and "Write what you go by" in empty.text and "There is a problem" in empty.text
    said = client.post(known, data={**form, f"{about}-words": "Rang the school <b>today</b>"})
    assert said.status_code == 303
    page = client.get(said.headers["Location"]).text
    assert "Tia Brook is known" in page and "Rang the school &lt;b&gt;today&lt;/b&gt;" in page
    assert "is known:" in client.get(contact).text
    with bare_app.app_context():
        number = db.session.scalars(sa.select(ChildAnswer.id)).one()
        looked = db.session.scalars(sa.select(ReadLog.subject_id).where(ReadLog.subject_id == person)).all()
        assert looked
    back = client.post(f"{known}/{number}/take-back", data={f"back-{number}-words": "The other Tia"})
    assert back.status_code == 303
    assert "1 likely record." in client.get(contact).text
    assert "What was said before and does not stand any more (1)" in client.get(known).text
    assert client.get(f"{known}?child=2").status_code == 404
    assert client.get(f"{known}?child=x").status_code == 404


def test_every_sample_has_its_page(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = [receive(sample) for sample in SAMPLES]
    client = browser(HUB)
    for each in made:
        answer = client.get(f"/referrals/{each.reference}/known")
        assert answer.status_code == 200, each


def test_beside_each_other() -> None:
    told = Described(first="Zoë", last="Müller", homes=(("1 High Street", "S66 8LE"),), carers=("Anna Müller",))
    held = Described(first="Zoe", last="Muller", homes=(("1 High Street", "S66 8LE"),), sex="F")
    rows = {side.label: side.differs for side in side_by_side(told, held, homes=False)}
    assert rows == {
        "First name": False,
        "Last name": False,
        "Sex": None,
        "Home": False,
        "Who looks after them": None,
    }
