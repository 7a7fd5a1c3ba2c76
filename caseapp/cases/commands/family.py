"""What the family is told, what it says is wrong, and family group decision-making (practice 25 and 34)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import levels_of
from caseapp.cases.catalogue import CORRECTION_ANSWERS, GROUP_ANSWERS, NOT_TOLD, TOLD_HOW
from caseapp.cases.domain.childs_page import FamilyGroupFacts, check_family_group
from caseapp.cases.models import Case, Correction, FamilyGroup, FamilyGroupVersion, Told
from caseapp.cases.queries import find_entry
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from caseapp.kernel.events import EventSubject, record
from caseapp.kernel.subjects import Subject
from caseapp.kernel.text import clean, is_blank

IN_FUTURE = "This day is in the future"


@dataclass(frozen=True)
class TellingOf:
    """How one person (or one agency) was told, or why not: exactly one of `how` and `why_not`."""

    person_id: int | None = None
    agency_id: int | None = None
    how: str | None = None
    why_not: str | None = None
    told_on: date | None = None
    told_by: str = ""


def check_telling(one: TellingOf) -> dict[str, str]:
    """What is wrong with one row: field to message."""
    problems = {
        "how": ""
        if (one.how in TOLD_HOW) != (one.why_not in NOT_TOLD)
        else "Say how they were told, or why they were not",
        "told_on": IN_FUTURE
        if one.told_on and one.told_on > clock.today()
        else ("Enter the day they were told" if one.how and not one.told_on else ""),
    }
    return {field: said for field, said in problems.items() if said}


def tell_of_decision(actor: Actor, *, case_id: int, event_id: int, told: Sequence[TellingOf]) -> None:
    """Keep who was told of a decision, an event of this case. What was said of the same person before stays, ended.

    Raises NotFound when the decision is not in this case's chronology for this reader, Invalid for a row without an
    answer; the same answer again is not kept twice.
    """
    if find_entry(actor, case_id, event_id) is None:
        raise NotFound
    keep_told(actor, case_id=case_id, event_id=event_id, told=told)


def keep_told(actor: Actor, *, case_id: int, event_id: int, told: Sequence[TellingOf]) -> None:
    """As `tell_of_decision` for an event that the caller has just made, or has found for this actor."""
    for one in told:
        if problems := check_telling(one):
            raise Invalid(problems)
    # One at a time for each case, so that two who write at once do not leave two rows.
    db.session.execute(sa.select(Case.id).where(Case.id == case_id).with_for_update())
    standing = {
        (row.person_id, row.agency_id): row
        for row in db.session.scalars(sa.select(Told).where(Told.event_id == event_id, Told.ended_at.is_(None)))
    }
    now = clock.now()
    new = []
    for one in told:
        before = standing.get((one.person_id, one.agency_id))
        if before is not None and _same(before, one):
            continue
        if before is not None:
            before.ended_at = now
        new.append(
            Told(
                case_id=case_id,
                event_id=event_id,
                person_id=one.person_id,
                agency_id=one.agency_id,
                how=one.how,
                why_not=one.why_not,
                told_on=one.told_on if one.how else None,
                told_by=one.told_by or actor.name,
                recorded_at=now,
                recorded_by_id=actor.user_id,
            )
        )
    if new:
        db.session.add_all(new)
        yes = sum(row.how is not None for row in new)
        record(actor, "told.recorded", subjects=[case_id], decision=event_id, told=yes, not_told=len(new) - yes)


def _same(row: Told, one: TellingOf) -> bool:
    day = one.told_on if one.how else None
    return (row.how, row.why_not, row.told_on) == (one.how, one.why_not, day) and row.told_by == (
        one.told_by or row.told_by
    )


def ask_correction(
    actor: Actor, *, case_id: int, event_id: int, said_by: str, words: str, asked_on: date, once_key: str
) -> None:
    """Keep what somebody of the family says is wrong in an entry: in the note or the assessment that it is about, or
    in the decision that it tells of. It stands beside the text for every reader, and its answer has a month.

    Raises NotFound for an entry that is not there for this reader, Invalid without words or speaker or with a day to
    come. The same `once_key` again changes nothing.
    """
    words, said_by = clean(words)[0], clean(said_by)[0]
    problems = {
        "said_by": "Say who says so" if is_blank(said_by) else "",
        "words": "Write what they say is wrong, in their words" if is_blank(words) else "",
        "asked_on": IN_FUTURE if asked_on > clock.today() else "",
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    if find_entry(actor, case_id, event_id) is None:
        raise NotFound
    if db.session.scalar(sa.select(Correction.id).where(Correction.once_key == once_key)) is not None:
        return
    about = db.session.scalar(
        sa.select(sa.func.min(Subject.id))
        .join(EventSubject, EventSubject.subject_id == Subject.id)
        .where(EventSubject.event_id == event_id, Subject.kind.in_(("note", "assessment")))
    )
    row = Correction(
        case_id=case_id,
        about_id=about,
        event_id=None if about else event_id,
        said_by=said_by,
        words=words,
        asked_on=asked_on,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
        once_key=once_key,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
            db.session.flush()
    except IntegrityError:
        # The same form, sent twice, met itself.
        return
    record(actor, "correction.asked", subjects=[case_id], correction=row.id, on=asked_on)


def answer_correction(actor: Actor, *, case_id: int, correction_id: int, answer: str, words: str) -> None:
    """Answer what the family says is wrong; both stay beside the text.

    Raises NotFound for one that is not this case's, Invalid for no answer or no words, Conflict when somebody
    answered it meanwhile. Where others wait still, their month runs on from the day they were asked.
    """
    words, _ = clean(words)
    problems = {
        "answer": "" if answer in CORRECTION_ANSWERS else "Choose what was done",
        "words": "Say what was changed, or why it stands" if is_blank(words) else "",
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    db.session.execute(sa.select(Case.id).where(Case.id == case_id).with_for_update())
    row = db.session.execute(
        sa.select(Correction.case_id, Correction.answer).where(Correction.id == correction_id)
    ).first()
    if row is None or row.case_id != case_id:
        raise NotFound
    if row.answer is not None:
        raise Conflict("Somebody answered this while your page was open. Their answer stands.")
    db.session.execute(
        sa.update(Correction)
        .where(Correction.id == correction_id)
        .values(answer=answer, answer_words=words, answered_at=clock.now(), answered_by_id=actor.user_id)
        .execution_options(synchronize_session=False)
    )
    record(actor, "correction.answered", subjects=[case_id], correction=correction_id, answer=answer)
    waiting = db.session.execute(
        sa.select(Correction.id, Correction.asked_on)
        .where(Correction.case_id == case_id, Correction.answer.is_(None))
        .order_by(Correction.asked_on, Correction.id)
        .limit(1)
    ).first()
    if waiting is not None:
        record(actor, "correction.waits", subjects=[case_id], correction=waiting.id, on=waiting.asked_on)


def record_family_group(
    actor: Actor,
    *,
    case_ids: Sequence[int],
    facts: FamilyGroupFacts,
    once_key: str,
    group_id: int | None = None,
    version: int = 0,
) -> None:
    """Keep what is known of a family group decision: a new one for each of these cases, or (with `group_id`, whose
    case is the first) another version of one, from the `version` that the writer saw.

    Raises NotFound for a case that the actor may not see or a decision of another case, Invalid for what does not fit
    together, Conflict when somebody was quicker.
    """
    known = {"answer": "" if facts.answer in ("", *GROUP_ANSWERS) else "Choose one of these answers"}
    days = {
        name: IN_FUTURE
        for name in ("offered_on", "answered_on", "held_on")
        if (day := getattr(facts, name)) and day > clock.today()
    }
    problems = {field: said for field, said in (check_family_group(facts) | known | days).items() if said}
    if problems:
        raise Invalid(problems)
    levels = levels_of(actor, "case", list(case_ids))
    if not case_ids or any(levels.get(case_id, -1) < L4 for case_id in case_ids):
        raise NotFound
    if group_id is not None:
        _amend_group(actor, case_ids[0], group_id, facts, version)
        return
    for place, case_id in enumerate(case_ids):
        key = f"{once_key[:36]}.{place}"
        if db.session.scalar(sa.select(FamilyGroup.id).where(FamilyGroup.once_key == key)) is not None:
            continue
        try:
            with db.session.begin_nested():
                group = FamilyGroup(case_id=case_id, current=1, once_key=key)
                db.session.add(group)
                db.session.flush()
        except IntegrityError:
            continue
        _add_version(actor, case_id, group.id, 1, facts)


def _amend_group(actor: Actor, case_id: int, group_id: int, facts: FamilyGroupFacts, version: int) -> None:
    changed = db.session.execute(
        sa.update(FamilyGroup)
        .where(FamilyGroup.id == group_id, FamilyGroup.case_id == case_id, FamilyGroup.current == version)
        .values(current=version + 1)
        .returning(FamilyGroup.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        if db.session.scalar(sa.select(FamilyGroup.case_id).where(FamilyGroup.id == group_id)) != case_id:
            raise NotFound
        raise Conflict("Somebody changed this while your page was open. What they wrote stands above the form.")
    _add_version(actor, case_id, group_id, version + 1, facts)


def _add_version(actor: Actor, case_id: int, group_id: int, number: int, facts: FamilyGroupFacts) -> None:
    db.session.add(
        FamilyGroupVersion(
            group_id=group_id,
            number=number,
            offered_on=facts.offered_on,
            offered_to=facts.offered_to,
            answer=facts.answer or None,
            answered_on=facts.answered_on,
            held_on=facts.held_on,
            plan=facts.plan,
            why_not=facts.why_not,
            author_id=actor.user_id,
            written_at=clock.now(),
        )
    )
    record(actor, "family_group.recorded", subjects=[case_id], group=group_id, number=number, step=facts.step)
