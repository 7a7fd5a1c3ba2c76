"""The hub's queue: one list in one order, its counts, and what still has to be put right."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.models import Reach
from caseapp.access.queries import not_barred, reaches
from caseapp.accounts.models import Agency, Professional, User
from caseapp.cases.models import Case
from caseapp.deadlines.catalogue import get_rule
from caseapp.deadlines.domain import TimeLeft, compute, time_left
from caseapp.deadlines.models import Clock
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db, is_postgresql
from caseapp.kernel.subjects import Subject, parse_reference
from caseapp.people.models import Person
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.children import ChildTold, children_of
from caseapp.referrals.domain.hub import ages_together, concern_words, contacts_about, mark_place, names_together
from caseapp.referrals.domain.signals import DANGER_WEIGHT, Signal, signals
from caseapp.referrals.models import Decision, InputMark, Referral, ReferralChild

A_PAGE = 50
A_YEAR = timedelta(days=365)
# The clocks that say by when the hub decides; the earliest counts.
DECIDE_BY = ("referral.decision", "mash.red", "mash.amber", "mash.green")
PROPOSED, DECIDED = "proposed", "decided"


@dataclass(frozen=True)
class Counts:
    """What stands above the queue. `unread`, `late` and `due_today` are among those `to_decide`; what waits for a
    manager is counted apart, with its own late ones."""

    to_decide: int
    unread: int
    proposed: int
    proposed_late: int
    late: int
    due_today: int
    decided_today: int
    marks: int


@dataclass(frozen=True)
class QueueRow:
    """One referral in the queue, as the page shows it."""

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
    holder: str | None
    proposed_by: str | None
    outcomes: str


@dataclass(frozen=True)
class Page:
    """Some rows of a list in its order; `more` when others follow the last one."""

    rows: list[QueueRow]
    more: bool


@dataclass(frozen=True)
class MarkRow:
    """Something to put right, with the referral it stands in."""

    id: int
    reference: str
    names: str
    where: str
    given: str
    message: str


def seen_by(actor: Actor) -> sa.ColumnElement[bool]:
    """The condition under which a referral reaches the actor whole (L4) and does not bar them."""
    return sa.exists().where(Reach.subject_id == Referral.id, Reach.level >= L4, reaches(actor))


def _red_due() -> sa.ColumnElement[datetime]:
    """What nobody has rated counts as Red: the hours that Red gives, from receipt."""
    hours = get_rule("mash.red", clock.today()).length
    if is_postgresql():
        return sa.type_coerce(Referral.received_at + sa.literal(timedelta(hours=hours), sa.Interval()), UTCDateTime())
    # Written as SQLite stores an instant, with six digits, so that the two compare as text.
    moved = sa.func.strftime("%Y-%m-%d %H:%M:%f", Referral.received_at, f"+{hours} hours")
    return sa.type_coerce(moved.concat("000"), UTCDateTime())


def _due() -> sa.ColumnElement[datetime]:
    """By when the hub decides: the earliest running clock, for the unrated the Red one too."""
    earliest = (
        sa.select(sa.func.min(Clock.due_at))
        .where(Clock.subject_id == Referral.id, Clock.stopped_at.is_(None), Clock.rule.in_(DECIDE_BY))
        .scalar_subquery()
    )
    return sa.type_coerce(
        sa.case((Referral.rating.is_(None), _red_due()), else_=sa.func.coalesce(earliest, _red_due())), UTCDateTime()
    )


def _order() -> tuple[Any, ...]:
    """The SQL twin of `signals.sort_key`; the id ends it, so that the order is whole and a page can go by key."""
    read = sa.case((Referral.read_at.is_(None), 0), else_=1)
    band = sa.case((Referral.urgency >= DANGER_WEIGHT, 0), (Referral.urgency > 0, 1), else_=2)
    due = _due()
    needed = sa.type_coerce(sa.func.coalesce(Referral.answer_needed_at, due), UTCDateTime())
    return read, band, needed, due, Referral.received_at, Referral.id


def count_queue(actor: Actor) -> Counts:
    """The counts of the tabs and of the sentence above them. One statement."""
    now, today = clock.now(), clock.today()
    start, end = _midnight(today), _midnight(today + timedelta(days=1))
    open_ones = (
        sa.select(Referral.state, Referral.read_at, _due().label("due_at"))
        .where(_NOT_DECIDED, seen_by(actor))
        .subquery()
    )
    waiting = open_ones.c.state != PROPOSED
    row = db.session.execute(
        sa.select(
            _count(waiting),
            _count(sa.and_(waiting, open_ones.c.read_at.is_(None))),
            _count(~waiting),
            _count(sa.and_(~waiting, open_ones.c.due_at < now)),
            _count(sa.and_(waiting, open_ones.c.due_at < now)),
            _count(sa.and_(waiting, open_ones.c.due_at >= now, open_ones.c.due_at < end)),
            sa.select(sa.func.count())
            .select_from(Referral)
            .where(Referral.state == DECIDED, Referral.decided_at >= start, seen_by(actor))
            .scalar_subquery(),
            sa.select(sa.func.count())
            .select_from(InputMark)
            .join(Referral, Referral.id == InputMark.referral_id)
            .where(InputMark.settled_at.is_(None), seen_by(actor))
            .scalar_subquery(),
        ).select_from(open_ones)
    ).one()
    return Counts(*(number or 0 for number in row))


def _count(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.sum(sa.case((condition, 1), else_=0))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=clock.LONDON)


# Written out, not bound: SQLite takes a partial index only for a condition that it can read in the text.
_NOT_DECIDED = Referral.state != sa.literal_column("'decided'")
_TABS: dict[str, sa.ColumnElement[bool]] = {
    "to-decide": sa.and_(_NOT_DECIDED, Referral.state != PROPOSED),
    "unread": sa.and_(_NOT_DECIDED, Referral.state != PROPOSED, Referral.read_at.is_(None)),
    "to-agree": sa.and_(_NOT_DECIDED, Referral.state == PROPOSED),
    "decided-today": Referral.state == DECIDED,
}


def list_queue(actor: Actor, tab: str, *, after: str | None = None, limit: int = A_PAGE) -> Page:
    """One tab of the queue in its order (decided today: latest first), from behind the referral `after` on.

    The order is made in the database; a page goes by the key of the last row shown. Five statements, six on a later
    page.
    """
    order = _order()
    reader, proposer = sa.alias(Professional.__table__), sa.alias(Professional.__table__)
    read_by, proposed_by = sa.alias(User.__table__), sa.alias(User.__table__)
    query = (
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.rating,
            Referral.state,
            Referral.read_at,
            Referral.received_at,
            Referral.mode,
            Referral.answer_needed_at,
            Referral.document,
            Referral.agency_given,
            Referral.source_code,
            Referral.decided_at,
            Agency.name.label("agency"),
            reader.c.name.label("reader"),
            proposer.c.name.label("proposer"),
            sa.select(sa.func.count())
            .select_from(InputMark)
            .where(InputMark.referral_id == Referral.id, InputMark.settled_at.is_(None))
            .scalar_subquery()
            .label("marks"),
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(read_by, read_by.c.id == Referral.read_by_id)
        .outerjoin(reader, reader.c.id == read_by.c.professional_id)
        .outerjoin(Decision, sa.and_(Decision.referral_id == Referral.id, Decision.state == PROPOSED))
        .outerjoin(proposed_by, proposed_by.c.id == Decision.proposed_by_id)
        .outerjoin(proposer, proposer.c.id == proposed_by.c.professional_id)
        .where(_TABS[tab], seen_by(actor))
    )
    if tab == "decided-today":
        query = query.where(Referral.decided_at >= _midnight(clock.today())).order_by(
            Referral.decided_at.desc(), Referral.id
        )
    else:
        if key := _key_of(after, order):
            query = query.where(
                sa.tuple_(*order) > sa.tuple_(*(sa.literal(v, c.type) for v, c in zip(key, order, strict=True)))
            )
        query = query.order_by(*order)
    found = db.session.execute(query.limit(limit + 1)).all()
    return Page(_rows(actor, found[:limit]), len(found) > limit)


def _key_of(reference: str | None, order: tuple[Any, ...]) -> tuple[object, ...] | None:
    wanted = parse_reference(reference or "")
    if wanted is None:
        return None
    row = db.session.execute(
        sa.select(*order).join(Subject, Subject.id == Referral.id).where(Subject.reference == wanted)
    ).first()
    return tuple(row) if row else None


def next_to_agree(actor: Actor) -> str | None:
    """The reference of the proposal that this manager answers next, or None.

    What they proposed themselves is not theirs.
    """
    own = sa.exists().where(
        Decision.referral_id == Referral.id, Decision.state == PROPOSED, Decision.proposed_by_id == actor.user_id
    )
    return db.session.scalar(
        sa.select(Subject.reference)
        .join(Referral, Referral.id == Subject.id)
        .where(_TABS["to-agree"], ~own, seen_by(actor))
        .order_by(*_order())
        .limit(1)
    )


def _rows(actor: Actor, found: Sequence[Any]) -> list[QueueRow]:
    told = {row.id: children_of(row.document) for row in found}
    keys = {child.match_key for children in told.values() for child in children if child.match_key}
    contacts = _contacts(actor, keys, since=min((row.received_at for row in found), default=clock.now()) - A_YEAR)
    open_keys = _keys_with_open_case(actor, keys)
    clocks = clocks_of([row.id for row in found])
    outcomes = _outcomes([row.id for row in found if row.state == DECIDED])
    return [
        _row(row, told[row.id], contacts, open_keys, clocks.get(row.id, []), outcomes.get(row.id, "")) for row in found
    ]


def _row(
    row: Any,
    children: list[ChildTold],
    contacts: dict[str, set[tuple[int, datetime]]],
    open_keys: set[str],
    clocks: list[ClockView],
    outcomes: str,
) -> QueueRow:
    keys = {child.match_key for child in children if child.match_key}
    about = {row.id: row.received_at} | dict(pair for key in keys for pair in contacts.get(key, ()))
    # A signal tells what was so when the referral came; the figure in the list is of the last 12 months.
    before = max((_within(contacts.get(key, set()), row.received_at) for key in keys), default=1)
    local_day = clock.to_london(row.received_at).date()
    found = signals(row.document, today=local_day, open_case=bool(keys & open_keys), contacts_12m=before)
    phone = ", by phone" if row.mode == "phone" else ""
    return QueueRow(
        reference=row.reference,
        rating=row.rating,
        unread=row.read_at is None,
        state=row.state,
        time_left=decide_by(row.rating, row.received_at, clocks),
        decided_at=row.decided_at,
        names=names_together(children),
        ages=ages_together(children, clock.today()),
        concern=concern_words(row.document),
        sender=(row.agency_given or row.agency or words("sources", row.source_code or "10")) + phone,
        received_at=row.received_at,
        answer_needed_at=row.answer_needed_at,
        contacts=sum(1 for moment in about.values() if moment > clock.now() - A_YEAR),
        contacts_about=contacts_about(len(children)),
        signals=tuple(found),
        address_protected=any(child.protected for child in children),
        marks=row.marks,
        holder=row.reader,
        proposed_by=row.proposer,
        outcomes=outcomes,
    )


def _within(pairs: set[tuple[int, datetime]], until: datetime) -> int:
    return sum(1 for _id, moment in pairs if until - A_YEAR < moment <= until)


def decide_by(rating: str | None, received_at: datetime, clocks: Sequence[ClockView]) -> TimeLeft | None:
    """What is left until the hub has to have decided; without a rating it counts as Red.

    None when nothing runs any more.
    """
    running = [view for view in clocks if view.rule.key in DECIDE_BY]
    if rating is None and running:
        due = compute(get_rule("mash.red", clock.to_london(received_at).date()), received_at)
        return time_left(due.due_at, clock.now(), due.rule.unit)
    return running[0].time_left if running else None


def _contacts(actor: Actor, keys: set[str], *, since: datetime) -> dict[str, set[tuple[int, datetime]]]:
    """For each key of a name and birth date the referrals about it since then, as (id, received)."""
    found: dict[str, set[tuple[int, datetime]]] = defaultdict(set)
    rows = db.session.execute(
        sa.select(ReferralChild.match_key, Referral.id, Referral.received_at)
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .where(ReferralChild.match_key.in_(keys), Referral.received_at > since, seen_by(actor))
    )
    for row in rows:
        found[row.match_key].add((row.id, row.received_at))
    return found


def _keys_with_open_case(actor: Actor, keys: set[str]) -> set[str]:
    return set(
        db.session.scalars(
            sa.select(Person.match_key)
            .join(Case, Case.person_id == Person.id)
            .where(Person.match_key.in_(keys), Case.closed_at.is_(None), not_barred(actor, Case.id))
        )
    )


def _outcomes(referral_ids: list[int]) -> dict[int, str]:
    """What came of each decided referral, in words, one outcome for all said once."""
    rows = db.session.execute(
        sa.select(ReferralChild.referral_id, ReferralChild.outcome)
        .where(ReferralChild.referral_id.in_(referral_ids), ReferralChild.outcome.is_not(None))
        .order_by(ReferralChild.position)
    )
    found: dict[int, list[str]] = defaultdict(list)
    for row in rows:
        found[row.referral_id].append(words("outcomes", row.outcome))
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


def list_marks(actor: Actor, *, after: int = 0, limit: int = A_PAGE) -> tuple[list[MarkRow], bool]:
    """What is still to be put right in referrals the actor sees, the oldest first; and whether more follow.

    One statement.
    """
    found = db.session.execute(
        sa.select(
            InputMark.id,
            InputMark.path,
            InputMark.given,
            InputMark.message,
            Subject.reference,
            Referral.document,
        )
        .join(Referral, Referral.id == InputMark.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .where(InputMark.settled_at.is_(None), InputMark.id > after, seen_by(actor))
        .order_by(InputMark.id)
        .limit(limit + 1)
    ).all()
    rows = [
        MarkRow(
            row.id,
            row.reference,
            names_together(children_of(row.document)),
            mark_place(row.path),
            row.given,
            row.message,
        )
        for row in found[:limit]
    ]
    return rows, len(found) > limit


def marks_of(referral_id: int) -> list[tuple[str, str, str]]:
    """Everything marked in one referral as (where in words, as given, what is wrong), settled or not: for the
    import's report.
    """
    rows = db.session.execute(
        sa.select(InputMark.path, InputMark.given, InputMark.message)
        .where(InputMark.referral_id == referral_id)
        .order_by(InputMark.id)
    )
    return [(mark_place(row.path), row.given, row.message) for row in rows]
