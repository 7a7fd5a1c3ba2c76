"""What is counted, as a table: in words, with its definition, what it is a part of, and what it is set beside. A test
reads it whole; every number on the head's pages is one of these rows."""

from dataclasses import dataclass

from caseapp.cases.domain import LEVELS
from caseapp.deadlines.catalogue import RULES

from .domain import BANDS


@dataclass(frozen=True)
class Measure:
    """One thing that is counted.

    `counts` says what a row of its list is: contact | child | case | clock | assessment | worker. `span`: now | weeks |
    year. `cut`: what it can be parted by. `of`: the measure it is a share of; `published`: the key of the published
    figure; `higher_is_better` where that can be said. `began`, `ended`: what the two dates of a row are.
    """

    key: str
    words: str
    definition: str
    counts: str
    span: str
    unit: str
    began: str
    ended: str = ""
    cut: str = ""
    of: str = ""
    published: str = ""
    higher_is_better: bool | None = None

    @property
    def numerator(self) -> str:
        """What is counted, as a share's upper half."""
        return f"{self.unit}: {self.definition}"

    @property
    def denominator(self) -> str:
        """What a share is of; empty where the measure is a plain number."""
        return f"{MEASURES[self.of].unit}: {MEASURES[self.of].definition}" if self.of else ""


_CENSUS = (
    "A referral counts as the children in need census counts it: one child, one occasion, where the hub decided that a "
    "contact becomes a referral; the day it came counts"
)
_TABLE = (
    Measure(
        "contacts_unread",
        "Contacts nobody has opened",
        "Sent to the hub, not decided, and opened by nobody there. One message is one contact, even if it tells of "
        "several children.",
        "contact",
        "now",
        "contacts",
        "Came",
    ),
    Measure(
        "contacts_undecided",
        "Contacts not decided",
        "Sent to the hub and not decided by a manager.",
        "contact",
        "now",
        "contacts",
        "Came",
    ),
    Measure(
        "contacts_late",
        "Contacts late for their decision",
        "Not decided, and a time for deciding has passed: one working day for the first decision, or the time that the "
        "rating gives.",
        "contact",
        "now",
        "contacts",
        "Came",
    ),
    Measure(
        "children_open",
        "Children with an open case",
        "An open case, with the team that is accountable for it and the level it stands at. A case closed by mistake "
        "and opened again counts as open all along.",
        "case",
        "now",
        "children",
        "With the team since",
        cut="level",
    ),
    Measure(
        "children_unallocated",
        "Children with no worker",
        "An open case for which nobody leads.",
        "case",
        "now",
        "children",
        "With the team since",
        of="children_open",
    ),
    Measure(
        "workers",
        "Workers with children",
        "People who lead for at least one child of an open case, counted once in each team.",
        "worker",
        "now",
        "workers",
        "Since",
    ),
    Measure(
        "clocks_late",
        "Late",
        "A clock that runs and whose time has passed.",
        "clock",
        "now",
        "clocks",
        "Counts from",
        "Was due",
        cut="rule",
    ),
    Measure(
        "clocks_due",
        "Due in 7 days",
        "A clock that runs and whose time ends today or in the seven days after.",
        "clock",
        "now",
        "clocks",
        "Counts from",
        "Due",
        cut="rule",
    ),
    Measure(
        "clocks_to_head",
        "Late and told to you",
        "A clock that runs, whose time has passed, and whose rule says that the head of service is told.",
        "clock",
        "now",
        "clocks",
        "Counts from",
        "Was due",
        cut="rule",
    ),
    Measure(
        "not_seen_anybody",
        "Not seen by anybody",
        "An open case whose child nobody of any agency has seen for longer than the local alarm length (six weeks, "
        "unless the council has set another): counted from the last visit on record, or, where there is none, from "
        "the day the case was opened.",
        "case",
        "now",
        "children",
        "Last seen, or opened",
        of="children_open",
    ),
    Measure(
        "not_seen_worker",
        "Not seen by the worker",
        "An open case whose child the worker has not seen for longer than the local alarm length (four weeks, unless "
        "the council has set another): counted in the same way.",
        "case",
        "now",
        "children",
        "Last seen, or opened",
        of="children_open",
    ),
    Measure(
        "contacts_weeks",
        "Contacts in twelve weeks",
        "Contacts that came in the week of the day and the eleven before it, by the agency that sent them.",
        "contact",
        "weeks",
        "contacts",
        "Came",
        "Decided",
        cut="agency",
    ),
    Measure(
        "referrals_weeks",
        "Referrals in twelve weeks",
        f"{_CENSUS}; in the week of the day and the eleven before it, by the agency that sent it.",
        "child",
        "weeks",
        "referrals",
        "Came",
        "Decided",
        cut="agency",
    ),
    Measure(
        "contacts_year",
        "Contacts",
        "Messages that came to the hub in the twelve months. One message is one contact, even if it tells of several "
        "children.",
        "contact",
        "year",
        "contacts",
        "Came",
        "Decided",
    ),
    Measure(
        "referrals_year",
        "Referrals",
        f"{_CENSUS}, in the twelve months.",
        "child",
        "year",
        "referrals",
        "Came",
        "Decided",
        cut="source",
        published="referrals",
    ),
    Measure(
        "rereferrals_year",
        "Children referred again",
        "Referrals of the twelve months of a child for whom another referral had come in the 12 months before "
        "it: the same record, or the same name and birth date.",
        "child",
        "year",
        "referrals",
        "Came",
        "Decided",
        of="referrals_year",
        published="rereferrals",
        higher_is_better=False,
    ),
    Measure(
        "decisions_year",
        "First decisions",
        "First decisions on a contact made in the twelve months: a social worker proposed what to do, or a manager "
        "decided. What is still undecided stands under “Now”.",
        "clock",
        "year",
        "decisions",
        "Came",
        "First decision",
    ),
    Measure(
        "decisions_in_time",
        "First decision within 1 working day",
        "First decisions of the twelve months made by the end of the next working day after the contact came.",
        "clock",
        "year",
        "decisions",
        "Came",
        "First decision",
        of="decisions_year",
        higher_is_better=True,
    ),
    Measure(
        "feedback_year",
        "Answers to referrers",
        "First answers sent to a referrer in the twelve months.",
        "clock",
        "year",
        "answers",
        "Came",
        "Answered",
    ),
    Measure(
        "feedback_in_time",
        "Referrer answered within 1 working day",
        "First answers of the twelve months sent by the end of the next working day after the contact came.",
        "clock",
        "year",
        "answers",
        "Came",
        "Answered",
        of="feedback_year",
        higher_is_better=True,
    ),
    Measure(
        "assessments_year",
        "Assessments finished",
        "Assessments authorised in the twelve months, counted for each child, with the working days from the day of "
        "the referral to the day of authorising.",
        "assessment",
        "year",
        "assessments",
        "Referral came",
        "Authorised",
        cut="band",
        published="durations",
    ),
    Measure(
        "assessments_in_time",
        "Assessments done in 45 working days",
        "Of those authorised in the twelve months, those that took 45 working days or fewer, counted for each child.",
        "assessment",
        "year",
        "assessments",
        "Referral came",
        "Authorised",
        cut="band",
        of="assessments_year",
        published="assessments_in_time",
        higher_is_better=True,
    ),
)
MEASURES: dict[str, Measure] = {row.key: row for row in _TABLE}

# The published groups of sources, and the census codes that make them up.
SOURCES: dict[str, tuple[str, tuple[str, ...]]] = {
    "Police": ("Police", ("6",)),
    "LA_Services": ("Council services", ("5A", "5B", "5C", "5D")),
    "Schools": ("Schools", ("2A",)),
    "Health_Services": ("Health", ("3A", "3B", "3C", "3D", "3E", "3F")),
    "Individual": ("Family, friends, neighbours", ("1A", "1B", "1C", "1D")),
    "Other_legal_agency": ("Courts, prison, probation", ("7",)),
    "Other": ("Other", ("8",)),
    "Anonymous": ("Not named", ("9",)),
    "Housing": ("Housing", ("4",)),
    "Unknown": ("Not recorded", ("10", "")),
    "Education_Services": ("Other education", ("2B",)),
}
RULE_WORDS: dict[str, str] = {rule.key: rule.words for rule in RULES}
TO_HEAD: tuple[str, ...] = tuple(sorted({rule.key for rule in RULES if "head" in rule.late_to}))
# No agency of ours sent it: a member of the public, or somewhere without a sign-in.
NO_AGENCY = "none"
BAND_WORDS = {
    key: "same day" if last == 0 else f"{first} to {last} working days" if last else f"{first} working days or more"
    for key, first, last in BANDS
}
CUT_WORDS: dict[str, dict[str, str]] = {
    "level": LEVELS,
    "rule": RULE_WORDS,
    "source": {key: words for key, (words, _) in SOURCES.items()},
    "band": BAND_WORDS,
}
CUT_LABELS = {"level": "Level", "rule": "Clock", "agency": "From", "source": "From", "band": "Took"}


def source_group(code: str) -> str:
    """The published group of a census source code; one that is none counts as not recorded."""
    return next((key for key, (_, codes) in SOURCES.items() if code in codes), "Unknown")
