"""Closing a case, and opening it again when that was a mistake."""

import secrets
from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.commands import end_reach
from caseapp.access.domain import Actor
from caseapp.cases.domain import CLOSED_BY, keep_until
from caseapp.cases.models import Case, CaseLevel, Custody, Episode, Involvement
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.people.models import Person
from caseapp.people.queries import linked_to

from .custody import lead_again
from .level import close_episode
from .writing import write_note


def close_cases(actor: Actor, *, cases: Mapping[int, int], reason: str, words: str) -> None:
    """Close cases of one family: episodes end with the code, custody and involvements end, the record gets its
    retention date.

    `cases`: number to the version the closing manager saw. Raises Invalid for a code that does not fit what is open,
    or without words; Conflict when somebody changed or closed one of them meanwhile. What stands in the way (an
    assessment, a handover, something unread) is the pathway's to ask first.
    """
    words, _ = clean(words)
    if is_blank(words):
        raise Invalid({"words": "Say why the work ends, and how the family and the agencies were told"})
    for case_id in sorted(cases):
        _close(actor, case_id, seen=cases[case_id], reason=reason, words=words)


def _close(actor: Actor, case_id: int, *, seen: int, reason: str, words: str) -> None:
    now, today = clock.now(), clock.today()
    row = db.session.execute(
        sa.select(Case.person_id, Person.born_on)
        .join(Person, Person.id == Case.person_id)
        .where(Case.id == case_id, Case.version == seen, Case.closed_at.is_(None))
        .with_for_update(of=Case)
    ).first()
    if row is None:
        raise Conflict("Not closed: somebody changed or closed this case since your page was opened.")
    episodes = db.session.execute(sa.select(Episode.kind, Episode.closed_on).where(Episode.case_id == case_id)).all()
    running = [episode.kind for episode in episodes if episode.closed_on is None]
    if any(reason not in CLOSED_BY[kind] for kind in running):
        raise Invalid({"reason": "Choose a reason that fits the help that is ending"})
    for kind in running:
        close_episode(case_id, kind, reason, today, actor=actor)
    until, rule = keep_until({episode.kind for episode in episodes}, row.born_on, today)
    db.session.execute(
        sa.update(Case)
        .where(Case.id == case_id)
        .values(
            closed_at=now,
            close_reason=reason,
            close_words=words,
            closed_by_id=actor.user_id,
            keep_until=until,
            keep_rule=rule.key,
            version=Case.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    _end_all(case_id, now)
    # The team that held the case still reads its closed record; who worked with the child no longer does.
    end_reach(subject_id=case_id, why="involved")
    # The night has the children of open cases only.
    end_reach(subject_id=case_id, why="night")
    record(actor, "case.closed", subjects=[case_id, row.person_id], reason=reason)


def _end_all(case_id: int, at: datetime) -> None:
    for table in (Custody, CaseLevel):
        db.session.execute(sa.update(table).where(table.case_id == case_id, table.to_at.is_(None)).values(to_at=at))
    db.session.execute(
        sa.update(Involvement)
        .where(Involvement.case_id == case_id, Involvement.to_at.is_(None))
        .values(to_at=at, end_reason="closed")
    )


def reopen_case(actor: Actor, *, case_id: int, words: str) -> None:
    """Undo a closing that was a mistake: team, level, workers and episodes go on as if it had not been.

    Later help is a new case. `words`, kept as a note, say what the mistake was. Raises Invalid without them, NotFound
    for a case that is not closed, OutOfOrder when the child has another open case.
    """
    if is_blank(words):
        raise Invalid({"words": "Say what the mistake was"})
    row = db.session.execute(
        sa.select(Case.person_id, Case.closed_at, Case.close_reason)
        .where(Case.id == case_id, Case.closed_at.is_not(None))
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    # Of a child with several records, an open case on any of them is the child's.
    theirs = sa.or_(Case.person_id == row.person_id, Case.person_id.in_(linked_to([row.person_id])))
    if db.session.scalar(sa.select(Case.id).where(theirs, Case.closed_at.is_(None)).limit(1)):
        raise OutOfOrder("This child has another open case. What is new belongs on that one.")
    if db.session.scalar(sa.select(Case.id).where(theirs, Case.opened_at > row.closed_at).limit(1)):
        raise OutOfOrder("This child has had a later case since. What is new belongs on a new one.")
    closed_on = clock.to_london(row.closed_at).date()
    db.session.execute(
        sa.update(Case)
        .where(Case.id == case_id)
        .values(
            closed_at=None,
            close_reason=None,
            close_words=None,
            closed_by_id=None,
            keep_until=None,
            keep_rule=None,
            version=Case.version + 1,
        )
        .execution_options(synchronize_session=False)
    )
    for table in (Custody, CaseLevel):
        db.session.execute(
            sa.update(table).where(table.case_id == case_id, table.to_at == row.closed_at).values(to_at=None)
        )
    db.session.execute(
        sa.update(Episode)
        .where(Episode.case_id == case_id, Episode.closed_on == closed_on, Episode.closure_code == row.close_reason)
        .values(closed_on=None, closure_code=None)
    )
    record(actor, "case.reopened", subjects=[case_id, row.person_id])
    lead_again(case_id, ended_at=row.closed_at)
    write_note(actor, case_ids=[case_id], words=words, happened_at=clock.now(), once_key=secrets.token_hex(16))
