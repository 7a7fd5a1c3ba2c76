"""What the last day before now adds to the stories, so that every room has something.

A contact handed to the night with its entry for the morning, and two police notifications of one incident.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.night import commands as night
from caseapp.night.commands import EntryTexts
from caseapp.notices import commands as notices
from caseapp.notices.domain import read_text

from . import words
from .life import Life


def evening_before(now: datetime) -> datetime:
    """Half past four on the afternoon before an instant: when the hub hands over."""
    local = clock.to_london(now - timedelta(days=1)).replace(hour=16, minute=30, second=0, microsecond=0)
    return local.astimezone(now.tzinfo)


class Night:
    """One contact that the hub hands to the night, which accepts it and writes what happened; the morning has still to
    read it."""

    def __init__(self, life: Life, referral_id: int) -> None:
        self.life, self.referral_id, self.work_id = life, referral_id, 0

    def plan(self) -> None:
        """Let it take its course from the afternoon on, as far as it lies before now."""
        at = max(evening_before(self.life.now), clock.now() + timedelta(minutes=1))
        self.life.plan(at, self.hand_over)
        left = self.life.now - at
        self.life.plan(at + min(timedelta(hours=1), left * 0.3), self.accept)
        self.life.plan(at + min(timedelta(hours=5), left * 0.7), self.write)

    def hand_over(self) -> None:
        """The hub hands it over with words."""
        reference = night.hand_over(
            self.life.staff.by_login("mash.worker"),
            referral_id=self.referral_id,
            may_happen=words.NIGHT["may_happen"],
            whom_to_ring=words.NIGHT["whom_to_ring"],
            until_at=clock.now() + timedelta(hours=16),
            seen=0,
        )
        self.work_id = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()

    def accept(self) -> None:
        """The out-of-hours worker takes it."""
        night.accept(self.life.staff.by_login("edt"), work_id=self.work_id)

    def write(self) -> None:
        """The out-of-hours worker writes what happened and what the day must do."""
        texts = EntryTexts(
            happened=words.NIGHT["happened"],
            done=words.NIGHT["done"],
            day_must=words.NIGHT["day_must"],
            happened_at=clock.now() - timedelta(minutes=40),
        )
        night.write_entry(
            self.life.staff.by_login("edt"), work_id=self.work_id, texts=texts, once_key=f"demo-night-{self.work_id}"
        )


def send_notices(life: Life) -> int:
    """The police drop in two notifications of one incident, an hour apart; gives how many children they name."""
    happened, children = clock.now() - timedelta(hours=9), 0
    local = clock.to_london(happened)
    for text in words.NOTICES:
        actor = life.staff.by_login("police")
        filled = text.format(day=f"{local:%d/%m/%Y}", time=f"{local:%H:%M}", year=f"{local:%y}")
        told = read_text(filled, today=clock.today())
        told = replace(told, people=tuple(replace(person, keep=True) for person in told.people))
        reference = notices.take_notice(actor, text=filled, told=told, came_as="paste")
        number = db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()
        notices.send_notice(actor, notice_id=number, told=told, version=1)
        children += sum(person.role == "child" for person in told.people)
    return children
