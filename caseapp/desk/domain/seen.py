"""How long ago a child was last seen, in words."""

from dataclasses import dataclass
from datetime import date, datetime

from caseapp.deadlines.domain import NBSP, how_many
from caseapp.kernel.clock import to_london


@dataclass(frozen=True)
class LastSeen:
    """When a child was last seen, or, if never since the case was opened, when that was; and whether that is longer ago
    than the local alarm length."""

    at: datetime
    ever: bool
    late: bool

    def days(self, today: date) -> int:
        """Whole days since then."""
        return max(0, (today - to_london(self.at).date()).days)

    def words(self, today: date) -> str:
        """'not seen for 19 days', 'seen today'; of one who was never seen: 'not seen since the case was opened, 19 days
        ago'."""
        days = self.days(today)
        if not self.ever:
            return f"not seen since the case was opened, {how_many(days, 'day', NBSP) + ' ago' if days else 'today'}"
        return f"not seen for {how_many(days, 'day', NBSP)}" if days else "seen today"
