"""The chronology writes itself: what happened, in whose words, when it was and when it was written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from flask import Flask

from caseapp.access.domain import Actor
from caseapp.access.queries import get_subject
from caseapp.cases import commands as cases
from caseapp.cases.queries import Entry, list_chronology
from caseapp.cases.slots import CHRONOLOGY_WORDS, EntryWords, EventRow
from caseapp.kernel import clock
from caseapp.kernel.events import record
from tests.factories import AFamily, a_case, a_note, someone
from tests.helpers.statements import count_statements


def entries(family: AFamily, **options: object) -> list[Entry]:
    return list(list_chronology(someone("north.worker"), [family.case_id], **options))  # type: ignore[arg-type]


def test_it_tells_what_people_did_newest_first(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    a_note(family, "north.worker", words="Seen at home.")

    assert [(entry.title, entry.words) for entry in entries(family)] == [
        ("Note", "Seen at home."),
        ("Leah Dawson is the worker", None),
        ("North locality is accountable for the child", None),
        ("Case opened: Assessment, North locality", None),
    ]
    assert entries(family)[0].source == "Leah Dawson, social worker · team"
    assert [entry.important for entry in entries(family)] == [False, False, True, True]


def test_every_change_of_level_and_episode_is_told_in_words(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    cases.change_level(someone("north.manager"), family.case_id, "child_in_need", {"assessment": 1})
    cases.close_episode(family.case_id, "child_in_need", "RC9", friday.date())

    assert [entry.title for entry in entries(family)][:2] == [
        "Child in need ended: assessed, then handed to family help",
        "Level changed from Assessment to Child in need",
    ]


def test_what_was_written_down_later_stands_where_it_happened(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    with clock.at(friday + timedelta(days=3)):
        cases.write_note(
            someone("north.worker"),
            case_ids=family.case_ids,
            words="Grandmother rang.",
            happened_at=friday - timedelta(days=1),
            once_key="late",
        )
        a_note(family, "north.worker", words="Seen today.")
        told = entries(family)

    assert told[0].words == "Seen today."
    assert told[-1].words == "Grandmother rang."
    assert told[-1].when == "Thu 19 Nov, 15:30"
    assert told[-1].recorded == "written down Mon 23 Nov, 15:30"
    assert told[0].recorded is None


def test_a_note_shows_its_latest_wording_once(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    reference = a_note(family, "north.worker", words="First.")
    number = record_of(reference)
    cases.amend_note(someone("north.worker"), note_id=number, words="Second.", version=1)

    notes = [entry for entry in entries(family) if entry.note]

    assert [(entry.words, entry.wording, entry.note) for entry in notes] == [("Second.", 2, reference)]


def record_of(reference: str) -> int:
    return get_subject(someone("north.worker"), reference, "note", 4).id


def test_the_referral_a_case_came_from_is_part_of_the_child_s_story(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    record(
        someone("school"),
        "referral.received",
        subjects=[family.referral_id],
        occurred_at=friday - timedelta(hours=3),
        agency=someone("school").agency_id,
        mode="form",
        children=2,
    )

    for case_id in family.case_ids:
        told = list_chronology(someone("north.worker"), [case_id]).entries[-1]
        assert told.title == "Referral received"
        assert told.source.startswith("Hannah Whitfield, Wath Primary School")


def test_another_family_s_events_stay_theirs(app: Flask, friday: datetime) -> None:
    family, other = a_case(worker="north.worker"), a_case(name="Lister", worker="north.worker")
    a_note(other, "north.worker", words="About the Listers.")

    assert "About the Listers." not in [entry.words for entry in entries(family)]


def test_higher_floors_add_the_words(app: Flask, friday: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    def tell(actor: Actor, rows: Sequence[EventRow]) -> dict[int, EntryWords]:
        return {row.id: EntryWords("Two reports in 15 hours.", "Paul Denton, hub manager") for row in rows[:1]}

    family = a_case()
    monkeypatch.setattr(CHRONOLOGY_WORDS, "_filled", [tell])

    assert entries(family)[0].words == "Two reports in 15 hours."
    assert entries(family)[0].source == "Paul Denton, hub manager · professionals around the family"


def test_only_what_is_important(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    a_note(family, "north.worker")

    assert {entry.important for entry in entries(family, important=True)} == {True}


def test_pages_follow_one_another_without_a_gap_or_a_double(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    for number in range(7):
        a_note(family, "north.worker", words=f"Note {number}")

    whole = [entry.id for entry in entries(family, limit=50)]
    found, before = [], None
    for _ in range(10):
        page = list_chronology(someone("north.worker"), [family.case_id], limit=3, before=before)
        found += [entry.id for entry in page]
        before = page.before
        if before is None:
            break

    assert found == whole
    assert len(set(found)) == len(found)


@pytest.mark.sqlite_only
def test_a_long_chronology_costs_no_more_statements(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    reader = someone("north.worker")
    a_note(family, "north.worker")
    with count_statements(app) as few:
        list_chronology(reader, [family.case_id], limit=100)
    for _ in range(49):
        a_note(family, "north.worker")
    with count_statements(app) as many:
        assert len(list_chronology(reader, [family.case_id], limit=100).entries) > 50

    assert len(few) == len(many)
