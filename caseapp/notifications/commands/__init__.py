"""Putting into the outbox, sending what is in it, and what people decide about how they are told."""

from .feeds import end_feed, make_feed, open_feed, write_look
from .mailing import Mailer, MailFailed, Settings
from .own import choose_mail, mark_read
from .sending import compose, let_go_again, send_waiting
from .telling import Told, clear_outbox, make_digests, put_in_outbox, tell

__all__ = [
    "MailFailed",
    "Mailer",
    "Settings",
    "Told",
    "choose_mail",
    "clear_outbox",
    "compose",
    "end_feed",
    "let_go_again",
    "make_digests",
    "make_feed",
    "mark_read",
    "open_feed",
    "put_in_outbox",
    "send_waiting",
    "tell",
    "write_look",
]
