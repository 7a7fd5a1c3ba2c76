"""The canonical text of a read-log row, which its mac and its seal are made from."""

import json
from collections.abc import Mapping
from typing import Any

READ_KEYS = ("user_id", "subject_id", "view", "why", "read_at", "nonce")


def read_content(row: Mapping[str, Any]) -> str:
    """The canonical text of one look; takes a mapping with READ_KEYS (read_at an aware instant)."""
    plain = {key: row[key] for key in READ_KEYS}
    plain["read_at"] = plain["read_at"].isoformat()
    return json.dumps(plain, sort_keys=True, separators=(",", ":"))
