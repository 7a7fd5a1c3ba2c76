"""What is recorded of a handover beside its pack: the actions and what shows that they are done, the joint meeting."""

from datetime import date

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.pathway.catalogue import PARTS
from caseapp.pathway.domain import ACCEPTED, ACTIONS, AGREED, MEETING, PROPOSED, phase_of
from caseapp.pathway.models import HandoverPart
from caseapp.pathway.queries.parts import parts_of

from .steps import lock_handover, raise_if, subjects_of


def record_part(
    actor: Actor, *, handover_id: int, kind: str, words: str, happened_on: date | None = None, people: str = ""
) -> None:
    """Write down a part of a handover (`PARTS`): the newest counts, what stood there before is kept. The same again
    changes nothing.

    Raises Invalid by field (`words`; for the meeting `happened_on` and `people`), OutOfOrder when the handover came
    back, was withdrawn or is done.
    """
    if kind not in PARTS:
        raise ValueError(f"no part {kind}")
    row = lock_handover(handover_id)
    if phase_of(row.state, row.agreed_at, row.sender_closed_at) not in (PROPOSED, AGREED, ACCEPTED):
        raise OutOfOrder("This handover is over: nothing more is recorded of it.")
    words, people = clean(words)[0], clean(people)[0]
    meeting = kind == MEETING
    problems = {
        "happened_on": "Say when you met" if meeting and happened_on is None else "",
        "people": "Say who was there" if meeting and is_blank(people) else "",
        "words": _NO_WORDS[kind] if is_blank(words) else "",
    }
    if happened_on is not None and happened_on > clock.today():
        problems["happened_on"] = "The day you met must be today or in the past"
    raise_if(problems)
    newest = next(iter(parts_of(handover_id).get(kind, ())), None)
    if newest and (newest.happened_on, newest.people, newest.words) == (happened_on, people, words):
        return
    db.session.add(
        HandoverPart(
            handover_id=row.id,
            kind=kind,
            happened_on=happened_on,
            people=people,
            words=words,
            written_at=clock.now(),
            written_by_id=actor.user_id,
        )
    )
    db.session.flush()
    record(actor, "case.handover.part_recorded", subjects=subjects_of(row), part=kind)


_NO_WORDS = {
    ACTIONS: "Say what was agreed to be done, and what shows that it is done",
    MEETING: "Write what the family said, in their words",
}
