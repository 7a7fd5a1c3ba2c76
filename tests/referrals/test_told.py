"""A referral's words reach the child's chronology and the worker who has to read them."""

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases.models import Case
from caseapp.cases.queries import Entry, family_cases, list_chronology, list_my_children, task_words
from caseapp.kernel.db import db, transaction
from caseapp.referrals.commands.deciding import Answer
from caseapp.referrals.queries.told import before_visit
from caseapp.referrals.queries.words import what_was_said
from tests.factories import AFamily, give, someone
from tests.helpers.statements import count_statements

from .hub_world import agree, answer, propose, rate, receive


def decided(**danger: str) -> AFamily:
    """The Marsdens: referred by their school, to be assessed in the North, given to Leah Dawson."""
    made = receive("SAMPLE-001", change=lambda document: document.update(danger))
    propose(made.id, "assessment")
    agree(made.id)
    family_id = db.session.scalars(sa.select(Case.family_id).where(Case.referral_id == made.id)).first()
    assert family_id is not None
    rows = family_cases(family_id)
    family = AFamily(
        family_id, made.id, [row.id for row in rows], [row.reference for row in rows], [row.person_id for row in rows]
    )
    with transaction():
        give(family, "north.worker")
    return family


def told(family: AFamily, login: str = "north.worker") -> dict[str, Entry]:
    return {entry.title: entry for entry in list_chronology(someone(login), [family.case_id], limit=50)}


def test_the_chronology_has_the_sender_s_words_and_the_reasons(app: Flask, friday: datetime) -> None:
    entries = told(decided())

    received, hub = entries["Referral received"], entries["The hub decided"]
    assert received.words is not None
    assert "slept in her coat" in received.words
    assert received.source.startswith("Wath Primary School · ")
    assert hub.words is not None
    assert hub.words.startswith("Why this level")
    assert hub.source.startswith("Paul Denton, hub manager")
    assert "Case opened: Assessment, North locality" in entries


def test_a_new_contact_about_a_child_with_a_worker_waits_to_be_read(app: Flask, friday: datetime) -> None:
    family = decided()
    again = receive(
        "SAMPLE-001", number="again", change=lambda document: document["concern"].update(what_happened="Gran rang.")
    )
    propose(again.id, "open_case")
    agree(again.id)

    worker = someone("north.worker")
    tasks = list_my_children(worker).tasks
    words = task_words(worker, {task.about_id for task in tasks})

    assert {task.case.name for task in tasks} == {"Ellie Marsden", "Jake Marsden"}
    assert (words[again.id].words, words[again.id].source) == ("Gran rang.", "Wath Primary School")
    assert told(family)["A new contact came to the hub about this child"].words == "Gran rang."


def test_what_the_whole_page_of_a_child_costs(
    bare_app: Flask, browser: Callable[[str], FlaskClient], friday: datetime
) -> None:
    with bare_app.app_context():
        family = decided()
        again = receive("SAMPLE-001", number="again")
        propose(again.id, "open_case")
        agree(again.id)
        db.session.rollback()
    client = browser("north.worker")

    with count_statements(bare_app) as statements:
        page = client.get(f"/cases/{family.reference}")

    assert "slept in her coat" in page.text
    assert len(statements) <= 12, "\n\n".join(statements)


def test_whoever_is_barred_from_a_referral_reads_none_of_its_words(app: Flask, friday: datetime) -> None:
    family = decided()
    bar(f"user:{someone('north.worker').user_id}", subject_id=family.referral_id, reason="relative")

    assert told(family)["Referral received"].words is None
    assert task_words(someone("north.worker"), [family.referral_id]) == {}


def test_reasons_about_several_contacts_are_kept_from_whoever_is_barred_from_one(app: Flask, friday: datetime) -> None:
    made, other = receive("SAMPLE-001"), receive("SAMPLE-002")
    for each in (made, other):
        rate(each.id)
    propose(made.id, "assessment", reasons="Both together", together=[other.reference])
    answer(made.id, Answer("agree", {}, message="Decided", messages={other.id: "Decided"}))
    case_id = db.session.scalars(sa.select(Case.id).where(Case.referral_id == made.id)).first()
    assert case_id is not None
    worker = someone("north.manager")
    words = [entry.words for entry in list_chronology(worker, [case_id], limit=50) if entry.title == "The hub decided"]
    assert words and words[0].startswith("Both together")
    with transaction():
        bar(f"user:{worker.user_id}", subject_id=other.id, reason="relative")
    assert [e.words for e in list_chronology(worker, [case_id], limit=50) if e.title == "The hub decided"] == [None]


def test_what_a_visitor_must_know_reaches_the_visiting_worker(
    bare_app: Flask, browser: Callable[[str], FlaskClient], friday: datetime
) -> None:
    with bare_app.app_context():
        family = decided(visit_dangers="Two dogs.\nLee has a knife")
        again = receive("SAMPLE-001", number="again", change=lambda document: document.update(visit_dangers="Needles"))
        worker, case = someone("north.worker"), family_cases(family.id)[0]
        assert [told.words for told in before_visit(worker, case)] == ["Two dogs.\nLee has a knife"]
        propose(again.id, "open_case")
        agree(again.id)
        assert {told.words for told in before_visit(worker, case)} == {"Needles", "Two dogs.\nLee has a knife"}
        assert any("knife" in words for _label, words in what_was_said(worker, [family.referral_id]))
        db.session.rollback()

    page = browser("north.worker").get(f"/cases/{family.reference}").text
    card = page[page.index("Before a visit:") : page.index("Accountable team")]
    assert "Lee has a knife" in card and "Needles" in card and "said by Wath Primary School, " in card
    assert "Adult of concern" in card and "Garner" in card

    with bare_app.app_context(), transaction():
        bar(f"user:{worker.user_id}", subject_id=family.referral_id, reason="relative")
        assert [told.words for told in before_visit(worker, case)] == ["Needles"]
