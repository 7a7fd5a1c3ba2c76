"""The words of the night: cleaned, and refused where what the other side needs is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from caseapp.kernel import clock, text
from caseapp.kernel.errors import Invalid

REQUIRED = {
    "may_happen": "Write what may happen tonight",
    "what_to_do": "Write what the night should do",
    "whom_to_ring": "Write whom to ring, with the number",
    "happened": "Write what happened",
    "done": "Write what was done, or that nothing was",
    "day_must": "Write what the day must do, or that nothing is left to do",
    "follows": "Write what follows from it, or why nothing does",
    "reason": "Write why you need this child’s record tonight",
}

LONGEST = text.WORDS
TOO_LONG = f"Use {LONGEST:,} characters or fewer"


@dataclass(frozen=True)
class EntryTexts:
    """What the night writes: what happened and when, what was done, what the day must do."""

    happened: str
    done: str
    day_must: str
    happened_at: datetime
    from_paper: bool = False

    @property
    def as_note(self) -> str:
        """The entry as a note on the child's record."""
        lead = "Night entry, taken in from paper." if self.from_paper else "Night entry."
        return (
            f"{lead}\nWhat happened: {self.happened}\nWhat was done: {self.done}\nWhat the day must do: {self.day_must}"
        )


def cleaned(said: Mapping[str, str], **more: str) -> dict[str, str]:
    """The texts fit to store, by field. Raises Invalid for one that says nothing, and for what `more` names (field to
    message, "" where it is well)."""
    found = {field: text.clean(words)[0].strip() for field, words in said.items()}
    problems = {field: REQUIRED[field] for field, words in found.items() if text.is_blank(words)}
    problems |= {field: TOO_LONG for field, words in found.items() if len(words) > LONGEST}
    problems |= {field: message for field, message in more.items() if message}
    if problems:
        raise Invalid(problems)
    return found


def cleaned_entry(texts: EntryTexts) -> EntryTexts:
    """The same, cleaned. Raises Invalid for a missing one or a time to come."""
    said = cleaned(
        {"happened": texts.happened, "done": texts.done, "day_must": texts.day_must},
        happened_time="This is in the future" if texts.happened_at > clock.now() else "",
    )
    return EntryTexts(said["happened"], said["done"], said["day_must"], texts.happened_at, texts.from_paper)
