"""The night and a child: who is let in, the record opened with a reason, entries, and alerts the day leaves."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import give_reach, give_reach_until
from caseapp.access.domain import L1, L4, Actor
from caseapp.access.queries import not_barred
from caseapp.cases.commands import write_note
from caseapp.cases.models import Case, NightAlert
from caseapp.deadlines.queries import hub_hours
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import Recorded, record, row_subjects
from caseapp.night.domain import SOURCES
from caseapp.night.models import NightReason, NightWork

from .handing import CHILD, NIGHT, NO_UNTIL, add_entry, is_saved, make_work
from .texts import EntryTexts, cleaned, cleaned_entry

TYPED = "typed"
SHORTEST_REASON = 20


def let_in(_actor: Any, event: Recorded) -> None:
    """A child whose case is opened is the night's business from then on: its safety card, not its record (L1)."""
    give_reach(NIGHT, subject_id=row_subjects[event.id][0], kind="case", level=L1, why="night")


def open_record(actor: Actor, *, case_id: int, source: str, words: str = "") -> None:
    """Open a child's whole record to one person of the night until the hub opens, for a reason that is kept: the list
    the child stands on (a key of SOURCES), or words.

    Raises Invalid where the reason is to be typed and is not, or says too little; NotFound for a closed case,
    OutOfOrder while the hub is open.
    """
    if source not in SOURCES:
        raise Invalid({"reason": "Choose or write why you need this child’s record tonight"})
    said = cleaned({"reason": words})["reason"] if source == TYPED else ""
    if source == TYPED and len(said) < SHORTEST_REASON:
        raise Invalid({"reason": f"Write who rang and about what, in at least {SHORTEST_REASON} characters"})
    _check_open(case_id)
    if hub_hours().is_open(clock.now()):
        raise OutOfOrder("The hub is open: ring it about this child. Records open to you when it has closed.")
    until = hub_hours().next_opening(clock.now())
    db.session.add(
        NightReason(
            case_id=case_id, user_id=actor.user_id, given_at=clock.now(), until_at=until, source=source, words=said
        )
    )
    db.session.flush()
    give_reach_until(f"night:{actor.user_id}", subject_id=case_id, kind="case", level=L4, why="night", until_at=until)
    record(actor, "night.record.opened", subjects=[case_id], source=source, until=until)


def _check_open(case_id: int) -> None:
    """Locks the case against its closing until the commit. Raises NotFound."""
    query = sa.select(Case.id).where(Case.id == case_id, Case.closed_at.is_(None)).with_for_update()
    if db.session.scalar(query) is None:
        raise NotFound


def write_child_entry(actor: Actor, *, case_id: int, texts: EntryTexts, once_key: str) -> None:
    """Write what the night did about a child: on the child's record as a note, and first on the list of the team that
    holds the child until it says what follows. Pressing twice writes one. Writing opens no record to the writer.

    Raises Invalid for a missing text or a time to come, NotFound for a closed case, Conflict for another entry of the
    same form.
    """
    texts = cleaned_entry(texts)
    _check_open(case_id)
    if is_saved(actor, case_id, texts, once_key):
        return
    work_id = db.session.scalar(
        sa.select(NightWork.id).where(NightWork.about_id == case_id, NightWork.read_at.is_(None))
    )
    if work_id is None:
        values = {"kind": CHILD, "may_happen": "", "whom_to_ring": "", "until_at": None, "keeper_id": None}
        work_id, _ = make_work(actor, case_id, values)
    add_entry(actor, work_id, [work_id, case_id], texts, once_key)
    write_note(
        actor,
        case_ids=[case_id],
        words=texts.as_note,
        happened_at=texts.happened_at,
        once_key=f"night-{once_key}"[:40],
        level=L1,
    )


@dataclass(frozen=True)
class Alert:
    """What a day worker wants the night to know about a child."""

    may_happen: str
    what_to_do: str
    whom_to_ring: str
    until_at: datetime | None


def leave_alert(actor: Actor, *, case_ids: Collection[int], alert: Alert, once_key: str) -> None:
    """Leave an alert for the night on one or several children that the actor may see. Pressing twice leaves one.

    Raises Invalid for missing words, or no moment to come until when; NotFound where nothing is left of the children.
    """
    said = cleaned(
        {"may_happen": alert.may_happen, "what_to_do": alert.what_to_do, "whom_to_ring": alert.whom_to_ring},
        until="" if alert.until_at and alert.until_at > clock.now() else NO_UNTIL,
    )
    ids = db.session.scalars(
        sa.select(Case.id)
        .where(Case.id.in_(case_ids), Case.closed_at.is_(None), not_barred(actor, Case.id))
        .order_by(Case.id)
    ).all()
    if not ids:
        raise NotFound
    for case_id in ids:
        key = f"{once_key}-{case_id}"[-40:]
        if db.session.scalar(sa.select(NightAlert.id).where(NightAlert.once_key == key)) is not None:
            continue
        row = NightAlert(
            case_id=case_id,
            **said,
            until_at=alert.until_at,
            made_at=clock.now(),
            made_by_id=actor.user_id,
            withdrawn_at=None,
            withdrawn_by_id=None,
            once_key=key,
        )
        db.session.add(row)
        db.session.flush()
        record(actor, "night.alert.left", subjects=[case_id], alert=row.id, until=alert.until_at)


def withdraw_alert(actor: Actor, *, case_id: int, alert_id: int) -> None:
    """Take an alert back before it ends by itself. Raises NotFound for another child's, OutOfOrder if it is over."""
    done = db.session.execute(
        sa.update(NightAlert)
        .where(
            NightAlert.id == alert_id,
            NightAlert.case_id == case_id,
            NightAlert.withdrawn_at.is_(None),
            NightAlert.until_at > clock.now(),
        )
        .values(withdrawn_at=clock.now(), withdrawn_by_id=actor.user_id)
        .returning(NightAlert.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        record(actor, "night.alert.withdrawn", subjects=[case_id], alert=alert_id)
        return
    known = db.session.scalar(sa.select(NightAlert.id).where(NightAlert.id == alert_id, NightAlert.case_id == case_id))
    if known is None:
        raise NotFound
    raise OutOfOrder("This alert has ended already.")
