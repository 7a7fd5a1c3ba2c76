"""Who is signed in (before every request), signing in and out, one's own account, the administrator's list of sign-ins."""

from flask import Blueprint, g, session

from caseapp.kernel import clock

from . import commands, queries
from .domain import TOUCH_EVERY

bp = Blueprint("accounts", __name__, url_prefix="/accounts")


@bp.before_app_request
def load_actor() -> None:
    """The one hook that finds out who is asking. Leaves `g.actor` (or None) and, for a sign-in that has ended, whose it was."""
    g.actor = g.ended_session = None
    token = session.get("sid")
    if not token:
        return
    found = queries.find_session(token)
    if found is None:
        return
    if found.actor is None:
        g.ended_session = found
        return
    g.actor, g.session_id = found.actor, found.session_id
    if clock.now() - found.last_seen_at >= TOUCH_EVERY:
        commands.touch_session(found.session_id)
