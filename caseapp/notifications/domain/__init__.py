"""When something is told, in which words, and as which calendar: plain Python."""

from .calendar import CALENDAR_REFRESH, Entry, make_calendar
from .digest import Line, Mail, count_words, message_id, write_mail
from .windows import LATE, STANDS_IN, WARNING, Window, next_try, points_of, windows

__all__ = [
    "CALENDAR_REFRESH",
    "LATE",
    "STANDS_IN",
    "WARNING",
    "Entry",
    "Line",
    "Mail",
    "Window",
    "count_words",
    "make_calendar",
    "message_id",
    "next_try",
    "points_of",
    "windows",
    "write_mail",
]
