"""A referral whose address lies outside the borough: the copy for the council whose child it is."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.models import Professional, User
from caseapp.kernel.db import db
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import Subject
from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.outside import Neighbour, neighbour_of
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.models import CopyGiven, Referral
from caseapp.referrals.queries import own


@dataclass(frozen=True)
class Given:
    """A copy that was handed over: to whom, when, by whom."""

    council: str
    given_at: datetime
    given_by: str


@dataclass(frozen=True)
class Copy:
    """What the page of the copy shows. `postcodes` outside the borough; `councils` that the table knows for them."""

    reference: str
    received_at: datetime
    agency: str
    postcodes: list[str]
    councils: list[Neighbour]
    given: list[Given]
    told: list[Section]

    def given_to(self, council: Neighbour) -> Given | None:
        """The copy that this council was handed."""
        return next((one for one in self.given if one.council == council.name), None)


def get_copy(actor: Actor, referral_id: int) -> Copy:
    """The copy, for the person who wrote the referral; NotFound for anybody else, and where every address lies in the
    borough."""
    row = db.session.execute(
        sa.select(Subject.reference, Referral.received_at, Referral.agency_given, Referral.document, Referral.sender_id)
        .join(Subject, Subject.id == Referral.id)
        .where(Referral.id == referral_id)
    ).one()
    postcodes = own.outside(child.postcode or "" for child in children_of(row.document))
    if row.sender_id != actor.user_id or not postcodes:
        raise NotFound
    councils = {council.key: council for code in postcodes if (council := neighbour_of(code))}
    return Copy(
        reference=row.reference,
        received_at=row.received_at,
        agency=row.agency_given,
        postcodes=postcodes,
        councils=list(councils.values()),
        given=list_given(referral_id),
        told=[part for part in sections(row.document) if part.key != "about"],
    )


def list_given(referral_id: int) -> list[Given]:
    """The copies of a referral that were handed over. One statement."""
    rows = db.session.execute(
        sa.select(CopyGiven.council, CopyGiven.given_at, Professional.name)
        .join(User, User.id == CopyGiven.given_by_id)
        .join(Professional, Professional.id == User.professional_id)
        .where(CopyGiven.referral_id == referral_id)
        .order_by(CopyGiven.id)
    )
    return [Given(row.council, row.given_at, row.name) for row in rows]
