"""A referral arrives: by our form, by telephone, by import.

It is kept as told, marked where something is wrong, and put before the hub.
"""

import hashlib
import math
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from caseapp.access.commands import bar, give_each_reach
from caseapp.access.domain import DESK, HUB, L0, L4, Actor
from caseapp.accounts.queries import agencies_called, list_teams
from caseapp.kernel import clock
from caseapp.kernel.db import Model, db, write_rows
from caseapp.kernel.events import record
from caseapp.kernel.subjects import new_subject
from caseapp.kernel.text import REPLACEMENT, clean
from caseapp.people.domain.dates import read_moment
from caseapp.people.domain.names import normalise_name
from caseapp.referrals.catalogue import find_choice
from caseapp.referrals.domain.after import about_own_staff
from caseapp.referrals.domain.children import ChildTold, as_list, as_object, as_text, children_of
from caseapp.referrals.domain.document import Mark, examine, where_words
from caseapp.referrals.domain.family import family_keys
from caseapp.referrals.domain.fields import Path, path_words, walk
from caseapp.referrals.domain.protect import works_here
from caseapp.referrals.domain.seeking import search_keys
from caseapp.referrals.domain.signals import signals, urgency_of
from caseapp.referrals.queries.arrivals import find_received, known_before

from .bars import CONFLICT, KNOWS_THEM_UNKNOWN, bar_named, inherit_bars

# A referral waits for a person in two states: `received`, then `proposed`; after that it is `decided`.
RECEIVED = "received"
DEEPEST = 50
MOST_CHILDREN = 200
MOST_MARKS = 500
MOST_KEYS = 500
NOBODY_NAMED = (
    "Nobody who signs in has this name: it is kept from nobody yet. Find out who it is, and write their full name "
    "here: then it is kept from them"
)
HIDDEN = f"We could not keep a hidden character; it is shown as {REPLACEMENT}"


@dataclass(frozen=True)
class Received:
    """The referral that came of it; `new` is False when this source had sent it before and nothing was added."""

    id: int
    reference: str
    new: bool


def receive_referral(
    sender: Actor | None,
    *,
    document: object,
    received_at: datetime,
    mode: str,
    source_system: str | None = None,
    source_id: str | None = None,
    draft_id: int | None = None,
) -> Received:
    """Take a referral in, whatever is in its document.

    `sender` is who is signed in (None: another system or a caller sent it). `document` is any JSON; it is kept as told,
    only hidden characters that no database takes become U+FFFD, and a mark says so. `received_at` is aware. `mode` is a
    key of the list `modes`. The same source system and number a second time adds nothing. `draft_id`:
    the draft that was sent. Never raises for content.
    """
    number = _short_number(source_id)
    if source_system and number and (known := find_received(source_system, number)):
        return Received(*known, new=False)
    told, hidden = _storable(document)
    agencies, children = _agencies_known(sender, as_text(as_object(told).get("agency"))), children_of(told)
    try:
        with db.session.begin_nested() if number else nullcontext():
            made = _add_referral(_Arrival(sender, told, children, received_at, mode, source_system, number), agencies)
    except IntegrityError:
        # Another import was quicker with the same number; anything else is not ours to swallow.
        if source_system and number and (known := find_received(source_system, number)):
            return Received(*known, new=False)
        raise
    marks = [*examine(told, known_agencies=set(agencies), today=clock.today(), children=children), *hidden]
    marks += _add_children(made.id, children)
    marks += _give_reach(sender, made.id, told)
    _add_keys(made.id, told, children)
    _add_search_keys(made.id, told, children, number)
    inherit_bars(made.id, told, children)
    _add_marks(made.id, marks)
    record(
        sender,
        "referral.received",
        subjects=[made.id] if draft_id is None else [made.id, draft_id],
        occurred_at=received_at,
        agency=made.agency_id,
        mode=mode if find_choice("modes", mode) else None,
        children=len(children),
    )
    return Received(made.id, made.reference, new=True)


def _agencies_known(sender: Actor | None, given: str | None) -> dict[str, int]:
    """The agencies that the one given may be; the sender's own asks nobody."""
    if sender is not None and given == sender.agency_name:
        return {given: sender.agency_id}
    return agencies_called(given)


@dataclass(frozen=True)
class _Arrival:
    sender: Actor | None
    told: object
    children: list[ChildTold]
    received_at: datetime
    mode: str
    source_system: str | None
    number: str | None


@dataclass(frozen=True)
class _Made:
    id: int
    reference: str
    agency_id: int | None


def _add_referral(arrival: _Arrival, agencies: dict[str, int]) -> _Made:
    subject = new_subject("referral")
    document = as_object(arrival.told)
    agency_id, agency_given = _agency(
        # Whoever takes a call is not who tells us: a caller has their own agency, or none.
        None if as_text(document.get("taken_by")) else arrival.sender,
        as_text(document.get("agency")),
        agencies,
    )
    source = find_choice("sources", document.get("source_code"))
    row = {
        "id": subject.id,
        "document": arrival.told,
        "received_at": arrival.received_at,
        "recorded_at": clock.now(),
        "mode": arrival.mode[:30],
        "agency_id": agency_id,
        "agency_given": agency_given[:200],
        "source_code": source.key if source else None,
        "sender_id": arrival.sender.user_id if arrival.sender else None,
        "sender_name": (as_text(as_object(document.get("referrer")).get("name")) or "")[:200] or None,
        "answer_needed_at": read_moment(as_object(document.get("now")).get("answer_needed_by")),
        "urgency": _urgency(arrival),
        "state": RECEIVED,
        "source_system": arrival.source_system[:40] if arrival.source_system else None,
        "source_id": arrival.number,
    }
    write_rows(_ADD_REFERRAL, [row])
    return _Made(subject.id, subject.reference, agency_id)


def _urgency(arrival: _Arrival) -> int:
    """How loudly the form itself speaks (practice 1), with what was known of its children on arrival."""
    keys = [child.match_key for child in arrival.children[:MOST_CHILDREN] if child.match_key]
    known = known_before(keys, until=arrival.received_at)
    return urgency_of(
        signals(
            arrival.told,
            today=clock.to_london(arrival.received_at).date(),
            open_case=known.open_case,
            contacts_12m=known.contacts + 1,
        )
    )


def _agency(sender: Actor | None, given: str | None, agencies: dict[str, int]) -> tuple[int | None, str]:
    """The agency of the table that was named, else the sender's own; and its name as given."""
    if given is None:
        return (sender.agency_id, sender.agency_name) if sender else (None, "")
    by_name = {normalise_name(name): agency_id for name, agency_id in agencies.items()}
    return by_name.get(normalise_name(given), sender.agency_id if sender else None), given


def _add_children(referral_id: int, children: list[ChildTold]) -> list[Mark]:
    """A row for each child, cut to what the columns hold; the document keeps everything."""
    rows = [
        {
            "referral_id": referral_id,
            "position": child.position,
            "first_name": (child.first_name or "")[:80],
            "last_name": (child.last_name or "")[:80],
            "shown_name": child.shown[:200],
            "born_on": child.born_on,
            "born_estimated": child.born_estimated,
            "expected_on": child.expected_on,
            "sex": child.sex[:1],
            "match_key": child.match_key[:200] if child.match_key else None,
            "sector": child.postcode_sector[:8] if child.postcode_sector else None,
            "protected": child.protected,
        }
        for child in children[:MOST_CHILDREN]
    ]
    write_rows(_ADD_CHILD, rows)
    if len(children) <= MOST_CHILDREN:
        return []
    message = f"More children than {MOST_CHILDREN}: the rest are kept as given, not listed one by one"
    return [_mark(("children",), "too_many", f"{len(children)} children", message)]


def _give_reach(sender: Actor | None, referral_id: int, told: object) -> list[Mark]:
    """The hub reads it, the sender follows it, their desk's safeguarding group too; an excluded team never sees it."""
    reached = [(f"team:{team.id}", L4, "hub") for team in list_teams(kind=HUB)]
    if sender is not None:
        # What is about somebody who works there stays with its author.
        shared = [] if about_own_staff(told) else sender.teams(DESK)
        desks = [f"lead:{membership.team_id}" for membership in shared]
        reached += [(principal, L0, "own") for principal in (f"user:{sender.user_id}", *desks)]
    give_each_reach(reached, subject_id=referral_id, kind="referral")
    return [*_bar_excluded(referral_id, told), *_bar_who_knows_them(referral_id, sender, told)]


def _bar_who_knows_them(referral_id: int, sender: Actor | None, told: object) -> list[Mark]:
    """Bar whoever of ours is said to know the family. A person checks it either way: it may be somebody's namesake."""
    given = works_here(told)
    if given is None:
        return []
    names = bar_named(referral_id, given, sender_id=sender.user_id if sender else None)
    if names:
        message = f"It is kept from {', '.join(names)}. Check that this is who was meant"
    else:
        message = NOBODY_NAMED
    return [
        _mark(("protected_information", "works_here"), "knows_them" if names else KNOWS_THEM_UNKNOWN, given, message)
    ]


def _bar_excluded(referral_id: int, told: object) -> list[Mark]:
    """Bar the teams that the document excludes. One that can't be barred is marked, so that a person acts."""
    given = as_object(as_object(told).get("restriction")).get("exclude_team")
    named = [text for item in (as_list(given) or [given]) if (text := as_text(item))]
    path: Path = ("restriction", "exclude_team")
    by_name = {normalise_name(word): team for team in list_teams() for word in (team.key, team.name)} if named else {}
    marks = []
    for name in named:
        team = by_name.get(normalise_name(name))
        if team is None:
            marks.append(_mark(path, "unknown_team", name, "No team has this name: it keeps nobody away"))
        elif team.kind == HUB:
            marks.append(_mark(path, "hub_excluded", name, "It asks to keep the hub away: a manager decides"))
        else:
            for principal in (f"team:{team.id}", f"lead:{team.id}"):
                bar(principal, subject_id=referral_id, reason=CONFLICT)
    return marks


def _add_keys(referral_id: int, told: object, children: list[ChildTold]) -> None:
    rows = [
        {"referral_id": referral_id, "kind": key.kind, "key": clean(key.key)[0]}
        for key in family_keys(told, children)[:MOST_KEYS]
    ]
    write_rows(_ADD_KEY, rows)


def _add_search_keys(referral_id: int, told: object, children: list[ChildTold], number: str | None) -> None:
    """By what a search finds it again."""
    keys = search_keys(told, children[:MOST_CHILDREN], source_id=number)
    # In the order in which the table keeps them.
    write_rows(_ADD_SEARCH_KEY, [{"key": key, "referral_id": referral_id} for key in sorted(keys)[:MOST_KEYS]])


def _add_marks(referral_id: int, marks: list[Mark]) -> None:
    rows = [
        {
            "referral_id": referral_id,
            "path": clean(mark.path)[0][:200],
            "code": mark.code[:40],
            "given": clean(mark.given)[0],
            "message": clean(mark.message)[0],
        }
        for mark in marks[:MOST_MARKS]
    ]
    write_rows(_ADD_MARK, rows)


_TABLES = Model.metadata.tables
_ADD_CHILD, _ADD_KEY = sa.insert(_TABLES["referral_child"]), sa.insert(_TABLES["family_key"])
_ADD_SEARCH_KEY = sa.insert(_TABLES["referral_key"])
_ADD_MARK, _ADD_REFERRAL = sa.insert(_TABLES["input_mark"]), sa.insert(_TABLES["referral"])


def _mark(path: Path, code: str, given: str, message: str) -> Mark:
    return Mark(path_words(path), code, given[:200], message, where_words(path))


def _storable(document: object) -> tuple[object, list[Mark]]:
    """The document as both databases can keep it, with a mark for each place that had to change.

    PostgreSQL takes no NUL and no lone surrogate, JSON no infinity, and a nesting deeper than any form would exhaust
    the stack: such a document is kept flat, every leaf under its path.
    """
    marks: list[Mark] = []
    if _is_deep(document):
        flat = {clean(path_words(path))[0]: _plain(path[:3], value, marks) for path, value in walk(document)}
        marks.append(_mark((), "too_deep", "", f"Nested deeper than {DEEPEST} levels: kept flat"))
        return {"given": flat}, marks
    return _plain((), document, marks), marks


def _is_deep(document: object) -> bool:
    """True if something stands deeper than DEEPEST levels."""
    level: list[object] = [document]
    for _ in range(DEEPEST):
        inside: list[object] = []
        for value in level:
            if isinstance(value, dict):
                inside += value.values()
            elif isinstance(value, list):
                inside += value
        if not inside:
            return False
        level = inside
    return any(isinstance(value, dict | list) and value for value in level)


def _plain(path: Path, value: object, marks: list[Mark]) -> object:
    if isinstance(value, dict):
        return {clean(str(key))[0]: _plain((*path, str(key)), item, marks) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain((*path, place), item, marks) for place, item in enumerate(value)]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if not isinstance(value, str):
        return value
    text, changed = clean(value)
    if changed:
        marks.append(_mark(path, "hidden_character", text, HIDDEN))
    return text


def _short_number(source_id: str | None) -> str | None:
    """The source's own number; one too long for its column by its digest, so that two long ones never meet."""
    if source_id is None or len(source_id) <= 80:
        return source_id
    return hashlib.sha256(source_id.encode("utf-8", "surrogatepass")).hexdigest()
