"""A leaver: switched off in the middle of a page, their open work with the managers, the administrator told counts
only; an agency's lead confirms their people; places in teams have days."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.accounts import commands, queries
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder, Refused
from caseapp.referrals.commands.drafts import start_draft
from tests import factories
from tests.factories import someone, team_id
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


def professional(login: str) -> int:
    found = someone(login).professional_id
    assert found is not None
    return found


def tasks_of(team: str) -> list[tuple[str, int]]:
    return [(task.kind, task.amount) for task in queries.list_staff_tasks(team_id(team))]


def test_open_work_becomes_tasks_of_the_managers(app: Flask, friday: datetime) -> None:
    with transaction():
        factories.a_case(children=3, worker="north.worker")
        moving = factories.a_case(name="Hill", worker="north.worker")
        factories.an_authorised_assessment(moving)
        factories.propose_step_down(moving)
        start_draft(someone("north.worker"))
    with transaction():
        commands.disable_user(someone("admin"), someone("north.worker").user_id)
    assert sorted(tasks_of("north")) == [("children", 4), ("drafts", 1), ("handovers", 1)]
    # They stay the worker on record; the task does not go while a child has nobody else.
    task = queries.list_staff_tasks(team_id("north"))[0]
    assert (task.kind, task.name) == ("children", "Leah Dawson")
    for stranger in ("central.manager", "north.worker", "admin", "school"):
        with pytest.raises(NotFound):
            commands.finish_staff_task(someone(stranger), task_id=task.id)
    with pytest.raises(OutOfOrder, match="4 of these children"):
        commands.finish_staff_task(someone("north.manager"), task_id=task.id)


def test_switched_on_again_they_do_their_own_work(app: Flask, friday: datetime) -> None:
    with transaction():
        factories.a_case(worker="north.worker")
        commands.disable_user(someone("admin"), someone("north.worker").user_id)
        commands.enable_user(someone("admin"), someone("north.worker").user_id)
    assert tasks_of("north") == []


def test_a_leaver_in_the_middle_of_a_page(browser: Browser, bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
    leah, admin, ruth = browser("north.worker"), browser("admin"), browser("north.manager")
    path = f"/cases/{family.reference}/notes/new"
    assert leah.get(f"/cases/{family.reference}").status_code == 200
    with bare_app.app_context():
        reference = someone("north.worker").reference
    asked = admin.get(f"/accounts/people/{reference}/disable").text
    assert "give their 2 children to somebody" in asked and "Marsden" not in asked
    admin.post(f"/accounts/people/{reference}/disable")
    words = "Mum told me about the weekend, and I have not saved it yet."
    sent = leah.post(path, data={"words": words}, follow_redirects=True)
    assert "This sign-in has been switched off." in sent.text
    assert words not in sent.text and "Nothing is lost" not in sent.text
    assert words not in leah.get("/accounts/continue", follow_redirects=True).text
    # Ruth is told, and gives the children to somebody.
    page = ruth.get("/accounts/team").text
    assert "Leah Dawson’s sign-in is switched off" in page and "give their 2 children to somebody" in page
    with bare_app.app_context():
        gone = professional("north.worker")
    theirs = ruth.get(f"/desk/off-today?team=north&who={gone}")
    assert "Leah Dawson has gone" in theirs.text and "Give<span" in theirs.text
    with bare_app.app_context():
        seen = [f"{case_id}:{version}" for case_id, version in family.versions.items()]
        marta, task = professional("marta.wilk"), queries.list_staff_tasks(team_id("north"))[0].id
    assert ruth.post("/desk/team/give", data={"professional": marta, "seen": seen}).status_code == 303
    assert ruth.post("/accounts/team/tasks", data={"task": task}).status_code == 303
    assert "Work that somebody left" not in ruth.get("/accounts/team").text
    assert browser("marta.wilk").get(f"/cases/{family.reference}").status_code == 200


def test_the_only_manager_is_warned_of(browser: Browser, bare_app: Flask) -> None:
    with bare_app.app_context():
        ruth, paul = someone("north.manager").reference, someone("mash.manager").reference
    admin = browser("admin")
    assert "Nobody else manages North locality." in admin.get(f"/accounts/people/{ruth}/disable").text
    assert "Nobody else manages" not in admin.get(f"/accounts/people/{paul}/disable").text


# ---------------------------------------------------------------- registration (practice 18)


def test_a_registration_that_has_run_out_stops_and_says_whom_to_ask(app: Flask, friday: datetime) -> None:
    checked = {"number": "SW9", "checked_on": date(2026, 11, 1)}
    with transaction():
        nadia, paul = someone("mash.worker"), someone("mash.manager")
        assert nadia.qualified and nadia.registration_words == ""
        with pytest.raises(Refused):
            commands.check_registration(
                paul, professional_id=professional("mash.manager"), expires_on=date(2027, 1, 1), **checked
            )
        with pytest.raises(Invalid):
            commands.check_registration(
                paul, professional_id=professional("mash.worker"), expires_on=date(2026, 10, 31), **checked
            )
        for stranger in ("north.manager", "mash.worker", "admin"):
            with pytest.raises(NotFound):
                commands.check_registration(
                    someone(stranger),
                    professional_id=professional("mash.worker"),
                    expires_on=date(2027, 1, 1),
                    **checked,
                )
        commands.check_registration(
            paul, professional_id=professional("mash.worker"), expires_on=date(2026, 11, 19), **checked
        )
    nadia = someone("mash.worker")
    assert not nadia.qualified
    assert nadia.registration_words == (
        " In your record the registration ran out on 19 November 2026. Ask your manager to check your registration on "
        "the page My team; until then a qualified colleague does this."
    )
    with clock.at(friday - timedelta(days=1)):
        assert someone("mash.worker").qualified


# ---------------------------------------------------------------- people without a sign-in


def test_somebody_without_a_sign_in_comes_and_goes(app: Flask, friday: datetime) -> None:
    fh = team_id("fh_north")
    with transaction():
        sheila = someone("familyhelp.north")
        number = commands.add_without_sign_in(
            sheila, team_id=fh, name=" Beth Longden ", title="Pastoral lead", phone=""
        )
        assert queries.can_lead(number)
        with pytest.raises(Invalid, match="in this team already"):
            commands.add_without_sign_in(sheila, team_id=fh, name="beth longden", title="x", phone="")
        for stranger in ("north.manager", "familyhelp.worker"):
            with pytest.raises(NotFound):
                commands.add_without_sign_in(someone(stranger), team_id=fh, name="A", title="B", phone="")
            with pytest.raises(NotFound):
                commands.end_without_sign_in(someone(stranger), professional_id=number)
        with pytest.raises(OutOfOrder):
            commands.end_without_sign_in(sheila, professional_id=professional("familyhelp.worker"))
        commands.end_without_sign_in(sheila, professional_id=number)
    assert not queries.can_lead(number)
    assert number not in [member.professional_id for member in queries.list_members(fh)]


# ---------------------------------------------------------------- places and the term's confirmation


def test_places_have_days(app: Flask, friday: datetime) -> None:
    today = clock.today()
    with transaction():
        admin, leah = someone("admin"), someone("north.worker")
        commands.give_place(
            admin, user_id=leah.user_id, team_id=team_id("hub"), role="worker", from_on=today, until_on=today
        )
        with pytest.raises(Invalid, match="already"):
            commands.give_place(admin, user_id=leah.user_id, team_id=team_id("hub"), role="worker", from_on=today)
        with pytest.raises(Invalid):
            commands.give_place(admin, user_id=leah.user_id, team_id=team_id("hub"), role="chair", from_on=today)
        place = next(row for row in queries.list_places(leah.user_id) if row.team == "Hub")
        with pytest.raises(NotFound):
            commands.end_place(admin, user_id=admin.user_id, place_id=place.id, until_on=today)
        own = queries.list_places(admin.user_id)[0]
        with pytest.raises(Refused):
            commands.end_place(admin, user_id=admin.user_id, place_id=own.id, until_on=today)
        commands.end_place(admin, user_id=leah.user_id, place_id=place.id, until_on=today - timedelta(days=1))
    assert [row.is_over for row in queries.list_places(leah.user_id) if row.team == "Hub"] == [True]


def test_a_lead_confirms_who_is_still_here(browser: Browser, bare_app: Flask) -> None:
    hannah, admin = browser("school"), browser("admin")
    with bare_app.app_context(), transaction():
        wath = team_id("wath_desk")
        commands.give_place(
            someone("admin"),
            user_id=someone("health").user_id,
            team_id=wath,
            role="referrer",
            from_on=clock.today() - timedelta(days=9),
        )
        commands.end_place(
            someone("admin"),
            user_id=someone("health").user_id,
            place_id=queries.list_places(someone("health").user_id)[-1].id,
            until_on=clock.today() - timedelta(days=1),
        )
        me, colleague, stranger = professional("school"), professional("health"), professional("police")
        reference = someone("health").reference
    page = hannah.get("/accounts/our-people").text
    assert "Sunita Rao" in page and "Daniel Oakes" not in page
    assert hannah.post("/accounts/our-people", data={f"person-{stranger}": "left"}).status_code == 404
    assert hannah.post("/accounts/our-people", data={f"person-{me}": "left"}).status_code == 403
    sunita = browser("health")
    assert sunita.get("/accounts/me").status_code == 200
    answer = hannah.post("/accounts/our-people", data={f"person-{me}": "here", f"person-{colleague}": "left"})
    assert answer.status_code == 303
    assert sunita.get("/accounts/me").status_code == 303, "gone, and signed out at once"
    assert "Sunita Rao" not in hannah.get("/accounts/our-people").text
    with bare_app.app_context():
        wath_place = queries.list_places(someone("school").user_id)[0]
        assert wath_place.confirmed_on == clock.today()
        own = someone("school").reference
    assert f"{wath_place.confirmed_on:%b %Y}" in admin.get(f"/accounts/people/{own}/places").text
    assert "State" in admin.get("/accounts/people").text and reference in admin.get("/accounts/people").text


# ---------------------------------------------------------------- the pages


def test_the_team_page_costs_the_same_at_any_size(browser: Browser, bare_app: Flask) -> None:
    ruth = browser("north.manager")
    with count_statements(bare_app) as few:
        assert ruth.get("/accounts/team").status_code == 200
    with bare_app.app_context(), transaction():
        for number in range(30):
            commands.add_without_sign_in(
                someone("north.manager"), team_id=team_id("north"), name=f"Extra {number}", title="x", phone=""
            )
            factories.a_case(name=f"Family{number}", worker="north.worker")
        leah = professional("north.worker")
    with count_statements(bare_app) as many:
        assert ruth.get("/accounts/team").status_code == 200
    assert len(many) == len(few) <= 8
    with count_statements(bare_app) as off:
        assert "30 children" in ruth.get(f"/desk/off-today?who={leah}").text
    assert len(off) <= 8


def test_absence_and_cover_from_the_page(browser: Browser, bare_app: Flask) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
        leah, marta, imran = (professional(login) for login in ("north.worker", "marta.wilk", "central.worker"))
        today = clock.today()
    ruth = browser("north.manager")
    who = {"team": "north", "who": str(leah)}
    first = {f"absence-from_on-{part}": str(getattr(today, part)) for part in ("day", "month", "year")}
    wrong = ruth.post("/accounts/team/absence", data={**who, **first, "absence-until_on-day": "31"})
    assert wrong.status_code == 422 and "Choose why they are away" in wrong.text and 'value="31"' in wrong.text
    for stolen in ({"who": str(imran)}, {"who": "9" * 30}, {"who": "x"}, {"team": "central"}):
        assert ruth.post("/accounts/team/absence", data={**who, **stolen}).status_code == 404
    good = {**who, **first, "absence-reason": "sick", "absence-covering": str(marta)}
    assert ruth.post("/accounts/team/absence", data={**good, "absence-covering": str(imran)}).status_code == 422
    assert ruth.post("/accounts/team/absence", data=good).status_code == 303
    assert ruth.post("/accounts/team/absence", data=good).status_code == 422, "pressed twice: there already"
    page = ruth.get("/accounts/team").text
    assert "1 is away today" in page and "Marta Wilk covers" in page
    work = browser("marta.wilk").get("/desk/my-work").text
    assert "Covering for Leah Dawson (2)" in work and "No children are with you now." in work
    case = browser("marta.wilk").get(f"/cases/{family.reference}").text
    assert "Leah Dawson is off, Marta Wilk is covering" in case
    # Why she is away is nobody's but the managers'.
    assert "Sick" not in case + work


def test_a_rota_from_the_page(browser: Browser, bare_app: Flask) -> None:
    with bare_app.app_context():
        leah, marta = professional("north.worker"), professional("marta.wilk")
        today = clock.today()
    ruth, monday = browser("north.manager"), today - timedelta(days=today.weekday())
    sent = {"team": "north", "monday": monday.isoformat(), "0-morning": str(leah), "0-morning-was": ""}
    assert ruth.post("/accounts/team/rota", data=sent).status_code == 303
    assert ruth.post("/accounts/team/rota", data={**sent, "0-morning": str(marta)}).status_code == 409
    assert ruth.post("/accounts/team/rota", data={**sent, "monday": "9999-12-31"}).status_code == 422
    assert ruth.post("/accounts/team/rota", data={**sent, "0-morning": "9" * 25}).status_code == 404
    with bare_app.app_context():
        assert queries.list_rota(team_id("north"), from_day=monday) == {(monday, "morning"): leah}
