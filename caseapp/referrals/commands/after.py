"""What a referrer does after sending: add to it, or say that it was sent in error. Nothing is ever taken away."""

from collections.abc import Sequence

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.cases.commands import make_task
from caseapp.cases.models import Case
from caseapp.documents import commands as documents
from caseapp.documents.domain import Fit, Unfit, inspect
from caseapp.documents.queries import digests_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, let_go
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder, Text
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.text import clean, is_blank
from caseapp.referrals.domain.after import IN_ERROR, WORDS
from caseapp.referrals.domain.signals import DANGER_WEIGHT
from caseapp.referrals.models import Addition, Referral, ReferralChild

from .triage import lock_referral

TASK = "referral_added_to"
USED = "This form was used already, for another addition. Yours is not added yet: press the button again to add it"

OTHER_FILE = "These words were added already, without this file. To add the file, choose it again and press the button"


def add_to_referral(
    actor: Actor,
    *,
    referral_id: int,
    words: str,
    once_key: str,
    in_danger: bool = False,
    sent: Sequence[tuple[str, bytes]] = (),
) -> int:
    """Add to a sent referral; gives the addition's number. The same words with the same `once_key` add once.

    It stands before the hub like an arrival (practice 6): new, and sorted anew. When the hub has decided, whoever holds
    an open case that came of it is asked to read it. `in_danger`: a child in it is in danger now, which sorts like the
    form's own answer. `sent`: files, by name and bytes; with one, words may be missing. Raises Invalid (`words`,
    `files`), or Conflict when the key was used for something else.
    """
    said = clean(words)[0]
    if is_blank(said) and not sent:
        raise Invalid({"words": "Write what you want to add, or add a file"})
    fits = _fits(sent)
    row = lock_referral(referral_id)
    if (known := _added_before(actor, row, once_key, said)) is not None:
        if not {fit.digest for fit in fits} <= digests_of(row.id):
            # The same words again with another file are something new: the hub has to be told.
            raise Conflict(OTHER_FILE, mine=Text(actor.name, None, said))
        return known
    for fit in fits:
        documents.keep(actor, to_id=row.id, fit=fit)
    addition_id = _add(actor, row, kind=WORDS, words=said, once_key=once_key, in_danger=in_danger)
    record(actor, "referral.added_to", subjects=[row.id], addition=addition_id, in_danger=in_danger)
    if row.decided_at is not None:
        _tell_holders(actor, row.id, addition_id)
    return addition_id


def _fits(sent: Sequence[tuple[str, bytes]]) -> list[Fit]:
    """The files as they will be kept. Raises Invalid with what is wrong with each that is not taken."""
    if not sent:
        return []
    # A large picture takes a second to draw anew: nobody else who writes waits for it.
    let_go()
    fits, refused = [], []
    for name, content in sent:
        try:
            fits.append(inspect(name, content))
        except Unfit as error:
            refused.append(f"{name}: {error}")
    if refused:
        raise Invalid({"files": ". ".join(refused)})
    return fits


def say_in_error(actor: Actor, *, referral_id: int, why: str, once_key: str) -> None:
    """Say that a referral was sent in error, and why. Nothing is deleted: the hub reads it and a person settles it.

    Raises Invalid without a reason, OutOfOrder when it was said before.
    """
    row = lock_referral(referral_id)
    said = clean(why)[0]
    if is_blank(said):
        raise Invalid({"why": "Write why it was sent in error"})
    if _added_before(actor, row, once_key, said) is not None:
        return
    if row.in_error_at is not None:
        raise OutOfOrder("Somebody has said already that this was sent in error. A person in the hub settles it.")
    addition_id = _add(actor, row, kind=IN_ERROR, words=said, once_key=once_key, in_danger=False)
    row.in_error_at = clock.now()
    record(actor, "referral.sent_in_error", subjects=[row.id], addition=addition_id)
    if row.decided_at is not None:
        _tell_holders(actor, row.id, addition_id)


def read_additions(actor: Actor, *, referral_id: int, until: int | None = None) -> None:
    """Note that the hub has read what was added, up to the addition `until` (None: all that there is). When nothing
    is left unread, it no longer sorts as new.
    """
    row = lock_referral(referral_id)
    if row.new_at is None:
        return
    unread = sa.and_(Addition.referral_id == row.id, Addition.read_at.is_(None))
    read = db.session.execute(
        sa.update(Addition)
        .where(unread, sa.true() if until is None else Addition.id <= until)
        .values(read_at=clock.now(), read_by_id=actor.user_id)
        .returning(Addition.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not db.session.scalar(sa.select(sa.exists().where(unread))):
        row.new_at = None
    db.session.flush()
    if read:
        record(actor, "referral.additions_read", subjects=[row.id], additions=len(read))


def _added_before(actor: Actor, row: Referral, once_key: str, said: str) -> int | None:
    """The addition that this form made already; None if the form is fresh. Raises Conflict if it said something
    else."""
    known = db.session.execute(
        sa.select(Addition.id, Addition.referral_id, Addition.added_by_id, Addition.words, Addition.added_at).where(
            Addition.once_key == once_key
        )
    ).first()
    if known is None:
        return None
    if (known.referral_id, known.added_by_id, known.words) == (row.id, actor.user_id, said):
        return int(known.id)
    theirs = Text("Added already", known.added_at, known.words) if known.referral_id == row.id else None
    raise Conflict(USED, theirs=theirs, mine=Text(actor.name, None, said))


def _add(actor: Actor, row: Referral, *, kind: str, words: str, once_key: str, in_danger: bool) -> int:
    now = clock.now()
    subject = new_subject("addition")
    db.session.add(
        Addition(
            id=subject.id,
            referral_id=row.id,
            kind=kind,
            words=words,
            in_danger=in_danger,
            added_at=now,
            added_by_id=actor.user_id,
            once_key=once_key[:64],
        )
    )
    row.new_at = now
    if in_danger:
        row.danger_added_at, row.urgency = now, max(row.urgency, DANGER_WEIGHT)
    db.session.flush()
    return subject.id


def _tell_holders(actor: Actor, referral_id: int, addition_id: int) -> None:
    """Ask whoever holds an open case that came of the referral, or that it was passed on to, to read it."""
    held = db.session.execute(
        sa.select(Case.id, Case.person_id)
        .join(ReferralChild, ReferralChild.case_id == Case.id)
        .where(ReferralChild.referral_id == referral_id, Case.closed_at.is_(None))
        .order_by(Case.id)
    ).all()
    for case in {row.id: row for row in held}.values():
        make_task(case_id=case.id, kind=TASK, about_id=addition_id, actor=actor)
        record(
            actor,
            "referral.added_after_decision",
            subjects=[case.id, case.person_id, referral_id],
            addition=addition_id,
        )
