"""The whole table of rules, read row by row."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest

from caseapp.deadlines.catalogue import KINDS, RULES, WITH_PAGE, find_rule, get_rule, list_keys_of
from caseapp.deadlines.catalogue.front_door import FRONT_DOOR

TODAY = date(2026, 11, 20)
EVENTS = {
    "correction.answered",
    "correction.asked",
    "correction.waits",
    "case.handover.agreed_urgent",
    "case.stepped_down",
    "case.stepped_up",
    "look_back.done",
    "look_back.set",
    "night.handed_over",
    "night.accepted",
    "night.taken",
    "night.kept_in_hub",
    "night.entry.written",
    "night.acknowledged",
    "referral.received",
    "referral.read",
    "referral.rated",
    "referral.taken_by_phone",
    "referral.confirmed_in_writing",
    "decision.proposed",
    "decision.agreed",
    "decision.sent_back",
    "feedback.given",
    "open_case.told",
    "open_case.acknowledged",
    "look_again.asked",
    "look_again.answered",
    "feedback.seen",
    "feedback.rang",
    "referral.put_back",
    "case.opened",
    "case.allocated",
    "case.custody.moved",
    "assessment.started",
    "assessment.authorised",
    "assessment.reviewed",
    "family_help.assessment_began",
    "family_help.assessed",
    "family_help.assessment_stopped",
    "case.handover.proposed",
    "case.handover.agreed",
    "case.handover.accepted",
    "case.handover.returned",
    "case.handover.withdrawn",
}
# National lengths that nobody here has read at their source: marked [K], or "where possible".
NOT_CONFIRMED = {
    "police_protection.ends",
    "epo.ends",
    "epo.extended_ends",
    "private_fostering.visit_first",
    "nrm.reasonable",
    "nrm.reasonable_panel",
    "nrm.conclusive_from",
}
SUBJECTS = {
    "referral",
    "case",
    "person",
    "handover",
    "assessment",
    "draft",
    "user",
    "family",
    "note",
    "night",
    "look_back",
}


@pytest.mark.parametrize(
    ("key", "basis", "length", "unit", "anchored_at", "starts_on", "stops_on"),
    [
        ("mash.first_look", "local", 1, "hours", "event", "referral.received", "referral.read"),
        ("referral.decision", "statutory", 1, "working_days", "event", "referral.received",
         "decision.proposed decision.agreed"),
        ("mash.red", "local", 4, "hours", "referral", "referral.rated", "decision.agreed"),
        ("mash.amber", "local", 24, "hours", "referral", "referral.rated", "decision.agreed"),
        ("mash.green", "local", 72, "hours", "referral", "referral.rated", "decision.agreed"),
        ("feedback.referrer", "local", 1, "working_days", "event", "referral.received", "feedback.given"),
        ("referral.written_confirmation", "local", 24, "hours", "referral", "referral.taken_by_phone",
         "referral.confirmed_in_writing"),
        ("assessment.complete", "statutory", 45, "working_days", "referral",
         "case.opened case.stepped_up assessment.started", "assessment.authorised"),
        ("handover.accept", "local", 2, "working_days", "event", "case.handover.agreed",
         "case.handover.accepted case.handover.returned case.handover.withdrawn"),
        ("handover.accept_urgent", "local", 1, "hours", "event", "case.handover.agreed_urgent",
         "case.handover.accepted case.handover.returned case.handover.withdrawn"),
        ("look_back.done", "local", 12, "weeks", "event", "look_back.set", "look_back.done"),
        ("feedback.opened", "local", 1, "working_days", "event", "feedback.given look_again.answered",
         "feedback.seen feedback.rang referral.put_back"),
        ("disagreement.answer", "local", 1, "working_days", "event", "look_again.asked", "look_again.answered"),
        ("edt.accept", "local", 30, "minutes", "event", "night.handed_over",
         "night.accepted night.kept_in_hub night.acknowledged"),
        ("edt.morning", "local", 1, "mornings", "event", "night.accepted night.taken", "night.acknowledged"),
        ("edt.morning_child", "local", 1, "mornings", "event", "night.entry.written", "night.acknowledged"),
        ("case.allocate", "local", 1, "working_days", "event", "case.custody.moved", "case.allocated"),
        ("open_case.ack_red", "local", 1, "hours", "event", "open_case.told", "open_case.acknowledged"),
        ("open_case.ack", "local", 1, "working_days", "event", "open_case.told", "open_case.acknowledged"),
    ],
)  # fmt: skip
def test_each_rule(key, basis, length, unit, anchored_at, starts_on, stops_on):
    rule = get_rule(key, TODAY)
    assert (rule.basis, rule.length, rule.unit, rule.anchored_at) == (basis, length, unit, anchored_at)
    assert rule.starts_on == tuple(starts_on.split())
    assert rule.stops_on == tuple(stops_on.split())
    assert not rule.inclusive_start


def test_every_rule_of_the_front_door_stands_in_the_table_above():
    table = next(mark for mark in test_each_rule.pytestmark if mark.name == "parametrize").args[1]
    assert sorted(row[0] for row in table) == sorted(rule.key for rule in FRONT_DOOR)


def test_no_two_rows_of_a_key_are_in_force_on_one_day():
    for rule in RULES:
        assert find_rule(rule.key, rule.in_force_from) is rule
        same_day = [row for row in RULES if row.key == rule.key and row.is_in_force(rule.in_force_from)]
        assert same_day == [rule]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_row_has_its_words_and_its_source(rule):
    assert re.fullmatch(r"[a-z_]+\.[a-z_0-9]+", rule.key)
    assert rule.words[0].isupper()
    assert not rule.words.endswith(".")
    assert rule.start_words[0].isupper()
    assert rule.gives_words[0].isupper()
    assert rule.ends_words.startswith("It ends when ")
    assert rule.ends_words.endswith(".")
    assert rule.note == "" or rule.note.endswith(".")
    assert rule.source
    assert rule.source_url == "" or rule.source_url.startswith("https://")
    assert rule.codes <= EVENTS | set(KINDS) | set(WITH_PAGE)
    assert rule.subject_kind in SUBJECTS
    assert rule.warn_points == tuple(sorted(rule.warn_points, reverse=True))
    assert rule.warn_points
    assert rule.late_to
    assert rule.basis == "statutory" or not rule.verified, "a local length that nobody here confirmed says so"
    assert rule.key in NOT_CONFIRMED or rule.verified or rule.basis == "local"


@pytest.mark.parametrize(
    ("code", "data", "keys"),
    [
        ("referral.received", {}, ["mash.first_look", "referral.decision", "feedback.referrer"]),
        ("referral.rated", {"rating": "red"}, ["mash.red"]),
        ("referral.rated", {"rating": "amber"}, ["mash.amber"]),
        ("referral.rated", {"rating": "green"}, ["mash.green"]),
        ("referral.rated", {"rating": "blue"}, []),
        ("referral.rated", {}, []),
        ("case.opened", {"outcome": "assessment"}, ["assessment.complete"]),
        ("case.opened", {"outcome": "strategy_discussion"}, ["assessment.complete"]),
        ("case.opened", {"outcome": "family_help"}, []),
        ("assessment.started", {}, ["assessment.complete"]),
        ("case.handover.agreed", {}, ["handover.accept"]),
        ("case.handover.agreed_urgent", {}, ["handover.accept_urgent"]),
        ("case.stepped_up", {"outcome": "assessment"}, ["assessment.complete"]),
        ("look_back.set", {}, ["look_back.done"]),
        ("case.custody.moved", {}, ["case.allocate"]),
        ("decision.sent_back", {}, []),
    ],
)
def test_what_an_event_starts(code, data, keys):
    clocks = [rule for rule in RULES if rule.runs == "clock" and rule.is_in_force(TODAY)]
    assert [rule.key for rule in clocks if rule.is_started_by(code, data)] == keys
    assert set(keys) <= set(list_keys_of(code))


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("referral.read", ["mash.first_look"]),
        ("decision.proposed", ["referral.decision"]),
        ("decision.agreed", ["referral.decision", "mash.red", "mash.amber", "mash.green"]),
        ("decision.sent_back", []),
        ("feedback.given", ["feedback.referrer"]),
        ("assessment.authorised", ["assessment.complete"]),
        ("case.handover.returned", ["handover.accept", "handover.accept_urgent"]),
        ("case.allocated", ["case.allocate"]),
    ],
)
def test_what_an_event_stops(code, keys):
    assert [rule.key for rule in RULES if rule.runs == "clock" and rule.is_stopped_by(code)] == keys
    assert set(keys) <= set(list_keys_of(code))


def test_a_closed_case_ends_every_clock_about_a_case_and_no_other():
    assert set(list_keys_of("case.closed")) == {
        rule.key for rule in RULES if rule.subject_kind == "case" and rule.runs == "clock"
    }
    assert list_keys_of("note.written") == ()


def test_a_rule_that_is_not_there_is_told_apart_from_one_not_yet_in_force():
    rule = get_rule("assessment.complete", TODAY)
    before = rule.in_force_from - timedelta(days=1)
    assert find_rule("no.such_rule", TODAY) is None
    assert find_rule(rule.key, before) is None
    with pytest.raises(LookupError, match=r"assessment\.complete in force on 2013-04-14"):
        get_rule(rule.key, before)


def test_the_row_in_force_on_the_day_the_clock_starts_is_the_one_that_counts():
    old = replace(get_rule("handover.accept", TODAY), in_force_to=date(2026, 12, 31))
    new = replace(old, length=1, in_force_from=date(2027, 1, 1), in_force_to=None)
    found = [find_rule("handover.accept", day, (old, new)) for day in (date(2026, 12, 31), date(2027, 1, 1))]
    assert found == [old, new]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"basis": "custom"}, "statutory or local"),
        ({"unit": "fortnights"}, "one we can count"),
        ({"unit": "hours"}, "calendar is the one"),
        ({"calendar": "every_day"}, "calendar is the one"),
        ({"length": 0}, "positive"),
        ({"unit": "hours", "calendar": "wall_clock", "inclusive_start": True}, "no first day"),
        ({"stops_on": ()}, "something stops it"),
        ({"owner_role": "nobody"}, "are roles"),
        ({"late_to": ("nobody",)}, "are roles"),
        ({"only_if": (("referral.read", "rating", ("red",)),)}, "an event that starts it"),
        ({"in_force_to": date(2001, 1, 1)}, "ends after"),
        ({"source_url": ""}, "source with an address"),
    ],
)
def test_a_row_that_makes_no_sense_does_not_load(change, message):
    with pytest.raises(ValueError, match=message):
        replace(get_rule("assessment.complete", TODAY), **change)
