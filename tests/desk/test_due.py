"""A team's clocks by day: the list and the calendar, whose they are, and who does not see them."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.cases import commands as cases
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.pathway import commands as pathway
from tests.factories import AFamily, a_case, a_visit, look_at, propose_step_down, someone, start_an_assessment
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def made(app: Flask, at: datetime, **options: object) -> AFamily:
    with app.app_context(), clock.at(at), transaction():
        return a_case(**options)  # type: ignore[arg-type]


def happened(app: Flask, family: AFamily, kind: str, at: datetime, who: str = "north.worker") -> None:
    with app.app_context(), transaction():
        if kind == "visit.made":
            a_visit(family, who, at=at)
            return
        cases.record_dated_event(
            someone(who),
            case_ids=family.case_ids,
            kind=kind,
            happened_at=at,
            who="The family",
            words="As agreed.",
            once_key=f"{kind}-{family.case_id}-{at:%Y%m%d%H%M}",
        )


def page_of(client: FlaskClient, path: str) -> Tag:
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    page = BeautifulSoup(answer.text.replace("\N{NO-BREAK SPACE}", " "), "html.parser").main
    assert page is not None
    return page


def text_of(client: FlaskClient, path: str) -> str:
    return " ".join(page_of(client, path).text.split())


def test_the_list_goes_by_day_with_what_is_late_on_top(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    """The worked example of the field: a referral of Friday 20 November 2026 is to be assessed by 27 January 2027."""
    made(bare_app, friday - timedelta(days=80), name="Steel", worker="north.worker")
    made(bare_app, friday, name="Marsden", children=2, worker="marta.wilk", received_at=friday)
    made(bare_app, friday, name="Foreign", team="central")

    page = page_of(browser("north.manager"), "/desk/team/due")
    rows = [" ".join(row.text.split()) for row in page.select("tbody tr")]

    days = [row for row in rows if row.endswith(("2026", "2027")) or "day " in row[:10]]
    assert any(row == "Wednesday 27 January 2027" for row in rows), days
    steel = next(n for n, row in enumerate(rows) if "Steel" in row)
    marsden = next(n for n, row in enumerate(rows) if "Marsden" in row)
    assert steel < marsden and "Late by" in rows[steel] and "Assessment complete" in rows[steel]
    assert "Ellie, 9 · Jake, 7 Marsden" in rows[marsden] and "Marta Wilk" in rows[marsden]
    assert "Foreign" not in page.text
    assert "1 is late" in page.text
    assert "Why Wednesday 27 January?" in rows[marsden] and "has 45 working days" in rows[marsden]


def test_a_day_of_the_calendar_opens_what_it_counted(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    made(bare_app, friday, name="Lister", children=2)
    made(bare_app, friday, name="Steel", worker="north.worker", received_at=friday)
    manager = browser("north.manager")

    calendar = page_of(manager, "/desk/team/calendar")
    # Both children of the Lister family need a worker by Monday.
    monday = calendar.find("td", attrs={"data-l": "Mon 23 Nov"})
    assert isinstance(monday, Tag) and monday.a is not None
    assert " ".join(monday.text.split()) == "23 2 due, Monday 23 November"
    opened = text_of(manager, str(monday.a["href"]))
    assert "Only Monday 23 November" in opened and "Worker named" in opened and "Lister" in opened
    assert "Steel" not in opened

    week = text_of(manager, "/desk/team/calendar?weeks=1&from=2026-11-25")
    assert "Worker named (2)" in week
    later = page_of(manager, "/desk/team/calendar?from=2027-01-25")
    assert later.find("td", attrs={"data-l": "Wed 27 Jan"}).text.strip().startswith("27 3 due")  # type: ignore[union-attr]


def test_a_day_that_is_over_counts_what_is_still_not_done(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    made(bare_app, friday - timedelta(days=3), name="Lister")
    calendar = page_of(browser("north.manager"), "/desk/team/calendar")
    wednesday = calendar.find("td", attrs={"data-l": "Wed 18 Nov"})
    assert isinstance(wednesday, Tag) and "1 late" in wednesday.text


def test_the_list_narrows_to_a_worker_and_to_a_part_of_the_work(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    # Nothing is dated before the referral.
    steel = made(bare_app, friday - timedelta(days=2), name="Steel", worker="north.worker")
    made(bare_app, friday, name="Haigh", worker="marta.wilk")
    made(bare_app, friday, name="Lister")
    happened(bare_app, steel, "plan.cp_began", friday - timedelta(days=1))
    manager = browser("north.manager")
    with bare_app.app_context():
        leah = someone("north.worker").professional_id

    hers = text_of(manager, f"/desk/team/due?worker={leah}")
    assert "Steel" in hers and "Haigh" not in hers and "Lister" not in hers
    nobodys = text_of(manager, "/desk/team/due?worker=nobody")
    assert "Lister" in nobodys and "Steel" not in nobodys
    visits = text_of(manager, "/desk/team/due?rules=visits")
    assert "Visit: protection plan" in visits and "Assessment complete" not in visits
    assert "Nothing that fits is due." in text_of(manager, "/desk/team/due?rules=care")
    for wrong in ("worker=x", "rules=x", "day=x", "worker=" + "9" * 30, "team=central"):
        assert manager.get(f"/desk/team/due?{wrong}").status_code == 404, wrong
    for wrong in ("from=x", "from=9999-01-01", "from=0001-01-01"):
        assert manager.get(f"/desk/team/calendar?{wrong}").status_code == 404, wrong
    assert manager.get("/desk/team/due?after=nonsense").status_code == 200


def test_milestones_stand_inside_their_assessment(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    """Referral of Friday 30 October: day 5 is 6 November, day 10 the 13th, day 20 the 27th."""
    came = datetime(2026, 10, 30, 10, tzinfo=friday.tzinfo)
    family = made(bare_app, came, name="Steel", worker="north.worker", received_at=came)
    page = text_of(browser("north.manager"), "/desk/team/due")
    assert "Not seen by day 5 · No look by the manager by day 10 · Manager to look again by Fri 27 Nov" in page
    happened(bare_app, family, "visit.made", came + timedelta(days=4))
    with bare_app.app_context(), transaction():
        look_at(start_an_assessment(family), reviewed_on=(came + timedelta(days=17)).date())
    for client, path in ((browser("north.manager"), "/desk/team/due"), (browser("north.worker"), "/desk/my-work")):
        assert "Seen on day 2 · Manager looked on day 11, late · Manager to look again" in text_of(client, path)


def test_a_handover_to_answer_is_the_manager_s_own(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, friday, name="Steel", worker="north.worker", level="child_in_need")
    with bare_app.app_context(), transaction():
        pathway.agree_handover(someone("north.manager"), handover_id=propose_step_down(family))
    page = text_of(browser("familyhelp.north"), "/desk/team/due")
    assert "Answer to the handover" in page and "Steel family, H-" in page and "Yours to answer" in page
    assert "Answer to the handover" not in text_of(browser("north.manager"), "/desk/team/due")


def test_nobody_reads_what_a_conflict_of_interest_keeps_from_them(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    kept = made(bare_app, friday, name="Zzbarred")
    made(bare_app, friday, name="Wwshown")
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.manager').user_id}", subject_id=kept.case_id, reason="kin")
    manager = browser("north.manager")
    page = text_of(manager, "/desk/team/due")
    assert "Wwshown" in page and "Zzbarred" not in page and kept.reference not in page
    monday = page_of(manager, "/desk/team/calendar").find("td", attrs={"data-l": "Mon 23 Nov"})
    assert isinstance(monday, Tag) and "1 due" in monday.text


def test_pages_go_on_where_they_ended_and_keep_a_family_together(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    with bare_app.app_context(), transaction():
        for number in range(24):
            a_case(name=f"Family{number:02}", children=3, worker="north.worker")
    manager, seen, path = browser("north.manager"), [], "/desk/team/due"
    for _ in range(4):
        page = page_of(manager, path)
        seen += [
            str(row.select("td")[1].bdi.find_next_siblings("bdi") or row.text) for row in page.select("tr.is-calm")
        ]
        link = page.find("a", string="Show what comes next")
        if link is None:
            break
        path = str(link["href"])  # type: ignore[index]
    names = sorted(name for name in (f"Family{n:02}" for n in range(24)) for row in seen if name in row)
    assert names == [f"Family{n:02}" for n in range(24)]


@pytest.mark.sqlite_only
def test_a_team_s_clocks_cost_the_same_at_one_row_and_at_fifty(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    manager = browser("north.manager")
    paths = ("/desk/team/due", "/desk/team/calendar", "/desk/team/calendar?weeks=1")

    def cost() -> list[int]:
        counted = []
        for path in paths:
            with count_statements(bare_app) as statements:
                assert manager.get(path).status_code == 200
            counted.append(len(statements))
        return counted

    made(bare_app, friday, worker="north.worker")
    few = cost()
    with bare_app.app_context(), transaction():
        for _ in range(49):
            a_case(worker="north.worker")
    assert cost() == few and max(few) <= 8
