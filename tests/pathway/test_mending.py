"""History that breaks census rules is taken in and listed, until it is mended; what people type is refused."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.cases.commands import record_dated_event
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.pathway import commands as pathway
from caseapp.pathway.queries.mending import list_to_mend
from caseapp.people import commands as people
from caseapp.people.models import Person
from tests.conftest import FRIDAY
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    everyone_told,
    propose_step_down,
    reference_of,
    someone,
    start_an_assessment,
)
from tests.helpers.statements import count_statements

REFERRED = FRIDAY - timedelta(days=30)


def family(**more: object) -> AFamily:
    with clock.at(REFERRED):
        return a_case(received_at=REFERRED, worker="north.worker", **more)  # type: ignore[arg-type]


def asked(actor: Actor, **more: str) -> set[tuple[str, str]]:
    return {(row.case, row.rule.number) for row in list_to_mend(actor, **more).rows}


def imported(of: AFamily) -> None:
    """As another system had it: an assessment before the referral, without factors."""
    number = an_authorised_assessment(of)
    db.session.execute(
        sa.text("UPDATE assessment SET started_at = :at WHERE id = :it").bindparams(
            sa.bindparam("at", REFERRED - timedelta(days=9), type_=sa.DateTime(timezone=True))
        ),
        {"it": number},
    )
    db.session.execute(sa.text("UPDATE assessment_child SET factors = '[]'"))


def test_what_was_imported_is_listed_by_rule_and_gone_when_it_is_mended(app: Flask, friday: object) -> None:
    of = family()
    imported(of)
    manager = someone("north.manager")
    assert asked(manager) == {(of.reference, number) for number in ("1103", "8897Q", "4220", "8540")}
    assert asked(manager, number="1103") == {(of.reference, "1103")}
    assert asked(manager, team="Nobody") == set()
    people.correct_facts(
        manager,
        person_id=of.person_ids[0],
        facts={"ethnicity": "WBRI"},
        disabilities=["NONE"],
        said_by="Her mother",
        version=db.session.get_one(Person, of.person_ids[0]).version,
    )
    db.session.execute(sa.text("UPDATE assessment_child SET factors = '[\"16A\"]'"))
    assert asked(manager) == {(of.reference, "1103")}
    page = list_to_mend(manager)
    assert [(rule.number, count) for rule, count in page.by_rule] == [("1103", 1)]
    assert (page.collection.name, page.collection.checked) == ("2026-27", False)


def test_each_manager_reads_of_their_own_team_and_the_head_of_all(app: Flask, friday: object) -> None:
    north, central = family(), None
    with clock.at(REFERRED):
        central = a_case(name="Garner", team="central", received_at=REFERRED)
    assert {case for case, _ in asked(someone("north.manager"))} == {north.reference}
    assert {case for case, _ in asked(someone("central.manager"))} == {central.reference}
    assert {case for case, _ in asked(someone("head"))} == {north.reference, central.reference}
    page = list_to_mend(someone("head"))
    assert [name for name, _ in page.by_team] == ["Central locality", "North locality"] and not page.opens


def test_a_linked_record_of_another_team_is_not_named_to_this_one(app: Flask, friday: object) -> None:
    north = family()
    with clock.at(REFERRED):
        central = a_case(name="Garner", team="central", received_at=REFERRED)
    people.say_whether_same(
        someone("mash.manager"), north.person_ids[0], central.person_ids[0], answer="same", words="One number."
    )
    for manager, foreign in (("north.manager", central), ("central.manager", north)):
        assert foreign.reference not in {case for case, _ in asked(someone(manager))}


def test_the_page_costs_the_same_for_many_children(
    browser: Callable[[str], FlaskClient], bare_app: Flask, friday: object
) -> None:
    with bare_app.app_context(), transaction():
        for children in (1, 3):
            family(name=f"Marsden {children}", children=children)
    client = browser("north.manager")
    with count_statements(bare_app) as statements:
        page = client.get("/pathway/mend")
    assert page.status_code == 200 and "not checked against the specification" in page.text
    assert len(statements) <= 8, statements


# ---------------------------------------------------------------- refused where it is typed


def correct(of: AFamily, **facts: object) -> None:
    person = db.session.get_one(Person, of.person_ids[0])
    people.correct_facts(
        someone("north.worker"), person_id=person.id, facts=facts, said_by="Her mother", version=person.version
    )


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"born_on": None}, "born_on"),
        ({"born_on": None, "expected_on": date(2027, 1, 1)}, "sex"),
        ({"born_on": None, "expected_on": date(2027, 9, 1), "sex": "U"}, "expected_on"),
    ],
)
def test_facts_that_break_a_rule_are_refused_at_their_field(
    app: Flask, friday: object, facts: dict[str, object], field: str
) -> None:
    of = family()
    with pytest.raises(Invalid) as refused:
        correct(of, **facts)
    assert field in refused.value.problems
    correct(of, born_on=date(2017, 3, 10))


@pytest.mark.parametrize("kind", ["s47.began", "conference.initial_held", "plan.cp_began"])
def test_nothing_is_dated_before_the_referral(app: Flask, friday: object, kind: str) -> None:
    of = family()

    def tell(days: int) -> None:
        record_dated_event(
            someone("north.worker"),
            case_ids=of.case_ids,
            kind=kind,
            happened_at=REFERRED + timedelta(days=days),
            who="Jo Field",
            words="Held.",
            once_key=f"key {days}",
        )

    with pytest.raises(Invalid) as refused:
        tell(-1)
    assert "before the day the referral came" in refused.value.problems["happened_at"]
    tell(0)


def test_after_an_enquiry_a_case_does_not_close_as_no_further_action(app: Flask, friday: object) -> None:
    of = family()
    an_authorised_assessment(of)
    record_dated_event(
        someone("north.worker"),
        case_ids=of.case_ids,
        kind="s47.began",
        happened_at=REFERRED + timedelta(days=3),
        who="Jo Field",
        words="Held.",
        once_key="s47",
    )
    with pytest.raises(Invalid) as refused:
        pathway.close_family_cases(
            someone("north.manager"),
            case_id=of.case_id,
            versions=of.versions,
            reason="RC8",
            words="All were told.",
            told=everyone_told(of),
            settled=True,
        )
    assert "can’t be the reason" in refused.value.problems["reason"]


def test_a_step_down_after_an_enquiry_says_that_services_ended(app: Flask, friday: object) -> None:
    of = family()
    an_authorised_assessment(of)
    record_dated_event(
        someone("north.worker"),
        case_ids=of.case_ids,
        kind="s47.began",
        happened_at=REFERRED + timedelta(days=3),
        who="Jo Field",
        words="Held.",
        once_key="s47",
    )
    handover = propose_step_down(of)
    pathway.agree_handover(someone("north.manager"), handover_id=handover)
    pathway.accept_handover(someone("familyhelp.north"), handover_id=handover)
    codes = db.session.execute(sa.text("SELECT closure_code FROM episode WHERE kind = 'child_in_need'"))
    assert codes.scalar_one() == "RC7"


def test_a_family_is_not_taken_on_while_an_assessment_is_being_written(app: Flask, friday: object) -> None:
    of = family()
    an_authorised_assessment(of)
    handover = propose_step_down(of)
    pathway.agree_handover(someone("north.manager"), handover_id=handover)
    with clock.at(FRIDAY + timedelta(days=3)):
        assert reference_of(start_an_assessment(of))
        with pytest.raises(OutOfOrder, match="An assessment is being written"):
            pathway.accept_handover(someone("familyhelp.north"), handover_id=handover)
