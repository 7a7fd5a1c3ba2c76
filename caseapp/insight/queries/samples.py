"""Samples that were drawn."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from caseapp.accounts.models import Professional, User
from caseapp.insight.catalogue import MEASURES, Measure
from caseapp.insight.models import Sample, SampleRow
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject

from .counting import Names
from .lists import ListRow, cut_words


@dataclass(frozen=True)
class SampleHead:
    """A sample: of what, as at which day, how many of how many, by which seed, by whom and when."""

    id: int
    measure: Measure
    team_key: str
    cut: str
    on_day: date
    counted_at: datetime
    seed: int
    size: int
    population: int
    drawn_at: datetime
    drawn_by: str


_HEAD = (
    sa.select(
        Sample.id,
        Sample.measure,
        Sample.team_key,
        Sample.cut,
        Sample.on_day,
        Sample.counted_at,
        Sample.seed,
        Sample.size,
        Sample.population,
        Sample.drawn_at,
        Professional.name,
    )
    .join(User, User.id == Sample.drawn_by_id)
    .join(Professional, Professional.id == User.professional_id)
)


def list_samples(*, before: int | None = None, limit: int = 50) -> list[SampleHead]:
    """The samples, the latest first; `before`: the number of the last one of the page before. One statement."""
    query = _HEAD.order_by(Sample.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Sample.id < before)
    return [_head(row) for row in db.session.execute(query)]


def _head(row: Any) -> SampleHead:
    return SampleHead(row[0], MEASURES[row[1]], *row[2:])


def get_sample(number: int, names: Names) -> tuple[SampleHead, list[ListRow]]:
    """A sample with its rows as they stood when it was drawn. Two statements. Raises NotFound."""
    row = db.session.execute(_HEAD.where(Sample.id == number)).first()
    if row is None:
        raise NotFound
    head = _head(row)
    rows = db.session.execute(
        sa.select(SampleRow, Subject.reference)
        .join(Subject, Subject.id == SampleRow.subject_id)
        .where(SampleRow.sample_id == number)
        .order_by(SampleRow.position)
    )
    found = []
    for each, reference in rows:
        team = names.team_of(each.team_id)
        found.append(
            ListRow(
                each.position,
                each.subject_id,
                each.team_id,
                reference,
                each.age,
                team.name if team else "",
                cut_words(head.measure, each.cut, names),
                each.began_at,
                each.ended_at,
            )
        )
    return head, found
