"""Who is told by their place alone, where a reminder leads, what people can choose, and how long things last."""

from datetime import timedelta

# Roles that everybody in a kind of team has for every clock: (kind of team, role there), and the kinds of subject.
EVERYWHERE: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "hub_manager": ("hub", "manager", ("referral",)),
    "head": ("service", "head", ("referral", "case", "handover", "night", "look_back")),
    "night_worker": ("out_of_hours", "worker", ("night",)),
}
# Heads read counts and lists by reference without a grant (model.md section 4); only a bar keeps them from one.
WITHOUT_REACH = "head"

# Why somebody was told, in words.
WHY = {
    "worker": "you work with the child, or stand in for whoever does",
    "team_manager": "your team holds the case",
    "hub_worker": "you have it in the hub",
    "hub_manager": "you manage the hub",
    "night_worker": "you work out of hours",
    "head": "you are the head of service",
}

# Kind of subject to the page that shows it.
PAGES = {
    "case": "cases.show",
    "referral": "referrals.show",
    "handover": "pathway.show",
    "look_back": "pathway.look_back",
    "night": "night.work",
}

# How a person wants the daily e-mail.
DAILY, LATE_ONLY, STATUTORY_ONLY = "daily", "late", "statutory"
CHOICES = {
    DAILY: "Every working day on which something is new",
    LATE_ONLY: "Only when something is late",
    STATUTORY_ONLY: "Only when something that the law sets is late",
}

# A sender that has not said how it ended after this long was killed.
LEASE = timedelta(minutes=10)
# So many mails in one go: the sweep has other things to do.
BATCH = 50

MOST_ENTRIES = 2000

# What was due longer ago than this leaves the outbox: three times as long as lateness is told
# (`windows.LATE_TOLD_FOR`), so that a quarter's reminders can be looked up. The clocks, and what was done about them,
# stay.
KEPT_FOR = timedelta(days=90)
CLEARED_AT_ONCE = 5_000
