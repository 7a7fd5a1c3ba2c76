"""The blueprint of the cases, and what its pages share."""

from typing import Any

from flask import Blueprint, request, url_for

bp = Blueprint("cases", __name__, url_prefix="/cases")

# What both databases can count to: a longer number in an address is simply not there.
LARGEST = 2**63 - 1
NUMBER = f"int(max={LARGEST})"
_VIEWS = (
    ("show", "Overview"),
    ("clocks", "Clocks"),
    ("chronology", "Chronology"),
    ("told", "Told, and put right"),
    ("people", "People and agencies"),
    ("files", "Documents"),
    ("looks", "Who looked"),
)


def before() -> int | None:
    """The key that a page of a list begins behind, from the address; None on the first."""
    text = request.args.get("before", "")
    return min(int(text), LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else None


def tabs(reference: str, current: str) -> list[dict[str, Any]]:
    """The views of one case, each with its address; `current` is the one that is open."""
    return [
        {"label": label, "url": url_for(f"cases.{view}", reference=reference), "current": view == current}
        for view, label in _VIEWS
    ]
