"""A telephone call is written down; its written confirmation comes."""

from typing import Any

from flask import redirect, render_template, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.referrals.commands import drafts
from caseapp.referrals.commands.calls import confirm_in_writing

from .blueprint import bp


@bp.get("/call")
@guard("referral:take_call", logged=False)
def begin_call(_actor: Actor) -> Any:
    """What to say first to somebody who rings."""
    return render_template("referrals/own/call.html")


@bp.post("/call")
@guard("referral:take_call")
def start_call(actor: Actor) -> Any:
    """Begin to write a call down."""
    reference = drafts.start_draft(actor, call=True)
    return redirect(url_for("referrals.show_page", reference=reference, page="danger"), 303)


@bp.post("/<ref:reference>/confirmed")
@guard("referral:hold")
def confirmed(actor: Actor, subject: SubjectAccess) -> Any:
    """What was told on the telephone has come in writing."""
    confirm_in_writing(actor, referral_id=subject.id)
    return redirect(url_for("referrals.show", reference=subject.reference), 303)
