"""A step-up: family help asks the hub for social work. A contact like any other, in the words of whoever leads the
family's help, with what is known already filled in. Plain rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

STEP_UP = "step_up"
# What the parents know: told and agree, told and do not, not told.
AGREES, DISAGREES, NOT_TOLD = "agrees", "disagrees", "not_told"


@dataclass(frozen=True)
class PersonKnown:
    """Somebody of the family as the record has them, written into the contact so that nobody types it again."""

    first: str
    last: str
    born_on: date | None
    sex: str
    relationship: str
    child: bool
    of_concern: bool
    address: Mapping[str, object]


@dataclass(frozen=True)
class Asked:
    """What the family help worker writes: whether a child is in danger now, why social work, what was tried, the
    child's own words, what the parents know and why not."""

    urgent: bool
    why: str
    tried: str
    child_voice: str
    parents: str
    why_not_told: str


def compose(
    asked: Asked, *, agency: str, name: str, role: str, phone: str, team: str, people: Sequence[PersonKnown]
) -> dict[str, object]:
    """The contact in the shape of a referral (marf-1)."""
    consent: dict[str, object] = {"parent_informed": asked.parents != NOT_TOLD}
    if asked.parents != NOT_TOLD:
        consent["parent_agrees"] = asked.parents == AGREES
    else:
        consent["reason_not_sought"] = asked.why_not_told or "other"
    return {
        "schema": "marf-1",
        "mode": STEP_UP,
        "agency": agency,
        "source_code": "5D",
        "referrer": {"name": name, "role": f"{role}, {team}" if role else team, "phone": phone},
        "children": [_child(person) for person in people if person.child],
        "household": [_adult(person) for person in people if not person.child],
        "concern": {
            "categories": [],
            "immediate_danger": asked.urgent,
            "what_happened": asked.why,
            **({"child_voice": asked.child_voice} if asked.child_voice else {}),
        },
        "help_already": {"early_help": True, "lead_practitioner": name, "interventions": asked.tried},
        "consent": consent,
    }


def _child(person: PersonKnown) -> dict[str, object]:
    return {
        "first_name": person.first,
        "last_name": person.last,
        **({"date_of_birth": person.born_on.isoformat()} if person.born_on else {}),
        "sex": person.sex or "U",
        **({"address": dict(person.address)} if person.address else {}),
    }


def _adult(person: PersonKnown) -> dict[str, object]:
    return {
        "name": f"{person.first} {person.last}".strip(),
        **({"date_of_birth": person.born_on.isoformat()} if person.born_on else {}),
        **({"relationship": person.relationship} if person.relationship else {}),
        **({"adult_of_concern": True} if person.of_concern else {}),
    }
