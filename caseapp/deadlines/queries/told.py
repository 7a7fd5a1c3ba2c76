"""Why things are late, in the words given, and what a council has decided about rules and days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.accounts.queries import user_names
from caseapp.deadlines.catalogue import LATE_REASONS, PUBLISHED
from caseapp.deadlines.domain import UNIT_WORDS, PolicyChange, how_many, long_day
from caseapp.deadlines.models import LateReason, PolicyDecision
from caseapp.kernel.db import fetch

SOMEBODY = "Somebody"


@dataclass(frozen=True)
class LateView:
    """One reason why a clock is late: the code's words and the writer's, who gave it, and who authorised it."""

    id: int
    reason: str
    words: str
    given_by: str
    given_by_id: int
    given_at: datetime
    authorised_by: str | None
    authorised_at: datetime | None


def late_reasons_of(clock_ids: Collection[int]) -> dict[int, list[LateView]]:
    """The reasons given for these clocks, the first first; a clock without any has no key. Two statements."""
    if not clock_ids:
        return {}
    rows = fetch(_REASONS, {"clock_ids": list(clock_ids)})
    names = user_names({row.given_by_id for row in rows} | {row.authorised_by_id for row in rows} - {None})
    found: dict[int, list[LateView]] = defaultdict(list)
    for row in rows:
        found[row.clock_id].append(
            LateView(
                row.id,
                LATE_REASONS.get(row.reason, row.reason),
                row.words,
                names.get(row.given_by_id, SOMEBODY),
                row.given_by_id,
                row.given_at,
                names.get(row.authorised_by_id, SOMEBODY) if row.authorised_by_id else None,
                row.authorised_at,
            )
        )
    return dict(found)


@dataclass(frozen=True)
class DecisionView:
    """One decision about rules and days: what it says, who made it, and how many clocks it moved."""

    version: int
    words: str
    source: str
    made_by: str
    made_at: datetime
    moved: int


def list_decisions() -> list[DecisionView]:
    """What this council has decided, the last first. Two statements."""
    rows = fetch(_DECISIONS)
    names = user_names({row.made_by_id for row in rows})
    return [
        DecisionView(
            row.id,
            decision_words(row),
            row.source,
            names.get(row.made_by_id, SOMEBODY),
            row.made_at,
            row.moved,
        )
        for row in rows
    ]


def decision_words(row: PolicyChange) -> str:
    """A decision in a sentence: 'Monday 18 January 2027 is a bank holiday: A day of thanks'. One that was made, or one
    that is only looked at."""
    if row.day is not None:
        what = "a bank holiday" if row.kind == "bank_holiday" else "a day on which our offices are shut"
        return (
            f"{long_day(row.day)} is {what}: {row.words}" if row.words else f"{long_day(row.day)} is no longer {what}"
        )
    rule = next(iter(PUBLISHED.rows(row.rule)), None)
    name = rule.words if rule else row.rule
    since = f"from {long_day(row.in_force_from)}" if row.in_force_from else ""
    if rule is None or row.length is None:
        return f"{name}: as the catalogue has it, {since}"
    counted = {"local": ", by the days on which our offices are open", "hub_hours": ", by the hub’s hours"}
    return f"{name}: {how_many(row.length, UNIT_WORDS[rule.unit])}{counted.get(row.calendar or '', '')}, {since}"


_REASONS = (
    sa.select(
        LateReason.id,
        LateReason.clock_id,
        LateReason.reason,
        LateReason.words,
        LateReason.given_by_id,
        LateReason.given_at,
        LateReason.authorised_by_id,
        LateReason.authorised_at,
    )
    .where(LateReason.clock_id.in_(sa.bindparam("clock_ids", expanding=True)))
    .order_by(LateReason.id)
)
_DECISIONS = sa.select(*(column for column in PolicyDecision.__table__.columns)).order_by(PolicyDecision.id.desc())
