"""The coded lists of a referral. A key is stored for ever: a row may be marked retired, never deleted or given another
meaning.

National lists carry the census keys (children in need census 2025-26); the words are ours, in plain English.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from caseapp.people.domain import register

_CENSUS: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "cin_codes.json").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Choice:
    """One row of a list: the stored key, the words on the page, whether it is still offered, a hint under it."""

    key: str
    words: str
    retired: bool = False
    hint: str = ""


@dataclass(frozen=True)
class Concern(Choice):
    """A worry that can be ticked.

    `factors` are the census assessment factors it may become; which one is for the assessment to say.
    """

    factors: tuple[str, ...] = ()
    opens_exploitation: bool = False
    tells_sexual_abuse: bool = False
    common: bool = False


@dataclass(frozen=True)
class AnswerBy(Choice):
    """When the referrer needs an answer: days after the day it is sent, and the time then; or to be asked; or never."""

    days: int | None = None
    at: str = ""


CONCERNS: tuple[Concern, ...] = (
    Concern("neglect", "Neglect", factors=("16A",), common=True),
    Concern("domestic_abuse", "Domestic abuse", factors=("3A", "3B", "3C"), common=True),
    Concern("physical_abuse", "Physical abuse", factors=("18B", "18C"), common=True),
    Concern("emotional_abuse", "Emotional abuse", factors=("17A",), common=True),
    Concern("sexual_abuse", "Sexual abuse", factors=("19B", "19C"), tells_sexual_abuse=True, common=True),
    Concern(
        "child_sexual_exploitation",
        "Sexual exploitation",
        factors=("11A",),
        opens_exploitation=True,
        tells_sexual_abuse=True,
        common=True,
    ),
    Concern(
        "child_criminal_exploitation", "Criminal exploitation", factors=("24A",), opens_exploitation=True, common=True
    ),
    Concern("missing", "Going missing", factors=("10A",), opens_exploitation=True, common=True),
    Concern("parental_mental_health", "A parent’s mental health", factors=("4B",), common=True),
    Concern("parental_substance_misuse", "A parent’s drugs or alcohol", factors=("1B", "2B"), common=True),
    Concern("sexual_abuse_risk", "Risk of sexual abuse", factors=("19B", "19C"), tells_sexual_abuse=True),
    Concern("harmful_sexual_behaviour", "Harmful sexual behaviour by a child", factors=("19B",)),
    Concern("online", "Harm online"),
    Concern("self_harm", "Self-harm or thoughts of suicide", factors=("15A",)),
    Concern("child_mental_health", "The child’s mental health", factors=("4A",)),
    Concern("child_substance_misuse", "The child’s drugs or alcohol", factors=("1A", "2A")),
    Concern("child_disability", "The child’s disability or illness", factors=("5A", "6A")),
    Concern("parental_learning_disability", "A parent’s learning disability", factors=("5B",)),
    Concern("parental_illness", "A parent’s disability or illness", factors=("6B",)),
    Concern("young_carer", "Young carer", factors=("7A",)),
    Concern("housing", "Housing"),
    Concern("money", "Money, food or heating"),
    Concern("missing_education", "Missing school"),
    Concern("behaviour", "Behaviour that gets the child into trouble", factors=("14A",)),
    Concern("gangs", "Gangs", factors=("13A",), opens_exploitation=True),
    Concern("trafficking", "Trafficking or modern slavery", factors=("12A",), opens_exploitation=True),
    Concern("radicalisation", "Radicalisation"),
    Concern("fgm", "Female genital mutilation", factors=("22A",)),
    Concern("honour_based_abuse", "Honour-based abuse or forced marriage"),
    Concern("faith_abuse", "Abuse linked to faith or belief", factors=("23A",)),
    Concern("private_fostering", "Private fostering", factors=("8B", "8C", "8D", "8E", "8F")),
    Concern("unaccompanied", "Unaccompanied child seeking asylum", factors=("9A",)),
    Concern("cp_transfer_in", "Moved here with a child protection plan"),
    Concern("family_court", "Family court, or a parent asks the court for help"),
    Concern("other", "Something else", factors=("20",)),
)

SOURCES: tuple[Choice, ...] = (
    Choice("1A", "Family member, relative or carer"),
    Choice("1B", "Neighbour, child minder or someone else who knows the family"),
    Choice("1C", "The child themselves"),
    Choice("1D", "Another person, for example a stranger"),
    Choice("2A", "School"),
    Choice("2B", "Education service"),
    Choice("3A", "GP"),
    Choice("3B", "Health visitor"),
    Choice("3C", "School nurse"),
    Choice("3D", "Other primary health service"),
    Choice("3E", "Emergency department"),
    Choice("3F", "Other health service, for example a hospice"),
    Choice("4", "Housing: council or housing association"),
    Choice("5A", "Council: social care, for example adults"),
    Choice("5B", "Council: another department, for example youth justice"),
    Choice("5C", "Another council"),
    Choice("5D", "Council: early help"),
    Choice("6", "Police"),
    Choice("7", "Court, probation, Cafcass, immigration or prison"),
    Choice("8", "Other, for example a children’s centre or a voluntary organisation"),
    Choice("9", "Anonymous"),
    Choice("10", "Not known"),
)

MODES: tuple[Choice, ...] = (
    Choice("form", "Online form"),
    Choice("phone", "Phone call"),
    Choice("police_notification", "Police notification"),
    Choice("email", "E-mail"),
    Choice("letter", "Letter"),
    Choice("in_person", "In person"),
    Choice("night", "Out-of-hours team"),
    Choice("other_council", "Notice from another council"),
    Choice("step_up", "Step-up from family help"),
)

POLICE_GRADINGS: tuple[Choice, ...] = (
    Choice("standard", "Standard"),
    Choice("medium", "Medium"),
    Choice("high", "High"),
)
YES_NO_SAID: tuple[Choice, ...] = (Choice("yes", "Yes"), Choice("no", "No"), Choice("not_said", "Not said"))

# Who rings the hub: somebody at work confirms in writing, a neighbour or a grandmother has no form to send.
CALLERS: tuple[Choice, ...] = (
    Choice("professional", "Somebody who works with the child or family", hint="They confirm it in writing"),
    Choice("public", "Family, a neighbour or another member of the public", hint="They may stay anonymous"),
)

# Leeds, Bedfordshire and Rotherham procedures: why a parent may be left untold, and refusal at level 4.
CONSENT_REASONS: tuple[Choice, ...] = (
    Choice("would_increase_risk", "Telling them would put somebody at greater risk"),
    Choice("would_prejudice_investigation", "Telling them could harm an investigation"),
    Choice("would_delay", "Asking would delay help that is needed now"),
    Choice("unable_to_contact", "They could not be reached"),
    Choice("refused_level_4", "They said no, and I think it is level 4 of need"),
    Choice("not_mine_to_tell", "It is not for me to tell them"),
    Choice("other", "Another reason"),
)

SEXES: tuple[Choice, ...] = (Choice("F", "Girl"), Choice("M", "Boy"), Choice("U", "Not known, or not yet born"))


def _census_list(name: str) -> tuple[Choice, ...]:
    """The keys and words of a national list, in the census's own order."""
    return tuple(Choice(key, words) for key, words in _CENSUS[name].items())


ETHNICITIES = tuple(Choice(key, words) for key, words in register.ETHNICITIES.items())
DISABILITIES = tuple(Choice(key, words) for key, words in register.DISABILITIES.items())

YES_NO_UNKNOWN: tuple[Choice, ...] = (Choice("yes", "Yes"), Choice("no", "No"), Choice("dont_know", "I don’t know"))

BIRTH_KNOWN: tuple[Choice, ...] = (
    Choice("exact", "Yes"),
    Choice("estimated", "Not exactly: the date I give is a guess"),
    Choice("unknown", "No"),
    Choice("unborn", "The child is not born yet"),
)

WHERE_NOW: tuple[Choice, ...] = (
    Choice("school", "At school, nursery or college"),
    Choice("home", "At home"),
    Choice("with_me", "Here with me"),
    Choice("hospital", "In hospital"),
    Choice("police_station", "At a police station"),
    Choice("relative", "With a relative or friend"),
    Choice("carers", "With foster carers or in a children’s home"),
    Choice("missing", "Missing: nobody knows where"),
    Choice("not_born", "Not yet born"),
    Choice("other", "Somewhere else"),
    Choice("dont_know", "I don’t know"),
)

ANSWER_BY: tuple[AnswerBy, ...] = (
    AnswerBy("before_school_ends", "Before school ends today", days=0, at="15:15"),
    AnswerBy("today", "Today", days=0, at="17:00"),
    AnswerBy("tonight", "Tonight", days=0, at="22:00"),
    AnswerBy("tomorrow", "Tomorrow", days=1, at="12:00"),
    AnswerBy("this_week", "This week", hint="By Friday at five"),
    AnswerBy("at", "By a day and time I give"),
    AnswerBy("no_set_time", "No set time"),
)

HOW_KNOWN: tuple[Choice, ...] = (
    Choice("saw_or_heard", "I saw or heard it myself"),
    Choice("child_told", "The child told me"),
    Choice("colleague_told", "A colleague told me"),
    Choice("other_told", "Somebody else told me"),
)

# The key is the word itself: imported documents say "mother's partner" and it is the same thing.
RELATIONSHIPS: tuple[Choice, ...] = tuple(
    Choice(words, words[0].upper() + words[1:].replace("'", "’"))
    for words in (
        "mother",
        "father",
        "stepmother",
        "stepfather",
        "mother's partner",
        "father's partner",
        "grandmother",
        "grandfather",
        "sister",
        "brother",
        "aunt",
        "uncle",
        "other relative",
        "foster carer",
        "special guardian",
        "lodger",
        "family friend",
        "neighbour",
        "someone else",
        "not known",
    )
)

# Rotherham's three tiers of family help, and social care above them.
LEVELS: tuple[Choice, ...] = (
    Choice("1", "1, universal and community"),
    Choice("2", "2, focused family help"),
    Choice("3", "3, specialist family help"),
    Choice("4", "4, social care: a child in need or in need of protection"),
)

OUTCOMES: tuple[Choice, ...] = (
    Choice("no_further_action", "We will not take this further", hint="Not for us: the referrer reads why"),
    Choice("advice", "Advice", hint="Others can help: the referrer reads who, and how"),
    Choice("family_help", "Family help"),
    Choice("assessment", "Assessment by a social worker"),
    Choice("strategy_discussion", "Strategy discussion"),
    Choice("open_case", "Passed to the worker of the open case"),
)

RATINGS: tuple[Choice, ...] = (
    Choice("red", "Red", hint="A child may be harmed today: decide within 4 hours"),
    Choice("amber", "Amber", hint="Serious, but safe for now: decide within 24 hours"),
    Choice("green", "Green", hint="Needs help, no sign of harm now: decide within 72 hours"),
)

ADDRESS_KINDS: tuple[Choice, ...] = tuple(Choice(key, words) for key, words in register.STAY_KINDS.items())

# domain.md section 5: health, behaviour, grooming, home, online, money, school.
EXPLOITATION_SIGNS: tuple[Choice, ...] = (
    Choice("older_friends", "An older boyfriend, girlfriend or friends"),
    Choice("picked_up", "Picked up or dropped off by cars or adults nobody knows"),
    Choice("gifts", "Money, clothes, phones or vapes that nobody can explain"),
    Choice("many_phones", "Several phones, or hiding the phone"),
    Choice("online_contact", "Contact online with people they have not met"),
    Choice("pictures", "Sexual pictures asked for, sent or shared"),
    Choice("drugs", "Drugs or alcohol"),
    Choice("carrying", "Carries or sells drugs, carries a weapon"),
    Choice("injuries", "Injuries they do not explain"),
    Choice("sexual_health", "Sexual infection, pregnancy, or sexual behaviour beyond their age"),
    Choice("away", "Out late, away overnight, or far from home"),
    Choice("school", "Missing school, or a sudden change there"),
    Choice("afraid", "Afraid of somebody, or in debt to somebody"),
    Choice("withdrawn", "Turned away from family and old friends"),
)

RESTRICTION_REASONS: tuple[Choice, ...] = (
    Choice("staff_conflict", "Someone who works here is connected with the family"),
    Choice("public_figure", "The family is in the public eye"),
    Choice("witness_protection", "A protected witness or identity"),
    Choice("other", "Another reason"),
)

# What a manager answers who was asked to look at a decision again.
LOOKED_AGAIN: tuple[Choice, ...] = (
    Choice("stands", "The decision stands"),
    Choice("anew", "It is decided again"),
)

LISTS: Mapping[str, tuple[Choice, ...]] = {
    "concerns": CONCERNS,
    "sources": SOURCES,
    "modes": MODES,
    "police_gradings": POLICE_GRADINGS,
    "yes_no_said": YES_NO_SAID,
    "callers": CALLERS,
    "consent_reasons": CONSENT_REASONS,
    "sexes": SEXES,
    "ethnicities": ETHNICITIES,
    "disabilities": DISABILITIES,
    "yes_no_unknown": YES_NO_UNKNOWN,
    "birth_known": BIRTH_KNOWN,
    "where_now": WHERE_NOW,
    "answer_by": ANSWER_BY,
    "how_known": HOW_KNOWN,
    "relationships": RELATIONSHIPS,
    "levels": LEVELS,
    "outcomes": OUTCOMES,
    "ratings": RATINGS,
    "address_kinds": ADDRESS_KINDS,
    "restriction_reasons": RESTRICTION_REASONS,
    "looked_again": LOOKED_AGAIN,
    "exploitation_signs": EXPLOITATION_SIGNS,
}
_BY_KEY = {name: {row.key: row for row in rows} for name, rows in LISTS.items()}


def find_choice(list_name: str, key: object) -> Choice | None:
    """The row of a list with this key, retired ones too, or None.

    A whole number finds the key of its digits (level 3).
    """
    if isinstance(key, int) and not isinstance(key, bool) and 0 <= key < 100:
        key = str(key)
    return _BY_KEY[list_name].get(key) if isinstance(key, str) else None


def words(list_name: str, key: object) -> str:
    """The words for a key; a key that no list knows comes back as it was given. KeyError if there is no such list."""
    found = find_choice(list_name, key)
    return found.words if found else str(key)


def offered(list_name: str) -> list[tuple[str, str]]:
    """The (key, words) pairs a form offers: all rows of a list that are not retired, in order."""
    return [(row.key, row.words) for row in LISTS[list_name] if not row.retired]


def concern(key: object) -> Concern | None:
    """The concern with this key, or None."""
    found = find_choice("concerns", key)
    return found if isinstance(found, Concern) else None
