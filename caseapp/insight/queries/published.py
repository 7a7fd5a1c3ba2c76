"""The department's published figures: rows of a year for an area, with what it hides and what it does not have."""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from caseapp.insight.catalogue import SOURCES
from caseapp.insight.domain import BANDS, NO_FIGURE, Share, in_time

DATA = Path(__file__).parent.parent / "data"
FILES = ("referrals_and_rereferrals", "referral_sources", "assessment_durations")
ENGLAND = "England"
NEWEST = 2024
# How the department writes a number from 1 to 5.
HIDDEN = "c"


@cache
def _rows() -> dict[tuple[str, str, int], Mapping[str, str]]:
    found: dict[tuple[str, str, int], Mapping[str, str]] = {}
    for name in FILES:
        with (DATA / f"{name}.csv").open(newline="", encoding="utf-8") as lines:
            for row in csv.DictReader(lines):
                found[name, row["area"], int(row["time_period"])] = row
    return found


def years() -> list[int]:
    """The years that any figure was published for, the newest first."""
    return sorted({year for _, _, year in _rows()}, reverse=True)


def _number(row: Mapping[str, str], name: str) -> tuple[int | None, str]:
    text = row.get(name, "").strip()
    if text.isascii() and text.isdecimal():
        return int(text), "known"
    return None, "hidden" if text == HIDDEN else "none"


def _share(row: Mapping[str, str], part: str, whole: str) -> Share:
    (some, state), (total, other) = _number(row, part), _number(row, whole)
    return Share(some, total, state if state != "known" else other)


_OF_REFERRALS = {"rereferrals": "Re_referrals", "not_in_need": "Not_in_Need"}


def get_share(key: str, area: str, year: int) -> Share:
    """A published share by its key (`rereferrals`, `not_in_need`, `assessments_in_time`); `none` without a figure."""
    if key in _OF_REFERRALS:
        row = _rows().get(("referrals_and_rereferrals", area, year))
        return _share(row, _OF_REFERRALS[key], "Referrals") if row else NO_FIGURE
    row = _rows().get(("assessment_durations", area, year))
    if key != "assessments_in_time" or row is None:
        return NO_FIGURE
    parts = [_number(row, band) for band, _, _ in BANDS if in_time(band)]
    whole, state = _number(row, "Assessments_completed")
    for _, each in parts:
        state = each if each != "known" else state
    return (
        Share(sum(number or 0 for number, _ in parts), whole, state) if state == "known" else Share(None, None, state)
    )


def get_source(group: str, area: str, year: int) -> Share:
    """The share of referrals that came from a group of sources."""
    row = _rows().get(("referral_sources", area, year))
    return _share(row, group, "Referrals") if row else NO_FIGURE


def get_referrals(area: str, year: int) -> Share:
    """How many referrals there were, as a share of themselves."""
    row = _rows().get(("referrals_and_rereferrals", area, year))
    return _share(row, "Referrals", "Referrals") if row else NO_FIGURE


def get_durations(area: str, year: int) -> dict[str, int]:
    """Assessments by band; empty without a figure for each of them."""
    row = _rows().get(("assessment_durations", area, year), {})
    found = {band: _number(row, band)[0] for band, _, _ in BANDS}
    return {band: number for band, number in found.items() if number is not None} if None not in found.values() else {}


def get_sources(area: str, year: int) -> dict[str, int]:
    """Referrals by group of sources, those that are not hidden."""
    row = _rows().get(("referral_sources", area, year), {})
    found = {group: _number(row, group)[0] for group in SOURCES}
    return {group: number for group, number in found.items() if number is not None}
