"""The family's own scores: how things are for them, from 0 to 10 for each area."""

from collections.abc import Mapping
from datetime import date

from caseapp.access.domain import Actor
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record
from caseapp.plans.catalogue import AREAS, STAGES
from caseapp.plans.domain import HIGHEST, LOWEST
from caseapp.plans.models import PlanScore

from .rows import find_once, lock_plan, moment_of, open_cases, words_of


def keep_scores(
    actor: Actor,
    *,
    plan_id: int,
    stage: str,
    told_on: date,
    told_by: str,
    scores: Mapping[str, int],
    words: str,
    once_key: str,
) -> None:
    """Keep how the family scores its own life at a moment; earlier ones stay. The same form again keeps nothing.

    Raises Invalid for what is missing or no score, OutOfOrder when the plan has ended.
    """
    row, case_ids = lock_plan(plan_id), open_cases(plan_id)
    if find_once(PlanScore, once_key) is not None:
        return
    wrong = [area for area, score in scores.items() if area not in AREAS or not LOWEST <= score <= HIGHEST]
    problems = {
        "stage": "" if stage in STAGES else "Choose when this is",
        "told_by": "" if words_of(told_by) else "Say who of the family gave these scores",
        "told_on": "This is in the future" if told_on > clock.today() else "",
        "health": "" if scores and not wrong else "Give a score from 0 to 10 for at least one area",
    }
    if told_on < row.started_on:
        problems["told_on"] = "This is before the plan began"
    if any(problems.values()):
        raise Invalid({name: said for name, said in problems.items() if said})
    db.session.add(
        PlanScore(
            plan_id=plan_id,
            stage=stage,
            told_on=told_on,
            told_by=words_of(told_by),
            scores=dict(scores),
            words=words_of(words),
            written_at=clock.now(),
            written_by_id=actor.user_id,
            once_key=once_key,
        )
    )
    db.session.flush()
    about = [*case_ids, plan_id]
    record(actor, "plan.scored", subjects=about, occurred_at=moment_of(told_on), stage=stage)
