"""What the tests of the referral rules share: the 26 samples, arbitrary JSON, and samples with one part gone wild."""

import copy
import json
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

SAMPLES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "data" / "sample_referrals.json").read_text(encoding="utf-8")
)
BY_ID = {sample["external_id"]: sample for sample in SAMPLES}

# Lone surrogates too: JSON can spell them.
TEXTS = st.text(alphabet=st.characters(exclude_categories=()), max_size=20) | st.sampled_from(
    ["not known", "2014-02-29", "S61", "9434765918", "<script>", "=1+1", "yes", "3", "missing", "N" * 300]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | TEXTS
ANY_JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=15
)
ANY_OBJECT = st.dictionaries(TEXTS, ANY_JSON, max_size=5)


def sample(number: int) -> dict[str, Any]:
    """A copy of one of the samples, 1 to 26, to be changed at will."""
    return copy.deepcopy(BY_ID[f"SAMPLE-{number:03}"])


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a document, containers and leaves."""
    found = [path] if path else []
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        found.extend(places(item, (*path, key)))
    return found


@st.composite
def spoilt_samples(draw: st.DrawFn) -> dict[str, Any]:
    """A sample in which up to three places hold something else."""
    document = copy.deepcopy(draw(st.sampled_from(SAMPLES)))
    for _time in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(places(document)))
        target = document
        for part in path[:-1]:
            target = target[part]
        target[path[-1]] = draw(ANY_JSON)
        if not document:
            break
    return document
