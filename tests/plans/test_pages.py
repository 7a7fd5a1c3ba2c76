"""The pages of a plan as a browser meets them."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.plans import queries
from tests.factories import AFamily, a_case, a_full_record, a_note, a_plan, an_action, join_team, reference_of, someone
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]
WORKER = "familyhelp.worker"


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


@pytest.fixture
def family(bare_app: Flask, friday: datetime) -> AFamily:
    """Two children with family help in North."""
    with _work(bare_app):
        return a_case(children=2, team="fh_north", worker=WORKER, level="focused_family_help")


def planned(app: Flask, family: AFamily, **more: Any) -> tuple[int, str]:
    """A plan with the school in its team; gives its number and address."""
    with _work(app):
        number = a_plan(family, worker=WORKER, **more)
        join_team(number, "school", by=WORKER)
        return number, f"/plans/{reference_of(number)}"


def day(name: str, on: datetime | None = None) -> dict[str, str]:
    local = clock.to_london(on or clock.now())
    return {f"{name}-day": str(local.day), f"{name}-month": str(local.month), f"{name}-year": str(local.year)}


def errors(page: str) -> list[str]:
    return re.findall(r'<a href="#([^"]+)">', page.partition("error-summary__list")[2].partition("</ul>")[0])


def test_from_the_childs_page_a_plan_begins_and_a_second_start_leads_to_it(browser: Browser, family: AFamily) -> None:
    donna = browser(WORKER)
    assert "Begin a family help plan" in donna.get(f"/cases/{family.reference}").text
    url = f"/plans/start/{family.reference}"
    assert "Jake Marsden" in donna.get(url).text
    missing = donna.post(url, data={"agreed_by": "Kirsty <b>", "aim": "Up in time"})
    assert missing.status_code == 422 and "Kirsty &lt;b&gt;" in missing.text and "Up in time" in missing.text
    assert errors(missing.text) == ["children", "started_on-day"]
    given = {"children": family.references, "agreed_by": "Kirsty, mother", "aim": "Up in time", "once": "k"}
    begun = donna.post(url, data={**given, **day("started_on"), **day("agreed_on")})
    assert begun.status_code == 303 and "/plans/G-" in begun.headers["Location"]
    page = donna.get(begun.headers["Location"]).text
    assert "The plan has begun." in page and "Up in time" in page and "Marsden" not in page.partition("</title>")[0]
    assert donna.get(url).headers["Location"] == begun.headers["Location"]
    case = donna.get(f"/cases/{family.reference}").text
    assert "Open the family help plan" in case and "Begin a family help plan" not in case


def test_an_action_is_added_changed_and_done(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    donna = browser(WORKER)
    empty = donna.post(f"{url}/actions/new", data={"what": "Breakfast club"})
    assert empty.status_code == 422 and "Breakfast club" in empty.text
    assert errors(empty.text) == ["child", "measure", "owner", "due_on-day"]
    given = {"what": "Breakfast club", "measure": "She eats", "child": str(family.case_id), "owner": "other"}
    due = {"due_on-day": "4", "due_on-month": "12", "due_on-year": "2026"}
    added = donna.post(f"{url}/actions/new", data={**given, **due, "owner_name": "Gran", "once": "k"})
    assert added.status_code == 303
    assert donna.post(f"{url}/actions/new", data={**given, **due, "owner_name": "Gran", "once": "k"}).status_code == 303
    with bare_app.app_context():
        (action,) = queries.get_plan(number).actions
    page = donna.get(url).text
    assert page.count("Breakfast club") >= 1 and "14 days left" in page and "Gran" in page
    change = f"{url}/actions/{action.id}/change"
    assert "Breakfast club" in donna.get(change).text
    stale = donna.post(change, data={**given, **due, "owner_name": "Nan", "version": "7"})
    assert stale.status_code == 409 and "Donna Price changed this action" in stale.text and 'value="Nan"' in stale.text
    assert donna.post(change, data={**given, **due, "owner_name": "Nan", "version": "1"}).status_code == 303
    done = f"{url}/actions/{action.id}/done"
    refused = donna.post(done, data={"state": "done", "version": "2", **day("on")})
    assert refused.status_code == 422 and "Say what shows that it is done" in refused.text
    told = {"state": "done", "version": "2", "evidence": "Four days, says the list", "said_by": "School", **day("on")}
    assert donna.post(done, data=told).status_code == 303
    page = donna.get(url).text
    assert "Four days, says the list" in page and "says School, written down by Donna Price" in page
    assert donna.get(done).status_code == 409


SECRETS = ("07700 900112", "Quarry Lane", "Warm and fed, and sealed", "943 476 5919", "Lee Garner", "A dog that bites")


def test_a_partner_sees_the_shared_plan_reports_their_own_action_and_nothing_more(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    number, url = planned(bare_app, family)
    with _work(bare_app):
        a_note(family, WORKER, words="Warm and fed, and sealed")
        a_full_record(family.person_ids[0], WORKER)
        theirs = an_action(number, by=WORKER, owner="school", what="Breakfast club kept open")
        other = an_action(number, by=WORKER, what="Kirsty rings the landlord")
    hannah = browser("school")
    mine = hannah.get("/plans/").text
    assert "Breakfast club kept open" in mine and url in mine and "Kirsty rings the landlord" not in mine
    seen = [mine]
    for path in ("", "/group", "/print", "/wordings", f"/actions/{theirs}/done"):
        answer = hannah.get(f"{url}{path}")
        assert answer.status_code == 200, path
        seen.append(answer.text)
    assert "Kirsty rings the landlord" in seen[1] and "Change the words" not in seen[1]
    for text in seen:
        assert not [secret for secret in SECRETS if secret in text]
        assert not re.search(r"/cases/|/people/|C-[0-9A-Z]{4}-[0-9A-Z]{4}", text)
    for path in (
        f"/actions/{other}/done",
        "/words",
        "/actions/new",
        "/group/add",
        "/meetings/new",
        "/scores",
        "/close",
    ):
        assert hannah.get(f"{url}{path}").status_code == 403, path
    told = {"state": "done", "version": "1", "evidence": "Open since Monday", **day("on")}
    assert hannah.post(f"{url}/actions/{other}/done", data=told).status_code == 403
    assert hannah.post(f"{url}/actions/{theirs}/done", data={**told, "state": "dropped"}).status_code == 422
    assert hannah.post(f"{url}/actions/{theirs}/done", data=told).status_code == 303
    for reference, kind in ((family.reference, "cases"), (family.reference, "cases/x"), ("P-0000-0000", "people")):
        assert hannah.get(f"/{kind}/{reference}").status_code == 404
    with _work(bare_app):
        assert hannah.get(f"/cases/{family.reference}/chronology").status_code == 404
        assert hannah.get(f"/people/{reference_of(family.person_ids[0])}").status_code == 404
    assert browser("police").get(url).status_code == 404


def test_what_a_member_looked_at_is_in_the_childs_log(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    _, url = planned(bare_app, family)
    browser("school").get(url)
    looks = browser(WORKER).get(f"/cases/{family.reference}/who-looked").text
    assert "Hannah Whitfield" in looks and "team around the family" in looks


def test_a_conflict_of_interest_hides_the_plan_whole(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    with _work(bare_app):
        an_action(number, by=WORKER, owner="school", what="Breakfast club kept open")
        bar(f"user:{someone('school').user_id}", subject_id=family.case_ids[1], reason="conflict")
    hannah = browser("school")
    assert hannah.get(url).status_code == 404
    assert url not in hannah.get("/plans/").text and "Breakfast club" not in hannah.get("/plans/").text


def test_my_work_shows_what_i_have_to_do_and_what_is_late(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, _ = planned(bare_app, family)
    with _work(bare_app):
        an_action(number, by=WORKER, owner=WORKER, what="Ring the landlord", due_on=clock.today())
    with clock.at(datetime.fromisoformat("2026-11-23T09:00+00:00")):
        page = browser(WORKER).get("/desk/my-work").text
    assert "What I have to do by plans (1)" in page and "Ring the landlord" in page and "Late by 3 days" in page


def test_two_texts_are_both_shown_and_the_writer_chooses(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    _, url = planned(bare_app, family)
    donna, sheila = browser(WORKER), browser("familyhelp.north")
    assert sheila.post(f"{url}/words", data={"aim": "Theirs {{7*7}}", "version": "1"}).status_code == 303
    both = donna.post(f"{url}/words", data={"aim": "Mine", "voice": "", "version": "1"})
    assert both.status_code == 409 and "Theirs {{7*7}}" in both.text and "Mine" in both.text
    sent = {"aim_theirs": "Theirs {{7*7}}", "aim_mine": "Mine", "aim": "Both", "version": "2"}
    unsaid = donna.post(f"{url}/words", data=sent)
    assert unsaid.status_code == 422 and "Choose which text to keep" in unsaid.text and "Mine" in unsaid.text
    assert donna.post(f"{url}/words", data={**sent, "aim_keep": "both"}).status_code == 303
    assert "Both" in donna.get(url).text and "Theirs" in donna.get(f"{url}/wordings").text


def test_a_meeting_is_written_once_and_read_by_all(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    with bare_app.app_context():
        members = queries.get_plan(number).group
    donna = browser(WORKER)
    form = f"{url}/meetings/new"
    assert "Hannah Whitfield" in donna.get(f"{form}?kind=review").text
    empty = donna.post(form, data={"kind": "review", "words": "Calmer"})
    assert empty.status_code == 422 and "Calmer" in empty.text and "Choose what becomes of the plan" in empty.text
    told = {
        "kind": "review", "outcome": "goes_on", "happened_time": "9:30", "words": "Calmer", "once": "k",
        "family_words": "Ellie: I like it", "people": "Sam Field, school nurse", f"decided_{family.case_id}": "Goes on",
        **{f"came_{m.id}": "came" if m.name.startswith("Hannah") else "sorry" for m in members},
        **day("happened_on"), "next_on-day": "8", "next_on-month": "1", "next_on-year": "2027",
    }  # fmt: skip
    kept = donna.post(form, data=told)
    assert kept.status_code == 303 and donna.post(form, data=told).headers["Location"] == kept.headers["Location"]
    for reader in (donna, browser("school")):
        page = reader.get(kept.headers["Location"]).text
        assert "Sam Field" in page and "Ellie: I like it" in page and "It goes on." in page and "Fri 8 Jan 2027" in page
    assert "8 Jan" in browser("school").get(url).text


def test_scores_stand_in_a_table_and_a_picture(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    _, url = planned(bare_app, family)
    donna = browser(WORKER)
    none = donna.post(f"{url}/scores", data={"stage": "start", "told_by": "Kirsty", **day("told_on")})
    assert none.status_code == 422 and "Give a score" in none.text
    for stage, home in (("start", "3"), ("end", "8")):
        told = {"stage": stage, "told_by": "Kirsty", "home": home, "once": stage, **day("told_on")}
        assert donna.post(f"{url}/scores", data=told).status_code == 303
    page = donna.get(url).text
    assert "from 3 to 8, better" in page and "<polyline" in page


def test_it_prints_on_paper_and_as_a_file(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    with _work(bare_app):
        an_action(number, by=WORKER, owner="school", what="Breakfast club kept open")
    donna = browser(WORKER)
    page = donna.get(f"{url}/print").text
    assert "Breakfast club kept open" in page and "Hannah Whitfield" in page
    file = donna.get(f"{url}/print.pdf")
    assert file.status_code == 200 and file.data.startswith(b"%PDF")


def test_closing_asks_about_what_is_not_done(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    donna = browser(WORKER)
    before = donna.get(f"{url}/close").text
    assert "has not scored how things are" in before
    with _work(bare_app):
        an_action(number, by=WORKER)
    told = {"reason": "aims_met", "words": "In school, rested", "version": "0", **day("ended_on")}
    changed = donna.post(f"{url}/close", data=told)
    assert changed.status_code == 409 and "the actions changed" in changed.text and "In school, rested" in changed.text
    assert donna.post(f"{url}/close", data={**told, "version": "1"}).status_code == 303
    page = donna.get(url).text
    assert "This plan ended on Fri 20 Nov 2026" in page and "Add an action" not in page
    for path in ("actions/new", "words", "meetings/new", "scores", "close"):
        assert donna.post(f"{url}/{path}", data={"aim": "x", "version": "1"}).status_code in (409, 422), path


def test_a_page_costs_the_same_however_much_is_on_it(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    donna, counts = browser(WORKER), []
    for _ in range(2):
        for path, most in ((url, 12), ("/plans/", 8), ("/desk/my-work", 9)):
            donna.get(path)
            with count_statements(bare_app) as statements:
                donna.get(path)
            counts.append(len(statements))
            assert len(statements) <= most, (path, statements)
        with _work(bare_app):
            for _ in range(4):
                an_action(number, by=WORKER, owner=WORKER)
    assert counts[:3] == counts[3:]


def test_people_join_from_an_agency_the_family_and_by_name(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family)
    donna = browser(WORKER)
    asked = donna.get(f"{url}/group/add").text
    police = re.search(r'<option value="(\d+)">South Yorkshire Police', asked)
    assert police
    for source in (police[1], "family"):
        page = donna.get(f"{url}/group/add?from={source}").text
        who = re.search(r'name="who" type="radio" value="([pf]\d+)"', page)
        assert who, source
        missing = donna.post(f"{url}/group/add?from={source}", data={"who": who[1], "part": ""})
        assert missing.status_code == 422 and errors(missing.text) == ["part", "from_on-day"]
        told = {"who": who[1], "part": "Helps", **day("from_on")}
        assert donna.post(f"{url}/group/add?from={source}", data=told).status_code == 303
    again = donna.post(f"{url}/group/add?from={police[1]}", data={**told, "who": "p999999"})
    assert again.status_code == 422 and "Choose from the answers shown" in again.text
    nobody = donna.post(f"{url}/group/add?from=other", data={"part": "Helps", "name": "Sam", **day("from_on")})
    assert nobody.status_code == 422 and "Give their name" in nobody.text
    told = {"part": "Helps", "name": "Sam Field", "agency": "Youth club", **day("from_on")}
    assert donna.post(f"{url}/group/add?from=other", data=told).status_code == 303
    assert donna.post(f"{url}/group/add?from=nonsense", data=told).status_code == 422
    shown = donna.get(f"{url}/group").text
    assert "Sam Field" in shown and "Youth club" in shown and "gets the plan on paper" in shown
    with bare_app.app_context():
        sam = next(m for m in queries.get_plan(number).group if m.name == "Sam Field")
    assert "Sam Field" in donna.get(f"{url}/group/{sam.id}/end").text
    assert donna.post(f"{url}/group/{sam.id}/end", data=day("on")).status_code == 303
    assert "Who was in it before (1)" in donna.get(f"{url}/group").text


def test_a_child_joins_and_a_settled_action_is_put_back(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    number, url = planned(bare_app, family, case_ids=[family.case_id])
    donna = browser(WORKER)
    assert "Jake Marsden" in donna.get(f"{url}/join").text
    told = {"children": family.references[1], **day("from_on")}
    assert donna.post(f"{url}/join", data=told).status_code == 303
    assert "Every child of the family" in donna.get(f"{url}/join").text
    with _work(bare_app):
        action = an_action(number, by=WORKER)
    done = {"state": "dropped", "version": "1", "evidence": "Moved school", **day("on")}
    assert donna.post(f"{url}/actions/{action}/done", data=done).status_code == 303
    page = donna.get(f"{url}/actions/{action}/change").text
    assert "it is to be done again" in page and "Moved school" in page
