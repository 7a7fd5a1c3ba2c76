"""What the head's pages read."""

from .counting import Names, Numbers, TeamName, get_numbers, list_names
from .lists import Asked, ListRow, Page, cut_words, get_all, get_list, is_cut, tell

__all__ = [
    "Asked",
    "ListRow",
    "Names",
    "Numbers",
    "Page",
    "TeamName",
    "cut_words",
    "get_all",
    "get_list",
    "get_numbers",
    "is_cut",
    "list_names",
    "tell",
]
