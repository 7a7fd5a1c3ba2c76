"""Where everybody starts, my work, and the team's board."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.accounts.commands import add_membership
from caseapp.accounts.commands.staffing import set_absence
from caseapp.accounts.models import TeamMembership, User
from caseapp.cases import commands as cases
from caseapp.cases.catalogue import LEVELS_COUNTED
from caseapp.cases.domain import LEVELS
from caseapp.desk.domain import mix_words
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.pathway import commands as pathway
from tests.factories import AFamily, a_case, meet_the_family, propose_step_down, someone, team_id
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def made(app: Flask, at: datetime | None = None, **options: object) -> AFamily:
    with app.app_context(), clock.at(at or clock.now()), transaction():
        return a_case(**options)  # type: ignore[arg-type]


def given(page: str, family: AFamily) -> dict[str, object]:
    """What the browser posts when Give is pressed for this family: the versions that the page showed."""
    return {
        "seen": [seen for seen in re.findall(r'name="seen" value="([\d:]+)"', page) if _of(seen) in family.case_ids]
    }


def _of(seen: str) -> int:
    return int(seen.partition(":")[0])


def professional(app: Flask, login: str) -> int:
    with app.app_context():
        return someone(login).professional_id or 0


HOMES = [
    ("school", "/referrals/"),
    ("police", "/referrals/"),
    ("edt", "/night/"),
    ("mash.worker", "/referrals/queue"),
    ("mash.manager", "/referrals/queue"),
    ("north.worker", "/desk/my-work"),
    ("familyhelp.worker", "/desk/my-work"),
    ("north.manager", "/desk/team"),
    ("familyhelp.north", "/desk/team"),
    ("auditor", "/audit/events"),
    ("admin", "/accounts/people"),
    ("head", "/insight/"),
]


@pytest.mark.sqlite_only
def test_everybody_starts_where_their_work_is(browser: Browser) -> None:
    for login, path in HOMES:
        client = browser(login)
        assert client.get("/").location == path, login
        assert client.get(path).status_code == 200, login


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("chair", "conferences are not kept here yet"),
        ("business.support", "Invitations and letters are made as before"),
        ("evolve", "own work with a child is not kept here yet"),
        ("ig", "without one you open no record"),
    ],
)
def test_who_has_no_page_of_work_reads_why_and_what_to_do(browser: Browser, login: str, words: str) -> None:
    answer = browser(login).get("/")
    assert answer.status_code == 200 and words in answer.text
    assert "Your account" in answer.text and "ring 999 first" in answer.text and "/accounts/me" in answer.text


@pytest.mark.sqlite_only
def test_who_has_no_place_in_a_team_reads_whom_to_ask(bare_app: Flask, browser: Browser) -> None:
    with bare_app.app_context(), transaction():
        db.session.execute(
            sa.update(TeamMembership)
            .where(TeamMembership.user_id == someone("chair").user_id)
            .values(until_on=clock.today() - timedelta(days=1))
        )
    assert "no place in a team today" in browser("chair").get("/").text


@pytest.mark.sqlite_only
def test_who_is_not_signed_in_is_asked_to(bare_app: Flask) -> None:
    answer = bare_app.test_client().get("/")
    assert answer.status_code in (302, 303)
    assert "sign-in" in answer.location


def test_my_work_says_what_to_read_what_is_due_and_who_my_children_are(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    marsden = made(bare_app, children=2, worker="north.worker")
    made(bare_app, friday - timedelta(days=80), name="Steel", worker="north.worker")
    made(bare_app, name="Haigh", worker="marta.wilk")
    with bare_app.app_context(), transaction():
        cases.make_task(case_id=marsden.case_id, kind="referral_added_to", about_id=marsden.referral_id)

    page = browser("north.worker").get("/desk/my-work").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "3 children in 2 families" in page
    assert "1 is late." in page
    assert "Read and acknowledge (1)" in page
    assert page.index("Late by") < page.index("45 working days left")
    assert "Ellie and Jake Marsden" in page
    assert "Steel" in page
    assert "Haigh" not in page


def test_reading_is_acknowledged_from_my_work(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    with bare_app.app_context(), transaction():
        task = cases.make_task(case_id=family.case_id, kind="referral_added_to", about_id=family.referral_id)
    client = browser("north.worker")

    done = client.post(f"/cases/{family.reference}/tasks/{task}/acknowledge", data={"back": "work"})

    assert (done.status_code, done.location) == (303, "/")
    assert "Read and acknowledge" not in client.get("/desk/my-work").text


@pytest.mark.sqlite_only
def test_nothing_to_do_is_said_in_words(browser: Browser, friday: datetime) -> None:
    page = browser("north.worker").get("/desk/my-work").text
    assert "No children are with you now." in page
    assert "Nothing is due" in page
    board = browser("north.manager").get("/desk/team").text
    assert "Every family has a worker." in board


def test_the_board_says_who_waits_for_how_long_and_why(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    made(bare_app, friday - timedelta(days=2, hours=15), name="Lister", children=2)
    made(bare_app, friday - timedelta(hours=3), name="Steel", level="strategy_discussion")
    made(bare_app, name="Foreign", team="central")
    made(bare_app, children=2, worker="north.worker")

    page = browser("north.manager").get("/desk/team").text.replace("\N{NO-BREAK SPACE}", " ")

    assert "Waiting for a worker (2)" in page
    assert page.index("Lister") < page.index("Steel")
    assert "waiting 2 days 15 h" in page
    assert "Assessment · S63 7, Wath" in page
    assert "Strategy discussion" in page
    assert "2 → <strong>4</strong>" in page
    assert page.index("Marta Wilk") < page.index("Leah Dawson")
    assert "Foreign" not in page


def test_a_manager_gives_the_family_and_it_stands_in_the_worker_s_work(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app, children=2)
    manager = browser("north.manager")
    page = manager.get("/desk/team").text

    sent = manager.post(
        "/desk/team/give",
        data={**given(page, family), "professional": professional(bare_app, "north.worker"), "team": "north"},
    )

    assert (sent.status_code, sent.location) == (303, "/desk/team?team=north")
    assert "Every family has a worker." in manager.get("/desk/team").text
    assert "2 children in 1 family" in browser("north.worker").get("/desk/my-work").text


def test_the_second_of_two_managers_is_told_who_has_them(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, name="Lister", children=2)
    first, second = browser("north.manager"), browser("north.manager")
    seen = given(second.get("/desk/team").text, family)
    first.post("/desk/team/give", data={**seen, "professional": professional(bare_app, "north.worker")})

    late = second.post("/desk/team/give", data={**seen, "professional": professional(bare_app, "marta.wilk")})

    assert late.status_code == 409
    assert (
        "Not given: the Lister family already has a worker. Ruth Hallam gave them to Leah Dawson at 15:30." in late.text
    )


@pytest.mark.sqlite_only
def test_nobody_else_gives_the_family(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app)
    data = {"seen": [f"{family.case_id}:1"], "professional": professional(bare_app, "north.worker")}
    refused = {"central.manager": 404, "north.worker": 403, "school": 403, "mash.manager": 403, "admin": 403}

    for login, status in refused.items():
        assert browser(login).post("/desk/team/give", data=data).status_code == status, login


HAND_MADE = [
    {},
    {"seen": "x", "professional": "y"},
    {"seen": "1:1", "professional": "9" * 30},
    {"seen": f"{2**63}:1", "professional": "1"},
    {"seen": "1", "professional": "1"},
    {"seen": "٣:1", "professional": "1"},
]


def test_a_hand_made_post_is_refused_without_a_fault(browser: Browser, friday: datetime) -> None:
    manager = browser("north.manager")
    for data in HAND_MADE:
        assert manager.post("/desk/team/give", data=data).status_code == 422, data
    assert manager.post("/desk/team/give", data={"seen": "999999:1", "professional": "1"}).status_code == 404


def test_a_conflict_of_interest_cannot_be_chosen(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app)
    with bare_app.app_context(), transaction():
        bar(f"user:{someone('north.worker').user_id}", subject_id=family.case_id, reason="relative")
    manager = browser("north.manager")
    page = manager.get("/desk/team").text
    assert "a conflict of interest is on record" in page

    data = {**given(page, family), "professional": professional(bare_app, "north.worker")}
    assert manager.post("/desk/team/give", data=data).status_code == 422


def test_the_board_says_who_is_off_until_when_and_who_covers(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    made(bare_app)
    with bare_app.app_context(), transaction():
        manager, today = someone("north.manager"), friday.date()
        leah, marta = (someone(login).professional_id for login in ("north.worker", "marta.wilk"))
        assert leah and marta
        until = today + timedelta(days=4)
        set_absence(manager, professional_id=leah, reason="sick", covering_id=marta, from_on=today, until_on=until)
        # Tomorrow is not today.
        set_absence(manager, professional_id=marta, reason="leave", from_on=until + timedelta(days=1), until_on=None)
    page = BeautifulSoup(browser("north.manager").get("/desk/team").text, "html.parser")
    told = {cell.text for cell in page.select("tbody th")}
    off = "Off until Tue 24 Nov, Marta Wilk covers"
    assert told == {f"Leah Dawson{off}", f"Leah DawsonSocial worker{off}", "Marta Wilk", "Marta WilkSocial worker"}
    assert "sick" not in page.text.lower()


def test_nobody_whom_the_board_does_not_offer_can_be_given_a_family(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app)
    manager = browser("north.manager")
    page = manager.get("/desk/team").text
    with bare_app.app_context(), transaction():
        off = sa.update(User).where(User.id == someone("north.worker").user_id)
        db.session.execute(off.values(disabled_at=clock.now()))
    for login in ("north.worker", "north.manager"):
        answer = manager.post(
            "/desk/team/give", data={**given(page, family), "professional": professional(bare_app, login)}
        )
        assert answer.status_code == 422, login
        assert "Choose a worker of the team" in answer.text
    assert "Leah Dawson" not in manager.get("/desk/team").text


def test_who_manages_several_teams_changes_between_them_and_no_further(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    made(bare_app, name="Steel", team="south")
    with bare_app.app_context(), transaction():
        add_membership(
            user_id=someone("north.manager").user_id,
            team_id=team_id("south"),
            role="manager",
            from_on=friday.date(),
        )
    manager = browser("north.manager")

    assert 'href="/desk/team?team=south"' in manager.get("/desk/team").text
    assert "Steel" in manager.get("/desk/team?team=south").text
    assert manager.get("/desk/team?team=central").status_code == 404
    assert manager.get("/desk/team?team=nowhere").status_code == 404


def test_family_help_uses_the_same_board(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, team="fh_north", level="focused_family_help")
    manager = browser("familyhelp.north")
    page = manager.get("/desk/team").text
    assert "Focused family help" in page

    data = {**given(page, family), "professional": professional(bare_app, "familyhelp.worker")}
    assert manager.post("/desk/team/give", data=data).status_code == 303
    assert "1 child in 1 family" in browser("familyhelp.worker").get("/desk/my-work").text


def test_children_handed_over_are_counted_apart_until_the_part_is_closed(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    made(bare_app, name="Steel", worker="north.worker")
    gone = made(bare_app, children=2, worker="north.worker", level="child_in_need")
    with bare_app.app_context(), transaction():
        number = propose_step_down(gone)
        pathway.agree_handover(someone("north.manager"), handover_id=number)
        pathway.accept_handover(someone("familyhelp.north"), handover_id=number)
        meet_the_family(number)
    worker = browser("north.worker")

    with count_statements(bare_app) as statements:
        page = worker.get("/desk/my-work").text

    assert len(statements) <= 8, "\n".join(statements)
    assert "1 child in 1 family" in page
    assert "Still working alongside (2)" in page
    handover = re.search(r'href="(/pathway/H-[^"]+)"', page)
    assert handover and "Close our part" in worker.get(handover[1]).text
    assert '<td role="cell" class="num" data-l="Children">1</td>' in browser("north.manager").get("/desk/team").text
    assert worker.post(f"{handover[1]}/close").status_code == 303
    assert "Still working alongside" not in worker.get("/desk/my-work").text


def test_children_are_counted_by_level_in_words() -> None:
    assert set(LEVELS_COUNTED) == set(LEVELS)
    assert mix_words(["assessment"] * 3 + ["child_in_need"]) == "1 child in need, 3 in assessment"
    assert mix_words(["child_in_need"] * 2) == "2 children in need"


@pytest.mark.sqlite_only
def test_my_work_and_the_board_cost_the_same_at_one_row_and_at_fifty(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    worker, manager = browser("north.worker"), browser("north.manager")

    def cost() -> list[list[str]]:
        counted = []
        for client, path in ((worker, "/desk/my-work"), (manager, "/desk/team")):
            with count_statements(bare_app) as statements:
                assert client.get(path).status_code == 200
            counted.append(statements)
        return counted

    def fill(number: int) -> None:
        with bare_app.app_context(), transaction():
            for _ in range(number):
                mine = a_case(worker="north.worker")
                cases.make_task(case_id=mine.case_id, kind="referral_added_to", about_id=mine.referral_id)
                a_case(name="Lister")

    fill(1)
    few = cost()
    fill(49)
    many = cost()

    assert [len(statements) for statements in few] == [len(statements) for statements in many]
    assert all(len(statements) <= 8 for statements in many)


def test_the_board_shows_a_manager_nothing_they_are_kept_from(bare_app: Flask, browser: Browser) -> None:
    families = [made(bare_app, name="Zzbarred"), made(bare_app, name="Yyworker", worker="north.worker")]
    shown = made(bare_app, name="Wwshown")
    with bare_app.app_context(), transaction():
        for family in families:
            bar(f"user:{someone('north.manager').user_id}", subject_id=family.case_id, reason="kin")
    page = browser("north.manager").get("/desk/team").text
    assert shown.reference in page or "Wwshown" in page
    for words in ("Zzbarred", "Yyworker", *(family.reference for family in families)):
        assert words not in page
