"""What the hub may decide, what each outcome makes of a contact, and the words around it. Plain rules."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from .children import ChildTold, as_list, as_object
from .document import where_words
from .fields import Path
from .lists import words

CONTACT, REFERRAL, NOTE_ON_OPEN_CASE = "contact", "referral", "note_on_open_case"
# From this contact in 12 months on, taking it no further asks what in the history was weighed (practice 26).
WEIGH_FROM = 3


@dataclass(frozen=True)
class Outcome:
    """One row: what a decision for a child makes of the contact, which case it opens, and what it needs.

    `became`: the word the census counts by (model.md). `level` and `episode`: of the case that opens, None where none
    does. `team_kind`: which team of the child's locality takes it on. `qualified`: a social-work-qualified person has
    to propose it (practice 11 and 18). `consent`: the parent has to agree.
    """

    key: str
    became: str
    level: str | None = None
    episode: str | None = None
    team_kind: str | None = None
    qualified: bool = False
    consent: bool = False

    @property
    def opens_case(self) -> bool:
        """Whether a case opens for the child."""
        return self.level is not None


OUTCOME_RULES: dict[str, Outcome] = {
    row.key: row
    for row in (
        Outcome("no_further_action", CONTACT),
        Outcome("family_help", CONTACT, "focused_family_help", "family_help", "family_help", consent=True),
        Outcome("assessment", REFERRAL, "assessment", "child_in_need", "locality", qualified=True),
        Outcome("strategy_discussion", REFERRAL, "strategy_discussion", "child_in_need", "locality", qualified=True),
        Outcome("open_case", NOTE_ON_OPEN_CASE),
    )
}


def outcome_refusal(
    outcome: str, *, child: str, has_open_case: bool, agrees: bool, holder_barred: bool = False
) -> str | None:
    """Why this outcome can't be chosen for a child, in words; None if it can.

    `has_open_case`: a child of this name and birth date has one; `holder_barred`: a conflict of interest keeps this
    referral from the team that holds it. `agrees`: a parent was told and agrees, or somebody has written down who
    agreed since.
    """
    rule = OUTCOME_RULES.get(outcome)
    if rule is None:
        return f"Choose one of the decisions shown for {child}"
    if rule.opens_case and has_open_case:
        return f"{child} has an open case: pass this to its worker. A child has one case at a time"
    if rule.became == NOTE_ON_OPEN_CASE and not has_open_case:
        return f"{child} has no open case to pass this to"
    if rule.became == NOTE_ON_OPEN_CASE and holder_barred:
        return (
            "This child’s case is held by a team that must not see this referral: move the case first, "
            "then pass this to its new worker"
        )
    if rule.consent and not agrees:
        return (
            f"Family help needs a parent’s agreement. For {child} nobody has agreed: write who did and when, "
            "or choose another decision"
        )
    return None


def parents_words(document: object) -> tuple[str, str]:
    """Whether the parents were told and agree, as (headline, detail)."""
    consent = as_object(as_object(document).get("consent"))
    told, agrees = consent.get("parent_informed"), consent.get("parent_agrees")
    reason = consent.get("reason_not_sought")
    detail = words("consent_reasons", reason) if reason else str(consent.get("who") or "")
    if told is True:
        known = "Told, and agree" if agrees is True else "Told, do not agree" if agrees is False else ""
        return known or "Told, agreement not said", detail
    return ("Not told" if told is False else "Not said whether told"), detail or "no reason given"


def parent_agrees(document: object) -> bool:
    """True if the referrer says that a parent was told and agrees."""
    consent = as_object(as_object(document).get("consent"))
    return consent.get("parent_informed") is True and consent.get("parent_agrees") is True


def concern_words(document: object, most: int = 3) -> str:
    """The worries ticked, in words: `Neglect, domestic abuse`; the first few only."""
    keys = as_list(as_object(as_object(document).get("concern")).get("categories"))
    found = [words("concerns", key) for key in keys]
    shown = [found[0], *(text[0].lower() + text[1:] for text in found[1:most])] if found else []
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return (", ".join(shown) + more) or "No worry ticked"


def join_names(names: Sequence[str]) -> str:
    """`Ann`, `Ann and Bo`, `Ann, Bo and Cy`; nothing of nothing."""
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1] if names else "") if part)


def names_together(children: Sequence[ChildTold]) -> str:
    """The children of one referral in one line; a surname that all share is said once."""
    if not children:
        return "No child named"
    lasts = {child.last_name for child in children}
    if len(children) > 1 and len(lasts) == 1 and None not in lasts and all(child.first_name for child in children):
        return join_names([str(child.first_name) for child in children]) + f" {lasts.pop()}"
    return join_names([child.shown for child in children])


def ages_together(children: Sequence[ChildTold], today: date) -> str:
    """Their ages in the same order: `9 and 6`."""
    return join_names([child.age(today) for child in children])


def contacts_about(children: int) -> str:
    """Whom a number of contacts is about: never a bare figure."""
    return "about this child" if children == 1 else "across the children"


def mark_place(path: str) -> str:
    """Where a mark stands, in words without a name: `children[0].date_of_birth` is `Child 1: Born`."""
    parts: Path = tuple(int(number) if number else name for number, name in re.findall(r"\[(\d+)\]|([^.\[\]]+)", path))
    return where_words(parts)


@dataclass(frozen=True)
class Told:
    """What the message to the referrer says of one child: name, outcome, and who works with the child now."""

    name: str
    outcome: str
    team: str
    phone: str


def draft_message(
    children: Sequence[Told], *, reference: str, why: str, parents: str, hub_phone: str, hears_by: str
) -> str:
    """The message to the referrer, for the manager to edit (practice 29).

    It says the decision and why, who works with the child and a number that is answered, what to do, whether the
    parents know, when they hear again, what to do if it gets worse, how to ask for it to be looked at again. `why` is
    what the worker wrote for the referrer, never the reasons kept in the hub.
    """
    groups: dict[tuple[str, str, str], list[str]] = {}
    for child in children:
        groups.setdefault((child.outcome, child.team, child.phone), []).append(child.name)
    decided = [
        f"What we decided for {join_names(names)}: {words('outcomes', key)}." for (key, _, _), names in groups.items()
    ]
    held = [
        f"{join_names(names)}: {team}, {phone}."
        if team
        else f"{join_names(names)}: nobody in social care. Ring the hub on {hub_phone} if you want to talk."
        for (_, team, phone), names in groups.items()
    ]
    paragraphs = (
        f"Your referral {reference}.",
        " ".join([*decided, why.strip()]),
        "Who works with the child now. " + " ".join(held),
        f"The parents. {parents}",
        f"When you hear from us again. {hears_by}",
        f"If it gets worse. If a child is in danger ring 999, then the hub on {hub_phone}. Anything new: ring us.",
        f"If you do not agree. Ring {hub_phone}, give the reference, and ask for it to be looked at again. "
        "A different manager will.",
    )
    return "\n\n".join(paragraphs)


def parents_sentence(document: object) -> str:
    """What a referrer may say to the parents, by what was said of consent."""
    consent = as_object(as_object(document).get("consent"))
    if consent.get("withhold_from_family"):
        return (
            "You asked us to keep something from the family: please go on keeping it, "
            "and ring us before you talk with them."
        )
    if consent.get("parent_informed") is True:
        return "They know about the referral; you may talk with them about it."
    return "As far as we know they have not been told. Please do not tell them yet; we will say when."


def hears_again(outcomes: Sequence[str]) -> str:
    """When the referrer hears again, by what was decided."""
    if set(outcomes) <= {"no_further_action"}:
        return "This is our last message about it, unless you ring or send something new."
    if "strategy_discussion" in outcomes:
        return "A social worker rings you today or tomorrow."
    return "The worker who takes the child on gets in touch within five working days; if nobody does, ring."
