"""The pages of accounts: importing this package puts them on the blueprint."""

from caseapp.accounts.routes import (
    gate,
    inviting,
    links,
    locking,
    own,
    own_second,
    people,
    places,
    second_step,
    signing_in,
    team,
)
from caseapp.accounts.routes.blueprint import bp

__all__ = [
    "bp",
    "gate",
    "inviting",
    "links",
    "locking",
    "own",
    "own_second",
    "people",
    "places",
    "second_step",
    "signing_in",
    "team",
]
