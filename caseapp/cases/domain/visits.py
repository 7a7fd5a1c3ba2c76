"""A visit, written once for the children it was about, with a part for each (practice 16): what it must say."""

from dataclasses import dataclass, field
from datetime import date, datetime

from . import LONDON

ALONE, NOT_ALONE, NOT_SEEN, NOT_ABOUT = "alone", "with", "no", "not_about"
SEEN = (ALONE, NOT_ALONE)
# A reason that says nothing by itself.
ANOTHER_REASON = "other"
ELSEWHERE = "elsewhere"
LONGEST_LINE = 200


@dataclass(frozen=True)
class ChildPart:
    """One child's part of a visit. `seen`: alone, with somebody, not, or the visit was not about them; `why_not`: the
    coded reason for not seen, or not alone; `said`: the child's own words, as said, and `heard_by` whom."""

    case_id: int
    seen: str = ""
    why_not: str = ""
    bedroom: str = ""
    said: str = ""
    heard_by: str = ""
    words: str = ""

    @property
    def was_seen(self) -> bool:
        """Whether somebody saw the child."""
        return self.seen in SEEN

    @property
    def is_about(self) -> bool:
        """Whether the visit was about this child at all."""
        return self.seen != NOT_ABOUT

    @property
    def says_something(self) -> bool:
        """Whether anything was written in it. Who heard it stands there beforehand."""
        return any(text.strip() for text in (self.said, self.words)) or bool(self.bedroom)


@dataclass(frozen=True)
class VisitTold:
    """A visit as it is told: what every child's record shows, and the part of each."""

    happened_at: datetime
    kind: str
    place: str
    place_words: str
    announced: str
    who: str
    words: str
    adults_said: str = ""
    next_on: date | None = None
    parts: tuple[ChildPart, ...] = field(default=())

    @property
    def shared(self) -> tuple[object, ...]:
        """What is the same in every child's record."""
        return (
            self.happened_at,
            self.kind,
            self.place,
            self.place_words,
            self.announced,
            self.who,
            self.words,
            self.adults_said,
            self.next_on,
        )

    def part_of(self, case_id: int) -> ChildPart | None:
        """The part of one child; None if nothing was told of them."""
        return next((part for part in self.parts if part.case_id == case_id), None)


def visit_problems(told: VisitTold, now: datetime) -> dict[str, str]:
    """What is wrong with a visit, by field (`seen_<case>` and so on for a child's); empty if nothing is.

    Not seen, or not alone, asks for the coded reason and for when next (practice 16); a quotation for who heard it
    (practice 25).
    """
    problems = {
        "happened_at": "This is in the future" if told.happened_at > now else "",
        "place_words": "Say where it was" if told.place == ELSEWHERE and not told.place_words.strip() else "",
        "who": _line_problem(told.who, "Say who was there"),
        "words": "" if told.words.strip() else "Write what happened, and what you saw",
    }
    for part in told.parts:
        problems |= {f"{name}_{part.case_id}": said for name, said in _part_problems(part).items()}
    if told.parts and not any(part.is_about for part in told.parts):
        problems[f"seen_{told.parts[0].case_id}"] = "A visit is about at least one child"
    on = told.happened_at.astimezone(LONDON).date()
    if told.next_on is not None and told.next_on < on:
        problems["next_on"] = "The next visit comes after this one"
    elif told.next_on is None and any(part.seen in (NOT_SEEN, NOT_ALONE) for part in told.parts):
        problems["next_on"] = "Say when you go next: a child was not seen, or not seen alone"
    return {name: said for name, said in problems.items() if said}


def _part_problems(part: ChildPart) -> dict[str, str]:
    if not part.is_about:
        wrote = "You have written something about this child: say whether you saw them"
        return {"seen": wrote if part.says_something else ""}
    not_alone = "Choose why you did not see them alone" if part.seen == NOT_ALONE and not part.why_not else ""
    not_seen = "Choose why you did not see them" if part.seen == NOT_SEEN and not part.why_not else ""
    unsaid = part.why_not == ANOTHER_REASON and part.seen != ALONE and not part.words.strip()
    return {
        "seen": "" if part.seen else "Say whether you saw this child",
        "not_alone": not_alone,
        "not_seen": not_seen,
        "words": "Say what the other reason was" if unsaid else "",
        "heard_by": _line_problem(part.heard_by, "Say who heard it") if part.said.strip() else "",
    }


def _line_problem(words: str, missing: str) -> str:
    if not words.strip():
        return missing
    return f"Use at most {LONGEST_LINE} characters" if len(words) > LONGEST_LINE else ""
