"""Children as the census rules see them: facts of people, episodes, assessments and what was recorded by its date. Four
statements, however many children."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.accounts.models import Team
from caseapp.assessments.domain import CHILD_AND_FAMILY
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases.models import Case, Custody, Episode
from caseapp.cases.slots import Broken
from caseapp.deadlines.domain import MOVED, TAKEN_BACK
from caseapp.kernel.clock import to_london
from caseapp.kernel.db import db
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.pathway.catalogue import EPISODE_BEFORE
from caseapp.people.domain.census import (
    ERROR,
    NOT_BEFORE_REFERRAL,
    RULES,
    AssessmentFacts,
    ChildFacts,
    Dated,
    EpisodeFacts,
    Facts,
    Rule,
    broken_rules,
)
from caseapp.people.domain.register import UPN
from caseapp.people.models import Person, PersonDisability, PersonIdentifier, PersonIdentity

CHUNK = 500


@dataclass
class Child:
    """A child of the census: the references of their last case and of their record, the team that holds or held it,
    and the facts. `cases`: numbers of all their cases, with the place of each one's episodes in the facts."""

    person: str
    case: str
    case_id: int
    team_id: int
    team: str
    facts: Facts = field(default_factory=Facts)
    cases: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))


def list_children(connection: sa.Connection, whom: Any) -> list[Child]:
    """The children whose records `whom` gives, with every record that is one with theirs: a query of numbers of
    persons, or the numbers themselves of `of_cases`. Four statements."""
    rows = connection.execute(_episodes(whom)).all()
    extras = _extras(connection, whom)
    found: dict[int, Child] = {}
    for row in rows:
        child = found.setdefault(
            row.whole, Child(row.person, row.reference, row.case_id, row.team_id or 0, row.team or "")
        )
        child.person, child.case, child.case_id = row.person, row.reference, row.case_id
        child.team_id, child.team = row.team_id or 0, row.team or ""
        child.cases[row.case_id].append(len(child.facts.episodes))
        episode = EpisodeFacts(row.referral_on, row.closed_on, row.closure_code)
        facts = ChildFacts(
            row.born_on,
            None if row.born_on else row.expected_on,
            row.sex,
            row.ethnicity,
            tuple(extras[row.person_id, UPN]),
            tuple(extras[row.person_id, _DISABILITY]),
        )
        child.facts = Facts(facts, (*child.facts.episodes, episode))
    by_case = {case_id: child for child in found.values() for case_id in child.cases}
    for case_id, assessment in _assessments(connection, whom):
        _put(by_case[case_id], case_id, assessment.started_on, assessment=assessment)
    for case_id, dated in _dated(connection, whom):
        _put(by_case[case_id], case_id, dated.on, began=dated)
    return list(found.values())


def _put(
    child: Child, case_id: int, on: date, *, assessment: AssessmentFacts | None = None, began: Dated | None = None
) -> None:
    """Into the episode of that case that was open on the day, or the first one. What came after the last one closed
    belongs to none: it was done in family help."""
    episodes = list(child.facts.episodes)
    places = [place for place in child.cases[case_id] if not (end := episodes[place].closed_on) or on <= end]
    if not places:
        return
    fitting = [place for place in places if episodes[place].referral_on <= on]
    place = (fitting or places)[0]
    one = episodes[place]
    if assessment is not None:
        one = replace(one, assessments=(*one.assessments, assessment))
    if began is not None:
        one = replace(one, began=(*one.began, began))
    episodes[place] = one
    child.facts = replace(child.facts, episodes=tuple(episodes))


def find_census_faults(connection: sa.Connection) -> Iterator[Broken]:
    """Each child who breaks a rule that could have been kept: what is only a query, or not known yet, is no broken
    promise, and stands on the page of what is to be mended. Read some children at a time."""
    rules = tuple(rule for rule in RULES if rule.kind == ERROR and not rule.asks)
    last = 0
    while numbers := list(connection.scalars(_PART, {"after": last})):
        last = numbers[-1]
        children = list_children(connection, sa.select(Person.id).where(Person.id.in_(numbers)))
        for child in children:
            for rule in broken_rules(child.facts, rules):
                yield Broken(child.case, rule.words[:1].lower() + rule.words[1:], rule.number, f"{rule.mend}.")


def broken_by_closing(child: Child, case_id: int, code: str, on: date) -> list[Rule]:
    """The rules that a child breaks once their open episode of a case closes on a day with a code, and did not before;
    none where no child in need episode is open on it."""
    episodes = list(child.facts.episodes)
    for place in child.cases.get(case_id, ()):
        if episodes[place].closed_on is None:
            episodes[place] = replace(episodes[place], closed_on=on, code=code)
    closed = replace(child.facts, episodes=tuple(episodes))
    before = set(broken_rules(child.facts))
    return [rule for rule in broken_rules(closed) if rule not in before]


@dataclass(frozen=True)
class Held:
    """Cases in whose open child in need episode an assessment is being written, and those in which an enquiry, a
    conference or a plan began."""

    writing: frozenset[int]
    began: frozenset[int]


def held_in_episode(case_ids: Collection[int]) -> Held:
    """What the open child in need episodes of these cases hold. Five statements."""
    writing, began = set(), set()
    for child in list_children(db.session.connection(), of_cases(case_ids)):
        for case_id, places in child.cases.items():
            running = [one for place in places if not (one := child.facts.episodes[place]).closed_on]
            if any(not each.authorised_on for one in running for each in one.assessments):
                writing.add(case_id)
            if any(one.began for one in running):
                began.add(case_id)
    return Held(frozenset(writing), frozenset(began))


def of_cases(case_ids: Collection[int]) -> list[int]:
    """The numbers of the persons of some cases and of everybody who is one with them, for `list_children`: of a few
    the database finds all else at once, where it would read every episode for a query in their place. One
    statement."""
    whom = sa.select(Case.person_id).where(Case.id.in_(list(case_ids)))
    return list(db.session.scalars(_records(whom)))


def _records(whom: Any) -> Any:
    """These persons, and everybody who is one with them."""
    if isinstance(whom, list):
        return whom
    mine, other = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    linked = sa.select(other.person_id).join(mine, mine.identity_id == other.identity_id)
    return sa.union(whom, linked.where(mine.person_id.in_(whom)))


def _episodes(whom: Any) -> Any:
    of_case, of_person = orm.aliased(Subject), orm.aliased(Subject)
    newest = sa.select(sa.func.max(Custody.id)).where(Custody.case_id == Case.id).correlate(Case).scalar_subquery()
    return (
        sa.select(
            sa.func.coalesce(PersonIdentity.identity_id, Episode.person_id).label("whole"),
            Episode.person_id,
            Episode.case_id,
            Episode.referral_on,
            Episode.closed_on,
            Episode.closure_code,
            of_case.reference,
            of_person.reference.label("person"),
            Custody.team_id,
            Team.name.label("team"),
            Person.born_on,
            Person.expected_on,
            Person.sex,
            Person.ethnicity,
        )
        .select_from(Episode)
        .join(Case, Case.id == Episode.case_id)
        .join(Person, Person.id == Episode.person_id)
        .join(of_case, of_case.id == Case.id)
        .join(of_person, of_person.id == Person.id)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Episode.person_id)
        .outerjoin(Custody, Custody.id == newest)
        .outerjoin(Team, Team.id == Custody.team_id)
        .where(Episode.kind == EPISODE_BEFORE, Episode.person_id.in_(_records(whom)))
        .order_by(Episode.referral_on, Episode.id)
    )


_DISABILITY = "disability"


def _extras(connection: sa.Connection, whom: Any) -> dict[tuple[int, str], list[str]]:
    """Pupil numbers and disabilities that stand, by person and which of the two."""
    numbers = sa.select(PersonIdentifier.person_id, PersonIdentifier.kind, PersonIdentifier.value).where(
        PersonIdentifier.kind == UPN,
        PersonIdentifier.ended_at.is_(None),
        PersonIdentifier.person_id.in_(_records(whom)),
    )
    codes = sa.select(PersonDisability.person_id, sa.literal(_DISABILITY), PersonDisability.code).where(
        PersonDisability.ended_at.is_(None), PersonDisability.person_id.in_(_records(whom))
    )
    found: dict[tuple[int, str], list[str]] = defaultdict(list)
    for person_id, kind, value in connection.execute(sa.union_all(numbers, codes)):
        found[person_id, kind].append(value)
    return found


def _cases(whom: Any) -> Any:
    """The cases with a child in need episode: those that `_episodes` gives."""
    return sa.select(Episode.case_id).where(Episode.kind == EPISODE_BEFORE, Episode.person_id.in_(_records(whom)))


def _assessments(connection: sa.Connection, whom: Any) -> Iterator[tuple[int, AssessmentFacts]]:
    rows = connection.execute(
        sa.select(AssessmentChild.case_id, Assessment.started_at, Assessment.authorised_at, AssessmentChild.factors)
        .join(Assessment, Assessment.id == AssessmentChild.assessment_id)
        # Those of family help are not in the census.
        .where(AssessmentChild.case_id.in_(_cases(whom)), Assessment.kind == CHILD_AND_FAMILY)
        .order_by(Assessment.started_at, Assessment.id)
    )
    for case_id, started_at, authorised_at, factors in rows:
        done = _day(authorised_at) if authorised_at else None
        # What is ticked while it is being written is no factor yet (8614).
        yield case_id, AssessmentFacts(_day(started_at), done, tuple(factors or ()) if done else ())


def _dated(connection: sa.Connection, whom: Any) -> Iterator[tuple[int, Dated]]:
    """Enquiries, conferences and plans by the day on which they were, as it was put right."""
    rows = connection.execute(
        sa.select(EventSubject.subject_id, Event.id, Event.code, Event.occurred_at, Event.data)
        .join(Event, Event.id == EventSubject.event_id)
        .where(EventSubject.subject_id.in_(_cases(whom)), Event.code.in_((*NOT_BEFORE_REFERRAL, MOVED, TAKEN_BACK)))
        .order_by(Event.id)
    )
    stands: dict[tuple[int, int], tuple[str, datetime]] = {}
    for row in rows:
        about = (row.subject_id, int(row.data.get("event", 0)))
        if row.code == TAKEN_BACK:
            stands.pop(about, None)
        elif row.code == MOVED:
            if about in stands:
                stands[about] = stands[about][0], datetime.fromisoformat(row.data["to"])
        else:
            stands[row.subject_id, row.id] = row.code, row.occurred_at
    for (case_id, _), (code, at) in stands.items():
        yield case_id, Dated(NOT_BEFORE_REFERRAL[code], _day(at))


def _day(at: datetime) -> date:
    return to_london(at).date()


_PART = (
    sa.select(Episode.person_id)
    .where(Episode.kind == EPISODE_BEFORE, Episode.person_id > sa.bindparam("after"))
    .distinct()
    .order_by(Episode.person_id)
    .limit(CHUNK)
)
