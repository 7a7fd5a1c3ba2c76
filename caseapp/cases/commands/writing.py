"""Notes, whose wordings are never overwritten, and tasks to read and acknowledge."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import put_within
from caseapp.access.domain import L4, Actor
from caseapp.access.queries import get_subject, levels_of
from caseapp.accounts.queries import user_names
from caseapp.cases.catalogue import ANY_KIND, CONCERNS, NOTE_KINDS
from caseapp.cases.models import Note, NoteCase, NoteVersion, Task
from caseapp.kernel import clock, text
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Text
from caseapp.kernel.events import ActorLike, record
from caseapp.kernel.subjects import Subject, new_subject

NO_WORDS = "Write what happened"


class KeyUsed(Conflict):
    """A note was written with this form's key already, and it is not what is sent now. `note_id`: that note, with
    both texts; None when it is not for this writer to see."""

    def __init__(self, message: str, *, mine: Text, note_id: int | None = None, theirs: Text | None = None) -> None:
        super().__init__(message, theirs=theirs, mine=mine)
        self.note_id = note_id


def write_note(
    actor: Actor,
    *,
    case_ids: Collection[int],
    words: str,
    happened_at: datetime,
    once_key: str,
    level: int = L4,
    kind: str = ANY_KIND,
    significant: bool = False,
) -> str:
    """Write a note about one or several children, of a kind of NOTE_KINDS; gives its reference. `significant` marks it
    in the chronology. The same note with the same `once_key` again
    gives the first one's: pressing twice. `level`: at which the cases must reach the writer, who may be one that tells
    and does not read.

    Raises NotFound for a case that the actor may not see, Invalid for no words, no child or a time to come, KeyUsed
    for another note with a key that is used: nothing is written, and the writer decides.
    """
    if kind not in NOTE_KINDS:
        raise Invalid({"kind": "Choose what it was"})
    kept = keep_note(actor, case_ids=case_ids, words=words, happened_at=happened_at, once_key=once_key, level=level)
    if kept.is_new:
        if significant or kind != ANY_KIND:
            changed = sa.update(Note).where(Note.id == kept.id).values(kind=kind, significant=significant)
            db.session.execute(changed.execution_options(synchronize_session=False))
        subjects = [*sorted(set(case_ids)), kept.id]
        code = "note.significant" if significant else "note.written"
        record(actor, code, subjects=subjects, occurred_at=happened_at, note=kept.id, kind=kind)
    return kept.reference


@dataclass(frozen=True)
class KeptNote:
    """A note that was written now, or by an earlier press of the same button."""

    id: int
    reference: str
    is_new: bool


def keep_note(
    actor: Actor, *, case_ids: Collection[int], words: str, happened_at: datetime, once_key: str, level: int = L4
) -> KeptNote:
    """The note of `write_note`, without its event: for a command whose own event tells of it. Takes and raises the
    same."""
    words, _ = text.clean(words)
    problems = {
        "words": NO_WORDS if text.is_blank(words) else "",
        "case_ids": "" if case_ids else "Choose who the note is about",
        "happened_at": "This is in the future" if happened_at > clock.now() else "",
    }
    problems = {field: said for field, said in problems.items() if said}
    if problems:
        raise Invalid(problems)
    ids = sorted(set(case_ids))
    levels = levels_of(actor, "case", ids)
    if any(levels.get(case_id, -1) < level for case_id in ids):
        raise NotFound
    known = _find_once(actor, once_key, ids, words, happened_at)
    if known is not None:
        return known
    try:
        with db.session.begin_nested():
            note = new_subject("note")
            row = {"id": note.id, "happened_at": happened_at, "current": 1, "once_key": once_key}
            write_rows(_ADD_NOTE, [row])
    except IntegrityError:
        # The same form, sent twice, met itself: the other one has just been saved.
        known = _find_once(actor, once_key, ids, words, happened_at)
        if known is None:
            raise
        return known
    write_rows(_ADD_NOTE_CASE, [{"note_id": note.id, "case_id": case_id} for case_id in ids])
    _add_version(actor, note.id, 1, words)
    put_within(note.id, ids)
    return KeptNote(note.id, note.reference, True)


def amend_note(actor: Actor, *, note_id: int, words: str, version: int) -> None:
    """Give a note another wording; the earlier ones stay. `version` is the number of the wording that the writer saw.

    Raises Conflict with both texts if somebody changed it in between, Invalid for no words. The same words
    again change nothing.
    """
    words, _ = text.clean(words)
    if text.is_blank(words):
        raise Invalid({"words": NO_WORDS})
    now_there = db.session.execute(
        sa.select(NoteVersion.number, NoteVersion.words, NoteVersion.author_id, NoteVersion.written_at)
        .join(Note, sa.and_(Note.id == NoteVersion.note_id, Note.current == NoteVersion.number))
        .where(Note.id == note_id)
    ).first()
    if now_there is None:
        raise NotFound
    if now_there.words == words:
        return
    changed = db.session.execute(
        sa.update(Note)
        .where(Note.id == note_id, Note.current == version)
        .values(current=version + 1)
        .returning(Note.id)
        .execution_options(synchronize_session=False)
    )
    if changed.first() is None:
        raise _two_texts(actor, note_id, words)
    _add_version(actor, note_id, version + 1, words)
    cases = db.session.scalars(
        sa.select(NoteCase.case_id).where(NoteCase.note_id == note_id).order_by(NoteCase.case_id)
    )
    record(actor, "note.amended", subjects=[*cases, note_id], note=note_id, number=version + 1)


def make_task(*, case_id: int, kind: str, about_id: int, actor: ActorLike | None = None) -> int:
    """Ask the people who hold a case to read something and say so; gives the task's number.

    `about_id`: the Subject it is about.
    """
    task = Task(
        case_id=case_id, kind=kind, about_id=about_id, made_at=clock.now(), done_at=None, done_by_id=None, answer=None
    )
    db.session.add(task)
    db.session.flush()
    record(actor, "task.made", subjects=[case_id, about_id], kind=kind, task=task.id)
    return task.id


def settle_tasks(actor: ActorLike | None, *, kind: str, about_ids: Collection[int]) -> None:
    """End the open tasks of a kind about these subjects: what they asked for was done otherwise, so nobody is asked to
    read them any more. Nobody has acknowledged them, so nobody's name is put to them."""
    settled = db.session.execute(
        sa.update(Task)
        .where(Task.kind == kind, Task.about_id.in_(about_ids), Task.done_at.is_(None))
        .values(done_at=clock.now())
        .returning(Task.id, Task.case_id, Task.about_id)
        .execution_options(synchronize_session=False)
    ).all()
    for task in settled:
        record(actor, "task.settled", subjects=[task.case_id, task.about_id], kind=kind, task=task.id)


def acknowledge_task(actor: Actor, *, task_id: int, case_id: int, answer: str = "") -> None:
    """Say that a task of this case has been read, with a line if wanted. Raises NotFound for another case's task,
    OutOfOrder if somebody has done it already, Invalid for a new contact: that one asks what it changes
    (`acknowledge_concern`)."""
    answer, _ = text.clean(answer)
    task = db.session.execute(
        sa.select(Task.kind, Task.about_id, Task.done_at, Task.done_by_id).where(
            Task.id == task_id, Task.case_id == case_id
        )
    ).first()
    if task is None:
        raise NotFound
    if task.kind in CONCERNS:
        raise Invalid({"changes": "Say what it changes"})
    done = db.session.execute(
        sa.update(Task)
        .where(Task.id == task_id, Task.done_at.is_(None))
        .values(done_at=clock.now(), done_by_id=actor.user_id, answer=answer or None)
        .returning(Task.id)
        .execution_options(synchronize_session=False)
    ).first()
    if done is not None:
        record(actor, "task.acknowledged", subjects=[case_id, task.about_id], kind=task.kind, task=task_id)
    elif task.done_by_id is None:
        raise OutOfOrder("This does not have to be read any more: it was dealt with.")
    elif task.done_by_id != actor.user_id:
        raise OutOfOrder("Somebody else has read and acknowledged this already.")


def _find_once(actor: Actor, once_key: str, case_ids: list[int], words: str, happened_at: datetime) -> KeptNote | None:
    """The note that this key made, if it is this note; None if the key is unused. Raises KeyUsed.

    Its first wording or its latest: who saved theirs as another wording and presses again has said nothing new.
    """
    rows = fetch(_ONCE, {"key": once_key})
    if not rows:
        return None
    first, latest, mine = rows[0], rows[-1], Text(actor.name, None, words)
    about = set(db.session.scalars(sa.select(NoteCase.case_id).where(NoteCase.note_id == first.id)))
    same = first.happened_at == happened_at and about == set(case_ids)
    own = first.author_id == actor.user_id
    if own and same and words in (first.words, latest.words):
        return KeptNote(first.id, first.reference, False)
    if not own or not _may_see(actor, first.reference):
        raise KeyUsed("Not saved yet: another note was saved from this form. Press Save once more.", mine=mine)
    who = user_names({latest.author_id}).get(latest.author_id, "Somebody")
    raise KeyUsed(
        "Not saved yet: this form has saved another note already.",
        mine=mine,
        note_id=first.id,
        theirs=Text(who, latest.written_at, latest.words),
    )


_ONCE = (
    sa.select(
        Note.id,
        Subject.reference,
        Note.happened_at,
        NoteVersion.words,
        NoteVersion.author_id,
        NoteVersion.written_at,
    )
    .join(Subject, Subject.id == Note.id)
    .join(NoteVersion, NoteVersion.note_id == Note.id)
    .where(Note.once_key == sa.bindparam("key"), NoteVersion.number.in_((1, Note.current)))
    .order_by(NoteVersion.number)
)


def _may_see(actor: Actor, reference: str) -> bool:
    try:
        get_subject(actor, reference, "note", L4)
    except NotFound:
        return False
    return True


def _add_version(actor: Actor, note_id: int, number: int, words: str) -> None:
    row = {"note_id": note_id, "number": number, "words": words, "author_id": actor.user_id}
    write_rows(_ADD_VERSION, [{**row, "written_at": clock.now()}])


_ADD_NOTE, _ADD_NOTE_CASE, _ADD_VERSION = (
    sa.insert(cast(sa.Table, model.__table__)) for model in (Note, NoteCase, NoteVersion)
)


def _two_texts(actor: Actor, note_id: int, words: str) -> Conflict:
    there = db.session.execute(
        sa.select(NoteVersion.number, NoteVersion.words, NoteVersion.author_id, NoteVersion.written_at)
        .join(Note, sa.and_(Note.id == NoteVersion.note_id, Note.current == NoteVersion.number))
        .where(Note.id == note_id)
    ).one()
    who = user_names({there.author_id}).get(there.author_id, "Somebody")
    return Conflict(
        "Somebody changed this note while you were writing.",
        theirs=Text(who, there.written_at, there.words),
        mine=Text(actor.name, None, words),
        version=there.number,
    )
