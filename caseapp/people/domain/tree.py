"""A family as a picture: a column for each generation, the eldest at the left, and a line from each parent to each
child. Plain figures in; places of boxes and lines out. The page draws them."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from .register import KINDS

BOX_WIDTH, BOX_HEIGHT, GAP_ACROSS, GAP_DOWN, EDGE = 112, 72, 26, 10, 10
LETTERS_IN_LINE = 12
BROKEN_LOWER = 16
_LANES = (6, 11, 16, 21)


@dataclass(frozen=True)
class Relative:
    """Somebody in the picture. `generation` is a guess for whoever no relationship leads to: 0 beside the person the
    picture is about, 1 above them."""

    key: str
    name: str
    about: tuple[str, ...] = ()
    generation: int = 0


@dataclass(frozen=True)
class Tie:
    """`other` is the `kind` (a key of KINDS) of `person`."""

    person: str
    other: str
    kind: str


@dataclass(frozen=True)
class Box:
    """A person's place: `lines` of the name, then `about` them, a line each."""

    key: str
    x: int
    y: int
    lines: tuple[str, ...]
    about: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A way from one box to another; `descent` is a full line, anything else a broken one."""

    points: tuple[tuple[int, int], ...]
    descent: bool


@dataclass(frozen=True)
class Picture:
    """The whole picture, in units of the screen."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(centre: str, people: Sequence[Relative], ties: Sequence[Tie]) -> Picture:
    """The picture of the family around `centre` (a key among `people`). People come in the order in which a column
    shows them; ties to people who are not there are left out. The same input always gives the same picture."""
    known = {person.key: person for person in people}
    ties = [tie for tie in ties if tie.person in known and tie.other in known and tie.person != tie.other]
    generations = _generations(centre, known, ties)
    columns: dict[int, list[str]] = defaultdict(list)
    for person in people:
        columns[generations[person.key]].append(person.key)
    order = sorted(columns, reverse=True)
    parents = _parents(ties)
    for younger, older in zip(order[1:], order, strict=False):
        _beside_parents(columns[younger], columns[older], parents)
    height = max(len(keys) for keys in columns.values()) * (BOX_HEIGHT + GAP_DOWN) - GAP_DOWN + 2 * EDGE
    places: dict[str, tuple[int, int]] = {}
    for number, generation in enumerate(order):
        keys = columns[generation]
        top = (height - len(keys) * (BOX_HEIGHT + GAP_DOWN) + GAP_DOWN) // 2
        for row, key in enumerate(keys):
            places[key] = EDGE + number * (BOX_WIDTH + GAP_ACROSS), top + row * (BOX_HEIGHT + GAP_DOWN)
    boxes = tuple(Box(key, *places[key], _in_lines(known[key].name), known[key].about[:2]) for key in places)
    width = 2 * EDGE + len(order) * (BOX_WIDTH + GAP_ACROSS) - GAP_ACROSS
    return Picture(width, height, boxes, tuple(_lines(ties, places, parents)))


def _generations(centre: str, known: Mapping[str, Relative], ties: Collection[Tie]) -> dict[str, int]:
    """Each person's generation above the centre: by the ties that lead there, the nearest first."""
    beside: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for tie in ties:
        up = KINDS[tie.kind].up
        beside[tie.person].append((tie.other, up))
        beside[tie.other].append((tie.person, -up))
    found: dict[str, int] = {}
    for start in (centre, *known):
        if start in found:
            continue
        found[start] = 0 if start == centre else known[start].generation
        waiting = [start]
        while waiting:
            here = waiting.pop(0)
            for key, up in beside[here]:
                if key not in found:
                    found[key] = found[here] + up
                    waiting.append(key)
    return found


def _parents(ties: Collection[Tie]) -> dict[str, set[str]]:
    """By child, the parents that a full line leads from."""
    found: dict[str, set[str]] = defaultdict(set)
    for tie in ties:
        kind = KINDS[tie.kind]
        if kind.descent:
            child, parent = (tie.person, tie.other) if kind.up > 0 else (tie.other, tie.person)
            found[child].add(parent)
    return found


def _beside_parents(column: list[str], older: Sequence[str], parents: Mapping[str, set[str]]) -> None:
    """Put children of the same parents next to each other, at their parents' height."""
    row = {key: number for number, key in enumerate(older)}
    middle = (len(older) - 1) / 2

    def height(key: str) -> float:
        rows = [row[parent] for parent in parents.get(key, ()) if parent in row]
        return sum(rows) / len(rows) if rows else middle

    column.sort(key=height)


def _lines(ties: Collection[Tie], places: Mapping[str, tuple[int, int]], parents: Mapping[str, set[str]]) -> list[Line]:
    drawn: dict[frozenset[str], Line] = {}
    lanes: dict[str, int] = {}
    for child, theirs in parents.items():
        for parent in sorted(theirs, key=lambda key: places[key][1]):
            lane = lanes.setdefault(parent, _LANES[len(lanes) % len(_LANES)])
            drawn[frozenset((child, parent))] = _line(places[parent], places[child], lane, descent=True)
    for tie in ties:
        pair = frozenset((tie.person, tie.other))
        # Brothers and sisters hang on the same parents; where no parent is known, nothing has to join them.
        if pair not in drawn and tie.kind not in ("sibling", "half_sibling"):
            drawn[pair] = _line(places[tie.other], places[tie.person], _LANES[-1], descent=False)
    return list(drawn.values())


def _line(one: tuple[int, int], other: tuple[int, int], lane: int, *, descent: bool) -> Line:
    """From the right of the older one's box to the left of the younger's; in one column, a bracket at their left."""
    (x, y), (to_x, to_y) = sorted((one, other))
    # A broken line runs lower, so that it never lies on a full one that ends at the same box.
    middle = BOX_HEIGHT // 2 + (0 if descent else BROKEN_LOWER)
    y, to_y = y + middle, to_y + middle
    if x == to_x:
        return Line(((x, y), (x - EDGE + 3, y), (x - EDGE + 3, to_y), (x, to_y)), descent)
    start = x + BOX_WIDTH
    return Line(((start, y), (start + lane, y), (start + lane, to_y), (to_x, to_y)), descent)


def _in_lines(name: str) -> tuple[str, ...]:
    """A name in at most two lines; what does not fit ends with an ellipsis (the table has the whole)."""
    lines: list[str] = []
    for word in name.split():
        if lines and len(lines[-1]) + 1 + len(word) <= LETTERS_IN_LINE:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    kept = [line if len(line) <= LETTERS_IN_LINE else f"{line[: LETTERS_IN_LINE - 1]}…" for line in lines[:2]]
    if len(lines) > 2:
        kept[1] = f"{kept[1][: LETTERS_IN_LINE - 1].rstrip('…')}…"
    return tuple(kept)
