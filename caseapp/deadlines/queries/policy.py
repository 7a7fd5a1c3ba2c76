"""The policy in force: the catalogue with what the council has decided, held by each process until a page sees that the
database has a later one."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from flask import current_app

from caseapp.deadlines.catalogue import HUB_HOURS, PUBLISHED, RULES
from caseapp.deadlines.domain import Due, HubHours, Policy, PolicyChange, Rule
from caseapp.deadlines.models import PolicyDecision
from caseapp.kernel.db import db, fetch

_HELD = "caseapp.deadlines.policy"
# Stands as a column in the statements that read clocks, so that a decision made by another process is seen at once.
VERSION: Any = sa.select(sa.func.coalesce(sa.func.max(PolicyDecision.id), 0)).scalar_subquery().label("policy")
_DECISIONS = sa.select(
    PolicyDecision.id,
    PolicyDecision.kind,
    PolicyDecision.made_at,
    PolicyDecision.day,
    PolicyDecision.words,
    PolicyDecision.rule,
    PolicyDecision.length,
    PolicyDecision.calendar,
    PolicyDecision.in_force_from,
    PolicyDecision.source,
).order_by(PolicyDecision.id)


def known_policy() -> Policy:
    """The policy this process knows. Asks the database nothing."""
    held: Policy = current_app.extensions.get(_HELD, PUBLISHED)
    return held


def policy_of(version: int) -> Policy:
    """The policy of that version, as a statement has just read it: the known one, or read anew in one statement."""
    held = known_policy()
    if held.version == version:
        return held
    policy = Policy(RULES, HUB_HOURS, [PolicyChange(**row._asdict()) for row in fetch(_DECISIONS)])
    current_app.extensions[_HELD] = policy
    return policy


def current_policy() -> Policy:
    """The policy in force, asked of the database in one statement."""
    return policy_of(db.session.execute(sa.select(VERSION)).scalar_one())


def find_rule(key: str, on: date) -> Rule | None:
    """The row of that key in force here for a clock that starts on that day, or None."""
    return known_policy().find_rule(key, on)


def rule_of_key(key: str) -> Rule:
    """A row of that key, whatever its dates: a clock keeps its rule’s key for good. LookupError for no such key."""
    rows = known_policy().rows(key)
    if not rows:
        raise LookupError(f"no rule {key}")
    return rows[0]


def get_rule(key: str, on: date) -> Rule:
    """As `find_rule`; LookupError where no such rule was in force."""
    return known_policy().get_rule(key, on)


def compute(rule: Rule, anchor: datetime) -> Due:
    """When a clock of this rule is due here, and why; errors as `domain.compute`."""
    return known_policy().compute(rule, anchor)


def hub_hours() -> HubHours:
    """When the hub is open, by the working days in force here."""
    return known_policy().hub_hours
