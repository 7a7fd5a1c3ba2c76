"""What somebody does with what they were told."""

from collections.abc import Collection

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record
from caseapp.notifications.catalogue import CHOICES
from caseapp.notifications.models import Reminder, TellingChoice


def mark_read(actor: Actor, *, reminder_ids: Collection[int] | None = None, up_to: int | None = None) -> None:
    """Mark the actor's own reminders as read: these, or all up to the number `up_to`. Those of others, and those that
    are read already, stay as they are. No event: nothing about a child is changed."""
    query = sa.update(Reminder).where(Reminder.user_id == actor.user_id, Reminder.read_at.is_(None))
    query = query.where(Reminder.id.in_(reminder_ids) if reminder_ids is not None else Reminder.id <= (up_to or 0))
    db.session.execute(query.values(read_at=clock.now()), execution_options={"synchronize_session": False})


def choose_mail(actor: Actor, *, mail: str) -> None:
    """Choose how to be told by e-mail (a key of CHOICES). The same again changes nothing. Raises Invalid."""
    if mail not in CHOICES:
        raise Invalid({"mail": "Choose when you want an e-mail"})
    row = db.session.get(TellingChoice, actor.user_id, with_for_update=True)
    if row is not None and row.mail == mail:
        return
    if row is None:
        db.session.add(TellingChoice(user_id=actor.user_id, mail=mail, chosen_at=clock.now()))
    else:
        row.mail, row.chosen_at = mail, clock.now()
    record(actor, "telling.chosen", subjects=[actor.user_id], mail=mail)
