"""What higher floors add to a case's pages, and the shapes they add it in."""

from dataclasses import dataclass
from datetime import datetime

from caseapp.kernel.slots import Slot


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


ACTIONS = Slot(
    "cases.actions",
    "(actor, subject, case) -> list of Action and Notice: what may be done with a case (a CaseRow), what is under way",
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
