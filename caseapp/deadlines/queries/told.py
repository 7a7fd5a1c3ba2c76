"""Why things are late, in the words given, and what a council has decided about rules and days."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.accounts.queries import user_name_of, user_names
from caseapp.deadlines.catalogue import LATE_REASONS, PUBLISHED
from caseapp.deadlines.domain import UNIT_WORDS, PolicyChange, how_many, long_day
from caseapp.deadlines.models import LateReason, PolicyDecision
from caseapp.kernel.db import BigId, db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.web import when

from .clocks import ClockView, get_clock
from .policy import current_policy

SOMEBODY = "Somebody"
# More than any number of a row.
MOST = 2**63 - 1


@dataclass(frozen=True)
class LateView:
    """One reason why a clock is late: the code's words and the writer's, who gave it, and the manager who authorised
    it, or sent it back with a question."""

    id: int
    reason: str
    words: str
    given_by: str
    given_by_id: int
    given_at: datetime
    authorised_by: str | None
    authorised_at: datetime | None
    sent_back_by: str | None = None
    sent_back_at: datetime | None = None
    question: str | None = None

    @property
    def waits(self) -> bool:
        """Whether no manager has answered it yet."""
        return self.authorised_at is None and self.sent_back_at is None

    @property
    def answered_words(self) -> str:
        """Who answered it and when: "Authorised by Ruth Hallam, today 10:04"; "" while it waits."""
        if self.sent_back_at is not None:
            return f"Sent back by {self.sent_back_by}, {when(self.sent_back_at)}"
        return f"Authorised by {self.authorised_by}, {when(self.authorised_at)}" if self.authorised_at else ""


def late_reasons_of(clock_ids: Collection[int]) -> dict[int, list[LateView]]:
    """The reasons given for these clocks, the first first; a clock without any has no key. One statement."""
    if not clock_ids:
        return {}
    rows = fetch(_REASONS, {"clock_ids": list(clock_ids)})
    found: dict[int, list[LateView]] = defaultdict(list)
    for row in rows:
        found[row.clock_id].append(
            LateView(
                row.id,
                LATE_REASONS.get(row.reason, row.reason),
                row.words,
                row.given_by or SOMEBODY,
                row.given_by_id,
                row.given_at,
                (row.authorised_by or SOMEBODY) if row.authorised_at else None,
                row.authorised_at,
                (row.sent_back_by or SOMEBODY) if row.sent_back_at else None,
                row.sent_back_at,
                row.question,
            )
        )
    return dict(found)


def get_late_reason(subject_id: int, late_id: int) -> tuple[ClockView, LateView]:
    """One reason with the clock it is about. Raises NotFound for another subject's. Three statements."""
    clock_id = db.session.scalar(sa.select(LateReason.clock_id).where(LateReason.id == late_id))
    if clock_id is None:
        raise NotFound
    view = get_clock(subject_id, clock_id)
    return view, next(one for one in late_reasons_of([clock_id])[clock_id] if one.id == late_id)


@dataclass(frozen=True)
class DecisionView:
    """One decision about rules and days: what it says, who made it, how many clocks it moved, and whether it still
    holds (no later one is about the same day or rule)."""

    version: int
    kind: str
    words: str
    source: str
    made_by: str
    made_at: datetime
    moved: int
    holds: bool


def list_decisions(*, before: int | None = None, limit: int = 1000) -> list[DecisionView]:
    """What this council has decided, the last first; `before`: those made before that one. Three statements."""
    rows = fetch(_DECISIONS, {"before": before or MOST, "limit": limit})
    names = user_names({row.made_by_id for row in rows})
    policy = current_policy()
    return [
        DecisionView(
            row.id,
            row.kind,
            decision_words(row),
            row.source,
            names.get(row.made_by_id, SOMEBODY),
            row.made_at,
            row.moved,
            policy.holds(row.id),
        )
        for row in rows
    ]


def get_decision(number: int) -> DecisionView:
    """One decision. Raises NotFound for one that there is not. Three statements."""
    found = list_decisions(before=number + 1, limit=1) if 0 < number < MOST else []
    if not found or found[0].version != number:
        raise NotFound
    return found[0]


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
        LateReason.authorised_at,
        LateReason.sent_back_at,
        LateReason.question,
        user_name_of(LateReason.given_by_id).label("given_by"),
        user_name_of(LateReason.authorised_by_id).label("authorised_by"),
        user_name_of(LateReason.sent_back_by_id).label("sent_back_by"),
    )
    .where(LateReason.clock_id.in_(sa.bindparam("clock_ids", expanding=True)))
    .order_by(LateReason.id)
)
_DECISIONS = (
    sa.select(*(column for column in PolicyDecision.__table__.columns))
    .where(PolicyDecision.id < sa.bindparam("before", type_=BigId))
    .order_by(PolicyDecision.id.desc())
    .limit(sa.bindparam("limit"))
)
