"""Codes of a case and their words. A key is never reused."""

from datetime import time

from caseapp.deadlines.catalogue import KINDS, LATE_REASONS, RULES, WITH_PAGE
from caseapp.people.catalogue import ANSWERS, RESTRICTIONS

from .domain import LEVELS, Stage

# How children are counted at a level: after 1, and after more.
LEVELS_COUNTED = {
    "universal": ("in universal and community", "in universal and community"),
    "focused_family_help": ("in focused family help", "in focused family help"),
    "specialist_family_help": ("in specialist family help", "in specialist family help"),
    "assessment": ("in assessment", "in assessment"),
    "strategy_discussion": ("in strategy discussion", "in strategy discussion"),
    "child_in_need": ("child in need", "children in need"),
    "child_protection": ("child with a protection plan", "children with a protection plan"),
    "looked_after": ("child in our care", "children in our care"),
}

EPISODES = {
    "family_help": "Family help",
    "child_in_need": "Child in need",
    "looked_after": "Child in our care",
}

# Why an episode closed (Children in Need census, reason for closure).
CLOSURES = {
    "RC1": "adopted",
    "RC2": "died",
    "RC3": "child arrangements order",
    "RC4": "special guardianship order",
    "RC5": "moved to another council",
    "RC6": "moved to adult social care",
    "RC7": "services ended",
    "RC8": "assessed: no further help needed",
    "RC9": "assessed, then handed to family help",
    # Family help is not in the census; these are ours (domain: end reasons of early help).
    "FH1": "what the plan set out to do is done",
    "FH2": "the family no longer wants help",
    "FH3": "moved to another council",
    "FH4": "no further help needed",
    # Only an accepted step-up gives it.
    "FH5": "handed to social work",
}

ROLES = {
    "worker": "worker",
    "lead_practitioner": "lead practitioner",
    "co_worker": "joint worker",
}

END_REASONS = {
    "changed": "another worker took over",
    "step_down": "the family was handed to family help",
    "step_up": "the family was handed to social work",
    "transfer": "the family moved to another team",
    "left": "left the team",
    "closed": "the work ended",
}

# What a task asks for: heading, and the words of the button.
TASKS = {
    "referral_added_to": ("The referrer told us more, after the decision", "I have read this, and will act"),
    "referral_on_open_case": ("A new contact came about this child", "Say what it changes"),
    "strategy_asked": ("A worker asks for a strategy discussion", "I have decided this"),
    "case_received": ("The hub gave this child to your team", "I have read this"),
    "two_open_cases": (
        "This child has a second open case: agree who goes on",
        "We have agreed, and I have written it down",
    ),
    "whose_case": (
        "Whose case is this? The hub took back that its record is the child’s who was referred",
        "I have found out, and written it down",
    ),
    "handover_returned": ("The handover came back with a question", "I have read this"),
    "address_changed": ("A new address: see who has to be told, and whose locality it is", "I have seen to it"),
    "address_differs": ("Two addresses are given: find out where the child lives", "I am finding out"),
}
# Two records of one child were linked, and both have an open case: each holder is asked to settle which goes on.
TWO_CASES = "two_open_cases"
# What the hub said of the child, and a case was opened by, was taken back: the case stays until its team has looked.
WHOSE_CASE = "whose_case"
# About a person, on whose page it is seen to.
ADDRESS_CHANGED, ADDRESS_DIFFERS = "address_changed", "address_differs"
# A new contact about a child with an open case: whoever acknowledges it says what it changes (practice 3).
CONCERN = "referral_on_open_case"
# A worker asks their manager for a strategy discussion because of it.
STRATEGY_ASKED = "strategy_asked"
CONCERNS = (CONCERN, STRATEGY_ASKED)
# What it changes: the words, what a form adds, and whether it asks for a sentence.
CHANGES = {
    "nothing": ("Nothing, because ...", "Say why: somebody reads it if this child is hurt", True),
    "plan": ("The plan", "Say what changes in it", True),
    "visit_today": ("A visit today", "Say who goes, if it is not you", False),
    "strategy_discussion": ("A strategy discussion", "A manager decides it; if you are not one, yours is asked", False),
}
# Who has an unacknowledged contact, from when. A Red by parts of its hour; any other by the time on its last day.
LADDERS: dict[str, tuple[Stage, ...]] = {
    "open_case.ack_red": (
        Stage("worker"),
        Stage("cover", part=1 / 3),
        Stage("manager", part=2 / 3),
        Stage("head", part=1),
    ),
    "open_case.ack": (
        Stage("worker"),
        Stage("cover", at=time(10)),
        Stage("manager", at=time(14)),
        Stage("head", part=1),
    ),
}
OTHER_TASK = ("Something to read", "I have read this")

# The clocks that count from when the child was last seen: their anchor is that moment.
SEEN_BY_WORKER, SEEN_BY_ANYBODY = "seen.worker", "seen.anyone"
# What a visit was for.
VISIT_KINDS = {
    "protection_plan": "Child protection plan",
    "section_47": "Section 47 enquiry",
    "child_in_need": "Child in need plan",
    "assessment": "Assessment",
    "family_help": "Family help",
    "in_our_care": "A child in our care",
    "other": "Something else",
}
VISIT_PLACES = {
    "home": "At home",
    "school": "At school or nursery",
    "office": "In an office or family centre",
    "elsewhere": "Somewhere else",
}
ANNOUNCED = {"yes": "Announced", "no": "Not announced"}
SEEN_WORDS = {
    "alone": "Seen, and on their own for a while",
    "with": "Seen, not alone",
    "no": "Not seen",
    "not_about": "The visit was not about them",
}
WHY_NOT_ALONE = {
    "too_young": "A baby, or too young to be apart",
    "child_wanted": "The child wanted somebody there",
    "adult_no": "A parent or carer said no",
    "no_place": "There was no place to talk apart",
    "no_time": "There was no time",
    "other": "Another reason, written in the child’s part",
}
WHY_NOT_SEEN = {
    "nobody_in": "Nobody answered, or everybody was out",
    "child_out": "The child was somewhere else",
    "asleep": "The child was asleep",
    "child_no": "The child did not want to",
    "adult_no": "A parent or carer said no",
    "unsafe": "It was not safe to stay",
    "missing": "The child is missing",
    "other": "Another reason, written in the child’s part",
}
WHY_NOT = WHY_NOT_ALONE | WHY_NOT_SEEN
BEDROOM = {"yes": "Yes", "no": "No"}

# What nobody said is a note.
ANY_KIND = "other"
NOTE_KINDS = {
    "call": "Telephone call",
    "meeting": "Meeting",
    "email": "E-mail",
    "letter": "Letter",
    ANY_KIND: "Something else",
}
# The kinds of entries of a chronology that a reader can choose: the words, and how the codes of their events begin. The
# longest beginning wins; what none of them begins is under the last.
ENTRY_KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "contacts": (
        "Contacts and referrals",
        ("referral.", "hub.", "look_again.", "open_case.", "concern.", "feedback.", "notice."),
    ),
    "checks": ("What agencies know", ("check.", "answer.")),
    "decisions": (
        "Decisions and level",
        ("decision.", "case.opened", "case.closed", "case.reopened", "case.level.", "case.episode."),
    ),
    "seen": ("Visits, and who saw the child", ("visit.", "child.")),
    "notes": ("Notes", ("note.",)),
    "assessments": ("Assessments", ("assessment.", "family_help.assess")),
    "protection": (
        "Strategy, section 47, conference",
        (
            "strategy.",
            "s47.",
            "conference.",
            "core_group.",
            "review.",
            "plan.cp",
            "police_protection.",
            "epo.",
            "cpis.",
            "transfer_in.",
        ),
    ),
    "plans": ("Plans, groups and reviews", ("plan.", "cin.", "taf.", "group.", "meeting.", "action.", "family_help.")),
    "care": ("In our care", ("care.", "placement.", "leaving_care.")),
    "teams": (
        "Teams and workers",
        ("case.custody.", "case.allocated", "case.involvement.", "case.handover.", "supervision."),
    ),
    "family": ("Told, put right, family group", ("told.", "correction.", "family_group.")),
    "files": ("Files", ("document.", "case_document.")),
    "other": ("Anything else", ()),
}
OTHER_ENTRIES = "other"


def entry_kind(code: str) -> str:
    """Under which kind of entry an event's code stands."""
    fits = [
        (len(begins), kind) for kind, (_, codes) in ENTRY_KINDS.items() for begins in codes if code.startswith(begins)
    ]
    return max(fits)[1] if fits else OTHER_ENTRIES


# How somebody was told of a decision, and why they were not (practice 25).
TOLD_HOW = {
    "in_person": "in person",
    "phone": "by telephone",
    "letter": "by letter",
    "message": "by e-mail or message",
    "interpreter": "in person, with an interpreter",
    "easy_read": "in person, with pictures or easy words",
    "meeting": "at a meeting",
}
NOT_TOLD = {
    "not_safe": "Telling them is not safe for somebody",
    "too_young": "Too young to be told this",
    "not_found": "We do not know where they are",
    "no_answer": "We tried, and could not reach them",
    "not_involved": "Has no part in the child’s life",
    "asked_not_to": "Asked not to be told",
    "court": "A court has said that they are not told",
    "died": "Has died",
    "planned": "Not yet: it is planned",
}
# Decisions of which the child and each parent are told: the events that they are. Of an assessment they are told on
# its own page.
DECISIONS = (
    "case.opened",
    "case.level.changed",
    "case.handover.accepted",
    "case.closed",
    "case.reopened",
)
# What was done about what the family says is wrong.
CORRECTION_ANSWERS = {
    "put_right": "We put it right",
    "stands_beside": "We see it differently: both stand side by side",
    "partly": "We put a part of it right",
}
GROUP_ANSWERS = {"accepted": "Accepted", "declined": "They said no", "thinking": "They are thinking about it"}
GROUP_STEPS = {
    "offered": "offered",
    "accepted": "the family said yes",
    "declined": "the family said no",
    "thinking": "the family is thinking about it",
    "held": "the family met",
    "planned": "the family has its plan",
    "not_offered": "not in the child’s interests",
}
DOCUMENT_KINDS = {
    "report": "Report",
    "letter": "Letter",
    "plan": "Plan",
    "minutes": "Record of a meeting",
    "court": "Court paper",
    "consent": "Consent",
    "picture": "Picture or drawing by the child",
    "other": "Something else",
}

FAMILY_ROLES = {"child": "child", "adult": "adult"}

# The words of codes that stand in events, by the list named in `code:<list>`. Higher slices add theirs by the slot
# `cases.code_words`.
CODE_WORDS = {
    "level": LEVELS,
    "episode": EPISODES,
    "closure": CLOSURES,
    "role": ROLES,
    "end_reason": END_REASONS,
    "task": {key: heading for key, (heading, _) in TASKS.items()},
    "family_role": FAMILY_ROLES,
    "same_answers": ANSWERS,
    "restrictions": RESTRICTIONS,
    "dated": {code: kind.words for code, kind in (KINDS | WITH_PAGE).items()} | {"visit.not_seen": "Visit: not seen"},
    "late_reason": LATE_REASONS,
    "rule": {rule.key: rule.words for rule in RULES},
    # A note from before notes had a kind is a note.
    "note_kind": NOTE_KINDS | {ANY_KIND: "Note", "": "Note"},
    "why_not": WHY_NOT,
    "changes": {key: row[0].removesuffix(", because ...") for key, row in CHANGES.items()},
    "correction_answers": CORRECTION_ANSWERS,
    "group_steps": GROUP_STEPS,
    "document_kinds": DOCUMENT_KINDS,
    "papers": {
        "case_summary": "the case summary",
        "chronology": "the chronology",
        "chronology_group": "the chronology for professionals around the family",
        "chronology_child": "the story for the child",
    },
}
