"""Exit surveys: of one plan, and of all. The average never comes without how many were asked and answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.plans.domain import Rated
from caseapp.plans.models import ExitSurvey

LASTS = timedelta(days=7)


@dataclass(frozen=True)
class SurveyRow:
    """Whether the family of a plan was asked, and has answered. What they said is not shown here."""

    made_at: datetime
    answered_at: datetime | None
    ended: bool

    @property
    def until_at(self) -> datetime:
        """Until when the link works."""
        return self.made_at + LASTS

    @property
    def waits(self) -> bool:
        """Whether the link still works."""
        return self.answered_at is None and not self.ended and clock.now() < self.until_at


_OF_PLAN = (
    sa.select(ExitSurvey.made_at, ExitSurvey.answered_at, ExitSurvey.ended_at.is_not(None))
    .where(ExitSurvey.plan_id == sa.bindparam("plan", type_=sa.BigInteger()), ExitSurvey.replaced.is_(False))
    .order_by(ExitSurvey.id.desc())
    .limit(1)
)


def survey_of(plan_id: int) -> SurveyRow | None:
    """The last survey of a plan; None if nobody was asked. One statement."""
    row = next(iter(fetch(_OF_PLAN, {"plan": plan_id})), None)
    return SurveyRow(*row) if row else None


def _counted() -> Any:
    until: Any = sa.bindparam("until", type_=UTCDateTime())
    answered = sa.and_(ExitSurvey.answered_at.is_not(None), ExitSurvey.answered_at <= until)
    return sa.select(
        sa.func.count(sa.distinct(ExitSurvey.plan_id)).label("asked"),
        sa.func.count(sa.case((answered, 1))).label("answered"),
        sa.func.coalesce(sa.func.sum(sa.case((answered, ExitSurvey.rating), else_=0)), 0).label("total"),
    ).where(ExitSurvey.made_at >= sa.bindparam("since", type_=UTCDateTime()), ExitSurvey.made_at <= until)


_COUNTED = _counted()


def rate_surveys(since: datetime, until: datetime) -> Rated:
    """The families asked between two instants, how many of them had answered by the second, and their ratings. A family
    that was given a second link was asked once. One statement."""
    row = fetch(_COUNTED, {"since": since, "until": until})[0]
    return Rated(int(row.asked), int(row.answered), int(row.total))


@dataclass(frozen=True)
class Answer:
    """What one family said: when, the rating, the words. Without a name."""

    answered_at: datetime
    rating: int
    words: str


_ANSWERS = (
    sa.select(ExitSurvey.answered_at, ExitSurvey.rating, ExitSurvey.words)
    .where(ExitSurvey.answered_at.is_not(None))
    .order_by(ExitSurvey.answered_at.desc(), ExitSurvey.id.desc())
    .limit(100)
)


def list_answers() -> list[Answer]:
    """The latest hundred answers, newest first. One statement."""
    return [Answer(row.answered_at, row.rating, row.words or "") for row in fetch(_ANSWERS)]
