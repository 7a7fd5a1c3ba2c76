"""What a page says was done, by the word in its address; and what a script is answered."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import jsonify

from caseapp.kernel.errors import Invalid

DONE = {
    "password": "Your password is changed, and you are signed out everywhere else.",
    "elsewhere": "You are signed out everywhere else.",
    "disabled": "The sign-in is switched off.",
    "enabled": "The sign-in is switched on.",
    "set": "Your password is set. Sign in with it.",
    "app": "Your authenticator app is set up.",
    "key": "Your key is registered.",
    "removed": "It is removed. Nobody can use it to sign in as you.",
    "lifted": "The suspension is lifted.",
    "taken_away": "Their second step is taken away. They set up a new one when they sign in.",
}


# What one's own account says of each of `queries.list_latest`.
LATEST = {
    "user.signed_in": "Signed in",
    "user.used_recovery_code": "Recovery code used",
    "user.second_factor_added": "Second step added",
    "user.password_changed": "Password changed",
}


def as_json(view: Callable[..., Any]) -> Callable[..., Any]:
    """What a script is told when a command refuses it: the words, and where they belong. A throttle is said in seconds.

    Only for views that a script asks; `Invalid` is the one refusal that a person can put right in place.
    """

    @wraps(view)
    def told(*arguments: Any, **named: Any) -> Any:
        try:
            return view(*arguments, **named)
        except Invalid as error:
            field, message = next(iter(error.problems.items()))
            return jsonify(field=field, message=message), 422

    return told


# What the page "My team" says was done.
TEAM_DONE = {
    "away": "The absence is kept.",
    "back": "They are back. Cover for them has ended.",
    "cover": "The cover is kept. It ends by itself.",
    "uncovered": "The cover has ended.",
    "registration": "The registration is kept. It counts from the next page they open.",
    "added": "They are in the team, without a sign-in.",
    "left": "They have left: nobody can give them a family any more.",
    "rota": "The rota is saved.",
    "task": "Marked as seen to.",
    "confirmed": "Thank you: your answers are kept.",
    "places": "The places in teams are kept.",
}
