"""What there was of a child before its case: earlier cases of the same child, as far as the reader may see them."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4
from caseapp.access.queries import AnyReader, sees
from caseapp.cases.models import Case
from caseapp.people.models import PersonIdentity


def earlier_cases(reader: AnyReader, asked: Any) -> sa.Select[Any]:
    """The other cases of the children of the cases `asked` (a bind parameter), by the same record or one that is
    linked with it as the same person, that reach this reader at L4."""
    now, other = orm.aliased(Case), orm.aliased(Case)
    mine, theirs = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    linked = (
        sa.select(theirs.person_id)
        .join(mine, mine.identity_id == theirs.identity_id)
        .where(mine.person_id == now.person_id)
        .correlate(now)
    )
    return (
        sa.select(other.id)
        .select_from(now)
        .join(other, sa.or_(other.person_id == now.person_id, other.person_id.in_(linked)))
        .where(now.id.in_(asked), other.id.not_in(asked), sees(reader, other.id, "case", L4))
    )
