"""The weights of the comparison, from a data file that carries its version."""

import json
from functools import cache
from pathlib import Path
from typing import Any, cast

_FILE = Path(__file__).parents[2] / "data" / "matching_weights.json"


@cache
def weights() -> dict[str, Any]:
    """What each agreement and disagreement says, in bits, and where the bands begin."""
    return cast("dict[str, Any]", json.loads(_FILE.read_text(encoding="utf-8")))


def bits_of(field: str, level: str) -> float:
    """What a level of agreement in a field says."""
    return float(weights()[field][level])
