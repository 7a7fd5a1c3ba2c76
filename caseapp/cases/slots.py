"""What higher floors add to a case's pages, and the shapes they add it in."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from caseapp.kernel.slots import Slot

# The rows of slot `cases.card`, by the kind of their parts.
Told = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Action:
    """Something that can be done with a case: shown as a link, the one `primary` as the filled button."""

    label: str
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Notice:
    """Something under way that everybody with the case must see: a card at the top of its page."""

    text: str
    url: str | None = None
    label: str = ""


@dataclass(frozen=True)
class EntryWords:
    """What an entry of the chronology is told in: the words themselves, who they come from, and where the whole is."""

    words: str
    source: str = ""
    url: str | None = None


@dataclass(frozen=True)
class EventRow:
    """A row of the event log as the chronology reads it."""

    id: int
    code: str
    occurred_at: datetime
    recorded_at: datetime
    actor_id: int | None
    data: dict[str, object]


@dataclass(frozen=True)
class Broken:
    """A promise broken: the reference of what it is about, and what is wrong with it in words. `rule`: the number of a
    census rule, where the promise holds several of them; `mend`: what to do, where that differs from rule to rule."""

    reference: str
    words: str
    rule: str = ""
    mend: str = ""


@dataclass(frozen=True)
class Promise:
    """Something that holds of the whole database at every instant: a key, the promise in words, what to do where it is
    broken, and `find(connection)`, which gives each breach and keeps none."""

    key: str
    words: str
    mend: str
    find: Callable[[Any], Iterator[Broken]]


PROMISES = Slot("cases.promises", "() -> list of Promise: what `cases check` reads the whole database for")
CARD = Slot(
    "cases.card",
    "(case) -> selects made with `cases.queries.card_part` of what a higher floor keeps of a case (its bound number): "
    "they are read with the summary card, in its one statement",
)
ACTIONS = Slot(
    "cases.actions",
    "(actor, subject, case, told) -> list of Action and Notice: what may be done with a case (a CaseRow), what is "
    "under way; `told` are the rows of `cases.card` by kind",
)
CHRONOLOGY_WORDS = Slot(
    "cases.chronology_words",
    "(actor, rows) -> dict of event id to EntryWords, for the EventRows it knows; one statement at most",
)
TASK_WORDS = Slot(
    "cases.task_words",
    "(actor, subject_ids) -> dict of subject id to EntryWords: what tasks are about; one statement at most",
)
BEFORE_VISIT = Slot(
    "cases.before_visit",
    "(actor, case) -> list of EntryWords: what a visitor must know (a CaseRow), said by whom; one statement at most",
)
CODE_WORDS = Slot(
    "cases.code_words", "() -> dict of list name to dict of code to words, for `code:<list>` keys of events"
)
EARLIER = Slot(
    "cases.earlier",
    "(reader, cases) -> a select of the Subjects in which the children of these cases (a list of numbers, as a bind "
    "parameter) are told of besides: earlier contacts, without those that the reader (AnyReader) is kept from",
)
