"""The daily e-mail: what is late, due today and coming, by reference. No name of a child or an adult stands in it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from caseapp.deadlines.domain import long_day

# More than this is not read in a mail: the page has the rest.
MOST_LINES = 40


@dataclass(frozen=True)
class Line:
    """One clock as the mail tells of it: whose reference, which rule, when it is (was) due in words, where to look."""

    reference: str
    rule: str
    due_words: str
    state: str
    statutory: bool
    url: str = ""


@dataclass(frozen=True)
class Mail:
    """What is sent: subject line and plain text."""

    subject: str
    text: str


HEADINGS = (("late", "Late"), ("today", "Due today"), ("coming", "Coming"))


def count_words(lines: Sequence[Line]) -> str:
    """'2 late, 1 due today, 3 coming'."""
    words = {"late": "late", "today": "due today", "coming": "coming"}
    amounts = {state: sum(line.state == state for line in lines) for state in words}
    return ", ".join(f"{amounts[state]} {words[state]}" for state in words if amounts[state])


def write_mail(lines: Sequence[Line], *, on: date, page_url: str, settings_url: str, place: str) -> Mail:
    """The mail of a day: late first, and what the law sets before what is local. Takes at least one line."""
    shown = sorted(lines, key=lambda line: (_ORDER[line.state], not line.statutory))[:MOST_LINES]
    text = [f"Your reminders on {long_day(on)}: {count_words(lines)}."]
    for state, heading in HEADINGS:
        those = [line for line in shown if line.state == state]
        if those:
            text += ["", f"{heading.upper()}", *(row for line in those for row in _rows(line))]
    if more := len(lines) - len(shown):
        text += ["", f"And {more} more, which stand on the page."]
    text += [
        "",
        f"All your reminders: {page_url}",
        f"Change how you are told: {settings_url}",
        "",
        f"Safeguarding together, {place}. References only stand here, so that nobody is named if this goes astray.",
        "Nobody reads answers to it.",
        "",
    ]
    return Mail(f"Reminders: {count_words(lines)}", "\n".join(text))


_ORDER = {state: number for number, (state, _) in enumerate(HEADINGS)}


def _rows(line: Line) -> list[str]:
    law = " (set by law)" if line.statutory else ""
    rows = [f"{line.reference}  {line.rule}{law}", f"    {line.due_words}"]
    return [*rows, f"    {line.url}"] if line.url else rows


def message_id(user_reference: str, on: date, secret: str, host: str) -> str:
    """The same for the same person and day, whoever sends it and however often: mail systems know a copy by it."""
    digest = hashlib.sha256(f"{secret}:{user_reference}:{on.isoformat()}".encode()).hexdigest()[:32]
    return f"<reminders-{on.isoformat()}-{digest}@{host}>"
