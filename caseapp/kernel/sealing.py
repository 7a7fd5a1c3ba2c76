"""Small secrets at rest: sealed with a key made from SECRET_KEY, which the database does not hold."""

import base64
import hmac
from typing import Any

from flask import current_app


def _box() -> Any:
    """Seals with today's key; opens what today's or the key before sealed."""
    from cryptography.fernet import Fernet, MultiFernet

    keys = [key for key in (current_app.config["SECRET_KEY"], current_app.config["SECRET_KEY_BEFORE"]) if key]
    digests = (hmac.digest(key.encode(), b"sealed secrets", "sha256") for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])


def seal(text: str) -> str:
    """The text as it may stand in the database: encrypted, and not to be changed unnoticed."""
    return str(_box().encrypt(text.encode()).decode())


def unseal(sealed: str) -> str | None:
    """The text again; None when it was sealed with a key we no longer have, or was changed."""
    from cryptography.fernet import InvalidToken

    try:
        return str(_box().decrypt(sealed.encode()).decode())
    except InvalidToken:
        return None
