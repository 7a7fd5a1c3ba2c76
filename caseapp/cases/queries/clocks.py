"""The clocks of one case on one page: those that run, those that ended, and what nothing has started."""

from dataclasses import dataclass
from datetime import datetime

from caseapp.deadlines.catalogue import KINDS, RULES, DatedKind
from caseapp.deadlines.domain import ROLES, Rule
from caseapp.deadlines.queries import (
    ClockView,
    EarliestView,
    LateView,
    MilestoneView,
    clocks_of,
    earliest_of,
    ended_clocks_of,
    find_rule,
    late_reasons_of,
    logs_inside,
    milestones_of,
)
from caseapp.kernel import clock

from .clocked import ClockedCase, get_clocked_case

_KEYS = tuple(dict.fromkeys(rule.key for rule in RULES if rule.subject_kind == "case" and rule.runs == "clock"))


@dataclass(frozen=True)
class ClockRow:
    """One clock with its milestones and the reasons given for its lateness."""

    view: ClockView
    milestones: tuple[MilestoneView, ...]
    reasons: tuple[LateView, ...]

    @property
    def owner_words(self) -> str:
        """Whose it is."""
        return ROLES[self.view.rule.owner_role]

    @property
    def late_to_words(self) -> str:
        """Who is told when it is late."""
        return " and ".join(ROLES[role] for role in self.view.rule.late_to)

    @property
    def next_milestone(self) -> MilestoneView | None:
        """The first that is still to come."""
        return next((one for one in self.milestones if one.state == "open"), None)


@dataclass(frozen=True)
class IdleRule:
    """A rule that nothing has started, and the kinds that would; none where its own pages do."""

    rule: Rule
    started_by: tuple[DatedKind, ...]


@dataclass(frozen=True)
class ClocksPage:
    """Every clock of a case; of a closed one none runs or could be started. `before`: the key of the next page of those
    that ended; None on the last."""

    case: ClockedCase
    running: tuple[ClockRow, ...]
    ended: tuple[ClockRow, ...]
    before: int | None
    earliest: tuple[EarliestView, ...]
    idle: tuple[IdleRule, ...]

    @property
    def late(self) -> list[ClockRow]:
        """Those that run and are late."""
        return [row for row in self.running if row.view.was_late]

    @property
    def waiting(self) -> list[tuple[ClockRow, LateView]]:
        """Reasons that wait for a manager."""
        return [(row, reason) for row in (*self.running, *self.ended) for reason in row.reasons if reason.waits]


def get_clocks_page(case_id: int, *, before: int | None = None, limit: int = 20) -> ClocksPage:
    """Every clock of a case that the guard has let somebody see: all that run, and a page of those that ended. Five
    statements."""
    case = get_clocked_case(case_id)
    running = clocks_of([case_id]).get(case_id, [])
    ended = ended_clocks_of(case_id, before=before, limit=limit + 1)
    more, ended = len(ended) > limit, ended[:limit]
    views = [*running, *ended]
    logs = logs_inside([case_id])
    milestones, reasons = milestones_of(views, logs), late_reasons_of([view.id for view in views])
    rows = [ClockRow(view, tuple(milestones.get(view.id, ())), tuple(reasons.get(view.id, ()))) for view in views]
    return ClocksPage(
        case,
        tuple(rows[: len(running)]),
        tuple(rows[len(running) :]),
        ended[-1].id if more else None,
        tuple(earliest_of(logs.get(case_id, ()))),
        () if case.closed_at else _idle({view.rule.key for view in running}, clock.now()),
    )


def _idle(running: set[str], now: datetime) -> tuple[IdleRule, ...]:
    today = clock.to_london(now).date()
    rules = [rule for key in _KEYS if key not in running and (rule := find_rule(key, today)) is not None]
    return tuple(IdleRule(rule, tuple(KINDS[code] for code in rule.starts_on if code in KINDS)) for rule in rules)
