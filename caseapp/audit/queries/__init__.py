"""Reading the logs: proving that they are whole, who did what, who looked at what."""

from .chain import LOGS, ChainState, Verification, find_head, get_chain_state, transaction_numbers, unsealed_rows
from .logs import EventRow, LookRow, list_events, list_looks, list_reads

__all__ = [
    "LOGS",
    "ChainState",
    "EventRow",
    "LookRow",
    "Verification",
    "find_head",
    "get_chain_state",
    "list_events",
    "list_looks",
    "list_reads",
    "transaction_numbers",
    "unsealed_rows",
]
