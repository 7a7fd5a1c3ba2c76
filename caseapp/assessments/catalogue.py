"""The parts of a child and family assessment, the national factor codes and the outcomes, as rows."""

import json
from dataclasses import dataclass
from pathlib import Path

from .domain import NO_FURTHER_ACTION, NONE_IDENTIFIED

_CODES = json.loads((Path(__file__).parent / "data" / "factors.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Part:
    """One part of the text: its key, its heading, what to think of, and what is said when it is needed and missing."""

    key: str
    heading: str
    hint: str
    required: str = ""


# About the family as a whole, in the order of the page. `voice` stands between them, once for each child.
BEFORE_CHILDREN: tuple[Part, ...] = (
    Part("worries", "What worries us", "What has happened, how often, and what it does to each child"),
    Part("working_well", "What is working well", "Who and what keeps the children safe, seen by whom"),
)
VOICE = Part("voice", "In {name}’s own words", "What the child said, showed or drew, as said, and who heard it")
AFTER_CHILDREN: tuple[Part, ...] = (
    Part("parents_view", "The parents’ view", "What each parent says, also where they see it differently"),
    Part(
        "analysis",
        "Analysis",
        "What it means for each child now and if nothing changes, and why you think so",
        required="Write the analysis before you submit",
    ),
    Part("needs", "What needs to happen", "Who does what by when, and how we will know that it helped"),
)
FAMILY_PARTS: tuple[Part, ...] = (*BEFORE_CHILDREN, *AFTER_CHILDREN)
REQUIRED: dict[str, str] = {part.key: part.required for part in FAMILY_PARTS if part.required}

# What happens next, per child. Keys are never reused.
OUTCOMES: dict[str, str] = {
    NO_FURTHER_ACTION: "No further action: close",
    "family_help": "Step down to family help",
    "cin_plan": "Child in need plan",
    "strategy": "Strategy discussion",
    "looked_after": "Ask for the child to come into our care",
    "legal": "Legal action",
    "specialist": "A specialist assessment",
    "elsewhere": "Referral to another agency",
}

# The level a child moves to when an assessment with this outcome is authorised; the pathway table has the last word.
LEVEL_AFTER: dict[str, str] = {"cin_plan": "child_in_need"}

# Levels at which the case page offers to start one.
TO_ASSESS: tuple[str, ...] = ("assessment", "strategy_discussion", "child_in_need")

# What a manager and the worker agree when the manager looks at it; the time the law gives is never exceeded by it.
REVIEW_AGREED: dict[str, str] = {
    "go_on": "Go on as planned",
    "sooner": "Finish sooner",
    "longer": "Take longer, within the time it has",
}

VERSION_WORDS: dict[str, str] = {
    "taken_up": "before another author went on",
    "submitted": "as submitted",
    "sent_back": "as sent back",
    "authorised": "as authorised",
}

# "20" and "21" come last: other, and none. The page lists the rest by subject.
_LAST = ("20", NONE_IDENTIFIED)
_WORDS: dict[str, str] = {
    "9A": "Unaccompanied child seeking asylum",
    "14A": "Behaviour that others find hard to accept",
    "20": "Another factor",
    NONE_IDENTIFIED: "No factors identified",
}
# The Domestic Abuse Act 2021 has the word that the code list does not.
_SUBJECTS: dict[str, str] = {"Domestic violence": "Domestic abuse"}


def _words(code: str, label: str) -> str:
    """The factor in words short enough for a list: the census label says its subject twice."""
    if code in _WORDS:
        return _WORDS[code]
    subject, colon, _ = label.partition(": concerns about ")
    if not colon:
        return label.replace(" - ", ": ")
    who = {"A": "the child", "B": "a parent or carer", "C": "someone else in the household"}[code[-1]]
    return f"{_SUBJECTS.get(subject, subject)}: {who}"


FACTORS: dict[str, str] = {
    code: _words(code, label)
    for code, label in sorted(
        _CODES["factors"].items(),
        key=lambda row: (row[0] in _LAST, int("".join(c for c in row[0] if c.isdigit())), row[0]),
    )
    if code not in _CODES["withdrawn"]
}
"""Factor codes in force to their words, in the order of the page."""

FACTORS_YEAR: str = _CODES["collection_year"]


def factor_words(codes: list[str] | tuple[str, ...]) -> list[str]:
    """The words of factor codes, in the order of the list; a withdrawn code keeps its census label."""
    known = {**{code: _CODES["factors"].get(code, code) for code in codes}, **FACTORS}
    return [known[code] for code in [*FACTORS, *sorted(set(codes) - set(FACTORS))] if code in codes]
