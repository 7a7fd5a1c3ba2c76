"""The queue's filters in SQL. They narrow what is not decided yet, which a partial index finds; nothing decided is
scanned for them."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.access.queries import AnyReader, not_barred, reader_params, reader_shape
from caseapp.accounts.models import Agency, PostcodeSector
from caseapp.cases.models import Case
from caseapp.kernel.db import fetch
from caseapp.people.models import Person
from caseapp.referrals.domain.queue import NO_LOCALITY, SENDER_CODES, Filter
from caseapp.referrals.models import Referral, ReferralChild

from .order import NOT_DECIDED, seen_by


@dataclass(frozen=True)
class Choices:
    """What the filter offers beside its fixed lists: agencies with something to decide, and the localities."""

    agencies: list[tuple[str, str]]
    localities: list[str]


def filter_choices(actor: Actor) -> Choices:
    """The agencies of referrals that wait and reach the actor, and every locality. One statement."""
    rows = fetch(_choices_statement(*reader_shape(actor)), reader_params(actor))
    return Choices(
        [(f"a{row.id}", row.name) for row in rows if row.kind == "agency"],
        [row.name for row in rows if row.kind == "locality"],
    )


@cache
def _choices_statement(placed: bool, covers: bool) -> Any:
    waiting = sa.select(Referral.agency_id).where(NOT_DECIDED, seen_by(AnyReader(placed, covers)))
    agencies = sa.select(sa.literal("agency").label("kind"), Agency.id.label("id"), Agency.name.label("name")).where(
        Agency.id.in_(waiting)
    )
    places = sa.select(sa.literal("locality"), sa.literal(0), PostcodeSector.locality).distinct()
    return sa.union_all(agencies, places).order_by("name")


def narrow(chosen: Filter) -> list[sa.ColumnElement[bool]]:
    """The conditions of a filter on a referral; `late` is added by whoever knows when it is due."""
    found: list[sa.ColumnElement[bool]] = []
    if chosen.ratings:
        rated = Referral.rating.in_([key for key in chosen.ratings if key != "none"])
        found.append(sa.or_(rated, Referral.rating.is_(None)) if "none" in chosen.ratings else rated)
    if chosen.agency_id is not None:
        found.append(Referral.agency_id == chosen.agency_id)
    elif chosen.sender:
        codes = SENDER_CODES[chosen.sender]
        known = Referral.source_code.in_(codes)
        # A source that nobody gave is not known: code 10.
        found.append(sa.or_(known, Referral.source_code.is_(None)) if "10" in codes else known)
    if chosen.concern:
        ticked = Referral.document[("concern", "categories")].as_string()
        found.append(ticked.contains(f'"{chosen.concern}"', autoescape=True))
    if chosen.locality:
        found.append(_in_locality(chosen.locality))
    if "protected" in chosen.only:
        found.append(_child().where(ReferralChild.protected.is_(sa.true())).exists())
    if "phone" in chosen.only:
        found.append(Referral.mode == "phone")
    return found


def about_open_case(actor: Actor | AnyReader) -> sa.ColumnElement[bool]:
    """A child of the referral, by name and birth date, has an open case that is not barred to the actor."""
    return (
        _child()
        .join(Person, Person.match_key == ReferralChild.match_key)
        .join(Case, Case.person_id == Person.id)
        .where(Case.closed_at.is_(None), not_barred(actor, Case.id))
        .exists()
    )


def _in_locality(name: str) -> sa.ColumnElement[bool]:
    placed = _child().join(PostcodeSector, PostcodeSector.sector == ReferralChild.sector)
    if name == NO_LOCALITY:
        return ~placed.exists()
    return placed.where(PostcodeSector.locality == name).exists()


def _child() -> sa.Select[int]:
    return sa.select(ReferralChild.id).where(ReferralChild.referral_id == Referral.id).correlate(Referral)
