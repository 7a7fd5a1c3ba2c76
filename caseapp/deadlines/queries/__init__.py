"""Clocks and the policy they follow, for every floor above."""

from .clocks import ClockView, clocks_of
from .milestones import MilestoneView, milestones_of
from .policy import compute, current_policy, find_rule, get_rule, hub_hours, known_policy, policy_of

__all__ = [
    "ClockView",
    "MilestoneView",
    "clocks_of",
    "compute",
    "current_policy",
    "find_rule",
    "get_rule",
    "hub_hours",
    "known_policy",
    "milestones_of",
    "policy_of",
]
