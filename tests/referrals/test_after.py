"""After sending (practice 6): the child says more, sent in error, what reaches the hub and whoever holds the child."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.cases.models import Task
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, OutOfOrder
from caseapp.referrals.commands.after import add_to_referral, read_additions, say_in_error
from caseapp.referrals.commands.receive import Received, receive_referral
from caseapp.referrals.models import Addition
from caseapp.referrals.queries.counts import count_queue
from caseapp.referrals.queries.hub import QueueRow, list_queue
from caseapp.referrals.queries.told import task_words
from tests.factories import someone
from tests.referrals.hub_world import SAMPLES, agree, propose, rate, the

TWO = datetime(2026, 11, 20, 14, 5, tzinfo=UTC)


def from_school(*, by: str = "school", sample: str = "SAMPLE-003", **changes: Any) -> Received:
    """A referral sent by a school's own sign-in, about nothing urgent."""
    document = {**SAMPLES[sample], "household": [], **changes}
    with transaction():
        return receive_referral(someone(by), document=document, received_at=clock.now(), mode="form")


def add(referral_id: int, words: str = "He hit her", *, by: str = "school", key: str = "k1", **more: Any) -> int:
    with transaction():
        return add_to_referral(someone(by), referral_id=referral_id, words=words, once_key=key, **more)


def queue(tab: str = "to-decide") -> list[QueueRow]:
    return list_queue(someone("mash.worker"), tab).rows


def test_what_the_child_says_at_2_pm_sorts_like_an_arrival(app: Flask) -> None:
    with clock.at(TWO - timedelta(hours=5)):
        first, second = from_school(), from_school(sample="SAMPLE-005")
        for made in (first, second):
            rate(made.id, "green")
        assert not any(row.unread for row in queue())
    with clock.at(TWO):
        add(second.id)
        top = queue()[0]
        assert (top.reference, top.unread, top.news) == (
            second.reference, True, "New since it was read: 1 addition at 14:05",
        )  # fmt: skip
        assert count_queue(someone("mash.worker")).unread == 1
        add(second.id, "And her brother", key="k2")
        assert queue()[0].news == "New since it was read: 2 additions, the last at 14:05"
        with transaction():
            read_additions(someone("mash.worker"), referral_id=second.id)
        assert not any(row.unread or row.news for row in queue())
        read = db.session.scalars(sa.select(Addition).where(Addition.referral_id == second.id)).all()
        assert {row.read_by_id for row in read} == {someone("mash.worker").user_id}


def test_danger_told_later_weighs_what_the_forms_answer_weighs(app: Flask) -> None:
    with clock.at(TWO - timedelta(hours=5)):
        calm, told = from_school(), from_school(sample="SAMPLE-005")
    with clock.at(TWO):
        add(told.id, in_danger=True)
        first = queue()[0]
        assert first.reference == told.reference != calm.reference
        assert first.signals[0].words == "The referrer added at 14:05: in danger now"
        assert the(told.id).urgency >= 90


def test_after_the_decision_it_comes_back_and_the_holder_is_asked_to_read_it(app: Flask) -> None:
    with clock.at(TWO - timedelta(hours=5)):
        made = from_school(sample="SAMPLE-001")
        propose(made.id, "assessment")
        agree(made.id)
        assert not queue()
    with clock.at(TWO):
        number = add(made.id)
        rows = queue("unread")
        assert [row.reference for row in rows] == [made.reference]
        assert rows[0].news == "Added after the decision: 1 addition at 14:05"
        counts = count_queue(someone("mash.worker"))
        assert (counts.to_decide, counts.unread, counts.late) == (1, 1, 0)
        tasks = db.session.scalars(sa.select(Task).where(Task.kind == "referral_added_to")).all()
        assert tasks and {task.about_id for task in tasks} == {number}
        assert task_words(someone("north.manager"), [number])[number].words == "He hit her"
        with transaction():
            read_additions(someone("mash.manager"), referral_id=made.id)
        assert not queue()


def test_pressing_twice_adds_once_and_another_text_is_not_lost(app: Flask, friday: datetime) -> None:
    made = from_school()
    assert add(made.id) == add(made.id)
    with pytest.raises(Conflict) as refused:
        add(made.id, "Something else")
    assert refused.value.mine and refused.value.mine.words == "Something else"
    with pytest.raises(Invalid):
        add(made.id, " \n", key="k3")


def test_the_same_words_with_another_file_are_not_taken_for_the_same_addition(app: Flask, friday: datetime) -> None:
    made = from_school()
    rate(made.id)
    first = [("photo.txt", b"A bruise on the left arm")]
    number = add(made.id, sent=first)
    assert add(made.id, sent=first) == number
    with pytest.raises(Conflict, match="without this file"):
        add(made.id, sent=[("other.txt", b"And on the right one")])
    with transaction():
        read_additions(someone("mash.worker"), referral_id=made.id)
    add(made.id, sent=[("other.txt", b"And on the right one")], key="k2")
    assert queue()[0].news


def test_reading_up_to_one_leaves_what_came_meanwhile_new(app: Flask, friday: datetime) -> None:
    made = from_school()
    rate(made.id)
    first = add(made.id)
    add(made.id, "And more", key="k2")
    with transaction():
        read_additions(someone("mash.worker"), referral_id=made.id, until=first)
    assert queue()[0].news == "New since it was read: 1 addition at 15:30"


def test_sent_in_error_deletes_nothing_and_a_person_settles_it(app: Flask, friday: datetime) -> None:
    made = from_school()
    rate(made.id)
    before = the(made.id).document
    with pytest.raises(Invalid), transaction():
        say_in_error(someone("school"), referral_id=made.id, why="  ", once_key="e0")
    for _twice in range(2):
        with transaction():
            say_in_error(someone("school"), referral_id=made.id, why="Meant for another pupil", once_key="e1")
    row = queue()[0]
    assert row.unread and row.news.endswith("Its sender says that it was sent in error")
    assert the(made.id).document == before and the(made.id).state == "received"
    with pytest.raises(OutOfOrder), transaction():
        say_in_error(someone("school"), referral_id=made.id, why="Again", once_key="e2")
