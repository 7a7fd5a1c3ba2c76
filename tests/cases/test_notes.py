"""Notes are never overwritten, never doubled, never lost; tasks are acknowledged once."""

import threading
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import end_reach
from caseapp.access.queries import get_subject
from caseapp.cases import commands as cases
from caseapp.cases.models import Note, NoteVersion, Task
from caseapp.cases.queries import get_note, list_my_children
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from tests.factories import AFamily, a_case, a_note, give, someone


def note_id(reference: str) -> int:
    return get_subject(someone("north.worker"), reference, "note", 4).id


def write(family: AFamily, login: str = "north.worker", **changes: object) -> str:
    given = {"case_ids": family.case_ids, "words": "Seen.", "happened_at": clock.now(), "once_key": "k1", **changes}
    return cases.write_note(someone(login), **given)  # type: ignore[arg-type]


def test_one_note_may_be_about_several_children(app: Flask, friday: datetime) -> None:
    family = a_case(children=2, worker="north.worker")

    note = get_note(someone("north.worker"), note_id(a_note(family, "north.worker", words="Both seen.")))

    assert [name for _, name in note.cases] == ["Ellie Marsden", "Jake Marsden"]
    assert note.now.words == "Both seen."


def test_pressing_twice_makes_one_note(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")

    assert write(family) == write(family)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 1


def test_pressing_twice_at_the_same_moment_makes_one_note(bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
    ready, references, at = threading.Barrier(2), [], clock.now()

    def press() -> None:
        with bare_app.app_context():
            someone("north.worker")
            db.session.rollback()
            ready.wait()
            with transaction():
                references.append(write(family, happened_at=at))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(references) == 2
    assert len(set(references)) == 1


def test_other_words_with_the_same_key_meet_the_first_note(app: Flask, friday: datetime) -> None:
    family = a_case(children=2, worker="north.worker")
    first = note_id(write(family, words="She was cold."))
    others = (
        {"words": "She was warm."},
        {"case_ids": family.case_ids[:1]},
        {"happened_at": friday - timedelta(hours=1)},
    )
    for other in others:
        with pytest.raises(cases.KeyUsed) as met:
            write(family, **{"words": "She was cold.", **other})
        assert met.value.note_id == first
        assert met.value.theirs is not None and met.value.mine is not None
        assert (met.value.theirs.who, met.value.theirs.words) == ("Leah Dawson", "She was cold.")
        assert met.value.mine.words == other.get("words", "She was cold.")
    assert [wording.words for wording in get_note(someone("north.worker"), first).wordings] == ["She was cold."]


def test_who_made_it_a_wording_and_presses_again_has_said_nothing_new(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    reference = write(family, words="She was cold.")
    cases.amend_note(someone("north.worker"), note_id=note_id(reference), words="She was warm.", version=1)

    assert write(family, words="She was warm.") == write(family, words="She was cold.") == reference


def test_another_writer_s_key_does_not_lead_to_their_note(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    write(family)
    other = a_case(name="Lister", team="central", worker="central.worker")

    for login, about in (("central.worker", other), ("north.manager", family)):
        with pytest.raises(cases.KeyUsed) as met:
            write(about, login, words="Mine.")
        assert met.value.mine is not None and met.value.mine.words == "Mine."
        assert (met.value.note_id, met.value.theirs) == (None, None)


def test_one_s_own_note_about_a_child_who_moved_on_is_not_shown(app: Flask, friday: datetime) -> None:
    family, other = a_case(worker="north.worker"), a_case(name="Lister", worker="north.worker")
    write(family)
    give(family, "marta.wilk")
    end_reach(subject_id=family.case_id, why="custody")

    with pytest.raises(cases.KeyUsed) as met:
        write(other, words="About somebody else.")
    assert (met.value.note_id, met.value.theirs) == (None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": " \n\t "}, "words"),
        ({"case_ids": []}, "case_ids"),
        ({"happened_at": datetime(2026, 11, 20, 15, 31, tzinfo=clock.LONDON)}, "happened_at"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    app: Flask, friday: datetime, changes: dict[str, object], field: str
) -> None:
    family = a_case(worker="north.worker")
    with pytest.raises(Invalid) as refused:
        write(family, **changes)
    assert set(refused.value.problems) == {field}


def test_nobody_writes_about_a_child_they_may_not_see(app: Flask, friday: datetime) -> None:
    mine = a_case(worker="north.worker")
    foreign = a_case(name="Lister", team="central")
    with pytest.raises(NotFound):
        write(mine, case_ids=[mine.case_id, foreign.case_id])


def test_a_change_adds_a_wording_and_keeps_the_first(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    number = note_id(a_note(family, "north.worker", words="Seen at hom."))

    cases.amend_note(someone("north.worker"), note_id=number, words="Seen at home.", version=1)
    cases.amend_note(someone("north.worker"), note_id=number, words="Seen at home.", version=2)

    note = get_note(someone("north.worker"), number)
    assert [(wording.number, wording.words) for wording in note.wordings] == [(2, "Seen at home."), (1, "Seen at hom.")]


def test_a_stale_change_meets_both_texts(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    number = note_id(a_note(family, "north.worker", words="First."))
    cases.amend_note(someone("north.manager"), note_id=number, words="Ruth's.", version=1)

    with pytest.raises(Conflict) as met:
        cases.amend_note(someone("north.worker"), note_id=number, words="Leah's.", version=1)

    assert met.value.theirs is not None
    assert met.value.mine is not None
    assert (met.value.theirs.who, met.value.theirs.words) == ("Ruth Hallam", "Ruth's.")
    assert (met.value.mine.who, met.value.mine.words) == ("Leah Dawson", "Leah's.")
    assert met.value.version == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(NoteVersion)) == 2


def test_hidden_characters_are_marked_and_everything_else_is_kept(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    words = "=1+1 <script>alert(1)</script> {{7*7}} 🧸 שלום\x00\ud800"

    note = get_note(someone("north.worker"), note_id(a_note(family, "north.worker", words=words)))

    assert note.now.words == "=1+1 <script>alert(1)</script> {{7*7}} 🧸 שלום\ufffd\ufffd"


def test_a_task_waits_until_it_is_acknowledged_once(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    task = cases.make_task(case_id=family.case_id, kind="referral_added_to", about_id=family.referral_id)
    assert [row.id for row in list_my_children(someone("north.worker")).tasks] == [task]

    for _ in range(2):
        cases.acknowledge_task(someone("north.worker"), task_id=task, case_id=family.case_id, answer="Ringing mum now.")

    assert list_my_children(someone("north.worker")).tasks == ()
    assert db.session.scalar(sa.select(Task.answer).where(Task.id == task)) == "Ringing mum now."
    with pytest.raises(OutOfOrder, match="already"):
        cases.acknowledge_task(someone("north.manager"), task_id=task, case_id=family.case_id)


def test_a_task_of_another_case_is_not_there(app: Flask, friday: datetime) -> None:
    family = a_case(children=2)
    task = cases.make_task(case_id=family.case_id, kind="case_received", about_id=family.referral_id)
    with pytest.raises(NotFound):
        cases.acknowledge_task(someone("north.worker"), task_id=task, case_id=family.case_ids[1])


def test_yesterday_s_visit_written_today(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    write(family, happened_at=friday - timedelta(days=1))
    assert db.session.scalar(sa.select(Note.happened_at)) == friday - timedelta(days=1)
