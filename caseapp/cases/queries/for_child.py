"""The story of a case in words for the child whom it is about: what happened to them, never what others said.

Reading age 9 to 11 (practice 25): short sentences, everyday words; a test measures them. Only what is in the table is
told, so that an event nobody thought of stays untold; no entry holds words that somebody wrote, and nobody is named
but the people who work with the child.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Professional, Team
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.queries.lists import OPEN_LEAD
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.events import TYPES, Event, EventSubject
from caseapp.kernel.web import day

from .chronology import code_words, names_of, sentence

# What is said of an event: its keys stand in it as in the event's own sentence.
SAID: dict[str, str] = {
    "referral.received": "Somebody was worried about you. They told us, because they want you to be safe.",
    "case.opened": "We began to work with you and your family. Our team is called {team}.",
    "case.custody.moved": "A new team began to look after your plan. It is called {to_team}.",
    "case.allocated": "{professional} became your {role}.",
    "case.involvement.ended": "{professional} stopped being your {role}.",
    "case.level.changed": "The kind of help changed. It is called: {new}.",
    "case.handover.accepted": "{to_team} said yes to helping your family.",
    "assessment.started": "We began to find out what is good for you, what is hard, and what will help.",
    "assessment.authorised": "We wrote down what we found out, and what will help.",
    "visit.made": "Your worker came to see you.",
    "child.seen_by_agency": "Somebody who helps you saw you.",
    "plan.cin_began": "We made a plan with your family. It says who will do what to help you.",
    "cin.reviewed": "We met to see if the plan helps you.",
    "plan.cin_ended": "The plan came to an end.",
    "plan.cp_began": "The grown-ups met and made a plan to keep you safe.",
    "review.held": "The grown-ups met again to see if you are safe and if the plan works.",
    "plan.cp_ended": "The plan to keep you safe came to an end.",
    "taf.held": "The people who help your family met.",
    "correction.asked": "Your family told us that we wrote something wrong. We have to answer.",
    "correction.answered": "We answered what your family told us was wrong.",
    "care.began": "You came to live in a home that we found for you.",
    "case.closed": "We stopped working with you and your family.",
    "case.reopened": "We began to work with you again. We had stopped by mistake.",
}
# The words of codes that a child would not know.
PLAIN_ROLES = {
    "worker": "worker",
    "lead_practitioner": "main person to talk to",
    "co_worker": "second worker",
}
PLAIN_LEVELS = {
    "universal": "help from school and your doctor",
    "focused_family_help": "family help",
    "specialist_family_help": "more family help",
    "assessment": "finding out what will help",
    "strategy_discussion": "finding out fast if you are safe",
    "child_in_need": "a plan to help you",
}


@dataclass(frozen=True)
class Happened:
    """One line of the story: the day, and what happened."""

    on: str
    words: str


@dataclass(frozen=True)
class ForChild:
    """The story, the first thing first, and whom the child can talk to."""

    lines: tuple[Happened, ...]
    worker: str | None
    worker_phone: str | None
    team: str | None
    team_phone: str | None


def get_for_child(case_id: int) -> ForChild:
    """The story of a case for its child; the caller has loaded it at L4. Three statements."""
    rows = fetch(_story(), {"case": case_id})
    names = names_of(rows)
    lists = {**code_words(), "role": PLAIN_ROLES, "level": PLAIN_LEVELS}
    people = fetch(_PEOPLE, {"case": case_id})
    first = people[0] if people else None
    return ForChild(
        _lines([(row.occurred_at, _say(row, names, lists)) for row in rows]),
        first.worker if first else None,
        first.worker_phone if first else None,
        first.team if first else None,
        first.team_phone if first else None,
    )


def _say(row: Any, names: Any, lists: Any) -> str:
    said = sentence(TYPES[row.code], row.data, names, lists, words=SAID[row.code])
    return said[:1].upper() + said[1:]


def _lines(told: Sequence[tuple[datetime, str]]) -> tuple[Happened, ...]:
    """The same thing on the same day is told once."""
    once = dict.fromkeys((day(clock.to_london(at).date()), words) for at, words in told)
    return tuple(Happened(on, words) for on, words in once)


@cache
def _story() -> Any:
    """Built once, when every slice has declared its events."""
    case: Any = sa.bindparam("case")
    subjects = sa.union_all(
        sa.select(Case.id).where(Case.id == case), sa.select(Case.referral_id).where(Case.id == case)
    )
    about = sa.select(EventSubject.event_id).where(EventSubject.subject_id.in_(subjects))
    return (
        sa.select(Event.id, Event.code, Event.occurred_at, Event.actor_id, Event.data)
        .where(Event.id.in_(about), Event.code.in_([code for code in SAID if code in TYPES]))
        .order_by(Event.occurred_at, Event.id)
        .limit(1000)
    )


_PEOPLE = (
    sa.select(
        Professional.name.label("worker"),
        Professional.phone.label("worker_phone"),
        Team.name.label("team"),
        Team.phone.label("team_phone"),
    )
    .select_from(Case)
    .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
    .outerjoin(Team, Team.id == Custody.team_id)
    .outerjoin(Involvement, OPEN_LEAD)
    .outerjoin(Professional, Professional.id == Involvement.professional_id)
    .where(Case.id == sa.bindparam("case"))
)
