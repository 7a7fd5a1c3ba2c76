"""The work list of records that may be one child: who works it, what they see, and that it comes to an end."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.models import Bar
from caseapp.accounts.queries import find_actor_by_email
from caseapp.demo.organisation import email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.people.models import DuplicatePair, Person, SamePersonLink
from tests.conftest import sign_in
from tests.people.test_duplicates import ELLIE, JAKE, JAKE_AGAIN
from tests.people.test_import import run, written

# Another pair, of another family.
MIA = "B1,,Mia,,Petrova,,F,2018-02-03,exact,3 Hill View,S61 2AA,Elena Petrova,07700 900555"
MIA_AGAIN = "B2,,Mia,,Petrov,,F,2018-02-03,exact,3 Hill View,S61 2AA,Elena Petrova,"


@pytest.fixture
def pairs(bare_app: Flask, tmp_path: Path) -> dict[str, str]:
    """Two pairs wait; gives the reference of each record by its number in the file."""
    run(bare_app, written(tmp_path, JAKE, ELLIE, JAKE_AGAIN, MIA, MIA_AGAIN))
    out = str(tmp_path / "pairs.csv")
    assert bare_app.test_cli_runner().invoke(args=["people", "duplicates", "--out", out]).exit_code == 0
    with bare_app.app_context():
        rows = db.session.execute(sa.select(Person.source_id, Subject.reference).join(Subject, Subject.id == Person.id))
        found = {row.source_id: row.reference for row in rows}
        likely = sa.select(sa.func.count()).where(DuplicatePair.band == "very likely")
        assert db.session.scalar(likely) == 2
        # What siblings share makes no work: only the two pairs are left.
        db.session.execute(sa.delete(DuplicatePair).where(DuplicatePair.band != "very likely"))
        db.session.commit()
    return found


def number_of(app: Flask, reference: str) -> int:
    """The number behind a reference."""
    with app.app_context():
        number = db.session.scalar(sa.select(Subject.id).where(Subject.reference == reference))
        assert number is not None
        return number


def said(app: Flask, one: str, other: str, answer: str, words: str) -> dict[str, str]:
    """What a browser sends about the second record."""
    about = str(number_of(app, other))
    return {"about": about, f"{about}-answer": answer, f"{about}-words": words}


def test_the_list_says_how_far_it_is_and_opens_the_next_one(bare_app: Flask, pairs: dict[str, str]) -> None:
    manager = sign_in(bare_app, "mash.manager")
    page = manager.get("/people/duplicates").text
    assert "0 of 2 pairs decided" in page
    assert "Jake Marsden" in page and "Jake Marsdon" in page and "Ellie" not in page
    beside = manager.get(f"/people/{pairs['A1']}/duplicates").text
    assert "day and month" in beside and "Differs" in beside and "How we worked this out" in beside
    # Who works with the child is told where they live; whoever sorts the list is told only that it is the same home.
    assert "14 Mill Lane" not in beside and "same home" in beside


def test_each_answer_is_kept_and_leads_to_the_next_pair_until_none_is_left(
    bare_app: Flask, pairs: dict[str, str]
) -> None:
    manager = sign_in(bare_app, "mash.manager")
    sent = said(bare_app, pairs["A1"], pairs["A2"], "same", "Both have the GP of Mill Lane, who knows one boy")
    first = manager.post(f"/people/{pairs['A1']}/duplicates", data=sent)
    assert (first.status_code, first.location) == (303, f"/people/{pairs['B1']}/duplicates")
    assert "1 of 2 pairs decided" in manager.get("/people/duplicates").text
    sent = said(bare_app, pairs["B2"], pairs["B1"], "different", "Cousins, says the school")
    last = manager.post(f"/people/{pairs['B2']}/duplicates", data=sent)
    assert (last.status_code, last.location) == (303, "/people/duplicates")
    assert "Every pair that was found is decided." in manager.get("/people/duplicates").text
    with bare_app.app_context():
        links = db.session.scalars(sa.select(SamePersonLink).order_by(SamePersonLink.id)).all()
        assert [link.answer for link in links] == ["same", "different"]


def test_who_is_not_sure_leaves_the_pair_behind_the_others(bare_app: Flask, pairs: dict[str, str]) -> None:
    manager = sign_in(bare_app, "mash.manager")
    manager.post(
        f"/people/{pairs['A1']}/duplicates",
        data=said(bare_app, pairs["A1"], pairs["A2"], "not_sure", "Rang, no answer"),
    )
    page = manager.get("/people/duplicates").text
    assert "0 of 2 pairs decided" in page and "Somebody was not sure" in page
    assert page.index("Mia Petrova") < page.index("Jake Marsden")


def test_without_an_answer_or_words_nothing_is_kept_and_all_that_was_typed_is(
    bare_app: Flask, pairs: dict[str, str]
) -> None:
    manager = sign_in(bare_app, "mash.manager")
    answer = manager.post(
        f"/people/{pairs['A1']}/duplicates", data=said(bare_app, pairs["A1"], pairs["A2"], "", "The GP knows one boy")
    )
    assert answer.status_code == 422
    assert "Choose whether it is the same child" in answer.text and "The GP knows one boy" in answer.text
    with bare_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(SamePersonLink)) == 0


def test_a_record_that_is_no_pair_of_this_one_is_not_there(bare_app: Flask, pairs: dict[str, str]) -> None:
    manager = sign_in(bare_app, "mash.manager")
    for other in (pairs["B1"], pairs["A3"]):
        sent = said(bare_app, pairs["A1"], other, "same", "Guessed")
        assert manager.post(f"/people/{pairs['A1']}/duplicates", data=sent).status_code == 404


def test_a_pair_with_a_record_that_is_kept_from_the_reader_is_neither_listed_nor_counted(
    bare_app: Flask, pairs: dict[str, str]
) -> None:
    kept = number_of(bare_app, pairs["A2"])
    with bare_app.app_context(), transaction():
        actor = find_actor_by_email(email_of("mash.manager"))
        assert actor is not None
        db.session.add(Bar(subject_id=kept, principal=f"user:{actor.user_id}", reason="family", since_at=clock.now()))
    manager = sign_in(bare_app, "mash.manager")
    page = manager.get("/people/duplicates").text
    assert "0 of 1 pairs decided" in page and "Jake" not in page
    assert "Nothing waits" in manager.get(f"/people/{pairs['A1']}/duplicates").text
    sent = said(bare_app, pairs["A1"], pairs["A2"], "same", "Guessed")
    assert manager.post(f"/people/{pairs['A1']}/duplicates", data=sent).status_code == 404


def test_the_list_is_for_the_hubs_manager_and_the_head(bare_app: Flask, pairs: dict[str, str]) -> None:
    assert sign_in(bare_app, "head").get("/people/duplicates").status_code == 200
    for login in ("mash.worker", "north.manager", "school", "admin"):
        assert sign_in(bare_app, login).get("/people/duplicates").status_code == 403
