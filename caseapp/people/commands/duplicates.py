"""The work list of records that may be of one person, made anew from the whole register."""

from collections.abc import Callable
from typing import cast

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch_new, transaction, write_rows
from caseapp.people.models import DuplicatePair
from caseapp.people.queries.duplicates import find_duplicates

_ADD = sa.insert(cast(sa.Table, DuplicatePair.__table__))


def look_for_duplicates(each: Callable[[int, int], None]) -> int:
    """Look through the whole register and keep the pairs found in the place of those of the last look; one that was
    found before keeps its day. `each` is called with how many people were looked at, and how many there are. Gives how
    many pairs. It changes no person and joins nobody; what was decided about a pair stays where it is."""
    found = {(pair.person_id, pair.other_id): (pair.scored.band, pair.scored.bits) for pair in find_duplicates(each)}
    now = clock.now()
    with transaction():
        before = {
            (row.person_id, row.other_id): row.found_at
            for row in fetch_new(sa.select(DuplicatePair.person_id, DuplicatePair.other_id, DuplicatePair.found_at))
        }
        db.session.execute(sa.delete(DuplicatePair))
        write_rows(
            _ADD,
            [
                {
                    "person_id": pair[0],
                    "other_id": pair[1],
                    "band": band,
                    "bits": bits,
                    "found_at": before.get(pair, now),
                }
                for pair, (band, bits) in found.items()
            ],
        )
    return len(found)
