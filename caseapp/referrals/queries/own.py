"""What a referrer sees: their drafts, their own referrals and what became of them. Nothing of any other agency."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L0, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Agency, Professional, User
from caseapp.deadlines.catalogue import find_rule
from caseapp.deadlines.domain import Due, compute
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.form import Sender
from caseapp.referrals.domain.pages import page_keys
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.models import Draft, Referral, ReferralChild

PAGE_SIZE = 20
DECISION = "referral.decision"


@dataclass(frozen=True)
class DraftView:
    """A draft as its pages need it; `sent_as` is the reference of the referral that came of it."""

    id: int
    pages: dict[str, dict[str, Any]]
    other: dict[str, dict[str, Any]]
    version: int
    saved_at: datetime
    sent_as: str | None


@dataclass(frozen=True)
class DraftRow:
    """A draft as the start page offers it."""

    reference: str
    started_at: datetime
    saved_at: datetime
    names: list[str]
    last_page: str


@dataclass(frozen=True)
class OwnRow:
    """A referral as its sender sees it in the list. Names, times, the outcome in plain words."""

    id: int
    reference: str
    received_at: datetime
    sender_id: int | None
    sender: str | None
    read_at: datetime | None
    read_by: str | None
    read_by_phone: str | None
    decided_at: datetime | None
    feedback: str | None
    feedback_seen_at: datetime | None
    answer_needed_at: datetime | None
    children: list[tuple[str, str | None]] = field(default_factory=list)

    @property
    def names(self) -> list[str]:
        """The children as they were named."""
        return [name for name, _outcome in self.children]

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        """What was decided: one line for all children when it is the same, otherwise child by child."""
        if self.decided_at is None:
            return []
        told = [(name, words("outcomes", outcome) if outcome else "Not said yet") for name, outcome in self.children]
        return [("", told[0][1])] if len({outcome for _name, outcome in told}) == 1 else told

    @property
    def unopened(self) -> bool:
        """True if there is an outcome that nobody has opened."""
        return self.decided_at is not None and self.feedback_seen_at is None


@dataclass(frozen=True)
class Receipt:
    """Everything the receipt shows. `told` is the sender's own document, for the sender alone."""

    row: OwnRow
    decide_by: date
    why: str
    told: list[Section]

    @property
    def late(self) -> bool:
        """True if it should have been decided by now and was not."""
        return self.row.decided_at is None and clock.today() > self.decide_by


@dataclass(frozen=True)
class OwnList:
    """One page of the list; `older_than` is the reference to go on from, None on the last page."""

    rows: list[OwnRow]
    older_than: str | None
    drafts: int


def get_sender(actor: Actor) -> Sender:
    """Who is signed in, as the document names them: agency, its census source, role and number."""
    row = db.session.execute(
        sa.select(Agency.name, Agency.source_code, Professional.title, Professional.phone)
        .select_from(Agency)
        .outerjoin(Professional, Professional.id == actor.professional_id)
        .where(Agency.id == actor.agency_id)
    ).one()
    return Sender(row.name, row.source_code, actor.name, role=row.title, email=actor.email, phone=row.phone)


def get_draft(draft_id: int) -> DraftView:
    """A draft that was not thrown away; NotFound otherwise. One statement."""
    row = db.session.execute(
        sa.select(Draft.id, Draft.answers, Draft.version, Draft.saved_at, Subject.reference)
        .outerjoin(Subject, Subject.id == Draft.referral_id)
        .where(Draft.id == draft_id, Draft.discarded_at.is_(None))
    ).first()
    if row is None:
        raise NotFound
    return DraftView(row.id, row.answers["pages"], row.answers["other"], row.version, row.saved_at, row.reference)


def list_drafts(actor: Actor) -> list[DraftRow]:
    """The actor's drafts, neither sent nor thrown away, the last one touched first."""
    rows = db.session.execute(
        sa.select(Subject.reference, Draft.started_at, Draft.saved_at, Draft.answers)
        .join(Subject, Subject.id == Draft.id)
        .where(*_open_drafts(actor))
        .order_by(Draft.saved_at.desc(), Draft.id.desc())
    )
    return [
        DraftRow(
            row.reference, row.started_at, row.saved_at, child_names(row.answers["pages"]), _last_page(row.answers)
        )
        for row in rows
    ]


def _last_page(answers: dict[str, Any]) -> str:
    """The page that was saved last: where to go on."""
    saved = {key: version for key, version in answers["saved"].items() if key in page_keys(answers["pages"])}
    return max(saved, key=lambda key: saved[key], default="danger")


def child_names(pages: dict[str, dict[str, Any]]) -> list[str]:
    """The children of a draft as typed so far."""
    typed = [page for key, page in sorted(pages.items()) if key.startswith("child-")]
    names = [f"{page.get('first_name', '')} {page.get('last_name', '')}".strip() for page in typed]
    return [name for name in names if name]


def list_own(actor: Actor, *, before: str | None = None) -> OwnList:
    """The actor's own referrals, and their desk's for its safeguarding lead, newest first, paged by key."""
    query = _rows().where(Referral.id.in_(visible_ids(actor, "referral", L0, ("own",))))
    if before:
        query = query.where(Referral.id < sa.select(Subject.id).where(Subject.reference == before).scalar_subquery())
    found = db.session.execute(query.order_by(Referral.id.desc()).limit(PAGE_SIZE + 1)).all()
    rows = _with_children(list(found[:PAGE_SIZE]))
    drafts = db.session.scalar(sa.select(sa.func.count()).select_from(Draft).where(*_open_drafts(actor))) or 0
    return OwnList(rows, rows[-1].reference if len(found) > PAGE_SIZE else None, drafts)


def get_receipt(actor: Actor, referral_id: int) -> Receipt:
    """A sent referral as its sender sees it; the words of the document only for the person who wrote them."""
    row = _with_children(list(db.session.execute(_rows().where(Referral.id == referral_id)).all()))[0]
    clocks = clocks_of([referral_id], running_only=False).get(referral_id, [])
    due = next((one.due for one in clocks if one.rule.key == DECISION), None)
    decide_by, why = (due.due_on, _why(due)) if due and due.due_on else decision_day(row.received_at)
    told: list[Section] = []
    if row.sender_id == actor.user_id:
        document = db.session.scalars(sa.select(Referral.document).where(Referral.id == referral_id)).one()
        # What the service itself wrote about the record is no answer of theirs.
        told = [part for part in sections(document) if part.key != "about"]
    return Receipt(row, decide_by, why, told)


def decision_day(received_at: datetime) -> tuple[date, str]:
    """The day by whose end a referral that came then is decided, and why, by the rule in force."""
    rule = find_rule(DECISION, clock.to_london(received_at).date())
    assert rule is not None, "the rule of the first decision is statutory and always there"
    due = compute(rule, received_at)
    assert due.due_on is not None
    return due.due_on, _why(due)


def _why(due: Due) -> str:
    """Why it is due then, without the rule's note, which speaks to the hub about its ratings."""
    parts = due.sentence_parts[:-1] if due.rule.note else due.sentence_parts
    return "".join(part.text for part in parts)


def _open_drafts(actor: Actor) -> tuple[sa.ColumnElement[bool], ...]:
    return (Draft.owner_id == actor.user_id, Draft.referral_id.is_(None), Draft.discarded_at.is_(None))


def _rows() -> sa.Select[*tuple[Any, ...]]:
    sender, reader = orm.aliased(Professional), orm.aliased(Professional)
    sent_by, read_by = orm.aliased(User), orm.aliased(User)
    return (
        sa.select(
            Referral.id,
            Subject.reference,
            Referral.received_at,
            Referral.sender_id,
            sender.name.label("sender"),
            Referral.read_at,
            reader.name.label("read_by"),
            reader.phone.label("read_by_phone"),
            Referral.decided_at,
            Referral.feedback,
            Referral.feedback_seen_at,
            Referral.answer_needed_at,
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(sent_by, sent_by.id == Referral.sender_id)
        .outerjoin(sender, sender.id == sent_by.professional_id)
        .outerjoin(read_by, read_by.id == Referral.read_by_id)
        .outerjoin(reader, reader.id == read_by.professional_id)
    )


def _with_children(rows: list[sa.Row[*tuple[Any, ...]]]) -> list[OwnRow]:
    children: dict[int, list[tuple[str, str | None]]] = defaultdict(list)
    query = (
        sa.select(ReferralChild.referral_id, ReferralChild.shown_name, ReferralChild.outcome)
        .where(ReferralChild.referral_id.in_([row.id for row in rows]))
        .order_by(ReferralChild.referral_id, ReferralChild.position)
    )
    for referral_id, name, outcome in db.session.execute(query):
        children[referral_id].append((name, outcome))
    return [OwnRow(**row._asdict(), children=children[row.id]) for row in rows]
