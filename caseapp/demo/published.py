"""What the demo borough is drawn from: the published figures of the head's page for Rotherham (Department for
Education, children in need statistics, Open Government Licence v3.0)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from random import Random

from caseapp.insight.catalogue import SOURCES
from caseapp.insight.domain import BANDS, in_time
from caseapp.insight.queries import published

AREA, YEAR = "Rotherham", published.NEWEST
# The last published band of working days has no end, so it gets a believable one.
LONGEST = 75

# How a published group of sources is shared out among the census codes of our form: our own guess, only the groups are
# published. A group without a row here has one code.
_SHARED_OUT: dict[str, dict[str, int]] = {
    "Individual": {"1A": 6, "1B": 3, "1D": 1},
    "Health_Services": {"3A": 3, "3B": 3, "3D": 2, "3E": 2},
    "LA_Services": {"5A": 2, "5B": 2, "5D": 3},
    "Unknown": {"10": 1},
}


def codes_of(group: str) -> dict[str, int]:
    """The census codes of a published group of sources, each with its weight."""
    return _SHARED_OUT.get(group) or dict.fromkeys(SOURCES[group][1], 1)


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
        return sum(number for band, number in self.durations.items() if in_time(band)) / sum(self.durations.values())


@cache
def figures() -> Published:
    """The published figures of our area and year: all of them are there."""
    again, closed = (published.get_share(key, AREA, YEAR) for key in ("rereferrals", "not_in_need"))
    assert again.part and again.whole and closed.part
    return Published(
        again.whole,
        again.part,
        closed.part,
        published.get_sources(AREA, YEAR),
        published.get_durations(AREA, YEAR),
    )


def draw_duration(random: Random, durations: Mapping[str, int]) -> int:
    """Working days from a referral to its authorised assessment, drawn from published bands. Inside the band before the
    statutory day most are done in its last two days, as everywhere."""
    bands = [(first, LONGEST if last is None else last) for _, first, last in BANDS]
    first, last = random.choices(bands, weights=[durations[key] for key, _, _ in BANDS])[0]
    days = range(first, last + 1)
    return random.choices(days, weights=[3 if day in (44, 45) else 1 for day in days])[0]
