"""What was done about one or several referrals: ratings, proposals, marks, questions to the referrer, what was added.

One statement.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader
from caseapp.accounts.models import Professional, User
from caseapp.kernel.db import UTCDateTime, fetch
from caseapp.referrals.domain.after import ANEW, STANDS
from caseapp.referrals.domain.hub import mark_place
from caseapp.referrals.models import (
    Addition,
    Decision,
    DecisionChild,
    DecisionReferral,
    HubQuestion,
    InputMark,
    LookAgain,
    RagRating,
    Referral,
)

from .order import seen_by


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
    family_message: str
    proposed: dict[int, str] = field(default_factory=dict)
    decided: dict[int, str] = field(default_factory=dict)
    # Rows of children to the row that tells of the same child first.
    same: dict[int, int] = field(default_factory=dict)


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
class Added:
    """What the referrer added after sending: words, or why it was sent in error (`kind`); read in the hub or not."""

    id: int
    kind: str
    words: str
    in_danger: bool
    at: datetime
    by: str
    read_at: datetime | None
    read_by: str


@dataclass(frozen=True)
class Again:
    """A request to look at a decision again and its answer, with what the referrer had been told."""

    id: int
    not_weighed: str
    wants: str
    told_before: str
    asked_at: datetime
    asked_by: str
    # `stands`, `anew`, or nothing while nobody has answered; with `, alone` when who decided first answered too.
    code: str
    answer: str
    answered_at: datetime | None
    answered_by: str
    disagrees: str

    @property
    def anew(self) -> bool:
        """Whether it is, or was, decided again."""
        return self.code.startswith(ANEW)

    @property
    def alone(self) -> bool:
        """Whether the manager who decided first answered, because there was no other."""
        return self.code.endswith("alone")


@dataclass(frozen=True)
class Question:
    """What the hub asked the referrer back, and the answer; `at` is None while it waits."""

    asked: str
    answer: str
    at: datetime | None
    by: str


@dataclass
class Done:
    """All that was done about one referral, each newest first but marks and questions, which stand in their order."""

    ratings: list[Rating] = field(default_factory=list)
    proposals: list[Proposal] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    added: list[Added] = field(default_factory=list)
    again: list[Again] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)


NOT_SHOWN = "Not shown: part of this decision must not be seen by you."


def list_done(actor: Actor, referral_ids: Sequence[int]) -> dict[int, Done]:
    """What was done about each of these referrals; the proposals are those of the first one. One statement: a union of
    what has words, times, people.

    One text of a proposal is about all that it covers, so whoever is kept from one of them reads none of it, however it
    ended.
    """
    given = {"referrals": referral_ids, "referral": referral_ids[0], "principals": actor.principals}
    rows = fetch(_statement(bool(actor.memberships)), given)
    found = {referral_id: Done() for referral_id in referral_ids}
    proposals: dict[int, Proposal] = {}
    for row in sorted(rows, key=lambda row: (row.kind != "decision", row.id)):
        if row.kind == "decision":
            told = (row.w1, row.w2, row.w3, row.w4, row.w5, row.w6)
            why, weighed, advice, consent, said, family = (NOT_SHOWN, "", "", "", "", "") if row.ref else told
            texts = (why, weighed, advice, consent, said)
            proposals[row.id] = Proposal(
                row.id, row.code, *texts, row.at1, row.by_id, row.by1, row.at2, row.by2, family
            )
            found[referral_ids[0]].proposals.insert(0, proposals[row.id])
        elif row.kind == "child":
            proposals[row.id].proposed[row.by_id] = row.code
            if row.w1:
                proposals[row.id].decided[row.by_id] = row.w1
            if row.ref:
                proposals[row.id].same[row.by_id] = row.ref
        elif row.kind == "rating":
            found[row.ref].ratings.insert(0, Rating(row.code, row.w1, row.at1, row.by1))
        elif row.kind == "mark":
            mark = Mark(row.id, row.w1, mark_place(row.w1), row.w2, row.w3, row.w4, row.at1, row.by1)
            found[row.ref].marks.append(mark)
        elif row.kind == "added":
            in_danger = row.w2 == "danger"
            added = Added(row.id, row.code, row.w1, in_danger, row.at1, row.by1, row.at2, row.by2)
            found[row.ref].added.insert(0, added)
        elif row.kind == "again":
            asked = (row.w1, row.w2, row.w3)
            again = Again(row.id, *asked, row.at1, row.by1, row.code, row.w4, row.at2, row.by2, row.w5)
            found[row.ref].again.insert(0, again)
        else:
            found[row.ref].questions.append(Question(row.w2, row.w1, row.at1, row.by1))
    return found


@cache
def _statement(placed: bool) -> Any:
    """Built once: building it took longer than the database needs to answer."""
    one, many = (
        sa.bindparam("referral", type_=sa.BigInteger()),
        sa.bindparam("referrals", expanding=True, type_=sa.BigInteger()),
    )
    parts = [*_parts(one, many, seen_by(AnyReader(placed))), _mark_part(many), *_later_parts(many)]
    return sa.union_all(*(_padded(query) for query in parts))


_TEXTS, _TIMES = ("kind", "code", "w1", "w2", "w3", "w4", "w5", "w6", "by1", "by2"), ("at1", "at2")


def _padded(query: dict[str, Any]) -> sa.Select[Any]:
    """One arm of the union: what it does not have is empty, and every column has the same type on both databases."""
    columns: list[Any] = [sa.cast(sa.func.coalesce(query.get(name), ""), sa.Text()).label(name) for name in _TEXTS]
    columns += [
        sa.type_coerce(query.get(name, sa.cast(sa.null(), UTCDateTime())), UTCDateTime()).label(name) for name in _TIMES
    ]
    return (
        sa.select(query["id"].label("id"), query["by_id"].label("by_id"), query["ref"].label("ref"), *columns)
        .select_from(query["from"])
        .where(query["where"])
    )


_FIRST, _SECOND = sa.alias(Professional.__table__), sa.alias(Professional.__table__)
_FIRST_USER, _SECOND_USER = sa.alias(User.__table__), sa.alias(User.__table__)


def _named(table: Any, by: Any, *, then: Any = None) -> Any:
    """A table joined with the name of who did it, and of who answered."""
    joined = sa.outerjoin(table, _FIRST_USER, _FIRST_USER.c.id == by)
    joined = joined.outerjoin(_FIRST, _FIRST.c.id == _FIRST_USER.c.professional_id)
    if then is None:
        return joined
    joined = joined.outerjoin(_SECOND_USER, _SECOND_USER.c.id == then)
    return joined.outerjoin(_SECOND, _SECOND.c.id == _SECOND_USER.c.professional_id)


def _mark_part(referral_ids: Any) -> dict[str, Any]:
    return {
        "kind": "mark",
        "id": InputMark.id,
        "by_id": sa.func.coalesce(InputMark.settled_by_id, 0),
        "ref": InputMark.referral_id,
        "code": InputMark.code,
        "w1": InputMark.path,
        "w2": InputMark.given,
        "w3": InputMark.message,
        "w4": InputMark.settled_words,
        "at1": InputMark.settled_at,
        "by1": _FIRST.c.name,
        "from": _named(InputMark, InputMark.settled_by_id),
        "where": InputMark.referral_id.in_(referral_ids),
    }


def _later_parts(referral_ids: Any) -> list[dict[str, Any]]:
    answered = sa.case((LookAgain.decides_anew.is_(True), ANEW), else_=STANDS)
    alone = sa.case((LookAgain.answered_alone.is_(True), ", alone"), else_="")
    return [
        {
            "kind": "added",
            "id": Addition.id,
            "by_id": Addition.added_by_id,
            "ref": Addition.referral_id,
            "code": Addition.kind,
            "w1": Addition.words,
            "w2": sa.case((Addition.in_danger.is_(True), "danger"), else_=""),
            "at1": Addition.added_at,
            "at2": Addition.read_at,
            "by1": _FIRST.c.name,
            "by2": _SECOND.c.name,
            "from": _named(Addition, Addition.added_by_id, then=Addition.read_by_id),
            "where": Addition.referral_id.in_(referral_ids),
        },
        {
            "kind": "again",
            "id": LookAgain.id,
            "by_id": LookAgain.asked_by_id,
            "ref": LookAgain.referral_id,
            "code": sa.case((LookAgain.answered_at.is_(None), ""), else_=answered.concat(alone)),
            "w1": LookAgain.not_weighed,
            "w2": LookAgain.wants,
            "w3": LookAgain.told_before,
            "w4": LookAgain.answer,
            "w5": LookAgain.disagrees,
            "at1": LookAgain.asked_at,
            "at2": LookAgain.answered_at,
            "by1": _FIRST.c.name,
            "by2": _SECOND.c.name,
            "from": _named(LookAgain, LookAgain.asked_by_id, then=LookAgain.answered_by_id),
            "where": LookAgain.referral_id.in_(referral_ids),
        },
        {
            "kind": "question",
            "id": HubQuestion.id,
            "by_id": HubQuestion.asked_by_id,
            "ref": HubQuestion.referral_id,
            "w1": HubQuestion.answer,
            "w2": HubQuestion.words,
            "at1": HubQuestion.answered_at,
            "by1": _FIRST.c.name,
            "from": _named(HubQuestion, HubQuestion.answered_by_id),
            "where": HubQuestion.referral_id.in_(referral_ids),
        },
    ]


def _parts(referral_id: Any, referral_ids: Any, is_seen: sa.ColumnElement[bool]) -> list[dict[str, Any]]:
    unseen = sa.select(DecisionReferral.decision_id).join(Referral, Referral.id == DecisionReferral.referral_id)
    unseen = unseen.where(DecisionReferral.decision_id == Decision.id, ~is_seen).correlate(Decision)
    about_it = Decision.id.in_(
        sa.select(DecisionReferral.decision_id).where(DecisionReferral.referral_id == referral_id)
    )
    return [
        {
            "kind": "rating",
            "id": RagRating.id,
            "by_id": RagRating.rated_by_id,
            "ref": RagRating.referral_id,
            "code": RagRating.rating,
            "w1": RagRating.rationale,
            "at1": RagRating.rated_at,
            "by1": _FIRST.c.name,
            "from": _named(RagRating, RagRating.rated_by_id),
            "where": RagRating.referral_id.in_(referral_ids),
        },
        {
            "kind": "decision",
            "id": Decision.id,
            "by_id": Decision.proposed_by_id,
            # Whether it covers anything that the reader must not see.
            "ref": sa.case((unseen.exists(), 1), else_=0),
            "code": Decision.state,
            "w1": Decision.reasons,
            "w2": Decision.history_weighed,
            "w3": Decision.advice,
            "w4": Decision.consent_words,
            "w5": Decision.manager_words,
            "w6": Decision.family_message,
            "at1": Decision.proposed_at,
            "at2": Decision.decided_at,
            "by1": _FIRST.c.name,
            "by2": _SECOND.c.name,
            "from": _named(Decision, Decision.proposed_by_id, then=Decision.decided_by_id),
            "where": about_it,
        },
        {
            "kind": "child",
            "id": DecisionChild.decision_id,
            "by_id": DecisionChild.child_id,
            "ref": sa.func.coalesce(DecisionChild.same_as_id, 0),
            "code": DecisionChild.proposed,
            "w1": DecisionChild.decided,
            "from": sa.join(DecisionChild, Decision, Decision.id == DecisionChild.decision_id),
            "where": about_it,
        },
    ]
