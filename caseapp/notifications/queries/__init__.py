"""What is to be told, what was told, and what a calendar shows."""

from .digests import DigestPage, DigestRow, Letter, find_digest, get_letter, list_digests, wanting_digest
from .feeds import Feed, FeedClock, FeedRow, feed_entries, find_feed, list_feeds
from .own import PAGE, ReminderRow, chosen_mail, count_unread, list_own
from .telling import to_tell

__all__ = [
    "PAGE",
    "DigestPage",
    "DigestRow",
    "Feed",
    "FeedClock",
    "FeedRow",
    "Letter",
    "ReminderRow",
    "chosen_mail",
    "count_unread",
    "feed_entries",
    "find_digest",
    "find_feed",
    "get_letter",
    "list_digests",
    "list_feeds",
    "list_own",
    "to_tell",
    "wanting_digest",
]
