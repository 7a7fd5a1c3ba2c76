"""What the hub does before a decision: read, rate, put right, propose."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db, fetch, write_rows
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused, Text
from caseapp.kernel.events import record
from caseapp.kernel.subjects import Subject
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.people.commands import keep_words
from caseapp.referrals.catalogue import find_choice, words
from caseapp.referrals.domain.hub import NOT_FURTHER, OUTCOME_RULES, join_names, outcome_refusal
from caseapp.referrals.domain.seeking import search_words
from caseapp.referrals.models import (
    Decision,
    DecisionChild,
    DecisionReferral,
    InputMark,
    RagRating,
    Referral,
)
from caseapp.referrals.queries.order import seen_by
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

from .bars import KNOWS_THEM_UNKNOWN, bar_named
from .open_cases import alert_open_cases

NOT_QUALIFIED = (
    "Only a social-work-qualified person makes a contact a referral. Ask a social worker in the hub to propose this, "
    "or propose another decision."
)


def lock_referral(referral_id: int) -> Referral:
    """The referral's row, held until the transaction ends, so that of two people the second waits and then looks
    again.
    """
    row = db.session.scalar(_LOCKED, {"referral": referral_id})
    if row is None:
        raise NotFound
    return row


_LOCKED = (
    sa.select(Referral)
    .where(Referral.id == sa.bindparam("referral"))
    .with_for_update()
    .execution_options(populate_existing=True)
)


def decided_words(row: Referral) -> str:
    """What was decided, when and by whom, for somebody who comes too late."""
    decision = db.session.execute(
        sa.select(Decision.id, Decision.decided_by_id)
        .join(DecisionReferral, DecisionReferral.decision_id == Decision.id)
        .where(DecisionReferral.referral_id == row.id, Decision.state.in_(("agreed", "changed")))
        .order_by(Decision.id.desc())
        .limit(1)
    ).first()
    if decision is None or decision.decided_by_id is None or row.decided_at is None:
        return "This was decided already."
    name = user_names({decision.decided_by_id}).get(decision.decided_by_id, "somebody")
    outcomes = db.session.scalars(sa.select(DecisionChild.decided).where(DecisionChild.decision_id == decision.id))
    what = "; ".join(dict.fromkeys(words("outcomes", outcome) for outcome in outcomes))
    return f"{name} decided this {when(row.decided_at)}: {what}."


def read_referral(actor: Actor, *, referral_id: int) -> None:
    """Note that the first person in the hub has opened a referral: it is with them, and its first-look clock stops.

    Opening it again, or after a colleague, changes nothing.
    """
    _note_read(actor, lock_referral(referral_id))


def _note_read(actor: Actor, row: Referral) -> None:
    if row.read_at is not None:
        return
    row.read_at, row.read_by_id = clock.now(), actor.user_id
    record(actor, "referral.read", subjects=[row.id])
    # From now on what is nearly one of these names is found, too.
    keep_words(search_words(row.document))


def rate_referral(actor: Actor, *, referral_id: int, rating: str, rationale: str, version: int) -> None:
    """Rate a referral Red, Amber or Green with the reason; the newest rating counts, and its clock runs from receipt.

    `version` is that of the page. Raises Invalid, OutOfOrder when it is decided, Conflict with both reasons when
    somebody rated it meanwhile. Sending the same rating twice makes one.
    """
    row = lock_referral(referral_id)
    if row.decided_at is not None:
        raise OutOfOrder(f"The rating can’t change any more. {decided_words(row)}")
    rationale, _ = clean(rationale)
    problems = {}
    if find_choice("ratings", rating) is None:
        problems["rating"] = "Choose Red, Amber or Green"
    if is_blank(rationale):
        problems["rationale"] = "Write why you rate it so"
    if problems:
        raise Invalid(problems)
    last = next(iter(fetch(_LAST_RATING, {"referral": row.id})), None)
    if last and (last.rated_by_id, last.rating, last.rationale) == (actor.user_id, rating, rationale):
        return
    if version != row.version and last is not None:
        name = user_names({last.rated_by_id}).get(last.rated_by_id, "Somebody")
        raise Conflict(
            f"Not rated: {name} rated this {words('ratings', last.rating)} {when(last.rated_at)}, "
            "while your page was open.",
            theirs=Text(name, last.rated_at, f"{words('ratings', last.rating)}: {last.rationale}"),
            mine=Text(actor.name, None, f"{words('ratings', rating)}: {rationale}"),
            version=row.version,
        )
    _note_read(actor, row)
    _rate(actor, row, rating, rationale)
    if rating == "red":
        alert_open_cases(actor, get_hub_page(actor, row.id))


def rate_on_arrival(actor: Actor, *, referral_id: int, rating: str, rationale: str) -> None:
    """Rate a contact as its sender does who holds the family: an urgent step-up is Red from the first minute. It stays
    unread: the hub looks at it, and rates it anew if it sees it otherwise."""
    _rate(actor, lock_referral(referral_id), rating, rationale)


def _rate(actor: Actor, row: Referral, rating: str, rationale: str) -> None:
    row.rating = rating
    row.version += 1
    rated = {"referral_id": row.id, "rating": rating, "rationale": rationale}
    write_rows(_RATE, [{**rated, "rated_at": clock.now(), "rated_by_id": actor.user_id}])
    record(actor, "referral.rated", subjects=[row.id], rating=rating, received_at=row.received_at)


_LAST_RATING: Any = (
    sa.select(RagRating.rating, RagRating.rationale, RagRating.rated_at, RagRating.rated_by_id)
    .where(RagRating.referral_id == sa.bindparam("referral"))
    .order_by(RagRating.id.desc())
    .limit(1)
)
_RATE = sa.insert(cast(sa.Table, RagRating.__table__))


def settle_mark(actor: Actor, *, referral_id: int, mark_id: int, words_given: str) -> None:
    """Say how something wrong in the input was settled. What was given stays as it is. Whoever turns out to know the
    family is kept from the referral.

    Raises NotFound for a mark of another referral, Invalid without words, OutOfOrder when a colleague settled it
    before.
    """
    mark = db.session.get(InputMark, mark_id, with_for_update=True)
    if mark is None or mark.referral_id != referral_id:
        raise NotFound
    said, _ = clean(words_given)
    if is_blank(said):
        raise Invalid({"words": "Write what you found out, or why it can stay as it is"})
    if mark.settled_at is not None:
        if (mark.settled_by_id, mark.settled_words) == (actor.user_id, said):
            return
        name = user_names({mark.settled_by_id or 0}).get(mark.settled_by_id or 0, "Somebody")
        raise OutOfOrder(f"{name} settled this {when(mark.settled_at)}: “{mark.settled_words}”.")
    mark.settled_at, mark.settled_by_id, mark.settled_words = clock.now(), actor.user_id, said
    if mark.code == KNOWS_THEM_UNKNOWN:
        bar_named(referral_id, said)
    db.session.flush()
    record(actor, "input_mark.settled", subjects=[referral_id], mark=mark_id)


def check_outcomes(
    page: HubPage, outcomes: Mapping[int, str], *, consent_words: str, history_weighed: str
) -> dict[str, str]:
    """What is wrong with a set of outcomes, by field: `outcome_<child>`, `consent_words`, `history_weighed`. Asked of
    the proposal and again of the decision, because a case may have opened in between."""
    problems: dict[str, str] = {}
    agrees = page.agrees or not is_blank(consent_words)
    for line in page.lines:
        outcome = line.pick(outcomes)
        if not outcome:
            problems[f"outcome_{line.id}"] = f"Choose a decision for {line.name}"
            continue
        refusal = outcome_refusal(
            outcome,
            child=line.name,
            has_open_case=page.open_case_for(line) is not None,
            agrees=agrees,
            holder_barred=page.open_case_to_tell(line) is None,
            in_family_help=page.steps_up(line, outcome),
        )
        if refusal:
            problems[f"outcome_{line.id}"] = refusal
    if NOT_FURTHER & set(outcomes.values()) and page.weigh and is_blank(history_weighed):
        problems["history_weighed"] = (
            f"This is one of {page.contacts_12m} contacts in 12 months. Write what in the history you weighed"
        )
    return problems


def check_qualified(actor: Actor, outcomes: Mapping[int, str]) -> None:
    """Raise Refused if an outcome makes the contact a referral and the actor is not social-work qualified (practice
    11, 18).
    """
    if not actor.qualified and any(OUTCOME_RULES[key].qualified for key in outcomes.values() if key in OUTCOME_RULES):
        raise Refused(NOT_QUALIFIED + actor.registration_words)


@dataclass(frozen=True)
class Proposed:
    """What somebody proposes. `outcomes`: by any row of a child. `reasons` stay in the hub; `advice` is for those who
    told us, in their words. `history_weighed`: asked from the third contact in 12 months when nothing more is to
    happen. `consent_words`: who agreed to family help where no referrer could say. `together`: references of other
    contacts about the family that this answers too. `same`: rows of children to rows that tell of the same child, as a
    person says."""

    outcomes: Mapping[int, str]
    reasons: str
    advice: str
    history_weighed: str = ""
    consent_words: str = ""
    together: Collection[str] = ()
    same: Mapping[int, int] = field(default_factory=dict)


def propose_decision(actor: Actor, *, referral_id: int, **given: Any) -> int:
    """Propose a decision for each child (the fields of `Proposed`) to a manager; gives the proposal's number.

    Raises Invalid by field, Refused for an unqualified proposer, OutOfOrder when one of the contacts is not rated yet,
    is proposed or decided already, or can't be seen.
    """
    proposed = Proposed(**given)
    rows = _lock_together(actor, referral_id, proposed.together)
    row = next(each for each in rows if each.id == referral_id)
    page = get_hub_page(actor, referral_id, together=proposed.together, same=proposed.same)
    texts = {name: clean(getattr(proposed, name))[0] for name in _TEXTS}
    if row.decided_at is not None and page.state == "decided":
        raise OutOfOrder(f"There is nothing left to propose. {decided_words(row)}")
    waiting = page.open_proposal
    if waiting is not None:
        same = (waiting.proposed_by_id, waiting.reasons, waiting.proposed)
        if same == (actor.user_id, texts["reasons"], page.expand(proposed.outcomes)):
            return waiting.id
        raise OutOfOrder(_waits(waiting.proposed_by, waiting.proposed_at))
    for each in rows:
        if each.id != referral_id and each.state != "received":
            raise OutOfOrder(_taken(each, page))
    _check_rated(page)
    _check_proposal(page, proposed, texts)
    check_qualified(actor, proposed.outcomes)
    for each in rows:
        _note_read(actor, each)
    return _write_proposal(actor, rows, page, proposed, texts)


_TEXTS = ("reasons", "advice", "history_weighed", "consent_words")


def _lock_together(actor: Actor, referral_id: int, together: Collection[str]) -> list[Referral]:
    """The rows of all contacts of a proposal, held until the transaction ends, always taken in one order.

    Raises OutOfOrder where one of them can't be found: it is gone, or not for this person.
    """
    ids = {referral_id}
    if together:
        found = db.session.execute(
            sa.select(Referral.id, Subject.reference)
            .join(Subject, Subject.id == Referral.id)
            .where(Subject.reference.in_(together), seen_by(actor))
        ).all()
        if {row.reference for row in found} != set(together):
            raise OutOfOrder("One of these contacts is no longer here. Choose again which belong together.")
        ids |= {row.id for row in found}
    return [lock_referral(number) for number in sorted(ids)]


def _waits(who: str, at: datetime) -> str:
    return f"{who} proposed a decision {when(at)}. It waits for a manager."


def _taken(row: Referral, page: HubPage) -> str:
    """Why another contact can't be part of this proposal: who was quicker, in words."""
    reference = next((each.reference for each in page.contacts if each.id == row.id), "One of these contacts")
    if row.decided_at is not None and row.state == "decided":
        return f"{reference} is decided already. {decided_words(row)} Choose again which belong together."
    decision = db.session.execute(
        sa.select(Decision.proposed_by_id, Decision.proposed_at)
        .join(DecisionReferral, DecisionReferral.decision_id == Decision.id)
        .where(DecisionReferral.referral_id == row.id, Decision.state == "proposed")
    ).one()
    name = user_names({decision.proposed_by_id}).get(decision.proposed_by_id, "Somebody")
    return f"{reference} is part of another proposal. {_waits(name, decision.proposed_at)}"


def _check_rated(page: HubPage) -> None:
    unrated = [each.reference for each in page.together if each.rating is None]
    if unrated == [page.reference]:
        raise OutOfOrder("Rate it first, with the reason. Then propose a decision.")
    if unrated:
        raise OutOfOrder(
            f"Open, read and rate each of them first. Not rated yet: {join_names(unrated)}. Then propose a decision."
        )


def _check_proposal(page: HubPage, proposed: Proposed, texts: Mapping[str, str]) -> None:
    """Raise Invalid, by field, if the proposal is not whole."""
    problems = check_outcomes(
        page, proposed.outcomes, consent_words=texts["consent_words"], history_weighed=texts["history_weighed"]
    )
    if is_blank(texts["reasons"]):
        problems["reasons"] = "Write why this level, and not the one above or below"
    if is_blank(texts["advice"]):
        problems["advice"] = "Write what we tell the referrer: why, and what to do and watch for"
    if problems:
        raise Invalid(problems)


def _write_proposal(
    actor: Actor, rows: Sequence[Referral], page: HubPage, proposed: Proposed, texts: Mapping[str, str]
) -> int:
    decision = Decision(
        referral_id=page.id,
        state="proposed",
        reasons=texts["reasons"],
        history_weighed=texts["history_weighed"] or None,
        advice=texts["advice"],
        consent_words=texts["consent_words"] or None,
        proposed_at=clock.now(),
        proposed_by_id=actor.user_id,
    )
    db.session.add(decision)
    db.session.flush()
    for row in rows:
        row.state = "proposed"
        row.version += 1
    write_rows(_PROPOSE_FOR, [{"decision_id": decision.id, "referral_id": row.id} for row in rows])
    write_rows(
        _PROPOSE_CHILD,
        [
            {
                "decision_id": decision.id,
                "child_id": number,
                "proposed": line.pick(proposed.outcomes),
                "same_as_id": line.id if number != line.id else None,
            }
            for line in page.lines
            for number in line.row_ids
        ],
    )
    record(actor, "decision.proposed", subjects=[row.id for row in rows], decision=decision.id)
    return decision.id


_PROPOSE_FOR = sa.insert(cast(sa.Table, DecisionReferral.__table__))
_PROPOSE_CHILD = sa.insert(cast(sa.Table, DecisionChild.__table__))
