"""A family that says no to family help: universal services are told, and in 12 weeks somebody looks back."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from caseapp.access.commands import bar, give_reach
from caseapp.access.domain import L4, Actor
from caseapp.access.queries import barred_principals
from caseapp.accounts.queries import user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.pathway.catalogue import FOUND
from caseapp.pathway.models import LookBack, LookBackCase

from .proposing import same_family
from .steps import queue_for, raise_if


def set_look_back(
    actor: Actor,
    *,
    case_ids: Collection[int],
    refused_by: str,
    refused_on: date | None,
    words: str,
    told: str,
    told_on: date | None,
    watch_for: str,
) -> str:
    """Record that a family said no to family help and whom of the universal services was told; gives the look-back's
    reference. Its clock of 12 weeks runs on when the case is closed. It is not a handover: nothing moves.

    One is open for a family at a time: the same person's second press gives the first. Raises Invalid by field,
    Conflict when a colleague recorded it.
    """
    chosen, _ = same_family(actor, case_ids)
    family_id, team_id = chosen[0].family_id, chosen[0].team_id
    queue_for(family_id)
    if (mine := _open_already(actor, family_id)) is not None:
        return mine
    given = {
        "refused_by": refused_by,
        "words": words,
        "told": told,
        "watch_for": watch_for,
    }
    given = {key: clean(text)[0] for key, text in given.items()}
    days = {"refused_on": refused_on, "told_on": told_on}
    raise_if(
        {
            **{key: message if is_blank(given[key]) else "" for key, message in _MISSING.items()},
            **{key: _wrong_day(key, day) for key, day in days.items()},
        }
    )
    subject = new_subject("look_back")
    ids = sorted(case.id for case in chosen)
    db.session.add(
        LookBack(
            id=subject.id,
            family_id=family_id,
            team_id=team_id,
            **days,
            written_at=clock.now(),
            written_by_id=actor.user_id,
            **given,
        )
    )
    db.session.flush()
    db.session.add_all(LookBackCase(look_back_id=subject.id, case_id=case_id) for case_id in ids)
    db.session.flush()
    give_reach(f"team:{team_id}", subject_id=subject.id, kind="look_back", level=L4, why="custody")
    for principal in sorted(barred_principals(ids)):
        bar(principal, subject_id=subject.id, reason="kept from a child in it")
    record(actor, "look_back.set", subjects=[subject.id, *ids])
    return subject.reference


def _open_already(actor: Actor, family_id: int) -> str | None:
    """The actor's own open look-back of a family; None if there is none. Raises Conflict for a colleague's."""
    known = db.session.execute(
        sa.select(Subject.reference, LookBack.written_by_id, LookBack.written_at)
        .join(Subject, Subject.id == LookBack.id)
        .where(LookBack.family_id == family_id, LookBack.done_at.is_(None))
    ).first()
    if known is None or known.written_by_id == actor.user_id:
        return str(known.reference) if known else None
    name = user_names({known.written_by_id}).get(known.written_by_id, "Somebody")
    raise Conflict(f"{name} recorded this {when(known.written_at)}: look-back {known.reference}.")


def _wrong_day(key: str, day: date | None) -> str:
    if day is None:
        return "Say when they said no" if key == "refused_on" else "Say when they were told"
    return "This must be today or in the past" if day > clock.today() else ""


def finish_look_back(actor: Actor, *, look_back_id: int, found: str, words: str) -> None:
    """Write down how the child is, twelve weeks on. `found`: a key of `FOUND`.

    The same twice makes one. Raises Invalid by field, Conflict (who, when) when a colleague did it, NotFound.
    """
    row = db.session.get(LookBack, look_back_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise NotFound
    words, _ = clean(words)
    if row.done_at is not None:
        if (row.done_by_id, row.found, row.found_words) == (actor.user_id, found, words):
            return
        name = user_names({row.done_by_id}).get(row.done_by_id or 0, "Somebody") if row.done_by_id else "Somebody"
        raise Conflict(f"{name} looked back {when(row.done_at)}: {FOUND.get(row.found or '', '')}.")
    problems = {}
    if found not in FOUND:
        problems["found"] = "Choose what you found"
    if is_blank(words):
        problems["words"] = "Write whom you asked, and what they said"
    if problems:
        raise Invalid(problems)
    row.done_at, row.done_by_id, row.found, row.found_words = clock.now(), actor.user_id, found, words
    db.session.flush()
    ids = db.session.scalars(
        sa.select(LookBackCase.case_id).where(LookBackCase.look_back_id == row.id).order_by(LookBackCase.case_id)
    ).all()
    record(actor, "look_back.done", subjects=[row.id, *ids], found=found)


_MISSING = {
    "refused_by": "Say who said no",
    "words": "Write why, in their words",
    "told": "Say who was told, by name: the school, the health visitor, the GP",
    "watch_for": "Write what they watch for, and whom they ring",
}
