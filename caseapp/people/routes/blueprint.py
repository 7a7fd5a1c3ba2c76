"""The blueprint of the people, and what its pages share."""

from flask import Blueprint, request

bp = Blueprint("people", __name__, url_prefix="/people")

# What both databases can count to: a longer number in an address is simply not there.
LARGEST = 2**63 - 1
NUMBER = f"int(max={LARGEST})"


def before() -> int | None:
    """The key that a page of a list begins behind, from the address; None on the first."""
    text = request.args.get("before", "")
    return min(int(text), LARGEST) if text.isascii() and text.isdecimal() and len(text) < 20 else None
