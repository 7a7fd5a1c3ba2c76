"""The parts of a child and family assessment, the national factor codes and the outcomes, as rows."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from .domain import (
    AGREED_TO,
    CHILD_AND_FAMILY,
    COURT_ORDER,
    FAMILY_HELP,
    NO_FURTHER_ACTION,
    NONE_IDENTIFIED,
    YOUNG_PERSON,
)

_CODES = json.loads((Path(__file__).parent / "data" / "factors.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Part:
    """One part of the text: its key, its heading, what to think of, and what is said when it is needed and missing."""

    key: str
    heading: str
    hint: str
    required: str = ""
    rows: int = 5


@dataclass(frozen=True)
class Kind:
    """One kind of assessment: its parts in the order of the page, what may follow, and the clock it has.

    `for_child` stands once for each child, `{name}` in the heading; `began` and `done`: the events that start and
    stop its clock.
    """

    key: str
    words: str
    lead: str
    levels: tuple[str, ...]
    clock: str
    began: str
    done: str
    before: tuple[Part, ...]
    for_child: tuple[Part, ...]
    around: tuple[Part, ...]
    meaning: tuple[Part, ...]
    sources: tuple[Part, ...]
    outcomes: dict[str, str]
    # The national factors: what the census asks of an assessment under section 17.
    with_factors: bool = True
    # The family's own scores before the help, and their agreement: family help is by consent.
    by_consent: bool = False
    qualified: bool = True

    @property
    def family_parts(self) -> tuple[Part, ...]:
        """The parts about the family as a whole, in the order of the page."""
        return (*self.before, *self.around, *self.meaning, *self.sources)

    @property
    def required(self) -> dict[str, str]:
        """Each part without which it is not submitted, and what is said when it is missing."""
        return {part.key: part.required for part in self.family_parts if part.required}

    def keys(self, case_ids: Iterable[int]) -> list[str]:
        """The keys of its texts for these children."""
        keys = [part.key for part in self.family_parts]
        keys += [f"{part.key}_{number}" for number in case_ids for part in self.for_child]
        return keys + [f"{name}_{area}" for area in self.areas for name in ("score", "score_by")]

    @property
    def areas(self) -> dict[str, str]:
        """What the family scores, by key; nothing where it is not asked."""
        return SCORE_AREAS if self.by_consent else {}


# What the family scores itself, from 0 (as bad as it can be) to 10 (as good): before the help, and again at its end.
SCORE_AREAS: dict[str, str] = {
    "safe": "Keeping the children safe",
    "health": "Health",
    "feelings": "Feelings and behaviour",
    "learning": "Nursery, school and learning",
    "parenting": "Being a parent, and everyday routines",
    "home": "Home and money",
    "together": "Getting on with each other",
    "around": "Friends, relatives and the people around",
}
SCORES: dict[str, str] = {str(number): str(number) for number in range(11)}

_VOICE = Part(
    "voice", "In {name}’s own words", "What the child said, showed or drew, as said, and who heard it", rows=4
)
_DEVELOPMENT = Part(
    "development",
    "{name}: how they are growing up",
    "Health, learning, feelings and behaviour, who they are, friends and family, looking after themselves",
    rows=4,
)
_CHILD_NEEDS = Part(
    "plan",
    "{name}: what it means for them, what they need, and who does it",
    "Where it differs from their brothers and sisters",
    rows=4,
)
_PARENTING = Part(
    "parenting",
    "Parents and carers",
    "Everyday care, safety, warmth, play and learning, limits; what each parent can do, and what stops them",
)
_ENVIRONMENT = Part(
    "environment",
    "Family, home and the people around",
    "The family’s story, relatives, housing, work and money, neighbours, what is there to use nearby",
)
_SOURCES = (
    Part(
        "seen_who",
        "Who was seen and spoken to",
        "Each child, parent, carer and other adult: when, where, alone or with whom; who was not, and why",
        rows=4,
    ),
    Part(
        "agencies", "Which agencies took part", "School, health, police and others: who, when, what they said", rows=4
    ),
    Part(
        "consulted",
        "Who else was asked, and with whose consent",
        "If somebody was asked without consent: why that was right",
        rows=3,
    ),
)
_NO_ANALYSIS = "Write the analysis before you submit"

KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind(
            key=CHILD_AND_FAMILY,
            words="Child and family assessment",
            lead="One text for the family, parts of their own for each child.",
            levels=("assessment", "strategy_discussion", "child_in_need"),
            clock="assessment.complete",
            began="assessment.started",
            done="assessment.authorised",
            before=(
                Part("worries", "What worries us", "What has happened, how often, and what it does to each child"),
                Part("working_well", "What is working well", "Who and what keeps the children safe, seen by whom"),
            ),
            for_child=(_VOICE, _DEVELOPMENT, _CHILD_NEEDS),
            around=(
                _PARENTING,
                _ENVIRONMENT,
                Part("parents_view", "The parents’ view", "What each parent says, also where they see it differently"),
            ),
            meaning=(
                Part(
                    "analysis",
                    "Analysis",
                    "What it means for each child now and if nothing changes, and why you think so",
                    required=_NO_ANALYSIS,
                    rows=7,
                ),
                Part("needs", "What needs to happen", "Who does what by when, and how we will know that it helped"),
            ),
            sources=_SOURCES,
            outcomes={
                # Keys are never reused.
                NO_FURTHER_ACTION: "No further action: close",
                "family_help": "Step down to family help",
                "cin_plan": "Child in need plan",
                "strategy": "Strategy discussion",
                "looked_after": "Ask for the child to come into our care",
                "legal": "Legal action",
                "specialist": "A specialist assessment",
                "elsewhere": "Referral to another agency",
            },
        ),
        Kind(
            key=FAMILY_HELP,
            words="Whole-family assessment",
            lead="The family’s own story and what they want to change, written with them.",
            levels=("focused_family_help", "specialist_family_help"),
            clock="family_help.assessment",
            began="family_help.assessment_began",
            done="family_help.assessed",
            before=(
                Part("story", "The family’s story", "Who they are, what brought them here, in their own words"),
                Part("working_well", "What is working well", "What they are proud of, and who helps them already"),
                Part("worries", "What is hard", "What happens, how often, and what it does to each child"),
            ),
            for_child=(_VOICE, _DEVELOPMENT, _CHILD_NEEDS),
            around=(
                _PARENTING,
                _ENVIRONMENT,
                Part("parents_view", "What the family wants to change", "Each adult and older child, as they say it"),
            ),
            meaning=(
                Part(
                    "analysis",
                    "What it means",
                    "What keeps things as they are, and what would make the difference",
                    required="Write what it means before you submit",
                    rows=6,
                ),
                Part("needs", "What we will do together", "Who does what by when, and how we will know that it helped"),
            ),
            sources=_SOURCES,
            outcomes={
                "fh_plan": "A family help plan",
                "universal": "School, health and community are enough",
                "step_up": "Ask the hub for social work: worries have grown",
                "elsewhere": "Help from another agency",
            },
            with_factors=False,
            by_consent=True,
            qualified=False,
        ),
    )
}
OUTCOMES: dict[str, str] = {key: words for kind in KINDS.values() for key, words in kind.outcomes.items()}

# The level a child moves to when an assessment with this outcome is authorised; the pathway table has the last word.
LEVEL_AFTER: dict[str, str] = {"cin_plan": "child_in_need"}


def kind_for(level: str) -> Kind | None:
    """The kind of assessment that a child at this level gets; None where there is none to write."""
    return next((kind for kind in KINDS.values() if level in kind.levels), None)


CONSENT: dict[str, str] = {
    AGREED_TO: "Agreed by a parent or carer with parental responsibility",
    YOUNG_PERSON: "Agreed by the young person, who is able to decide this",
    COURT_ORDER: "Not needed: a court order asks for this help",
    "refused": "The family said no",
    "not_asked": "Not asked yet",
    "not_reached": "We could not reach them",
}

CONSENT_HOW: dict[str, str] = {
    "in_person": "in person",
    "signed": "in writing, signed",
    "phone": "by telephone",
    "interpreter": "in person, with an interpreter",
    "easy_read": "in person, with an easy-read form",
}

# Why an assessment of family help stops before its end. Nobody stops one under section 17: it ends by authorisation.
STOPPED_BECAUSE: dict[str, str] = {
    "refused": "the family said no",
    "withdrew": "the family no longer agrees",
    "stepped_up": "social work assesses the family now",
    "moved": "the family moved away",
}

# How somebody was told of an assessment, why not, and what they say to it (practice 25).
TOLD_HOW: dict[str, str] = {
    "in_person": "In person",
    "interpreter": "In person, with an interpreter",
    "phone": "By telephone",
    "letter": "In writing: a copy was given or sent",
    "pictures": "With pictures or words for their age",
}
NOT_TOLD: dict[str, str] = {
    "too_young": "too young to understand; to be told later",
    "would_harm": "telling them would put a child or somebody else at risk",
    "police": "the police asked us to wait",
    "not_found": "we could not reach them",
    "said_no": "they did not want to talk with us",
    "no_contact": "they have no part in the child’s life, and no right to know",
}
VIEWS: dict[str, str] = {
    "agrees": "They agree with it",
    "adds": "They want something added",
    "wrong": "They say: this is wrong",
}

# What may be taken away of an assessment on paper.
PAPERS: dict[str, str] = {"family_assessment": "the family’s copy of an assessment"}
# What the family's copy leaves out: what a child said without the parents, what is about one adult, what agencies told.
NOT_FOR_FAMILY: frozenset[str] = frozenset(
    {"voice", "development", "parenting", "environment", "seen_who", "agencies", "consulted"}
)

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
    "stopped": "as it was stopped",
    "child_left": "before a child was left out",
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
