"""What a queue is filtered by, and the words around it. Plain rules.

A filter lives in the address, so it holds keys only: no name of a child and no word that anybody typed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from .hub import CONTACT, NOTE_ON_OPEN_CASE, REFERRAL
from .lists import CONCERNS

RATINGS = ("red", "amber", "green", "none")
# Who referred, as a hub thinks of it: key, words, codes of the census list of sources.
SENDERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("education", "Schools and education", ("2A", "2B")),
    ("police", "Police", ("6",)),
    ("health", "Health", ("3A", "3B", "3C", "3D", "3E", "3F")),
    ("council", "Councils and housing", ("4", "5A", "5B", "5C", "5D")),
    ("public", "Family, neighbours and the public", ("1A", "1B", "1C", "1D", "9")),
    ("other", "Courts, probation and others", ("7", "8", "10")),
)
SENDER_CODES = {key: codes for key, _words, codes in SENDERS}
ONLY: tuple[tuple[str, str], ...] = (
    ("late", "Late"),
    ("protected", "Address protected"),
    ("phone", "Told by phone"),
)
_ONLY_KEYS = frozenset(key for key, _words in ONLY)
_CONCERN_KEYS = frozenset(row.key for row in CONCERNS)
NO_LOCALITY = "none"
# What became of a contact for one child (practice 11), said of one and of several.
BECAME_WORDS = {
    REFERRAL: "Became a referral",
    CONTACT: "Contact answered",
    NOTE_ON_OPEN_CASE: "Note on an open case",
}


@dataclass(frozen=True)
class Filter:
    """What the list is narrowed to; empty means everything. `sender`: a key of SENDERS or `a` and an agency's number;
    `locality`: its name or `none`."""

    ratings: tuple[str, ...] = ()
    sender: str = ""
    concern: str = ""
    locality: str = ""
    only: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether anything was chosen."""
        return self != Filter()

    @property
    def agency_id(self) -> int | None:
        """The agency chosen, if it is one and not a kind of sender."""
        return int(self.sender[1:]) if self.sender and self.sender not in SENDER_CODES else None

    @property
    def args(self) -> dict[str, Any]:
        """The filter as it stands in the address; nothing of what was not chosen."""
        chosen = {
            "rating": list(self.ratings),
            "from": self.sender,
            "concern": self.concern,
            "locality": self.locality,
            "only": list(self.only),
        }
        return {key: value for key, value in chosen.items() if value}


def filter_words(chosen: Filter, agencies: Mapping[str, str]) -> str:
    """The filter in words, for whoever reads a list that was taken away. `agencies`: names by the filter's key."""
    senders = {key: words for key, words, _codes in SENDERS}
    concerns = {row.key: row.words for row in CONCERNS}
    rated = ", ".join("not rated" if key == "none" else key for key in chosen.ratings)
    place = "no locality found" if chosen.locality == NO_LOCALITY else chosen.locality
    said = (
        ("rating", rated),
        ("from", senders.get(chosen.sender) or agencies.get(chosen.sender) or ("one agency" if chosen.sender else "")),
        ("worry", concerns.get(chosen.concern, "")),
        ("locality", place),
        ("only", ", ".join(words.lower() for key, words in ONLY if key in chosen.only)),
    )
    return "; ".join(f"{label}: {words}" for label, words in said if words) or "none, the whole tab"


def read_filter(asked: Mapping[str, Sequence[str]], *, localities: Sequence[str] | None = None) -> Filter:
    """The filter that an address asks for; what it does not know it leaves out, so that an old link still opens.

    `localities`: those that exist (None: not asked).
    """

    def first(name: str) -> str:
        return next(iter(asked.get(name, ())), "")

    sender, concern, locality = first("from"), first("concern"), first("locality")
    number = sender[1:]
    is_agency = sender[:1] == "a" and number.isascii() and number.isdigit() and len(number) < 16
    known_place = localities is None or locality == NO_LOCALITY or locality in localities
    return Filter(
        ratings=tuple(key for key in RATINGS if key in asked.get("rating", ())),
        sender=sender if sender in SENDER_CODES or is_agency else "",
        concern=concern if concern in _CONCERN_KEYS else "",
        locality=locality[:40] if known_place else "",
        only=tuple(key for key, _words in ONLY if key in asked.get("only", ()) and key in _ONLY_KEYS),
    )


def waited_words(waited: timedelta) -> str:
    """How long nobody has read it: `50 min`, `2 h 5 min`, `3 days`."""
    minutes = max(0, int(waited.total_seconds())) // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, rest = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {rest} min" if rest else f"{hours} h"
    days = hours // 24
    return f"{days} day{'' if days == 1 else 's'}"


def became_sentence(referrals: int, contacts: int, notes: int) -> str:
    """What became of the children of the contacts decided, counted as the census counts: `Of 4 children 1 became a
    referral, 3 were answered as contacts.` Empty when there is none."""
    counted = (
        (referrals, "became a referral", "became referrals"),
        (contacts, "was answered as a contact", "were answered as contacts"),
        (notes, "is a note on an open case", "are notes on open cases"),
    )
    whole = referrals + contacts + notes
    parts = [f"{number} {one if number == 1 else many}" for number, one, many in counted if number]
    return f"Of {whole} child{'' if whole == 1 else 'ren'} {', '.join(parts)}." if parts else ""
