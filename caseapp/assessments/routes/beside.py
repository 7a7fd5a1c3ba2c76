"""What stands beside an assessment that is being written, and can be put into it with its source and date."""

from dataclasses import dataclass

from caseapp.access.domain import Actor
from caseapp.assessments import queries
from caseapp.assessments.queries import Fact
from caseapp.assessments.slots import WHAT_WAS_SAID
from caseapp.cases.queries import Entry


@dataclass(frozen=True)
class Known:
    """What is known: of the register, what the referral said, and the chronology, each entry with words with what a
    quote of it would be; `before`: there is more further back."""

    facts: tuple[Fact, ...]
    said: tuple[Fact, ...]
    entries: tuple[tuple[Entry, Fact | None], ...]
    before: bool


def known_beside(actor: Actor, page: queries.AssessmentPage) -> Known:
    """All that may be put into this assessment by this reader."""
    said = [row for answer in WHAT_WAS_SAID for row in answer(actor, page.referral_ids)]
    found = queries.family_chronology(actor, page.case_ids)
    return Known(
        tuple(queries.list_facts(actor, page.family_id)),
        tuple(Fact(f"said:{place}", heading, words, "as told") for place, (heading, words) in enumerate(said)),
        tuple((entry, _entry(entry)) for entry in found),
        found.before is not None,
    )


def _entry(entry: Entry) -> Fact | None:
    if not entry.words:
        return None
    return Fact(f"entry:{entry.id}", f"{entry.when}, {entry.title}", entry.words.strip(), entry.source)


def quote_of(actor: Actor, page: queries.AssessmentPage, key: str) -> str | None:
    """The words to put in for a key of the page; None for one that this reader is not shown."""
    known = known_beside(actor, page)
    rows = [*known.facts, *known.said, *(row for _, row in known.entries if row)]
    return next((row.quoted for row in rows if row.key == key), None)


def into_choices(page: queries.AssessmentPage) -> dict[str, str]:
    """The parts into which something may be put: field name to heading, in the order of the page."""
    kind = page.kind
    found = {part.key: part.heading for part in kind.before}
    for child in page.children:
        found |= {f"{part.key}_{child.case_id}": part.heading.format(name=child.name) for part in kind.for_child}
    return found | {part.key: part.heading for part in (*kind.around, *kind.meaning, *kind.sources)}
