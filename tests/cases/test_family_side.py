"""What the family is told, what it says is wrong, family group decision-making, and the summary card."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases import commands as cases
from caseapp.cases.commands import TellingOf
from caseapp.cases.domain.childs_page import FamilyGroupFacts, check_family_group, direction_of
from caseapp.cases.models import Correction, FamilyGroup, FamilyGroupVersion, Told
from caseapp.cases.queries import (
    get_case_page,
    get_summary,
    list_chronology,
    list_decisions,
    list_family_groups,
    whom_to_tell,
)
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from tests.factories import AFamily, a_case, a_note, give, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
FRIDAY = date(2026, 11, 20)


def entry_of(family: AFamily, title: str) -> int:
    told = list_chronology(someone("north.worker"), [family.case_id], limit=100)
    return next(entry.id for entry in told if entry.title.startswith(title))


def running(family: AFamily) -> list[date]:
    """The days by which corrections have to be answered."""
    found = clocks_of([family.case_id]).get(family.case_id, ())
    return [view.due_on for view in found if view.rule.key == "correction.answer" and view.due_on]


def say_wrong(family: AFamily, event_id: int, *, words: str = "I never said that.", on: date = FRIDAY) -> None:
    cases.ask_correction(
        someone("north.worker"),
        case_id=family.case_id,
        event_id=event_id,
        said_by="Kirsty, the mother",
        words=words,
        asked_on=on,
        once_key=f"{event_id}{words}"[:40],
    )


def test_a_correction_stands_beside_the_text_for_every_reader_and_has_a_month(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    a_note(family, "north.worker", words="Kirsty said he lives there.")
    note = entry_of(family, "Note")
    say_wrong(family, note)
    say_wrong(family, note)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Correction)) == 1
    # Article 12 (3) UK GDPR: one month; 20 November to 20 December.
    assert running(family) == [date(2026, 12, 20)]
    # The note is about both children: it stands beside it in the brother's chronology too.
    for case_id in family.case_ids:
        told = list_chronology(someone("north.worker"), [case_id])
        beside = next(entry.wrong for entry in told if entry.note)
        assert [(row.said_by, row.words, row.answer) for row in beside] == [
            ("Kirsty, the mother", "I never said that.", "")
        ]


def test_each_answer_counts_for_its_own_month(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    a_note(family, "north.worker")
    opened = entry_of(family, "Case opened")
    say_wrong(family, entry_of(family, "Note"), on=FRIDAY - timedelta(days=10))
    say_wrong(family, opened, words="Nobody asked us.", on=FRIDAY - timedelta(days=3))
    assert running(family) == [date(2026, 12, 10)]
    first, second = db.session.scalars(sa.select(Correction.id).order_by(Correction.id)).all()
    ruth = someone("north.manager")
    said = {"case_id": family.case_id, "answer": "put_right", "words": "It was the aunt."}
    cases.answer_correction(ruth, correction_id=first, **said)  # type: ignore[arg-type]
    # What was asked three days ago has a month from then.
    assert running(family) == [date(2026, 12, 17)]
    with pytest.raises(Conflict):
        cases.answer_correction(ruth, correction_id=first, **said)  # type: ignore[arg-type]
    cases.answer_correction(ruth, correction_id=second, **said)  # type: ignore[arg-type]
    assert running(family) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [({"words": " "}, "words"), ({"said_by": ""}, "said_by"), ({"asked_on": FRIDAY + timedelta(days=1)}, "asked_on")],
)
def test_a_correction_without_its_parts_is_refused(
    app: Flask, friday: datetime, change: dict[str, object], field: str
) -> None:
    family = a_case(worker="north.worker")
    given: dict[str, object] = {"said_by": "Kirsty", "words": "Wrong.", "asked_on": FRIDAY, "once_key": "k"}
    with pytest.raises(Invalid) as refused:
        cases.ask_correction(
            someone("north.worker"),
            case_id=family.case_id,
            event_id=entry_of(family, "Case opened"),
            **(given | change),  # type: ignore[arg-type]
        )
    assert list(refused.value.problems) == [field]


def test_who_was_told_is_kept_and_a_change_ends_what_stood(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker")
    leah = someone("north.worker")
    case = get_case_page(leah, family.case_id).case
    people = whom_to_tell(leah, case)
    assert [person.relationship for person in people] == [None, "mother"]
    opened = entry_of(family, "Case opened")
    child, mother = (person.person_id for person in people)
    cases.tell_of_decision(
        leah,
        case_id=family.case_id,
        event_id=opened,
        told=[
            TellingOf(person_id=child, why_not="too_young"),
            TellingOf(person_id=mother, how="in_person", told_on=FRIDAY),
        ],
    )
    row = next(row for row in list_decisions(family.case_id, people) if row.id == opened)
    assert [(one.words, one.told_by) for one in row.told] == [
        ("Too young to be told this", "Leah Dawson"),
        ("in person", "Leah Dawson"),
    ]
    assert row.open == ()
    again = TellingOf(person_id=mother, how="letter", told_on=FRIDAY)
    cases.tell_of_decision(leah, case_id=family.case_id, event_id=opened, told=[again])
    cases.tell_of_decision(leah, case_id=family.case_id, event_id=opened, told=[again])
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Told)) == 3
    assert db.session.scalar(sa.select(sa.func.count()).where(Told.ended_at.is_(None))) == 2
    other = a_case(name="Lister", worker="north.worker")
    with pytest.raises(NotFound):
        cases.tell_of_decision(leah, case_id=other.case_id, event_id=opened, told=[again])


@pytest.mark.parametrize(
    ("facts", "fields"),
    [
        (FamilyGroupFacts(), ["offered_on"]),
        (FamilyGroupFacts(why_not="He is not safe with them."), []),
        (FamilyGroupFacts(offered_to="Kirsty"), ["offered_on"]),
        (FamilyGroupFacts(offered_on=FRIDAY), ["offered_to"]),
        (FamilyGroupFacts(FRIDAY, "Kirsty"), []),
        (FamilyGroupFacts(FRIDAY, "Kirsty", "accepted"), ["answered_on"]),
        (FamilyGroupFacts(FRIDAY, "Kirsty", "accepted", FRIDAY - timedelta(days=1)), ["answered_on"]),
        (FamilyGroupFacts(FRIDAY, "Kirsty", "declined", FRIDAY, held_on=FRIDAY), ["held_on"]),
        (FamilyGroupFacts(FRIDAY, "Kirsty", "accepted", FRIDAY, plan="Gran helps."), ["plan"]),
        (FamilyGroupFacts(FRIDAY, "Kirsty", "accepted", FRIDAY, FRIDAY, "Gran helps."), []),
        (FamilyGroupFacts(FRIDAY, "Kirsty", why_not="Not safe."), ["why_not"]),
    ],
)
def test_each_step_of_a_family_group_needs_the_one_before(facts: FamilyGroupFacts, fields: list[str]) -> None:
    assert list(check_family_group(facts)) == fields


def test_a_family_group_goes_on_and_the_second_of_two_is_told(app: Flask, friday: datetime) -> None:
    family = a_case(worker="north.worker", children=2)
    leah = someone("north.worker")
    offered = FamilyGroupFacts(FRIDAY, "Kirsty and her mother")
    for _ in range(2):
        cases.record_family_group(leah, case_ids=family.case_ids, facts=offered, once_key="once")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FamilyGroup)) == 2
    group = list_family_groups(family.case_id)[0]
    held = FamilyGroupFacts(FRIDAY, "Kirsty and her mother", "accepted", FRIDAY, FRIDAY, "Gran has them on Fridays.")
    for expected in (None, Conflict):
        sends = {"case_ids": [family.case_id], "facts": held, "once_key": "", "group_id": group.id, "version": 1}
        if expected is None:
            cases.record_family_group(leah, **sends)  # type: ignore[arg-type]
        else:
            with pytest.raises(expected):
                cases.record_family_group(leah, **sends)  # type: ignore[arg-type]
    assert list_family_groups(family.case_id)[0].step_words == "the family has its plan"
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FamilyGroupVersion)) == 3
    with pytest.raises(NotFound):
        cases.record_family_group(
            leah, case_ids=[family.case_ids[1]], facts=held, once_key="", group_id=group.id, version=2
        )


@pytest.mark.parametrize(
    ("old", "new", "way"),
    [
        ("focused_family_help", "assessment", "up"),
        ("child_in_need", "focused_family_help", "down"),
        ("assessment", "child_in_need", ""),
        ("focused_family_help", "specialist_family_help", ""),
    ],
)
def test_a_step_is_up_or_down_where_it_crosses_to_social_work(old: str, new: str, way: str) -> None:
    assert direction_of(old, new) == way


def test_the_summary_counts_workers_steps_and_what_the_law_says(app: Flask, friday: datetime) -> None:
    leah = someone("north.worker")
    with clock.at(friday - timedelta(days=40)):
        family = a_case(worker="north.worker", level="child_in_need", children=2)
    with clock.at(friday - timedelta(days=10)):
        give(family, "marta.wilk")
        for code in ("plan.cp_began", "child.seen_by_agency"):
            cases.record_dated_event(
                leah,
                case_ids=family.case_ids,
                kind=code,
                happened_at=clock.now(),
                who="Ellie",
                words="As it was.",
                once_key=code,
            )
    page = get_case_page(leah, family.case_id)
    summary = get_summary(leah, page.case, page.family)
    assert summary.led == 2 and [row.name for row in summary.work][1] == "Leah Dawson"
    assert summary.work[1].long == "4 weeks" and summary.work[1].reason_words == "another worker took over"
    assert summary.legal == ("Child protection plan since 10 November 2026",)
    assert summary.seen_at == friday - timedelta(days=10)
    assert [row.kind for row in summary.episodes] == ["Child in need"]
    assert [person.name for person in summary.household] == ["Jake Marsden"]


def test_the_pages(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker", children=2)
        a_note(family, "north.worker", words="Kirsty said he lives there.")
        note, opened = entry_of(family, "Note"), entry_of(family, "Case opened")
    leah, ruth = browser("north.worker"), browser("north.manager")
    base = f"/cases/{family.reference}"
    form = f"{base}/corrections/{note}/new"
    assert "Kirsty said he lives there." in leah.get(form).text
    day = {"asked_on-day": "20", "asked_on-month": "11", "asked_on-year": "2026"}
    refused = leah.post(form, data={**day, "said_by": "Kirsty, the mother", "words": "", "once": "a"})
    assert refused.status_code == 422 and "Kirsty, the mother" in refused.text
    sends = {**day, "said_by": "Kirsty, the mother", "words": "I said he visits.", "once": "a"}
    assert leah.post(form, data=sends).status_code == 303
    for path in ("/chronology", "/chronology/print", "", "/print", "/told"):
        assert "I said he visits." in leah.get(base + path).text, path
    number = 1
    answer = f"{base}/corrections/{number}/answer"
    assert leah.get(answer).status_code == 403
    assert ruth.post(answer, data={"answer": "put_right"}).status_code == 422
    assert ruth.post(answer, data={"answer": "put_right", "words": "We wrote it anew."}).status_code == 303
    assert ruth.post(answer, data={"answer": "put_right", "words": "Again."}).status_code == 409
    assert "We wrote it anew." in leah.get(f"{base}/chronology/print").text

    tell = f"{base}/told/{opened}"
    page = leah.get(tell).text
    mother = max(int(number) for number in re.findall(r'name="p(\d+)-how"', page))
    assert leah.post(tell, data={}).status_code == 422
    how = f"p{mother}-how"
    missing = leah.post(tell, data={how: "how:phone"})
    assert missing.status_code == 422 and "Enter the day they were told" in missing.text
    day = {f"p{mother}-told_on-day": "20", f"p{mother}-told_on-month": "11", f"p{mother}-told_on-year": "2026"}
    assert leah.post(tell, data={how: "how:phone", **day, f"p{mother}-told_by": "Leah Dawson"}).status_code == 303
    with count_statements(bare_app) as made:
        told = leah.get(f"{base}/told").text
    assert "by telephone, Fri 20 Nov, by Leah Dawson" in told and len(made) <= 12, "\n\n".join(made)

    group = f"{base}/family-group/new"
    sends = {"children": family.references, "once": "g", "why_not": "She is not safe with them."}
    assert leah.post(group, data=sends).status_code == 303
    assert "She is not safe with them." in leah.get(f"{base}/told").text
    stale = leah.post(f"{base}/family-group/1", data={"why_not": "Other.", "version": "7"})
    assert stale.status_code == 409 and "Other." in stale.text
    with count_statements(bare_app) as made:
        people = leah.get(f"{base}/people").text
    assert "This child has had 1 worker" in people and len(made) <= 12, "\n\n".join(made)
