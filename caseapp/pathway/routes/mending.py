"""What the census rules ask to be mended."""

from flask import render_template, request

from caseapp.access.domain import Actor
from caseapp.access.guard import guard, note_read
from caseapp.pathway.queries.mending import list_to_mend

from .blueprint import bp


@bp.get("/mend")
@guard("case:list_to_mend", logged=True)
def to_mend(actor: Actor) -> str:
    """What has to be mended before the census, by rule and child; what is mended is gone."""
    number, team = request.args.get("rule", ""), request.args.get("team", "")
    page = list_to_mend(actor, number=number, team=team)
    for row in page.rows:
        note_read(row.case_id, "list")
    return render_template("pathway/to_mend.html", page=page, number=number, team=team)
