"""The pathway table, and the statutory stretches inside a case."""

from datetime import date, datetime

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.cases import commands as cases
from caseapp.cases.domain import FACTS, LEVELS, STEPS, refusal
from caseapp.cases.models import Case, Episode
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from tests.factories import a_case, someone

ALL = dict.fromkeys(FACTS, 1)

# from, to, what has to be known, whether a worker may
PATHWAY = [
    ("assessment", "child_in_need", {"assessment"}, False),
    ("assessment", "universal", {"assessment"}, False),
    ("assessment", "focused_family_help", {"handover"}, False),
    ("assessment", "specialist_family_help", {"handover"}, False),
    ("assessment", "strategy_discussion", {"decision"}, False),
    ("strategy_discussion", "child_in_need", {"assessment"}, False),
    ("strategy_discussion", "universal", {"assessment"}, False),
    ("strategy_discussion", "focused_family_help", {"handover"}, False),
    ("strategy_discussion", "specialist_family_help", {"handover"}, False),
    ("child_in_need", "focused_family_help", {"handover"}, False),
    ("child_in_need", "specialist_family_help", {"handover"}, False),
    ("child_in_need", "strategy_discussion", {"decision"}, False),
    ("focused_family_help", "specialist_family_help", set(), True),
    ("specialist_family_help", "focused_family_help", set(), True),
    ("focused_family_help", "assessment", {"decision"}, False),
    ("specialist_family_help", "assessment", {"decision"}, False),
    ("focused_family_help", "strategy_discussion", {"decision"}, False),
    ("specialist_family_help", "strategy_discussion", {"decision"}, False),
    ("focused_family_help", "universal", set(), False),
    ("specialist_family_help", "universal", set(), False),
]


def test_the_table_holds_these_steps_and_no_other() -> None:
    assert sorted((step.old, step.new, sorted(step.facts), "worker" in step.roles) for step in STEPS) == sorted(
        (old, new, sorted(facts), worker) for old, new, facts, worker in PATHWAY
    )


@pytest.mark.parametrize(("old", "new", "facts", "worker"), PATHWAY)
def test_a_step_needs_every_fact_and_the_right_person(old: str, new: str, facts: set[str], worker: bool) -> None:
    assert refusal(old, new, ALL, {"manager"}) is None
    assert (refusal(old, new, ALL, {"worker"}) is None) == worker
    for missing in facts:
        assert refusal(old, new, {**ALL, missing: None}, {"manager"}) == FACTS[missing]


def test_a_step_that_is_not_in_the_table_is_refused_in_words() -> None:
    possible = {(old, new) for old, new, _, _ in PATHWAY}
    for old in LEVELS:
        for new in LEVELS:
            if (old, new) not in possible:
                assert "does not follow" in (refusal(old, new, ALL, {"manager"}) or "")
    assert refusal("assessment", "mars", ALL, {"manager"}) == "There is no such level."


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
        ("north.worker", "child_in_need", {"assessment": 5}, "Only the manager"),
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
