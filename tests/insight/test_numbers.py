"""The head's numbers: as at a day, equal to the rows of their lists, samples that are kept."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases.commands import record_dated_event
from caseapp.deadlines.commands import apply_change
from caseapp.deadlines.domain import PolicyChange
from caseapp.insight.catalogue import MEASURES, SOURCES
from caseapp.insight.commands import draw_sample
from caseapp.insight.domain import as_at
from caseapp.insight.models import Sample
from caseapp.insight.queries import Asked, get_list, get_numbers, list_names
from caseapp.insight.queries.samples import get_sample
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.events import Event
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.commands.deciding import Answer, answer_proposal
from caseapp.referrals.commands.triage import propose_decision, rate_referral
from caseapp.referrals.models import ReferralChild
from tests.conftest import FRIDAY, sign_in
from tests.factories import a_case, a_visit, an_authorised_assessment, give, someone, team_id
from tests.helpers.statements import count_statements


def a_contact(at: datetime, *, name: str = "Marsden", sender: str = "school") -> int:
    document = {
        "schema": "marf-1",
        "children": [
            {
                "first_name": "Ellie",
                "last_name": name,
                "date_of_birth": "2017-03-09",
                "sex": "F",
                "address": {"line": "14 Quarry Lane", "postcode": "S63 7AQ"},
            }
        ],
        "concern": {"categories": ["neglect"], "what_happened": "Slept in her coat.", "immediate_danger": False},
        "consent": {"parent_informed": True, "parent_agrees": True},
    }
    with clock.at(at), transaction():
        return receive_referral(someone(sender), document=document, received_at=at, mode="form").id


def decide(referral_id: int, at: datetime, outcome: str) -> None:
    """Rated and proposed by the hub's worker, agreed an hour later by the manager."""
    with clock.at(at), transaction():
        rate_referral(someone("mash.worker"), referral_id=referral_id, rating="green", rationale="Calm", version=1)
        child = db.session.scalars(sa.select(ReferralChild.id).where(ReferralChild.referral_id == referral_id)).one()
        decision = propose_decision(
            someone("mash.worker"),
            referral_id=referral_id,
            outcomes={child: outcome},
            reasons="Weighed",
            advice="Keep an eye on mornings",
        )
    with clock.at(at + timedelta(hours=1)), transaction():
        answer_proposal(
            someone("mash.manager"),
            referral_id=referral_id,
            decision_id=decision,
            answer=Answer("agree", {}, message="We looked at it.", teams={"locality": team_id("north")}),
        )


MONDAY = datetime(2026, 11, 9, 10, 0, tzinfo=UTC)


@pytest.fixture
def history(app: Flask) -> None:
    """A small history. Monday 9 November: two contacts. Wednesday 11: one becomes a referral (a case in North).
    Friday 13: the case is given to a worker; the other contact, late since Tuesday, is decided: no further action.
    Monday 16: a third contact. Thursday 19: the assessment is authorised."""
    first, second = a_contact(MONDAY), a_contact(MONDAY + timedelta(hours=1), name="Okafor", sender="police")
    decide(first, MONDAY + timedelta(days=2), "assessment")
    decide(second, MONDAY + timedelta(days=4), "no_further_action")
    a_contact(MONDAY + timedelta(days=7), name="Hill")


# What stands on the evening of each day, worked out from the history above by hand.
KNOWN = {
    "contacts_unread": {9: 2, 11: 1, 13: 0, 16: 1},
    "contacts_undecided": {8: 0, 9: 2, 11: 1, 13: 0, 16: 1},
    "contacts_late": {9: 0, 10: 0, 11: 1, 13: 0, 17: 0, 18: 1},
    "children_open": {10: 0, 11: 1, 16: 1},
    "children_unallocated": {10: 0, 11: 1, 16: 1},
    "contacts_year": {8: 0, 9: 2, 13: 2, 16: 3},
    "referrals_year": {10: 0, 11: 1, 16: 1},
    "decisions_year": {10: 0, 11: 1, 13: 2},
    "decisions_in_time": {11: 0, 13: 0},
    "contacts_weeks": {9: 2, 16: 3},
    "referrals_weeks": {11: 1, 16: 1},
}


@pytest.mark.parametrize("now", [MONDAY + timedelta(days=11)], ids=["asked on Friday 20"])
def test_what_stood_on_each_day(app: Flask, history: None, now: datetime) -> None:
    with clock.at(now):
        days = {day: get_numbers(as_at(date(2026, 11, day))) for days in KNOWN.values() for day in days}
        found = {key: {day: days[day].count(key) for day in known} for key, known in KNOWN.items()}
        assert found == KNOWN
        # The day it became a referral, it came from a school.
        numbers = days[11]
        assert [key for key in SOURCES if numbers.count("referrals_year", cut=key)] == ["Schools"]
        week = numbers.count("contacts_weeks", cut="none") + sum(
            numbers.count("contacts_weeks", cut=key, week=11) for key in list_names().agencies
        )
        assert week == 2


def test_a_team_and_a_level_have_the_children_from_their_first_day_on(app: Flask) -> None:
    with clock.at(MONDAY), transaction():
        family = a_case(children=2, team="north")
    with clock.at(MONDAY + timedelta(days=1)), transaction():
        give(family, "north.worker")
    with clock.at(MONDAY + timedelta(days=3)), transaction():
        an_authorised_assessment(family)
    with clock.at(FRIDAY):
        north = team_id("north")
        on = {day: get_numbers(as_at(date(2026, 11, day))) for day in (8, 9, 10, 12)}
        assert [on[day].count("children_open", team=north) for day in (8, 9, 10, 12)] == [0, 2, 2, 2]
        assert [on[day].count("children_unallocated", team=north) for day in (8, 9, 10)] == [0, 2, 0]
        assert [on[day].count("workers", team=north) for day in (9, 10)] == [0, 1]
        assert on[10].count("children_open", team=north, cut="assessment") == 2
        assert on[10].count("children_open", team=team_id("south")) == 0
        # Authorised on the third working day, for each of the two children.
        assert [on[day].count("assessments_year") for day in (10, 12)] == [0, 2]
        assert on[12].count("assessments_in_time") == on[12].count("assessments_year", cut="1-10_days") == 2


def test_a_proclaimed_bank_holiday_is_no_working_day_of_a_duration(app: Flask) -> None:
    """Tuesday 10 November to Tuesday 24: ten working days, nine when one of them is proclaimed. By eleven days, on
    Wednesday 25, it lies in the next band, and the holiday puts it back; the number and its list say the same."""
    received = MONDAY + timedelta(days=1)
    with clock.at(received), transaction():
        family = a_case(received_at=received)
        give(family, "north.worker")
    with clock.at(received + timedelta(days=15)), transaction():
        an_authorised_assessment(family)

    def bands() -> tuple[dict[str, int], list[int]]:
        at, measure = as_at(), MEASURES["assessments_year"]
        found = {key: number for key, number in get_numbers(at).bands.items() if number}
        return found, [len(get_list(Asked(measure, at, 0, band, -1), list_names()).rows) for band in found]

    with clock.at(received + timedelta(days=16)):
        assert bands() == ({"11-20_days": 1}, [1])
        with transaction():
            thanks = PolicyChange(
                id=0, kind="bank_holiday", made_at=clock.now(), day=date(2026, 11, 18), words="Thanks"
            )
            apply_change(someone("head"), thanks, version=0)
        assert bands() == ({"1-10_days": 1}, [1])


def test_children_not_seen_count_from_the_last_visit_or_from_the_opening_of_the_case(app: Flask) -> None:
    """Opened on Monday 5 October. One is seen by the worker on Thursday 15 October (four weeks end on 12 November) and
    by a school on the 20th (six weeks: 1 December), and visited again on Monday 16 November; nobody sees the other:
    four weeks end on 2 November, six on the 16th."""
    opened = datetime(2026, 10, 5, 10, 0, tzinfo=UTC)
    with clock.at(opened), transaction():
        seen, _never = a_case(worker="north.worker"), a_case(name="Steel", worker="north.worker")
    for kind, day in (("visit.made", 15), ("child.seen_by_agency", 20), ("visit.made", 47)):
        with clock.at(datetime(2026, 10, 1, 12, tzinfo=UTC) + timedelta(days=day - 1)), transaction():
            if kind == "visit.made":
                a_visit(seen)
                continue
            record_dated_event(
                someone("north.worker"),
                case_ids=seen.case_ids,
                kind=kind,
                happened_at=clock.now(),
                who="The child",
                words="At home.",
                once_key=f"visit-{day}",
            )
    with clock.at(FRIDAY):
        on = {day: get_numbers(as_at(date(2026, 11, day))) for day in (2, 3, 12, 13, 15, 16, 17, 20)}
        assert {day: numbers.count("not_seen_worker") for day, numbers in on.items()} == {
            2: 0, 3: 1, 12: 1, 13: 2, 15: 2, 16: 1, 17: 1, 20: 1,
        }  # fmt: skip
        assert [on[day].count("not_seen_anybody", team=team_id("north")) for day in (13, 16, 17, 20)] == [0, 0, 1, 1]
        names = list_names()
        page = get_list(Asked(MEASURES["not_seen_worker"], as_at(date(2026, 11, 13))), names)
        assert [clock.to_london(row.began_at).date() for row in page.rows] == [date(2026, 10, 5), date(2026, 10, 15)]


def test_a_child_comes_again_within_twelve_months(app: Flask) -> None:
    """Referred on 10 November 2025; again after eleven months counts, another child does not."""
    decide(a_contact(MONDAY - timedelta(days=364)), MONDAY - timedelta(days=363), "assessment")
    with transaction():
        # The case ended since; only what is counted here matters.
        db.session.execute(sa.text("UPDATE case_record SET closed_at = opened_at"))
    decide(a_contact(MONDAY - timedelta(days=30)), MONDAY - timedelta(days=29), "assessment")
    decide(a_contact(MONDAY, name="Okafor"), MONDAY + timedelta(hours=2), "assessment")
    with clock.at(FRIDAY):
        numbers = get_numbers(as_at())
        # The first of them came more than twelve months before this Friday.
        assert (numbers.count("rereferrals_year"), numbers.count("referrals_year")) == (1, 2)


def test_every_number_equals_the_rows_of_its_list(app: Flask, history: None) -> None:
    with clock.at(MONDAY + timedelta(days=7)), transaction():
        give(a_case(children=3, name="Hale"), "north.worker")
    names = list_names()
    with clock.at(FRIDAY):
        seen = 0
        for day in (None, date(2026, 11, 11), date(2026, 11, 17)):
            at = as_at(day)
            numbers = get_numbers(at)
            for measure in MEASURES.values():
                cuts = ["", *numbers.cuts(measure.key)] if measure.cut != "source" else ["", *SOURCES]
                for team in (None, *names.teams) if measure.span == "now" else (None,):
                    for cut in cuts if measure.cut else ("",):
                        number = numbers.count(measure.key, team=team.id if team else None, cut=cut or None)
                        asked = Asked(measure, at, team.id if team else 0, cut)
                        page = get_list(asked, names, limit=2)
                        rows = list(page.rows)
                        while page.after:
                            page = get_list(asked, names, after=page.after, limit=2)
                            rows += page.rows
                        assert number == page.total == len(rows), (measure.key, day, team, cut)
                        assert len({(row.key, row.subject_id) for row in rows}) == len(rows)
                        seen += number
        assert seen > 50


def test_a_sample_is_drawn_once_and_kept_as_it_was(app: Flask) -> None:
    with clock.at(MONDAY), transaction():
        for name in ("Marsden", "Hale", "Okafor"):
            a_case(children=3, name=name)
    head = someone("head")
    with clock.at(FRIDAY):
        asked = Asked(MEASURES["children_open"], as_at(), team_id("north"))
        with transaction():
            number = draw_sample(head, asked, size=4, seed=7)
            assert draw_sample(head, asked, size=4, seed=7) == number
            other = draw_sample(head, asked, size=4, seed=8)
            assert other != number
        names = list_names()
        first, rows = get_sample(number, names)
        assert (first.population, first.size, first.seed, first.drawn_by) == (9, 4, 7, "Margaret Ainley")
        assert len({row.label for row in rows}) == 4 and all(row.team == "North locality" for row in rows)
    with transaction():
        db.session.execute(sa.text("UPDATE custody SET to_at = from_at"))
    assert get_sample(number, names)[1] == rows
    events = db.session.scalars(sa.select(Event).where(Event.code == "sample.drawn")).all()
    assert [event.data["seed"] for event in events] == [7, 8] and events[0].actor_id == head.user_id
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Sample)) == 2


def test_the_pages_name_no_child_and_ask_little(app: Flask) -> None:
    client = sign_in(app, "head")
    pages = ("/insight/", "/insight/agencies", "/insight/list/children_open", "/insight/list/referrals_year")
    counted = []
    for amount in (1, 12):
        for number in range(amount):
            with transaction():
                a_case(name=f"Marsden{number}", children=2)
        costs = []
        for path in pages:
            with count_statements(app) as statements:
                page = client.get(path)
            assert page.status_code == 200 and "Marsden" not in page.text and "Ellie" not in page.text
            costs.append(len(statements))
        counted.append(costs)
    assert counted[0] == counted[1] and max(counted[0]) <= 8, counted
    assert client.get("/").location == "/insight/"


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/insight/?on=2026-13-01", 422),
        ("/insight/?on=2999-01-01", 422),
        ("/insight/?on=1066-10-14", 422),
        ("/insight/list/nothing", 404),
        ("/insight/list/children_open?team=atlantis", 404),
        ("/insight/list/children_open?cut=atlantis", 404),
        ("/insight/list/children_open?after=rubbish", 200),
        ("/insight/list/contacts_weeks?week=1999-01-01", 404),
        ("/insight/list/children_open?on=x", 422),
        ("/insight/list/nothing.xlsx", 404),
        ("/insight/list/children_open.xlsx?on=x", 404),
        ("/insight/list/children_open.xlsx?team=atlantis", 404),
        ("/insight/numbers.xlsx?on=1066-10-14", 404),
        ("/insight/samples/99999999999999999999999.xlsx", 404),
        ("/insight/samples/99999999999999999999999", 404),
    ],
)
def test_what_is_typed_into_an_address_breaks_nothing(app: Flask, address: str, status: int) -> None:
    assert sign_in(app, "head").get(address).status_code == status


def test_a_number_opens_a_sample_on_the_page(app: Flask) -> None:
    with transaction():
        a_case(children=3)
    client = sign_in(app, "head")
    form = {"team": "north", "size": "2", "seed": "11"}
    wrong = client.post("/insight/list/children_open/sample", data={**form, "size": "many"})
    assert wrong.status_code == 422 and "How many must be a whole number" in wrong.text and 'value="many"' in wrong.text
    drawn = client.post("/insight/list/children_open/sample", data=form)
    assert drawn.status_code == 303
    page = client.get(drawn.location).text
    assert "2 of 3" in page and "Margaret Ainley" in page and "North locality" in page
    assert client.post("/insight/list/children_open/sample", data=form).location == drawn.location
    empty = client.post("/insight/list/children_open/sample", data={**form, "team": "south"})
    assert empty.status_code == 409
    # For publishing, one to five are hidden.
    assert "hidden, 1 to 5" in client.get("/insight/?form=published").text


def taken(client: FlaskClient, address: str) -> list[tuple[Any, ...]]:
    answer = client.get(address)
    assert answer.status_code == 200 and answer.mimetype.endswith("spreadsheetml.sheet")
    page = openpyxl.load_workbook(BytesIO(answer.data)).active
    assert page is not None
    return list(page.iter_rows(values_only=True))


def test_a_list_is_taken_away_with_what_was_asked(app: Flask) -> None:
    with transaction():
        a_case(children=3)
        a_case(children=2, team="south")
    client = sign_in(app, "head")
    rows = taken(client, "/insight/list/children_open.xlsx?team=north")
    assert rows[0][0] == "Children with an open case: 3"
    assert "team: North locality; counted at" in rows[2][0] and MEASURES["children_open"].definition[:30] in rows[2][0]
    assert rows[5][:3] == ("Reference", "Age", "Team") and len(rows) == 9
    assert {row[2] for row in rows[6:]} == {"North locality"} and all(row[0].startswith("C-") for row in rows[6:])
    drawn = client.post("/insight/list/children_open/sample", data={"team": "north", "size": "2", "seed": "11"})
    sample = taken(client, f"{drawn.location}.xlsx")
    assert len(sample) == 8 and "2 of 3 drawn with seed 11 by Margaret Ainley" in sample[2][0]
    events = db.session.scalars(sa.select(Event).where(Event.code == "list.taken").order_by(Event.id)).all()
    assert [event.data for event in events] == [
        {"list": "children_open", "rows": 3},
        {"list": "sample", "rows": 2},
    ]


def test_the_page_is_taken_away_number_by_number(app: Flask) -> None:
    with transaction():
        a_case(children=3)
        a_case(children=7, team="south")
    a_contact(clock.now())
    client = sign_in(app, "head")
    rows = taken(client, "/insight/numbers.xlsx")
    numbers = {row[:4]: row[4] for row in rows[6:]}
    assert numbers["Children with an open case", "North locality", None, None] == 3
    assert numbers["Contacts nobody has opened", None, None, None] == 1
    hidden = taken(client, "/insight/numbers.xlsx?form=published")
    numbers = {row[:4]: row[4] for row in hidden[6:]}
    assert "1 to 5 hidden" in hidden[2][0]
    assert numbers["Children with an open case", "North locality", None, None] == "c"
    assert numbers["Children with an open case", "South locality", None, None] == 7
    weeks = taken(client, "/insight/agencies.xlsx")
    assert weeks[5][:3] == ("Agency", "What", "12 weeks")
    assert [row[1:3] for row in weeks[6:]] == [("Contacts", 1), ("Referrals", 0)]
