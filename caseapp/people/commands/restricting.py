"""Letting only named people see a person's record; and ending that."""

from collections.abc import Collection

from caseapp.access.commands import end_restriction, restrict
from caseapp.access.domain import Actor
from caseapp.access.queries import list_restrictions
from caseapp.accounts.queries import find_user
from caseapp.kernel.errors import Invalid, OutOfOrder
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.people.catalogue import RESTRICTIONS
from caseapp.people.queries import identity_of

from .keys import looked_after_by, refresh_keys

STANDS = "This record is restricted already. End that first, with the reason."


def restrict_person(
    actor: Actor, *, person_id: int, reason: str, words: str, ring: str, emails: Collection[str]
) -> int:
    """Let only named people see a person and their cases; gives the restriction's number. `reason`: a key of
    `RESTRICTIONS`; `ring`: who, and the number, for everybody else in the hub; `emails`: the sign-ins of those who may
    see it. Whoever sets it is among them, or nobody could end it.

    Raises Invalid by field (`reason`, `words`, `ring`, `readers`), OutOfOrder where one stands already.
    """
    words, ring = clean(words)[0], clean(ring)[0]
    problems = {}
    if reason not in RESTRICTIONS:
        problems["reason"] = "Choose why it is restricted"
    if is_blank(words):
        problems["words"] = "Write why only named people may see it"
    if is_blank(ring) or len(ring) > 200:
        problems["ring"] = "Write whom the hub rings about it, and the number"
    found = {each: find_user(each) for each in dict.fromkeys(text.strip() for text in emails) if each}
    unknown = [each for each, user_id in found.items() if user_id is None]
    if unknown:
        problems["readers"] = f"Nobody signs in with {', '.join(unknown[:5])}"
    elif not found:
        problems["readers"] = "Name at least one person who works with the child"
    if problems:
        raise Invalid(problems)
    readers = {f"user:{user_id}" for user_id in (*found.values(), actor.user_id)}
    number = restrict(
        subject_id=person_id, reason=reason, words=words, ring=ring, readers=readers, set_by_id=actor.user_id
    )
    if number is None:
        raise OutOfOrder(STANDS)
    record(actor, "person.restricted", subjects=[person_id], reason=reason, restriction=number)
    _name_or_not(person_id)
    return number


def lift_restriction(actor: Actor, *, person_id: int, words: str) -> None:
    """End the restriction of a person, with the reason. Raises Invalid without `words`, OutOfOrder where none stands
    on this record."""
    words, _ = clean(words)
    if is_blank(words):
        raise Invalid({"words": "Write why it ends"})
    standing = next((row for row in list_restrictions(person_id) if row.ended_at is None), None)
    if standing is None or not end_restriction(restriction_id=standing.id, words=words, ended_by_id=actor.user_id):
        raise OutOfOrder("No restriction stands on this record any more.")
    record(actor, "person.restriction_ended", subjects=[person_id], restriction=standing.id)
    _name_or_not(person_id)


def _name_or_not(person_id: int) -> None:
    """Make anew what those are found by whom this person, by any of their records, looks after: whether they may be
    named there has changed."""
    records = identity_of([person_id])[person_id]
    refresh_keys(child for each in sorted(records) for child in looked_after_by(each))
