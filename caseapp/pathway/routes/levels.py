"""What follows what, and who decides it, in plain words for everybody; and the locality’s weekly panel."""

from typing import Any

from flask import render_template, request, url_for

from caseapp.access.domain import PERMISSIONS, Actor, allows
from caseapp.access.guard import guard
from caseapp.cases.catalogue import EPISODES
from caseapp.cases.domain import FACTS, LEVELS, NO_CASE, WHO, Step, steps_from
from caseapp.deadlines.catalogue import RULES
from caseapp.kernel import clock
from caseapp.kernel.errors import NotFound
from caseapp.pathway import queries
from caseapp.pathway.catalogue import DIRECTIONS, STATES

from .blueprint import bp

_RULE_WORDS = {rule.key: rule.words for rule in RULES}


def row_words(step: Step) -> dict[str, Any]:
    """A row of the table as the page tells it."""
    return {
        "to": LEVELS[step.new],
        "proposes": [WHO[key] for key in step.proposes],
        "agrees": [WHO[key] for key in step.agrees] or [WHO[key] for key in WHO if key in step.roles],
        "facts": [FACTS[name].words for name in step.facts],
        "starts": [_RULE_WORDS[key] for key in step.starts],
        "stops": [_RULE_WORDS[key] for key in step.stops],
        "opens": EPISODES.get(step.opens, ""),
        "closes": EPISODES.get(step.closes, ""),
    }


@bp.get("/levels")
@guard("pathway:read")
def levels(actor: Actor) -> str:
    """The levels, and for each what may follow it."""
    starts = (NO_CASE, *LEVELS)
    table = [
        (LEVELS.get(old, "A contact comes to the hub"), [row_words(step) for step in steps_from(old)]) for old in starts
    ]
    return render_template("pathway/levels.html", levels=LEVELS, table=table)


@bp.get("/panel")
@guard("panel:read", logged=True)
def panel(actor: Actor) -> Any:
    """All handovers of a locality, for its weekly panel: own locality unless another is asked for."""
    places = queries.list_localities()
    chosen = request.args.get("locality") or queries.own_locality(actor) or (places[0] if places else "")
    if chosen not in places:
        raise NotFound
    return render_template(
        "pathway/panel.html",
        panel=queries.get_panel(actor, chosen),
        places=places,
        states=STATES,
        directions=DIRECTIONS,
        levels=LEVELS,
        now=clock.now(),
        back=url_for("pathway.index") if allows(PERMISSIONS["handover:list"], actor, None) else None,
    )
