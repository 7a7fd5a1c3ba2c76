"""Children by when they were last seen: by anybody of any agency, and by the worker."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases import commands as cases
from caseapp.cases.models import Visit
from caseapp.cases.queries import read_visit
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests.desk.test_due import happened, made, page_of, text_of
from tests.factories import a_case, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
PATH = "/desk/team/not-seen"


def rows_of(client: FlaskClient, path: str = PATH) -> list[str]:
    return [" ".join(row.text.split()) for row in page_of(client, path).select("tbody tr")]


def test_the_longest_not_seen_stands_first_by_anybody_or_by_the_worker(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    """Four weeks for the worker, six for anybody (Southwark); Steel was seen 19 days ago, Haigh at school 10 days ago
    and by the worker 33 days ago; nobody has seen Lister since the case was opened 44 days ago."""
    steel = made(bare_app, friday - timedelta(days=60), name="Steel", worker="north.worker")
    haigh = made(bare_app, friday - timedelta(days=60), name="Haigh", worker="north.worker")
    made(bare_app, friday - timedelta(days=44), name="Lister")
    made(bare_app, friday - timedelta(days=90), name="Foreign", team="central")
    happened(bare_app, steel, "visit.made", friday - timedelta(days=19))
    happened(bare_app, haigh, "visit.made", friday - timedelta(days=33))
    happened(bare_app, haigh, "child.seen_by_agency", friday - timedelta(days=10))
    manager = browser("north.manager")

    by_anybody, by_worker = rows_of(manager), rows_of(manager, f"{PATH}?by=worker")

    def order(rows: list[str]) -> list[str]:
        return [next(name for name in ("Steel", "Haigh", "Lister", "Foreign") if name in row) for row in rows]

    assert order(by_anybody) == ["Lister", "Steel", "Haigh"]
    assert order(by_worker) == ["Lister", "Haigh", "Steel"]
    assert "Not seen since the case was opened, 44 days ago" in by_anybody[0]
    assert by_anybody[1].count("Not seen for 19 days") == 2
    assert "Not seen for 10 days" in by_anybody[2] and "Not seen for 33 days" in by_anybody[2]
    told = text_of(manager, PATH)
    assert "1 child not seen by anybody for more than 6 weeks; 2 not seen by the worker for more than 4 weeks" in told
    assert "dark" not in told.lower()


def test_the_alarm_is_past_only_after_its_last_day(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    """Four weeks after Friday 23 October are over at the end of Friday 20 November."""
    for name, back in (("Steel", 28), ("Haigh", 29)):
        family = made(bare_app, friday - timedelta(days=40), name=name, worker="north.worker")
        happened(bare_app, family, "visit.made", friday - timedelta(days=back))
    made(bare_app, friday - timedelta(days=28), name="Lister")
    rows = page_of(browser("north.manager"), PATH).select("tbody tr")
    late = {row.th.bdi.text: "is-late" in row["class"] for row in rows}  # type: ignore[union-attr]
    assert late == {"Ellie Haigh": True, "Ellie Steel": False, "Ellie Lister": False}


def test_a_visit_that_was_taken_back_does_not_count(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, friday - timedelta(days=20), name="Steel", worker="north.worker")
    happened(bare_app, family, "visit.made", friday - timedelta(days=2))
    manager = browser("north.manager")
    assert "Not seen for 2 days" in text_of(manager, PATH)
    with bare_app.app_context(), transaction() as session:
        kept = read_visit(session.query(Visit.id).scalar())
        part = replace(kept.told.parts[0], seen="no", why_not="nobody_in")
        told = replace(kept.told, parts=(part,), next_on=friday.date())
        cases.correct_visit(someone("north.worker"), visit_id=kept.id, version=1, told=told, why="Nobody was in.")
    assert "Not seen since the case was opened, 20 days ago" in text_of(manager, PATH)


def test_a_child_in_our_care_is_seen_in_the_placement(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, friday - timedelta(days=50), name="Steel", worker="north.worker")
    happened(bare_app, family, "care.visited", friday - timedelta(days=3))
    assert rows_of(browser("north.manager"))[0].count("Not seen for 3 days") == 2


def test_nobody_reads_what_is_kept_from_them_and_wrong_addresses_find_nothing(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    kept = made(bare_app, friday - timedelta(days=60), name="Zzbarred")
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.manager').user_id}", subject_id=kept.case_id, reason="kin")
    manager = browser("north.manager")
    page = text_of(manager, PATH)
    assert "Zzbarred" not in page and "No child is with this team" in page
    assert "No child has gone more than 6 weeks without being seen" in page
    for wrong in ("by=x", "worker=x", "team=central"):
        assert manager.get(f"{PATH}?{wrong}").status_code == 404, wrong
    assert manager.get(f"{PATH}?after=x").status_code == 200


def test_fifty_children_are_a_page_and_the_next_begins_behind_them(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    manager = browser("north.manager")

    def cost() -> int:
        with count_statements(bare_app) as statements:
            assert manager.get(PATH).status_code == 200
        return len(statements)

    made(bare_app, friday, worker="north.worker")
    few = cost()
    with bare_app.app_context(), transaction():
        for number in range(30):
            a_case(name=f"Family{number:02}", children=2, worker="north.worker")
    assert cost() == few <= 8
    first = page_of(manager, PATH)
    link = first.find("a", string="Show the next ones")
    assert link is not None
    both = rows_of(manager) + rows_of(manager, str(link["href"]))  # type: ignore[index]
    assert len(both) == len(set(both)) == 61


@pytest.mark.sqlite_only
def test_the_words_never_blame(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    made(bare_app, friday)
    page = text_of(browser("north.manager"), PATH)
    assert "Not seen since the case was opened, today" in page


def test_my_work_says_when_i_last_saw_each_family(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    """The alarm stands under what is due only when it comes near: calm, it stands beside the child."""
    steel = made(bare_app, friday - timedelta(days=60), name="Steel", worker="north.worker")
    made(bare_app, friday - timedelta(days=60), name="Haigh", worker="north.worker")
    happened(bare_app, steel, "visit.made", friday - timedelta(days=19))
    worker = browser("north.worker")
    children = {
        row.th.text.split()[-1]: row for row in page_of(worker, "/desk/my-work").select("#children ~ table tbody tr")
    }  # type: ignore[union-attr]
    assert "not seen for 19 days" in children["Steel"].text and "no visit on record" in children["Haigh"].text
    assert "Child seen by the worker" not in text_of(worker, "/desk/my-work")
    with clock.at(friday + timedelta(days=9)):
        assert "Child seen by the worker" in text_of(browser("north.worker"), "/desk/my-work")


def test_what_comes_later_is_one_press_away(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        for number in range(15):
            a_case(name=f"Family{number:02}", worker="north.worker")
    page = page_of(browser("north.worker"), "/desk/my-work")
    assert "3 more, by the end of" in " ".join(page.text.split())
    assert len(page.select("#due ~ details tbody tr")) == 3
