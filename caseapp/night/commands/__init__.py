"""What changes at night and around it. Split by who does it: the hub's handing over, the child's record, the day."""

from .children import Alert, leave_alert, let_in, open_record, withdraw_alert, write_child_entry
from .handing import accept, acknowledge, hand_over, keep_in_hub, take_on, write_entry
from .texts import EntryTexts

__all__ = [
    "Alert",
    "EntryTexts",
    "accept",
    "acknowledge",
    "hand_over",
    "keep_in_hub",
    "leave_alert",
    "let_in",
    "open_record",
    "take_on",
    "withdraw_alert",
    "write_child_entry",
    "write_entry",
]
