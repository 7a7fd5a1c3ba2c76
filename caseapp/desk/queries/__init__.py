"""What the desk reads. Split by page: my work and the team's families; what is due by day."""

from .due import NOBODY, PAGE, Asked, DayCount, Group, Page, Place, Row, count_days, list_due
from .likely import LikelyPage, LikelyRow, list_likely
from .seen import BY, SeenPage, SeenRow, list_seen
from .work import MyWork, OffToday, get_board, get_my_work, get_off_today

__all__ = [
    "BY",
    "NOBODY",
    "PAGE",
    "Asked",
    "DayCount",
    "Group",
    "LikelyPage",
    "LikelyRow",
    "MyWork",
    "OffToday",
    "Page",
    "Place",
    "Row",
    "SeenPage",
    "SeenRow",
    "count_days",
    "get_board",
    "get_my_work",
    "get_off_today",
    "list_due",
    "list_likely",
    "list_seen",
]
