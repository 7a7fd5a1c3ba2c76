"""One referral as the hub reads it: what was said, who the children are, what is known, what was done.

Seven statements.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import Agency, PostcodeSector, Professional, Team, User
from caseapp.deadlines.catalogue import get_rule
from caseapp.deadlines.domain import Due, TimeLeft, compute
from caseapp.deadlines.queries import ClockView, clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.children import ChildTold, as_object, as_text, children_of, match_keys_of
from caseapp.referrals.domain.hub import (
    WEIGH_FROM,
    names_together,
    parent_agrees,
    parents_words,
)
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.domain.signals import Signal, signals
from caseapp.referrals.models import Referral, ReferralChild

from .history import Contact, Mark, OpenCase, Proposal, Rating, list_done, list_known
from .hub import A_YEAR, decide_by

_WANTS = (
    ("What needs to happen", "what_needs_to_happen"),
    ("What happened", "what_happened"),
    ("The child’s own words", "child_voice"),
)
# Label, list of choices, the answer, and the words that go with it.
_NOW = (
    ("Where the child is now", "where_now", "where", "where_words"),
    ("Safe to go home today", "yes_no_unknown", "safe_to_go_home", "safe_why"),
)


@dataclass(frozen=True)
class TeamOption:
    """A team that could take a child: `barred` when the referral must be kept from it."""

    id: int
    name: str
    phone: str
    barred: bool


@dataclass(frozen=True)
class HubChild:
    """A child of the referral: the row, what was told, which teams the postcode leads to, and the case that the
    decision put it on, if there is one."""

    id: int
    name: str
    told: ChildTold
    match_key: str | None
    locality: str | None
    teams: dict[str, TeamOption]
    outcome: str | None
    became: str | None
    case_id: int | None

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
    barred_teams: frozenset[int]
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
    def red_due(self) -> Due | None:
        """Until somebody rates it, it counts as Red: that due time with its reasons."""
        if self.rating is not None or self.decided_at is not None:
            return None
        return compute(get_rule("mash.red", clock.to_london(self.received_at).date()), self.received_at)

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
            contacts_12m=1
            + sum(self.received_at - A_YEAR < each.received_at <= self.received_at for each in self.contacts),
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
        """The one team of a kind that all known addresses lead to and that may see the children; None: a person
        chooses.
        """
        teams = {option.id: option for child in self.children if (option := child.team_for(kind))}
        return next(iter(teams.values())) if len(teams) == 1 else None

    def why_choose(self, kind: str) -> str:
        """Why a person has to choose the team of a kind, in words without a conflict's detail."""
        if sum(child.team_for(kind) is not None for child in self.children) > 1:
            return "The addresses lead to different teams, and brothers and sisters go together."
        return next((child.why_choose(kind) for child in self.children), "There is no address.")

    @property
    def wants(self) -> list[tuple[str, str]]:
        """What the referrer asks for, and where the child is now, in six lines."""
        document = as_object(self.document)
        told, now = as_object(document.get("concern")), as_object(document.get("now"))
        level = told.get("level_of_need")
        lines = [(label, as_text(told.get(key)) or "") for label, key in _WANTS]
        here = [(label, _with_why(choices, now.get(key), now.get(why))) for label, choices, key, why in _NOW]
        return [*lines, *here, ("Level claimed", words("levels", level) if level is not None else "")]

    @property
    def todo(self) -> list[Todo]:
        """What is done and what is not before a decision can be proposed."""
        marks, rating = len(self.open_marks), words("ratings", self.rating) if self.rating else ""
        lines = [
            Todo(self.read_at is not None, f"Read by {self.reader}" if self.reader else "Somebody in the hub reads it"),
            Todo(bool(rating), f"Rated {rating}, with a reason" if rating else "Rate it, with a reason", "h5"),
            Todo(not marks, f"{marks} to put right in what was given" if marks else "Nothing to put right", "h4"),
            Todo(*self._locality_words(), "h2"),
            *self._open_case_todo(),
            *self._weigh_todo(),
        ]
        proposed = self.state != "received"
        return [*lines, Todo(proposed, "Proposed" if proposed else "Propose a decision", "h6")]

    def _open_case_todo(self) -> list[Todo]:
        """That the worker of an open case must know: done when the proposal passes this on to each of them."""
        if not self.open_cases:
            return []
        if any(case.team_id in self.barred_teams for case in self.open_cases):
            return [Todo(False, "A child has an open case: the team that holds it must not see this referral", "h3")]
        proposed = self.open_proposal.proposed if self.open_proposal else {}
        known = [child.id for child in self.children if self.open_case_of(child)]
        if known and all(proposed.get(child_id) == "open_case" for child_id in known):
            return [Todo(True, "Passed on to the worker of the open case, once a manager agrees", "h3")]
        return [Todo(False, "A child has an open case: its worker must know", "h3")]

    def _weigh_todo(self) -> list[Todo]:
        """That taking it no further asks what in the history was weighed; gone when the proposal takes it further."""
        if not self.weigh:
            return []
        proposal = self.open_proposal
        if proposal and proposal.history_weighed:
            return [Todo(True, f"{self.contacts_12m} contacts in 12 months: what was weighed is written down", "h6")]
        if proposal and "no_further_action" not in proposal.proposed.values():
            return []
        asked = f"{self.contacts_12m} contacts in 12 months: say what you weighed, only if it is not taken further"
        return [Todo(False, asked, "h6")]

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

    def open_case_to_tell(self, child: HubChild) -> OpenCase | None:
        """The open case of a child, unless the team that holds it must not know of this referral."""
        known = self.open_case_of(child)
        return known if known is not None and known.team_id not in self.barred_teams else None


def _with_why(choices: str, answer: object, why: object) -> str:
    """An answer out of a list, with the words that go with it; empty where neither is said."""
    said = words(choices, answer) if answer not in (None, "") else ""
    return ": ".join(part for part in (said, as_text(why)) if part)


def get_hub_page(actor: Actor, referral_id: int) -> HubPage:
    """Everything about one referral for the hub. Raises NotFound; whether the actor may see it was asked by the
    guard.
    """
    row = _referral(referral_id)
    keys = sorted({child.match_key for child in children_of(row.document) if child.match_key})
    contacts, cases, barred = list_known(actor, referral_id, keys, match_keys_of(row.document))
    barred_teams = frozenset(int(name.partition(":")[2]) for name in barred if not name.startswith("user:"))
    ratings, proposals, marks = list_done(referral_id)
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
        children=_children(referral_id, row.document, barred_teams),
        contacts=contacts,
        open_cases=cases,
        barred_teams=barred_teams,
        ratings=ratings,
        proposals=proposals,
        marks=marks,
        clocks=clocks_of([referral_id]).get(referral_id, []),
    )


def _referral(referral_id: int) -> Any:
    row = db.session.execute(
        sa.select(
            Referral.id,
            Referral.document,
            Referral.state,
            Referral.version,
            Referral.received_at,
            Referral.read_at,
            Referral.read_by_id,
            Referral.answer_needed_at,
            Referral.decided_at,
            Referral.feedback,
            Referral.agency_given,
            Referral.source_code,
            Referral.rating,
            Subject.reference,
            Agency.name.label("agency"),
            Professional.name.label("reader"),
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


def _children(referral_id: int, document: object, barred_teams: Collection[int]) -> list[HubChild]:
    """The children with the teams their postcodes lead to: one statement."""
    rows = db.session.execute(
        sa.select(
            ReferralChild.id,
            ReferralChild.position,
            ReferralChild.shown_name,
            ReferralChild.match_key,
            ReferralChild.outcome,
            ReferralChild.became,
            ReferralChild.case_id,
            PostcodeSector.locality,
            Team.id.label("team_id"),
            Team.kind,
            Team.name,
            Team.phone,
        )
        .outerjoin(PostcodeSector, PostcodeSector.sector == ReferralChild.sector)
        .outerjoin(Team, sa.and_(Team.locality == PostcodeSector.locality, Team.kind.in_(("locality", "family_help"))))
        .where(ReferralChild.referral_id == referral_id)
        .order_by(ReferralChild.position)
    ).all()
    teams: dict[int, dict[str, TeamOption]] = defaultdict(dict)
    for row in rows:
        if row.team_id is not None:
            teams[row.id][row.kind] = TeamOption(row.team_id, row.name, row.phone, row.team_id in barred_teams)
    told = children_of(document)
    return [
        HubChild(
            row.id,
            row.shown_name,
            told[row.position],
            row.match_key,
            row.locality,
            teams[row.id],
            row.outcome,
            row.became,
            row.case_id,
        )
        for row in {row.id: row for row in rows}.values()
    ]
