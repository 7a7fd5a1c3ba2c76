"""The chronology narrowed down, marked and printed; the child's own version of it."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import L2
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import ENTRY_KINDS, entry_kind
from caseapp.cases.domain.childs_page import Narrowed
from caseapp.cases.models import EventMark
from caseapp.cases.queries import find_entry, get_for_child, list_chronology, list_sources
from caseapp.cases.queries.for_child import SAID
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import TYPES, Event, record
from tests.factories import AFamily, a_case, a_note, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def titles(of: AFamily, **asked: object) -> list[str]:
    wanted = Narrowed(**asked)  # type: ignore[arg-type]
    about = of.case_ids if wanted.family else [of.case_id]
    return [entry.title for entry in list_chronology(someone("north.worker"), about, narrowed=wanted, limit=100)]


def told_by_school(family: AFamily, at: datetime) -> None:
    record(
        someone("school"),
        "referral.received",
        subjects=[family.referral_id],
        occurred_at=at,
        agency=someone("school").agency_id,
        mode="form",
        children=1,
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("note.written", "notes"),
        ("referral.received", "contacts"),
        ("case.allocated", "teams"),
        ("case.handover.accepted", "teams"),
        ("case.level.changed", "decisions"),
        ("plan.cp_began", "protection"),
        ("plan.cin_began", "plans"),
        ("assessment.authorised", "assessments"),
        ("family_help.assessment_began", "assessments"),
        ("correction.asked", "family"),
        ("something.new", "other"),
    ],
)
def test_each_entry_is_of_one_kind(code: str, kind: str) -> None:
    assert entry_kind(code) == kind and kind in ENTRY_KINDS


def test_it_is_narrowed_by_kind_source_days_and_child(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    told_by_school(family, friday - timedelta(days=3))
    a_note(family, "north.worker", words="Seen at home.")
    cases.write_note(
        someone("north.worker"),
        case_ids=family.case_ids[1:],
        words="Jake alone.",
        happened_at=friday - timedelta(minutes=5),
        once_key="jake",
    )

    assert titles(family, kind="notes") == ["Note"]
    assert titles(family, kind="notes", family=True) == ["Note", "Note"]
    assert titles(family, source=agency_key("school")) == ["Referral received"]
    assert titles(family, until=date(2026, 11, 17)) == ["Referral received"]
    assert titles(family, since=date(2026, 11, 18), until=date(2026, 11, 19)) == []
    assert "Referral received" not in titles(family, since=date(2026, 11, 20))
    assert set(list_sources(family.case_ids)) >= {"council", agency_key("school")}


def agency_key(login: str) -> str:
    from_id = someone(login).agency_id
    return str(db.session.scalar(sa.text("SELECT key FROM agency WHERE id = :id").bindparams(id=from_id)))


def test_a_day_ends_at_midnight_in_london(app: Flask) -> None:
    # 1 July 2026, 23:30 in London is 22:30 in UTC; an hour later it is 2 July.
    with clock.at(datetime(2026, 7, 10, 9, 0, tzinfo=UTC)):
        family = a_case(worker="north.worker")
        told_by_school(family, datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
        told_by_school(family, datetime(2026, 7, 1, 23, 30, tzinfo=UTC))
        assert len(titles(family, since=date(2026, 7, 1), until=date(2026, 7, 1))) == 1
        assert len(titles(family, since=date(2026, 7, 2), until=date(2026, 7, 2))) == 1


def test_people_mark_what_is_significant_and_who_and_when_stays(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    a_note(family, "north.worker", words="He hit her.")
    leah = someone("north.worker")
    note = next(entry for entry in list_chronology(leah, [family.case_id]) if entry.note)
    cases.mark_entry(leah, case_id=family.case_id, event_id=note.id, significant=True)
    cases.mark_entry(leah, case_id=family.case_id, event_id=note.id, significant=True)

    marked = find_entry(leah, family.case_id, note.id)
    assert marked is not None and marked.important
    assert marked.marked == "Marked significant by Leah Dawson, Fri 20 Nov, 15:30"
    assert note.id in [entry.id for entry in list_chronology(leah, [family.case_id], important=True)]
    # For the brother nobody said it.
    assert note.id not in [entry.id for entry in list_chronology(leah, family.case_ids[1:], important=True)]

    opened = next(entry for entry in list_chronology(leah, [family.case_id]) if entry.title.startswith("Case opened"))
    cases.mark_entry(someone("north.manager"), case_id=family.case_id, event_id=opened.id, significant=False)
    assert opened.id not in [entry.id for entry in list_chronology(leah, [family.case_id], important=True)]
    cases.mark_entry(leah, case_id=family.case_id, event_id=opened.id, significant=True)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(EventMark)) == 3
    events = db.session.scalars(sa.select(Event.data).where(Event.code == "chronology.marked").order_by(Event.id)).all()
    assert [(data["entry"], data["significant"]) for data in events] == [
        (note.id, True),
        (opened.id, False),
        (opened.id, True),
    ]


def test_an_entry_of_another_family_is_not_marked(app: Flask, friday: datetime) -> None:
    family, other = a_case(worker="north.worker"), a_case(name="Lister", worker="north.worker")
    a_note(other, "north.worker")
    leah = someone("north.worker")
    theirs = next(entry for entry in list_chronology(leah, [other.case_id]) if entry.note)
    with pytest.raises(NotFound):
        cases.mark_entry(leah, case_id=family.case_id, event_id=theirs.id, significant=True)


def test_what_came_before_the_case_is_in_it(app: Flask, friday: datetime) -> None:
    """A contact of the spring about the same child, by name and birth date, that came to nothing."""
    family = a_case(worker="north.worker")
    earlier = a_case(name="Other", worker="north.worker")
    told_by_school(earlier, friday - timedelta(days=200))
    db.session.execute(
        sa.text("UPDATE case_record SET person_id = :p, closed_at = :at WHERE id = :id").bindparams(
            p=family.person_ids[0], at=friday - timedelta(days=100), id=earlier.case_id
        )
    )
    assert "Referral received" not in titles(family)
    assert titles(family, earlier=True).count("Case opened: Assessment, North locality") == 2
    # Who does not see the earlier case sees nothing of it.
    manager = someone("central.manager")
    seen = list_chronology(manager, [family.case_id], narrowed=Narrowed(earlier=True), limit=100)
    assert [entry.title for entry in seen].count("Case opened: Assessment, North locality") == 1


def test_each_sentence_for_the_child_is_of_an_event_and_reads_at_nine_to_eleven(app: Flask) -> None:
    assert set(SAID) <= set(TYPES)
    for code, words in SAID.items():
        assert set(re.findall(r"{(\w+)}", words)) <= set(TYPES[code].keys), code
    text = " ".join(re.sub(r"{\w+}", "Leah", words) for words in SAID.values())
    # Flesch-Kincaid: grade 4 to 6 is the age of 9 to 11.
    assert grade(text) <= 5, grade(text)


def grade(text: str) -> float:
    """The Flesch-Kincaid grade of a text; syllables are groups of vowels, a silent e at the end left out."""
    words = re.findall(r"[A-Za-z]+", text)
    syllables = sum(max(1, len(re.findall(r"[aeiouy]+", re.sub(r"e$", "", word.lower())))) for word in words)
    sentences = len(re.findall(r"[.!?]", text))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59


def test_the_child_s_version_tells_the_story_and_nothing_that_others_said(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    told_by_school(family, friday - timedelta(days=3))
    a_note(family, "north.worker", words="Lee Garner hit Kirsty.")
    story = get_for_child(family.case_id)
    assert [line.words for line in story.lines] == [
        "Somebody was worried about you. They told us, because they want you to be safe.",
        "We began to work with you and your family. Our team is called North locality.",
        "A new team began to look after your plan. It is called North locality.",
        "Leah Dawson became your worker.",
    ]
    assert (story.worker, story.team) == ("Leah Dawson", "North locality")


def test_the_pages(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker", children=2)
        a_note(family, "north.worker", words="Seen at home.")
        note = next(e.id for e in list_chronology(someone("north.worker"), [family.case_id]) if e.note)
    leah = browser("north.worker")
    address = f"/cases/{family.reference}/chronology"
    with count_statements(bare_app) as made:
        page = leah.get(f"{address}?kind=notes&who=family").text
    assert len(made) <= 12, "\n\n".join(made)
    assert "Seen at home." in page and "is accountable" not in page.partition('class="log"')[2]
    assert leah.get(f"{address}?kind=nonsense").status_code == 422
    wrong = leah.get(f"{address}?since-day=31&since-month=2&since-year=2026&kind=notes")
    assert wrong.status_code == 422 and 'value="31"' in wrong.text
    back = leah.post(f"{address}/{note}/mark?kind=notes", data={"significant": "yes"})
    assert back.status_code == 303 and f"kind=notes#entry-{note}" in back.headers["Location"]
    assert "Marked significant by Leah Dawson" in leah.get(address).text
    paper = leah.get(f"{address}/print?kind=notes&who=family").text
    assert "For Leah Dawson, social worker, North locality" in paper
    assert "the whole family, notes" in paper and "Seen at home." in paper
    group = leah.get(f"{address}/print?reader=professionals").text
    assert "Seen at home." not in group and "is accountable" in group
    assert leah.get(f"{address}/print.pdf?reader=professionals&kind=notes").data.startswith(b"%PDF")
    for_child = leah.get(f"{address}/for-child").text
    assert "became your worker" in for_child and "Lee Garner" not in for_child and "Childline" in for_child


def test_below_the_record_nobody_reads_words(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    a_note(family, "north.worker", words="Seen at home.")
    told = list_chronology(someone("north.worker"), [family.case_id], level=L2)
    assert told.entries and not any(entry.words or entry.wrong for entry in told)
