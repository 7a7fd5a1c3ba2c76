"""What the hub's tests stand on: sample referrals received by the real command, carried as far as a test needs."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.people.domain.dates import read_moment
from caseapp.referrals.commands import Received, receive_referral
from caseapp.referrals.commands.deciding import Answer, answer_proposal
from caseapp.referrals.commands.triage import propose_decision, rate_referral, read_referral
from caseapp.referrals.models import Decision, Referral, ReferralChild
from tests.factories import someone

SAMPLES_FILE = Path(__file__).parent.parent / "data" / "sample_referrals.json"
SAMPLES: dict[str, Any] = {row["external_id"]: row for row in json.loads(SAMPLES_FILE.read_text(encoding="utf-8"))}


def receive(
    sample: str = "SAMPLE-001", *, number: str | None = None, change: Callable[[Any], None] | None = None
) -> Received:
    """Receive a sample; `number` makes it another one of the source, `change` alters the document first."""
    document = copy.deepcopy(SAMPLES[sample])
    if change:
        change(document)
    with transaction():
        return receive_referral(
            None,
            document=document,
            received_at=read_moment(document.get("received_at")) or clock.now(),
            mode=document.get("mode", "form"),
            source_system="marf-1",
            source_id=number or sample,
        )


def children_of(referral_id: int) -> list[int]:
    """The rows of the referral's children, in order."""
    query = sa.select(ReferralChild.id).where(ReferralChild.referral_id == referral_id).order_by(ReferralChild.position)
    return list(db.session.scalars(query))


def the(referral_id: int) -> Referral:
    """The referral's row as it is in the database."""
    row = db.session.get(Referral, referral_id, populate_existing=True)
    assert row is not None
    return row


def rate(referral_id: int, rating: str = "amber", *, by: str = "mash.worker") -> None:
    """Read and rate."""
    with transaction():
        read_referral(someone(by), referral_id=referral_id)
        version = the(referral_id).version
        rate_referral(someone(by), referral_id=referral_id, rating=rating, rationale="Seen so", version=version)


def propose(referral_id: int, *outcomes: str, by: str = "mash.worker", **more: str) -> int:
    """Rate if need be, then propose one outcome for all children, or one for each; gives the proposal."""
    if the(referral_id).rating is None:
        rate(referral_id)
    ids = children_of(referral_id)
    chosen = list(outcomes) * len(ids) if len(outcomes) == 1 else list(outcomes)
    texts = {"reasons": "Why this level", "advice": "What to watch for", **more}
    with transaction():
        return propose_decision(
            someone(by), referral_id=referral_id, outcomes=dict(zip(ids, chosen, strict=True)), **texts
        )


def agree(referral_id: int, *, by: str = "mash.manager", **more: Any) -> None:
    """Agree to the open proposal."""
    answer(referral_id, Answer(kind="agree", outcomes={}, message="What we tell you", **more), by=by)


def answer(referral_id: int, given: Answer, *, by: str = "mash.manager") -> None:
    """Answer the newest proposal."""
    number = db.session.scalar(sa.select(sa.func.max(Decision.id)).where(Decision.referral_id == referral_id)) or 0
    with transaction():
        answer_proposal(someone(by), referral_id=referral_id, decision_id=number, answer=given)


def decide(sample: str, *outcomes: str, **more: Any) -> Received:
    """From arrival to decision in one step."""
    made = receive(sample)
    propose(made.id, *outcomes)
    agree(made.id, **more)
    return made
