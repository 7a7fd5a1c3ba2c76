"""The rules of the children in need census that today's records touch, as a table dated by collection year (practice
33). Each is a pure check over plain facts, and a sentence that says what to do: the form where something is typed, the
list of what has to be mended and `cases check` all ask here.

Numbers and meaning are those of the published validation rules for 2025-26. The copy for the next year has not been
compared with its specification, and says so. A child whose referral led to no further action has no case here, so that
nothing can be recorded against it (8831, 8832, 4000).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import pairwise

from .identifiers import check_upn
from .register import DISABILITIES, ETHNICITIES, NO_DISABILITY

ERROR, QUERY = "error", "query"
KINDS_WORDS = {ERROR: "must be mended", QUERY: "to be looked at"}
# Closed after an assessment: no further help, or family help.
AFTER_ASSESSMENT = ("RC8", "RC9")
NO_FACTORS = "21"


@dataclass(frozen=True)
class ChildFacts:
    """What is recorded of a child. The date that was expected counts only until the birth."""

    born_on: date | None = None
    expected_on: date | None = None
    sex: str = "U"
    ethnicity: str | None = None
    upns: tuple[str, ...] = ()
    disabilities: tuple[str, ...] = ()


@dataclass(frozen=True)
class AssessmentFacts:
    """An assessment of a child; factors count from its authorisation, and are empty until then."""

    started_on: date
    authorised_on: date | None = None
    factors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Dated:
    """A section 47 enquiry, a plan or a conference that began on a day: the number of the census rule by which it may
    not be earlier than the referral."""

    rule: str
    on: date


@dataclass(frozen=True)
class EpisodeFacts:
    """A child in need episode: the day of the referral, of the closing and its code, and what is in it."""

    referral_on: date
    closed_on: date | None = None
    code: str | None = None
    assessments: tuple[AssessmentFacts, ...] = ()
    began: tuple[Dated, ...] = ()


@dataclass(frozen=True)
class Facts:
    """A child, with all records that are one with theirs, and their episodes."""

    child: ChildFacts = field(default_factory=ChildFacts)
    episodes: tuple[EpisodeFacts, ...] = ()


Check = Callable[[Facts], bool]


@dataclass(frozen=True)
class Rule:
    """One rule: its number, what is wrong in words, what it touches (child, episode, assessment), whether it is an
    error or a query, `broken(facts)`, and the sentence that says what to do. `asks`: it waits for something that is not
    known yet, which nobody can be refused for."""

    number: str
    words: str
    touches: str
    kind: str
    broken: Check
    mend: str
    asks: bool = False


def _any_episode(check: Callable[[EpisodeFacts], bool]) -> Check:
    return lambda facts: any(check(each) for each in facts.episodes)


def _any_assessment(check: Callable[[AssessmentFacts, EpisodeFacts], bool]) -> Check:
    return _any_episode(lambda episode: any(check(each, episode) for each in episode.assessments))


def _unborn(child: ChildFacts) -> bool:
    return child.born_on is None and child.expected_on is not None


def _too_early(facts: Facts) -> bool:
    born = facts.child.born_on or facts.child.expected_on
    return born is not None and any(each.referral_on < born - timedelta(weeks=40) for each in facts.episodes)


def _not_latest(facts: Facts) -> bool:
    last = max((each.referral_on for each in facts.episodes), default=None)
    return any(each.closed_on is None and each.referral_on != last for each in facts.episodes)


def _overlap(facts: Facts) -> bool:
    ordered = sorted(facts.episodes, key=lambda each: (each.referral_on, each.closed_on or date.max))
    # One may begin on the day on which the last one ended.
    return any(one.closed_on is not None and one.closed_on > other.referral_on for one, other in pairwise(ordered))


def _before_referral(rule: str) -> Check:
    return _any_episode(lambda episode: any(d.rule == rule and d.on < episode.referral_on for d in episode.began))


def _two_open(episode: EpisodeFacts) -> bool:
    return sum(each.authorised_on is None for each in episode.assessments) > 1


def _during_another(episode: EpisodeFacts) -> bool:
    ordered = sorted(episode.assessments, key=lambda each: (each.started_on, each.authorised_on or date.max))
    return any(one.authorised_on is None or one.authorised_on >= other.started_on for one, other in pairwise(ordered))


def _after_closing(episode: EpisodeFacts) -> bool:
    days = [day for each in episode.assessments for day in (each.started_on, each.authorised_on) if day]
    return episode.closed_on is not None and any(day > episode.closed_on for day in days)


def _no_factors_then_help(episode: EpisodeFacts) -> bool:
    done = [each for each in episode.assessments if each.authorised_on]
    last = max(done, key=lambda each: each.authorised_on or date.min, default=None)
    return bool(last and last.factors == (NO_FACTORS,) and episode.code and episode.code not in AFTER_ASSESSMENT)


# What is recorded by its date, and the rule by which it may not be earlier than the referral.
NOT_BEFORE_REFERRAL = {
    "conference.initial_held": "1104",
    "plan.cp_began": "1105",
    "s47.began": "2889",
    "plan.cin_began": "4015",
}
_NOT_BEFORE = "Nothing can be dated before the day the referral came. Put the date right, or write a note about it"
RULES: tuple[Rule, ...] = (
    Rule(
        "8525Q",
        "Neither a date of birth nor an expected date",
        "child",
        QUERY,
        lambda facts: facts.child.born_on is None and facts.child.expected_on is None,
        "Give the date of birth, or the expected date of a child who is not born yet",
        asks=True,
    ),
    Rule(
        "8606",
        "The referral came more than 40 weeks before the birth",
        "child",
        ERROR,
        _too_early,
        "This is more than 40 weeks after the referral. Check the date",
    ),
    Rule(
        "8750",
        "A child who is not born yet has a sex recorded",
        "child",
        ERROR,
        lambda facts: _unborn(facts.child) and facts.child.sex != "U",
        "The child is not born yet: choose “Not known” until the birth is recorded",
    ),
    Rule(
        "1510",
        "The unique pupil number fails its check",
        "child",
        ERROR,
        lambda facts: any(not check_upn(each).ok for each in facts.child.upns),
        "End this number as wrong, and ask the school for the right one",
    ),
    Rule(
        "4220",
        "The ethnicity is missing, or no code of the census",
        "child",
        ERROR,
        lambda facts: facts.child.ethnicity not in ETHNICITIES,
        "Ask the family, and record the ethnicity; “Information not yet obtained” stands until then",
        asks=True,
    ),
    Rule(
        "8540",
        "Nobody has recorded whether the child has a disability",
        "child",
        ERROR,
        lambda facts: facts.child.born_on is not None and not facts.child.disabilities,
        "Ask, and record each disability, or “No disability”",
        asks=True,
    ),
    Rule(
        "8790",
        "“No disability” stands beside a disability",
        "child",
        ERROR,
        lambda facts: NO_DISABILITY in facts.child.disabilities and len(facts.child.disabilities) > 1,
        f"Choose the disabilities, or “{DISABILITIES[NO_DISABILITY]}”, not both",
    ),
    Rule(
        "8805, 8810",
        "An episode has a closing date without a reason, or a reason without a date",
        "episode",
        ERROR,
        _any_episode(lambda each: (each.closed_on is None) != (each.code is None)),
        "Close the case with a reason: it gives both",
    ),
    Rule(
        "8815",
        "Two child in need episodes are open at once",
        "episode",
        ERROR,
        lambda facts: sum(each.closed_on is None for each in facts.episodes) > 1,
        "Agree with the other team who goes on, and close the other case",
    ),
    Rule(
        "8816",
        "An open episode is not the latest one",
        "episode",
        ERROR,
        _not_latest,
        "Close the earlier episode with its reason, or put the day of the referral right",
    ),
    Rule(
        "8820",
        "Two child in need episodes overlap",
        "episode",
        ERROR,
        _overlap,
        "Ask whoever runs the service to put the days of the two episodes right: one ends before the other begins",
    ),
    Rule(
        "1103",
        "An assessment began before the referral",
        "assessment",
        ERROR,
        _any_assessment(lambda each, episode: each.started_on < episode.referral_on),
        _NOT_BEFORE,
    ),
    Rule(
        "1104",
        "An initial child protection conference was held before the referral",
        "episode",
        ERROR,
        _before_referral("1104"),
        _NOT_BEFORE,
    ),
    Rule(
        "1105",
        "A child protection plan began before the referral",
        "episode",
        ERROR,
        _before_referral("1105"),
        _NOT_BEFORE,
    ),
    Rule(
        "2889",
        "A section 47 enquiry began before the referral",
        "episode",
        ERROR,
        _before_referral("2889"),
        _NOT_BEFORE,
    ),
    Rule(
        "4015",
        "A child in need plan began before the referral",
        "episode",
        ERROR,
        _before_referral("4015"),
        _NOT_BEFORE,
    ),
    Rule(
        "8565",
        "Something is dated after the episode closed",
        "episode",
        ERROR,
        _any_episode(_after_closing),
        "Open the case again, or put the date right",
    ),
    Rule(
        "8867",
        "An episode was closed while an assessment was being written",
        "episode",
        ERROR,
        _any_episode(lambda each: each.closed_on is not None and any(not a.authorised_on for a in each.assessments)),
        "An assessment is being written. Submit it, and have it authorised",
    ),
    Rule(
        "8825Q",
        "Closed after an assessment, and there is none",
        "episode",
        QUERY,
        _any_episode(lambda each: each.code in AFTER_ASSESSMENT and not any(a.authorised_on for a in each.assessments)),
        "Nobody has assessed this child, so that can’t be the reason",
    ),
    Rule(
        "2990",
        "Closed after an assessment with no further action, and an enquiry or a plan had begun",
        "episode",
        ERROR,
        _any_episode(lambda each: each.code == "RC8" and bool(each.began)),
        "This child had an enquiry, a conference or a plan, so that can’t be the reason. Choose “services ended”",
    ),
    Rule(
        "8896",
        "Two assessments are open at once",
        "assessment",
        ERROR,
        _any_episode(_two_open),
        "Have one of the two authorised: a child has one open assessment at a time",
    ),
    Rule(
        "8863Q",
        "An assessment began while another one was going on",
        "assessment",
        QUERY,
        _any_episode(_during_another),
        "Look at the two assessments: is one of them a mistake?",
    ),
    Rule(
        "8897Q",
        "A finished assessment has no factors",
        "assessment",
        QUERY,
        _any_assessment(lambda each, _: each.authorised_on is not None and not each.factors),
        "Choose at least one factor, or “No factors identified”",
    ),
    Rule(
        "8614",
        "An assessment that is not finished has factors",
        "assessment",
        ERROR,
        _any_assessment(lambda each, _: each.authorised_on is None and bool(each.factors)),
        "Have the assessment authorised: factors count from then on",
    ),
    Rule(
        "8869",
        "“No factors identified” stands beside another factor",
        "assessment",
        ERROR,
        _any_assessment(lambda each, _: NO_FACTORS in each.factors and len(each.factors) > 1),
        "“No factors identified” can't stand beside another factor. Choose one or the other",
    ),
    Rule(
        "8873Q",
        "No factors were identified, and more than an assessment followed",
        "assessment",
        QUERY,
        _any_episode(_no_factors_then_help),
        "“No factors identified” only goes with no further action. Choose the factors, or that outcome",
    ),
)


@dataclass(frozen=True)
class Collection:
    """The rules of one collection: its name, the first and last day, and whether they were compared with the
    specification of that year."""

    name: str
    first: date
    last: date
    rules: tuple[Rule, ...]
    checked: bool


_HELD = Collection("2025-26", date(2025, 4, 1), date(2026, 3, 31), RULES, checked=True)
COLLECTIONS: tuple[Collection, ...] = (
    _HELD,
    replace(_HELD, name="2026-27", first=date(2026, 4, 1), last=date(2027, 3, 31), checked=False),
)


def collection_of(day: date) -> Collection:
    """The collection that a day belongs to; the nearest one that there is for a day outside of all."""
    return next((each for each in COLLECTIONS if day <= each.last), COLLECTIONS[-1])


def broken_rules(facts: Facts, rules: Sequence[Rule] = RULES, *, touching: Sequence[str] = ()) -> Iterator[Rule]:
    """The rules that these facts break, in order; `touching`: only those that touch one of these."""
    for rule in rules:
        if (not touching or rule.touches in touching) and rule.broken(facts):
            yield rule


def get_rule(number: str) -> Rule:
    """The rule of a number. Raises LookupError."""
    for rule in RULES:
        if rule.number == number:
            return rule
    raise LookupError(f"no rule {number}")
