"""What a referrer sees: their drafts, their own referrals and what became of them. Nothing of any other agency."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L0, Actor
from caseapp.access.queries import visible_ids
from caseapp.accounts.models import Agency, PostcodeSector, Professional, User
from caseapp.accounts.queries import user_name_of
from caseapp.deadlines.domain import Due
from caseapp.deadlines.queries import compute, find_rule, get_rule, known_policy
from caseapp.documents.queries import DocumentRow, list_documents
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.identifiers import Postcode, parse_postcode
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.after import about_own_staff
from caseapp.referrals.domain.children import as_object, as_text
from caseapp.referrals.domain.drafts import GONE_SHOWN, ends_on, ends_soon
from caseapp.referrals.domain.form import Sender
from caseapp.referrals.domain.pages import BRIEF, page_keys
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.domain.receipt import no_school, own_words, tells_danger
from caseapp.referrals.models import Draft, Referral, ReferralChild

from .done import Added, Again, list_done

PAGE_SIZE = 20
DECISION = "referral.decision"


class _Waits:
    """How long a draft waits."""

    saved_at: datetime

    @property
    def ends_on(self) -> date:
        """The last day on which it waits (30 days after it was last saved)."""
        return ends_on(self.saved_at)

    @property
    def ends_soon(self) -> bool:
        """True from the 23rd day on."""
        return ends_soon(self.saved_at, clock.now())


@dataclass(frozen=True)
class DraftView(_Waits):
    """A draft as its pages need it; `sent_as` is the reference of the referral that came of it."""

    id: int
    pages: dict[str, dict[str, Any]]
    other: dict[str, dict[str, Any]]
    version: int
    saved_at: datetime
    sent_as: str | None
    here: str = ""


@dataclass(frozen=True)
class DraftRow(_Waits):
    """A draft as the start page offers it."""

    reference: str
    started_at: datetime
    saved_at: datetime
    names: list[str]
    last_page: str
    here: str = ""


@dataclass(frozen=True)
class ExpiredDraft:
    """That there was a draft, and that its time is over."""

    started_at: datetime
    expired_at: datetime


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
    feedback_seen_by: str | None
    in_error_at: datetime | None
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
    """Everything the receipt shows. `told` is what the referral said, for its sender and those who share it.

    `decided_by`: the manager who took the decision; `own_staff`: it is about somebody who works for the agency, so that
    nobody but the sender sees it.
    """

    row: OwnRow
    decide_by: date
    why: str
    told: list[Section]
    own_staff: bool
    decided_by: str
    added: list[Added]
    again: list[Again]
    files: list[DocumentRow]
    # An address lies outside the borough, and the reader wrote the referral: there is a copy to hand over.
    outside: bool
    # In danger now, or not safe to go home: what happens now stands first.
    danger: bool
    # Told in two minutes: the number that the hub rings, empty where none was given; None where nobody was to ring.
    ring_on: str | None
    # By when the hub has acted while nobody has rated it: it counts as Red.
    red_hours: int
    red_by: datetime
    # Wanted before school ends, on a day without school or after it.
    no_school: bool

    @property
    def asked(self) -> Again | None:
        """The last request to look at the decision again."""
        return self.again[0] if self.again else None

    @property
    def may_ask(self) -> bool:
        """Whether the decision can be asked about: there is one, and nobody has asked yet."""
        return self.row.decided_at is not None and not (self.asked and self.asked.answered_at is None)

    @property
    def may_disagree(self) -> bool:
        """Whether an answer stands that nobody has disagreed with yet."""
        return self.asked is not None and self.asked.answered_at is not None and not self.asked.disagrees

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
    # The last day of the draft that has waited longest, once it is announced (from its 23rd day).
    draft_ends_on: date | None


def get_sender(actor: Actor) -> Sender:
    """Who is signed in, as the document names them: agency, its census source, role and number."""
    (row,) = fetch(_SENDER, {"professional": actor.professional_id, "agency": actor.agency_id})
    return Sender(row.name, row.source_code, actor.name, role=row.title, email=actor.email, phone=row.phone)


def get_draft(draft_id: int) -> DraftView:
    """A draft that was not thrown away; NotFound otherwise. One statement."""
    row = next(iter(fetch(_DRAFT, {"draft": draft_id})), None)
    if row is None:
        raise NotFound
    return DraftView(
        row.id,
        row.answers["pages"],
        row.answers["other"],
        row.version,
        row.saved_at,
        row.reference,
        row.answers.get("here", ""),
    )


_SENDER = (
    sa.select(Agency.name, Agency.source_code, Professional.title, Professional.phone)
    .select_from(Agency)
    .outerjoin(Professional, Professional.id == sa.bindparam("professional", type_=Professional.id.type))
    .where(Agency.id == sa.bindparam("agency"))
)
_DRAFT = (
    sa.select(Draft.id, Draft.answers, Draft.version, Draft.saved_at, Subject.reference)
    .outerjoin(Subject, Subject.id == Draft.referral_id)
    .where(Draft.id == sa.bindparam("draft"), Draft.discarded_at.is_(None), Draft.expired_at.is_(None))
)


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
            row.reference,
            row.started_at,
            row.saved_at,
            child_names(row.answers["pages"]),
            _last_page(row.answers),
            row.answers.get("here", ""),
        )
        for row in rows
    ]


def list_expired(actor: Actor) -> list[ExpiredDraft]:
    """The actor's drafts whose time was over in the last 30 days: that they were, and nothing of what they said."""
    rows = db.session.execute(
        sa.select(Draft.started_at, Draft.expired_at)
        .where(Draft.owner_id == actor.user_id, Draft.expired_at > clock.now() - GONE_SHOWN)
        .order_by(Draft.expired_at.desc())
    )
    return [ExpiredDraft(row.started_at, row.expired_at) for row in rows]


def list_files(to_id: int) -> list[DocumentRow]:
    """The files attached to a draft or a referral. One statement."""
    return list_documents([to_id]).get(to_id, [])


def outside(postcodes: Iterable[str]) -> list[str]:
    """Those of these postcodes, as typed, that lie in no sector of the borough; what is no whole postcode is left out.
    At most one statement."""
    sectors = {given: found.sector for given in postcodes if isinstance(found := parse_postcode(given), Postcode)}
    if not sectors:
        return []
    inside = set(
        db.session.scalars(
            sa.select(PostcodeSector.sector).where(PostcodeSector.sector.in_(sorted(set(sectors.values()))))
        )
    )
    return [given for given, sector in sectors.items() if sector not in inside]


def _last_page(answers: dict[str, Any]) -> str:
    """The page that was saved last: where to go on. The short form is saved together with the pages it fills."""
    keys = [BRIEF, *page_keys(answers["pages"])]
    saved = {key: answers["saved"][key] for key in keys if key in answers["saved"]}
    return max(saved, key=lambda key: saved[key], default="danger")


def child_names(pages: dict[str, dict[str, Any]]) -> list[str]:
    """The children of a draft as typed so far."""
    typed = [page for key, page in sorted(pages.items()) if key.startswith("child-")]
    names = [f"{page.get('first_name', '')} {page.get('last_name', '')}".strip() for page in typed]
    return [name for name in names if name]


def list_own(actor: Actor, *, before: str | None = None, mine: bool = False, limit: int = PAGE_SIZE) -> OwnList:
    """The actor's own referrals, and their desk's for its safeguarding group, newest first, paged by key.

    `mine`: only those that the actor sent.
    """
    query = _rows().where(Referral.id.in_(visible_ids(actor, "referral", L0, ("own",))))
    if mine:
        query = query.where(Referral.sender_id == actor.user_id)
    if before:
        query = query.where(Referral.id < sa.select(Subject.id).where(Subject.reference == before).scalar_subquery())
    found = db.session.execute(query.order_by(Referral.id.desc()).limit(limit + 1)).all()
    rows = _with_children(list(found[:limit]))
    waiting = db.session.execute(
        sa.select(sa.func.count().label("drafts"), sa.func.min(Draft.saved_at).label("oldest")).where(
            *_open_drafts(actor)
        )
    ).one()
    soon = waiting.oldest is not None and ends_soon(waiting.oldest, clock.now())
    return OwnList(
        rows,
        rows[-1].reference if len(found) > limit else None,
        waiting.drafts,
        ends_on(waiting.oldest) if soon else None,
    )


def get_receipt(actor: Actor, referral_id: int) -> Receipt:
    """A sent referral as its sender and their safeguarding group see it. Three statements.

    Of what the hub did, it takes only who decided; ratings, reasons and proposals stay in the hub.
    """
    found = db.session.execute(_rows().add_columns(Referral.document).where(Referral.id == referral_id)).all()
    row, document = _with_children(list(found))[0], found[0].document
    done = list_done(actor, [referral_id])[referral_id]
    decided = next((one for one in done.proposals if one.state in ("agreed", "changed")), None)
    decide_by, why = decision_day(row.received_at)
    red = get_rule("mash.red", clock.to_london(row.received_at).date())
    told = as_object(document)
    rings = as_object(told.get("concern")).get("ring_back") is True
    too_late = no_school(document, clock.to_london(row.received_at), known_policy().statutory)
    return Receipt(
        row,
        decide_by,
        why,
        # What the service itself wrote about the record is no answer of theirs.
        told=own_words([part for part in sections(document) if part.key != "about"], no_school=too_late),
        own_staff=about_own_staff(document),
        decided_by=decided.decided_by if decided and row.decided_at else "",
        added=done.added,
        again=done.again,
        files=list_documents([referral_id]).get(referral_id, []),
        outside=row.sender_id == actor.user_id and as_text(told.get("other_authority")) is not None,
        danger=tells_danger(document) or any(each.in_danger for each in done.added),
        ring_on=(as_text(as_object(told.get("referrer")).get("phone")) or "") if rings else None,
        red_hours=red.length,
        red_by=compute(red, row.received_at).due_at,
        no_school=too_late,
    )


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
    return (
        Draft.owner_id == actor.user_id,
        Draft.referral_id.is_(None),
        Draft.discarded_at.is_(None),
        Draft.expired_at.is_(None),
    )


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
            user_name_of(Referral.feedback_seen_by_id).label("feedback_seen_by"),
            Referral.in_error_at,
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
    named = [{key: value for key, value in row._asdict().items() if key != "document"} for row in rows]
    return [OwnRow(**values, children=children[values["id"]]) for values in named]
