"""A referral being written: started, saved page by page, sent once, or thrown away.

`answers` of a draft is an object of four parts: `pages` (what was typed, by page key), `saved` (the draft's version at
the last save of each page), `other` (a second text that met a newer one: kept until its writer chooses) and `removed`
(pages of children taken out, and third texts: nothing typed is dropped).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L0, Actor
from caseapp.accounts.queries import find_professional
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.referrals.commands.receive import receive_referral
from caseapp.referrals.domain.form import compose, missing
from caseapp.referrals.domain.pages import child_keys, new_child_key
from caseapp.referrals.models import Draft, Referral
from caseapp.referrals.queries.own import get_sender

MOST_CHILDREN = 20
CHANGED = "The referral was changed in another window. Look at it once more, then send it"
SENT = "This referral has been sent. What happened since belongs in a new one, or ring the hub"
Typed = Mapping[str, Any]


@dataclass(frozen=True)
class Saved:
    """What came of saving a page: the draft's version and when. `stale`: the page was newer, so both texts are kept."""

    version: int
    saved_at: datetime
    stale: bool = False


def start_draft(actor: Actor) -> str:
    """Begin a referral, with what we know of the sender filled in; gives the draft's reference."""
    subject, now = new_subject("draft"), clock.now()
    known = find_professional(actor.professional_id) if actor.professional_id else None
    me = {"name": actor.name, "email": actor.email}
    if known:
        me |= {"role": known.title, "phone": known.phone}
    db.session.add(
        Draft(
            id=subject.id,
            owner_id=actor.user_id,
            answers={"pages": {"me": me}, "saved": {}, "other": {}, "removed": []},
            version=1,
            started_at=now,
            saved_at=now,
        )
    )
    db.session.flush()
    give_reach(f"user:{actor.user_id}", subject_id=subject.id, kind="draft", level=L0, why="owner")
    record(actor, "draft.started", subjects=[subject.id])
    return subject.reference


def save_page(
    actor: Actor,
    *,
    draft_id: int,
    page: str,
    typed: Typed,
    version: int,
    by_itself: bool = False,
    settles: bool = False,
) -> Saved:
    """Keep what was typed on a page, right or wrong.

    `version` is that of the draft when the page was drawn. If the same page was saved after that with other words,
    nothing is overwritten: the words are kept beside, and the answer says `stale`. `by_itself` is the page's own
    saving, which writes no event each time. `settles`: these words take the place of both texts.
    """
    draft = _lock(draft_id)
    parts = _parts(draft)
    stored = parts["pages"].get(page)
    if stored and stored != typed and version < parts["saved"].get(page, 0):
        if page in parts["other"] and parts["other"][page]["typed"] != typed:
            parts["removed"].append(parts["other"][page]["typed"])
        parts["other"][page] = {"typed": dict(typed), "at": clock.now().isoformat()}
        draft.answers = parts
        db.session.flush()
        return Saved(draft.version, draft.saved_at, stale=True)
    if settles:
        parts["other"].pop(page, None)
    parts["pages"][page] = dict(typed)
    _keep(draft, parts, page)
    if not by_itself:
        record(actor, "draft.saved", subjects=[draft.id])
    return Saved(draft.version, draft.saved_at)


def add_child(actor: Actor, *, draft_id: int) -> str:
    """Add one child more; gives the key of their page. Invalid when there are 20: more is a telephone call."""
    draft = _lock(draft_id)
    parts = _parts(draft)
    keys = child_keys(parts["pages"])
    # The first child's page exists from the start, also before anything was typed on it.
    parts["pages"].setdefault(keys[0], {})
    key = new_child_key(parts["pages"])
    if len(keys) >= MOST_CHILDREN or key is None:
        raise Invalid({"": f"One referral takes {MOST_CHILDREN} children. Send it, and ring the hub about the others"})
    parts["pages"][key] = {}
    _keep(draft, parts, key)
    record(actor, "draft.saved", subjects=[draft.id])
    return key


def remove_child(actor: Actor, *, draft_id: int, key: str) -> None:
    """Take a child out of the draft. NotFound if there is no such child."""
    draft = _lock(draft_id)
    parts = _parts(draft)
    if key not in child_keys(parts["pages"]) or key not in parts["pages"]:
        raise NotFound
    parts["removed"].append(parts["pages"].pop(key))
    for part in ("saved", "other"):
        parts[part].pop(key, None)
    _keep(draft, parts, None)
    record(actor, "draft.saved", subjects=[draft.id])


def discard_draft(actor: Actor, *, draft_id: int) -> None:
    """Throw a draft away: nobody reaches it any more."""
    draft = _lock(draft_id)
    if draft.referral_id is not None:
        raise OutOfOrder(SENT)
    draft.discarded_at = clock.now()
    end_reach(subject_id=draft.id, why="owner")
    record(actor, "draft.discarded", subjects=[draft.id])


def send_draft(actor: Actor, *, draft_id: int, version: int, answers: Mapping[str, Mapping[str, object]]) -> str:
    """Send the referral; gives its reference. Sent already: the same reference, and nothing happens.

    `answers` are the cleaned answers of the draft at `version`. Conflict if it was changed meanwhile, Invalid with the
    messages if something that stops sending is missing (practice 7).
    """
    draft = _lock(draft_id, sent=True)
    if draft.referral_id is not None:
        return db.session.scalars(sa.select(Subject.reference).where(Subject.id == draft.referral_id)).one()
    if draft.version != version or draft.answers["other"]:
        raise Conflict(CHANGED)
    stops = missing(answers)
    if stops:
        raise Invalid({f"{need.page}.{need.field}": need.message for need in stops})
    now = clock.now()
    sender = get_sender(actor)
    made = receive_referral(actor, document=compose(answers, sender, sent_at=now), received_at=now, mode=sender.mode)
    draft.referral_id = made.id
    db.session.flush()
    record(actor, "draft.sent", subjects=[draft.id], referral=made.id)
    return made.reference


def see_feedback(actor: Actor, *, referral_id: int) -> None:
    """The sender has read the outcome; the first time counts. OutOfOrder before there is one."""
    row = db.session.scalars(sa.select(Referral).where(Referral.id == referral_id).with_for_update()).one()
    if row.decided_at is None:
        raise OutOfOrder("Nothing has been decided yet")
    if row.feedback_seen_at is None:
        row.feedback_seen_at = clock.now()
        record(actor, "feedback.seen", subjects=[referral_id])


def _lock(draft_id: int, *, sent: bool = False) -> Draft:
    """The draft, for this request alone until it ends. NotFound if thrown away, OutOfOrder if sent (unless `sent`)."""
    draft = db.session.scalars(
        sa.select(Draft).where(Draft.id == draft_id).with_for_update().execution_options(populate_existing=True)
    ).one_or_none()
    if draft is None or draft.discarded_at is not None:
        raise NotFound
    if draft.referral_id is not None and not sent:
        raise OutOfOrder(SENT)
    return draft


def _parts(draft: Draft) -> dict[str, Any]:
    """A copy of what the draft keeps: a column of JSON shows its change only when it is set anew."""
    given = draft.answers
    return {
        "pages": dict(given["pages"]),
        "saved": dict(given["saved"]),
        "other": dict(given["other"]),
        "removed": list(given["removed"]),
    }


def _keep(draft: Draft, parts: dict[str, Any], page: str | None) -> None:
    draft.version += 1
    draft.saved_at = clock.now()
    if page is not None:
        parts["saved"][page] = draft.version
    draft.answers = parts
    db.session.flush()
