"""People who answer a search, the best first: only whom this reader may know of, in what is shown and in what is
counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import HUB, L1, L4, Actor
from caseapp.access.models import Bar, Restricted, Restriction, RestrictionReader
from caseapp.access.queries import AnyReader, levels_in, not_barred, reader_params, reader_shape, sees
from caseapp.accounts.models import Professional, Team
from caseapp.cases.catalogue import CLOSURES
from caseapp.cases.domain import LEVELS
from caseapp.cases.models import Case, Custody, Involvement
from caseapp.cases.queries.lists import OPEN_LEAD
from caseapp.kernel import clock
from caseapp.kernel.db import fetch
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.dates import day_words
from caseapp.people.domain.names import full_name
from caseapp.people.models import FamilyMember, Person, PersonKey, PersonName, Stay
from caseapp.people.queries import STAY_NOW, shown_age
from caseapp.referrals.models import Referral, ReferralChild
from caseapp.search.domain import Answer, Asked, Named, answer, years_before

from .plan import Plan

# So many are looked at, and counted; more are said to be more.
MOST, MOST_NEAR = 1_000, 300
A_PAGE = 25
GROWN_UP = 18
_MISTAKEN = "mistaken"
_ANYBODY = Answer(0, True, ())


@dataclass(frozen=True)
class Candidate:
    """Somebody who answers, before anything more about them is looked up for a page."""

    id: int
    row: Any
    answer: Answer
    order: tuple[Any, ...]


@dataclass(frozen=True)
class PersonHit:
    """Somebody found, as far as this reader may see them: birth date and place only where they see the record."""

    id: int
    reference: str
    name: str
    age: str
    born_on: date | None
    sector: str | None
    address_protected: bool
    why: tuple[str, ...]
    case_reference: str | None
    level_words: str
    team: str
    lead: str
    level: int
    # Of the case that closed last, where none is open.
    closed_at: datetime | None = None
    closed_because: str = ""


@dataclass(frozen=True)
class People:
    """Who answers, the best first; whether there are `more` than were looked at; and for the hub alone, of whom only
    named people may know: their numbers, and whom to ring."""

    found: Sequence[Candidate] = ()
    more: bool = False
    ring: Mapping[int, str] = field(default_factory=dict)


def find_people(actor: Actor, asked: Asked, plan: Plan) -> People:
    """Who answers, of those this reader may know of. One statement."""
    given: dict[str, Any] = {**reader_params(actor), **_given(asked, plan)}
    shape = (bool(actor.teams(HUB)), plan.by, len(plan.also), bool(plan.sectors), bool(asked.postcodes))
    rows = fetch(_people_statement(*reader_shape(actor), *shape, plan.born is not None), given)
    found, ring = [], {}
    grown_up_since = years_before(clock.today(), GROWN_UP)
    for number, group in groupby(rows, key=lambda row: row.id):
        names = list(group)
        best = answer(asked.words, [_named(row) for row in names if row.name_kind]) if asked.words else _ANYBODY
        if best is None:
            continue
        if names[0].ring is not None:
            ring[number] = names[0].ring
            continue
        row = next((row for row in names if row.is_current), names[0])
        grown_up = row.born_on is not None and row.born_on <= grown_up_since
        by_name = ((row.last or "").casefold(), (row.first or "").casefold(), number)
        order = (best.far, not best.by_present_name, grown_up, not row.has_case, *by_name)
        found.append(Candidate(number, row, best, order))
    found.sort(key=lambda one: one.order)
    whole = {row.id for row in rows if row.whole}
    more = len(whole) > MOST or len({row.id for row in rows} - whole) > MOST_NEAR or len(found) > MOST
    return People(found[:MOST], more, ring)


def _given(asked: Asked, plan: Plan) -> dict[str, Any]:
    given: dict[str, Any] = {f"also_{place}": keys for place, keys in enumerate(plan.also)}
    if plan.by == "keys":
        given |= {"exact": plan.exact, "near": plan.near}
    if plan.by == "numbers":
        given["numbers"] = _list(asked.numbers)
    if plan.by == "references":
        given["references"] = _list(asked.references)
    if plan.sectors:
        given["sectors"] = _list(plan.sectors)
    if asked.postcodes:
        given["postcodes"] = _list(["".join(postcode.split()) for postcode in asked.postcodes])
    if plan.born is not None:
        given["born_from"], given["born_to"] = plan.born
    return given


def _list(texts: Iterable[str]) -> list[str]:
    """As many as the statement has places for: it is kept for few lengths."""
    kept = list(texts)[:10]
    return [*kept, *kept[:1] * (10 - len(kept))]


def _named(row: Any) -> Named:
    return Named(row.first or "", row.middle, row.last or "", row.name_kind, bool(row.is_current))


@cache
def _people_statement(
    placed: bool, covers: bool, hub: bool, by: str, also: int, sectors: bool, postcodes: bool, born: bool
) -> Any:
    """Whoever is found under the keys, less whom a conflict of interest keeps from the reader, with all their names."""
    reader = AnyReader(placed, covers)
    barred = barred_people(reader, restricted=not hub).cte("barred")

    def kept(person_id: Any) -> list[sa.ColumnElement[bool]]:
        conditions = [person_id.not_in(sa.select(barred.c[0]))]
        for place in range(also):
            one = orm.aliased(PersonKey)
            keys: Any = sa.bindparam(f"also_{place}", expanding=True)
            conditions.append(sa.exists().where(one.person_id == person_id, one.key.in_(keys)))
        if sectors and by != "sectors":
            conditions.append(_lived(person_id, Stay.sector, "sectors"))
        if postcodes:
            conditions.append(_lived(person_id, sa.func.replace(sa.func.upper(Stay.postcode), " ", ""), "postcodes"))
        if born:
            conditions.append(_born(person_id))
        return conditions

    if by == "keys":
        branches = [
            sa.select(PersonKey.person_id.label("id"), sa.literal(whole).label("whole"))
            .where(PersonKey.key.in_(sa.bindparam(name, expanding=True)), *kept(PersonKey.person_id))
            .distinct()
            .limit(most + 1)
            .subquery()
            for name, whole, most in (("exact", 1, MOST), ("near", 0, MOST_NEAR))
        ]
        either = sa.union_all(*(sa.select(branch.c.id, branch.c.whole) for branch in branches)).subquery()
        found: Any = sa.select(either.c.id, sa.func.max(either.c.whole).label("whole")).group_by(either.c.id).subquery()
    else:
        found = _otherwise(by, kept).add_columns(sa.literal(1).label("whole")).distinct().limit(MOST + 1).subquery()
    has_case = sa.exists().where(Case.person_id == Person.id, Case.closed_at.is_(None))
    return (
        sa.select(
            Person.id,
            Person.description,
            Person.born_on,
            Person.born_estimated,
            Person.expected_on,
            PersonName.first,
            PersonName.middle,
            PersonName.last,
            PersonName.kind.label("name_kind"),
            PersonName.is_current,
            has_case.label("has_case"),
            found.c.whole,
            (_ring(reader) if hub else sa.null()).label("ring"),
        )
        .select_from(found)
        .join(Person, Person.id == found.c.id)
        .outerjoin(PersonName, sa.and_(PersonName.person_id == Person.id, PersonName.kind != _MISTAKEN))
        .order_by(Person.id)
    )


def _otherwise(by: str, kept: Any) -> sa.Select[Any]:
    """People by where they live, by a number in another system, or by a reference of theirs or of a case of theirs."""
    if by == "sectors":
        where = Stay.sector.in_(sa.bindparam("sectors", expanding=True))
        return sa.select(Stay.person_id.label("id")).where(where, *_OPENLY, *kept(Stay.person_id))
    if by == "numbers":
        where = Person.source_id.in_(sa.bindparam("numbers", expanding=True))
        return sa.select(Person.id.label("id")).where(where, *kept(Person.id))
    references = Subject.reference.in_(sa.bindparam("references", expanding=True))
    themselves = sa.select(Subject.id).where(references, Subject.kind == "person")
    cases = sa.select(Case.person_id).join(Subject, Subject.id == Case.id).where(references)
    return sa.select(Person.id.label("id")).where(Person.id.in_(sa.union(themselves, cases)), *kept(Person.id))


# A protected address finds nobody: that somebody was found by it would tell who lives there.
_OPENLY = (~Stay.protected, Stay.state == "lived")


# Both ask for each one found: PostgreSQL would join an EXISTS the other way round, and read everybody born that year.
def _lived(person_id: Any, column: Any, name: str) -> sa.ColumnElement[bool]:
    there = sa.select(sa.func.count()).select_from(Stay)
    return (
        there.where(
            Stay.person_id == person_id, column.in_(sa.bindparam(name, expanding=True)), *_OPENLY
        ).scalar_subquery()
    ) > 0


def _born(person_id: Any) -> sa.ColumnElement[bool]:
    someone = orm.aliased(Person)
    first, last = (sa.bindparam(name, type_=sa.Date()) for name in ("born_from", "born_to"))
    return sa.select(someone.born_on).where(someone.id == person_id).scalar_subquery().between(first, last)


def _ring(reader: AnyReader) -> Any:
    """Whom to ring about somebody whose record a restriction keeps from the reader; nobody without one."""
    return (
        sa.select(sa.func.min(Restriction.ring))
        .join(Restricted, Restricted.restriction_id == Restriction.id)
        .where(Restricted.subject_id == Person.id, _unread(reader))
        .correlate(Person)
        .scalar_subquery()
    )


def barred_people(reader: AnyReader, *, restricted: bool) -> sa.CompoundSelect[Any]:
    """The people who are kept from a reader: by a restriction, or by a bar on themselves, their cases and families, or
    open referrals about them, as in `access.queries.get_subject` the other way round. Both are few, and found first."""
    bars = sa.select(Bar.subject_id.label("id")).where(Bar.principal.in_(reader.principals)).cte("bars")
    undecided = sa.and_(Referral.id == bars.c.id, Referral.state != "decided")
    member = sa.select(FamilyMember.person_id).select_from(bars)
    now = FamilyMember.to_at.is_(None)
    told = sa.select(ReferralChild.person_id).select_from(bars).join(Referral, undecided)
    child = ReferralChild.referral_id == Referral.id
    kept = [sa.select(Restricted.subject_id).where(_unread(reader))] if restricted else []
    return sa.union_all(
        *kept,
        sa.select(bars.c.id),
        sa.select(Case.person_id).select_from(bars).join(Case, Case.id == bars.c.id),
        member.join(FamilyMember, sa.and_(FamilyMember.family_id == bars.c.id, now)),
        member.join(Case, Case.id == bars.c.id).join(
            FamilyMember, sa.and_(FamilyMember.family_id == Case.family_id, now)
        ),
        member.join(Referral, undecided).join(FamilyMember, FamilyMember.said_in_id == Referral.id),
        told.join(ReferralChild, child).where(ReferralChild.person_id.is_not(None)),
        sa.select(Person.id)
        .select_from(bars)
        .join(Referral, undecided)
        .join(ReferralChild, child)
        .join(Person, Person.match_key == ReferralChild.match_key),
    )


def _unread(reader: AnyReader) -> sa.ColumnElement[bool]:
    """The condition that a restriction names nobody whom this reader is or belongs to."""
    return ~sa.exists().where(
        RestrictionReader.restriction_id == Restricted.restriction_id,
        RestrictionReader.principal.in_(reader.principals),
    )


def show_people(actor: Actor, candidates: Sequence[Candidate], asked: Asked) -> list[PersonHit]:
    """What a page shows of these people: whether a case is open, with whom, and more where the reader sees the record.
    One statement."""
    # Filled up to one length, for which the statement is kept.
    given = {"ids": [*(one.id for one in candidates), *[-1] * (A_PAGE - len(candidates))], **reader_params(actor)}
    rows = {row.id: row for row in fetch(_details_statement(*reader_shape(actor)), given)}
    return [_hit(one, rows[one.id], asked) for one in candidates if one.id in rows]


@cache
def _details_statement(placed: bool, covers: bool) -> Any:
    reader, case_subject, closed = AnyReader(placed, covers), orm.aliased(Subject), orm.aliased(Case)
    last_closed = (
        sa.select(closed.id)
        .where(closed.person_id == Person.id, closed.closed_at.is_not(None), not_barred(reader, closed.id))
        .order_by(closed.closed_at.desc(), closed.id.desc())
        .limit(1)
        .correlate(Person)
        .scalar_subquery()
    )
    over = orm.aliased(Case)
    seen = levels_in(reader, "person").subquery()
    return (
        sa.select(
            seen.c.id,
            seen.c.level.label("seen_at"),
            Subject.reference,
            Person.source_system,
            case_subject.reference.label("case_reference"),
            Case.level,
            Team.name.label("team"),
            Professional.name.label("lead"),
            Stay.sector,
            Stay.protected,
            sees(reader, Case.id, "case", L4).label("sees_case"),
            over.closed_at,
            over.close_reason,
        )
        .join(Person, Person.id == seen.c.id)
        .join(Subject, Subject.id == seen.c.id)
        .outerjoin(Case, sa.and_(Case.person_id == Person.id, Case.closed_at.is_(None), not_barred(reader, Case.id)))
        .outerjoin(case_subject, case_subject.id == Case.id)
        .outerjoin(over, over.id == last_closed)
        .outerjoin(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None)))
        .outerjoin(Team, Team.id == Custody.team_id)
        .outerjoin(Involvement, OPEN_LEAD)
        .outerjoin(Professional, Professional.id == Involvement.professional_id)
        .outerjoin(Stay, STAY_NOW)
    )


def _hit(one: Candidate, row: Any, asked: Asked) -> PersonHit:
    record = row.seen_at is not None and row.seen_at >= L4
    named = one.row
    first = " ".join(part for part in (named.first, named.middle) if part)
    return PersonHit(
        id=one.id,
        reference=row.reference,
        name=full_name(first, named.last, description=named.description),
        age=shown_age(named),
        born_on=named.born_on if record else None,
        sector=row.sector if record and not row.protected else None,
        address_protected=record and bool(row.protected),
        why=(*one.answer.why, *_also_why(one, row, asked)),
        case_reference=row.case_reference if row.sees_case else None,
        level_words=LEVELS.get(row.level, "") if row.level else "",
        team=row.team or "",
        lead=row.lead or "",
        level=L4 if record else L1,
        closed_at=row.closed_at,
        closed_because=CLOSURES.get(row.close_reason or "", ""),
    )


def _also_why(one: Candidate, row: Any, asked: Asked) -> list[str]:
    """What they have of the rest that was typed: it says no more than the reader typed."""
    said = [f"born on {day_words(one.row.born_on)}" for day in asked.born_on if one.row.born_on == day]
    said += [f"born in {year}" for year in asked.born_in if one.row.born_on and one.row.born_on.year == year]
    said += [f"lives or lived in {postcode}" for postcode in asked.postcodes]
    if asked.sectors:
        said.append(f"lives or lived in {asked.sectors[0] if len(asked.sectors) == 1 else asked.sectors[0][:-2]}")
    said += ["this NHS number"] * bool(asked.nhs_numbers) + ["this UPN"] * bool(asked.upns)
    said += ["this telephone number"] * bool(asked.phones)
    if asked.numbers and row.source_system:
        said.append(f"this number in {row.source_system}")
    return said
