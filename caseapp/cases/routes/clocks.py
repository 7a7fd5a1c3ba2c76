"""The clocks of a case: each with why it is due then, and when it is late, why, and who authorised it."""

from flask import render_template
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.cases import queries
from caseapp.kernel import clock

from .blueprint import before, bp, tabs

# What somebody may do from this page, by the name that its template knows it by.
_MAY = {"record": "case:record_event", "explain": "clock:explain_late", "authorise": "clock:authorise_late"}


def may(actor: Actor, subject: SubjectAccess, *, closed: bool = False) -> dict[str, bool]:
    """What this reader may do with the clocks of this case, for links: the pages behind them ask again. In a closed one
    nothing is recorded any more."""
    allowed = {name: allows(PERMISSIONS[key], actor, subject) for name, key in _MAY.items()}
    return {**allowed, "record": allowed["record"] and not closed}


@bp.get("/<ref:reference>/clocks")
@guard("case:read")
def clocks(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Every clock of a case: running, late and ended, and what nothing has started. Of a closed one, what they were."""
    page = queries.get_clocks_page(subject.id, before=before())
    return render_template(
        "cases/clocks.html",
        page=page,
        case=page.case,
        may=may(actor, subject, closed=page.case.closed_at is not None),
        user_id=actor.user_id,
        first=before() is None,
        today=clock.today(),
        tabs=tabs(subject.reference, "clocks"),
    )
