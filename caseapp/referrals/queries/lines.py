"""Several contacts tell of one child: one line. Plain joins over what `referral_page` loaded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from caseapp.referrals.domain.family import near_key

from .hub_children import HubChild

if TYPE_CHECKING:
    from .hub_page import HubPage


@dataclass(frozen=True)
class Line:
    """One child of the family, as one or several contacts tell of them, the earliest first."""

    told: tuple[tuple["HubPage", HubChild], ...]

    @property
    def id(self) -> int:
        """The row of the earliest telling: what a decision about the child goes by."""
        return self.told[0][1].id

    @property
    def name(self) -> str:
        """The name as first told."""
        return self.told[0][1].name

    @property
    def row_ids(self) -> list[int]:
        """Every row that tells of the child."""
        return [child.id for _, child in self.told]

    @property
    def person_id(self) -> int | None:
        """The record that somebody said is the child's; None: there is none, or nobody has said so."""
        return next((child.person_id for _, child in self.told if child.person_id is not None), None)

    @property
    def fullest(self) -> tuple["HubPage", HubChild]:
        """The telling that says the most; of equals the earliest."""
        return max(self.told, key=lambda pair: sum(value is not None for value in vars(pair[1].told).values()))

    def pick(self, outcomes: Mapping[int, str]) -> str:
        """What is chosen for the child, by any of their rows; empty for nothing."""
        return next((outcomes[number] for number in self.row_ids if outcomes.get(number)), "")


def may_be_same(one: Line, other: Line) -> bool:
    """Whether two lines could be one child: alike in all but spelling, or one of them not known by name and birth."""
    if {page.id for page, _ in one.told} & {page.id for page, _ in other.told}:
        # One contact tells of both: they are two.
        return False
    rows = [{child.id for _, child in line.told} for line in (one, other)]
    if any(child.other_rows & rows[1] for _, child in one.told):
        # Somebody said so.
        return False
    keys = [{near_key(child.told) for _, child in line.told} for line in (one, other)]
    return None in keys[0] | keys[1] or bool(keys[0] & keys[1])


def _is_same(one: HubChild, other: HubChild) -> bool:
    """Whether two contacts tell of one child: as somebody said, or else by the same name and birth date."""
    if other.id in one.other_rows or (one.identity_id and other.identity_id and one.identity_id != other.identity_id):
        return False
    said = other.id in one.same_rows or (one.identity_id is not None and one.identity_id == other.identity_id)
    return said or (one.match_key is not None and one.match_key == other.match_key)


def join_lines(pages: Sequence["HubPage"], same: Mapping[int, int]) -> list[Line]:
    """The children of these contacts, each once, in the order in which they were told of."""
    groups: list[list[tuple[HubPage, HubChild]]] = []
    for page in pages:
        for child in page.children:
            joined = [
                group
                for group in groups
                if any(
                    each.id == same.get(child.id)
                    or child.id == same.get(each.id)
                    or (other.id != page.id and _is_same(each, child))
                    for other, each in group
                )
            ]
            group = [pair for found in joined for pair in found]
            groups = [found for found in groups if found not in joined]
            groups.append([*group, (page, child)])
    order = {child.id: place for place, child in enumerate(child for page in pages for child in page.children)}
    lines = [Line(tuple(sorted(group, key=lambda pair: order[pair[1].id]))) for group in groups]
    return sorted(lines, key=lambda line: order[line.id])
