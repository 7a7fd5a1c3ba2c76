"""What plans offer on pages of other slices: on a child's page, and in my work."""

from typing import Any

from flask import url_for

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.cases.queries import CaseRow
from caseapp.cases.slots import Action, Notice, Told
from caseapp.kernel.web import day
from caseapp.plans import queries
from caseapp.plans.catalogue import CODES, KIND_OF_LEVEL, KINDS


def case_actions(actor: Actor, subject: SubjectAccess, case: CaseRow, told: Told) -> list[Action | Notice]:
    """For the child's page: the plan that runs, and to begin one where there is none. No statement of its own."""
    links = queries.plans_told(told)
    running = [link for link in links if link.ended_on is None]
    offered: list[Action | Notice] = [
        Action(f"Open the {link.kind.words}", url_for("plans.show", reference=link.reference)) for link in running
    ]
    for link in links:
        if link.ended_on is not None:
            words = f"Read the {link.kind.words} that ended on {day(link.ended_on)}"
            offered.append(Action(words, url_for("plans.show", reference=link.reference)))
            break
    key = KIND_OF_LEVEL.get(case.level)
    if key and not any(link.kind.key == key for link in running) and allows(PERMISSIONS["plan:start"], actor, subject):
        offered.append(Action(f"Begin a {KINDS[key].words}", url_for("plans.start", reference=subject.reference)))
    return offered


def code_words() -> dict[str, dict[str, str]]:
    """Words of the codes in this slice's events."""
    return CODES


def work_panels(actor: Actor) -> list[dict[str, Any]]:
    """For my work: what one has to do by plans, soonest first. One statement."""
    rows = [
        {
            "label": mine.what,
            "url": url_for("plans.ask_done", reference=mine.reference, action_id=mine.action_id),
            "detail": f"{mine.family} family, {mine.kind.words}, by {day(mine.due_on)}",
            "standing": mine.standing,
        }
        for mine in queries.actions_of(actor)
    ]
    return [{"title": "What I have to do by plans", "key": "plans", "rows": rows, "url": url_for("plans.index")}]
