"""What the demo borough is drawn from: Rotherham's figures for 2024 (Department for Education, children in need
statistics, Open Government Licence v3.0), read from the published rows in `data/`."""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"
YEAR = "2024"

# The published bins of working days from the referral to the authorised assessment; the last one has no end, so it
# gets a believable one.
DURATION_BINS: tuple[tuple[str, int, int], ...] = (
    ("Same_day", 0, 0),
    ("1-10_days", 1, 10),
    ("11-20_days", 11, 20),
    ("21-30_days", 21, 30),
    ("31-40_days", 31, 40),
    ("41-45_days", 41, 45),
    ("46-50_days", 46, 50),
    ("51-60_days", 51, 60),
    ("61+_days", 61, 75),
)
STATUTORY_DAYS = 45

# The published groups of sources and the census codes of our form that make them up, with how a group is shared out
# (our own guess: only the groups are published).
SOURCE_GROUPS: dict[str, dict[str, int]] = {
    "Individual": {"1A": 6, "1B": 3, "1D": 1},
    "Schools": {"2A": 1},
    "Education_Services": {"2B": 1},
    "Health_Services": {"3A": 3, "3B": 3, "3D": 2, "3E": 2},
    "Housing": {"4": 1},
    "LA_Services": {"5A": 2, "5B": 2, "5D": 3},
    "Police": {"6": 1},
    "Other_legal_agency": {"7": 1},
    "Other": {"8": 1},
    "Anonymous": {"9": 1},
    "Unknown": {"10": 1},
}


@dataclass(frozen=True)
class Published:
    """A year of one area: referrals, how many of them came again within 12 months, by source, and how long assessments
    took."""

    referrals: int
    rereferrals: int
    assessed_not_in_need: int
    sources: dict[str, int]
    durations: dict[str, int]

    @property
    def rereferral_share(self) -> float:
        """Of all referrals, those of a child referred in the 12 months before."""
        return self.rereferrals / self.referrals

    @property
    def in_time_share(self) -> float:
        """Of all assessments, those authorised within 45 working days."""
        in_time = sum(self.durations[key] for key, _, last in DURATION_BINS if last <= STATUTORY_DAYS)
        return in_time / sum(self.durations.values())


def _row(file: str, area: str, year: str) -> dict[str, str]:
    with (DATA / file).open(newline="", encoding="utf-8") as lines:
        return next(row for row in csv.DictReader(lines) if (row["area"], row["time_period"]) == (area, year))


@cache
def figures(area: str = "Rotherham", year: str = YEAR) -> Published:
    """The published figures of an area and a year; LookupError is not raised: both are ours to name."""
    referrals = _row("referrals_and_rereferrals.csv", area, year)
    sources, durations = _row("referral_sources.csv", area, year), _row("assessment_durations.csv", area, year)
    return Published(
        int(referrals["Referrals"]),
        int(referrals["Re_referrals"]),
        int(referrals["Not_in_Need"]),
        {group: int(sources[group]) for group in SOURCE_GROUPS},
        {key: int(durations[key]) for key, _, _ in DURATION_BINS},
    )


def draw_duration(random: Random, durations: Mapping[str, int]) -> int:
    """Working days from a referral to its authorised assessment, drawn from published bins. Inside the bin before the
    statutory day most are done in its last two days, as everywhere."""
    bins = [(first, last) for _, first, last in DURATION_BINS]
    first, last = random.choices(bins, weights=[durations[key] for key, _, _ in DURATION_BINS])[0]
    days = range(first, last + 1)
    return random.choices(days, weights=[3 if day in (44, 45) else 1 for day in days])[0]
