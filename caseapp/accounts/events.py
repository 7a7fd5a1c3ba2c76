"""What happens to accounts."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("user.created", "Sign-in made", {}, "service"),
    EventType("user.signed_in", "Signed in", {}, "service"),
    EventType("user.signed_out", "Signed out", {}, "service"),
    EventType("user.signed_out_elsewhere", "Signed out everywhere else", {}, "service"),
    EventType("user.password_changed", "Password changed; all other sign-ins ended", {}, "service"),
    EventType("user.disabled", "Sign-in switched off; open work goes to the manager", {}, "service", important=True),
    EventType("user.enabled", "Sign-in switched on again", {}, "service"),
)
