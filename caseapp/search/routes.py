"""The search box at the head of each page, and what it finds."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, note_read
from caseapp.kernel.errors import Invalid

from . import commands, queries

bp = Blueprint("search", __name__, url_prefix="/search")


@bp.get("/")
@guard("search:make")
def start(actor: Actor) -> ResponseReturnValue:
    """The search box by itself, what can be typed into it, and what was searched for last."""
    return render_template("search/start.html", typed="", problem=None, recent=queries.list_recent(actor))


@bp.post("/")
@guard("search:make")
def make(actor: Actor) -> ResponseReturnValue:
    """Open what a reference leads to, or keep the search and show what it finds: what was typed stands in no
    address."""
    typed = request.form.get("q", "")
    opened = queries.opens(actor, typed[:200])
    if opened is not None:
        endpoint, reference = opened
        return redirect(url_for(endpoint, reference=reference), 303)
    try:
        reference = commands.keep_search(actor, typed=typed)
    except Invalid as refused:
        recent = queries.list_recent(actor)
        page = render_template("search/start.html", typed=typed, problem=refused.problems["q"], recent=recent)
        return page, 422
    return redirect(url_for(".show", reference=reference), 303)


@bp.get("/<ref:reference>")
@guard("search:read")
def show(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """What a search finds now, of what its maker may see."""
    kept = queries.get_search(subject.id)
    if kept.typed is None:
        return render_template("search/cleared.html", kept=kept)
    found = queries.find(
        actor,
        kept.typed,
        after_person=request.args.get("person", "")[:20],
        after_referral=request.args.get("referral", "")[:20],
    )
    for person_id in (*(person.id for person in found.people), *found.ring):
        note_read(person_id, "search")
    for referral in found.referrals:
        note_read(referral.id, "search")
    return render_template("search/show.html", kept=kept, found=found)
