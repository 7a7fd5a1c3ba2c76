"""The closing list: what must have a named owner when the hub closes, and who has it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.domain import HUB, Actor
from caseapp.accounts.models import Professional, Team
from caseapp.deadlines.domain import TimeLeft
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of, hub_hours
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.night.domain import WHY_ON_THE_LIST, why_listed
from caseapp.night.models import NightWork
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import ages_together, concern_words, names_together
from caseapp.referrals.domain.signals import DANGER_WEIGHT, Signal
from caseapp.referrals.models import Referral
from caseapp.referrals.queries.order import DECIDE_BY, decide_by, decide_due, seen_by
from caseapp.referrals.queries.telling import signal_columns, signals_of

from .works import WorkRow, as_work, select_works


@dataclass(frozen=True)
class ClosingRow:
    """One contact that must have an owner: why it stands here, by when it is due, and who has it."""

    id: int
    reference: str
    rating: str | None
    unread: bool
    names: str
    ages: str
    concern: str
    sender: str
    received_at: datetime
    whys: tuple[str, ...]
    time_left: TimeLeft | None
    due_at: datetime
    work: WorkRow | None
    signals: tuple[Signal, ...]
    danger: bool

    @property
    def place(self) -> tuple[int, bool, bool, datetime]:
        """Where it stands: without an owner, then not accepted yet, then the rest; in each danger first, then Red and
        not rated, then what is due soonest."""
        owned = 0 if self.work is None else 1 if self.work.to_accept else 2
        return owned, not self.danger, self.rating not in (None, "red"), self.due_at

    @property
    def why_words(self) -> str:
        """Why it stands on the list: "Unread, not rated"."""
        words = ", ".join(WHY_ON_THE_LIST[why] for why in self.whys)
        return words[:1].upper() + words[1:]


@dataclass(frozen=True)
class ClosingList:
    """All that must have an owner tonight, in the order of `ClosingRow.place`."""

    rows: tuple[ClosingRow, ...]
    keepers: tuple[tuple[int, str, str], ...]
    opens_at: datetime
    handing_over: bool

    @property
    def without(self) -> int:
        """How many nobody owns yet."""
        return sum(row.work is None for row in self.rows)

    @property
    def to_accept(self) -> int:
        """How many the night has not accepted yet."""
        return sum(row.work is not None and row.work.to_accept for row in self.rows)

    @property
    def accepted(self) -> int:
        """How many the night has accepted."""
        return sum(row.work is not None and row.work.accepted_at is not None for row in self.rows)

    @property
    def kept(self) -> int:
        """How many somebody of the hub keeps."""
        return sum(row.work is not None and row.work.kind == "kept" for row in self.rows)


def closing_list(actor: Actor) -> ClosingList:
    """The closing list as this person of the hub sees it. Four statements."""
    opens_at = hub_hours().next_opening(clock.now())
    due_tonight = sa.exists().where(
        Clock.subject_id == Referral.id,
        Clock.stopped_at.is_(None),
        Clock.rule.in_(DECIDE_BY),
        Clock.due_at <= opens_at,
    )
    found = db.session.execute(
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.rating,
            Referral.read_at,
            Referral.received_at,
            Referral.document,
            Referral.agency_given,
            Referral.urgency,
            *signal_columns(actor),
        )
        .join(Subject, Subject.id == Referral.id)
        .where(
            Referral.state != "decided",
            sa.or_(Referral.read_at.is_(None), Referral.rating.is_(None), Referral.rating == "red", due_tonight),
            seen_by(actor),
        )
        .order_by(Referral.received_at, Referral.id)
    ).all()
    works = _works([row.id for row in found])
    clocks = clocks_of([*(row.id for row in found), *(work.id for work in works.values())])
    rows = [_row(row, opens_at, clocks, works.get(row.id)) for row in found]
    return ClosingList(
        tuple(sorted(rows, key=lambda row: row.place)),
        list_keepers(),
        opens_at,
        hub_hours().is_handing_over(clock.now()),
    )


def _works(referral_ids: Sequence[int]) -> dict[int, WorkRow]:
    rows = db.session.execute(select_works().where(NightWork.about_id.in_(referral_ids)))
    return {row.about_id: as_work(row) for row in rows}


def _row(row: sa.Row, opens_at: datetime, clocks: dict[int, list[ClockView]], work: WorkRow | None) -> ClosingRow:
    told = children_of(row.document)
    running = [view for view in clocks.get(row.id, ()) if view.rule.key in DECIDE_BY]
    whys = why_listed(
        read_at=row.read_at,
        rating=row.rating,
        due_at=running[0].due_at if running else None,
        opens_at=opens_at,
    )
    if work is not None:
        accepting = [view for view in clocks.get(work.id, ()) if view.rule.key == "edt.accept"]
        work = WorkRow(**{**work.__dict__, "clock": accepting[0] if accepting else None})
    return ClosingRow(
        id=row.id,
        reference=row.reference,
        rating=row.rating,
        unread=row.read_at is None,
        names=names_together(told),
        ages=ages_together(told, clock.today()),
        concern=concern_words(row.document),
        sender=row.agency_given or "a member of the public",
        received_at=row.received_at,
        whys=whys,
        time_left=decide_by(row.rating, row.received_at, clocks.get(row.id, [])),
        due_at=decide_due(row.rating, row.received_at, clocks.get(row.id, [])),
        work=work,
        signals=signals_of(row),
        danger=row.urgency >= DANGER_WEIGHT,
    )


def list_keepers() -> tuple[tuple[int, str, str], ...]:
    """Who of the hub can keep something: number, name, phone."""
    rows = db.session.execute(
        sa.select(Professional.id, Professional.name, Professional.phone)
        .join(Team, Team.id == Professional.team_id)
        .where(Team.kind == HUB)
        .order_by(Professional.name)
    )
    return tuple((row.id, row.name, row.phone) for row in rows)
