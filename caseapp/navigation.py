"""Where the navigation leads: the places to start from, in their order, each with the permission that shows it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NavItem:
    """One entry of the main navigation, shown to whoever holds the permission; `also` are the pages that count as
    inside it."""

    label: str
    endpoint: str
    permission: str
    also: tuple[str, ...] = ()


NAVIGATION: tuple[NavItem, ...] = (
    NavItem("Not acknowledged", "desk.alerts", "desk:alerts"),
    NavItem(
        "Team board",
        "desk.team_board",
        "desk:team_board",
        ("desk.team_due", "desk.team_calendar", "desk.team_likely", "desk.team_seen", "pathway.to_mend"),
    ),
    NavItem("My work", "desk.my_work", "desk:my_work", ("desk.likely",)),
    NavItem(
        "Hub queue",
        "referrals.queue",
        "referral:queue",
        (
            "referrals.marks",
            "referrals.ask_page",
            "referrals.ask_give",
            "referrals.begin_call",
            "referrals.show",
            "referrals.decision",
            "referrals.rate",
            "referrals.propose",
            "referrals.decide",
            "referrals.to_ring",
            "referrals.asked_again",
            "referrals.look_again",
            "referrals.answer",
            "referrals.known",
            "referrals.say_known",
            "referrals.take_back_known",
        ),
    ),
    NavItem(
        "Night list", "night.night", "night:list", ("night.work", "night.card", "night.find", "night.new_child_entry")
    ),
    NavItem("Closing list", "night.closing", "night:closing", ("night.own",)),
    NavItem("From the night", "night.morning", "night:morning", ("night.acknowledge",)),
    NavItem(
        "What is late",
        "deadlines.late_list",
        "clock:list_late",
        ("deadlines.late_of", "deadlines.late_reason", "deadlines.answer_late"),
    ),
    NavItem(
        "Handovers",
        "pathway.index",
        "handover:list",
        ("pathway.show", "pathway.step_down", "pathway.lead", "pathway.panel"),
    ),
    NavItem("Police notifications", "notices.index", "notice:create", ("notices.new", "notices.take", "notices.show")),
    NavItem(
        "My referrals",
        "referrals.list_own",
        "referral:list_own",
        (
            "referrals.show_receipt",
            "referrals.add",
            "referrals.add_it",
            "referrals.in_error",
            "referrals.say_error",
            "referrals.want_again",
            "referrals.ask_for_it",
            "referrals.disagree",
            "referrals.group",
            "referrals.deputy",
            "referrals.closed",
        ),
    ),
    NavItem(
        "New referral",
        "referrals.new_referral",
        "referral:create",
        (
            "referrals.show_page",
            "referrals.save_page",
            "referrals.ask_discard",
            "referrals.show_brief",
            "referrals.save_brief",
            "referrals.save_files",
            "referrals.known_to_caller",
        ),
    ),
    NavItem("Asked to lead", "pathway.leading_list", "leading:list", ("pathway.leading_request",)),
    NavItem(
        "Plans",
        "plans.index",
        "plan:list",
        tuple(
            f"plans.{page}"
            for page in ("show", "group", "meeting", "new_meeting", "new_action", "ask_change", "ask_done", "words")
        ),
    ),
    NavItem(
        "Reminders",
        "notifications.index",
        "reminder:list",
        ("notifications.settings", "notifications.make_calendar_address"),
    ),
    # Hub managers, whose line is full, find it beside their queue.
    NavItem(
        "Duplicates",
        "people.duplicates",
        "insight:read",
        ("people.doubles", "people.say_of_double"),
    ),
    NavItem(
        "The service at a glance",
        "insight.index",
        "insight:read",
        ("insight.show_list", "pathway.panel", "pathway.to_mend"),
    ),
    NavItem("By agency and week", "insight.agencies", "insight:read"),
    NavItem("Definitions", "insight.definitions", "insight:read"),
    NavItem("Samples", "insight.list_samples", "insight:read", ("insight.sample", "insight.draw")),
    NavItem(
        "Deadlines",
        "deadlines.rules",
        "policy:decisions",
        tuple(
            f"deadlines.{page}"
            for page in (
                "rule",
                "calendar",
                "decisions",
                "decision",
                "decide",
                "decide_days",
                "decide_days_it",
                "decide_rule",
                "decide_rule_it",
            )
        ),
    ),
    NavItem("Event log", "audit.events", "audit:read"),
    NavItem("Who looked at what", "audit.reads", "audit:read"),
    NavItem("Seal", "audit.seals", "audit:read"),
    NavItem("My team", "accounts.my_team", "staff:manage", ("accounts.team_person", "desk.off_today")),
    NavItem("Our people", "accounts.our_people", "staff:confirm"),
    NavItem(
        "People who sign in",
        "accounts.people",
        "account:administer",
        ("accounts.ask_disable", "accounts.ask_enable", "accounts.ask_invite", "accounts.person_sign_in"),
    ),
    NavItem("Outbox", "notifications.outbox", "outbox:read", ("notifications.show_mail",)),
)

# Foot of every page of somebody who is signed in.
SIGNED_IN = (
    {"label": "Your account", "url": "/accounts/me"},
    {"label": "Every deadline, explained", "url": "/deadlines/"},
    {"label": "Levels, explained", "url": "/pathway/levels"},
)

SIGN_OUT = "/accounts/sign-out"
FIND = "/search/"
