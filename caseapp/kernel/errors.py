"""What can go wrong in a way that a person is told about. Each class has one HTTP answer, given in kernel.web."""

from dataclasses import dataclass
from datetime import datetime


class AppError(Exception):
    """Base of all refusals: nothing was changed, and the page says why."""

    status = 500


class NotFound(AppError):
    """No such thing, or not for this reader: one answer for both."""

    status = 404


class SignInNeeded(AppError):
    """Nobody is signed in, or the session has ended."""

    status = 401


class Refused(AppError):
    """The reader may see the thing but may not do this with it. `str(error)` is the reason in words."""

    status = 403


class OutOfOrder(AppError):
    """The step does not follow from where things stand. `str(error)` is the reason in words."""

    status = 409


@dataclass(frozen=True)
class Text:
    """One of two texts that met: whose, from when, and the words."""

    who: str
    at: datetime | None
    words: str


class Conflict(AppError):
    """Somebody was quicker. Keeps both texts so that the second person can decide."""

    status = 409

    def __init__(
        self, message: str, *, theirs: Text | None = None, mine: Text | None = None, version: int | None = None
    ) -> None:
        super().__init__(message)
        self.theirs, self.mine, self.version = theirs, mine, version


class Invalid(AppError):
    """Input that a command cannot take: field name to message. Routes put the messages at the fields."""

    status = 422

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__("; ".join(problems.values()))
        self.problems = problems


class Unavailable(AppError):
    """Something that must be written could not be, so nothing is shown and nothing was changed."""

    status = 503


class CannotMake(Unavailable):
    """A file that this server lacks the means to make. `str(error)` says what to do instead."""


class TooMany(AppError):
    """Slowed down: try again in `seconds`."""

    status = 429

    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds
