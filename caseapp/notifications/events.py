"""What people change about how they are told (subject: their own sign-in). That something was told is the outbox's own
row: an event for each would say nothing more."""

from caseapp.kernel.events import EventType, declare

declare(
    EventType("telling.chosen", "Chose how to be told by e-mail: {mail}", {"mail": "code:telling"}, "service"),
    EventType("calendar.made", "Made the address of their calendar", {}, "service"),
    EventType("calendar.ended", "Ended the address of their calendar", {}, "service"),
    EventType("calendar.team_made", "Made the address of the calendar of {team}", {"team": "team"}, "service"),
    EventType("calendar.team_ended", "Ended the address of the calendar of {team}", {"team": "team"}, "service"),
    EventType("digest.sent_again", "Let an e-mail be sent again, number {digest}", {"digest": "number"}, "service"),
)
