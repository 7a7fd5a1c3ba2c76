"""One decision over several contacts of one family: suggested in words, ticked by a person, each answered apart."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases.models import Case, Episode
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import OutOfOrder, Refused
from caseapp.people.models import FamilyMember, Person, PersonName
from caseapp.referrals.commands import Received
from caseapp.referrals.commands.deciding import Answer
from caseapp.referrals.domain.family import family_keys, reason_words
from caseapp.referrals.models import Decision, DecisionReferral, ReferralChild
from caseapp.referrals.queries.done import NOT_SHOWN
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import someone
from tests.referrals.hub_world import SAMPLES, answer, children_of, propose, rate, receive, the
from tests.referrals.test_hub_decision import running

Browser = Callable[[str], FlaskClient]
# The school, the police, the school once more with another spelling and birth date, the grandmother on the telephone.
MARSDEN = ("SAMPLE-001", "SAMPLE-002", "SAMPLE-015", "SAMPLE-023")


def arrive(*samples: str) -> list[Received]:
    return [receive(sample) for sample in samples or MARSDEN]


def together(made: list[Received], *outcomes: str, by: str = "mash.worker", **more: Any) -> int:
    """Rate each and propose from the first for all: the child of the third is the first child of the first."""
    for each in made:
        if the(each.id).rating is None:
            rate(each.id, by=by)
    if len(made) > 2 and "same" not in more:
        more["same"] = {children_of(made[2].id)[0]: children_of(made[0].id)[0]}
    return propose(made[0].id, *outcomes, by=by, together=[each.reference for each in made[1:]], **more)


def agree(made: list[Received], *, by: str = "mash.manager") -> None:
    messages = {each.id: f"For {each.reference}" for each in made[1:]}
    answer(made[0].id, Answer("agree", {}, message=f"For {made[0].reference}", messages=messages), by=by)


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("SAMPLE-001", "SAMPLE-002", {"child", "near", "home", "parent"}),
        ("SAMPLE-001", "SAMPLE-023", {"child", "near"}),
        ("SAMPLE-001", "SAMPLE-015", {"near"}),
        ("SAMPLE-015", "SAMPLE-023", {"near"}),
        ("SAMPLE-018", "SAMPLE-019", set()),
        ("SAMPLE-006", "SAMPLE-010", set()),
        ("SAMPLE-003", "SAMPLE-006", set()),
        ("SAMPLE-011", "SAMPLE-005", set()),
    ],
)
def test_what_makes_two_contacts_look_like_one_family(one: str, other: str, why: set[str]) -> None:
    shared = set(family_keys(SAMPLES[one])) & set(family_keys(SAMPLES[other]))
    assert {key.kind for key in shared} == why


def test_the_reason_is_said_in_words() -> None:
    assert reason_words({"near", "child", "home"}) == (
        "The same child by name and birth date and the same home and surname"
    )
    assert reason_words({"near"}) == "A child with nearly the same name and birth date"


@pytest.mark.parametrize(
    "wild", [None, [], "x", {"children": 5}, {"household": [None, {"name": ["x"]}]}, {"children": [None, "a"]}]
)
def test_any_document_has_keys_or_none(wild: object) -> None:
    assert family_keys(wild) == []


def test_others_are_suggested_and_none_is_chosen(app: Flask, friday: datetime) -> None:
    made = arrive()
    page = get_hub_page(someone("mash.worker"), made[0].id)
    assert {contact.reference for contact in page.suggested} == {each.reference for each in made[1:]}
    assert page.others == () and page.contacts_12m == 4 and page.weigh


def test_four_contacts_of_one_family_are_decided_once(app: Flask, friday: datetime) -> None:
    made = arrive()
    together(made, "assessment")
    assert {the(each.id).state for each in made} == {"proposed"}
    agree(made)
    # One case for each child, dated by the first contact; the census counts one referral for each child.
    cases = list(db.session.scalars(sa.select(Case).order_by(Case.id)))
    assert [(case.referral_id, case.received_at) for case in cases] == [(made[0].id, the(made[0].id).received_at)] * 2
    assert len(list(db.session.scalars(sa.select(Episode)))) == 2
    became = db.session.execute(
        sa.select(ReferralChild.referral_id, ReferralChild.outcome, ReferralChild.became).order_by(ReferralChild.id)
    ).all()
    assert [tuple(row) for row in became] == [
        *[(made[0].id, "assessment", "referral")] * 2,
        *[(made[1].id, "assessment", "note_on_open_case")] * 2,
        (made[2].id, "assessment", "note_on_open_case"),
        *[(made[3].id, "assessment", "note_on_open_case")] * 2,
    ]
    # Each is decided, has its own answer, and no clock runs on.
    for each in made:
        row = the(each.id)
        assert (row.state, row.decided_at, row.feedback) == ("decided", friday, f"For {each.reference}")
        assert running(each.id) <= {"feedback.opened"}
    # Every person once, with what each contact adds of them.
    names = sorted(f"{row.first} {row.last}" for row in db.session.scalars(sa.select(PersonName)))
    assert names == ["Ellie Marsden", "Jake Marsden", "Kirsty Marsden", "Lee Garner", "Pauline Marsden"]
    lee = db.session.scalars(
        sa.select(Person).join(PersonName, PersonName.person_id == Person.id).where(PersonName.last == "Garner")
    ).one()
    assert lee.born_on is not None and lee.born_on.year == 1991
    assert len(list(db.session.scalars(sa.select(FamilyMember)))) == 5
    for each in made:
        page = get_hub_page(someone("mash.worker"), each.id)
        assert page.open_cases == [] and [p.state for p in page.proposals] == ["agreed"] and len(page.others) == 3


def test_who_is_not_said_to_be_the_same_is_another_child(app: Flask, friday: datetime) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-015")
    for each in made:
        rate(each.id)
    ids = [*children_of(made[0].id), *children_of(made[1].id)]
    with transaction():
        from_first = get_hub_page(someone("mash.worker"), made[0].id, together=[made[1].reference])
    assert list(from_first.doubtful()) == [ids[2]] and len(from_first.lines) == 3


def test_the_second_to_put_them_together_is_told(app: Flask, friday: datetime) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-002", "SAMPLE-023")
    together(made[:2], "assessment")
    with pytest.raises(OutOfOrder, match=rf"{made[1].reference} is part of another proposal\. Nadia Farrow proposed"):
        together([made[2], made[1]], "assessment", by="mash.manager")
    db.session.rollback()
    assert the(made[2].id).state == "received"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Decision)) == 1


def test_each_is_read_and_rated_before_they_are_decided_together(app: Flask, friday: datetime) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-002")
    rate(made[0].id)
    with pytest.raises(OutOfOrder, match=f"Not rated yet: {made[1].reference}"):
        propose(made[0].id, "assessment", together=[made[1].reference])


def test_a_barred_contact_is_not_offered_and_its_group_not_decided(app: Flask, friday: datetime) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-002")
    paul = someone("mash.manager")
    together(made, "assessment")
    with transaction():
        bar(f"user:{paul.user_id}", subject_id=made[1].id, reason="staff_conflict")
    page = get_hub_page(paul, made[0].id)
    assert page.hidden and page.others == () and page.suggested == []
    with pytest.raises(Refused, match="another manager has to decide"):
        agree(made)


def test_what_was_sent_back_stays_hidden_from_whoever_is_kept_from_one_of_them(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    """Sent back, and proposed again for the one alone: the first texts were about both."""
    told = ("Jake is at his gran's in Rawmarsh", "Ask Rawmarsh school", "Who saw Jake in Rawmarsh?")
    with bare_app.app_context():
        made = arrive("SAMPLE-001", "SAMPLE-002")
        together(made, "assessment", reasons=told[0], advice=told[1])
        answer(made[0].id, Answer("send_back", {}, words=told[2]))
        propose(made[0].id, "assessment", reasons="About her alone")
        with transaction():
            barred = someone("mash.manager")
            bar(f"user:{barred.user_id}", subject_id=made[1].id, reason="staff_conflict")
        newest, first = get_hub_page(barred, made[0].id).proposals
        assert (newest.reasons, first.reasons) == ("About her alone", NOT_SHOWN)
        assert not any(words in repr(first) for words in told)
        whole = get_hub_page(someone("mash.worker"), made[0].id).proposals[1]
        assert all(words in repr(whole) for words in told)
    for path in ("", "/decision"):
        page = browser("mash.manager").get(f"/referrals/{made[0].reference}{path}").text
        assert "About her alone" in page and "Rawmarsh" not in page, path


def test_a_question_sends_all_of_them_back(app: Flask, friday: datetime) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-002")
    together(made, "assessment")
    answer(made[0].id, Answer("send_back", {}, words="Who saw Jake?"))
    assert {the(each.id).state for each in made} == {"received"}
    again = together(made, "assessment")
    assert (
        db.session.scalar(
            sa.select(sa.func.count()).select_from(DecisionReferral).where(DecisionReferral.decision_id == again)
        )
        == 2
    )


def test_what_arrives_while_it_is_proposed_stands_on_the_decision_page(
    browser: Browser, bare_app: Flask, friday: datetime
) -> None:
    with bare_app.app_context():
        made = arrive("SAMPLE-001", "SAMPLE-002")
        together(made, "assessment")
        late = receive("SAMPLE-023", change=lambda told: told.update(received_at="2026-11-20T15:45:00+00:00"))
    page = browser("mash.manager").get(f"/referrals/{made[0].reference}/decision").text
    assert "arrived since the proposal" in page and late.reference in page


def test_the_drafts_tell_each_only_their_own(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = arrive()
        together(made, "assessment", advice="Keep the breakfast place.")
    text = browser("mash.manager").get(f"/referrals/{made[0].reference}/decision").text
    drafts = [part.split(">", 1)[1].split("</textarea>")[0] for part in text.split("<textarea")[1:]]
    by_reference = {each.reference: next(draft for draft in drafts if each.reference in draft) for each in made}
    school, police, again, gran = (by_reference[each.reference] for each in made)
    assert "Jake" in school and "Keep the breakfast place." in school and "North locality" in police
    assert "Elly Marsdon" in again and "Jake" not in again
    for said in ("Assessment", "Ellie", "locality", "breakfast", *(each.reference for each in made[:3])):
        assert said not in gran
    # Somebody says that telling the family would increase the risk: nothing is drafted to them.
    assert not any("Somebody was worried about your family" in draft for draft in drafts)


def test_put_together_on_the_page_and_proposed(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context():
        made = arrive()
        for each in made:
            rate(each.id)
        ellie, jake = children_of(made[0].id)
        elly = children_of(made[2].id)[0]
    client, address = browser("mash.worker"), f"/referrals/{made[0].reference}"
    assert "Other contacts about this family" in client.get(address).text
    page = client.get(address, query_string={"with": [each.reference for each in made[1:]]}).text
    assert "To be decided together: 4 contacts" in page and f'name="same_{elly}"' in page
    post = {
        "together": [each.reference for each in made[1:]],
        f"outcome_{ellie}": "assessment",
        f"outcome_{jake}": "assessment",
        "reasons": "Four people, one story",
        "advice": "Keep the day as usual",
    }
    unsaid = client.post(f"{address}/propose", data=post)
    assert unsaid.status_code == 422 and "Say whether Elly Marsdon is one of the children" in unsaid.text
    assert "Four people, one story" in unsaid.text
    done = client.post(f"{address}/propose", data={**post, f"same_{elly}": str(ellie)})
    assert done.status_code == 303
    shown = client.get(f"/referrals/{made[3].reference}").text
    assert made[0].reference in shown and "once as" in shown
