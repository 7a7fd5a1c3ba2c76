"""Handovers in lists: my teams', those that wait for a manager, and what a task about one says."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L2, Actor
from caseapp.access.queries import sees, visible_ids
from caseapp.accounts.models import Team
from caseapp.cases.slots import EntryWords
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.pathway.domain import ACCEPTED, AGREED, PROPOSED, RETURNED, SENT_BACK
from caseapp.pathway.models import Handover
from caseapp.people.models import Family

from .handovers import CLOCK_COLUMNS, ITS_CLOCK, HandoverRow, as_clock, handovers_where

LATELY = timedelta(days=30)


@dataclass(frozen=True)
class HandoverLists:
    """My teams' handovers: what waits for me, what is on its way, what was accepted while the sender's part is open
    (mine to close, or the other team's), what was answered lately."""

    waiting: tuple[HandoverRow, ...]
    on_their_way: tuple[HandoverRow, ...]
    to_close: tuple[HandoverRow, ...]
    they_close: tuple[HandoverRow, ...]
    answered: tuple[HandoverRow, ...]


def list_handovers(actor: Actor) -> HandoverLists:
    """The handovers that reach the actor and are open, wholly or on the sender's side, or were answered lately; the
    longest waiting first.

    Two statements.
    """
    rows = handovers_where(
        Handover.id.in_(visible_ids(actor, "handover", L2)),
        sa.or_(
            Handover.state == PROPOSED,
            sa.and_(Handover.state == ACCEPTED, Handover.sender_closed_at.is_(None)),
            Handover.answered_at >= clock.now() - LATELY,
        ),
    )
    # What reaches a manager only through the panel stands on the panel's page.
    teams = {membership.team_id for membership in actor.memberships}
    head = bool(actor.teams(role="head"))
    rows = [row for row in rows if head or {row.from_team_id, row.to_team_id} & teams]
    followed = {row.family_id: row.id for row in rows}
    waiting = [row for row in rows if waits_for(actor, row) and followed[row.family_id] == row.id]
    known = {row.id for row in waiting}
    open_rows = [row for row in rows if row.phase in (PROPOSED, AGREED) and row.id not in known]
    to_close = [row for row in rows if row.phase == ACCEPTED and row.from_team_id in teams]
    they_close = [row for row in rows if row.phase == ACCEPTED and row.from_team_id not in teams]
    known |= {row.id for row in (*open_rows, *to_close, *they_close)}
    late_first = sorted(waiting, key=lambda row: row.due.due_at if row.due else row.proposed_at)
    answered = sorted((row for row in rows if row.id not in known), key=lambda row: row.id, reverse=True)
    return HandoverLists(tuple(late_first), tuple(open_rows), tuple(to_close), tuple(they_close), tuple(answered))


def waits_for(actor: Actor, row: HandoverRow) -> bool:
    """Whether the next step of a handover is this actor's: to agree, to answer, or to put right what came back."""
    managed = {m.team_id for m in actor.memberships if m.role == "manager"}
    if row.phase == "proposed":
        return row.from_team_id in managed and row.proposed_by_id != actor.user_id
    if row.phase == "agreed" and actor.teams(role="head"):
        return row.due is not None and row.due.state == "late"
    if row.phase == "agreed":
        return row.to_team_id in managed and actor.user_id not in (row.proposed_by_id, row.agreed_by_id)
    return row.phase in (RETURNED, SENT_BACK) and row.proposed_by_id == actor.user_id


@dataclass(frozen=True)
class WaitingLink:
    """A handover that waits for a manager's step: to agree (then `asked` is None) or to answer since `asked`, by when
    its clock `due` says."""

    reference: str
    family: str
    other_team: str
    proposed_at: datetime
    asked: datetime | None
    due: ClockView | None


def list_waiting_for_manager(actor: Actor, team_id: int) -> list[WaitingLink]:
    """What waits for a manager of this team: what is late, then the longest waiting first. One statement."""
    sender, receiver = orm.aliased(Team), orm.aliased(Team)
    to_agree = sa.and_(
        Handover.from_team_id == team_id, Handover.agreed_at.is_(None), Handover.proposed_by_id != actor.user_id
    )
    to_answer = sa.and_(Handover.to_team_id == team_id, Handover.agreed_at.is_not(None))
    rows = db.session.execute(
        sa.select(
            Handover.id,
            Subject.reference,
            Family.name.label("family"),
            sa.case((Handover.from_team_id == team_id, receiver.name), else_=sender.name).label("other_team"),
            Handover.proposed_at,
            Handover.agreed_at,
            *CLOCK_COLUMNS,
        )
        .join(Subject, Subject.id == Handover.id)
        .join(Family, Family.id == Handover.family_id)
        .join(sender, sender.id == Handover.from_team_id)
        .join(receiver, receiver.id == Handover.to_team_id)
        .outerjoin(Clock, ITS_CLOCK)
        .where(
            Handover.state == PROPOSED,
            sa.or_(to_agree, to_answer),
            Handover.id.in_(visible_ids(actor, "handover", L2)),
        )
        .order_by(Handover.id)
    )
    found = [
        WaitingLink(
            row.reference,
            row.family,
            row.other_team,
            row.proposed_at,
            row.agreed_at,
            as_clock(row) if row.clock_id else None,
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: row.due is None or row.due.state != "late")


def task_words(actor: Actor, subject_ids: Collection[int]) -> dict[int, EntryWords]:
    """What was answered, in those of these subjects that are handovers the actor may see. One statement."""
    rows = db.session.execute(
        sa.select(Handover.id, Handover.answer_words, Team.name)
        .join(Team, Team.id == Handover.to_team_id)
        .where(Handover.id.in_(subject_ids), sees(actor, Handover.id, "handover", L2))
    )
    return {row.id: EntryWords(row.answer_words or "No words were given.", row.name) for row in rows}
