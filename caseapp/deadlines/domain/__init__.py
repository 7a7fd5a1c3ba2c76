"""Calendars, rules, due dates and their words: plain Python, no database and no page."""

from .calendars import STATUTORY, BankHolidayChange, OutsideCalendar, WorkingCalendar, read_changes, statutory_calendar
from .due import Due, add_months, compute, earlier, end_of_day
from .hub_hours import HubHours
from .rules import CALENDARS, INSTANT_UNITS, ROLES, UNIT_WORDS, Basis, Rule, Unit
from .strip import Square, Strip
from .timeleft import TimeLeft, age_words, is_late, last_day, pace, time_left
from .words import Words

__all__ = [
    "CALENDARS",
    "INSTANT_UNITS",
    "ROLES",
    "STATUTORY",
    "UNIT_WORDS",
    "BankHolidayChange",
    "Basis",
    "Due",
    "HubHours",
    "OutsideCalendar",
    "Rule",
    "Square",
    "Strip",
    "TimeLeft",
    "Unit",
    "Words",
    "WorkingCalendar",
    "add_months",
    "age_words",
    "compute",
    "earlier",
    "end_of_day",
    "is_late",
    "last_day",
    "pace",
    "read_changes",
    "statutory_calendar",
    "time_left",
]
