"""A person's cases: those through which the person is reached, and those that their page shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import L4, Actor, SubjectAccess
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape, sees
from caseapp.accounts.models import Professional, Team
from caseapp.cases.catalogue import CLOSURES
from caseapp.cases.domain import LEVELS
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.slots import EntryWords
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.models import FamilyMember, PersonIdentity
from caseapp.people.queries import FamilyRow, linked_to
from caseapp.people.slots import Panel

from .lists import OPEN_LEAD


def person_panels(actor: Actor, subject: SubjectAccess) -> list[Panel]:
    """For the slot `people.panels`: the person's cases, as the status card says them (L1). One statement."""
    return [Panel("Cases", "cases/_of_person.html", list_cases_of(actor, subject.id))]


def dangers_among(family: Sequence[FamilyRow]) -> list[EntryWords]:
    """What stands on the pages of a family's people of danger to whoever visits them: before the address, wherever
    that is shown."""
    return [EntryWords(words, f"{said_by}, of {person.name}") for person in family for words, said_by in person.dangers]


def around(kind: str, wanted: sa.CTE) -> list[sa.Select[Any]]:
    """For the slot `access.around`: a person is reached through their own cases and those of the families they are
    in, and kept from whoever is barred from one of these families."""
    if kind != "person":
        return []
    mine, theirs_too = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    theirs = sa.and_(FamilyMember.person_id == wanted.c.id, FamilyMember.to_at.is_(None))
    return [
        sa.select(wanted.c.id, Case.id).join(Case, Case.person_id == wanted.c.id),
        # The other records of the same person are on the same page.
        sa.select(wanted.c.id, Case.id)
        .join(mine, mine.person_id == wanted.c.id)
        .join(theirs_too, theirs_too.identity_id == mine.identity_id)
        .join(Case, Case.person_id == theirs_too.person_id),
        sa.select(wanted.c.id, Case.id).join(FamilyMember, theirs).join(Case, Case.family_id == FamilyMember.family_id),
        sa.select(wanted.c.id, FamilyMember.family_id).join(FamilyMember, theirs),
    ]


@dataclass(frozen=True)
class PersonCase:
    """A case of a person as their page shows it: what the status card says (L1), and where it is, for who may open
    it (`reference` is None for anybody else)."""

    reference: str | None
    opened_at: datetime
    closed_at: datetime | None
    level_words: str
    closed_because: str
    team_name: str | None
    team_phone: str | None
    lead_name: str | None
    lead_phone: str | None


def list_cases_of(actor: Actor, person_id: int) -> Sequence[PersonCase]:
    """The cases of a person whose page the guard has let this actor open, open ones first, then the latest: what the
    status card says of each. One statement."""
    rows = fetch(_cases_statement(*reader_shape(actor)), {"person": person_id, **reader_params(actor)})
    return [
        PersonCase(
            row.reference if row.opens else None,
            row.opened_at,
            row.closed_at,
            LEVELS[row.level],
            CLOSURES.get(row.close_reason or "", ""),
            row.team_name,
            row.team_phone,
            row.lead_name,
            row.lead_phone,
        )
        for row in rows
    ]


@cache
def _cases_statement(placed: bool, covers: bool) -> Any:
    reader = AnyReader(placed, covers)
    return (
        sa.select(
            Subject.reference,
            Case.opened_at,
            Case.closed_at,
            Case.level,
            Case.close_reason,
            Team.name.label("team_name"),
            Team.phone.label("team_phone"),
            Professional.name.label("lead_name"),
            Professional.phone.label("lead_phone"),
            sees(reader, Case.id, "case", L4).label("opens"),
        )
        .join(Subject, Subject.id == Case.id)
        .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .outerjoin(Team, Team.id == Custody.team_id)
        .outerjoin(Involvement, OPEN_LEAD)
        .outerjoin(Professional, Professional.id == Involvement.professional_id)
        .where(
            sa.or_(
                Case.person_id == sa.bindparam("person"),
                Case.person_id.in_(linked_to([sa.bindparam("person", type_=sa.BigInteger())])),
            ),
            not_barred(reader, Case.id),
        )
        .order_by(Case.closed_at.is_not(None), Case.opened_at.desc(), Case.id.desc())
    )
