"""One referral as the hub reads it: what was said, who the children are, what is known, what was done. Seven statements."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.models import Bar
from caseapp.accounts.models import Agency, PostcodeSector, Professional, Team, User
from caseapp.cases.models import Case, Custody
from caseapp.deadlines.domain import TimeLeft
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.people.models import Person
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.children import ChildTold, as_object, as_text, children_of
from caseapp.referrals.domain.hub import (
    WEIGH_FROM,
    mark_place,
    names_together,
    parent_agrees,
    parents_words,
)
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.domain.signals import Signal, signals
from caseapp.referrals.models import Decision, DecisionChild, InputMark, RagRating, Referral, ReferralChild

from .hub import A_YEAR, decide_by, not_barred, seen_by


_WANTS = (("What needs to happen", "what_needs_to_happen"), ("What happened", "what_happened"), ("The child’s own words", "child_voice"))


@dataclass(frozen=True)
class TeamOption:
    """A team that could take a child: `barred` when the referral must be kept from it."""

    id: int
    name: str
    phone: str
    barred: bool


@dataclass(frozen=True)
class HubChild:
    """A child of the referral: the row, what was told, and which teams the postcode leads to."""

    id: int
    name: str
    told: ChildTold
    match_key: str | None
    locality: str | None
    teams: dict[str, TeamOption]
    outcome: str | None
    became: str | None

    def team_for(self, kind: str) -> TeamOption | None:
        """The team of a kind that the postcode leads to and that may see the child; None: a person chooses."""
        team = self.teams.get(kind)
        return team if team and not team.barred else None

    def why_choose(self, kind: str) -> str:
        """Why a person has to choose the team, in words without a conflict's detail."""
        if self.teams.get(kind):
            return "The team of this address must not see this referral."
        if self.told.postcode_sector:
            return f"No locality has the postcode {self.told.postcode_sector}."
        return "There is no whole postcode."


@dataclass(frozen=True)
class Contact:
    """An earlier (or later) referral about a child of the same name and birth date."""

    reference: str
    received_at: datetime
    sender: str
    about: str
    came_of_it: str
    counts: bool


@dataclass(frozen=True)
class OpenCase:
    """An open case of a child of the same name and birth date."""

    id: int
    reference: str
    person_id: int
    family_id: int
    match_key: str
    team: str
    phone: str
    level: str
    opened_at: datetime


@dataclass(frozen=True)
class Rating:
    """A rating with its reason, by whom, when."""

    rating: str
    rationale: str
    at: datetime
    by: str


@dataclass(frozen=True)
class Proposal:
    """A proposal and what became of it. `proposed` and `decided` are outcomes by the id of the child's row."""

    id: int
    state: str
    reasons: str
    history_weighed: str
    advice: str
    consent_words: str
    manager_words: str
    proposed_at: datetime
    proposed_by_id: int
    proposed_by: str
    decided_at: datetime | None
    decided_by: str
    proposed: dict[int, str] = field(default_factory=dict)
    decided: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Mark:
    """Something wrong in what was given, and how it was settled."""

    id: int
    path: str
    where: str
    given: str
    message: str
    settled_words: str | None
    settled_at: datetime | None
    settled_by: str


@dataclass(frozen=True)
class Todo:
    """One line of "Before you send it": whether it is done, the words, and where on the page to do it."""

    done: bool
    words: str
    anchor: str = ""


@dataclass(frozen=True)
class HubPage:
    """All that the page of a referral shows."""

    id: int
    reference: str
    document: object
    state: str
    version: int
    received_at: datetime
    read_at: datetime | None
    reader_id: int | None
    reader: str | None
    answer_needed_at: datetime | None
    decided_at: datetime | None
    feedback: str | None
    sender: str
    rating: str | None
    children: list[HubChild]
    contacts: list[Contact]
    open_cases: list[OpenCase]
    ratings: list[Rating]
    proposals: list[Proposal]
    marks: list[Mark]
    clocks: list[ClockView]

    @cached_property
    def sections(self) -> list[Section]:
        """Everything that was given, in the order of the page."""
        return sections(self.document)

    @property
    def names(self) -> str:
        """The children in one line, for the heading."""
        return names_together([child.told for child in self.children])

    @property
    def referrer(self) -> dict[str, str]:
        """Who told us: name, role and a number to ring, as far as said."""
        told = as_object(as_object(self.document).get("referrer"))
        return {key: as_text(told.get(key)) or "" for key in ("name", "role", "phone")}

    @property
    def parents(self) -> tuple[str, str]:
        """Whether the parents were told and agree, with the detail."""
        return parents_words(self.document)

    @property
    def agrees(self) -> bool:
        """Whether a parent was told and agrees, by the referrer."""
        return parent_agrees(self.document)

    @property
    def time_left(self) -> TimeLeft | None:
        """What is left until the hub has to have decided."""
        return decide_by(self.rating, self.received_at, self.clocks)

    @property
    def contacts_12m(self) -> int:
        """Contacts of the last 12 months about these children, this one counted."""
        return 1 + sum(contact.counts for contact in self.contacts)

    @property
    def weigh(self) -> bool:
        """Whether taking it no further asks what in the history was weighed."""
        return self.contacts_12m >= WEIGH_FROM

    @property
    def signals(self) -> list[Signal]:
        """What the form itself tells that must be seen first."""
        return signals(
            self.document,
            today=clock.to_london(self.received_at).date(),
            open_case=bool(self.open_cases),
            contacts_12m=self.contacts_12m,
        )

    @property
    def open_proposal(self) -> Proposal | None:
        """The proposal that waits for a manager."""
        return next((row for row in self.proposals if row.state == "proposed"), None)

    @property
    def open_marks(self) -> list[Mark]:
        """What is still to be put right."""
        return [mark for mark in self.marks if mark.settled_at is None]

    def obvious_team(self, kind: str) -> TeamOption | None:
        """The one team of a kind that all known addresses lead to and that may see the children; None: a person chooses."""
        teams = {option.id: option for child in self.children if (option := child.team_for(kind))}
        return next(iter(teams.values())) if len(teams) == 1 else None

    def why_choose(self, kind: str) -> str:
        """Why a person has to choose the team of a kind, in words without a conflict's detail."""
        if sum(child.team_for(kind) is not None for child in self.children) > 1:
            return "The addresses lead to different teams, and brothers and sisters go together."
        return next((child.why_choose(kind) for child in self.children), "There is no address.")

    @property
    def wants(self) -> list[tuple[str, str]]:
        """What the referrer asks for, in four lines."""
        told = as_object(as_object(self.document).get("concern"))
        level = told.get("level_of_need")
        lines = [(label, as_text(told.get(key)) or "") for label, key in _WANTS]
        return [*lines, ("Level claimed", words("levels", level) if level is not None else "")]

    @property
    def todo(self) -> list[Todo]:
        """What is done and what is not before a decision can be proposed."""
        marks, rating = len(self.open_marks), words("ratings", self.rating) if self.rating else ""
        lines = [
            Todo(self.read_at is not None, f"Read by {self.reader}" if self.reader else "Somebody in the hub reads it"),
            Todo(bool(rating), f"Rated {rating}, with a reason" if rating else "Rate it, with a reason", "h5"),
            Todo(not marks, f"{marks} to put right in what was given" if marks else "Nothing to put right", "h4"),
            Todo(*self._locality_words(), "h2"),
        ]
        if self.open_cases:
            lines.append(Todo(False, "A child has an open case: its worker must know", "h3"))
        if self.weigh:
            lines.append(Todo(False, f"{self.contacts_12m} contacts in 12 months: say what you weighed", "h3"))
        proposed = self.state != "received"
        return [*lines, Todo(proposed, "Proposed" if proposed else "Propose a decision", "h6")]

    def _locality_words(self) -> tuple[bool, str]:
        team = self.obvious_team("locality")
        if team is not None:
            return True, f"Locality found: {team.name}"
        return False, f"A manager chooses the team. {self.why_choose('locality')}"

    @property
    def since_proposal(self) -> list[str]:
        """What has changed since the open proposal was made, in words."""
        made = self.open_proposal.proposed_at if self.open_proposal else clock.now()
        contacts = sum(contact.received_at > made for contact in self.contacts)
        settled = sum(mark.settled_at is not None and mark.settled_at > made for mark in self.marks)
        rated = [rating for rating in self.ratings if rating.at > made]
        told = [f"{rating.by} rated it {words('ratings', rating.rating)}: {rating.rationale}" for rating in rated]
        told += [f"New contacts about these children: {contacts}"] if contacts else []
        told += [f"Put right in what was given: {settled}"] if settled else []
        return told

    def open_case_of(self, child: HubChild) -> OpenCase | None:
        """The open case of a child, found by name and birth date."""
        return next((case for case in self.open_cases if case.match_key == child.match_key), None)


def get_hub_page(actor: Actor, referral_id: int) -> HubPage:
    """Everything about one referral for the hub. Raises NotFound; whether the actor may see it was asked by the guard."""
    row = _referral(referral_id)
    children = _children(referral_id, row.document)
    keys = sorted({child.match_key for child in children if child.match_key})
    contacts, cases = _known(actor, referral_id, keys)
    ratings, proposals, marks = _history(referral_id)
    return HubPage(
        id=row.id,
        reference=row.reference,
        document=row.document,
        state=row.state,
        version=row.version,
        received_at=row.received_at,
        read_at=row.read_at,
        reader_id=row.read_by_id,
        reader=row.reader,
        answer_needed_at=row.answer_needed_at,
        decided_at=row.decided_at,
        feedback=row.feedback,
        sender=row.agency_given or row.agency or words("sources", row.source_code or "10"),
        rating=row.rating,
        children=children,
        contacts=contacts,
        open_cases=cases,
        ratings=ratings,
        proposals=proposals,
        marks=marks,
        clocks=clocks_of([referral_id]).get(referral_id, []),
    )


def _referral(referral_id: int) -> Any:
    row = db.session.execute(
        sa.select(
            Referral.id, Referral.document, Referral.state, Referral.version, Referral.received_at, Referral.read_at,
            Referral.read_by_id, Referral.answer_needed_at, Referral.decided_at, Referral.feedback, Referral.agency_given,
            Referral.source_code, Referral.rating, Subject.reference, Agency.name.label("agency"), Professional.name.label("reader"),
        )
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .outerjoin(User, User.id == Referral.read_by_id)
        .outerjoin(Professional, Professional.id == User.professional_id)
        .where(Referral.id == referral_id)
    ).first()
    if row is None:
        raise NotFound
    return row


def _children(referral_id: int, document: object) -> list[HubChild]:
    """The children with the teams their postcodes lead to: one statement."""
    barred = sa.exists().where(
        Bar.subject_id == ReferralChild.referral_id, Bar.principal == sa.literal("team:") + sa.cast(Team.id, sa.String())
    )
    rows = db.session.execute(
        sa.select(
            ReferralChild.id, ReferralChild.position, ReferralChild.shown_name, ReferralChild.match_key, ReferralChild.outcome,
            ReferralChild.became, PostcodeSector.locality, Team.id.label("team_id"), Team.kind, Team.name, Team.phone,
            barred.label("barred"),
        )
        .outerjoin(PostcodeSector, PostcodeSector.sector == ReferralChild.sector)
        .outerjoin(Team, sa.and_(Team.locality == PostcodeSector.locality, Team.kind.in_(("locality", "family_help"))))
        .where(ReferralChild.referral_id == referral_id)
        .order_by(ReferralChild.position)
    ).all()
    teams: dict[int, dict[str, TeamOption]] = defaultdict(dict)
    for row in rows:
        if row.team_id is not None:
            teams[row.id][row.kind] = TeamOption(row.team_id, row.name, row.phone, row.barred)
    told = children_of(document)
    return [
        HubChild(row.id, row.shown_name, told[row.position], row.match_key, row.locality, teams[row.id], row.outcome, row.became)
        for row in {row.id: row for row in rows}.values()
    ]


def _known(actor: Actor, referral_id: int, keys: Sequence[str]) -> tuple[list[Contact], list[OpenCase]]:
    """Contacts about, and open cases of, children with the same name and birth date: one statement."""
    contacts = (
        sa.select(
            sa.literal("contact").label("kind"), Referral.id, Subject.reference, Referral.received_at.label("at"),
            sa.func.coalesce(sa.func.nullif(Referral.agency_given, ""), Agency.name, "").label("who"),
            sa.literal("").label("phone"), ReferralChild.shown_name.label("about"), ReferralChild.match_key.label("key"),
            sa.func.coalesce(ReferralChild.outcome, "").label("code"), Referral.source_code.label("source"),
            sa.literal(0).label("person_id"), sa.literal(0).label("family_id"),
        )
        .join(Referral, Referral.id == ReferralChild.referral_id)
        .join(Subject, Subject.id == Referral.id)
        .outerjoin(Agency, Agency.id == Referral.agency_id)
        .where(ReferralChild.match_key.in_(keys), Referral.id != referral_id, seen_by(actor))
    )
    cases = (
        sa.select(
            sa.literal("case"), Case.id, Subject.reference, Case.opened_at, Team.name, Team.phone, sa.literal(""), Person.match_key,
            Case.level, sa.literal(""), Case.person_id, Case.family_id,
        )
        .join(Person, Person.id == Case.person_id)
        .join(Subject, Subject.id == Case.id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .join(Team, Team.id == Custody.team_id)
        .where(Person.match_key.in_(keys), Case.closed_at.is_(None), not_barred(actor, Case.id))
    )
    rows = db.session.execute(sa.union_all(contacts, cases)).all()
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        if row.kind == "contact":
            found[row.id].append(row)
    since = clock.now() - A_YEAR
    told = [
        Contact(
            first.reference,
            first.at,
            first.who or words("sources", first.source or "10"),
            ", ".join(dict.fromkeys(row.about for row in several)),
            "; ".join(dict.fromkeys(words("outcomes", row.code) if row.code else "Not decided yet" for row in several)),
            first.at > since,
        )
        for several in found.values()
        for first in several[:1]
    ]
    return sorted(told, key=lambda contact: contact.received_at, reverse=True), [
        OpenCase(row.id, row.reference, row.person_id, row.family_id, row.key, row.who, row.phone, row.code, row.at)
        for row in rows
        if row.kind == "case"
    ]


def _history(referral_id: int) -> tuple[list[Rating], list[Proposal], list[Mark]]:
    """Ratings (newest first), proposals (newest first) and marks, in one statement: a union of what has words, times, people."""
    rows = db.session.execute(sa.union_all(*(_padded(query) for query in _history_parts(referral_id)))).all()
    parts: dict[str, list[Any]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row.id):
        parts[row.kind].append(row)
    ratings = [Rating(row.code, row.w1, row.at1, row.by1) for row in reversed(parts["rating"])]
    proposals = [
        Proposal(row.id, row.code, row.w1, row.w2, row.w3, row.w4, row.w5, row.at1, row.by_id, row.by1, row.at2, row.by2)
        for row in reversed(parts["decision"])
    ]
    by_id = {proposal.id: proposal for proposal in proposals}
    for row in parts["child"]:
        by_id[row.id].proposed[row.by_id] = row.code
        if row.w1:
            by_id[row.id].decided[row.by_id] = row.w1
    marks = [Mark(row.id, row.w1, mark_place(row.w1), row.w2, row.w3, row.w4, row.at1, row.by1) for row in parts["mark"]]
    return ratings, proposals, marks


_TEXTS, _TIMES = ("kind", "code", "w1", "w2", "w3", "w4", "w5", "by1", "by2"), ("at1", "at2")


def _padded(query: dict[str, Any]) -> sa.Select[Any]:
    """One arm of the union: what it does not have is empty, and every column has the same type on both databases."""
    columns = [sa.cast(sa.func.coalesce(query.get(name), ""), sa.Text()).label(name) for name in _TEXTS]
    columns += [sa.type_coerce(query.get(name, sa.cast(sa.null(), UTCDateTime())), UTCDateTime()).label(name) for name in _TIMES]
    return sa.select(query["id"].label("id"), query["by_id"].label("by_id"), *columns).select_from(query["from"]).where(query["where"])


def _history_parts(referral_id: int) -> list[dict[str, Any]]:
    first, second = sa.alias(Professional.__table__), sa.alias(Professional.__table__)
    one, two = sa.alias(User.__table__), sa.alias(User.__table__)

    def named(table: Any, column: Any, *, both: Any = None) -> Any:
        joined = sa.outerjoin(table, one, one.c.id == column).outerjoin(first, first.c.id == one.c.professional_id)
        if both is None:
            return joined
        return joined.outerjoin(two, two.c.id == both).outerjoin(second, second.c.id == two.c.professional_id)

    return [
        {
            "kind": "rating", "id": RagRating.id, "by_id": RagRating.rated_by_id, "code": RagRating.rating, "w1": RagRating.rationale,
            "at1": RagRating.rated_at, "by1": first.c.name, "from": named(RagRating, RagRating.rated_by_id),
            "where": RagRating.referral_id == referral_id,
        },
        {
            "kind": "decision", "id": Decision.id, "by_id": Decision.proposed_by_id, "code": Decision.state, "w1": Decision.reasons,
            "w2": Decision.history_weighed, "w3": Decision.advice, "w4": Decision.consent_words, "w5": Decision.manager_words,
            "at1": Decision.proposed_at, "at2": Decision.decided_at, "by1": first.c.name, "by2": second.c.name,
            "from": named(Decision, Decision.proposed_by_id, both=Decision.decided_by_id), "where": Decision.referral_id == referral_id,
        },
        {
            "kind": "child", "id": DecisionChild.decision_id, "by_id": DecisionChild.child_id, "code": DecisionChild.proposed,
            "w1": DecisionChild.decided, "from": sa.join(DecisionChild, Decision, Decision.id == DecisionChild.decision_id),
            "where": Decision.referral_id == referral_id,
        },
        {
            "kind": "mark", "id": InputMark.id, "by_id": sa.func.coalesce(InputMark.settled_by_id, 0), "code": InputMark.code,
            "w1": InputMark.path, "w2": InputMark.given, "w3": InputMark.message, "w4": InputMark.settled_words,
            "at1": InputMark.settled_at, "by1": first.c.name, "from": named(InputMark, InputMark.settled_by_id),
            "where": InputMark.referral_id == referral_id,
        },
    ]
