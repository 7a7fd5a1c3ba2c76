"""What something would change about clocks: those of one subject as they are, beside those that would be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .replay import Run


@dataclass(frozen=True)
class Changed:
    """A clock of a rule before and after: None where there is none."""

    rule: str
    before: Run | None
    after: Run | None


def compare_runs(before: Mapping[str, Sequence[Run]], after: Mapping[str, Sequence[Run]]) -> list[Changed]:
    """The clocks that differ, rule by rule: due on another day, ended otherwise, gone or begun."""
    found: list[Changed] = []
    for key, runs in before.items():
        then = {run.started_by: run for run in after.get(key, ())}
        pairs = [(run, then.pop(run.started_by, None)) for run in runs]
        spare = list(then.values())
        for run, same in pairs:
            # One that begins with another event than before is the same clock to whoever watches it.
            other = same or (spare.pop(0) if spare else None)
            if other is None or _seen(run) != _seen(other):
                found.append(Changed(key, run, other))
        found += [Changed(key, None, run) for run in spare]
    return found


def _seen(run: Run) -> tuple[object, ...]:
    """What somebody who looks at a clock sees of it."""
    return run.anchor_at, run.due_at, run.ended_as, run.stopped_at
