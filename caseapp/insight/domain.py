"""The head's numbers in plain Python: as at which instant, shares beside published ones, what is hidden, what the
pictures say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from caseapp.deadlines.domain import WorkingCalendar
from caseapp.kernel import clock

WEEKS = 12
SOON_DAYS = 7
# Counting begins where the calendar of working days does.
FIRST_DAY = date(2016, 1, 1)
STATUTORY_DAYS = 45

# The published bands of working days from the referral to the authorised assessment; the last one has no end.
BANDS: tuple[tuple[str, int, int | None], ...] = (
    ("Same_day", 0, 0),
    ("1-10_days", 1, 10),
    ("11-20_days", 11, 20),
    ("21-30_days", 21, 30),
    ("31-40_days", 31, 40),
    ("41-45_days", 41, 45),
    ("46-50_days", 46, 50),
    ("51-60_days", 51, 60),
    ("61+_days", 61, None),
)


@dataclass(frozen=True)
class AsAt:
    """The instant that is counted at, and what follows from it.

    `since` begins the twelve months that end with its day, `before` those before them; `soon` ends the seven days
    after it; `weeks` are the first instants of the twelve weeks that its day ends, with their Mondays.
    """

    day: date
    now: bool
    at: datetime
    since: datetime
    before: datetime
    soon: datetime
    weeks: tuple[datetime, ...]
    mondays: tuple[date, ...]

    @property
    def address(self) -> str | None:
        """The day as addresses carry it; None for now."""
        return None if self.now else self.day.isoformat()


def midnight(day: date) -> datetime:
    """The first instant of a day in London."""
    return datetime.combine(day, time(), tzinfo=clock.LONDON)


def as_at(day: date | None = None) -> AsAt:
    """Now, or the end of an earlier London day."""
    today = clock.today()
    now = day is None or day >= today
    day = today if day is None or now else day
    monday = day - timedelta(days=day.weekday())
    mondays = tuple(monday - timedelta(weeks=WEEKS - 1 - number) for number in range(WEEKS))
    return AsAt(
        day=day,
        now=now,
        at=clock.now() if now else midnight(day + timedelta(days=1)) - timedelta(microseconds=1),
        since=midnight(_a_year_before(day) + timedelta(days=1)),
        before=midnight(_a_year_before(_a_year_before(day))),
        soon=midnight(day + timedelta(days=SOON_DAYS + 1)),
        weeks=tuple(midnight(first) for first in mondays),
        mondays=mondays,
    )


def _a_year_before(day: date) -> date:
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


def working_days(received_at: datetime, authorised_at: datetime, calendar: WorkingCalendar) -> int:
    """Working days from the day of the referral to the day of the authorised assessment, as the department counts: by
    the statutory calendar, with the bank holidays that were proclaimed since."""
    first, last = clock.to_london(received_at).date(), clock.to_london(authorised_at).date()
    return max(calendar.working_days_between(first, last), 0)


def band_of(days: int) -> str:
    """The published band that a duration falls in."""
    return next(key for key, first, last in BANDS if days >= first and (last is None or days <= last))


def in_time(band: str) -> bool:
    """Whether a band ends by the 45th working day."""
    return any(key == band and last is not None and last <= STATUTORY_DAYS for key, _, last in BANDS)


# ---------------------------------------------------------------- shares, and what is hidden


@dataclass(frozen=True)
class Share:
    """A part of a whole. `state`: `known`, `hidden` (published as 1 to 5), `none` (no figure)."""

    part: int | None
    whole: int | None
    state: str = "known"

    @property
    def percent(self) -> float | None:
        """The share in per cent, to one place; None where there is none: never zero in its place."""
        if self.state != "known" or self.part is None or not self.whole:
            return None
        return round(100 * self.part / self.whole + 1e-9, 1)

    @property
    def words(self) -> str:
        """82.2%, or why there is no number."""
        if self.state == "hidden":
            return "hidden, 1 to 5"
        return "no figure" if self.percent is None else f"{self.percent:.1f}%"

    @property
    def counted(self) -> str:
        """2,970 of 3,613."""
        if self.state != "known" or self.part is None or self.whole is None:
            return ""
        return f"{self.part:,} of {self.whole:,}"

    @property
    def too_few(self) -> bool:
        """Whether publishing it would tell of 1 to 5 children, in the share or in what is left."""
        return self.state == "known" and (too_few(self.part) or too_few((self.whole or 0) - (self.part or 0)))


NO_FIGURE = Share(None, None, "none")


def too_few(number: int | None) -> bool:
    """1 to 5 are hidden when published, as the department does."""
    return number is not None and 1 <= number <= 5


def beside(ours: Share, theirs: Share, higher_is_better: bool | None, area: str) -> tuple[str, str]:
    """How far a share is from a published one, in words, and `late` | `ok` | `` for its weight."""
    if ours.percent is None or theirs.percent is None:
        return "nothing to compare", ""
    points = round(ours.percent - theirs.percent, 1)
    if not points:
        return f"as {area}", ""
    amount = f"{abs(points):.1f} point{'' if abs(points) == 1 else 's'}"
    if higher_is_better is None:
        return f"{amount} {'higher' if points > 0 else 'lower'}", ""
    good = (points > 0) == higher_is_better
    words = ("ahead" if good else "behind") if higher_is_better else ("higher" if points > 0 else "lower")
    return f"{amount} {words}", "ok" if good else "late"


# ---------------------------------------------------------------- pictures: what they say, and where things stand


@dataclass(frozen=True)
class Bar:
    """A bar of a picture: what it is of, its length or height and where it stands, the mark of the other area."""

    key: str
    label: str
    place: float
    size: float
    words: str
    mark: float | None = None
    mark_words: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture: its finding, its bars, and how high it is."""

    finding: str
    bars: tuple[Bar, ...]
    height: int = 0
    line: float | None = None


def per_day(counts: Mapping[str, int]) -> dict[str, float]:
    """The per cent of all that ended on each working day of a band, for the bands that are drawn: they differ in
    width, and the last has no end."""
    whole = sum(counts.values())
    drawn = [(key, last - first + 1) for key, first, last in BANDS if last is not None and first > 0]
    return {key: 100 * counts.get(key, 0) / whole / width for key, width in drawn} if whole else {}


def durations_picture(ours: Mapping[str, int], theirs: Mapping[str, int]) -> Picture:
    """Assessments by working days taken, per working day."""
    here, there = per_day(ours), per_day(theirs)
    if not here:
        return Picture("No assessment was authorised in these twelve months.", ())
    unit = 155 / max(*here.values(), *(there.values() or [0]), 0.1)
    bars, top = [], 26
    for key, size in here.items():
        top += 8 if key == "46-50_days" else 0
        mark = there.get(key)
        bars.append(
            Bar(
                key,
                key.removesuffix("_days").replace("-", "–"),
                top,
                round(size * unit, 1),
                f"{size:.1f}%",
                None if mark is None else round(58 + mark * unit, 1),
                "" if mark is None else f"{mark:.1f}%",
            )
        )
        top += 32
    return Picture(_durations_finding(ours, theirs), tuple(bars), top + 20, 186)


def _durations_finding(ours: Mapping[str, int], theirs: Mapping[str, int]) -> str:
    here = per_day(ours)
    piles = here["41-45_days"] > 1.25 * here["31-40_days"]
    said = "Work piles up just before day 45" if piles else "Work does not pile up before day 45"
    late, late_there = _past(ours), _past(theirs)
    if late_there is None or late is None or late == late_there:
        return f"{said}."
    return f"{said}, and {'more' if late > late_there else 'less'} runs past it than in England."


def _past(counts: Mapping[str, int]) -> float | None:
    whole = sum(counts.values())
    return round(sum(counts.get(key, 0) for key, _, _ in BANDS if not in_time(key)) / whole, 3) if whole else None


def weeks_picture(counts: Sequence[int], mondays: Sequence[date]) -> Picture:
    """Contacts by week, as columns; the last week still runs. A week without any has no column, but its number."""
    if not any(counts):
        return Picture("No contact came in these twelve weeks.", ())
    unit, wide = 130 / max(counts), 345 / len(counts)
    bars = tuple(
        Bar(
            monday.isoformat(),
            f"{monday.day}/{monday.month}",
            round(number * wide, 1),
            round(count * unit, 1),
            f"{count:,}",
        )
        for number, (monday, count) in enumerate(zip(mondays, counts, strict=True))
    )
    return Picture(_weeks_finding(counts), bars, 190)


def _weeks_finding(counts: Sequence[int]) -> str:
    *before, last, _ = counts
    usual = sum(before) / len(before)
    if not usual:
        return f"The last whole week brought {last:,} contacts; before it came none."
    change = (last - usual) / usual
    how = "about as many as" if abs(change) < 0.1 else "more than" if change > 0 else "fewer than"
    return f"The last whole week brought {last:,} contacts, {how} the weeks before it ({usual:,.0f})."


def sources_picture(ours: Mapping[str, int], theirs: Mapping[str, int], words: Mapping[str, str]) -> Picture:
    """Referrals by who sent them, the most first, with the share in the other area."""
    whole, whole_there = sum(ours.values()), sum(theirs.values())
    if not whole:
        return Picture("No referral was received in these twelve months.", ())
    ranked = sorted((key for key in ours if ours[key]), key=lambda key: -ours[key])
    shares = {key: theirs[key] / whole_there for key in ranked if whole_there and key in theirs}
    drawn = ranked[:6]
    unit = 240 / max(*(ours[key] / whole for key in drawn), *(shares.get(key, 0) for key in drawn))
    bars = tuple(
        Bar(
            key,
            words[key],
            14 + 46 * number,
            round(ours[key] / whole * unit, 1),
            f"{ours[key]:,} ({100 * ours[key] / whole:.0f}%)",
            round(shares[key] * unit, 1) if key in shares else None,
        )
        for number, key in enumerate(drawn)
    )
    first = ranked[:2]
    part = 100 * sum(ours[key] for key in first) / whole
    who = " and ".join(words[key] if number == 0 else _lower(words[key]) for number, key in enumerate(first))
    verb = "send" if len(first) > 1 or who.endswith("s") or who == "Police" else "sends"
    return Picture(f"{who} {verb} {part:.0f}% of referrals.", bars, 46 * len(drawn))


def _lower(words: str) -> str:
    return words[:1].lower() + words[1:]
