"""Family help asks the hub for social work: a contact about open cases, Red at once when a child is in danger."""

from collections.abc import Collection

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.accounts.queries import find_professional
from caseapp.cases.queries import CaseRow
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.people.models import Family
from caseapp.people.queries import FamilyRow, list_family
from caseapp.referrals.domain.lists import CONSENT_REASONS
from caseapp.referrals.domain.step_up import AGREES, DISAGREES, NOT_TOLD, STEP_UP, Asked, PersonKnown, compose
from caseapp.referrals.models import ReferralChild
from caseapp.referrals.queries.step_up import find_waiting, list_to_step_up

from .receive import receive_referral
from .triage import rate_on_arrival


def ask_step_up(actor: Actor, *, case_id: int, chosen: Collection[int], asked: Asked) -> str:
    """Send a step-up to the hub; gives the contact's reference. Custody stays with family help until social work has
    accepted.

    `chosen`: the cases it is about, all or some that the same team holds. An urgent one is Red from the first minute.
    The same person's second press gives the first; Raises Conflict when a colleague asked, Invalid by field.
    """
    cases = list_to_step_up(actor, case_id)
    db.session.execute(sa.select(Family.id).where(Family.id.in_([row.family_id for row in cases])).with_for_update())
    known = find_waiting(case_id)
    if known is not None:
        if known.sender_id == actor.user_id:
            return known.reference
        raise Conflict(f"{known.sender} asked the hub {when(known.received_at)}: contact {known.reference}.")
    asked = _checked(asked, cases, chosen)
    going = [row for row in cases if row.id in set(chosen)]
    family = list_family(actor, going[0].family_id, level=L4)
    children = [next(person for person in family if person.person_id == row.person_id) for row in going]
    adults = [person for person in family if not person.is_child]
    who = find_professional(actor.professional_id) if actor.professional_id else None
    document = compose(
        asked,
        agency=actor.agency_name,
        name=actor.name,
        role=who.title if who else "",
        phone=who.phone if who else "",
        team=going[0].team_name,
        people=[_known(person) for person in (*children, *adults)],
    )
    made = receive_referral(actor, document=document, received_at=clock.now(), mode=STEP_UP)
    for position, row in enumerate(going):
        # Who the children are is not asked again.
        db.session.execute(
            sa.update(ReferralChild)
            .where(ReferralChild.referral_id == made.id, ReferralChild.position == position)
            .values(person_id=row.person_id)
        )
        record(actor, "referral.noted_on_case", subjects=[row.id, row.person_id, made.id], referral=made.id)
    if asked.urgent:
        rate_on_arrival(actor, referral_id=made.id, rating="red", rationale=asked.why)
    return made.reference


def _checked(asked: Asked, cases: list[CaseRow], chosen: Collection[int]) -> Asked:
    why, tried, voice = (clean(text)[0] for text in (asked.why, asked.tried, asked.child_voice))
    reasons = {choice.key for choice in CONSENT_REASONS}
    problems = {
        "children": "Choose the children it is about"
        if not chosen or not set(chosen) <= {row.id for row in cases}
        else "",
        "why": "Say why social work, and why now" if is_blank(why) else "",
        "tried": "Say what family help has tried, and what came of it" if is_blank(tried) else "",
        "parents": "Choose what the parents know" if asked.parents not in (AGREES, DISAGREES, NOT_TOLD) else "",
        "why_not_told": "Choose why they have not been told"
        if asked.parents == NOT_TOLD and asked.why_not_told not in reasons
        else "",
    }
    if any(problems.values()):
        raise Invalid({field: message for field, message in problems.items() if message})
    return Asked(asked.urgent, why, tried, voice, asked.parents, asked.why_not_told)


def _known(person: FamilyRow) -> PersonKnown:
    first, _, last = person.name.rpartition(" ")
    address = person.address
    return PersonKnown(
        first=first or last,
        last=last if first else "",
        born_on=person.born_on,
        sex=person.sex,
        relationship=person.relationship or "",
        child=person.is_child,
        of_concern=person.adult_of_concern,
        address={
            "line1": address.line,
            **({"postcode": address.postcode} if address.postcode else {}),
            "kind": address.kind,
            "protected": address.protected,
        }
        if address
        else {},
    )
