"""Why something is late: a coded reason and words, and the manager who authorises it or asks again. Its clock runs
on."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.deadlines.catalogue import LATE_REASONS, RULES
from caseapp.deadlines.domain import LATE, is_late
from caseapp.deadlines.models import Clock, LateReason
from caseapp.deadlines.queries import LateView, late_reasons_of
from caseapp.kernel import clock, text
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.kernel.events import record
from caseapp.kernel.web import when

MOST = 2000


class MeanwhileExplained(OutOfOrder):
    """Somebody has given a reason for the same clock since the page was opened. `last`: what they said."""

    def __init__(self, last: LateView) -> None:
        super().__init__(f"{last.given_by} has given a reason, {when(last.given_at)}: {last.reason}.")
        self.last = last


def explain_late(
    actor: Actor, *, subject_id: int, clock_id: int, reason: str, words: str, seen: int | None = None
) -> int:
    """Say why a clock of this subject is late; gives the number of the reason, which a manager then authorises.
    The same reason by the same person again is the first one: pressing twice.

    `seen`: the number of the last reason that the page showed, 0 for none (None: nobody looked at a page).
    The route has checked that the subject reaches the actor. Raises NotFound for another subject's clock, Invalid for a
    reason that is not in the list or without words, OutOfOrder for a clock that is not late, MeanwhileExplained where
    somebody has given a reason since.
    """
    words, _ = text.clean(words)
    problems = {
        "reason": "" if reason in LATE_REASONS else "Choose a reason",
        "words": "Say what happened, and what is done about it" if text.is_blank(words) else "",
    }
    if len(words) > MOST:
        problems["words"] = f"Use at most {MOST} characters"
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    row = db.session.execute(
        sa.select(Clock.rule, Clock.due_at, Clock.ended_as, Clock.stopped_at)
        .where(Clock.id == clock_id, Clock.subject_id == subject_id)
        # Whoever comes second waits, and is told.
        .with_for_update()
    ).first()
    if row is None:
        raise NotFound
    given = late_reasons_of([clock_id]).get(clock_id, [])
    again = next((one for one in given if _is_same(one, actor, reason, words)), None)
    if again is not None:
        return again.id
    if seen is not None and given and given[-1].id != seen:
        raise MeanwhileExplained(given[-1])
    if not _was_late(row.rule, row.due_at, row.stopped_at, row.ended_as):
        raise OutOfOrder("This is not late.")
    late = LateReason(clock_id=clock_id, reason=reason, words=words, given_at=clock.now(), given_by_id=actor.user_id)
    db.session.add(late)
    db.session.flush()
    record(actor, "clock.late_explained", subjects=[subject_id], rule=row.rule, reason=reason, late=late.id)
    return late.id


def authorise_late(actor: Actor, *, subject_id: int, late_id: int) -> None:
    """Put a manager's name to a reason. Authorising twice is once.

    The route has checked that the actor manages the team that has the subject. Raises NotFound for another subject's
    reason, Refused for one's own, OutOfOrder where another manager has answered it, or this one sent it back.
    """
    _answer(
        actor, subject_id, late_id, "clock.late_authorised", authorised_at=clock.now(), authorised_by_id=actor.user_id
    )


def send_back_late(actor: Actor, *, subject_id: int, late_id: int, question: str) -> None:
    """Send a reason back with a question, which is answered by another reason beside it. The same again is once.

    As `authorise_late`; Invalid without a question.
    """
    question, _ = text.clean(question)
    if text.is_blank(question):
        raise Invalid({"question": "Write what you want to know"})
    if len(question) > MOST:
        raise Invalid({"question": f"Use at most {MOST} characters"})
    sent = {"sent_back_at": clock.now(), "sent_back_by_id": actor.user_id, "question": question}
    _answer(actor, subject_id, late_id, "clock.late_sent_back", **sent)


def _answer(actor: Actor, subject_id: int, late_id: int, code: str, **values: Any) -> None:
    """A manager's answer to a reason, the only one that it gets."""
    row = db.session.execute(_REASON.where(LateReason.id == late_id, Clock.subject_id == subject_id)).first()
    if row is None:
        raise NotFound
    if row.given_by_id == actor.user_id:
        raise Refused("You gave this reason: another manager authorises it.")
    # The same answer again, whenever that was pressed.
    if all(getattr(row, name) == value for name, value in values.items() if not name.endswith("_at")):
        return
    done = db.session.execute(
        sa.update(LateReason)
        .where(LateReason.id == late_id, LateReason.authorised_at.is_(None), LateReason.sent_back_at.is_(None))
        .values(**values)
        .returning(LateReason.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is None:
        (told,) = (one for one in late_reasons_of([row.clock_id])[row.clock_id] if one.id == late_id)
        raise OutOfOrder(f"{told.answered_words}.")
    record(actor, code, subjects=[subject_id], rule=row.rule, reason=row.reason, late=late_id)


_REASON = sa.select(
    LateReason.clock_id,
    LateReason.reason,
    LateReason.given_by_id,
    LateReason.authorised_by_id,
    LateReason.sent_back_by_id,
    LateReason.question,
    Clock.rule,
).join(Clock, Clock.id == LateReason.clock_id)


def _is_same(given: LateView, actor: Actor, reason: str, words: str) -> bool:
    # One that was sent back is no answer to the question about it.
    return given.question is None and (given.given_by_id, given.reason, given.words) == (
        actor.user_id,
        LATE_REASONS[reason],
        words,
    )


def _was_late(key: str, due_at: datetime, stopped_at: datetime | None, ended_as: str | None) -> bool:
    if stopped_at is not None:
        return ended_as == LATE
    return is_late(due_at, clock.now(), next(rule.unit for rule in RULES if rule.key == key))
