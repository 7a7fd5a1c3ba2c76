"""Keeping the words of names, so that what is nearly one of them is found."""

from collections.abc import Iterable
from typing import cast

import sqlalchemy as sa

from caseapp.kernel.db import fetch, is_postgresql, write_rows
from caseapp.people.domain.matching.keys import key
from caseapp.people.domain.seeking import known_by
from caseapp.people.models import NameWord

_ASKED_AT_ONCE = 60
_KNOWN = sa.select(NameWord.word).where(NameWord.key.in_(sa.bindparam("keys", expanding=True)))
# Each word by itself through the index: for a list, PostgreSQL reads the whole table while it has no statistics of it,
# as in an import into an empty database.
_wanted = (
    sa.func.unnest(sa.bindparam("keys", type_=sa.ARRAY(sa.BigInteger))).table_valued("key").render_derived("wanted")
)
_kept = sa.select(NameWord.word).where(NameWord.key == _wanted.c.key).limit(1).lateral("kept")
_KNOWN_OF_ARRAY = sa.select(_kept.c.word).select_from(_wanted.join(_kept, sa.true()))
_ADD = sa.insert(cast(sa.Table, NameWord.__table__))


def keep_words(words: Iterable[str]) -> None:
    """Add the words that are not in the list yet: one statement where all are, as nearly always. Never while somebody
    sends a referral: the time it takes would tell whether the borough has a name (practice 4)."""
    wanted = sorted({word[:80] for word in words})
    for start in range(0, len(wanted), _ASKED_AT_ONCE):
        some = wanted[start : start + _ASKED_AT_ONCE]
        statement = _KNOWN_OF_ARRAY if is_postgresql() else _KNOWN
        known = {row.word for row in fetch(statement, {"keys": [key("is", word) for word in some]})}
        new = [word for word in some if word not in known]
        write_rows(_ADD, [{"key": each, "word": word} for word in new for each in sorted(known_by(word))])
