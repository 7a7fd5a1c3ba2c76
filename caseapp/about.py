"""The pages about the service that anybody may read, signed in or not: accessibility, privacy, cookies."""

from typing import Any

from flask import Blueprint, current_app, render_template

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.cases.domain import RETENTION

bp = Blueprint("about", __name__)

# Address, the words of the link at the foot of every page.
PAGES = (("accessibility", "Accessibility"), ("privacy", "Privacy"), ("cookies", "Cookies"))


@bp.get("/accessibility")
@guard("service:about")
def accessibility(_actor: Actor | None) -> Any:
    """How far everybody can use it, and what is known not to work."""
    return render_template("about/accessibility.html")


@bp.get("/privacy")
@guard("service:about")
def privacy(_actor: Actor | None) -> Any:
    """What is kept about whom, why, and for how long."""
    return render_template("about/privacy.html", kept=RETENTION)


@bp.get("/cookies")
@guard("service:about")
def cookies(_actor: Actor | None) -> Any:
    """The one cookie."""
    config = current_app.config
    return render_template(
        "about/cookies.html",
        name=config["SESSION_COOKIE_NAME"],
        lock_minutes=round(config["LOCK_AFTER"].total_seconds() / 60),
    )
