"""The hub's queue: one list in one order, its counts, and what still has to be put right."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.accounts.models import Agency, Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.cases.models import Case
from caseapp.deadlines.domain import TimeLeft, is_late
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import VERSION, get_rule, policy_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, fetch_new
from caseapp.kernel.subjects import Subject, parse_reference
from caseapp.people.models import Person
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.after import news_words
from caseapp.referrals.domain.glance import Glance, glance
from caseapp.referrals.domain.queue import BECAME_WORDS, Filter, waited_words
from caseapp.referrals.domain.signals import Signal, with_known
from caseapp.referrals.models import (
    Addition,
    Decision,
    HubQuestion,
    InputMark,
    Referral,
    ReferralChild,
)

from .counts import DECIDED_TODAY, PROPOSED, HubShape, hub_params, hub_shape, of_tab
from .filters import narrow
from .order import (
    A_YEAR,
    DECIDED,
    NEWS,
    at_words,
    danger_added,
    due_sql,
    left_sql,
    left_to_decide,
    order_sql,
    running_sql,
    seen_by,
    unread_sql,
    with_it_sql,
)

A_PAGE = 50
FIRST_LOOK = "mash.first_look"


class Asked(NamedTuple):
    """Since when the hub waits for the referrer's answer, and whom it asked."""

    whom: str
    at: datetime


class QueueRow(NamedTuple):
    """One referral in the queue, as the page shows it. Equal rows are drawn once, so it is compared often."""

    reference: str
    rating: str | None
    unread: bool
    state: str
    time_left: TimeLeft | None
    decided_at: datetime | None
    names: str
    ages: str
    concern: str
    sender: str
    received_at: datetime
    answer_needed_at: datetime | None
    contacts: int
    contacts_about: str
    signals: tuple[Signal, ...]
    address_protected: bool
    marks: int
    read_by: str | None
    # "Opened by ... at ..., then left": read, and neither rated nor taken by anybody.
    left: str
    held_by: str | None
    held_at: datetime | None
    mine: bool
    unread_for: str
    first_look_late: bool
    asked: Asked | None
    proposed_by: str | None
    outcomes: str
    # Why it stands at the top although it was read.
    news: str = ""
    # The references of those that are decided with it.
    with_it: str = ""


@dataclass(frozen=True)
class Page:
    """Some rows of a list in its order; `more` when others follow the last one."""

    rows: list[QueueRow]
    more: bool


def list_queue(
    actor: Actor, tab: str, *, chosen: Filter | None = None, after: str | None = None, limit: int = A_PAGE
) -> Page:
    """One tab of the queue in its order (decided today: latest first), narrowed to what was `chosen`, from behind the
    referral `after` on.

    The order is made in the database; a page goes by the key of the last row shown. Three statements, four on a later
    page.
    """
    query = whole = _tab_statement(hub_shape(actor), tab)
    if chosen and (conditions := narrow(chosen)):
        query = query.where(*conditions)
    if chosen and "late" in chosen.only:
        query = query.where(due_sql() < clock.now())
    if after and tab != DECIDED_TODAY:
        order = order_sql()
        if key := _key_of(after, order):
            query = query.where(
                sa.tuple_(*order) > sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(key, order, strict=True)))
            )
    found = (fetch if query is whole else fetch_new)(query, {**hub_params(actor), "at_most": limit + 1})
    return Page(_rows(actor, found[:limit]), len(found) > limit)


@cache
def _tab_statement(shape: HubShape, tab: str) -> Any:
    """A tab in its order. Built once: what it has the database do costs less than to put it together."""
    reader = shape.reader
    order = (Referral.decided_at.desc(), Referral.id) if tab == DECIDED_TODAY else order_sql()
    query = _rows_shown().where(of_tab(reader, tab), seen_by(reader)).order_by(*order)
    return query.limit(sa.bindparam("at_most", type_=sa.Integer()))


def _rows_shown() -> sa.Select[*tuple[Any, ...]]:
    """What the list reads of each referral."""
    holder, proposer, sender = (sa.alias(Professional.__table__) for _ in range(3))
    due_at, due_rule = running_sql()
    held_by, proposed_by, sent_by = (sa.alias(User.__table__) for _ in range(3))
    return (
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.rating,
            Referral.state,
            Referral.read_at,
            Referral.new_at,
            Referral.danger_added_at,
            Referral.in_error_at,
            Referral.received_at,
            Referral.mode,
            Referral.answer_needed_at,
            # Its text: what it says is kept by it (domain/glance.py).
            sa.cast(Referral.document, sa.Text()).label("document"),
            Referral.agency_given,
            Referral.source_code,
            Referral.decided_at,
            Agency.name.label("agency"),
            Referral.held_by_id,
            Referral.held_at,
            VERSION,
            due_at.label("due_at"),
            due_rule.label("due_rule"),
            _only_if(Referral.read_at.is_(None), _look_due()).label("look_due_at"),
            unread_sql().label("unread"),
            left_sql().label("left"),
            holder.c.name.label("holder"),
            user_name_of(Referral.read_by_id).label("reader"),
            proposer.c.name.label("proposer"),
            _only_if(Referral.state == PROPOSED, with_it_sql()).label("with_it"),
            sender.c.name.label("sent_by"),
            sa.select(sa.func.min(HubQuestion.asked_at))
            .where(HubQuestion.referral_id == Referral.id, HubQuestion.answered_at.is_(None))
            .scalar_subquery()
            .label("asked_at"),
            _only_if(NEWS, _answered_at()).label("answered_at"),
            _waiting(InputMark, InputMark.settled_at).label("marks"),
            _only_if(NEWS, _waiting(Addition, Addition.read_at)).label("additions"),
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(held_by, held_by.c.id == Referral.held_by_id)
        .outerjoin(holder, holder.c.id == held_by.c.professional_id)
        .outerjoin(sent_by, sent_by.c.id == Referral.sender_id)
        .outerjoin(sender, sender.c.id == sent_by.c.professional_id)
        .outerjoin(Decision, sa.and_(Decision.referral_id == Referral.id, Decision.state == PROPOSED))
        .outerjoin(proposed_by, proposed_by.c.id == Decision.proposed_by_id)
        .outerjoin(proposer, proposer.c.id == proposed_by.c.professional_id)
    )


def _only_if(condition: sa.ColumnElement[bool], asked: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """What is asked of few rows is looked up for those alone."""
    return sa.type_coerce(sa.case((condition, asked)), asked.type)


def _look_due() -> sa.ScalarSelect[Any]:
    running = (Clock.subject_id == Referral.id, Clock.stopped_at.is_(None), Clock.rule == FIRST_LOOK)
    return sa.select(sa.func.min(Clock.due_at)).where(*running).scalar_subquery()


def _answered_at() -> sa.ScalarSelect[Any]:
    answered = (HubQuestion.referral_id == Referral.id, HubQuestion.by_phone.is_(sa.false()))
    return sa.select(sa.func.max(HubQuestion.answered_at)).where(*answered).scalar_subquery()


def _waiting(table: Any, done_at: Any) -> sa.ScalarSelect[int]:
    """How many rows of a table wait in a referral: those that nobody has settled, or read."""
    query = sa.select(sa.func.count()).select_from(table)
    return query.where(table.referral_id == Referral.id, done_at.is_(None)).scalar_subquery()


def _key_of(reference: str | None, order: tuple[Any, ...]) -> tuple[object, ...] | None:
    wanted = parse_reference(reference or "")
    if wanted is None:
        return None
    row = db.session.execute(
        sa.select(*order).join(Subject, Subject.id == Referral.id).where(Subject.reference == wanted)
    ).first()
    return tuple(row) if row else None


def is_seen(actor: Actor, reference: str) -> bool:
    """Whether a referral with this reference reaches the actor."""
    query = sa.select(Referral.id).join(Subject, Subject.id == Referral.id)
    return db.session.scalar(query.where(Subject.reference == reference, seen_by(actor))) is not None


def next_to_agree(actor: Actor) -> str | None:
    """The reference of the proposal that this manager answers next, or None.

    What they proposed themselves is not theirs.
    """
    own = sa.exists().where(
        Decision.referral_id == Referral.id, Decision.state == PROPOSED, Decision.proposed_by_id == actor.user_id
    )
    reader = hub_shape(actor).reader
    query = (
        sa.select(Subject.reference)
        .join(Referral, Referral.id == Subject.id)
        .where(of_tab(reader, "to-agree"), ~own, seen_by(reader))
        .order_by(*order_sql())
        .limit(1)
    )
    return next((row.reference for row in fetch_new(query, hub_params(actor))), None)


def _rows(actor: Actor, found: Sequence[Any]) -> list[QueueRow]:
    now = clock.now()
    if found:
        policy_of(found[0].policy)
    today = clock.to_london(now).date()
    told = [glance(row.document, came_on=clock.to_london(row.received_at).date(), today=today) for row in found]
    since = min((row.received_at for row in found), default=now) - A_YEAR
    contacts, open_keys = _known(actor, {key for each in told for key in each.keys}, since=since)
    outcomes = _outcomes([row.id for row in found if row.state == DECIDED])
    return [
        _row(
            actor,
            row,
            each,
            _Before.of(row, [contacts[key] for key in each.keys if key in contacts], now),
            not each.keys.isdisjoint(open_keys),
            outcomes.get(row.id, ""),
            now,
        )
        for row, each in zip(found, told, strict=True)
    ]


class _Told:
    """The referrals about one name and birth date: their numbers and moments, the moments in order."""

    def __init__(self, pairs: Mapping[int, datetime]) -> None:
        self.pairs, self.moments = pairs, sorted(pairs.values())

    def between(self, since: datetime, until: datetime) -> int:
        """How many came after `since`, up to `until`."""
        return bisect_right(self.moments, until) - bisect_right(self.moments, since)


class _Before(NamedTuple):
    """The contacts about a referral's children: up to when it came, the most about one; and in the last 12 months."""

    then: int
    now: int

    @classmethod
    def of(cls, row: Any, told: Sequence[_Told], now: datetime) -> "_Before":
        """Counted for a row of the queue, from what was told about each of its children."""
        until, since = row.received_at, row.received_at - A_YEAR
        then = max((about.between(since, until) for about in told), default=1)
        year = now - A_YEAR
        if len(told) == 1 and row.id in told[0].pairs:
            return cls(then, len(told[0].moments) - bisect_right(told[0].moments, year))
        moments = {row.id: until}
        for about in told:
            moments |= about.pairs
        return cls(then, sum(1 for moment in moments.values() if moment > year))


def _row(
    actor: Actor,
    row: Any,
    told: Glance,
    before: _Before,
    open_case: bool,
    outcomes: str,
    now: datetime,
) -> QueueRow:
    # A signal tells what was so when the referral came; the figure in the list is of the last 12 months.
    found = with_known(told.signals, open_case=open_case, contacts_12m=before.then)
    if row.danger_added_at:
        found = [danger_added(row.danger_added_at), *found]
    phone = ", by phone" if row.mode == "phone" else ""
    return QueueRow(
        reference=row.reference,
        rating=row.rating,
        unread=row.unread == 1,
        state=row.state,
        time_left=left_to_decide(row.rating, row.received_at, now, row.due_at, row.due_rule),
        decided_at=row.decided_at,
        names=told.names,
        ages=told.ages,
        concern=told.concern,
        sender=(row.agency_given or row.agency or words("sources", row.source_code or "10")) + phone,
        received_at=row.received_at,
        answer_needed_at=row.answer_needed_at,
        contacts=before.now,
        contacts_about=told.contacts_about,
        signals=tuple(found),
        address_protected=told.address_protected,
        marks=row.marks,
        read_by=row.reader,
        left=_left(row),
        held_by=row.holder,
        held_at=row.held_at,
        mine=row.held_by_id == actor.user_id,
        unread_for=waited_words(now - row.received_at) if row.read_at is None else "",
        first_look_late=row.read_at is None
        and row.look_due_at is not None
        and is_late(row.look_due_at, now, get_rule(FIRST_LOOK, clock.to_london(now).date()).unit),
        asked=_asked(row, told),
        proposed_by=row.proposer,
        with_it=row.with_it or "",
        outcomes=outcomes,
        news=_news(row, told),
    )


def _left(row: Any) -> str:
    if not row.left:
        return ""
    return f"Opened by {row.reader or 'somebody'} {at_words(row.read_at)}, then left: nobody has rated or taken it"


def _news(row: Any, told: Glance) -> str:
    """Why a referral that somebody has read stands at the top; nothing for one that nobody has."""
    if row.new_at is None or row.read_at is None:
        return ""
    if row.answered_at is not None and row.answered_at >= row.new_at:
        more = f", and {row.additions} more added" if row.additions else ""
        return f"{_whom(row, told)} answered the hub’s question {at_words(row.answered_at)}{more}"
    return news_words(
        row.additions,
        at_words(row.new_at),
        decided=row.state == DECIDED,
        in_error=row.in_error_at is not None,
        again=row.state != DECIDED,
    )


def _asked(row: Any, told: Glance) -> Asked | None:
    if row.asked_at is None or row.state == DECIDED:
        return None
    return Asked(_whom(row, told), row.asked_at)


def _whom(row: Any, told: Glance) -> str:
    """Who told us, by name where it is known."""
    return told.referrer or row.sent_by or "the referrer"


def _known(actor: Actor, keys: set[str], *, since: datetime) -> tuple[dict[str, _Told], set[str]]:
    """For each key of a name and birth date the referrals about it since then; and the keys of children with an open
    case. One statement."""
    told: dict[str, dict[int, datetime]] = defaultdict(dict)
    open_keys: set[str] = set()
    given = {**reader_params(actor), "keys": list(keys), "since": since}
    for key, referral_id, received_at in fetch(_known_statement(*reader_shape(actor)), given):
        if referral_id is None:
            open_keys.add(key)
        else:
            told[key][referral_id] = received_at
    return {key: _Told(pairs) for key, pairs in told.items()}, open_keys


@cache
def _known_statement(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    keys: Any = sa.bindparam("keys", expanding=True)
    contacts = (
        sa.select(ReferralChild.match_key, Referral.id, Referral.received_at)
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .where(
            ReferralChild.match_key.in_(keys),
            Referral.received_at > sa.bindparam("since", type_=Referral.received_at.type),
            seen_by(reader),
        )
    )
    cases = (
        sa.select(Person.match_key, sa.null(), sa.null())
        .join(Case, Case.person_id == Person.id)
        .where(Person.match_key.in_(keys), Case.closed_at.is_(None), not_barred(reader, Case.id))
    )
    return sa.union_all(contacts, cases)


def _outcomes(referral_ids: list[int]) -> dict[int, str]:
    """What became of each decided contact and what was decided, in words, the same for all children said once."""
    if not referral_ids:
        return {}
    rows = db.session.execute(
        sa.select(ReferralChild.referral_id, ReferralChild.became, ReferralChild.outcome)
        .where(ReferralChild.referral_id.in_(referral_ids), ReferralChild.outcome.is_not(None))
        .order_by(ReferralChild.position)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        became = BECAME_WORDS.get(row.became or "")
        outcome = words("outcomes", row.outcome)
        found[row.referral_id].append(f"{became}: {outcome[0].lower()}{outcome[1:]}" if became else outcome)
    return {referral_id: "; ".join(dict.fromkeys(several)) for referral_id, several in found.items()}


def last_decided(actor: Actor) -> tuple[datetime, str] | None:
    """When the hub last decided and who: for the empty queue."""
    row = db.session.execute(
        sa.select(Decision.decided_at, Professional.name)
        .join(Referral, Referral.id == Decision.referral_id)
        .join(User, User.id == Decision.decided_by_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(Decision.decided_at.is_not(None), Referral.state == DECIDED, seen_by(actor))
        .order_by(Decision.decided_at.desc())
        .limit(1)
    ).first()
    return (row.decided_at, row.name) if row and row.decided_at else None
