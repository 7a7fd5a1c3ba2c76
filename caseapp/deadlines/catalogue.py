"""The rules in force, as rows. A council differs from a local one by a row of its own from a date on, and
a key is never reused.

`verified=False` marks a local default that nobody here has confirmed: the page says so beside the date.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time
from functools import cache, lru_cache

from .domain import HubHours, Rule

WORKING_TOGETHER = "Working Together to Safeguard Children"
WORKING_TOGETHER_URL = "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2"
# The edition that brought the single assessment of 45 working days; later editions kept both lengths.
SINGLE_ASSESSMENT = date(2013, 4, 15)
# Local rows hold for as long as the calendar does, so that imported history has its clocks.
LOCAL = date(2015, 1, 1)
OWN_DEFAULT = "our own default, as there is no national figure"
RATED = "times by rating as another area's hub uses them"
RATED_URL = "https://www.accountabilityindex.uk/pfd/7272526/"
WALL_CLOCK = "Nights and weekends count: this hub has set no opening hours."
DECIDED = "It ends when the hub manager decides."

# What ends every clock of its subject, and what lets them run on.
ENDS_ALL = ("case.closed",)
RESTARTS_ALL = ("case.reopened",)

# When the hub is open; between closing and opening the out-of-hours team has the borough (practice 2).
HUB_HOURS = HubHours(opens=time(9), closes=time(17), hand_over_from=time(16))

RULES: tuple[Rule, ...] = (
    Rule(
        key="mash.first_look",
        words="First look",
        basis="local",
        length=1,
        unit="hours",
        calendar="wall_clock",
        starts_on=("referral.received",),
        stops_on=("referral.read",),
        subject_kind="referral",
        owner_role="hub_worker",
        start_words="The referral came",
        gives_words="A first look has",
        ends_words="It ends when someone in the hub opens the referral.",
        note=WALL_CLOCK,
        warn_points=(30,),
        late_to=("hub_manager",),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="referral.decision",
        words="First decision",
        basis="statutory",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("referral.received",),
        stops_on=("decision.proposed", "decision.agreed"),
        subject_kind="referral",
        owner_role="hub_worker",
        start_words="The referral came",
        gives_words="A first decision has",
        ends_words="It ends when a social worker in the hub proposes what to do, or the manager decides.",
        note="No rating moves it.",
        warn_points=(0,),
        late_to=("hub_manager", "head"),
        source=WORKING_TOGETHER,
        source_url=WORKING_TOGETHER_URL,
        in_force_from=SINGLE_ASSESSMENT,
        verified=True,
    ),
    *(
        Rule(
            key=f"mash.{rating}",
            words=f"Decision on {article} {rating.capitalize()} referral",
            basis="local",
            length=hours,
            unit="hours",
            calendar="wall_clock",
            starts_on=("referral.rated",),
            only_if=(("referral.rated", "rating", (rating,)),),
            anchored_at="referral",
            stops_on=("decision.agreed",),
            subject_kind="referral",
            owner_role="hub_manager",
            start_words="The referral came",
            gives_words=f"{article.capitalize()} {rating.capitalize()} rating gives",
            ends_words=DECIDED,
            note=note,
            warn_points=warn_points,
            late_to=("hub_manager", "head"),
            source=RATED,
            source_url=RATED_URL,
            in_force_from=LOCAL,
        )
        for rating, article, hours, warn_points, note in (
            ("red", "a", 4, (120, 60), "Red runs on through nights and weekends."),
            ("amber", "an", 24, (240, 60), WALL_CLOCK),
            ("green", "a", 72, (1440, 240), WALL_CLOCK),
        )
    ),
    Rule(
        key="feedback.referrer",
        words="Answer to the referrer",
        basis="local",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("referral.received",),
        stops_on=("feedback.given",),
        subject_kind="referral",
        owner_role="hub_manager",
        start_words="The referral came",
        gives_words="An answer to the referrer has",
        ends_words="It ends when the referrer is told what is happening, even if nothing is decided yet.",
        warn_points=(0,),
        late_to=("hub_manager",),
        source="as another area's procedures have it",
        source_url="https://www.nscb.org.uk/staff-and-volunteers/procedures/feedback-to-referrer",
        in_force_from=LOCAL,
    ),
    Rule(
        key="feedback.opened",
        words="Outcome opened",
        basis="local",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("feedback.given", "look_again.answered"),
        # One that is decided again is told anew, with the new decision.
        only_if=(("look_again.answered", "answer", ("stands",)),),
        stops_on=("feedback.seen", "feedback.rang", "referral.put_back"),
        subject_kind="referral",
        owner_role="hub_worker",
        start_words="The referrer was answered",
        gives_words="Opening the answer has",
        ends_words="It ends when somebody of that agency has read it. After that the hub rings.",
        warn_points=(0,),
        late_to=("hub_manager",),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="referral.written_confirmation",
        words="Call confirmed in writing",
        basis="local",
        length=24,
        unit="hours",
        calendar="wall_clock",
        starts_on=("referral.taken_by_phone",),
        # A neighbour or a grandmother has no form to send; somebody who rings at work has.
        only_if=(("referral.taken_by_phone", "caller", ("professional",)),),
        anchored_at="referral",
        stops_on=("referral.confirmed_in_writing",),
        subject_kind="referral",
        owner_role="hub_worker",
        start_words="They rang",
        gives_words="To confirm it in writing they have",
        ends_words="It ends when the hub notes that it came.",
        note="Nothing waits for it.",
        warn_points=(240,),
        late_to=("hub_manager",),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="disagreement.answer",
        words="Looked at again",
        basis="local",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("look_again.asked",),
        stops_on=("look_again.answered",),
        subject_kind="referral",
        owner_role="hub_manager",
        start_words="The referrer asked for it to be looked at again",
        gives_words="Looking again has",
        ends_words="It ends when a manager who did not take the first decision answers.",
        warn_points=(0,),
        late_to=("head",),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="open_case.ack_red",
        words="Red contact on an open case acknowledged",
        basis="local",
        length=1,
        unit="hours",
        calendar="wall_clock",
        starts_on=("open_case.told",),
        only_if=(("open_case.told", "rating", ("red",)),),
        stops_on=("open_case.acknowledged",),
        subject_kind="referral",
        owner_role="worker",
        start_words="The people of the open case were told",
        gives_words="Saying what a Red contact changes has",
        ends_words="It ends when they have said what it changes, for each child.",
        note="Red runs on through nights and weekends.",
        warn_points=(40, 20),
        late_to=("team_manager", "head"),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="open_case.ack",
        words="Contact on an open case acknowledged",
        basis="local",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("open_case.told",),
        only_if=(("open_case.told", "rating", ("amber", "green")),),
        stops_on=("open_case.acknowledged",),
        subject_kind="referral",
        owner_role="worker",
        start_words="The people of the open case were told",
        gives_words="Saying what it changes has",
        ends_words="It ends when they have said what it changes, for each child.",
        warn_points=(0,),
        late_to=("team_manager", "head"),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="assessment.complete",
        words="Assessment complete",
        basis="statutory",
        length=45,
        unit="working_days",
        calendar="statutory",
        # It runs from the decision to assess, whether or not anyone has begun to write; it counts from the referral.
        starts_on=("case.opened", "assessment.started"),
        only_if=(("case.opened", "outcome", ("assessment", "strategy_discussion")),),
        anchored_at="referral",
        stops_on=("assessment.authorised",),
        subject_kind="case",
        owner_role="worker",
        start_words="The referral came",
        gives_words="An assessment has",
        ends_words="It ends when the manager authorises the assessment.",
        warn_points=(10, 5, 1, 0),
        late_to=("team_manager", "head"),
        source=WORKING_TOGETHER,
        source_url=WORKING_TOGETHER_URL,
        in_force_from=SINGLE_ASSESSMENT,
        verified=True,
    ),
    Rule(
        key="handover.accept",
        words="Answer to the handover",
        basis="local",
        length=2,
        unit="working_days",
        calendar="statutory",
        starts_on=("case.handover.agreed",),
        stops_on=("case.handover.accepted", "case.handover.returned", "case.handover.withdrawn"),
        subject_kind="handover",
        owner_role="team_manager",
        start_words="The sending manager agreed the handover",
        gives_words="The receiving team has",
        ends_words="It ends when the receiving team accepts it or sends it back, or the sender withdraws it.",
        warn_points=(1, 0),
        late_to=("team_manager", "head"),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    Rule(
        key="edt.accept",
        words="The night accepts",
        basis="local",
        length=30,
        unit="minutes",
        calendar="wall_clock",
        starts_on=("night.handed_over",),
        stops_on=("night.accepted", "night.kept_in_hub", "night.acknowledged"),
        subject_kind="night",
        owner_role="night_worker",
        start_words="The hub handed it to the night",
        gives_words="The out-of-hours team has",
        ends_words="It ends when somebody of the out-of-hours team accepts it, or the hub keeps it.",
        warn_points=(10,),
        late_to=("hub_manager",),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
    *(
        Rule(
            key=key,
            words="Night work read",
            basis="local",
            length=1,
            unit="mornings",
            calendar="statutory",
            by=time(9, 30),
            starts_on=starts_on,
            stops_on=("night.acknowledged",),
            subject_kind=kind,
            owner_role=owner,
            start_words="The night worked on it",
            gives_words="The day has",
            ends_words=f"It ends when {who} says what follows from it.",
            warn_points=(30,),
            late_to=(late_to,),
            source=OWN_DEFAULT,
            source_url="",
            in_force_from=LOCAL,
        )
        for key, kind, starts_on, owner, who, late_to in (
            ("edt.morning", "night", ("night.accepted", "night.taken"), "hub_worker", "the hub", "hub_manager"),
            (
                "edt.morning_child",
                "case",
                ("night.entry.written",),
                "worker",
                "the team that holds the child",
                "team_manager",
            ),
        )
    ),
    Rule(
        key="case.allocate",
        words="Worker named",
        basis="local",
        length=1,
        unit="working_days",
        calendar="statutory",
        starts_on=("case.custody.moved",),
        stops_on=("case.allocated",),
        subject_kind="case",
        owner_role="team_manager",
        start_words="The case came to the team",
        gives_words="Naming a worker has",
        ends_words="It ends when a worker is named.",
        warn_points=(0,),
        late_to=("team_manager", "head"),
        source=OWN_DEFAULT,
        source_url="",
        in_force_from=LOCAL,
    ),
)


def find_rule(key: str, on: date, rules: Iterable[Rule] = RULES) -> Rule | None:
    """The row of that key in force for a clock that starts on that day, or None."""
    return _known_rule(key, on) if rules is RULES else _rule_among(rules, key, on)


@lru_cache(maxsize=4096)
def _known_rule(key: str, on: date) -> Rule | None:
    # A list asks for each of its rows, of few rules and days.
    return _rule_among(RULES, key, on)


def _rule_among(rules: Iterable[Rule], key: str, on: date) -> Rule | None:
    return next((rule for rule in rules if rule.key == key and rule.is_in_force(on)), None)


def get_rule(key: str, on: date, rules: Iterable[Rule] = RULES) -> Rule:
    """As `find_rule`; LookupError where no such rule was in force."""
    rule = find_rule(key, on, rules)
    if rule is None:
        raise LookupError(f"no rule {key} in force on {on}")
    return rule


def list_rules_started_by(code: str, data: Mapping[str, object], on: date) -> tuple[Rule, ...]:
    """The rules whose clock this event starts; `on` is the day in London on which its count starts."""
    return tuple(rule for rule in RULES if rule.is_in_force(on) and rule.is_started_by(code, data))


@cache
def list_keys_started_by(code: str) -> tuple[str, ...]:
    """The keys of the rules whose clock this event may start, whatever its data say."""
    return tuple(dict.fromkeys(rule.key for rule in RULES if code in rule.starts_on))


@cache
def list_keys_stopped_by(code: str) -> tuple[str, ...]:
    """The keys of the rules whose clock this event stops, whichever row it was started under."""
    return tuple(dict.fromkeys(rule.key for rule in RULES if code in ENDS_ALL or rule.is_stopped_by(code)))
