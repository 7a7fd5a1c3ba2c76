"""What the family says is wrong in the record: it stands beside the text for every later reader and print."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.queries import user_name_of
from caseapp.cases.catalogue import CORRECTION_ANSWERS
from caseapp.cases.models import Correction
from caseapp.kernel.db import fetch
from caseapp.kernel.events import EventSubject


@dataclass(frozen=True)
class CorrectionRow:
    """What somebody of the family says is wrong, and what was answered (`answer` is "" until then)."""

    id: int
    case_id: int
    about_id: int | None
    event_id: int | None
    said_by: str
    words: str
    asked_on: date
    recorded_by: str
    answer: str
    answer_words: str
    answered_at: datetime | None
    answered_by: str


_COLUMNS = (
    Correction.id,
    Correction.case_id,
    Correction.about_id,
    Correction.event_id,
    Correction.said_by,
    Correction.words,
    Correction.asked_on,
    Correction.answer,
    Correction.answer_words,
    Correction.answered_at,
    user_name_of(Correction.recorded_by_id).label("recorded_by"),
    user_name_of(Correction.answered_by_id).label("answered_by"),
)


def _row(row: Any) -> CorrectionRow:
    return CorrectionRow(
        row.id,
        row.case_id,
        row.about_id,
        row.event_id,
        row.said_by,
        row.words,
        row.asked_on,
        row.recorded_by or "Somebody",
        CORRECTION_ANSWERS.get(row.answer or "", row.answer or ""),
        row.answer_words or "",
        row.answered_at,
        row.answered_by or "",
    )


def corrections_beside(event_ids: Collection[int]) -> dict[int, tuple[CorrectionRow, ...]]:
    """What stands beside these events, the first said first: about the event itself, or about a text that it is about
    (a note, an assessment). One statement, none for no event."""
    if not event_ids:
        return {}
    found: dict[int, list[CorrectionRow]] = defaultdict(list)
    for row in fetch(_BESIDE, {"events": list(event_ids)}):
        found[row.beside_id].append(_row(row))
    return {event_id: tuple(rows) for event_id, rows in found.items()}


_EVENTS: Any = sa.bindparam("events", expanding=True)
_TEXT = orm.aliased(EventSubject)
_BESIDE = (
    sa.select(*_COLUMNS, _TEXT.event_id.label("beside_id"))
    .join(_TEXT, _TEXT.subject_id == Correction.about_id)
    .where(_TEXT.event_id.in_(_EVENTS))
    .union_all(sa.select(*_COLUMNS, Correction.event_id.label("beside_id")).where(Correction.event_id.in_(_EVENTS)))
)


def corrections_about(subject_id: int) -> tuple[CorrectionRow, ...]:
    """What the family says is wrong in a note or an assessment (its Subject), which the caller has loaded through what
    the actor may see; the first said first. One statement."""
    return tuple(_row(row) for row in fetch(_ABOUT, {"about": subject_id}))


_ABOUT = sa.select(*_COLUMNS).where(Correction.about_id == sa.bindparam("about")).order_by(Correction.id)


def corrections_of_case(case_id: int) -> tuple[CorrectionRow, ...]:
    """All that was said to be wrong in a case, what waits for an answer first. One statement."""
    return tuple(_row(row) for row in fetch(_OF_CASE, {"case": case_id}))


_OF_CASE = (
    sa.select(*_COLUMNS)
    .where(Correction.case_id == sa.bindparam("case"))
    .order_by(Correction.answered_at.is_not(None), Correction.asked_on, Correction.id)
)
