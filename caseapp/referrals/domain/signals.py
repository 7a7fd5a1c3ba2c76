"""What the form itself tells that must stand at the top of the queue, in words (practice, requirement 1).

Signals sort, they never rate.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from caseapp.people.domain.names import months_old, normalise_name

from .children import as_list, as_object, as_text, children_of
from .lists import concern

UNRATED_COUNTS_AS = "red"
DANGER_WEIGHT = 90
_LATEST = datetime.max.replace(tzinfo=UTC)
_NOT_YET_MOVING_MONTHS = 12
_THIRD = 3
_MISSING_OFTEN = 3
_A_LINE = 160
# What people write who know of no danger, without capitals and full stop.
_NO_DANGER = frozenset({"no", "none", "none known", "nothing known", "not that we know of", "nil", "n/a"})


class Signal(NamedTuple):
    """One reason to look now. `words` is a sentence without a full stop; a higher `weight` stands higher."""

    key: str
    words: str
    weight: int


def signals(document: object, *, today: date, open_case: bool, contacts_12m: int) -> list[Signal]:
    """The signals of a referral, strongest first. Takes any JSON.

    `today` is the London date (for a baby's age). `open_case` and `contacts_12m`: as `with_known` takes them.
    """
    return with_known(told_signals(document, today=today), open_case=open_case, contacts_12m=contacts_12m)


def told_signals(document: object, *, today: date) -> list[Signal]:
    """What the form tells by itself, strongest first."""
    told = as_object(document)
    return [Signal(key, words, weight) for key, weight, tell in _TELLERS if (words := tell(told, today))]


def with_known(found: Sequence[Signal], *, open_case: bool, contacts_12m: int) -> list[Signal]:
    """And what our own records add. `open_case`: a child in it has an open case. `contacts_12m`: contacts about the
    same child in the last 12 months, this one counted; the signal comes from the third."""
    known = list(found)
    if open_case:
        known.append(Signal("open_case", "A child in it has an open case: its worker must know", 30))
    if contacts_12m >= _THIRD:
        known.append(Signal("repeat_contact", _repeat_words(contacts_12m), 20))
    return sorted(known, key=lambda signal: -signal.weight)


def sort_key(
    *,
    waits: bool,
    urgency: int,
    answer_needed_by: datetime | None,
    due_at: datetime | None,
    received_at: datetime,
) -> tuple[bool, int, datetime, datetime, datetime]:
    """Where a referral stands in the queue: the smallest key is opened next. All moments are aware.

    What `waits` for somebody comes first: what is unread, and what somebody read and left that nobody has rated or
    taken. Inside that immediate danger, then any other signal, then the rest; inside that the moment
    by which the referrer needs an answer (where none was asked for: the due time), then the due time, then the oldest.
    What nobody has rated counts as Red: the caller gives the Red due time. `urgency` is that of `urgency_of`.
    """
    band = 0 if urgency >= DANGER_WEIGHT else 1 if urgency > 0 else 2
    due = due_at or _LATEST
    return (not waits, band, answer_needed_by or due, due, received_at)


def urgency_of(found: list[Signal]) -> int:
    """The weight of the strongest signal, 0 without one: the number a queue keeps to sort by."""
    return max((signal.weight for signal in found), default=0)


def visit_danger(document: object) -> str | None:
    """What the referrer says of danger to people who visit, as written; None when nothing is said, or that there is
    none. Takes any JSON."""
    said = as_object(document).get("visit_dangers")
    texts = [text for each in (as_list(said) or [said]) if (text := as_text(each))]
    words = "; ".join(texts)
    return None if words.rstrip(" .!").lower() in _NO_DANGER else words or None


def _immediate_danger(document: object, _today: date) -> str | None:
    told = as_object(as_object(document).get("concern")).get("immediate_danger")
    return "The referrer says: in danger now" if told is True else None


def _with_person_of_concern(document: object, _today: date) -> str | None:
    """Collected by, or going home to, the adult the referrer worries about."""
    now = as_object(as_object(document).get("now"))
    collector = as_text(now.get("collected_by"))
    at = f" at {now['collected_at']}" if as_text(now.get("collected_at")) else ""
    adults = list(_adults_of_concern(document))
    named = {normalise_name(adult.get("name")) for adult in adults} - {""}
    if now.get("collected_by_adult_of_concern") == "yes" or (collector and normalise_name(collector) in named):
        return f"Collected{at} by the person of concern" + (f", {collector}" if collector else "")
    for adult in adults:
        if adult.get("lives_with_child") == "yes":
            return f"The person of concern lives with the child: {_who(adult)}"
    for adult in adults:
        if adult.get("lives_with_child") != "no" and not as_object(adult.get("address")):
            return f"The person of concern is named in the household: {_who(adult)}. Not said whether at home today"
    return None


def _not_safe(document: object, _today: date) -> str | None:
    now = as_object(as_object(document).get("now"))
    return "Not safe to go home today, says the referrer" if now.get("safe_to_go_home") == "no" else None


def _injured_baby(document: object, today: date) -> str | None:
    injury = as_object(as_object(as_object(document).get("concern")).get("injury"))
    if injury.get("present") is not True:
        return None
    for child in children_of(document):
        baby = child.born_on is not None and 0 <= months_old(child.born_on, today) < _NOT_YET_MOVING_MONTHS
        if baby or (child.born_on is None and child.approximate_age is not None and child.approximate_age < 1):
            return f"Injury or bruise, and a baby under 12 months ({child.age(today)})"
    return None


def _sexual_abuse(document: object, _today: date) -> str | None:
    told = [concern(key) for key in as_list(as_object(as_object(document).get("concern")).get("categories"))]
    named = [row.words for row in told if row and row.tells_sexual_abuse]
    return f"Told: {', '.join(named).lower()}" if named else None


def _ring_back(document: object, _today: date) -> str | None:
    """Sent from the short form: little was asked, so somebody rings (practice, requirement 7)."""
    told = as_object(document)
    if as_object(told.get("concern")).get("ring_back") is not True:
        return None
    referrer = as_object(told.get("referrer"))
    who = " on ".join(part for part in (as_text(referrer.get("name")), as_text(referrer.get("phone"))) if part)
    return f"Ring back: told in two minutes{f' by {who}' if who else ''}"


def _police_high(document: object, _today: date) -> str | None:
    """A police notification that the officer graded as a high risk."""
    grading = as_object(as_object(document).get("police")).get("grading")
    return "The police grade the risk as high" if grading == "high" else None


def _missing_now(document: object, _today: date) -> str | None:
    now = as_object(as_object(document).get("now"))
    return "Missing now" if now.get("where") == "missing" else None


def _missing_often(document: object, _today: date) -> str | None:
    times = as_object(as_object(document).get("exploitation")).get("missing_last_30_days")
    often = isinstance(times, int) and not isinstance(times, bool) and times >= _MISSING_OFTEN
    return f"Missing {times} times in 30 days" if often else None


def _step_up(document: object, _today: date) -> str | None:
    """Family help asks for social work: its worker knows the family."""
    return "Family help asks for social work: a step-up" if as_object(document).get("mode") == "step_up" else None


def _visit_danger(document: object, _today: date) -> str | None:
    said = " ".join((visit_danger(document) or "").split()).rstrip(".")
    short = said if len(said) <= _A_LINE else f"{said[:_A_LINE].rstrip()}…"
    return f"Danger to people who visit: {short}" if short else None


# Strongest first; gaps leave room for a council's own.
_TELLERS: tuple[tuple[str, int, Callable[[object, date], str | None]], ...] = (
    ("immediate_danger", DANGER_WEIGHT, _immediate_danger),
    ("person_of_concern", 80, _with_person_of_concern),
    ("not_safe", 70, _not_safe),
    ("injured_baby", 60, _injured_baby),
    ("sexual_abuse", 50, _sexual_abuse),
    ("police_high", 45, _police_high),
    ("missing_now", 40, _missing_now),
    ("missing_often", 35, _missing_often),
    ("step_up", 28, _step_up),
    ("ring_back", 25, _ring_back),
    ("visit_danger", 10, _visit_danger),
)


def _adults_of_concern(document: object) -> Iterator[dict[str, object]]:
    for person in as_list(as_object(document).get("household")):
        if isinstance(person, dict) and person.get("adult_of_concern") is True:
            yield person


def _who(adult: dict[str, object]) -> str:
    described = [as_text(adult.get("name")) or "name not given", as_text(adult.get("relationship"))]
    return ", ".join(part for part in described if part)


def _repeat_words(number: int) -> str:
    names = ("Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth")
    place = number - _THIRD
    return f"{names[place]} contact in 12 months" if place < len(names) else f"{number} contacts in 12 months"
