"""A referral being written: started, saved page by page, sent once, or thrown away.

`answers` of a draft is an object of five parts: `pages` (what was typed, by page key), `saved` (the draft's version at
the last save of each page), `other` (a second text that met a newer one: kept until its writer chooses), `removed`
(pages of children taken out, and third texts: nothing typed is dropped) and `here` (the mark of the browser that saved
last).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from caseapp.access.commands import end_reach, give_reach
from caseapp.access.domain import L0, Actor
from caseapp.accounts.queries import find_professional
from caseapp.documents import commands as documents
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.referrals.commands.receive import receive_referral
from caseapp.referrals.domain.drafts import WAITS, is_over
from caseapp.referrals.domain.form import compose, missing
from caseapp.referrals.domain.outside import neighbour_of
from caseapp.referrals.domain.pages import (
    BRIEF,
    CALLER,
    CALLER_IDENTITY,
    child_keys,
    is_call,
    more_key,
    new_child_key,
)
from caseapp.referrals.models import Draft, Referral
from caseapp.referrals.queries.own import get_sender, outside

from .calls import BY_PHONE, note_call

MOST_CHILDREN = 20
CHANGED = "The referral was changed in another window. Look at it once more, then send it"
SENT = "This referral has been sent. What happened since belongs in a new one, or ring the hub"
EXPIRED_AT_ONCE = 200
Typed = Mapping[str, Any]
_OPEN = (Draft.referral_id.is_(None), Draft.discarded_at.is_(None), Draft.expired_at.is_(None))


@dataclass
class _Held:
    """A draft that is locked: what its commands read and change."""

    id: int
    answers: dict[str, Any]
    version: int
    saved_at: datetime
    referral_id: int | None
    discarded_at: datetime | None
    expired_at: datetime | None
    # What has changed and is not written yet: the page on which it is sent is written with that it was sent.
    unwritten: dict[str, Any] = field(default_factory=dict, init=False)


@dataclass(frozen=True)
class Saved:
    """What came of saving a page: the draft's version and when, and what it keeps now. `stale`: the page was newer, so
    both texts are kept."""

    version: int
    saved_at: datetime
    stale: bool
    pages: dict[str, dict[str, Any]]
    other: dict[str, dict[str, Any]]
    here: str


def start_draft(actor: Actor, *, call: bool = False, brief: bool = False, here: str = "") -> str:
    """Begin a referral, with what we know of the sender filled in; gives the draft's reference. `call`: the actor
    writes down what somebody tells on the telephone, and nothing of the caller is known yet. `brief`: with the six
    questions of the short form. `here`: the mark of the browser."""
    subject, now = new_subject("draft"), clock.now()
    pages = {CALLER.key: {}} if call else {"me": _known_of(actor)}
    db.session.add(
        Draft(
            id=subject.id,
            owner_id=actor.user_id,
            answers={
                "pages": pages,
                "saved": {BRIEF: 1} if brief else {},
                "other": {},
                "removed": [],
                "here": here,
            },
            version=1,
            started_at=now,
            saved_at=now,
        )
    )
    db.session.flush()
    give_reach(f"user:{actor.user_id}", subject_id=subject.id, kind="draft", level=L0, why="owner")
    record(actor, "draft.started", subjects=[subject.id])
    return subject.reference


def _known_of(actor: Actor) -> dict[str, str]:
    known = find_professional(actor.professional_id) if actor.professional_id else None
    more = {"role": known.title, "phone": known.phone} if known else {}
    return {"name": actor.name, "email": actor.email, **more}


def save_page(
    actor: Actor,
    *,
    draft_id: int,
    page: str,
    typed: Typed,
    version: int,
    by_itself: bool = False,
    sends: bool = False,
    settles: bool = False,
    here: str = "",
) -> Saved:
    """Keep what was typed on a page, right or wrong.

    `version` is that of the draft when the page was drawn. If the same page was saved after that with other words,
    nothing is overwritten: the words are kept beside, and the answer says `stale`. `by_itself` is the page's own
    saving, which writes no event each time. `sends`: the draft is sent with this page, which is written by
    `send_draft`; if it is not sent after all, `keep_page` writes it. `settles`: these words take the place of both.
    """
    draft = _lock(draft_id)
    parts = _parts(draft, here)
    if page == CALLER.key and typed.get("anonymous"):
        typed = _without_identity(parts, typed)
    if not settles and _is_stale(parts, page, typed, version):
        _keep_beside(parts, page, typed)
        _write(draft, answers=parts)
        return _saved(draft, stale=True)
    if settles:
        parts["other"].pop(page, None)
    parts["pages"][page] = dict(typed)
    _keep(draft, parts, [page], hold=sends)
    if not by_itself and not sends:
        record(actor, "draft.saved", subjects=[draft.id])
    return _saved(draft)


def keep_page(*, draft_id: int) -> None:
    """Write the page that was to be sent: something stopped it."""
    _write(_lock(draft_id))


def _saved(draft: _Held, *, stale: bool = False) -> Saved:
    kept = draft.answers
    return Saved(draft.version, draft.saved_at, stale, kept["pages"], kept["other"], kept["here"])


def _without_identity(parts: dict[str, Any], typed: Typed) -> Typed:
    """What is kept of a caller who wants to stay anonymous, now and in what was typed before: not who they are."""
    parts["other"].pop(CALLER.key, None)
    parts["removed"] = [text for text in parts["removed"] if "caller" not in text]
    blank = {**typed, **dict.fromkeys(CALLER_IDENTITY, "")}
    if CALLER.key in parts["pages"]:
        parts["pages"][CALLER.key] = {**parts["pages"][CALLER.key], **dict.fromkeys(CALLER_IDENTITY, "")}
    return blank


def save_brief(
    actor: Actor,
    *,
    draft_id: int,
    typed: Mapping[str, Typed],
    version: int,
    by_itself: bool = False,
    here: str = "",
) -> Saved:
    """Keep what was typed on the short form: `typed` by page of the full form that the words belong to.

    A page that was saved after `version` with other words keeps both, as `save_page` does.
    """
    draft = _lock(draft_id)
    parts = _parts(draft, here)
    stale = False
    for page, words in typed.items():
        # What the full form asks beside the six stays as it was.
        whole = {**parts["pages"].get(page, {}), **words}
        if _is_stale(parts, page, whole, version):
            _keep_beside(parts, page, whole)
            stale = True
        else:
            parts["pages"][page] = whole
    _keep(draft, parts, [BRIEF, *(page for page in typed if page not in parts["other"])])
    if not by_itself:
        record(actor, "draft.saved", subjects=[draft.id])
    return _saved(draft, stale=stale)


def keep_draft(actor: Actor, *, draft_id: int) -> None:
    """Let a draft wait 30 days more, counted from now."""
    draft = _lock(draft_id)
    _write(draft, saved_at=clock.now())
    record(actor, "draft.kept", subjects=[draft.id])


def expire_drafts() -> int:
    """End the drafts that nobody has touched for 30 days: words and files go, the fact stays. Gives how many.

    Called by the sweep, again and again; what is over already stays as it is.
    """
    now = clock.now()
    old = db.session.scalars(
        sa.select(Draft)
        .where(*_OPEN, Draft.saved_at < now - WAITS)
        .order_by(Draft.id)
        .limit(EXPIRED_AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    over = [draft for draft in old if is_over(draft.saved_at, now)]
    for draft in over:
        draft.expired_at, draft.answers = now, {"pages": {}, "saved": {}, "other": {}, "removed": [], "here": ""}
        end_reach(subject_id=draft.id, why="owner")
        record(None, "draft.expired", subjects=[draft.id])
    documents.clear([draft.id for draft in over])
    return len(over)


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
    _keep(draft, parts, [key])
    record(actor, "draft.saved", subjects=[draft.id])
    return key


def remove_child(actor: Actor, *, draft_id: int, key: str) -> None:
    """Take a child out of the draft. NotFound if there is no such child."""
    draft = _lock(draft_id)
    parts = _parts(draft)
    if key not in child_keys(parts["pages"]) or key not in parts["pages"]:
        raise NotFound
    for page in (key, more_key(key)):
        if page in parts["pages"]:
            parts["removed"].append(parts["pages"].pop(page))
        for part in ("saved", "other"):
            parts[part].pop(page, None)
    _keep(draft, parts, [])
    record(actor, "draft.saved", subjects=[draft.id])


def discard_draft(actor: Actor, *, draft_id: int) -> None:
    """Throw a draft away: nobody reaches it any more, and its files are gone."""
    draft = _lock(draft_id)
    if draft.referral_id is not None:
        raise OutOfOrder(SENT)
    _write(draft, discarded_at=clock.now())
    end_reach(subject_id=draft.id, why="owner")
    documents.clear([draft.id])
    record(actor, "draft.discarded", subjects=[draft.id])


def send_draft(
    actor: Actor,
    *,
    draft_id: int,
    version: int,
    answers: Mapping[str, Mapping[str, object]],
    ring_back: bool = False,
) -> str:
    """Send the referral; gives its reference. Sent already: the same reference, and nothing happens.

    `answers` are the cleaned answers of the draft at `version`. Conflict if it was changed meanwhile, Invalid with the
    messages if something that stops sending is missing (practice 7). `ring_back`: from the short form.
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
    call = is_call(answers)
    mode = BY_PHONE if call else sender.mode
    document = compose(answers, sender, sent_at=now, ring_back=ring_back, other_authority=_other_authority(answers))
    made = receive_referral(actor, document=document, received_at=now, mode=mode, draft_id=draft.id)
    _write(draft, referral_id=made.id)
    documents.move(from_id=draft.id, to_id=made.id)
    if call:
        note_call(actor, referral_id=made.id, caller=str(answers[CALLER.key].get("caller")))
    return made.reference


def see_feedback(actor: Actor, *, referral_id: int) -> None:
    """The sender has read the outcome; the first time counts. OutOfOrder before there is one."""
    row = db.session.scalars(sa.select(Referral).where(Referral.id == referral_id).with_for_update()).one()
    if row.decided_at is None:
        raise OutOfOrder("Nothing has been decided yet")
    if row.feedback_seen_at is None:
        row.feedback_seen_at, row.feedback_seen_by_id = clock.now(), actor.user_id
        record(actor, "feedback.seen", subjects=[referral_id])


def _other_authority(answers: Mapping[str, Mapping[str, object]]) -> str | None:
    """The councils whose front door the children's addresses are, where they lie outside the borough."""
    given = [str(answers[key].get("postcode") or "") for key in child_keys(answers) if key in answers]
    names = [council.name if (council := neighbour_of(code)) else f"not known for {code}" for code in outside(given)]
    return f"{'; '.join(dict.fromkeys(names))}: the address is outside the borough" if names else None


_LOCKED = "locked draft"
_TABLE: Any = Draft.__table__
_FOR_US_ALONE = (
    sa.select(*(_TABLE.c[each.name] for each in fields(_Held) if each.init))
    .where(_TABLE.c.id == sa.bindparam("draft"))
    .with_for_update()
)
_WRITE = sa.update(_TABLE).where(_TABLE.c.id == sa.bindparam("draft_id"))


def _write(draft: _Held, *, hold: bool = False, **values: Any) -> None:
    """Change a draft that is locked; `hold`: it is written with what is changed next."""
    for name, value in values.items():
        setattr(draft, name, value)
    draft.unwritten |= values
    if draft.unwritten and not hold:
        write_rows(_WRITE, [{**draft.unwritten, "draft_id": draft.id}])
        draft.unwritten.clear()


def _lock(draft_id: int, *, sent: bool = False) -> _Held:
    """The draft, for this request alone until it ends. NotFound if thrown away or over; OutOfOrder if sent, unless
    `sent`."""
    # Two commands of one request: nobody else can have changed it since the first.
    session = db.session
    transaction, draft = session.info.get(_LOCKED, (None, None))
    if draft is None or draft.id != draft_id or transaction is not session.get_transaction():
        draft = next((_Held(*row) for row in fetch(_FOR_US_ALONE, {"draft": draft_id})), None)
        session.info[_LOCKED] = session.get_transaction(), draft
    if draft is None or draft.discarded_at is not None or draft.expired_at is not None:
        raise NotFound
    if draft.referral_id is not None and not sent:
        raise OutOfOrder(SENT)
    return draft


def _parts(draft: _Held, here: str = "") -> dict[str, Any]:
    """A copy of what the draft keeps: a column of JSON shows its change only when it is set anew."""
    given = draft.answers
    return {
        "pages": dict(given["pages"]),
        "saved": dict(given["saved"]),
        "other": dict(given["other"]),
        "removed": list(given["removed"]),
        "here": here or given.get("here", ""),
    }


def _is_stale(parts: Mapping[str, Any], page: str, typed: Typed, version: int) -> bool:
    """True if the page was saved with other words after the writer's was drawn."""
    stored = parts["pages"].get(page)
    return bool(stored) and stored != typed and version < parts["saved"].get(page, 0)


def _keep_beside(parts: dict[str, Any], page: str, typed: Typed) -> None:
    """Keep the words that came too late beside the others; those that stood there before are put away, not dropped."""
    if page in parts["other"] and parts["other"][page]["typed"] != typed:
        parts["removed"].append(parts["other"][page]["typed"])
    parts["other"][page] = {"typed": dict(typed), "at": clock.now().isoformat()}


def _keep(draft: _Held, parts: dict[str, Any], pages: Iterable[str], *, hold: bool = False) -> None:
    version = draft.version + 1
    for page in pages:
        parts["saved"][page] = version
    _write(draft, hold=hold, version=version, saved_at=clock.now(), answers=parts)
