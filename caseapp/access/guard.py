"""The guard on every view: who, what, may they, then one commit, then the read log, then the answer.

A view without a guard stops the app from starting. The guard is the only place that reads the actor of the request
and the only one
that commits a request.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any

from flask import Flask, Response, g, make_response, request
from sqlalchemy.exc import SQLAlchemyError

from caseapp.kernel.db import db
from caseapp.kernel.errors import AppError, NotFound, Refused, SignInNeeded, Unavailable
from caseapp.kernel.events import record
from caseapp.kernel.slots import Slot
from caseapp.kernel.subjects import kind_of

from .domain import CLOCKED, CLOCKED_LEVELS, PERMISSIONS, Actor, SubjectAccess, allows
from .queries import get_subject

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

WRITE_READS = Slot(
    "access.write_reads",
    "(actor, entries, within) -> None; writes the read log in that transaction or one of its own, or raises",
)


class ReadEntry:
    """One look at something: which subject (None: a list), by which view, for which reason."""

    def __init__(self, subject_id: int | None, view: str, why: str) -> None:
        self.subject_id, self.view, self.why = subject_id, view, why


def note_read(subject_id: int | None, why: str) -> None:
    """Remember that this request shows something about a person; it is written before the answer is sent."""
    g.setdefault("reads", []).append(ReadEntry(subject_id, request.endpoint or "", why))


def note_taken(code: str, *, subjects: Sequence[int], **data: Any) -> None:
    """Remember that this page is printed, or that this answer is a file taken away: one event, written together with
    the look before the answer is sent, in a short transaction of its own. If it can't be written, nothing is sent."""
    g.setdefault("taken", []).append((code, subjects, data))


def guard(key: str, *, logged: bool | None = None) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the permission of a view.

    The view is called as `view(actor, **rest)`, or, when the permission is about a kind of subject, as
    `view(actor, subject, **rest)` with the subject of the address's `reference` loaded through what the actor may see.
    `logged` (default: whenever there is a subject) writes a read-log row; pass True for lists that show people.
    """
    permission = PERMISSIONS[key]

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(**arguments: Any) -> Response:
            g.writing = False
            actor: Actor | None = g.get("actor")
            if actor is None and not permission.open:
                raise SignInNeeded
            g.writing = request.method not in SAFE_METHODS
            g.permission = key
            try:
                response = make_response(_call(view, permission.key, actor, arguments, logged))
                _finish(response.status_code, actor)
            except Unavailable:
                db.session.rollback()
                raise
            except AppError:
                db.session.rollback()
                _write_reads(actor)
                raise
            except BaseException:
                db.session.rollback()
                raise
            return response

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def _call(
    view: Callable[..., Any], key: str, actor: Actor | None, arguments: dict[str, Any], logged: bool | None
) -> Any:
    permission = PERMISSIONS[key]
    if permission.open:
        return view(actor, **arguments)
    assert actor is not None
    if permission.subject is None:
        if not allows(permission, actor, None):
            raise Refused(permission.refusal)
        if logged:
            note_read(None, "list")
        return view(actor, **arguments)
    reference = arguments.pop("reference")
    kind, level = permission.subject, permission.level
    if kind == CLOCKED:
        kind = kind_of(reference)
        if kind not in CLOCKED_LEVELS:
            raise NotFound
        level = CLOCKED_LEVELS[kind]
    subject: SubjectAccess = get_subject(actor, reference, kind, level)
    if logged is not False:
        # Whoever reads a note or an assessment has looked at the record of each child in it.
        for looked_at in (subject.id, *subject.within):
            note_read(looked_at, subject.why)
    if not allows(permission, actor, subject):
        raise Refused(permission.refusal)
    return view(actor, subject, **arguments)


def keep_typed() -> None:
    """Let this request be committed although it answers 409 or 422: a draft keeps what was typed, wrong or not."""
    g.keep_typed = True


def _finish(status: int, actor: Actor | None) -> None:
    """One commit per unsafe request that succeeded, or that kept a draft; anything else is undone.

    What is committed takes its looks along in the same transaction: a change must not stand behind an answer that says
    our side is down. Anything else writes them by themselves, before the answer is sent.
    """
    if g.writing and (status < 400 or (status in (409, 422) and g.get("keep_typed", False))):
        _write_reads(actor, here=True)
        db.session.commit()
    elif g.get("taken") and status < 400:
        db.session.rollback()
        _write_taken(actor)
    elif g.writing:
        db.session.rollback()
        _write_reads(actor)
    else:
        # What only read has nothing to undo: the look goes by the connection that read, as one statement of its own.
        _write_reads(actor, here=True)
        db.session.rollback()


def _write_taken(actor: Actor | None) -> None:
    """What was printed or taken away, with the looks: after the file was made, so that no writer waits for that."""
    g.writing = True
    try:
        for code, subjects, data in g.pop("taken"):
            record(actor, code, subjects=subjects, **data)
        _write_reads(actor, here=True)
        db.session.commit()
    except SQLAlchemyError as error:
        raise Unavailable("what was taken away could not be written down") from error


def _write_reads(actor: Actor | None, *, here: bool = False) -> None:
    """Write who looked: `here`, by the connection that the request uses, or in a transaction of its own."""
    entries = g.pop("reads", [])
    if actor is None or not entries:
        return
    try:
        within = db.session.connection() if here else None
        for write in WRITE_READS:
            write(actor, entries, within)
    except SQLAlchemyError as error:
        raise Unavailable("who looked could not be written down") from error


def check_every_view(app: Flask) -> None:
    """Raise RuntimeError if any view (static files apart) declares no permission, or one about a subject without
    `reference` in the address."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        permission = getattr(app.view_functions[rule.endpoint], "permission", None)
        if permission is None:
            raise RuntimeError(f"{rule.endpoint} declares no permission")
        if (permission.subject is not None) != ("reference" in rule.arguments):
            raise RuntimeError(
                f"{rule.endpoint}: permission {permission.key} and the address {rule.rule} disagree about a subject"
            )


def actor_of_request() -> Actor | None:
    """The signed-in actor, for the layout only (header and navigation); views are handed theirs."""
    actor: Actor | None = g.get("actor")
    return actor


__all__ = ["NotFound", "actor_of_request", "check_every_view", "guard", "keep_typed", "note_read", "note_taken"]
