"""What happens to accounts."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("user.created", "Sign-in made", {}, "service"),
    EventType("user.signed_in", "Signed in", {}, "service"),
    EventType("user.signed_out", "Signed out", {}, "service"),
    EventType("user.signed_out_elsewhere", "Signed out everywhere else", {}, "service"),
    EventType("user.password_changed", "Password changed; all other sign-ins ended", {}, "service"),
    EventType("user.disabled", "Sign-in switched off; open work goes to the manager", {}, "service", important=True),
    EventType("user.deputy_added", "Deputy in a safeguarding group", {"team": "team"}, "service", important=True),
    EventType(
        "user.deputy_removed", "No longer deputy in a safeguarding group", {"team": "team"}, "service", important=True
    ),
    EventType("agency.closed_weeks_added", "Closed weeks kept", {"agency": "agency", "weeks": "number"}, "service"),
    EventType(
        "agency.closed_weeks_removed", "Closed weeks taken back", {"agency": "agency", "weeks": "number"}, "service"
    ),
    EventType("user.enabled", "Sign-in switched on again", {}, "service"),
    EventType("user.invited", "Invited by a one-time link", {}, "service"),
    EventType("user.reset_made", "One-time link made for a new password", {}, "service", important=True),
    EventType("user.password_set", "Password set by a one-time link; all sign-ins ended", {}, "service"),
    EventType("user.unlocked", "Unlocked with {kind}", {"kind": "code:unlocked_with"}, "service"),
    EventType("user.second_factor_added", "Second step added: {kind}", {"kind": "code:second_factor"}, "service"),
    EventType("user.second_factor_removed", "Second step removed: {kind}", {"kind": "code:second_factor"}, "service"),
    EventType(
        "user.second_factor_reset",
        "Second step taken away by an administrator: {why}",
        {"why": "code:second_factor_lost"},
        "service",
        important=True,
    ),
    EventType("user.recovery_codes_made", "Recovery codes made", {}, "service"),
    EventType("user.used_recovery_code", "Recovery code used", {}, "service"),
    EventType("user.suspended", "Sign-in suspended, as nobody used it", {}, "service", important=True),
    EventType("user.suspension_lifted", "Suspension lifted", {}, "service"),
)

# Subjects: the person's sign-in, if they have one. Who is away and why is about staff, never about a child.
_PERIOD = {"professional": "professional", "since": "day", "until": "day"}
declare(
    EventType("staff.absence.set", "{professional} is away from {since} until {until}", _PERIOD, "service"),
    EventType("staff.absence.ended", "{professional} is back", {"professional": "professional"}, "service"),
    EventType(
        "staff.cover.put",
        "{covering} covers for {professional} from {since} until {until}",
        {**_PERIOD, "covering": "professional"},
        "service",
    ),
    EventType(
        "staff.cover.ended",
        "{covering} no longer covers for {professional}",
        {"professional": "professional", "covering": "professional"},
        "service",
    ),
    EventType(
        "staff.duty.put",
        "{professional} is on duty for {team} on {day}, {part}",
        {"professional": "professional", "team": "team", "day": "day", "part": "code:day_part"},
        "service",
    ),
    EventType(
        "staff.duty.taken_off",
        "{professional} is not on duty for {team} on {day}, {part}",
        {"professional": "professional", "team": "team", "day": "day", "part": "code:day_part"},
        "service",
    ),
    EventType(
        "staff.registration.checked",
        "Registration of {professional} checked on {checked}, holds until {until}",
        {"professional": "professional", "checked": "day", "until": "day"},
        "service",
        important=True,
    ),
    EventType(
        "staff.added",
        "{professional} works for {team}, without a sign-in",
        {"professional": "professional", "team": "team"},
        "service",
    ),
    EventType("staff.left", "{professional} has left", {"professional": "professional"}, "service"),
    EventType(
        "staff.place.given",
        "Place in {team} as {role} from {since} until {until}",
        {"team": "team", "role": "code:staff_role", "since": "day", "until": "day"},
        "service",
        important=True,
    ),
    EventType(
        "staff.place.ended",
        "Place in {team} as {role} ends after {until}",
        {"team": "team", "role": "code:staff_role", "until": "day"},
        "service",
        important=True,
    ),
    EventType(
        "staff.confirmed", "Confirmed: {professional} still works here", {"professional": "professional"}, "service"
    ),
    EventType(
        "staff.task.made",
        "{team} has to see to a leaver's work: {kind}, {amount}",
        {"team": "team", "kind": "code:staff_task", "amount": "number"},
        "service",
    ),
    EventType(
        "staff.task.done",
        "{team} has seen to a leaver's work: {kind}",
        {"team": "team", "kind": "code:staff_task"},
        "service",
    ),
)
