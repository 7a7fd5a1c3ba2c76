"""A referral arrives: kept as told, its children listed, its faults marked, and reaching the right people only."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings

from caseapp.access.domain import L0, L4, Actor
from caseapp.access.models import Bar
from caseapp.access.queries import get_subject, list_reach
from caseapp.accounts.queries import find_team
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound
from caseapp.kernel.events import Event, EventSubject
from caseapp.kernel.subjects import Subject
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.models import InputMark, Referral, ReferralChild

from .domain_cases import ANY_JSON, SAMPLES, sample

ActorOf = Callable[[str], Actor]
MONDAY = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def receive(document: Any, sender: Actor | None = None, **options: Any) -> Any:
    """Take a document in, on a Monday morning unless said otherwise."""
    with transaction():
        return receive_referral(sender, **{"document": document, "received_at": MONDAY, "mode": "form", **options})


def test_the_document_is_kept_as_told_and_its_children_are_listed(app: Flask) -> None:
    told = sample(1)
    made = receive(told, source_system="partner", source_id="SAMPLE-001")
    row = db.session.get_one(Referral, made.id)
    assert made.new and made.reference.startswith("R-")
    assert row.document == told
    assert (row.received_at, row.state, row.agency_given, row.source_code) == (MONDAY, "received", told["agency"], "2A")
    children = db.session.scalars(sa.select(ReferralChild).order_by(ReferralChild.position)).all()
    assert [(child.shown_name, child.match_key, child.sector) for child in children] == [
        ("Ellie Marsden", "marsden|ellie|2017-03-09", "S63 7"),
        ("Jake Marsden", "marsden|jake|2019-11-30", "S63 7"),
    ]


def test_all_samples_arrive_and_twice_adds_nothing(app: Flask) -> None:
    for again in (False, True):
        for told in SAMPLES:
            made = receive(told, source_system="partner", source_id=told["external_id"], mode=told["mode"])
            assert made.new is not again
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Referral)) == 26
    assert db.session.scalar(sa.select(sa.func.count()).select_from(InputMark)) > 5


def test_an_event_carries_the_referral_first_at_the_time_it_came(app: Flask, actor: ActorOf) -> None:
    made = receive(sample(1), actor("school"))
    event = db.session.scalars(sa.select(Event).where(Event.code == "referral.received")).one()
    assert event.occurred_at == MONDAY
    assert event.data == {"agency": actor("school").agency_id, "mode": "form", "children": 2}
    assert db.session.scalars(sa.select(EventSubject.subject_id)).all().count(made.id) == 1


def test_the_hub_reads_it_the_sender_and_their_desks_lead_follow_it(app: Flask, actor: ActorOf) -> None:
    made = receive(sample(2), actor("police"))
    hub, desk = find_team(key="hub"), find_team(key="police_desk")
    assert hub and desk
    assert {(row.principal, row.level, row.why) for row in list_reach(made.id)} == {
        (f"team:{hub.id}", L4, "hub"),
        (f"user:{actor('police').user_id}", L0, "own"),
        (f"lead:{desk.id}", L0, "own"),
    }
    for stranger in ("school", "health", "north.manager", "auditor", "admin"):
        with pytest.raises(NotFound):
            get_subject(actor(stranger), made.reference, "referral", L0)


@pytest.mark.parametrize(
    ("given", "barred", "marked"),
    [
        ("Central locality", "central", None),
        ("central  LOCALITY", "central", None),
        (["North locality"], "north", None),
        ("Nowhere locality", None, "unknown_team"),
        ("Hub", None, "hub_excluded"),
    ],
)
def test_an_excluded_team_is_barred_or_a_person_is_asked(
    app: Flask, given: object, barred: str | None, marked: str | None
) -> None:
    told = sample(25)
    told["restriction"]["exclude_team"] = given
    made = receive(told)
    team = find_team(key=barred) if barred else None
    expected = {(f"team:{team.id}", "staff_conflict"), (f"lead:{team.id}", "staff_conflict")} if team else set()
    assert {(row.principal, row.reason) for row in db.session.scalars(sa.select(Bar))} == expected
    codes = set(db.session.scalars(sa.select(InputMark.code).where(InputMark.referral_id == made.id)))
    assert (marked in codes) if marked else not codes & {"unknown_team", "hub_excluded"}


def test_the_third_contact_about_a_child_in_a_year_weighs_more(app: Flask) -> None:
    told = sample(1)
    told["household"] = []
    days = (400, 20, 10, 0)
    weights = []
    for ago in days:
        made = receive(told, received_at=MONDAY - timedelta(days=ago))
        weights.append(db.session.get_one(Referral, made.id).urgency)
    assert weights == [0, 0, 0, 20]


def test_when_an_answer_is_needed_is_kept_as_a_moment(app: Flask) -> None:
    told = sample(1) | {"now": {"answer_needed_by": "2026-11-16T15:15:00+00:00"}}
    row = db.session.get_one(Referral, receive(told).id)
    assert row.answer_needed_at == datetime(2026, 11, 16, 15, 15, tzinfo=UTC)


NESTED: Any = "deep"
for _ in range(300):
    NESTED = [NESTED]


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        "a text",
        7,
        float("nan"),
        {"children": {"first_name": 7}},
        {"children": [None, [], "the boy next door", {"last_name": "N" * 50_000, "date_of_birth": "2017-03-09"}]},
        {"children": [{"first_name": f"C{number}"} for number in range(2_000)]},
        {"note": "\x00 \ud800 \x07", "\ud800": "key", "agency": "A\x00" * 300},
        {"referrer": {"name": "🦊" * 500}, "source_code": "99999999999999"},
        {"now": {"answer_needed_by": "9999-12-31T23:59:59-12:00"}},
        {"restriction": {"exclude_team": {"no": "text"}}},
        NESTED,
        {"a": NESTED},
    ],
)
def test_no_content_is_refused(app: Flask, told: object) -> None:
    made = receive(told)
    assert db.session.scalar(sa.select(Subject.reference).where(Subject.id == made.id)) == made.reference
    db.session.expire_all()
    assert db.session.get_one(Referral, made.id).received_at == MONDAY


def test_hidden_characters_are_shown_as_one_and_marked(app: Flask) -> None:
    made = receive({"note": "before\x00after"})
    assert db.session.get_one(Referral, made.id).document == {"note": "before\N{REPLACEMENT CHARACTER}after"}
    codes = db.session.scalars(sa.select(InputMark.code).where(InputMark.path == "note")).all()
    assert codes == ["hidden_character"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=ANY_JSON)
def test_any_json_arrives(app: Flask, told: object) -> None:
    assert receive(told).new


def test_two_imports_at_once_make_one_referral(bare_app: Flask) -> None:
    results: list[Any] = []
    ready = threading.Barrier(2)

    def bring() -> None:
        with bare_app.app_context():
            ready.wait()
            results.append(receive(sample(1), source_system="partner", source_id="X-1"))

    threads = [threading.Thread(target=bring) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.new for result in results) == [False, True]
    assert len({result.reference for result in results}) == 1
