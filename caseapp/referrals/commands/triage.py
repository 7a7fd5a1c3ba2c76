"""What the hub does before a decision: read, rate, put right, propose."""

from collections.abc import Mapping

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import user_names
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder, Refused, Text
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank
from caseapp.kernel.web import when
from caseapp.referrals.catalogue import find_choice, words
from caseapp.referrals.domain.hub import OUTCOME_RULES, outcome_refusal
from caseapp.referrals.models import Decision, DecisionChild, InputMark, RagRating, Referral
from caseapp.referrals.queries.referral_page import HubPage, get_hub_page

NOT_QUALIFIED = (
    "Only a social-work-qualified person makes a contact a referral. Ask a social worker in the hub to propose this, "
    "or propose another decision."
)


def lock_referral(referral_id: int) -> Referral:
    """The referral's row, held until the transaction ends, so that of two people the second waits and then looks
    again.
    """
    row = db.session.get(Referral, referral_id, with_for_update=True)
    if row is None:
        raise NotFound
    return row


def decided_words(row: Referral) -> str:
    """What was decided, when and by whom, for somebody who comes too late."""
    decision = db.session.execute(
        sa.select(Decision.id, Decision.decided_by_id)
        .where(Decision.referral_id == row.id, Decision.state.in_(("agreed", "changed")))
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
    row = lock_referral(referral_id)
    if row.read_at is not None:
        return
    row.read_at, row.read_by_id = clock.now(), actor.user_id
    record(actor, "referral.read", subjects=[row.id])


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
    last = db.session.scalars(
        sa.select(RagRating).where(RagRating.referral_id == row.id).order_by(RagRating.id.desc()).limit(1)
    ).first()
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
    read_referral(actor, referral_id=referral_id)
    db.session.add(
        RagRating(
            referral_id=row.id, rating=rating, rationale=rationale, rated_at=clock.now(), rated_by_id=actor.user_id
        )
    )
    row.rating = rating
    row.version += 1
    db.session.flush()
    record(actor, "referral.rated", subjects=[row.id], rating=rating, received_at=row.received_at)


def settle_mark(actor: Actor, *, referral_id: int, mark_id: int, words_given: str) -> None:
    """Say how something wrong in the input was settled. What was given stays as it is.

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
    db.session.flush()
    record(actor, "input_mark.settled", subjects=[referral_id], mark=mark_id)


def check_outcomes(
    page: HubPage, outcomes: Mapping[int, str], *, consent_words: str, history_weighed: str
) -> dict[str, str]:
    """What is wrong with a set of outcomes, by field: `outcome_<child>`, `consent_words`, `history_weighed`. Asked of
    the proposal and again of the decision, because a case may have opened in between."""
    problems: dict[str, str] = {}
    agrees = page.agrees or not is_blank(consent_words)
    for child in page.children:
        outcome = outcomes.get(child.id, "")
        if not outcome:
            problems[f"outcome_{child.id}"] = f"Choose a decision for {child.name}"
            continue
        refusal = outcome_refusal(
            outcome,
            child=child.name,
            has_open_case=page.open_case_of(child) is not None,
            agrees=agrees,
            holder_barred=page.open_case_to_tell(child) is None,
        )
        if refusal:
            problems[f"outcome_{child.id}"] = refusal
    if "no_further_action" in outcomes.values() and page.weigh and is_blank(history_weighed):
        problems["history_weighed"] = (
            f"This is one of {page.contacts_12m} contacts in 12 months. Write what in the history you weighed"
        )
    return problems


def check_qualified(actor: Actor, outcomes: Mapping[int, str]) -> None:
    """Raise Refused if an outcome makes the contact a referral and the actor is not social-work qualified (practice
    11, 18).
    """
    if not actor.qualified and any(OUTCOME_RULES[key].qualified for key in outcomes.values() if key in OUTCOME_RULES):
        raise Refused(NOT_QUALIFIED)


def propose_decision(
    actor: Actor,
    *,
    referral_id: int,
    outcomes: Mapping[int, str],
    reasons: str,
    advice: str,
    history_weighed: str = "",
    consent_words: str = "",
) -> int:
    """Propose a decision for each child (row of the child: outcome) to a manager; gives the proposal's number.

    `advice`: for the referrer, in their words. `reasons` stay in the hub. `history_weighed`: asked from the third
    contact in 12 months when nothing more is to happen. `consent_words`: who agreed to family help where the referrer
    could not say. Raises Invalid by field, Refused for an unqualified proposer, OutOfOrder when it is not rated yet, or
    proposed or decided already.
    """
    row = lock_referral(referral_id)
    page = get_hub_page(actor, referral_id)
    given = {"reasons": reasons, "advice": advice, "history_weighed": history_weighed, "consent_words": consent_words}
    texts = {name: clean(text)[0] for name, text in given.items()}
    if row.decided_at is not None:
        raise OutOfOrder(f"There is nothing left to propose. {decided_words(row)}")
    waiting = page.open_proposal
    if waiting is not None:
        same = (waiting.proposed_by_id, waiting.reasons, waiting.proposed)
        if same == (actor.user_id, texts["reasons"], dict(outcomes)):
            return waiting.id
        raise OutOfOrder(
            f"{waiting.proposed_by} proposed a decision {when(waiting.proposed_at)}. It waits for a manager."
        )
    if row.rating is None:
        raise OutOfOrder("Rate it first, with the reason. Then propose a decision.")
    _check_proposal(page, outcomes, texts)
    check_qualified(actor, outcomes)
    read_referral(actor, referral_id=referral_id)
    return _write_proposal(actor, row, page, outcomes, texts)


def _check_proposal(page: HubPage, outcomes: Mapping[int, str], texts: Mapping[str, str]) -> None:
    """Raise Invalid, by field, if the proposal is not whole."""
    problems = check_outcomes(
        page, outcomes, consent_words=texts["consent_words"], history_weighed=texts["history_weighed"]
    )
    if is_blank(texts["reasons"]):
        problems["reasons"] = "Write why this level, and not the one above or below"
    if is_blank(texts["advice"]):
        problems["advice"] = "Write what we tell the referrer: why, and what to do and watch for"
    if problems:
        raise Invalid(problems)


def _write_proposal(
    actor: Actor, row: Referral, page: HubPage, outcomes: Mapping[int, str], texts: Mapping[str, str]
) -> int:
    decision = Decision(
        referral_id=row.id,
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
    db.session.add_all(
        DecisionChild(decision_id=decision.id, child_id=child.id, proposed=outcomes[child.id])
        for child in page.children
    )
    row.state = "proposed"
    row.version += 1
    db.session.flush()
    record(actor, "decision.proposed", subjects=[row.id], decision=decision.id)
    return decision.id
