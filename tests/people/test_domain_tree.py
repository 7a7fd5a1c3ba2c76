"""A family as a picture: who stands in which column, and which lines lead where."""

import itertools

from caseapp.people.domain.tree import BOX_HEIGHT, BOX_WIDTH, BROKEN_LOWER, Picture, Relative, Tie, draw


def family() -> list[Relative]:
    names = ("ellie", "jake", "kirsty", "lee", "dean", "jean")
    return [Relative(name, f"{name.title()} Marsden", generation=0) for name in names]


TIES = [
    Tie("ellie", "kirsty", "mother"),
    Tie("jake", "kirsty", "mother"),
    Tie("ellie", "dean", "father"),
    Tie("ellie", "lee", "parents_partner"),
    Tie("kirsty", "jean", "mother"),
    Tie("ellie", "jake", "half_sibling"),
]


def columns(picture: Picture) -> list[set[str]]:
    found: dict[int, set[str]] = {}
    for box in picture.boxes:
        found.setdefault(box.x, set()).add(box.key)
    return [found[x] for x in sorted(found)]


def test_a_column_for_each_generation_the_eldest_first() -> None:
    assert columns(draw("ellie", family(), TIES)) == [{"jean"}, {"kirsty", "lee", "dean"}, {"ellie", "jake"}]


def test_the_same_family_around_somebody_else_has_the_same_columns() -> None:
    assert columns(draw("jean", family(), TIES)) == columns(draw("ellie", family(), TIES))


def test_a_full_line_from_each_parent_to_each_child_and_a_broken_one_for_the_rest() -> None:
    picture = draw("ellie", family(), TIES)
    full = [line for line in picture.lines if line.descent]
    broken = [line for line in picture.lines if not line.descent]
    assert len(full) == 4
    assert len(broken) == 1
    where = {box.key: box for box in picture.boxes}
    for line in picture.lines:
        middle = BOX_HEIGHT // 2 + (0 if line.descent else BROKEN_LOWER)
        (x, y), (to_x, to_y) = line.points[0], line.points[-1]
        assert any((box.x + BOX_WIDTH, box.y + middle) == (x, y) for box in where.values())
        assert any((box.x, box.y + middle) == (to_x, to_y) for box in where.values())


def test_partners_in_one_column_are_joined_by_a_bracket() -> None:
    picture = draw("kirsty", family()[2:4], [Tie("kirsty", "lee", "partner")])
    (line,) = picture.lines
    assert (len(line.points), line.descent) == (4, False)
    assert min(x for x, _ in line.points) >= 0


def test_no_two_boxes_lie_on_each_other_and_all_lie_in_the_picture() -> None:
    people = [Relative(str(number), f"Child Number{number}") for number in range(12)]
    picture = draw("0", people, [Tie("0", str(number), "sibling") for number in range(1, 12)])
    places = [(box.x, box.y) for box in picture.boxes]
    assert len(set(places)) == 12
    assert all(0 <= x <= picture.width - BOX_WIDTH and 0 <= y <= picture.height - BOX_HEIGHT for x, y in places)
    rows = sorted(y for _, y in places)
    assert all(below - above >= BOX_HEIGHT for above, below in itertools.pairwise(rows))


def test_a_circle_of_ties_and_ties_to_nobody_do_no_harm() -> None:
    people = family()[:3]
    ties = [Tie("ellie", "jake", "mother"), Tie("jake", "ellie", "mother"), Tie("ellie", "nobody", "father")]
    assert len(draw("ellie", people, [*ties, Tie("ellie", "ellie", "sibling")]).boxes) == 3


def test_a_long_name_takes_two_lines_at_most() -> None:
    (box,) = draw("a", [Relative("a", "Wolfeschlegelsteinhausenberger de la Cruz y Montenegro")], []).boxes
    assert len(box.lines) == 2
    assert box.lines[0].endswith("…") and box.lines[1].endswith("…")
    assert draw("a", [Relative("a", "Bo Li")], []).boxes[0].lines == ("Bo Li",)
