"""A visit is written once for the children it was about; each child's record shows the shared part and their own."""

import re
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases import commands as cases
from caseapp.cases.domain.visits import ChildPart, VisitTold, visit_problems
from caseapp.cases.models import Visit, VisitDraft
from caseapp.cases.queries import get_visit_page, list_chronology, read_visit
from caseapp.deadlines.commands import rebuild
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from tests.factories import AFamily, a_case, a_full_record, a_visit, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
TOLD = VisitTold(NOW, "assessment", "home", "", "yes", "Their mother and I", "Warm.", parts=(ChildPart(1, "alone"),))


# ---------------------------------------------------------------- what a visit must say


@pytest.mark.parametrize(
    ("changes", "part", "field", "said"),
    [
        ({}, {}, "", ""),
        ({"happened_at": NOW + timedelta(minutes=1)}, {}, "happened_at", "in the future"),
        ({"words": " "}, {}, "words", "what you saw"),
        ({"who": ""}, {}, "who", "who was there"),
        ({"who": "x" * 201}, {}, "who", "at most 200"),
        ({"place": "elsewhere"}, {}, "place_words", "where it was"),
        ({"next_on": date(2026, 11, 19)}, {}, "next_on", "after this one"),
        ({}, {"seen": ""}, "seen_1", "whether you saw"),
        ({}, {"seen": "not_about"}, "seen_1", "at least one child"),
        ({}, {"seen": "not_about", "words": "Said little."}, "seen_1", "at least one child"),
        # Not seen, or not alone: why, and when next (practice 16).
        ({"next_on": date(2026, 11, 23)}, {"seen": "with"}, "not_alone_1", "alone"),
        ({"next_on": date(2026, 11, 23)}, {"seen": "no"}, "not_seen_1", "did not see"),
        ({}, {"seen": "no", "why_not": "asleep"}, "next_on", "when you go next"),
        ({}, {"seen": "with", "why_not": "too_young"}, "next_on", "when you go next"),
        ({"next_on": date(2026, 11, 23)}, {"seen": "no", "why_not": "other"}, "words_1", "other reason"),
        # A quotation has somebody who heard it (practice 25).
        ({}, {"said": "It was loud."}, "heard_by_1", "who heard it"),
    ],
)
def test_what_a_visit_must_say(changes: dict[str, Any], part: dict[str, Any], field: str, said: str) -> None:
    told = replace(TOLD, parts=(replace(TOLD.parts[0], **part),), **changes)
    problems = visit_problems(told, NOW)
    assert set(problems) == ({field} if field else set())
    assert said in problems.get(field, "")


def test_what_was_written_of_a_child_is_not_dropped_by_saying_that_it_was_not_about_them() -> None:
    parts = (*TOLD.parts, ChildPart(2, "not_about", words="Said little."))
    assert "whether you saw them" in visit_problems(replace(TOLD, parts=parts), NOW)["seen_2"]


# ---------------------------------------------------------------- once, with a part for each


def visit_id() -> int:
    return db.session.scalars(sa.select(Visit.id).order_by(Visit.id.desc())).first() or 0


def three(**more: Any) -> AFamily:
    return a_case(children=3, worker="north.worker", **more)


def parts_of(of: AFamily) -> tuple[ChildPart, ...]:
    return (
        ChildPart(of.case_ids[0], "alone", "", "yes", "I like it when mum reads.", "I did", "Ellie is in the loft."),
        ChildPart(of.case_ids[1], "with", "child_wanted", "no", words="Jake held on to his mother."),
        ChildPart(of.case_ids[2], "no", "asleep", words="Mia slept."),
    )


def told_of(case_id: int, login: str = "north.worker") -> str:
    entries = list_chronology(someone(login), [case_id], limit=50)
    return "\n".join(f"{entry.title}: {entry.words}" for entry in entries)


def test_each_record_shows_the_shared_part_and_its_own(app: Flask, friday: datetime) -> None:
    of = three()
    reference = a_visit(of, parts=parts_of(of), next_on=date(2026, 11, 23), adults_said="“He is gone now.”")
    own = ("in the loft", "held on to his mother", "Mia slept")
    for place, case_id in enumerate(of.case_ids):
        page = get_visit_page(someone("north.worker"), case_id, reference)
        record = f"{told_of(case_id)}{page.wordings}"
        assert "The house was warm" in record and "He is gone now" in record
        assert [words in record for words in own] == [words is own[place] for words in own]
    assert "“I like it when mum reads.” (heard by I did)" in told_of(of.case_ids[0])
    assert "Visit: the child was not seen. The child was asleep" in told_of(of.case_ids[2])
    assert "Visit made" not in told_of(of.case_ids[2])
    # Of several children at once the shared part is told once.
    together = [entry.words or "" for entry in list_chronology(someone("north.worker"), of.case_ids, limit=50)]
    assert sum("The house was warm" in words for words in together) == 1


def test_only_who_was_seen_stops_the_clock_that_asks_for_it(app: Flask, friday: datetime) -> None:
    """Assessment begun with the case: each child is to be seen; Mia slept, and hers runs on until the next visit."""
    of = three()
    a_visit(of, parts=parts_of(of), next_on=date(2026, 11, 23))
    running = [{view.rule.key for view in clocks_of([case_id])[case_id]} for case_id in of.case_ids]
    assert ["seen.worker" in keys for keys in running] == [True, True, False]
    assert not [one for part in rebuild() for one in part.differences]


def test_pressing_twice_makes_one_visit_and_another_text_meets_the_first(app: Flask, friday: datetime) -> None:
    of = three()
    assert a_visit(of, once_key="k") == a_visit(of, once_key="k")
    with pytest.raises(cases.SavedAlready) as met:
        a_visit(of, once_key="k", words="Cold.")
    assert met.value.kept.told.words == "The house was warm, and there was food in."
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 1


def test_pressing_twice_at_the_same_moment_makes_one_visit(bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        of = three()
    ready, references, at = threading.Barrier(2), [], clock.now()

    def press() -> None:
        with bare_app.app_context():
            someone("north.worker")
            db.session.rollback()
            ready.wait()
            with transaction():
                references.append(a_visit(of, at=at, once_key="k"))

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(references) == 2 and len(set(references)) == 1


def test_a_visit_cannot_be_to_come_nor_after_closing_nor_to_a_child_who_is_not_seen_by_the_writer(
    app: Flask, friday: datetime
) -> None:
    of = three()
    with pytest.raises(Invalid) as refused:
        a_visit(of, at=friday + timedelta(minutes=1))
    assert "happened_at" in refused.value.problems
    with pytest.raises(NotFound):
        a_visit(of, "south.worker")
    with pytest.raises(NotFound):
        a_visit(of, case_ids=[*of.case_ids, a_case(name="Steel", team="south", worker="south.worker").case_id])
    with pytest.raises(Invalid):
        a_visit(of, kind="no such")


def test_a_sibling_who_is_kept_from_the_reader_is_nowhere(app: Flask, friday: datetime) -> None:
    of = three()
    reference = a_visit(of, parts=parts_of(of), next_on=date(2026, 11, 23))
    bar(f"user:{someone('north.manager').user_id}", subject_id=of.case_ids[1], reason="Her nephew")
    page = get_visit_page(someone("north.manager"), of.case_ids[0], reference)
    assert [name for _, name in page.others] == ["Mia Marsden"]
    with pytest.raises(NotFound):
        get_visit_page(someone("north.manager"), of.case_ids[1], reference)
    # What a manager changes of the others leaves that part as it was; another day would move that child's clocks.
    kept = read_visit(visit_id())
    mine = replace(kept.told, parts=(kept.told.parts[0], kept.told.parts[2]), words="Warm, and dry.")
    cases.correct_visit(someone("north.manager"), visit_id=kept.id, version=1, told=mine, why="Spelling")
    assert read_visit(kept.id).told.parts == kept.told.parts
    earlier = replace(mine, happened_at=mine.happened_at - timedelta(days=1))
    with pytest.raises(OutOfOrder, match="another child too"):
        cases.correct_visit(someone("north.manager"), visit_id=kept.id, version=2, told=earlier, why="The day before")


# ---------------------------------------------------------------- changing it


def test_a_change_keeps_both_wordings_and_moves_the_clocks(app: Flask, friday: datetime) -> None:
    of = three(received_at=friday - timedelta(days=30))
    reference = a_visit(of)
    kept, leah = read_visit(visit_id()), someone("north.worker")
    told = replace(
        kept.told,
        happened_at=friday - timedelta(days=3),
        parts=(replace(kept.told.parts[0], seen="no", why_not="child_out"), *kept.told.parts[1:]),
        next_on=date(2026, 11, 24),
    )
    cases.correct_visit(leah, visit_id=kept.id, version=1, told=told, why="It was Tuesday, and Ellie was at her nan’s")
    page = get_visit_page(leah, of.case_ids[0], reference)
    assert [(wording.number, wording.title) for wording in page.wordings] == [
        (2, "Not seen"),
        (1, "Seen, and on their own for a while"),
    ]
    running = {case_id: {view.rule.key: view for view in clocks_of([case_id])[case_id]} for case_id in of.case_ids}
    assert "seen.worker" not in running[of.case_ids[0]]
    assert running[of.case_ids[1]]["seen.worker"].anchor_at == friday - timedelta(days=3)
    assert not [one for part in rebuild() for one in part.differences]
    # And back again.
    again = replace(told, parts=kept.told.parts)
    cases.correct_visit(leah, visit_id=kept.id, version=2, told=again, why="She was in after all")
    assert "seen.worker" in {view.rule.key for view in clocks_of([of.case_ids[0]])[of.case_ids[0]]}
    # The same again changes nothing; an older page is told.
    cases.correct_visit(leah, visit_id=kept.id, version=1, told=again, why="Twice")
    with pytest.raises(cases.StaleVisit) as stale:
        cases.correct_visit(leah, visit_id=kept.id, version=1, told=told, why="Late")
    assert stale.value.kept.number == 3


def test_a_change_of_one_child_s_part_is_no_news_in_another_s_record(app: Flask, friday: datetime) -> None:
    of = three()
    reference = a_visit(of)
    kept, leah = read_visit(visit_id()), someone("north.worker")
    told = replace(kept.told, parts=(replace(kept.told.parts[0], words="She drew the dog."), *kept.told.parts[1:]))
    cases.correct_visit(leah, visit_id=kept.id, version=1, told=told, why="Forgotten")
    lengths = [len(get_visit_page(leah, case_id, reference).wordings) for case_id in of.case_ids]
    assert lengths == [2, 1, 1]


# ---------------------------------------------------------------- the pages


def posted(client: FlaskClient, of: AFamily, **more: Any) -> dict[str, Any]:
    """What the page sends when it is filled in, each child seen alone."""
    page = client.get(f"/cases/{of.reference}/visits/new").text
    found = dict(re.findall(r'name="(version|once)" value="([^"]*)"', page))
    given = {
        **found,
        "happened_on-day": "20",
        "happened_on-month": "11",
        "happened_on-year": "2026",
        "happened_time": "14:00",
        "kind": "assessment",
        "place": "home",
        "announced": "no",
        "who": "Their mother and I",
        "words": "The house was warm.",
        **{f"seen_{case_id}": "alone" for case_id in of.case_ids},
    }
    return {**given, **more}


def made(app: Flask, **more: Any) -> AFamily:
    with app.app_context(), transaction():
        return three(**more)


def test_written_on_one_page_it_stands_in_each_record(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of, client = made(bare_app), browser("north.worker")
    address = f"/cases/{of.reference}/visits/new"
    part = {f"words_{of.case_ids[1]}": "Jake showed his bed."}
    done = client.post(address, data=posted(client, of, **part))
    assert done.status_code == 303
    assert "in the record of each child" in client.get(done.location).text
    jake = client.get(f"/cases/{of.references[1]}").text
    assert "Jake showed his bed." in jake and "The house was warm." in jake
    assert "Jake showed his bed." not in client.get(f"/cases/{of.references[0]}").text
    visit = re.search(r'href="(/cases/[^"]*/visits/V-[^"]*)"', jake)
    assert visit is not None
    shown = client.get(visit[1])
    assert shown.status_code == 200 and "Jake showed his bed." in shown.text
    paper = client.get(f"{visit[1]}/print")
    assert paper.status_code == 200 and "Jake showed his bed." in paper.text
    # Another child's record of the same visit, and a child it was not about.
    other = visit[1].replace(of.references[1], of.references[0])
    assert "Jake showed his bed." not in client.get(other).text
    with bare_app.app_context(), transaction():
        foreign = a_case(name="Steel", worker="north.worker")
    assert client.get(visit[1].replace(of.references[1], foreign.reference)).status_code == 404
    reference = visit[1].rpartition("/")[2]
    assert client.get(f"/cases/visits/{reference}").status_code == 302
    assert browser("central.worker").get(f"/cases/visits/{reference}").status_code == 404


def test_what_is_wrong_stands_at_its_field_and_nothing_typed_is_lost(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of, client = made(bare_app), browser("north.worker")
    ellie = of.case_ids[0]
    sent = posted(client, of, who="", **{f"seen_{ellie}": "no", f"words_{ellie}": "Nobody in."})
    page = client.post(f"/cases/{of.reference}/visits/new", data=sent)
    assert page.status_code == 422 and "Say who was there" in page.text and "Nobody in." in page.text
    page = client.post(f"/cases/{of.reference}/visits/new", data={**sent, "who": "Nobody"})
    assert page.status_code == 422
    assert "Choose why you did not see them" in page.text and "Say when you go next" in page.text


def test_a_draft_outlives_the_session_and_is_its_author_s_alone(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of, client = made(bare_app), browser("north.worker")
    address = f"/cases/{of.reference}/visits/new"
    sent = posted(client, of, words="In the hallway.", who="")
    saved = client.post(f"{address}/save", data=sent)
    assert saved.status_code == 200 and saved.json == {"saved_at": "15:30", "version": 1}
    # Also from a brother's page, after signing in anew.
    again = browser("north.worker").get(f"/cases/{of.references[1]}/visits/new").text
    assert "In the hallway." in again and "Your text of" in again
    assert "In the hallway." not in browser("north.manager").get(address).text
    assert "In the hallway." not in client.get(f"/cases/{of.reference}").text
    later = client.post(address, data={**sent, "version": "1", "words": "At the door.", "later": "yes"})
    assert later.status_code == 303 and "At the door." in client.get(address).text
    done = client.post(address, data=posted(client, of, words="At the door."))
    assert done.status_code == 303
    with bare_app.app_context():
        assert db.session.scalars(sa.select(VisitDraft.typed)).all() == [{}]
    assert "At the door." not in client.get(address).text


def test_a_stale_tab_is_told_with_both_texts(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of, client = made(bare_app), browser("north.worker")
    address = f"/cases/{of.reference}/visits/new"
    first, second = posted(client, of), posted(client, of)
    assert client.post(f"{address}/save", data={**first, "words": "First tab.", "kind": "other"}).status_code == 200
    assert client.post(f"{address}/save", data={**second, "words": "Second tab."}).status_code == 409
    page = client.post(address, data={**second, "words": "Second tab."})
    assert page.status_code == 409 and "First tab." in page.text and "Second tab." in page.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
    two = {"two_answers": ["kind", "words"]}
    missing = client.post(address, data={**hidden, **two, "kind_keep": "theirs", "words": "x"})
    assert missing.status_code == 409 and "Choose one" in missing.text and "Second tab." in missing.text
    both = {"kind_keep": "theirs", "words_keep": "both", "words": "First tab. Second tab.", "chosen": "yes"}
    assert client.post(address, data={**hidden, **two, **both}).status_code == 303
    page = client.get(address)
    assert "First tab. Second tab." in page.text
    with bare_app.app_context():
        (typed,) = db.session.scalars(sa.select(VisitDraft.typed)).all()
        assert typed["kind"] == "other"
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Visit)) == 0


def test_the_same_form_again_is_one_visit_and_another_text_may_be_its_next_wording(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    of, client = made(bare_app), browser("north.worker")
    address = f"/cases/{of.reference}/visits/new"
    sent = posted(client, of)
    for _ in range(2):
        assert client.post(address, data=sent).status_code == 303
    met = client.post(address, data={**sent, "words": "It was cold."})
    assert met.status_code == 409 and "You have saved this visit already" in met.text
    assert "It was cold." in met.text and "The house was warm." in met.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', met.text))
    action = re.search(r'action="(/cases/visits/[^"]+)"', met.text)
    assert action is not None
    kept = client.post(action[1], data={**hidden, "two_answers": "words", "words_keep": "mine"})
    assert kept.status_code == 303, kept.text
    page = client.get(f"/cases/{of.reference}").text
    assert "It was cold." in page and page.count("Visit made") == 1


def test_a_visit_of_that_day_is_shown_before_a_second_one(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of, client, ruth = made(bare_app), browser("north.worker"), browser("north.manager")
    address = f"/cases/{of.reference}/visits/new"
    assert client.post(address, data=posted(client, of)).status_code == 303
    mine = posted(ruth, of, words="With Leah, in the kitchen.")
    met = ruth.post(address, data=mine)
    assert met.status_code == 409 and "Leah Dawson wrote down a visit of the same day" in met.text
    assert "With Leah, in the kitchen." in met.text
    assert ruth.post(address, data={**mine, "twice": "yes"}).status_code == 303


def test_two_people_change_one_visit(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of, leah, ruth = made(bare_app), browser("north.worker"), browser("north.manager")
    assert leah.post(f"/cases/{of.reference}/visits/new", data=posted(leah, of)).status_code == 303
    with bare_app.app_context():
        address = f"/cases/visits/{read_visit(visit_id()).reference}/change"
    sent = {**posted(leah, of), "version": "1", "why": "Spelling"}
    assert leah.post(address, data={**sent, "words": "The house was warm and dry."}).status_code == 303
    stale = ruth.post(address, data={**sent, "words": "The house was hot."})
    assert stale.status_code == 409
    assert "The house was hot." in stale.text and "The house was warm and dry." in stale.text
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', stale.text))
    assert hidden["why"] == "Spelling"
    kept = ruth.post(address, data={**hidden, "two_answers": "words", "words_keep": "mine"})
    assert kept.status_code == 303
    page = ruth.get(f"{kept.location}", follow_redirects=True).text
    assert "Wording 3, the latest" in page and "The house was warm and dry." in page


def test_a_visit_is_read_after_the_case_was_closed_and_none_is_written(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    with bare_app.app_context(), transaction():
        of = a_case(children=2, worker="north.worker")
        reference = a_visit(of)
        cases.close_cases(someone("north.manager"), cases=of.versions, reason="RC7", words="Told by letter")
    ruth = browser("north.manager")
    page = ruth.get(f"/cases/{of.reference}/visits/{reference}")
    assert page.status_code == 200 and "The house was warm" in page.text and "Jake Marsden" in page.text
    assert "Change what is written" not in page.text
    assert ruth.get(f"/cases/visits/{reference}").status_code == 302
    for path in (f"/cases/{of.reference}/visits/new", f"/cases/visits/{reference}/change"):
        assert ruth.get(path).status_code == 404


@pytest.mark.sqlite_only
def test_dangers_stand_before_the_address(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    of, client = made(bare_app), browser("north.worker")
    with bare_app.app_context(), transaction():
        a_full_record(of.person_ids[1], "north.worker")
    page = client.get(f"/cases/{of.reference}/visits/new").text
    assert page.index("A dog that bites") < page.index("Adult of concern") < page.index("14 Quarry Lane")
    # What stands on a person's page stands on the case page too.
    assert "A dog that bites" in client.get(f"/cases/{of.reference}").text


@pytest.mark.sqlite_only
def test_the_pages_cost_the_same_for_many_children(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        families = [a_case(name=f"Steel {n}", children=n, worker="north.worker") for n in (1, 3)]
        references = [a_visit(of) for of in families]
    client, counts = browser("north.worker"), []
    for of, reference in zip(families, references, strict=True):
        for path in ("/visits/new", f"/visits/{reference}", ""):
            client.get(f"/cases/{of.reference}{path}")
            with count_statements(bare_app) as statements:
                assert client.get(f"/cases/{of.reference}{path}").status_code == 200
            counts.append(len(statements))
    assert counts[:3] == counts[3:]
    assert counts[0] <= 8 and counts[1] <= 8, counts
    # A visit costs the child's page nothing: its words are read with the entries.
    with bare_app.app_context(), transaction():
        without = a_case(name="Haigh", worker="north.worker")
    client.get(f"/cases/{without.reference}")
    with count_statements(bare_app) as statements:
        client.get(f"/cases/{without.reference}")
    assert len(statements) == counts[2]
