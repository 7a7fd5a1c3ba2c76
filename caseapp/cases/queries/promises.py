"""What holds of every case at every instant, each as a statement that finds where it does not. The database does the
comparing; what is broken comes row by row."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa

from caseapp.access.models import Reach
from caseapp.accounts.models import User
from caseapp.cases.catalogue import CLOSURES
from caseapp.cases.models import Case, CaseLevel, Custody, Episode, Involvement, Task
from caseapp.cases.slots import PROMISES, Broken, Promise
from caseapp.deadlines.models import Clock
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.people.models import PersonIdentity

from .lived import find_untold

ROWS = 500
_ASK_ADMIN = "Ask whoever runs the service: this can’t be put right on a page. The event log says what was done last."


def breaches(connection: sa.Connection, statement: Any) -> Iterator[Broken]:
    """The rows of a statement (reference, words), as they come from the database."""
    for row in connection.execute(statement, execution_options={"yield_per": ROWS}):
        yield Broken(row.reference, row.words)


def promise(key: str, words: str, mend: str, *statements: Any) -> Promise:
    """A promise whose breaches are the rows of statements: reference and words."""

    def find(connection: sa.Connection) -> Iterator[Broken]:
        for statement in statements:
            yield from breaches(connection, statement)

    return Promise(key, words, mend, find)


def _words(text: str) -> Any:
    return sa.literal(text).label("words")


def _case(*tables: Any) -> Any:
    """A case by its reference, joined with what is said of it."""
    query = sa.select(Subject.reference).select_from(Case).join(Subject, Subject.id == Case.id)
    for table in tables:
        query = query.join(table, table.case_id == Case.id)
    return query


def _stretches(table: Any, what: str) -> list[Any]:
    """From the opening to the closing, or until now, without a gap and without an overlap."""
    order = {"partition_by": table.case_id, "order_by": (table.from_at, table.id)}
    rows = sa.select(
        table.case_id,
        table.from_at,
        table.to_at,
        sa.func.row_number().over(**order).label("place"),
        sa.func.lag(table.to_at).over(**order).label("before"),
        sa.func.lead(table.id).over(**order).label("next_id"),
    ).subquery()
    of, before = rows.c, rows.c.before
    later = of.place > 1
    wrong = (
        (sa.and_(later, before < of.from_at), f"for some time no {what}"),
        (sa.and_(later, sa.or_(before.is_(None), before > of.from_at)), f"for some time two at once: {what}"),
        (sa.and_(of.place == 1, of.from_at > Case.opened_at), f"no {what} at the beginning"),
        (sa.and_(of.place == 1, of.from_at < Case.opened_at), f"{what} from before it was opened"),
        (of.to_at < of.from_at, f"{what} that ends before it begins"),
        (sa.and_(of.next_id.is_(None), Case.closed_at.is_(None), of.to_at.is_not(None)), f"no {what} now"),
        (
            sa.and_(Case.closed_at.is_not(None), sa.or_(of.to_at.is_(None), of.to_at > Case.closed_at)),
            f"{what} after the closing",
        ),
        (
            sa.and_(of.next_id.is_(None), Case.closed_at.is_not(None), of.to_at < Case.closed_at),
            f"no {what} at the end",
        ),
    )
    words = sa.case(*((test, sa.literal(text)) for test, text in wrong)).label("words")
    broken = (
        sa.select(Subject.reference, words)
        .select_from(rows)
        .join(Case, Case.id == of.case_id)
        .join(Subject, Subject.id == Case.id)
        .where(sa.or_(*(test for test, _ in wrong)))
    )
    none = _case().where(~sa.exists().where(table.case_id == Case.id)).add_columns(_words(f"no {what} at all"))
    return [broken, none]


def _leads() -> list[Any]:
    order: dict[str, Any] = {
        "partition_by": Involvement.case_id,
        "order_by": (Involvement.from_at, Involvement.id),
    }
    rows = (
        sa.select(
            Involvement.case_id,
            Involvement.from_at,
            sa.func.row_number().over(**order).label("place"),
            sa.func.lag(Involvement.to_at).over(**order).label("before"),
        )
        .where(Involvement.leads)
        .subquery()
    )
    two = (
        sa.select(Subject.reference, _words("two people led the work at once"))
        .join(rows, rows.c.case_id == Subject.id)
        .where(rows.c.place > 1, sa.or_(rows.c.before.is_(None), rows.c.before > rows.c.from_at))
    )
    after = (
        _case(Involvement)
        .where(Case.closed_at.is_not(None), sa.or_(Involvement.to_at.is_(None), Involvement.to_at > Case.closed_at))
        .add_columns(_words("somebody still works on a closed case"))
    )
    return [two, after]


def _level() -> Any:
    last = (
        sa.select(CaseLevel.level)
        .where(CaseLevel.case_id == Case.id)
        .order_by(CaseLevel.from_at.desc(), CaseLevel.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return _case().where(last != Case.level).add_columns(_words("the case says another level than its history"))


def _episodes() -> list[Any]:
    whole = sa.func.coalesce(PersonIdentity.identity_id, Episode.person_id)
    several = (
        sa.select(whole.label("whole"), Episode.kind)
        .select_from(Episode)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Episode.person_id)
        .where(Episode.closed_on.is_(None))
        .group_by(whole, Episode.kind)
        .having(sa.func.count() > 1)
        .subquery()
    )
    twice = (
        _case(Episode)
        .outerjoin(PersonIdentity, PersonIdentity.person_id == Episode.person_id)
        .join(several, sa.and_(several.c.whole == whole, several.c.kind == Episode.kind))
        .where(Episode.closed_on.is_(None))
        .add_columns(_words("the child has two open episodes of one kind, on this record or on one linked to it"))
    )
    codes = sa.or_(Episode.closed_on.is_(None) != Episode.closure_code.is_(None), ~_known(Episode.closure_code))
    return [
        twice,
        _case(Episode).where(codes).add_columns(_words("an episode with a closing date and no code, or the reverse")),
        _case(Episode)
        .where(Episode.closed_on.is_(None), Case.closed_at.is_not(None))
        .add_columns(_words("an episode is open on a closed case")),
        _case()
        .where(Case.closed_at.is_(None), ~sa.exists().where(Episode.case_id == Case.id, Episode.closed_on.is_(None)))
        .add_columns(_words("no episode is open")),
        _case(Episode).where(Episode.person_id != Case.person_id).add_columns(_words("an episode of another person")),
    ]


def _known(code: Any) -> Any:
    return sa.func.coalesce(code, "RC1").in_(sorted(CLOSURES))


def _two_cases() -> Any:
    mine, other, case = PersonIdentity, sa.orm.aliased(PersonIdentity), sa.orm.aliased(Case)
    return (
        _case()
        .join(mine, mine.person_id == Case.person_id)
        .join(other, sa.and_(other.identity_id == mine.identity_id, other.person_id != mine.person_id))
        .join(case, sa.and_(case.person_id == other.person_id, case.closed_at.is_(None)))
        .where(Case.closed_at.is_(None))
        .add_columns(_words("another record of the same child has an open case too"))
    )


def _reach() -> list[Any]:
    team = sa.literal("team:") + sa.cast(Custody.team_id, sa.String())
    user = sa.literal("user:") + sa.cast(User.id, sa.String())
    held = sa.exists().where(
        Reach.subject_id == Case.id, Reach.why == "custody", Reach.principal == team, Reach.until_at.is_(None)
    )
    led = sa.exists().where(
        Reach.subject_id == Case.id, Reach.why == "involved", Reach.principal == user, Reach.until_at.is_(None)
    )
    holds = sa.exists().where(Custody.case_id == Case.id, Custody.to_at.is_(None), team == Reach.principal)
    works = (
        sa.exists()
        .where(Involvement.case_id == Case.id, Involvement.to_at.is_(None), user == Reach.principal)
        .where(User.professional_id == Involvement.professional_id)
    )
    reached = (
        sa.select(Subject.reference)
        .select_from(Reach)
        .join(Case, Case.id == Reach.subject_id)
        .join(Subject, Subject.id == Case.id)
        .where(Reach.until_at.is_(None))
    )
    return [
        _case(Custody)
        .where(Custody.to_at.is_(None), ~held)
        .add_columns(_words("the accountable team can’t see the case")),
        _case(Involvement)
        .join(User, User.professional_id == Involvement.professional_id)
        .where(Involvement.to_at.is_(None), ~led)
        .add_columns(_words("somebody who works with the child can’t see the case")),
        reached.where(Reach.why == "custody", Case.closed_at.is_(None), ~holds).add_columns(
            _words("a team that is no longer accountable still sees the case")
        ),
        reached.where(Reach.why == "involved", ~works).add_columns(
            _words("somebody who no longer works with the child still sees the case")
        ),
    ]


def _open_on_closed(table: Any, key: Any, still: Any, words: str) -> Any:
    return (
        sa.select(Subject.reference, _words(words))
        .select_from(table)
        .join(Case, Case.id == key)
        .join(Subject, Subject.id == Case.id)
        .where(Case.closed_at.is_not(None), still)
    )


def _without_subject() -> Any:
    number = sa.literal("event ") + sa.cast(Event.id, sa.String())
    return sa.select(number.label("reference"), Event.code.label("words")).where(
        ~sa.exists().where(EventSubject.event_id == Event.id)
    )


_PROMISES = (
    promise(
        "custody",
        "An open case has exactly one accountable team at every instant, and a closed one none",
        _ASK_ADMIN,
        *_stretches(Custody, "accountable team"),
    ),
    promise(
        "lead", "At most one person leads the work with a child, and nobody after the closing", _ASK_ADMIN, *_leads()
    ),
    promise(
        "level",
        "A case is at one level at every instant, the one it shows",
        _ASK_ADMIN,
        *_stretches(CaseLevel, "level"),
        _level(),
    ),
    promise(
        "episode",
        "An open case has an open episode, of each kind one for a child, and what is closed has its code",
        "Open the case: close what should not run, with its reason.",
        *_episodes(),
    ),
    promise(
        "two_cases",
        "A child has one open case, also where there are several records of them",
        "Open both cases: agree with the other team who goes on, and close the other one.",
        _two_cases(),
    ),
    promise(
        "clock",
        "A clock runs only for an open case",
        "Run deadlines rebuild: it works out all clocks again from the events.",
        _open_on_closed(Clock, Clock.subject_id, Clock.stopped_at.is_(None), "a clock runs for a closed case"),
    ),
    promise(
        "task",
        "Nothing is left to be acknowledged on a closed case",
        "Open the case again, acknowledge what waits, and close it.",
        _open_on_closed(Task, Task.case_id, Task.done_at.is_(None), "something waits to be read on a closed case"),
    ),
    promise(
        "reach",
        "Who holds a case or works with a child sees the case, and nobody who did before",
        _ASK_ADMIN,
        *_reach(),
    ),
    promise(
        "event",
        "Each event says what it is about",
        "Run audit verify: an event was changed by hand.",
        _without_subject(),
    ),
    Promise(
        "history",
        "Team, level, people and episodes of a case are what its events say",
        "Run audit verify, then compare the case with its chronology: a row was changed by hand.",
        find_untold,
    ),
)


def promises() -> list[Promise]:
    """What the slice itself promises."""
    return [*_PROMISES]


def find_broken(connection: sa.Connection) -> Iterator[tuple[Promise, Broken]]:
    """Every breach of every promise that a slice makes, as the database gives it: none is kept."""
    for fill in PROMISES:
        for each in fill():
            for broken in each.find(connection):
                yield each, broken
