"""Every rule that a case can have, from outside: its event is recorded on the page, its clock appears with the date of
the field’s table and its sentence; late, it is explained, authorised, and ended late."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases.commands import answer_correction
from caseapp.cases.models import Correction
from caseapp.cases.queries import list_chronology
from caseapp.deadlines.catalogue import KINDS, RULES, WITH_PAGE, get_rule
from caseapp.deadlines.domain import LATE, Rule, long_day
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.night.commands import write_child_entry
from tests.cases.test_family_side import say_wrong
from tests.deadlines.test_catalogue_rows import NAMED, NOT_CLOCKS, START, TABLE
from tests.factories import AFamily, a_case, a_visit, an_authorised_assessment, look_at, someone, start_an_assessment
from tests.night.test_night import texts

Browser = Callable[[str], FlaskClient]
Row = tuple[str, ...]
# By then every clock of the table is late.
LATER = datetime(2029, 1, 8, 10, 0, tzinfo=UTC)
RECORDED = [row for row in TABLE if {row[1], row[2]} <= KINDS.keys() | {"visit.made"}]


def together(rows: list[Row]) -> list[list[Row]]:
    """The rows in as few groups as one child can have at once: none starts with what ends another, or plans it."""
    groups: list[list[Row]] = []
    for row in rows:
        fits = (group for group in groups if not any(_meet(row, other) for other in group))
        group = next(fits, None)
        if group is None:
            groups.append([row])
        else:
            group.append(row)
    return groups


def _meet(one: Row, other: Row) -> bool:
    return any(
        theirs[1] in (*rule.stops_on, *rule.ends_on, *rule.planned_by)
        for rule, theirs in ((get_rule(one[0], START.date()), other), (get_rule(other[0], START.date()), one))
    )


GROUPS = together(RECORDED)


def opened(app: Flask, at: datetime) -> AFamily:
    with app.app_context(), clock.at(at), transaction():
        return a_case(worker="north.worker", received_at=at)


def record(client: FlaskClient, of: AFamily, kind: str, at: datetime) -> None:
    if kind == "visit.made":
        with client.application.app_context(), transaction():
            a_visit(of, at=at)
        return
    local = clock.to_london(at)
    typed = {
        "children": of.references,
        "who": "Ellie and I",
        "words": "As it was.",
        "once": f"{of.reference}{kind}{at}",
    }
    moments = {"happened_on": local.date()} | ({"on": date.fromisoformat(NAMED["on"])} if KINDS[kind].named_day else {})
    for name, day in moments.items():
        typed |= {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}
    sent = client.post(f"/cases/{of.reference}/events/new/{kind}", data={**typed, "happened_time": f"{local:%H:%M}"})
    assert sent.status_code == 303, (kind, re.findall(r'error-message">.*?</p>', sent.text))


def cards(page: str) -> dict[str, str]:
    """What each clock of a page says, by what it is called, in plain words."""
    found = re.findall(r"<article[^>]*>\s*<h3[^>]*>(.*?)</h3>(.*?)</article>", page, re.DOTALL)
    return {unescape(words): plain(body) for words, body in found}


def plain(markup: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", markup)).split())


def begins(rule: Rule) -> str:
    """How its sentence begins: the day that is fixed for what counts from there, otherwise the day of the event."""
    named = rule.anchored_at == "named_day"
    return f"{rule.start_words} on {long_day(date.fromisoformat(NAMED['on']) if named else START.date())}"


def in_words(due: str) -> str:
    """A due date of the table as a sentence ends with it."""
    return long_day(date.fromisoformat(due)) if len(due) == 10 else long_day(datetime.fromisoformat(due))


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("group", GROUPS, ids=lambda group: f"{group[0][0]} and {len(group) - 1} more")
def test_recorded_on_a_page_it_appears_with_its_sentence_and_late_it_is_explained_authorised_and_ended(
    bare_app: Flask, browser: Browser, group: list[Row]
) -> None:
    of = opened(bare_app, START - timedelta(days=300))
    address = f"/cases/{of.reference}/clocks"
    with clock.at(START + timedelta(minutes=30)):
        leah = browser("north.worker")
        for kind in dict.fromkeys(row[1] for row in group):
            record(leah, of, kind, START)
        shown = cards(leah.get(address).text)
    for key, _, _, due, _ in group:
        rule = get_rule(key, START.date())
        card = shown[rule.words]
        assert begins(rule) in card, card
        assert f"{rule.gives_words} {rule.length_words}." in card, card
        assert in_words(due) in card, card
        assert rule.source in card and ("not verified" in card.lower()) == (not rule.verified)

    with clock.at(LATER):
        leah, ruth = browser("north.worker"), browser("north.manager")
        late = leah.get(address).text.partition('id="ended"')[0]
        running = {view.rule.key: view.id for view in clocks(bare_app, of)}
        for key, *_ in group:
            told = {"reason": "too_much", "words": f"Why {key} is late.", "seen": "0"}
            why = f"/deadlines/late/{of.reference}/{running[key]}"
            assert why in late, key
            assert leah.post(why, data=told).status_code == 303, key
        authorise_each(ruth, len(group))
        shown = cards(ruth.get(address).text.partition('id="ended"')[0])
        for key, *_ in group:
            card = shown[get_rule(key, START.date()).words]
            assert "Late by" in card and f"Why {key} is late." in card and "Authorised by Ruth Hallam" in card
        for stop in dict.fromkeys(row[2] for row in group):
            record(leah, of, stop, LATER - timedelta(hours=1))
        ended = {view.id: view.ended_as for view in clocks(bare_app, of, running_only=False)}
        assert {key: ended[running[key]] for key, *_ in group} == dict.fromkeys((row[0] for row in group), LATE)


def clocks(app: Flask, of: AFamily, *, running_only: bool = True) -> list:  # type: ignore[type-arg]
    with app.app_context():
        return clocks_of([of.case_id], running_only=running_only).get(of.case_id, [])


def authorise_each(manager: FlaskClient, count: int) -> None:
    """The manager authorises each reason that their list leads to: so many."""
    found = re.findall(r'href="(/deadlines/late/[^"]+/reasons/\d+)">Authorise', manager.get("/deadlines/late").text)
    assert len(found) == count
    for path in found:
        assert manager.post(path).status_code == 303


@pytest.mark.once("sqlite")
def test_what_a_case_has_by_itself_shows_its_sentence_with_its_milestones(bare_app: Flask, browser: Browser) -> None:
    of = opened(bare_app, START)
    with bare_app.app_context(), clock.at(START), transaction():
        waiting = a_case(name="Shah", received_at=START)
    with clock.at(START + timedelta(hours=1)):
        ruth = browser("north.manager")
        assessment = cards(ruth.get(f"/cases/{of.reference}/clocks").text)["Assessment complete"]
        allocate = cards(ruth.get(f"/cases/{waiting.reference}/clocks").text)["Worker named"]
    assert "The referral came on Friday 18 December 2026: that is day 0." in assessment
    assert "Day 45 is Wednesday 24 February 2027." in assessment
    assert "Naming a worker has 1 working day." in allocate and "Monday 21 December 2026" in allocate
    milestones = {key: due for key, (runs, due) in NOT_CLOCKS.items() if runs == "milestone"}
    for key, due in milestones.items():
        rule = get_rule(key, START.date())
        assert f"{rule.gives_words} {rule.length_words}." in assessment and in_words(due) in assessment, key
    with clock.at(START + timedelta(days=30)):
        leah = browser("north.worker")
        record(leah, of, "visit.made", START + timedelta(days=3))
        with bare_app.app_context(), transaction():
            look_at(start_an_assessment(of), reviewed_on=(START + timedelta(days=25)).date())
        card = cards(leah.get(f"/cases/{of.reference}/clocks").text)["Assessment complete"]
    assert "Child seen, by Tue 29 Dec: done Mon 21 Dec" in card
    assert "Manager’s first look at the assessment, by Wed 6 Jan: done late, Tue 12 Jan" in card
    assert "Manager’s second look at the assessment, by Wed 20 Jan: next, 3 working days left" in card


@pytest.mark.once("sqlite")
def test_an_authorised_assessment_is_to_be_done_anew_after_a_year(bare_app: Flask, browser: Browser) -> None:
    of = opened(bare_app, START)
    with bare_app.app_context(), clock.at(START + timedelta(minutes=5)), transaction():
        an_authorised_assessment(of)
    with clock.at(START + timedelta(minutes=10)):
        shown = cards(browser("north.worker").get(f"/cases/{of.reference}/clocks").text)
    assert "A new one has 12 months." in shown["Assessment done anew"]
    assert "Saturday 18 December 2027" in shown["Assessment done anew"]


@pytest.mark.once("sqlite")
def test_what_the_night_wrote_is_to_be_read_by_half_past_nine(bare_app: Flask, browser: Browser) -> None:
    of = opened(bare_app, START)
    night = datetime(2026, 12, 19, 22, 30, tzinfo=UTC)
    with bare_app.app_context(), clock.at(night), transaction():
        write_child_entry(someone("edt"), case_id=of.case_id, texts=texts(), once_key="pressed-once")
    with clock.at(night + timedelta(hours=11)):
        card = cards(browser("north.worker").get(f"/cases/{of.reference}/clocks").text)["Night work read"]
    assert "The night worked on it on Saturday 19 December 2026 at 22:30." in card
    assert "That is 09:30 on Monday 21 December 2026." in card


@pytest.mark.once("sqlite")
def test_what_may_not_be_done_before_a_day(bare_app: Flask, browser: Browser) -> None:
    of = opened(bare_app, START - timedelta(days=300))
    with clock.at(START + timedelta(minutes=30)):
        leah = browser("north.worker")
        for kind in ("plan.cp_ended", "nrm.reasonable_decided"):
            record(leah, of, kind, START)
        shown = cards(leah.get(f"/cases/{of.reference}/clocks").text)
    for key in (key for key, (runs, _) in NOT_CLOCKS.items() if runs == "earliest"):
        rule = get_rule(key, START.date())
        assert begins(rule) in shown[rule.words] and in_words(NOT_CLOCKS[key][1]) in shown[rule.words], key
    with clock.at(LATER):
        leah = browser("north.worker")
        record(leah, of, "nrm.conclusive_decided", LATER - timedelta(hours=1))
        shown = cards(leah.get(f"/cases/{of.reference}/clocks").text)
    assert "Conclusive grounds: not before" not in shown
    assert "That day has come" in shown["Kept on the national register"]


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("key", [key for key, (runs, _) in NOT_CLOCKS.items() if runs == "recording"])
@pytest.mark.parametrize(("days", "said"), [(0, "Written down in time"), (14, "Written down late")])
def test_by_when_something_had_to_be_written_down(
    bare_app: Flask, browser: Browser, key: str, days: int, said: str
) -> None:
    of, rule = opened(bare_app, START - timedelta(days=300)), get_rule(key, START.date())
    with clock.at(START + timedelta(days=days, minutes=30)):
        leah = browser("north.worker")
        # What has its own page says it in the chronology.
        kinds = [kind for kind in rule.starts_on if kind in KINDS]
        for kind in kinds:
            record(leah, of, kind, START)
        page = plain(leah.get(f"/cases/{of.reference}/events").text)
    assert page.count(said) == len(kinds)
    assert page.count(f"{begins(rule)}") == len(kinds) and in_words(NOT_CLOCKS[key][1]) in page


def test_every_rule_of_a_case_is_in_one_of_these_tables() -> None:
    by_plans = {row[0] for row in TABLE if {row[1], row[2]} & WITH_PAGE.keys()}
    by_themselves = {
        "assessment.complete",
        "family_help.assessment",
        "case.allocate",
        "assessment.refresh",
        "edt.morning_child",
        "correction.answer",
    }
    of_a_case = {rule.key for rule in RULES if rule.subject_kind == "case"}
    assert of_a_case == {row[0] for row in RECORDED} | set(NOT_CLOCKS) | by_themselves | by_plans
    assert len(GROUPS) < 10


@pytest.mark.once("sqlite")
def test_what_the_family_says_is_wrong_is_answered_within_a_month_or_late(bare_app: Flask, browser: Browser) -> None:
    of = opened(bare_app, START - timedelta(days=300))
    with bare_app.app_context(), clock.at(START + timedelta(minutes=5)), transaction():
        told = list_chronology(someone("north.worker"), [of.case_id], limit=100)
        say_wrong(of, told.entries[0].id, on=START.date())
        asked = db.session.scalars(sa.select(Correction.id)).one()
    address = f"/cases/{of.reference}/clocks"
    with clock.at(START + timedelta(minutes=10)):
        card = cards(browser("north.worker").get(address).text)["Correction answered"]
    assert "The correction was asked for on Friday 18 December 2026" in card
    assert "Answering has 1 month." in card and "Monday 18 January 2027" in card
    with clock.at(LATER):
        leah, ruth = browser("north.worker"), browser("north.manager")
        number = next(view.id for view in clocks(bare_app, of) if view.rule.key == "correction.answer")
        why = {"reason": "too_much", "words": "The manager was away.", "seen": "0"}
        assert leah.post(f"/deadlines/late/{of.reference}/{number}", data=why).status_code == 303
        authorise_each(ruth, 1)
        card = cards(ruth.get(address).text.partition('id="ended"')[0])["Correction answered"]
        assert "Late by" in card and "The manager was away." in card and "Authorised by Ruth Hallam" in card
        with bare_app.app_context(), transaction():
            said = {"case_id": of.case_id, "answer": "put_right", "words": "It was the aunt."}
            answer_correction(someone("north.manager"), correction_id=asked, **said)  # type: ignore[arg-type]
    ended = {view.id: view.ended_as for view in clocks(bare_app, of, running_only=False)}
    assert ended[number] == LATE
