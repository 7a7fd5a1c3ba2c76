"""Making anew what everybody of the register is found by: after an upgrade that makes keys in another way, or where a
database has none yet."""

from collections.abc import Callable
from dataclasses import dataclass

import sqlalchemy as sa

from caseapp.kernel.db import fetch_new, transaction
from caseapp.kernel.events import record_each
from caseapp.people.models import Person, PersonFeatures

from .keys import refresh_keys

# So many people are one transaction: on SQLite other writers wait for it.
AT_ONCE = 500


@dataclass(frozen=True)
class Rekeyed:
    """How far it is: how many of how many people, and the number of the last one."""

    people: int
    of: int
    last: int


def rekey_people(*, after: int, only_missing: bool, each: Callable[[Rekeyed], None]) -> Rekeyed:
    """Make anew the keys and what is compared of everybody whose number is above `after`, in the order of their
    numbers; with `only_missing`, of those who have none. AT_ONCE people are a transaction of their own, after which
    `each` is called: what was stopped goes on after the last number that it told. Again changes nothing.
    """
    wanted = sa.select(Person.id)
    if only_missing:
        wanted = wanted.where(~sa.exists().where(PersonFeatures.person_id == Person.id))
    of = fetch_new(sa.select(sa.func.count()).select_from(wanted.where(Person.id > after).subquery()))[0][0]
    done = Rekeyed(0, of, after)
    while True:
        with transaction():
            rows = fetch_new(wanted.where(Person.id > done.last).order_by(Person.id).limit(AT_ONCE))
            people = [row.id for row in rows]
            refresh_keys(people)
        if not people:
            break
        done = Rekeyed(done.people + len(people), of, people[-1])
        each(done)
    with transaction():
        record_each(None, "people.rekeyed", [([], {"people": done.people, "after": after, "last": done.last})])
    return done
