"""What all commands about a plan ask first: the row held until the end, its open children, a day as a moment."""

from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound, OutOfOrder
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import day
from caseapp.plans.catalogue import KINDS
from caseapp.plans.models import Plan, PlanChild


def lock_plan(plan_id: int) -> Plan:
    """The plan, held until the end of the request: whoever comes second sees what the first one did. Raises NotFound,
    OutOfOrder when it has ended."""
    row = db.session.get(Plan, plan_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    if row.ended_on is not None:
        raise OutOfOrder(f"The {KINDS[row.kind].words} ended on {day(row.ended_on)}. Nothing in it changes any more.")
    return row


def open_cases(plan_id: int) -> list[int]:
    """The cases of the children who are on the plan now."""
    return [row.case_id for row in fetch(_OPEN, {"plan": plan_id})]


_OPEN = (
    sa.select(PlanChild.case_id)
    .where(PlanChild.plan_id == sa.bindparam("plan"), PlanChild.to_on.is_(None))
    .order_by(PlanChild.case_id)
)


def moment_of(on: date) -> datetime:
    """A day alone as a moment: noon, and of today no later than now."""
    noon = datetime.combine(on, time(12), clock.LONDON).astimezone(UTC)
    return min(noon, clock.now())


def words_of(value: str | None) -> str:
    """What somebody wrote, fit to be kept; "" for nothing to read."""
    kept, _ = clean(value or "")
    return "" if is_blank(kept) else kept.strip()


def find_once(model: Any, once_key: str) -> Any:
    """The row that an earlier press of the same form made; None if there is none."""
    return db.session.scalar(sa.select(model).where(model.once_key == once_key))
