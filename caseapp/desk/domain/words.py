"""How the desk counts and names: families in one line, children by level. Plain Python."""

from collections import Counter
from collections.abc import Sequence

from caseapp.cases.catalogue import LEVELS_COUNTED
from caseapp.cases.domain import LEVELS


def join_words(parts: Sequence[str]) -> str:
    """Names in a row: Harvey, Evie and Jack."""
    return " and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part) if parts else ""


def family_words(children: Sequence[tuple[str, str]], family: str) -> str:
    """First names with ages, then the family: "Ellie, 9, and Jake, 7", "Ellie and Jake Marsden"."""
    if all(age for _, age in children):
        parts = [f"{name}, {age}" for name, age in children]
        told = ", and ".join(part for part in (", ".join(parts[:-1]), parts[-1]) if part)
    else:
        told = join_words([name for name, _ in children])
    return f"{told} {family}".strip()


def mix_words(levels: Sequence[str], *, counted: bool = True) -> str:
    """Children by level, the highest need first: 2 in assessment, 1 child in need; without numbers the levels only."""
    ordered = [level for level in reversed(LEVELS) if level in levels]
    if not counted:
        return ", ".join(LEVELS[level] for level in ordered)
    amounts = Counter(levels)
    return ", ".join(f"{amounts[level]} {LEVELS_COUNTED[level][amounts[level] > 1]}" for level in ordered)
