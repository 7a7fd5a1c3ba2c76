"""An assessment's states, what must be said before it is handed in, and what differs when two people wrote. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

WRITING, SUBMITTED, AUTHORISED = "writing", "submitted", "authorised"
SAVE, SUBMIT, SEND_BACK, AUTHORISE = "save", "submit", "send_back", "authorise"

# state, act -> the state after it. What is not here can't be done.
TRANSITIONS: dict[tuple[str, str], str] = {
    (WRITING, SAVE): WRITING,
    (WRITING, SUBMIT): SUBMITTED,
    (SUBMITTED, SEND_BACK): WRITING,
    (SUBMITTED, AUTHORISE): AUTHORISED,
}

STATE_WORDS = {
    WRITING: "being written",
    SUBMITTED: "waiting for a manager to authorise it",
    AUTHORISED: "authorised",
}
_ACT_WORDS = {
    SAVE: "changed",
    SUBMIT: "submitted",
    SEND_BACK: "sent back",
    AUTHORISE: "authorised",
}

NONE_IDENTIFIED = "21"
"""The census code for "no factors identified", which stands alone (DfE rule 8869)."""

NO_FURTHER_ACTION = "close"

Parts = Mapping[str, str]
Answers = dict[str, str | list[str]]
"""A whole assessment, flat: part keys, then `voice_<case>`, `factors_<case>` (codes) and `outcome_<case>` for each
child.
"""


@dataclass(frozen=True)
class ChildPart:
    """What is recorded for one child: census factor codes and the outcome's code ("" while undecided)."""

    factors: tuple[str, ...] = ()
    outcome: str = ""


def next_state(state: str, act: str) -> str | None:
    """The state after `act`, or None if it can't be done from `state`."""
    return TRANSITIONS.get((state, act))


def why_not(state: str, act: str) -> str:
    """Why `act` can't be done from `state`, as a sentence."""
    return f"This assessment is {STATE_WORDS[state]}, so it can't be {_ACT_WORDS[act]}."


def check_factors(codes: Collection[str], outcome: str = "") -> str:
    """What is wrong with one child's factors, as a sentence; "" if nothing is.

    At least one (8897Q); 21 only alone (8869) and, as the code list says, only where no further action follows.
    """
    if not codes:
        return "Choose at least one factor, or “No factors identified”"
    if NONE_IDENTIFIED in codes and len(codes) > 1:
        return "“No factors identified” can't stand beside another factor. Choose one or the other"
    if NONE_IDENTIFIED in codes and outcome not in ("", NO_FURTHER_ACTION):
        return "“No factors identified” only goes with no further action. Choose the factors, or that outcome"
    return ""


def missing_to_submit(parts: Parts, required: Mapping[str, str], children: Mapping[int, ChildPart]) -> dict[str, str]:
    """What stops submitting: field name to message.

    `required` gives each needed part's message; children by case number.
    """
    problems = {key: message for key, message in required.items() if not parts.get(key, "").strip()}
    for case_id, child in children.items():
        wrong = check_factors(child.factors, child.outcome)
        if wrong:
            problems[f"factors_{case_id}"] = wrong
        if not child.outcome:
            problems[f"outcome_{case_id}"] = "Choose what happens next for this child"
    return problems


@dataclass(frozen=True)
class Difference:
    """One part that two people wrote differently: its field name and both answers (lists for factors)."""

    field: str
    theirs: str | list[str]
    mine: str | list[str]


def differences(theirs: Answers, mine: Answers) -> list[Difference]:
    """The fields that differ, in the order of `theirs`; spaces at the ends and the order of ticks do not count."""
    found = []
    for field, stored in theirs.items():
        typed = mine.get(field, [] if isinstance(stored, list) else "")
        if _plain(stored) != _plain(typed):
            found.append(Difference(field, stored, typed))
    return found


def _plain(value: str | list[str]) -> str | list[str]:
    return sorted(value) if isinstance(value, list) else value.replace("\r\n", "\n").strip()


@dataclass(frozen=True)
class ReviewGiven:
    """What a manager says of an assessment on its way. `seen`: case number to "yes" or "no"; `ready_on`: the day agreed
    for it to be finished, where that changes."""

    reviewed_on: date
    looked_at: str
    agreed: str
    seen: Mapping[int, str]
    next_steps: str
    ready_on: date | None = None
    not_seen: str = ""


def check_review(
    given: ReviewGiven, *, today: date, received_on: date, due_on: date | None, children: Collection[int]
) -> dict[str, str]:
    """What is wrong with a manager's look: field name to message. `due_on`: the last day the assessment has."""
    problems = {
        "looked_at": "" if given.looked_at.strip() else "Say what you looked at, and what you found",
        "next_steps": "" if given.next_steps.strip() else "Say what happens next: who does what, and by when",
        "agreed": "" if given.agreed in ("go_on", "sooner", "longer") else "Choose what you agreed",
        "reviewed_on": _review_day_problem(given.reviewed_on, today, received_on),
        "ready_on": _ready_problem(given, due_on),
    }
    missing = {f"seen_{number}": "Say whether the child was seen" for number in children if not given.seen.get(number)}
    if "no" in given.seen.values() and not given.not_seen.strip():
        problems["not_seen"] = "Say why a child was not seen, and when that will be"
    return missing | {field: said for field, said in problems.items() if said}


def _review_day_problem(on: date, today: date, received_on: date) -> str:
    if on > today:
        return "This is in the future"
    return "This is before the referral came" if on < received_on else ""


def _ready_problem(given: ReviewGiven, due_on: date | None) -> str:
    if given.agreed not in ("sooner", "longer"):
        return ""
    if given.ready_on is None:
        return "Give the day by which it will be finished"
    if given.ready_on < given.reviewed_on:
        return "This is before the day you looked at it"
    if due_on is not None and given.reviewed_on <= due_on < given.ready_on:
        return f"It has until {due_on.day} {due_on:%B %Y}, and nobody here may give it longer. Give an earlier day"
    return ""
