"""The rules of a case's work by the part of the work they belong to: what a team's list of clocks is narrowed by."""

from caseapp.deadlines.domain import Rule

from .around import ADULTS, DISAGREEMENT, FAMILY_HELP, MISSING_AND_EXPLOITED, RECORD
from .care import CARE
from .protection import CONFERENCE, FINDING_OUT, PLAN, STRATEGY

_SEEN = ("visit.cp", "visit.cin", "seen.worker", "seen.anyone", "supervision.held")
_REVIEWS = ("review.first", "review.first_born", "review.later")
_TEAM = (
    "case.allocate",
    "handover.accept",
    "handover.accept_urgent",
    "look_back.done",
    "edt.morning_child",
    "open_case.ack_red",
    "open_case.ack",
)


def _keys(*tables: tuple[Rule, ...]) -> tuple[str, ...]:
    """The keys of the rows that run as clocks, without those that another group has taken."""
    found = (rule.key for table in tables for rule in table if rule.runs == "clock")
    return tuple(dict.fromkeys(key for key in found if key not in (*_SEEN, *_REVIEWS)))


# Key of the group: its words and its rules.
RULE_GROUPS: dict[str, tuple[str, tuple[str, ...]]] = {
    "team": ("The team’s own: worker named, handovers, the night, new contacts", _TEAM),
    "assessment": ("Assessment and agency checks", ("assessment.complete", *_keys(FINDING_OUT))),
    "visits": ("Visits, last seen, supervision", _SEEN),
    "strategy": ("Strategy and section 47", _keys(STRATEGY)),
    "conference": ("Conferences and their reviews", (*_keys(CONFERENCE), *_REVIEWS)),
    "plan": ("Core groups and plans", _keys(PLAN)),
    "care": ("In our care, private fostering", _keys(CARE)),
    "missing": ("Missing and exploitation", _keys(MISSING_AND_EXPLOITED)),
    "family_help": ("Family help", _keys(FAMILY_HELP)),
    "adults": ("Adults who work with children, serious incidents", _keys(ADULTS)),
    "disagreement": ("Disagreement", _keys(DISAGREEMENT)),
    "record": ("The record", _keys(RECORD)),
}
# What is said of a milestone: when it was met, when it was missed, and while there is time.
MILESTONE_WORDS: dict[str, tuple[str, str, str]] = {
    "assessment.seen": ("Seen", "Not seen", "To be seen"),
    "assessment.review_10": ("Manager looked", "No look by the manager", "Manager to look"),
    "assessment.review_20": ("Manager looked again", "No second look by the manager", "Manager to look again"),
}
