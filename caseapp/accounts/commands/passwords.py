"""Keeping and checking passwords."""

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError

from caseapp.accounts import queries
from caseapp.accounts.commands.throttle import count_try, forgive_try
from caseapp.accounts.domain import ACCOUNT, prepare_password
from caseapp.kernel.errors import Invalid

# 29 ms a check on the reference machine; the library's defaults cost 219 ms.
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


# Checked for an unknown or a disabled account, so that the answer takes as long as for a wrong password.
NOBODYS_HASH = HASHER.hash(secrets.token_hex(16))


def matches(password_hash: str, password: str) -> bool:
    """Check a password against a hash; the one place that does, as each check costs the same time."""
    try:
        return HASHER.verify(password_hash, prepare_password(password))
    except (Argon2Error, InvalidHashError):
        return False


def hash_password(password: str) -> str:
    """What the database keeps of a password."""
    return HASHER.hash(prepare_password(password))


def check_own_password(user_id: int, password: str, *, what: str, field: str) -> None:
    """Check the password of somebody who is known by their session.

    `what` keeps the counts of tries apart. Raises TooMany while guessing is slowed, Invalid at `field` if it is wrong.
    """
    limits = {f"{what}:{user_id}": ACCOUNT}
    count_try(limits)
    found = queries.find_credentials(user_id=user_id)
    if found is None or not matches(found.password_hash or NOBODYS_HASH, password):
        raise Invalid({field: "This is not your password now"})
    forgive_try(limits)
