"""What a search finds. Split by what is found; called as `search.queries.<name>`."""

from .people import PersonHit
from .referrals import ReferralHit
from .results import Found, Kept, find, get_search, list_recent, opens

__all__ = ["Found", "Kept", "PersonHit", "ReferralHit", "find", "get_search", "list_recent", "opens"]
