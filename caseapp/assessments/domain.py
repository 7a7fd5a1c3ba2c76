"""An assessment's states, what must be said before it is handed in, and what differs when two people wrote. Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from caseapp.people.domain.census import (
    NO_FACTORS,
    AssessmentFacts,
    EpisodeFacts,
    Facts,
    broken_rules,
    get_rule,
)

CHILD_AND_FAMILY, FAMILY_HELP = "child_and_family", "family_help"
WRITING, SUBMITTED, AUTHORISED, STOPPED = "writing", "submitted", "authorised", "stopped"
SAVE, SUBMIT, SEND_BACK, AUTHORISE, STOP = "save", "submit", "send_back", "authorise", "stop"

# state, act -> the state after it. What is not here can't be done.
TRANSITIONS: dict[tuple[str, str], str] = {
    (WRITING, SAVE): WRITING,
    (WRITING, SUBMIT): SUBMITTED,
    (SUBMITTED, SEND_BACK): WRITING,
    (SUBMITTED, AUTHORISE): AUTHORISED,
    (WRITING, STOP): STOPPED,
    (SUBMITTED, STOP): STOPPED,
}
ENDED = (AUTHORISED, STOPPED)

STATE_WORDS = {
    WRITING: "being written",
    SUBMITTED: "waiting for a manager to authorise it",
    AUTHORISED: "authorised",
    STOPPED: "stopped",
}
_ACT_WORDS = {
    SAVE: "changed",
    SUBMIT: "submitted",
    SEND_BACK: "sent back",
    AUTHORISE: "authorised",
    STOP: "stopped",
}

NONE_IDENTIFIED = NO_FACTORS
"""The census code for "no factors identified", which stands alone (DfE rule 8869)."""

NO_FURTHER_ACTION = "close"

Parts = Mapping[str, str]
Answers = dict[str, str | list[str]]
"""A whole assessment, flat: part keys, those of a child with its case (`voice_<case>`), the scores, then
`factors_<case>` (codes) and `outcome_<case>` for each child.
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
    finished = AssessmentFacts(date.min, date.min, tuple(codes))
    facts = Facts(episodes=(EpisodeFacts(date.min, assessments=(finished,)),))
    for rule in broken_rules(facts, touching=("assessment",)):
        return rule.mend
    if NONE_IDENTIFIED in codes and outcome not in ("", NO_FURTHER_ACTION):
        return get_rule("8873Q").mend
    return ""


def missing_to_submit(
    parts: Parts,
    required: Mapping[str, str],
    children: Mapping[int, ChildPart],
    *,
    with_factors: bool = True,
    areas: Collection[str] = (),
) -> dict[str, str]:
    """What stops submitting: field name to message.

    `required` gives each needed part's message; children by case number; `areas`: what the family scores.
    """
    problems = {key: message for key, message in required.items() if not parts.get(key, "").strip()}
    for area in areas:
        if parts.get(f"score_{area}") and not parts.get(f"score_by_{area}", "").strip():
            problems[f"score_by_{area}"] = "Say who gave this score"
    for case_id, child in children.items():
        wrong = check_factors(child.factors, child.outcome) if with_factors else ""
        if wrong:
            problems[f"factors_{case_id}"] = wrong
        if not child.outcome:
            problems[f"outcome_{case_id}"] = "Choose what happens next for this child"
    return problems


# ---------------------------------------------------------------- consent

AGREED_TO, YOUNG_PERSON, COURT_ORDER = "agreed", "young_person", "court_order"
GIVEN: frozenset[str] = frozenset({AGREED_TO, YOUNG_PERSON})
SUFFICIENT: frozenset[str] = GIVEN | {COURT_ORDER}
REFUSED = "refused"


@dataclass(frozen=True)
class Consent:
    """Whether the family agrees to help: the code, who said so, when and how."""

    code: str
    by: str = ""
    on: date | None = None
    how: str = ""


def check_consent(given: Consent | None, *, today: date, without: str) -> dict[str, str]:
    """What is wrong with the family's answer: field name to message. A no is an answer, and has a person and a day
    too; `without` is said where there is none yet."""
    if given is None or given.code not in SUFFICIENT | {REFUSED}:
        return {"consent": without}
    if given.code == COURT_ORDER:
        return {}
    no = given.code == REFUSED
    problems = {
        "consent_by": "" if given.by.strip() else f"Say who {'said no' if no else 'agreed'}",
        "consent_on": _consent_day_problem(given.on, today, no),
        "consent_how": "" if given.how or no else "Say how they agreed",
    }
    return {field: said for field, said in problems.items() if said}


def _consent_day_problem(on: date | None, today: date, no: bool) -> str:
    if on is None:
        return f"Say when they {'said no' if no else 'agreed'}"
    return "This is in the future" if on > today else ""


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


# ---------------------------------------------------------------- telling the family


@dataclass(frozen=True)
class ToldGiven:
    """That a person of the family was told of the assessment, or why not, and what they say to it."""

    was_told: bool
    told_on: date | None = None
    how: str = ""
    told_by: str = ""
    not_told: str = ""
    view: str = ""
    words: str = ""


def check_told(given: ToldGiven, *, today: date, started_on: date) -> dict[str, str]:
    """What is wrong with it: field name to message (practice 25: when, how and by whom, or the coded reason)."""
    if not given.was_told:
        return {} if given.not_told else {"not_told": "Choose why they were not told"}
    problems = {
        "told_on": _told_day_problem(given.told_on, today, started_on),
        "how": "" if given.how else "Choose how they were told",
        "told_by": "" if given.told_by.strip() else "Say who told them",
        "words": "" if given.words.strip() or given.view not in ("wrong", "adds") else "Write what they say, as said",
    }
    return {field: said for field, said in problems.items() if said}


def _told_day_problem(on: date | None, today: date, started_on: date) -> str:
    if on is None:
        return "Give the day they were told"
    if on > today:
        return "This is in the future"
    return "This is before the assessment began" if on < started_on else ""


# ---------------------------------------------------------------- the family's copy


def protected_in(sections: Sequence[tuple[str, str]], secrets: Collection[str]) -> list[str]:
    """The headings of the sections in which something protected stands (an address, a postcode), however it is spaced
    and spelt in capitals or not."""
    wanted = [plain for secret in secrets if (plain := _letters(secret))]
    return [heading for heading, words in sections if any(secret in _letters(words) for secret in wanted)]


def _letters(words: str) -> str:
    return "".join(character for character in words.casefold() if character.isalnum())
