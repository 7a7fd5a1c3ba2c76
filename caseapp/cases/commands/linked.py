"""Two records of one child are linked, or a link is taken back: what is kept from people holds for both, and two open
cases are put before those who hold them."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import cover, share_bars
from caseapp.access.queries import team_principals
from caseapp.cases.catalogue import TWO_CASES
from caseapp.cases.models import Case, Custody, Task
from caseapp.cases.queries.linked import linked_open_cases
from caseapp.kernel import events
from caseapp.kernel.db import fetch
from caseapp.people.queries import identity_of

from .writing import make_task, settle_tasks

_CASES = (
    sa.select(Case.id, Case.person_id, Custody.team_id)
    .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
    .where(Case.person_id.in_(sa.bindparam("persons", expanding=True, type_=sa.BigInteger())))
)

_ASKED = sa.select(Task.id).where(
    Task.case_id == sa.bindparam("case"),
    Task.about_id == sa.bindparam("about"),
    Task.kind == TWO_CASES,
    Task.done_at.is_(None),
)


def keep_together(person_ids: Collection[int]) -> None:
    """Work out anew what is kept from whom of these persons, of everybody who is one with them, and of their cases: a
    restriction on a person covers their cases; bars and restrictions of linked records hold for all of them. A team
    that holds a case is kept from nothing by what another record shares: half a record would help nobody."""
    groups = set(identity_of(person_ids).values())
    persons = sorted({number for group in groups for number in group})
    cases: dict[int, list[int]] = defaultdict(list)
    holders: set[str] = set()
    for row in fetch(_CASES, {"persons": persons}) if persons else ():
        cases[row.person_id].append(row.id)
        holders |= team_principals(row.team_id) if row.team_id else set()
    wholes = [(len(group), {*group, *(case for number in group for case in cases[number])}) for group in groups]
    everything = [number for _, whole in wholes for number in whole]
    share_bars(
        everything, [whole for size, whole in wholes if size > 1], but=dict.fromkeys(everything, frozenset(holders))
    )
    cover([whole for _, whole in wholes])


def follow_links(actor: Any, event: events.Recorded) -> None:
    """Hear that two records were linked, or a link was taken back."""
    persons = events.row_subjects[event.id]
    keep_together(persons)
    pairs = linked_open_cases(persons)
    for pair in pairs:
        for mine, other in ((pair.one_id, pair.other_id), (pair.other_id, pair.one_id)):
            if not fetch(_ASKED, {"case": mine, "about": other}):
                make_task(case_id=mine, kind=TWO_CASES, about_id=other, actor=actor)
    still = {number for pair in pairs for number in (pair.one_id, pair.other_id)}
    over = [row.id for row in fetch(_CASES, {"persons": persons}) if row.id not in still]
    if over:
        settle_tasks(actor, kind=TWO_CASES, about_ids=over)


def follow_restriction(_actor: Any, event: events.Recorded) -> None:
    """Hear that a person's record was restricted, or is no longer: their cases are with them."""
    keep_together(events.row_subjects[event.id])
