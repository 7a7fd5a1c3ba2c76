"""Slots: how a low floor is filled by a higher one without knowing it. A test prints them all."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

ALL: dict[str, "Slot"] = {}


@dataclass
class Slot:
    """A named list that a low slice declares and the factory fills. `takes` says how it is called and how answers
    join."""

    name: str
    takes: str
    _filled: list[Callable[..., Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.name in ALL:
            raise RuntimeError(f"slot {self.name} is declared twice")
        ALL[self.name] = self

    def fill(self, function: Callable[..., Any]) -> None:
        """Add a function; adding it again (a second app in one process) changes nothing."""
        if function not in self._filled:
            self._filled.append(function)

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter(tuple(self._filled))
