"""What happens to a referral after it was sent, in words: additions, sent in error, looked at again. Plain rules."""

from .children import as_object

WORDS, IN_ERROR = "words", "in_error"
# What a manager says after looking again.
STANDS, ANEW = "stands", "anew"
# How many characters an addition, or a reason, may hold; the form counts them too.
LONGEST = 10_000


def news_words(additions: int, at: str, *, decided: bool = False, in_error: bool = False, again: bool = False) -> str:
    """Why a referral that was read stands at the top again.

    "New since it was read: 1 addition at 14:05". `at` is the moment of the last one in words, with its preposition;
    `decided`: the hub has decided; `again`: a manager put it back, because the referrer asked for that.
    """
    if additions:
        head = "Added after the decision" if decided else "New since it was read"
        several = "1 addition" if additions == 1 else f"{additions} additions, the last"
        error = ". Its sender says that it was sent in error" if in_error else ""
        return f"{head}: {several} {at}{error}"
    return f"To be decided again, since a manager looked at it again {at}" if again else ""


def about_own_staff(document: object) -> bool:
    """Whether a referral is about somebody who works for the agency that sent it: then it stays with its author
    (practice 6). Takes any JSON."""
    return as_object(as_object(document).get("referrer")).get("about_own_staff") is True


def danger_words(at: str) -> str:
    """The signal of an addition that tells of danger: like the form's own, with its time."""
    return f"The referrer added {at}: in danger now"


def closed_words(contact: str, phone: str, *, until: str) -> str:
    """That an agency is closed and who is reached then, "Closed until Mon 4 Jan; holiday contact: Ann Lee, 01632 9".

    `until` is the last closed day in words.
    """
    return f"Closed until {until}; holiday contact: {', '.join(part for part in (contact, phone) if part)}"
