"""Children with two open cases: their records were linked as one child's while both were open."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred
from caseapp.accounts.models import Team
from caseapp.cases.models import Case, Custody
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.models import PersonIdentity


@dataclass(frozen=True)
class TwoCases:
    """Two open cases of one child, the smaller number first, with the team that holds each."""

    one_id: int
    one: str
    one_team: str
    one_phone: str
    other_id: int
    other: str
    other_team: str
    other_phone: str

    def beside(self, case_id: int) -> tuple[str, str, str]:
        """Of the other one than this: reference, team and its telephone."""
        if case_id == self.one_id:
            return self.other, self.other_team, self.other_phone
        return self.one, self.one_team, self.one_phone


def linked_open_cases(person_ids: Collection[int] | None = None) -> list[TwoCases]:
    """Every pair of open cases that belong to one child by the links that stand; `person_ids`: only of these records'.
    For the page of each, and for the check of the whole database. One statement."""
    if person_ids is not None and not person_ids:
        return []
    given = {} if person_ids is None else {"persons": list(person_ids)}
    return [TwoCases(*row) for row in fetch(_statement(person_ids is not None), given)]


@cache
def _statement(some: bool) -> Any:
    tables: tuple[Any, ...] = (Case, PersonIdentity, Subject, Custody, Team)
    cases, persons, subjects, held, teams = ([orm.aliased(each), orm.aliased(each)] for each in tables)
    columns = [
        column
        for at, name in ((0, "one"), (1, "other"))
        for column in (
            cases[at].id.label(f"{name}_id"),
            subjects[at].reference.label(name),
            teams[at].name.label(f"{name}_team"),
            teams[at].phone.label(f"{name}_phone"),
        )
    ]
    query = (
        sa.select(*columns)
        .select_from(persons[0])
        .join(persons[1], persons[1].identity_id == persons[0].identity_id)
        .join(cases[0], sa.and_(cases[0].person_id == persons[0].person_id, cases[0].closed_at.is_(None)))
        .join(cases[1], sa.and_(cases[1].person_id == persons[1].person_id, cases[1].closed_at.is_(None)))
        .where(cases[0].id < cases[1].id)
        .order_by(cases[0].id, cases[1].id)
    )
    for at in (0, 1):
        query = (
            query.join(subjects[at], subjects[at].id == cases[at].id)
            .join(held[at], sa.and_(held[at].case_id == cases[at].id, held[at].to_at.is_(None)))
            .join(teams[at], teams[at].id == held[at].team_id)
        )
    if some:
        theirs: Any = sa.bindparam("persons", expanding=True, type_=sa.BigInteger())
        query = query.where(sa.or_(persons[0].person_id.in_(theirs), persons[1].person_id.in_(theirs)))
    return query


@dataclass(frozen=True)
class Twin:
    """Another open case of the same child, as the page of the first names it."""

    reference: str
    team: str
    phone: str


_BETWEEN, _COMMA = "\x1f", "\x1e"


def twins_column(reader: Actor | AnyReader, case_id: Any) -> Any:
    """The other open cases of a case's child, as one text for `read_twins`: a piece of a larger statement."""
    mine, other, case = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity), orm.aliased(Case)
    itself, subject, held, team = orm.aliased(Case), orm.aliased(Subject), orm.aliased(Custody), orm.aliased(Team)
    between: Any = sa.literal(_BETWEEN)
    comma: Any = sa.literal(_COMMA)
    one = subject.reference + between + team.name + between + team.phone
    return (
        sa.select(sa.func.aggregate_strings(one, comma))
        .select_from(itself)
        .join(mine, mine.person_id == itself.person_id)
        .join(other, other.identity_id == mine.identity_id)
        .join(case, sa.and_(case.person_id == other.person_id, case.closed_at.is_(None), case.id != itself.id))
        .join(subject, subject.id == case.id)
        .join(held, sa.and_(held.case_id == case.id, held.to_at.is_(None)))
        .join(team, team.id == held.team_id)
        .where(itself.id == case_id, not_barred(reader, case.id))
        .scalar_subquery()
    )


def read_twins(text: str | None) -> tuple[Twin, ...]:
    """What `twins_column` holds."""
    return tuple(Twin(*each.split(_BETWEEN)) for each in sorted((text or "").split(_COMMA)) if each)
