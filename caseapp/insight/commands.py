"""What is kept of the head's numbers: samples."""

from random import Random

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import OutOfOrder
from caseapp.kernel.events import record

from .models import Sample, SampleRow
from .queries import Asked, get_all, list_names, tell


def draw_sample(actor: Actor, asked: Asked, *, size: int, seed: int) -> int:
    """Draw a sample of the rows behind a number and keep it with its rows; gives its number.

    The same seed draws the same from the same rows. Asked for again (measure, team, part, day, size, seed), the sample
    that was drawn is given back as it was. Raises OutOfOrder when there is nothing to draw from (practice 30).
    """
    names = list_names()
    team = names.team_of(asked.team_id)
    same = {
        "measure": asked.measure.key,
        "team_key": team.key if team else "",
        "cut": asked.cut,
        "on_day": asked.as_at.day,
        "size": size,
        "seed": seed,
    }
    known = db.session.scalars(sa.select(Sample.id).filter_by(**same)).first()
    if known is not None:
        return known
    rows = get_all(asked)
    if not rows:
        raise OutOfOrder("There is nothing to draw from: this list is empty on that day.")
    # The rows come in the order of the list, so that the seed alone decides.
    chosen = sorted(Random(seed).sample(range(len(rows)), min(size, len(rows))))
    sample = Sample(
        **same,
        counted_at=asked.as_at.at,
        population=len(rows),
        drawn_at=clock.now(),
        drawn_by_id=actor.user_id,
    )
    db.session.add(sample)
    db.session.flush()
    drawn = [rows[place] for place in chosen]
    db.session.add_all(
        SampleRow(
            sample_id=sample.id,
            position=position,
            subject_id=row.subject_id,
            team_id=row.team_id,
            cut=row.cut,
            began_at=row.began_at,
            ended_at=row.ended_at,
            age=told.age,
        )
        for position, (row, told) in enumerate(zip(drawn, tell(asked, drawn, names), strict=True), start=1)
    )
    db.session.flush()
    record(
        actor,
        "sample.drawn",
        subjects=[actor.user_id],
        sample=sample.id,
        measure=asked.measure.key,
        size=len(drawn),
        seed=seed,
        on=asked.as_at.day,
    )
    return sample.id
