"""An open case has exactly one accountable team at every instant, and one lead at most."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.access.queries import list_reach
from caseapp.cases import commands as cases
from caseapp.cases.models import Custody, Involvement
from caseapp.cases.queries import family_cases
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from tests.factories import a_case, give, someone, team_id

Find = Callable[[str], Actor]


def running(model: type, case_id: int) -> list[object]:
    return list(db.session.scalars(sa.select(model).where(model.case_id == case_id, model.to_at.is_(None))))


def test_a_case_opens_with_a_team_and_without_a_worker(app: Flask, friday: object) -> None:
    family = a_case(children=2)

    rows = family_cases(family.id)

    assert [row.name for row in rows] == ["Ellie Marsden", "Jake Marsden"]
    assert {(row.team_name, row.lead_name, row.level_words) for row in rows} == {("North locality", None, "Assessment")}


def test_a_child_has_one_open_case(app: Flask, friday: object) -> None:
    family = a_case()
    with pytest.raises(OutOfOrder, match="already has an open case"):
        cases.open_case(
            None,
            person_id=family.person_ids[0],
            family_id=family.id,
            referral_id=family.referral_id,
            received_at=friday,
            level="assessment",
            team_id=team_id("north"),
            episode_kind="child_in_need",
        )


def test_a_team_that_may_not_hold_cases_is_refused(app: Flask, friday: object) -> None:
    with pytest.raises(ValueError, match="accountable"):
        a_case(team="wath_desk")
