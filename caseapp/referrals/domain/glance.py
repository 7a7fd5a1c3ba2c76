"""What the queue tells of a referral at a glance: everything that its document alone says.

A document never changes after sending, so what it says is worked out once and kept by its text: a queue of fifty is
read again each minute by everyone in the hub.
"""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from .children import as_object, as_text, children_of
from .hub import ages_together, concern_words, contacts_about, names_together
from .signals import Signal, told_signals

# As many as a busy hub has open at once; each takes a few KB.
_KEPT = 512


@dataclass(frozen=True)
class Glance:
    """What a document says in one line of a list. `keys`: the match keys of its children; `signals`: what it tells by
    itself, strongest first; `referrer`: by name, None where none is told."""

    keys: frozenset[str]
    names: str
    ages: str
    concern: str
    contacts_about: str
    address_protected: bool
    signals: tuple[Signal, ...]
    referrer: str | None


@lru_cache(maxsize=_KEPT)
def glance(document: str, *, came_on: date, today: date) -> Glance:
    """The line of a document (its JSON text). Signals tell what was so on the London day it came, ages are of today."""
    told = json.loads(document)
    children = children_of(told)
    return Glance(
        keys=frozenset(key for child in children if (key := child.match_key)),
        names=names_together(children),
        ages=ages_together(children, today),
        concern=concern_words(told),
        contacts_about=contacts_about(len(children)),
        address_protected=any(child.protected for child in children),
        signals=tuple(told_signals(told, today=came_on)),
        referrer=as_text(as_object(as_object(told).get("referrer")).get("name")),
    )
