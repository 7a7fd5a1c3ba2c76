"""Notifications: one being confirmed, one's own, and groups of them for the hub."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.queries import user_name_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import names_together
from caseapp.referrals.models import Referral
from caseapp.referrals.queries.order import seen_by

from .domain import TOGETHER, Placed, Told, from_json, groups, lag_words
from .models import Notice

# How far back the hub's page of groups looks: undecided ones are older only when something is badly late.
LOOKS_BACK = timedelta(days=30)
MOST = 300
_REFERRED = sa.orm.aliased(Subject)


@dataclass(frozen=True)
class NoticeView:
    """A notification as its writer sees it."""

    id: int
    reference: str
    text: str
    told: Told
    taken_at: datetime
    sent_at: datetime | None
    referral: str | None
    version: int


def get_notice(notice_id: int) -> NoticeView:
    """A notification that the guard has let its writer see. Raises NotFound. One statement."""
    row = db.session.execute(_views().where(Notice.id == notice_id, Notice.discarded_at.is_(None))).first()
    if row is None:
        raise NotFound
    return _view(row)


def list_own(actor: Actor) -> list[NoticeView]:
    """The last fifty notifications of this person: to confirm first, then the latest sent. One statement."""
    rows = db.session.execute(
        _views()
        .where(Notice.owner_id == actor.user_id, Notice.discarded_at.is_(None))
        .order_by(Notice.sent_at.is_not(None), Notice.taken_at.desc(), Notice.id.desc())
        .limit(50)
    )
    return [_view(row) for row in rows]


def _views() -> Any:
    return (
        sa.select(
            Notice.id,
            Subject.reference,
            Notice.text,
            Notice.told,
            Notice.taken_at,
            Notice.sent_at,
            _REFERRED.reference.label("referral"),
            Notice.version,
        )
        .join(Subject, Subject.id == Notice.id)
        .outerjoin(_REFERRED, _REFERRED.id == Notice.referral_id)
    )


def _view(row: Any) -> NoticeView:
    told = from_json(row.told)
    return NoticeView(row.id, row.reference, row.text, told, row.taken_at, row.sent_at, row.referral, row.version)


@dataclass(frozen=True)
class GroupedNotice:
    """One notification inside a group: the contact it became, its text whole, how long it took to arrive."""

    referral_id: int
    reference: str
    names: str
    state: str
    rating: str | None
    received_at: datetime
    sender: str
    lag: str
    incident: str | None
    told: Told
    text: str
    place: str


@dataclass(frozen=True)
class Group:
    """Notifications of one incident or one address within 48 hours, the first first."""

    notices: tuple[GroupedNotice, ...]

    @property
    def why(self) -> str:
        """What they have in common, in words."""
        first = self.notices[0]
        if len(self.notices) == 1:
            return "One notification"
        if first.incident and all(one.incident == first.incident for one in self.notices):
            return f"One incident, {first.incident}"
        return f"One address, {first.place}" if first.place else "One incident or address"

    @property
    def open(self) -> int:
        """How many still wait for the hub."""
        return sum(1 for one in self.notices if one.state != "decided")


def list_groups(actor: Actor) -> list[Group]:
    """Groups in which at least one contact waits for the hub, the newest first. Two statements."""
    since = clock.now() - LOOKS_BACK
    waiting = sa.and_(Notice.sent_at > since, Referral.state != "decided")
    rows = db.session.execute(_placed().where(waiting, seen_by(actor)).limit(MOST)).all()
    return _groups(actor, _around(rows), waiting=True)


def group_of(actor: Actor, referral_id: int) -> Group | None:
    """The group around the notification that a referral came from; None if it came otherwise. Three statements."""
    rows = db.session.execute(_placed().where(Notice.referral_id == referral_id)).all()
    found = _groups(actor, _around(rows), waiting=False)
    return next((group for group in found if referral_id in {one.referral_id for one in group.notices}), None)


def _placed() -> Any:
    return (
        sa.select(Notice.id, Notice.incident, Notice.place, Notice.happened_at, Notice.sent_at)
        .join(Referral, Referral.id == Notice.referral_id)
        .order_by(Notice.sent_at.desc(), Notice.id.desc())
    )


def _around(rows: Collection[Any]) -> sa.ColumnElement[bool] | None:
    """Everything that may belong to a group with one of these: the same incident or place, near in time."""
    if not rows:
        return None
    incidents = {row.incident for row in rows if row.incident}
    places = {row.place for row in rows if row.place}
    times = [row.sent_at for row in rows]
    same = sa.or_(Notice.id.in_([row.id for row in rows]), Notice.incident.in_(incidents), Notice.place.in_(places))
    return sa.and_(same, Notice.sent_at.between(min(times) - TOGETHER * 3, max(times) + TOGETHER * 3))


def _groups(actor: Actor, around: sa.ColumnElement[bool] | None, *, waiting: bool) -> list[Group]:
    if around is None:
        return []
    rows = db.session.execute(
        sa.select(
            Notice.id,
            Notice.incident,
            Notice.place,
            Notice.happened_at,
            Notice.sent_at,
            Notice.told,
            Notice.text,
            Notice.referral_id,
            Subject.reference,
            Referral.document,
            Referral.state,
            Referral.rating,
            Referral.received_at,
            user_name_of(Notice.owner_id).label("sender"),
        )
        .join(Referral, Referral.id == Notice.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .where(around, seen_by(actor), not_barred(actor, Referral.id))
        .limit(MOST * 2)
    ).all()
    by_id = {row.id: row for row in rows}
    placed = [Placed(row.id, row.incident, row.place, row.happened_at or row.sent_at) for row in rows]
    found = [Group(tuple(_grouped(by_id[one]) for one in ids)) for ids in groups(placed)]
    return [group for group in found if group.open or not waiting]


def _grouped(row: Any) -> GroupedNotice:
    told = from_json(row.told)
    return GroupedNotice(
        row.referral_id,
        row.reference,
        names_together(children_of(row.document)),
        row.state,
        row.rating,
        row.received_at,
        row.sender or "",
        lag_words(row.happened_at, row.sent_at),
        row.incident,
        told,
        row.text,
        told.line1 or told.postcode,
    )
