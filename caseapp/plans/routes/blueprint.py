"""The blueprint of plans, and what its pages share."""

import secrets
from typing import Any

from flask import Blueprint, redirect, url_for

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows

bp = Blueprint("plans", __name__, url_prefix="/plans")

LARGEST = 2**63 - 1


def may_write(actor: Actor, subject: SubjectAccess) -> bool:
    """Whether the actor works with the family, and so writes the plan."""
    return allows(PERMISSIONS["plan:write"], actor, subject)


def once() -> str:
    """A fresh key for a form: pressing twice makes one."""
    return secrets.token_hex(16)


def key_of(form: Any) -> str:
    """The key that a form came with; a fresh one for a form that came without."""
    return (form.once.data or once())[:40]


def see(reference: str, endpoint: str = ".show", **more: Any) -> Any:
    """Lead back to a page of the plan."""
    return redirect(url_for(endpoint, reference=reference, **more), 303)
