"""Who is one person by what was said of pairs of records: plain sets."""

from collections.abc import Iterable, Mapping


def group(pairs: Iterable[tuple[int, int]]) -> dict[int, frozenset[int]]:
    """Everybody who stands in a pair, with all who are one person with them, themself among these."""
    found: dict[int, set[int]] = {}
    for one, other in pairs:
        joined = found.get(one, {one}) | found.get(other, {other})
        for each in joined:
            found[each] = joined
    return {number: frozenset(joined) for number, joined in found.items()}


def named(groups: Mapping[int, frozenset[int]]) -> dict[int, int]:
    """The number by which each person of a group is known as one person: the smallest of them."""
    return {number: min(joined) for number, joined in groups.items()}
