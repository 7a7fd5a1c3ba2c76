"""Taking a police notification in, correcting what was picked out, sending it to the hub."""

import hashlib
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L0, Actor
from caseapp.accounts.queries import find_professional
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.kernel.text import clean, is_blank
from caseapp.people.domain.dates import read_moment
from caseapp.referrals.commands import receive_referral

from .domain import ADULT, CHILD, OF_CONCERN, Someone, Told, place_key
from .models import Notice

MODE = "police_notification"
NOTHING = "Paste the text of the notification, or choose its file"
SENT = "This notification has been sent to the hub"
NOBODY = "Tick at least one child, or write down what is known of the child"


def take_notice(actor: Actor, *, text: str, told: Told, came_as: str) -> str:
    """Keep a notification as it was dropped in; gives its reference. The same text twice is one notification.

    `came_as`: paste, file or json. Raises Invalid when there is nothing in it.
    """
    text, _ = clean(text)
    if is_blank(text):
        raise Invalid({"text": NOTHING})
    digest = hashlib.sha256(text.encode()).hexdigest()
    try:
        with db.session.begin_nested():
            subject = new_subject("notice")
            db.session.add(
                Notice(
                    id=subject.id,
                    owner_id=actor.user_id,
                    text=text,
                    came_as=came_as,
                    told=told.as_json(),
                    taken_at=clock.now(),
                    version=1,
                    digest=digest,
                )
            )
            db.session.flush()
    except IntegrityError:
        # Dropped in before, by the same person.
        return db.session.scalars(
            sa.select(Subject.reference)
            .join(Notice, Notice.id == Subject.id)
            .where(Notice.owner_id == actor.user_id, Notice.digest == digest)
        ).one()
    give_reach(f"user:{actor.user_id}", subject_id=subject.id, kind="notice", level=L0, why="owner")
    record(actor, "notice.taken", subjects=[subject.id])
    return subject.reference


def save_notice(actor: Actor, *, notice_id: int, told: Told, version: int) -> None:
    """Keep what its writer made of a notification so far.

    Conflict when it was changed in another window, OutOfOrder when it has been sent.
    """
    row = _lock(notice_id)
    if row.version != version:
        raise Conflict("This notification was changed in another window since this page was opened.")
    row.told, row.version = told.as_json(), row.version + 1
    db.session.flush()
    record(actor, "notice.saved", subjects=[notice_id])


def send_notice(actor: Actor, *, notice_id: int, told: Told, version: int) -> str:
    """Send a notification to the hub as a contact; gives the contact's reference. Sent already: the same one.

    Only people that were ticked go along as people; the text goes whole. Raises Invalid without any child, Conflict as
    `save_notice`.
    """
    row = _lock(notice_id, sent=True)
    if row.referral_id is not None:
        return db.session.scalars(sa.select(Subject.reference).where(Subject.id == row.referral_id)).one()
    children = [person for person in told.people if person.keep and person.role == CHILD]
    if not children:
        raise Invalid({"people": NOBODY})
    if row.version != version:
        raise Conflict("This notification was changed in another window since this page was opened.")
    now, happened_at = clock.now(), moment_of(told)
    document = compose(actor, row.text, told, sent_at=now)
    made = receive_referral(actor, document=document, received_at=now, mode=MODE)
    row.told, row.version = told.as_json(), row.version + 1
    row.sent_at, row.referral_id, row.happened_at = now, made.id, happened_at
    row.incident, row.place = told.incident[:60].upper() or None, place_key(told.line1, told.postcode)
    db.session.flush()
    record(actor, "notice.sent", subjects=[notice_id], referral=made.id)
    return made.reference


def discard_notice(actor: Actor, *, notice_id: int) -> None:
    """Throw a notification away that was not sent: nobody reaches it any more."""
    row = _lock(notice_id)
    row.discarded_at, row.text, row.told = clock.now(), "", {}
    # A later drop of the same text is a new one.
    row.digest = f"discarded {row.id}"
    db.session.flush()
    end_reach(subject_id=notice_id, why="owner")
    record(actor, "notice.discarded", subjects=[notice_id])


def _lock(notice_id: int, *, sent: bool = False) -> Notice:
    row = db.session.scalars(sa.select(Notice).where(Notice.id == notice_id).with_for_update()).one()
    if row.sent_at is not None and not sent:
        raise OutOfOrder(SENT)
    return row


def moment_of(told: Told) -> datetime | None:
    """When the incident was, in UTC; typed without a zone it is London's time."""
    read = read_moment(told.happened_at)
    return read if read is None or read <= clock.now() else None


def compose(actor: Actor, text: str, told: Told, *, sent_at: datetime) -> dict[str, Any]:
    """A notification in the shape of a referral (marf-1): its text whole, the people who were confirmed, and what
    only the police tell."""
    known = find_professional(actor.professional_id) if actor.professional_id else None
    address = {"line1": told.line1, "postcode": told.postcode, "kind": "home"}
    address = {key: value for key, value in address.items() if value} if told.line1 or told.postcode else {}
    people = [person for person in told.people if person.keep]
    happened = moment_of(told)
    police = {
        "incident_number": told.incident,
        "officer": told.officer,
        "grading": told.grading,
        "child_seen": told.child_seen,
        "child_spoken_to": told.child_spoken_to,
    }
    return {
        "schema": "marf-1",
        "received_at": sent_at.isoformat(),
        "mode": MODE,
        "agency": actor.agency_name,
        "source_code": "6",
        "referrer": {"name": actor.name, "role": known.title if known else "", "phone": known.phone if known else ""},
        "children": [_child(person, address) for person in people if person.role == CHILD],
        "concern": {
            "categories": [],
            "immediate_danger": told.danger == "yes",
            **({"incident_at": happened.isoformat()} if happened else {}),
            "what_happened": text,
            **({"child_voice": told.child_said} if told.child_said else {}),
        },
        "household": [_adult(person) for person in people if person.role in (ADULT, OF_CONCERN)],
        "consent": {"parent_informed": None, "reason_not_sought": "other"},
        "police": {key: value for key, value in police.items() if value},
    }


def _child(person: Someone, address: dict[str, str]) -> dict[str, Any]:
    given = {"first_name": person.first_name, "last_name": person.last_name, "date_of_birth": person.date_of_birth}
    return {
        **{key: value for key, value in given.items() if value},
        "sex": person.sex or "U",
        **({"address": address} if address else {}),
    }


def _adult(person: Someone) -> dict[str, Any]:
    row: dict[str, Any] = {"name": f"{person.first_name} {person.last_name}".strip()}
    if person.date_of_birth:
        row["date_of_birth"] = person.date_of_birth
    if person.role == OF_CONCERN:
        row["adult_of_concern"] = True
    return row
