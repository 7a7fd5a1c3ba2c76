"""Clocks and the policy they follow, for every floor above."""

from .clocks import ClockView, clocks_of
from .milestones import MilestoneView, milestones_of
from .policy import VERSION, compute, current_policy, find_rule, get_rule, hub_hours, known_policy, policy_of
from .told import DecisionView, LateView, decision_words, late_reasons_of, list_decisions

__all__ = [
    "VERSION",
    "ClockView",
    "DecisionView",
    "LateView",
    "MilestoneView",
    "clocks_of",
    "compute",
    "current_policy",
    "decision_words",
    "find_rule",
    "get_rule",
    "hub_hours",
    "known_policy",
    "late_reasons_of",
    "list_decisions",
    "milestones_of",
    "policy_of",
]
