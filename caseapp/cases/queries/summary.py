"""The summary card of a child: school, dangers, legal status, who worked with the child and for how long, how often it
was assessed, stepped up and down, the census episodes. One statement for all of it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy import orm

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.accounts.models import Agency, Professional, Team
from caseapp.cases.catalogue import CLOSURES, END_REASONS, EPISODES, ROLES
from caseapp.cases.domain.childs_page import direction_of
from caseapp.cases.models import Case, CaseLevel, Custody, Episode, Involvement
from caseapp.cases.slots import CARD
from caseapp.deadlines.domain import TAKEN_BACK
from caseapp.kernel import clock
from caseapp.kernel.db import UTCDateTime, fetch, is_postgresql
from caseapp.kernel.events import Event, EventSubject
from caseapp.people.models import FamilyMember, Person, PersonIdentity, WorkerDanger
from caseapp.people.queries import FamilyRow

from .lists import CaseRow


@dataclass(frozen=True)
class WorkRow:
    """Somebody's part in the work with a child: as what, from when, until when (None: now), and why it ended."""

    professional_id: int
    name: str
    agency: str
    phone: str
    role: str
    leads: bool
    from_at: datetime
    to_at: datetime | None
    end_reason: str

    @property
    def role_words(self) -> str:
        """What they were."""
        return ROLES.get(self.role, self.role)

    @property
    def reason_words(self) -> str:
        """Why it ended; "" while it goes on."""
        return END_REASONS.get(self.end_reason, self.end_reason)

    @property
    def long(self) -> str:
        """For how long: days, then weeks, then months."""
        days = max(0, ((self.to_at or clock.now()) - self.from_at).days)
        for most, size, one in ((14, 1, "day"), (70, 7, "week")):
            if days < most:
                number = days // size
                return f"{number} {one}{'' if number == 1 else 's'}"
        return f"{days // 30} months"


@dataclass(frozen=True)
class EpisodeRow:
    """A census episode: what, from when to when, and why it ended."""

    kind: str
    referral_on: date
    closed_on: date | None
    reason: str


@dataclass(frozen=True)
class Danger:
    """Danger to people who visit, from the page of somebody in the family."""

    words: str
    said_by: str
    said_at: datetime


@dataclass(frozen=True)
class Summary:
    """What the summary card of a child tells beside what its page shows already."""

    school: str
    gp: str
    team_phone: str
    work: tuple[WorkRow, ...]
    episodes: tuple[EpisodeRow, ...]
    dangers: tuple[Danger, ...]
    legal: tuple[str, ...]
    assessments: int
    steps_up: int
    steps_down: int
    since: date | None
    seen_at: datetime | None
    household: tuple[FamilyRow, ...]
    # What higher floors know of the case, by the kind of their parts (slot `cases.card`).
    told: Mapping[str, Sequence[Any]]

    @property
    def lead(self) -> WorkRow | None:
        """Who leads the work now."""
        return next((row for row in self.work if row.leads and row.to_at is None), None)

    @property
    def co_workers(self) -> tuple[WorkRow, ...]:
        """Who works with the child besides, now."""
        return tuple(row for row in self.work if not row.leads and row.to_at is None)

    @property
    def led(self) -> int:
        """How many people have led the work, each counted once."""
        return len({row.professional_id for row in self.work if row.leads})

    @property
    def history_words(self) -> str:
        """ "2 assessments, 1 step-up since 2024"; "" when there was none."""
        said = [
            f"{number} {one if number == 1 else one + 's'}"
            for number, one in (
                (self.assessments, "assessment"),
                (self.steps_up, "step-up"),
                (self.steps_down, "step-down"),
            )
            if number
        ]
        return f"{', '.join(said)} since {self.since.year}" if said and self.since else ""


# What says of the law that it holds, and what ends it: events by their date.
LEGAL = (
    ("Child protection plan", ("plan.cp_began",), ("plan.cp_ended",)),
    ("Emergency protection order", ("epo.made",), ("epo.ended",)),
    ("Police protection", ("police_protection.began",), ("police_protection.ended",)),
    ("Section 47 enquiries", ("s47.began",), ("s47.ended", "conference.initial_held")),
    ("In our care", ("care.began",), ("care.ended",)),
)
SEEN = ("visit.made", "child.seen_by_agency")
ASSESSED = "assessment.authorised"
_CODES = tuple(
    dict.fromkeys([*SEEN, ASSESSED, TAKEN_BACK, *(code for _, begins, ends in LEGAL for code in (*begins, *ends))])
)


def get_summary(actor: Actor, case: CaseRow, family: Sequence[FamilyRow]) -> Summary:
    """The card of a case that the caller has loaded at L4, with its family as the page shows it. Of earlier cases of
    the same child it counts what is not kept from this reader. One statement."""
    given = {"case": case.id, "person": case.person_id, "family": case.family_id, **reader_params(actor)}
    rows = fetch(_statement(is_postgresql(), *reader_shape(actor)), given)
    of = _by_kind(rows)
    events = _standing(of["event"])
    levels = sorted(of["level"], key=lambda row: row.from_at)
    steps = [
        direction_of(before.text1, after.text1) for before, after in pairwise(levels) if before.number == after.number
    ]
    about = of["person"][0] if of["person"] else None
    began = min((row.from_at for row in (*levels, *of["work"])), default=None)
    return Summary(
        school=(about and about.text1) or "",
        gp=(about and about.text2) or "",
        team_phone=next((row.text2 or "" for row in of["team"]), ""),
        work=tuple(_work(row) for row in sorted(of["work"], key=lambda row: row.from_at, reverse=True)),
        episodes=tuple(
            EpisodeRow(EPISODES.get(row.text1, row.text1), row.day1, row.day2, CLOSURES.get(row.text2 or "", ""))
            for row in sorted(of["episode"], key=lambda row: row.day1, reverse=True)
        ),
        dangers=tuple(Danger(row.text1, row.text2, row.from_at) for row in of["danger"]),
        legal=_legal(events),
        assessments=sum(row.text1 == ASSESSED for row in events),
        steps_up=steps.count("up"),
        steps_down=steps.count("down"),
        since=clock.to_london(began).date() if began else None,
        seen_at=max((row.from_at for row in events if row.text1 in SEEN and row.flag), default=None),
        household=_household(case, family),
        told=of,
    )


def _by_kind(rows: Sequence[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for row in rows:
        found[row.kind].append(row)
    return found


def _standing(rows: Sequence[Any]) -> list[Any]:
    """The events that nobody took back, the first in life first."""
    gone = {row.data["event"] for row in rows if row.text1 == TAKEN_BACK}
    return sorted((row for row in rows if row.number not in gone), key=lambda row: (row.from_at, row.number))


def _legal(events: Sequence[Any]) -> tuple[str, ...]:
    """What the law says of the child now, with its day."""
    found = []
    for words, begins, ends in LEGAL:
        last = next((row for row in reversed(events) if row.flag and row.text1 in (*begins, *ends)), None)
        if last is not None and last.text1 in begins:
            found.append(f"{words} since {clock.to_london(last.from_at):%-d %B %Y}")
    return tuple(found)


def _work(row: Any) -> WorkRow:
    return WorkRow(
        row.number,
        row.text1,
        row.text4 or "",
        row.text5 or "",
        row.text2,
        bool(row.flag),
        row.from_at,
        row.to_at,
        row.text3 or "",
    )


def _household(case: CaseRow, family: Sequence[FamilyRow]) -> tuple[FamilyRow, ...]:
    """Who of the family lives where the child lives, by the addresses as they are recorded."""
    child = next((row for row in family if row.person_id == case.person_id), None)
    if child is None or child.address is None:
        return ()
    home = child.address.words
    return tuple(row for row in family if row.person_id != case.person_id and row.address and row.address.words == home)


def card_part(kind: str, **columns: Any) -> sa.Select[Any]:
    """One part of the card's statement: every part has the same columns, empty where it says nothing."""
    texts = {f"text{number}": sa.cast(sa.null(), sa.String()) for number in range(1, 6)}
    empty: dict[str, Any] = {
        "number": sa.cast(sa.null(), sa.BigInteger()),
        **texts,
        "flag": sa.cast(sa.null(), sa.Boolean()),
        "from_at": sa.cast(sa.null(), UTCDateTime()),
        "to_at": sa.cast(sa.null(), UTCDateTime()),
        "day1": sa.cast(sa.null(), sa.Date()),
        "day2": sa.cast(sa.null(), sa.Date()),
        "data": sa.cast(sa.null(), sa.JSON()),
    }
    return sa.select(
        sa.literal(kind).label("kind"), *((columns.get(name, value)).label(name) for name, value in empty.items())
    )


def _work_part() -> sa.Select[Any]:
    return (
        card_part(
            "work",
            number=Involvement.professional_id,
            text1=Professional.name,
            text2=Involvement.role,
            text3=Involvement.end_reason,
            text4=Agency.name,
            text5=Professional.phone,
            flag=Involvement.leads,
            from_at=Involvement.from_at,
            to_at=Involvement.to_at,
        )
        .join(Professional, Professional.id == Involvement.professional_id)
        .join(Agency, Agency.id == Professional.agency_id)
    )


def _cases(reader: AnyReader, person: Any) -> sa.Select[Any]:
    """The cases of a child under whichever record."""
    mine, theirs = orm.aliased(PersonIdentity), orm.aliased(PersonIdentity)
    linked = (
        sa.select(theirs.person_id).join(mine, mine.identity_id == theirs.identity_id).where(mine.person_id == person)
    )
    return sa.select(Case.id).where(
        Case.person_id.in_(sa.union(sa.select(person), linked)), not_barred(reader, Case.id)
    )


@cache
def _statement(array: bool, placed: bool, covers: bool) -> Any:
    """Built once: it runs on every case page. `array`: PostgreSQL takes the cases as a list that it has found; for a
    query in their place it read every case there is, and SQLite knows no list."""
    reader = AnyReader(placed, covers)
    person: Any = sa.bindparam("person", type_=sa.BigInteger())
    now: Any = sa.bindparam("case", type_=sa.BigInteger())
    # Found once for all parts.
    few = sa.select(_cases(reader, person).cte("few").c.id)

    def theirs(column: Any) -> sa.ColumnElement[bool]:
        return column == sa.any_(sa.func.array(few.scalar_subquery())) if array else column.in_(few)

    about = sa.select(EventSubject.event_id).where(theirs(EventSubject.subject_id))
    here = sa.exists().where(EventSubject.event_id == Event.id, EventSubject.subject_id == now).correlate(Event)
    return sa.union_all(
        card_part("person", text1=Person.school, text2=Person.gp).where(Person.id == person),
        card_part("team", text1=Team.name, text2=Team.phone)
        .join(Custody, Custody.team_id == Team.id)
        .where(Custody.case_id == now, Custody.to_at.is_(None)),
        _work_part().where(theirs(Involvement.case_id)),
        card_part(
            "level",
            number=CaseLevel.case_id,
            text1=CaseLevel.level,
            from_at=CaseLevel.from_at,
            to_at=CaseLevel.to_at,
        ).where(theirs(CaseLevel.case_id)),
        card_part(
            "episode",
            number=Episode.id,
            text1=Episode.kind,
            text2=Episode.closure_code,
            day1=Episode.referral_on,
            day2=Episode.closed_on,
        ).where(theirs(Episode.case_id)),
        card_part("danger", text1=WorkerDanger.words, text2=WorkerDanger.said_by, from_at=WorkerDanger.said_at)
        .join(FamilyMember, FamilyMember.person_id == WorkerDanger.person_id)
        .where(
            FamilyMember.family_id == sa.bindparam("family", type_=sa.BigInteger()),
            FamilyMember.to_at.is_(None),
            WorkerDanger.ended_at.is_(None),
            not_barred(reader, FamilyMember.person_id),
        ),
        card_part(
            "event",
            number=Event.id,
            text1=Event.code,
            flag=here,
            from_at=Event.occurred_at,
            data=Event.data,
        ).where(Event.id.in_(about), Event.code.in_(_CODES)),
        *(part for fill in CARD for part in fill(now)),
    )
