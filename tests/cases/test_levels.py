"""The pathway table, and the statutory stretches inside a case."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.cases import commands as cases
from caseapp.cases.catalogue import EPISODES
from caseapp.cases.domain import FACTS, LEVELS, NO_CASE, STEPS, WHO, Step, refusal
from caseapp.cases.models import Case, Episode
from caseapp.deadlines.catalogue import RULES
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from caseapp.referrals.domain.hub import OUTCOME_RULES
from tests.factories import a_case, someone

ALL = dict.fromkeys(FACTS, 1)
SOCIAL, HELP, HUB = "locality_manager", "family_help_manager", "hub_manager"
HANDED = {"reasons", "consent", "lead", "agreed", "handover"}
CLOSED = {"told", "nothing_open"}

# from, to, what has to be on record, who takes it (domain 2.2; model.md 1)
PATHWAY = [
    ("", "assessment", {"decision"}, {HUB}),
    ("", "strategy_discussion", {"decision"}, {HUB}),
    ("", "focused_family_help", {"decision", "consent", "lead", "handover"}, {HELP}),
    ("assessment", "child_in_need", {"assessment"}, {SOCIAL}),
    ("assessment", "universal", {"assessment", *CLOSED}, {SOCIAL}),
    ("assessment", "focused_family_help", {"assessment", *HANDED}, {HELP}),
    ("assessment", "specialist_family_help", {"assessment", *HANDED}, {HELP}),
    ("assessment", "strategy_discussion", {"decision"}, {SOCIAL}),
    ("strategy_discussion", "child_in_need", {"assessment"}, {SOCIAL}),
    ("strategy_discussion", "universal", {"assessment", *CLOSED}, {SOCIAL}),
    ("strategy_discussion", "focused_family_help", {"assessment", *HANDED}, {HELP}),
    ("strategy_discussion", "specialist_family_help", {"assessment", *HANDED}, {HELP}),
    ("child_in_need", "focused_family_help", HANDED, {HELP}),
    ("child_in_need", "specialist_family_help", HANDED, {HELP}),
    ("child_in_need", "strategy_discussion", {"decision"}, {SOCIAL}),
    ("child_in_need", "universal", CLOSED, {SOCIAL}),
    ("focused_family_help", "specialist_family_help", {"reasons"}, {"family_help_worker", HELP}),
    ("specialist_family_help", "focused_family_help", {"reasons"}, {"family_help_worker", HELP}),
    ("focused_family_help", "assessment", {"decision", "reasons", "handover"}, {SOCIAL}),
    ("specialist_family_help", "assessment", {"decision", "reasons", "handover"}, {SOCIAL}),
    ("focused_family_help", "strategy_discussion", {"decision", "reasons", "handover"}, {SOCIAL}),
    ("specialist_family_help", "strategy_discussion", {"decision", "reasons", "handover"}, {SOCIAL}),
    ("focused_family_help", "universal", CLOSED, {HELP, HUB}),
    ("specialist_family_help", "universal", CLOSED, {HELP, HUB}),
]


def test_the_table_holds_these_steps_and_no_other() -> None:
    assert sorted((step.old, step.new, sorted(step.facts), sorted(step.roles)) for step in STEPS) == sorted(
        (old, new, sorted(facts), sorted(roles)) for old, new, facts, roles in PATHWAY
    )


@pytest.mark.parametrize(("old", "new", "facts", "roles"), PATHWAY)
def test_a_step_needs_every_fact_and_the_right_person(old: str, new: str, facts: set[str], roles: set[str]) -> None:
    for role in WHO:
        refused = refusal(old, new, ALL, {role})
        assert (refused is None) == (role in roles)
        assert refused is None or refused.startswith("Only ")
    for missing in facts:
        assert refusal(old, new, {**ALL, missing: None}, roles) == FACTS[missing].missing


def test_a_step_that_is_not_in_the_table_is_refused_in_words() -> None:
    possible = {(old, new) for old, new, _, _ in PATHWAY}
    for old in ("", *LEVELS):
        for new in LEVELS:
            if (old, new) not in possible:
                assert "does not follow" in (refusal(old, new, ALL, set(WHO)) or "")
    assert refusal("assessment", "mars", ALL, {SOCIAL}) == "There is no such level."


@pytest.mark.parametrize("step", STEPS, ids=lambda step: f"{step.old or 'contact'}-{step.new}")
def test_each_row_names_people_clocks_and_episodes_that_there_are(step: Step) -> None:
    assert {*step.proposes, *step.agrees, *step.roles} <= set(WHO)
    assert step.proposes and step.roles
    assert {*step.starts, *step.stops} <= {rule.key for rule in RULES if rule.subject_kind == "case"}
    assert {step.opens, step.closes} <= {"", *EPISODES}


def test_what_the_hub_may_decide_are_the_rows_that_begin_from_a_contact() -> None:
    opened = {rule.level for rule in OUTCOME_RULES.values() if rule.opens_case}
    assert opened == {step.new for step in STEPS if step.old == NO_CASE}


def level_of(case_id: int) -> str | None:
    return db.session.scalar(sa.select(Case.level).where(Case.id == case_id))


def test_the_level_changes_when_the_table_agrees(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")

    cases.change_level(someone("north.manager"), family.case_id, "child_in_need", {"assessment": 5})

    assert level_of(family.case_id) == "child_in_need"


@pytest.mark.parametrize(
    ("login", "to", "facts", "words"),
    [
        ("north.manager", "child_in_need", {}, "An authorised assessment comes first."),
        ("north.manager", "focused_family_help", {"assessment": 5}, "The receiving team has to accept"),
        ("north.worker", "child_in_need", {"assessment": 5}, "Only the social work team’s manager"),
        ("familyhelp.north", "child_in_need", {"assessment": 5}, "Only the social work team’s manager"),
        ("north.manager", "assessment", {}, "does not follow"),
    ],
)
def test_a_level_out_of_order_changes_nothing(
    app: Flask, friday: datetime, login: str, to: str, facts: dict[str, object], words: str
) -> None:
    family = a_case()
    with pytest.raises(OutOfOrder, match=words):
        cases.change_level(someone(login), family.case_id, to, facts)
    assert level_of(family.case_id) == "assessment"


def test_an_episode_ends_with_its_code_and_the_next_may_begin(app: Flask, friday: datetime) -> None:
    family = a_case()

    cases.close_episode(family.case_id, "child_in_need", "RC9", date(2026, 11, 20))
    cases.open_episode(family.case_id, "family_help", date(2026, 11, 20))

    rows = db.session.execute(sa.select(Episode.kind, Episode.closure_code).order_by(Episode.id)).all()
    assert [tuple(row) for row in rows] == [("child_in_need", "RC9"), ("family_help", None)]


def test_at_most_one_episode_of_a_kind_is_open_and_a_closed_one_stays_closed(app: Flask, friday: datetime) -> None:
    family = a_case()
    with pytest.raises(OutOfOrder, match="open for this child already"):
        cases.open_episode(family.case_id, "child_in_need", date(2026, 11, 20))
    with pytest.raises(OutOfOrder, match="not open for this child"):
        cases.close_episode(family.case_id, "family_help", "RC7", date(2026, 11, 20))
    with pytest.raises(ValueError, match="closure code"):
        cases.close_episode(family.case_id, "child_in_need", "RC99", date(2026, 11, 20))
