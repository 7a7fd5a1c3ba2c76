"""Who has a new contact that nobody has acknowledged: computed from times, so that it is right without any job."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Absence, Cover, DutyRota, Professional
from caseapp.accounts.queries.actors import runs_on
from caseapp.cases.catalogue import CONCERNS, LADDERS, STRATEGY_ASKED
from caseapp.cases.domain import Rung, rungs, with_whom
from caseapp.cases.models import Custody, Involvement, Task
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.web import when

from .lists import CaseRow

ACK_CLOCK = sa.and_(Clock.subject_id == Task.about_id, Clock.rule.in_(tuple(LADDERS)), Clock.stopped_at.is_(None))
RED = "open_case.ack_red"


@dataclass(frozen=True)
class Alert:
    """A contact that waits to be acknowledged: whether it is Red, until when, and who has it from when."""

    red: bool
    told_at: datetime
    due_at: datetime
    ladder: tuple[Rung, ...]
    names: dict[str, str]

    @property
    def late(self) -> bool:
        """Whether its time is over."""
        return self.due_at <= clock.now()

    @property
    def who(self) -> str:
        """The stage that has it now: worker, cover, manager or head."""
        return with_whom(self.ladder, clock.now())[0].who

    @property
    def with_words(self) -> str:
        """Who has it now."""
        return self.names[self.who]

    @property
    def next_words(self) -> str:
        """Who gets it when, if nobody acknowledges it; empty at the top."""
        after = with_whom(self.ladder, clock.now())[1]
        return f"{self.names[after.who]} has it from {when(after.from_at)} if nobody does" if after else ""

    @property
    def until_words(self) -> str:
        """By when it has to be acknowledged."""
        return f"late since {when(self.due_at)}" if self.late else f"by {when(self.due_at)}"


def alert_columns() -> list[Any]:
    """What an alert is told from, beside the case's own columns: its clock, and who is away, covers, is on duty."""
    # Asked at each execution, so that a statement built once stays true.
    today: Any = sa.bindparam("on_day", callable_=clock.today, type_=sa.Date(), unique=True)
    now: Any = sa.bindparam("on_duty_at", callable_=clock.now, type_=DutyRota.from_at.type, unique=True)
    lead = Involvement.professional_id
    away = sa.exists().where(Absence.professional_id == lead, *runs_on(Absence, today)).correlate(Involvement)
    covering, duty = sa.orm.aliased(Professional), sa.orm.aliased(Professional)
    return [
        Clock.rule.label("ack_rule"),
        Clock.due_at.label("ack_due"),
        away.label("away"),
        sa.select(covering.name)
        .join(Cover, Cover.covering_id == covering.id)
        .where(Cover.away_id == lead, *runs_on(Cover, today))
        .order_by(Cover.id.desc())
        .limit(1)
        .correlate(Involvement)
        .scalar_subquery()
        .label("alert_cover"),
        sa.select(duty.name)
        .join(DutyRota, DutyRota.professional_id == duty.id)
        .where(DutyRota.team_id == Custody.team_id, DutyRota.from_at <= now, DutyRota.until_at > now)
        .limit(1)
        .correlate(Custody)
        .scalar_subquery()
        .label("duty_name"),
    ]


def as_alert(row: Any, case: CaseRow) -> Alert | None:
    """The alert of a row with `alert_columns`; None where no clock runs for its task."""
    if row.ack_rule is None or row.task_kind not in CONCERNS:
        return None
    present = {"manager", "head"}
    if row.task_kind != STRATEGY_ASKED:
        present |= {"worker"} if case.lead_id and not row.away else set()
        present |= {"cover"} if row.alert_cover else set()
    ladder = rungs(LADDERS[row.ack_rule], told_at=row.made_at, due_at=row.ack_due, present=present)
    names = {
        "worker": case.lead_name or "",
        "cover": f"{row.alert_cover}, covering for {case.lead_name}",
        "manager": f"{row.duty_name}, on duty for {case.team_name}"
        if row.duty_name
        else f"the manager of {case.team_name}",
        "head": "the head of service",
    }
    return Alert(row.ack_rule == RED, row.made_at, row.ack_due, tuple(ladder), names)
