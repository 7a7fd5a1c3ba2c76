"""What the hub may decide, what each outcome makes of a contact, and the words around it. Plain rules."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from caseapp.people.domain.names import AGE_NOT_KNOWN

from .children import ChildTold, as_list, as_object, as_text
from .document import where_words
from .fields import Path
from .lists import words
from .protect import must_ring_first, said_both_ways, why_not_told

CONTACT, REFERRAL, NOTE_ON_OPEN_CASE = "contact", "referral", "note_on_open_case"
# From this contact in 12 months on, taking it no further asks what in the history was weighed (practice 26).
WEIGH_FROM = 3
# Outcomes after which nobody of ours works with the child.
NOT_FURTHER = frozenset({"no_further_action", "advice"})
NOT_AGREED = "Told, do not agree"
SAID_BOTH_WAYS = "Said both ways"


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
        Outcome("advice", CONTACT),
        Outcome("family_help", CONTACT, "focused_family_help", "family_help", "family_help", consent=True),
        Outcome("assessment", REFERRAL, "assessment", "child_in_need", "locality", qualified=True),
        Outcome("strategy_discussion", REFERRAL, "strategy_discussion", "child_in_need", "locality", qualified=True),
        Outcome("open_case", NOTE_ON_OPEN_CASE),
    )
}


def outcome_refusal(
    outcome: str,
    *,
    child: str,
    has_open_case: bool,
    agrees: bool,
    holder_barred: bool = False,
    in_family_help: bool = False,
) -> str | None:
    """Why this outcome can't be chosen for a child, in words; None if it can.

    `has_open_case`: a child of this name and birth date has one; `holder_barred`: a conflict of interest keeps this
    referral from the team that holds it. `agrees`: a parent was told and agrees, or somebody has written down who
    agreed since. `in_family_help`: family help holds the open case, and this outcome hands it up to social work.
    """
    rule = OUTCOME_RULES.get(outcome)
    if rule is None:
        return f"Choose one of the decisions shown for {child}"
    if rule.opens_case and has_open_case and not in_family_help:
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
    if said_both_ways(document):
        return SAID_BOTH_WAYS, f"told, and agree; but also: {detail[:1].lower()}{detail[1:]}. Ask the referrer"
    if told is True:
        known = "Told, and agree" if agrees is True else NOT_AGREED if agrees is False else ""
        return known or "Told, agreement not said", detail
    return ("Not told" if told is False else "Not said whether told"), detail or "no reason given"


def parent_agrees(document: object) -> bool:
    """True if the referrer says that a parent was told and agrees, and nothing that contradicts it."""
    consent = as_object(as_object(document).get("consent"))
    told = consent.get("parent_informed") is True and consent.get("parent_agrees") is True
    return told and not said_both_ways(document)


def concern_words(document: object, most: int = 3) -> str:
    """The worries ticked, in words: `Neglect, domestic abuse`; the first few only. A police notification ticks none:
    its incident stands there."""
    keys = as_list(as_object(as_object(document).get("concern")).get("categories"))
    found = [words("concerns", key) for key in keys]
    shown = [found[0], *(text[0].lower() + text[1:] for text in found[1:most])] if found else []
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return (", ".join(shown) + more) or _police_words(document) or "No worry ticked"


def _police_words(document: object) -> str:
    """`Police notification, incident 14/204511/26`; nothing for a form without a part of the police."""
    told = as_object(as_object(document).get("police"))
    if not told:
        return ""
    incident = as_text(told.get("incident_number"))
    return f"Police notification, incident {incident}" if incident else "Police notification"


def police_risk(document: object) -> str:
    """How the police grade the risk, in words: `High`; nothing where they did not."""
    grading = as_object(as_object(document).get("police")).get("grading")
    return words("police_gradings", grading) if as_text(grading) else ""


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
    """Their ages in the same order: `9 and 6`; that none is known is said once."""
    ages = [child.age(today) for child in children]
    return "ages not known" if len(ages) > 1 and set(ages) == {AGE_NOT_KNOWN} else join_names(ages)


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


def draft_public_message(*, reference: str, hub_phone: str) -> str:
    """What somebody of the family, a neighbour or a caller is told: that we acted, what to do, whom to ring. Never what
    was decided about a family, who works with it, or that anybody else has told us."""
    paragraphs = (
        f"Thank you for telling us. Your reference is {reference}.",
        "We have read what you told us, and a social worker and a manager have decided what to do. "
        "What happens with a family is private to them, so we cannot tell you more. We will not say who told us.",
        f"If you see or hear something new, ring us on {hub_phone} and give the reference. "
        "If a child is in danger ring 999 first.",
        f"If you think we got it wrong, ring {hub_phone} and ask for it to be looked at again. "
        "A different manager will.",
    )
    return "\n\n".join(paragraphs)


_FOR_FAMILY = {
    "no_further_action": "We will not do anything more now.",
    "advice": "We will not do anything more now. Other people can help you if you want it: ask us who.",
    "family_help": "You said yes to help for your family. Somebody from family help will ring you to arrange a visit.",
    "assessment": "A social worker will visit you, to find out what would help. They will ring you first.",
    "strategy_discussion": "A social worker will talk with you very soon about what we are worried about.",
    "open_case": "Your worker will talk with you about it.",
}


def draft_family_message(outcomes: Mapping[str, str], *, hub_phone: str) -> str:
    """The letter to the family, in words for a reader of ten: what we decided for each child (name to outcome), and
    what they can do. It never says who told us, or what."""
    by_outcome: dict[str, list[str]] = {}
    for name, outcome in outcomes.items():
        by_outcome.setdefault(outcome, []).append(name)
    decided = [f"{join_names(names)}: {_FOR_FAMILY[outcome]}" for outcome, names in by_outcome.items()]
    paragraphs = (
        "Somebody was worried about your family and told us. We have talked about it and decided what to do.",
        *decided,
        f"If you want to ask something, or you do not agree, ring us on {hub_phone}. You can have somebody with you.",
    )
    return "\n\n".join(paragraphs)


def why_no_family_letter(documents: Sequence[object]) -> str:
    """Why no letter to the family is drafted, in words; empty where every contact says that the parents were told, and
    none holds anything to be kept from them."""
    return next((why for each in documents if (why := why_not_told(each))), "")


# Family, neighbours, the child, a stranger (Children in Need census, referral source); and who gave no source.
_PUBLIC, _UNKNOWN = frozenset({"1A", "1B", "1C", "1D"}), frozenset({None, "9", "10"})


def is_public(source_code: str | None, *, known_agency: bool, agency_given: str) -> bool:
    """Whether somebody told us for no agency: they hear that we acted, never what we decided about a family."""
    if known_agency:
        return False
    return source_code in _PUBLIC or (source_code in _UNKNOWN and not agency_given)


def parents_sentence(document: object, others: Sequence[object] = ()) -> str:
    """What a referrer may say to the parents, by what was said of consent and of what must be protected, in their
    contact and in the others that are decided with it."""
    if must_ring_first(document, others):
        return "Do not speak with the parents about this before we have rung you."
    return "They know about the referral; you may talk with them about it."


def hears_again(outcomes: Sequence[str]) -> str:
    """When the referrer hears again, by what was decided."""
    if set(outcomes) <= NOT_FURTHER:
        return "This is our last message about it, unless you ring or send something new."
    if "strategy_discussion" in outcomes:
        return "A social worker rings you today or tomorrow."
    return "The worker who takes the child on gets in touch within five working days; if nobody does, ring."
