"""The hub hands over or keeps, the night accepts, takes on and writes, the day says what follows (practice 2)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import end_reach, give_reach, put_within
from caseapp.access.domain import L1, Actor
from caseapp.access.queries import not_barred
from caseapp.accounts.queries import find_professional, user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, NotFound, OutOfOrder, Text
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject, parse_reference
from caseapp.night.models import NightEntry, NightWork
from caseapp.night.queries.closing import list_keepers
from caseapp.night.queries.lists import is_arrival
from caseapp.referrals.models import Referral

from .texts import EntryTexts, cleaned, cleaned_entry

# The principal by which Reach lets the out-of-hours team in, whichever team that is.
NIGHT = "kind:out_of_hours"
HANDED, KEPT, TAKEN, CHILD = "handed", "kept", "taken", "child"
NO_UNTIL = "Choose until when"


def hand_over(
    actor: Actor, *, referral_id: int, may_happen: str, whom_to_ring: str, until_at: datetime | None, seen: int
) -> str:
    """Hand a contact to the night, with words; gives the work's reference. `seen` is the version of the owner that the
    list showed (0: none). The same again changes nothing.

    Raises Invalid for missing words, Conflict with both texts when somebody else has named an owner meanwhile,
    OutOfOrder when the night has accepted it or it is decided.
    """
    said = cleaned({"may_happen": may_happen, "whom_to_ring": whom_to_ring}, until="" if until_at else NO_UNTIL)
    _check_undecided(referral_id)
    values = {**said, "until_at": until_at, "kind": HANDED, "keeper_id": None}
    work_id, reference, changed = _put(actor, referral_id, values, seen, mine=_words(values))
    if changed:
        record(actor, "night.handed_over", subjects=[work_id, referral_id], until=until_at)
    return reference


def keep_in_hub(
    actor: Actor, *, referral_id: int, keeper_id: int | None, whom_to_ring: str, until_at: datetime | None, seen: int
) -> str:
    """Name a person of the hub who stays the owner through the night, where they can be rung and until when. As
    `hand_over`."""
    of_the_hub = keeper_id in {number for number, _, _ in list_keepers()}
    keeper = find_professional(keeper_id) if keeper_id is not None and of_the_hub else None
    said = cleaned(
        {"whom_to_ring": whom_to_ring},
        keeper="" if keeper else "Choose who keeps it",
        until="" if until_at else NO_UNTIL,
    )
    assert keeper is not None
    _check_undecided(referral_id)
    values = {**said, "may_happen": "", "until_at": until_at, "kind": KEPT, "keeper_id": keeper.id}
    work_id, reference, changed = _put(actor, referral_id, values, seen, mine=f"{keeper.name}, {said['whom_to_ring']}")
    if changed:
        record(actor, "night.kept_in_hub", subjects=[work_id, referral_id], professional=keeper.id)
    return reference


def take_on(actor: Actor, *, reference: str) -> str:
    """The night takes on a contact that its list shows and that has no owner; gives the work's reference.

    Raises NotFound for an unknown, a barred or a decided one and for one that the list does not show, OutOfOrder where
    the hub keeps it or a colleague has it.
    """
    row = db.session.execute(
        sa.select(Referral.id, is_arrival(clock.now()).label("arrived"))
        .join(Subject, Subject.id == Referral.id)
        .where(
            Subject.reference == (parse_reference(reference) or "-"),
            Referral.state != "decided",
            not_barred(actor, Referral.id),
        )
    ).first()
    if row is None:
        raise NotFound
    open_work = _open_work(row.id)
    if open_work is not None and open_work.kind == HANDED:
        accept(actor, work_id=open_work.id)
        return open_work.reference
    if open_work is not None:
        if open_work.accepted_by_id == actor.user_id:
            return str(open_work.reference)
        raise OutOfOrder("Somebody has this one already. Open the night list again to see who.")
    if not row.arrived:
        raise NotFound
    now = clock.now()
    values = {"kind": TAKEN, "may_happen": "", "whom_to_ring": "", "until_at": None, "keeper_id": None}
    work_id, work_reference = make_work(actor, row.id, {**values, "accepted_at": now, "accepted_by_id": actor.user_id})
    record(actor, "night.taken", subjects=[work_id, row.id])
    return work_reference


def accept(actor: Actor, *, work_id: int) -> None:
    """Accept what the hub handed over. Again by the same person changes nothing.

    Raises OutOfOrder if a colleague has it, or the hub took it back.
    """
    done = db.session.execute(
        sa.update(NightWork)
        .where(
            NightWork.id == work_id,
            NightWork.kind == HANDED,
            NightWork.accepted_at.is_(None),
            NightWork.read_at.is_(None),
        )
        .values(accepted_at=clock.now(), accepted_by_id=actor.user_id, version=NightWork.version + 1)
        .returning(NightWork.about_id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        record(actor, "night.accepted", subjects=[work_id, done.about_id])
        return
    row = db.session.execute(
        sa.select(NightWork.kind, NightWork.accepted_by_id, NightWork.read_at).where(NightWork.id == work_id)
    ).first()
    if row is None:
        raise NotFound
    if row.read_at is not None or row.kind != HANDED:
        raise OutOfOrder("This does not wait for the night any more.")
    if row.accepted_by_id != actor.user_id:
        who = user_names({row.accepted_by_id}).get(row.accepted_by_id, "A colleague")
        raise OutOfOrder(f"{who} has accepted this already.")


def write_entry(actor: Actor, *, work_id: int, texts: EntryTexts, once_key: str) -> None:
    """Write what the night did about something it holds. Pressing twice writes one.

    Raises Invalid for a missing text or a time to come, OutOfOrder where the day has read and closed it, Conflict for
    another entry of the same form.
    """
    texts = cleaned_entry(texts)
    row = db.session.execute(sa.select(NightWork.about_id, NightWork.read_at).where(NightWork.id == work_id)).first()
    if row is None:
        raise NotFound
    if is_saved(actor, row.about_id, texts, once_key):
        return
    if row.read_at is not None:
        raise OutOfOrder("The day has read this and said what follows. Write it on the child, or ring the hub.")
    add_entry(actor, work_id, [work_id, row.about_id], texts, once_key)


def is_saved(actor: Actor, about_id: int, texts: EntryTexts, once_key: str) -> bool:
    """Whether this form has saved this entry already. Raises Conflict where it has saved another one."""
    row = db.session.execute(
        sa.select(NightWork.about_id, *(getattr(NightEntry, field) for field in (*_TEXTS, "recorded_at", "author_id")))
        .join(NightWork, NightWork.id == NightEntry.work_id)
        .where(NightEntry.once_key == once_key)
    ).first()
    if row is None:
        return False
    same_words = all(getattr(row, field) == getattr(texts, field) for field in _TEXTS)
    if same_words and (row.about_id, row.author_id) == (about_id, actor.user_id):
        return True
    # Shown to their writer only, and only about the same thing.
    is_theirs = (row.about_id, row.author_id) == (about_id, actor.user_id)
    said = EntryTexts(row.happened, row.done, row.day_must, row.happened_at)
    raise Conflict(
        "Not saved: this form has saved another entry already. Copy your words and open the form again.",
        theirs=Text(actor.name, row.recorded_at, said.as_note) if is_theirs else None,
        mine=Text(actor.name, None, texts.as_note),
    )


_TEXTS = ("happened", "done", "day_must", "happened_at")


def add_entry(actor: Actor, work_id: int, subjects: list[int], texts: EntryTexts, once_key: str) -> None:
    """Add an entry to a piece of work and tell of it."""
    entry = NightEntry(
        work_id=work_id,
        happened=texts.happened,
        done=texts.done,
        day_must=texts.day_must,
        happened_at=texts.happened_at,
        recorded_at=clock.now(),
        author_id=actor.user_id,
        from_paper=texts.from_paper,
        once_key=once_key,
    )
    db.session.add(entry)
    db.session.flush()
    record(
        actor,
        "night.entry.written",
        subjects=subjects,
        occurred_at=texts.happened_at,
        entry=entry.id,
        from_paper=texts.from_paper,
    )


def acknowledge(actor: Actor, *, work_id: int, follows: str) -> None:
    """The day has read what the night did and says what follows from it.

    Raises Invalid without words, Conflict with both texts when somebody else has said it already.
    """
    said = cleaned({"follows": follows})["follows"]
    done = db.session.execute(
        sa.update(NightWork)
        .where(NightWork.id == work_id, NightWork.read_at.is_(None))
        .values(read_at=clock.now(), read_by_id=actor.user_id, follows=said, version=NightWork.version + 1)
        .returning(NightWork.about_id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        end_reach(subject_id=work_id, why="night")
        record(actor, "night.acknowledged", subjects=[work_id, done.about_id])
        return
    row = db.session.execute(
        sa.select(NightWork.read_by_id, NightWork.read_at, NightWork.follows).where(NightWork.id == work_id)
    ).first()
    if row is None:
        raise NotFound
    if row.read_by_id == actor.user_id and row.follows == said:
        return
    who = user_names({row.read_by_id}).get(row.read_by_id, "Somebody")
    raise Conflict(
        "Somebody has read this and said what follows already.",
        theirs=Text(who, row.read_at, row.follows or ""),
        mine=Text(actor.name, None, said),
    )


def make_work(actor: Actor, about_id: int, values: dict[str, Any]) -> tuple[int, str]:
    """A piece of night work with its reference: seen by the night, and by whoever sees what it is about."""
    subject = new_subject("night")
    empty = dict.fromkeys(("accepted_at", "accepted_by_id", "read_at", "read_by_id", "follows"))
    db.session.add(
        NightWork(
            id=subject.id,
            about_id=about_id,
            made_at=clock.now(),
            made_by_id=actor.user_id,
            version=1,
            **{**empty, **values},
        )
    )
    db.session.flush()
    put_within(subject.id, [about_id])
    give_reach(NIGHT, subject_id=subject.id, kind="night", level=L1, why="night")
    return subject.id, subject.reference


def _open_work(about_id: int) -> Any:
    return db.session.execute(
        sa.select(
            NightWork.id,
            Subject.reference,
            NightWork.kind,
            NightWork.may_happen,
            NightWork.whom_to_ring,
            NightWork.until_at,
            NightWork.keeper_id,
            NightWork.made_by_id,
            NightWork.made_at,
            NightWork.accepted_by_id,
            NightWork.version,
        )
        .join(Subject, Subject.id == NightWork.id)
        .where(NightWork.about_id == about_id, NightWork.read_at.is_(None))
    ).first()


def _put(actor: Actor, referral_id: int, values: dict[str, Any], seen: int, *, mine: str) -> tuple[int, str, bool]:
    """Make or change the owner of a contact: number, reference, and whether anything changed."""
    there = _open_work(referral_id)
    if there is None:
        work_id, reference = make_work(actor, referral_id, values)
        return work_id, reference, True
    if all(getattr(there, name) == value for name, value in values.items()):
        return there.id, there.reference, False
    if there.accepted_by_id is not None:
        raise OutOfOrder("The night has accepted this already. Ring the out-of-hours team to change it.")
    changed = db.session.execute(
        sa.update(NightWork)
        .where(NightWork.id == there.id, NightWork.version == seen, NightWork.accepted_at.is_(None))
        .values(**values, made_at=clock.now(), made_by_id=actor.user_id, version=seen + 1)
        .returning(NightWork.id)
        .execution_options(synchronize_session=False)
    ).first()
    if changed is None:
        who = user_names({there.made_by_id}).get(there.made_by_id, "Somebody")
        raise Conflict(
            "Somebody has named an owner for the night meanwhile.",
            theirs=Text(who, there.made_at, _words(there._mapping)),
            mine=Text(actor.name, None, mine),
        )
    return there.id, there.reference, True


def _words(values: Any) -> str:
    return "\n".join(part for part in (values["may_happen"], values["whom_to_ring"]) if part)


def _check_undecided(referral_id: int) -> None:
    state = db.session.scalar(sa.select(Referral.state).where(Referral.id == referral_id))
    if state == "decided":
        raise OutOfOrder("The hub has decided this one: it needs no owner for the night.")
