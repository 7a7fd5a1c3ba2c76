"""A conflict of interest follows the child: to the next referral, to whatever grows out of it, and to who is shown."""

import copy
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar
from caseapp.access.models import Bar
from caseapp.cases.commands import move_custody
from caseapp.cases.models import Case, Custody, Task
from caseapp.cases.queries import get_case_page
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid
from caseapp.people.models import FamilyMember, Person
from caseapp.people.queries import list_family
from caseapp.referrals.commands.deciding import Answer
from caseapp.referrals.commands.receive import receive_referral
from caseapp.referrals.commands.triage import settle_mark
from caseapp.referrals.models import InputMark
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.conftest import sign_in
from tests.factories import someone, team_id
from tests.referrals.hub_world import SAMPLES, agree, answer, decide, propose, receive
from tests.referrals.test_hub_together import arrive, together

Change = Callable[[Any], None]
BROTHER = {
    "first_name": "Max",
    "last_name": "Harrison",
    "date_of_birth": "2021-02-03",
    "sex": "M",
    "address": {"line1": "4 Moorgate Grove", "postcode": "S60 3BX"},
}


def without(*, brother: bool = False, sister: bool = True, **more: Any) -> Change:
    """SAMPLE-025 as somebody writes it who does not know of the conflict; with the brother, or about him alone."""

    def change(document: Any) -> None:
        del document["restriction"]
        document.update(more)
        document["children"] = [*(document["children"] if sister else []), *([BROTHER] if brother else [])]

    return change


def barred(*subject_ids: int) -> set[str]:
    return set(db.session.scalars(sa.select(Bar.principal).where(Bar.subject_id.in_(subject_ids))))


def central() -> set[str]:
    return {f"team:{team_id('central')}", f"lead:{team_id('central')}"}


def case_of(first: str) -> Case:
    """The case of Poppy or of Max."""
    born = {"Poppy": date(2019, 8, 8), "Max": date(2021, 2, 3)}[first]
    return db.session.scalars(
        sa.select(Case).join(Person, Person.id == Case.person_id).where(Person.born_on == born)
    ).one()


def refused(referral_id: int, message: str, **more: Any) -> set[str]:
    with pytest.raises(Invalid, match=message) as error:
        agree(referral_id, **more)
    db.session.rollback()
    return set(error.value.problems)


def test_the_next_referral_of_the_child_is_kept_from_the_same_team(app: Flask, friday: datetime) -> None:
    decide("SAMPLE-025", "no_further_action")
    again = receive("SAMPLE-025", number="again", change=without())
    assert barred(again.id) == central()
    propose(again.id, "assessment")
    assert refused(again.id, "must not see this referral") == {"team_locality"}
    assert refused(again.id, "Choose the team", teams={"locality": team_id("central")}) == {"team_locality"}
    agree(again.id, teams={"locality": team_id("south")})
    case = case_of("Poppy")
    members = db.session.scalars(sa.select(FamilyMember.person_id).where(FamilyMember.family_id == case.family_id))
    for subject_id in (case.id, case.family_id, *members):
        assert barred(subject_id) == central()


def test_a_conflict_that_comes_while_another_referral_waits_counts_there_too(app: Flask, friday: datetime) -> None:
    waiting = receive("SAMPLE-025", number="waiting", change=without())
    propose(waiting.id, "assessment")
    decide("SAMPLE-025", "no_further_action")
    assert refused(waiting.id, "must not see this referral") == {"team_locality"}
    agree(waiting.id, teams={"locality": team_id("north")})
    assert barred(case_of("Poppy").id) == barred(waiting.id) == central()


def test_a_barred_team_can_t_be_chosen_where_no_address_leads_to_it(app: Flask, friday: datetime) -> None:
    def nowhere(document: Any) -> None:
        document["children"][0]["address"] = None

    made = receive("SAMPLE-025", change=nowhere)
    propose(made.id, "assessment")
    assert refused(made.id, "Choose the team", teams={"locality": team_id("central")}) == {"team_locality"}


def test_a_new_brother_s_case_stays_away_too(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-025")
    propose(made.id, "assessment")
    agree(made.id, teams={"locality": team_id("north")})
    both = receive("SAMPLE-025", number="both", change=without(brother=True))
    propose(both.id, "open_case", "assessment")
    assert refused(both.id, "must not see this referral") == {"team_locality"}
    agree(both.id, teams={"locality": team_id("north")})
    case = case_of("Max")
    assert case.family_id == case_of("Poppy").family_id
    assert barred(case.id) == barred(case.person_id) == central()
    assert barred(receive("SAMPLE-025", number="he", change=without(brother=True, sister=False)).id) == central()


def test_a_brother_with_the_barred_team_shows_nothing_of_her(app: Flask, friday: datetime) -> None:
    alone = receive("SAMPLE-025", number="he", change=without(brother=True, sister=False))
    propose(alone.id, "assessment")
    agree(alone.id)
    his = case_of("Max")
    both = receive("SAMPLE-025", change=lambda document: document["children"].append(BROTHER))
    propose(both.id, "assessment", "no_further_action")
    agree(both.id, teams={"locality": team_id("north")})
    hers = case_of("Poppy")
    assert hers.family_id == his.family_id
    page = get_case_page(someone("central.manager"), his.id)
    assert {child.first_name for child in page.siblings} == {"Max"}
    assert {person.name for person in page.family if person.is_child} == {"Max Harrison"}
    seen = list_family(someone("north.manager"), his.family_id)
    assert {person.name for person in seen if person.is_child} == {"Poppy Harrison", "Max Harrison"}


def test_a_brother_referred_with_her_in_the_household_stays_away_too(app: Flask, friday: datetime) -> None:
    decide("SAMPLE-025", "no_further_action")
    household = [{"name": "Poppy Harrison", "date_of_birth": "2019-08-08", "relationship": "sister"}]
    alone = receive("SAMPLE-025", number="he", change=without(brother=True, sister=False, household=household))
    assert barred(alone.id) == central()


def test_an_open_case_with_the_barred_team_takes_no_note_before_it_has_moved(app: Flask, friday: datetime) -> None:
    first = receive("SAMPLE-025", number="first", change=without())
    propose(first.id, "assessment")
    agree(first.id)
    case_id = case_of("Poppy").id
    again = receive("SAMPLE-025")
    assert get_hub_page(someone("mash.manager"), again.id).barred_teams == {team_id("central")}
    with pytest.raises(Invalid, match="held by a team that must not see this referral: move the case first"):
        propose(again.id, "open_case")
    db.session.rollback()
    assert db.session.scalars(sa.select(Task)).all() == [] and barred(case_id) == set()
    with transaction():
        move_custody(
            someone("mash.manager"), case_ids=[case_id], to_team_id=team_id("north"), lead_professional_id=None,
            lead_role="worker", end_reason="changed",
        )  # fmt: skip
    propose(again.id, "open_case")
    agree(again.id)
    assert len(db.session.scalars(sa.select(Task)).all()) == 1
    case = case_of("Poppy")
    assert barred(case.id) == barred(case.person_id) == central()


def test_the_decision_asks_again_where_the_open_case_is(app: Flask, friday: datetime) -> None:
    first = receive("SAMPLE-025", number="first", change=without())
    propose(first.id, "assessment")
    agree(first.id)
    case_id = case_of("Poppy").id
    second = receive("SAMPLE-025", number="second", change=without())
    propose(second.id, "open_case")
    restricted = receive("SAMPLE-025")
    (field,) = refused(second.id, "move the case first")
    assert field.startswith("outcome_")
    propose(restricted.id, "no_further_action", history_weighed="The conflict is new")
    agree(restricted.id)
    # Who holds the case goes on holding it, whole, until somebody has moved it.
    assert barred(case_id) == set()
    assert get_case_page(someone("central.manager"), case_id).family[0].name == "Poppy Harrison"
    holding = sa.select(Custody.team_id).where(Custody.case_id == case_id, Custody.to_at.is_(None))
    assert db.session.scalars(holding).all() == [team_id("central")]


@pytest.mark.parametrize("state", ["proposed", "agreed"])
def test_whoever_is_kept_from_one_reads_none_of_what_was_decided_about_all(
    app: Flask, friday: datetime, state: str
) -> None:
    made = arrive("SAMPLE-001", "SAMPLE-002")
    together(made, "no_further_action", reasons="SECRET reason", history_weighed="SECRET history")
    if state == "agreed":
        told = {made[1].id: "SECRET message"}
        agreed = Answer("agree", {}, message="m", messages=told, family_message="SECRET letter to the family")
        answer(made[0].id, agreed, by="mash.manager")
    with transaction():
        bar(f"user:{someone('mash.manager2').user_id}", subject_id=made[1].id, reason="kin")
    db.session.rollback()
    client = sign_in(app, "mash.manager2")
    for path in ("", "/decision", "/print", "/letter", "/family-letter"):
        page = client.get(f"/referrals/{made[0].reference}{path}")
        assert page.status_code < 500 and "SECRET" not in page.text, path
    if state == "agreed":
        assert page.status_code == 403


def knows_them(who: str) -> Change:
    """The form says that somebody of ours knows the family."""

    def change(document: Any) -> None:
        document["protected_information"] = {"works_here": who}

    return change


def marks_of(referral_id: int) -> list[InputMark]:
    query = sa.select(InputMark).where(InputMark.referral_id == referral_id, InputMark.code.like("knows_them%"))
    return list(db.session.scalars(query))


def test_whoever_is_named_as_knowing_the_family_is_kept_from_the_record(app: Flask, friday: datetime) -> None:
    """The form promises it: "we keep the record from them". From the referral at once, from the case afterwards."""
    made = receive("SAMPLE-001", change=knows_them("her aunt is LEAH DAWSON, north team"))
    assert barred(made.id) == {f"user:{someone('north.worker').user_id}"}
    [mark] = marks_of(made.id)
    assert "kept from Leah Dawson" in mark.message
    propose(made.id, "assessment")
    agree(made.id)
    case_id = db.session.scalars(sa.select(Case.id).where(Case.referral_id == made.id)).first()
    assert case_id is not None and barred(case_id) == barred(made.id)


def test_whose_name_nobody_has_is_found_out_by_the_hub(app: Flask, friday: datetime) -> None:
    made = receive("SAMPLE-001", change=knows_them("an uncle, Dawson or so"))
    [mark] = marks_of(made.id)
    assert "kept from nobody yet" in mark.message and barred(made.id) == set()
    with transaction():
        settle_mark(someone("mash.worker"), referral_id=made.id, mark_id=mark.id, words_given="It is Leah Dawson.")
    assert barred(made.id) == {f"user:{someone('north.worker').user_id}"}
    for nobody in ("No", "not known", "none."):
        assert marks_of(receive("SAMPLE-001", number=nobody, change=knows_them(nobody)).id) == []


def test_a_sender_who_knows_the_family_keeps_their_own_referral(app: Flask, friday: datetime) -> None:
    school = someone("school")
    document = copy.deepcopy(SAMPLES["SAMPLE-001"])
    knows_them(f"I do: {school.name}")(document)
    with transaction():
        made = receive_referral(school, document=document, received_at=friday, mode="form")
    assert barred(made.id) == set() and "kept from nobody yet" in marks_of(made.id)[0].message
