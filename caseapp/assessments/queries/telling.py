"""Whom of the family was told of an assessment, and what they say to it."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.accounts.queries import user_name_of
from caseapp.assessments.catalogue import NOT_TOLD, TOLD_HOW, VIEWS
from caseapp.assessments.domain import ToldGiven
from caseapp.assessments.models import AssessmentTold
from caseapp.kernel.db import fetch
from caseapp.kernel.web import day
from caseapp.people.models import Person, PersonName
from caseapp.people.queries import CURRENT_NAME, PERSON_COLUMNS, shown_name


@dataclass(frozen=True)
class Told:
    """One record of it. `latest`: nothing later stands about this person."""

    person_id: int
    name: str
    told_on: date | None
    how: str
    told_by: str
    not_told: str
    view: str
    words: str
    recorded_at: datetime
    recorded_by: str
    latest: bool

    @property
    def said(self) -> str:
        """When, how and by whom; or why not."""
        if self.told_on is None:
            return f"Not told: {NOT_TOLD.get(self.not_told, self.not_told)}"
        how = TOLD_HOW.get(self.how, self.how)
        return f"Told {day(self.told_on)}, {how[:1].lower()}{how[1:]}, by {self.told_by}"

    @property
    def view_words(self) -> str:
        """What they say to it, in a few words; "" if nothing."""
        return VIEWS.get(self.view, "")

    def says(self, given: ToldGiven) -> bool:
        """Whether it says the same as what is handed in: the same form, sent twice."""
        if not given.was_told:
            return (self.told_on, self.not_told, self.words) == (None, given.not_told, given.words)
        return (self.told_on, self.how, self.told_by, self.view, self.words) == (
            given.told_on,
            given.how,
            given.told_by,
            given.view,
            given.words,
        )


def list_told(actor: Actor, assessment_id: int) -> list[Told]:
    """Who was told, newest first, without whom a conflict of interest keeps from this reader. One statement."""
    seen: set[int] = set()
    found = []
    for row in fetch(_told(*reader_shape(actor)), {"assessment": assessment_id, **reader_params(actor)}):
        found.append(
            Told(
                row.person_id,
                shown_name(row),
                row.told_on,
                row.how or "",
                row.told_by or "",
                row.not_told or "",
                row.view or "",
                row.words or "",
                row.recorded_at,
                row.recorded_by or "Somebody",
                row.person_id not in seen,
            )
        )
        seen.add(row.person_id)
    return found


@cache
def _told(placed: bool, covers: bool) -> Any:
    kept = AssessmentTold
    return (
        sa.select(
            kept.person_id,
            kept.told_on,
            kept.how,
            kept.told_by,
            kept.not_told,
            kept.view,
            kept.words,
            kept.recorded_at,
            user_name_of(kept.recorded_by_id).label("recorded_by"),
            *PERSON_COLUMNS,
        )
        .join(Person, Person.id == kept.person_id)
        .outerjoin(PersonName, CURRENT_NAME)
        .where(
            kept.assessment_id == sa.bindparam("assessment"),
            not_barred(AnyReader(placed, covers), kept.person_id),
        )
        .order_by(kept.id.desc())
    )
