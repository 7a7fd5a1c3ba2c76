"""Every length of the field's clock table, row by row: what starts it, what stops it, when it is due, who hears that it
is late. The dates were counted by hand on a calendar from the lengths of the sources."""

from datetime import UTC, date, datetime, timedelta

import pytest

from caseapp.deadlines.catalogue import KINDS, PUBLISHED, RANKS, RULES, get_rule
from caseapp.deadlines.catalogue.front_door import FRONT_DOOR
from caseapp.deadlines.domain import CLOSED, INSTANT_UNITS, LATE, MET, Happened, Rule, Run, replay

# Friday 18 December 2026, 10:00: Christmas, its Monday and New Year lie ahead.
START = datetime(2026, 12, 18, 10, 0, tzinfo=UTC)
TODAY = START.date()

# key, what starts it, what stops it, due, who is told when it is late
ROWS = """
agency_check.answer | check.asked | check.answered | 2026-12-21 | hub_manager
answer.after_decision_red | check.came_late_red | check.weighed | 2026-12-18 11:00 | team_manager head
answer.after_decision | check.came_late | check.weighed | 2026-12-21 | team_manager
assessment.refresh | assessment.authorised | assessment.started | 2027-12-18 | team_manager
supervision.held | supervision.held | supervision.held | 2027-02-18 | head
strategy.held | strategy.asked | strategy.held_by_phone | 2026-12-18 | head
strategy.meeting | strategy.held_by_phone | strategy.held | 2026-12-29 | head
strategy.record | strategy.held | strategy.record_sent | 2026-12-21 | head
child.seen_s47 | s47.began | visit.made | 2026-12-21 | team_manager head
icpc.request | conference.decided | conference.requested | 2026-12-21 | team_manager
icpc.held | s47.began | conference.initial_held | 2027-01-13 | team_manager head
police_protection.ends | police_protection.began | police_protection.ended | 2026-12-21 10:00 | team_manager head
epo.ends | epo.made | epo.ended | 2026-12-26 | team_manager head
epo.extended_ends | epo.extended | epo.ended | 2026-12-25 | team_manager head
conference.report_initial | conference.initial_fixed | conference.report_shared | 2027-01-11 | team_manager
conference.report_review | review.fixed | conference.report_shared | 2027-01-06 | team_manager
transfer_in.conference | transfer_in.notified | conference.transfer_held | 2027-01-13 | team_manager head
cpc.letter | conference.initial_held | conference.letter_sent | 2026-12-21 | team_manager
cpc.record | conference.initial_held | conference.record_sent | 2027-01-13 | team_manager
cpc.corrections | conference.record_sent | conference.corrections_done | 2027-01-06 | team_manager
cpis.told | plan.cp_began | cpis.told | 2026-12-19 | team_manager
core_group.first | plan.cp_began | core_group.held | 2027-01-06 | team_manager head
core_group.later | core_group.held | core_group.held | 2027-01-18 | team_manager
review.first | plan.cp_began | review.held | 2027-03-18 | team_manager head
review.first_born | plan.unborn_born | review.held | 2027-01-06 | team_manager head
review.later | review.held | review.held | 2027-06-18 | team_manager head
visit.cp | plan.cp_began | visit.made | 2027-01-06 | team_manager
visit.cin | plan.cin_began | visit.made | 2027-01-20 | team_manager
seen.worker | visit.made | visit.made | 2027-01-15 | head
seen.anyone | child.seen_by_agency | visit.made | 2027-01-29 | head
cin.review_first | plan.cin_began | cin.reviewed | 2027-01-29 | team_manager
cin.review_later | cin.reviewed | cin.reviewed | 2027-03-18 | team_manager
care.review_first | care.began | care.first_review_held | 2027-01-20 | team_manager head
care.review_second | care.first_review_held | care.reviewed | 2027-03-18 | team_manager head
care.review_later | care.reviewed | care.reviewed | 2027-06-18 | team_manager head
care.visit_first | care.placed | care.visited | 2026-12-25 | team_manager head
care.visit_later | care.visited | care.visited | 2027-01-29 | team_manager head
care.visit_lasting | care.placement_lasting | care.visited | 2027-03-18 | team_manager head
care.visit_parent | care.placed_with_parent | care.visited | 2026-12-25 | team_manager head
care.visit_local | care.visited | care.visited | 2027-01-15 | team_manager
leaving_care.needs | leaving_care.eligible | leaving_care.needs_done | 2027-03-18 | team_manager head
private_fostering.visit_first | private_fostering.known | private_fostering.visited | 2026-12-31 | team_manager head
private_fostering.visit_later | private_fostering.visited | private_fostering.visited | 2027-01-29 | team_manager head
private_fostering.visit_settled|private_fostering.year_passed|private_fostering.visited | 2027-03-12 | team_manager head
missing.rhi_offered | missing.returned | rhi.offered | 2026-12-21 10:00 | team_manager head
missing.rhi | missing.returned | rhi.held | 2026-12-21 10:00 | team_manager head
missing.repeat | missing.third | strategy.held | 2026-12-18 | head
ce.review_first | ce.concern | ce.reviewed | 2027-03-12 | team_manager
ce.review | ce.reviewed | ce.reviewed | 2027-03-18 | team_manager
nrm.reasonable | nrm.referred | nrm.reasonable_decided | 2026-12-29 | team_manager head
nrm.reasonable_panel | nrm.referred_to_panel | nrm.reasonable_decided | 2027-02-01 | team_manager head
family_help.engaged | family_help.began | family_help.engaged | 2026-12-23 | team_manager
family_help.assessment | family_help.assessment_began | family_help.assessed | 2027-02-10 | team_manager
family_help.visit | family_help.began | visit.made | 2027-01-20 | team_manager
family_help.length | family_help.began | family_help.level_reviewed | 2027-04-09 | team_manager
taf.first | family_help.began | taf.held | 2027-01-29 | team_manager
taf.review | taf.held | taf.held | 2027-01-29 | team_manager
lado.referred | lado.alleged | lado.referred | 2026-12-21 | head
lado.evaluated | lado.referred | lado.evaluated | 2026-12-21 | head
lado.meeting | lado.referred | lado.met | 2026-12-23 | head
lado.concluded | lado.referred | lado.concluded | 2027-03-18 | head
lado.monitored | lado.referred | lado.monitored | 2027-01-18 | head
serious_incident.notified | serious_incident.known | serious_incident.notified | 2026-12-29 | head
challenge.stage_1 | challenge.issued | challenge.formal | 2026-12-23 | head
challenge.response | challenge.formal | challenge.answered | 2027-01-06 | head
challenge.stage_2 | challenge.answered | challenge.raised | 2026-12-22 | head
resolution.stage | resolution.raised | resolution.passed_up | 2026-12-29 | head
restriction.review | restriction.set | restriction.reviewed | 2027-03-18 | head
correction.answer | correction.asked | correction.answered | 2027-02-13 | head
sar.answer | sar.asked | sar.answered | 2027-01-18 | head
sar.answer_extended | sar.extended | sar.answered | 2027-04-13 | head
breach.ico | breach.known | breach.settled | 2026-12-21 10:00 | head
"""
TABLE = [tuple(cell.strip() for cell in line.split("|")) for line in ROWS.strip().splitlines()]
# The day that a kind names, where it names one.
NAMED = {"on": "2027-01-13"}
NAMING = {code for code, kind in KINDS.items() if kind.named_day} | {"correction.asked", "correction.waits"}
NOT_CLOCKS = {
    "assessment.seen": ("milestone", "2026-12-29"),
    "assessment.review_10": ("milestone", "2027-01-06"),
    "assessment.review_20": ("milestone", "2027-01-20"),
    "cpis.kept_until": ("earliest", "2027-12-18"),
    "nrm.conclusive_from": ("earliest", "2027-01-17"),
    "recording.critical": ("recording", "2026-12-19 10:00"),
    "recording.visit": ("recording", "2026-12-22"),
    "recording.other": ("recording", "2026-12-29"),
}


def happened(number: int, code: str, at: datetime) -> Happened:
    data = NAMED if code in NAMING else {}
    return Happened(number, code, at, at, data, RANKS.get(code, 0))


def clocks(key: str, *events: Happened) -> list[Run]:
    return replay(PUBLISHED, [key], events)[key]


def told(run: Run) -> str:
    return run.due_on.isoformat() if run.due_on else f"{run.due_at:%Y-%m-%d %H:%M}"


def test_every_rule_that_runs_has_its_row() -> None:
    assert sorted(row[0] for row in TABLE) == sorted(
        rule.key for rule in RULES if rule.runs == "clock" and rule not in FRONT_DOOR
    )
    assert set(NOT_CLOCKS) == {rule.key for rule in RULES if rule.runs != "clock"}


@pytest.mark.parametrize(("key", "starts", "stops", "due", "late_to"), TABLE, ids=[row[0] for row in TABLE])
def test_what_starts_it_when_it_is_due_what_stops_it_and_who_hears_that_it_is_late(
    key: str, starts: str, stops: str, due: str, late_to: str
) -> None:
    begun = happened(1, starts, START)

    (running,) = clocks(key, begun)

    assert told(running) == due
    assert running.ended_as is None
    assert get_rule(key, TODAY).late_to == tuple(late_to.split())
    in_time = running.due_at - timedelta(seconds=1)
    met = clocks(key, begun, happened(2, stops, in_time))
    late = clocks(key, begun, happened(2, stops, running.due_at + timedelta(seconds=1)))
    assert [met[0].ended_as, late[0].ended_as] == [MET, LATE]
    # Only what comes again and again runs on from what was done.
    repeats = get_rule(key, TODAY).anchored_at == "previous" or starts == stops
    assert [run.anchor_at for run in met[1:]] == ([in_time] if repeats else [])
    assert clocks(key, begun, happened(2, "case.closed", in_time))[0].ended_as == CLOSED


@pytest.mark.parametrize(("key", "starts", "stops", "due", "late_to"), TABLE, ids=[row[0] for row in TABLE])
def test_stopping_twice_is_one_stop_and_stopping_what_does_not_run_is_none(
    key: str, starts: str, stops: str, due: str, late_to: str
) -> None:
    once = clocks(key, happened(1, starts, START), happened(2, stops, START + timedelta(minutes=5)))
    twice = clocks(
        key,
        happened(1, starts, START),
        happened(2, stops, START + timedelta(minutes=5)),
        happened(3, stops, START + timedelta(minutes=5)),
    )
    assert [run.ended_as for run in twice] == [run.ended_as for run in once]
    assert twice[0] == once[0]
    if stops not in get_rule(key, TODAY).starts_on:
        assert clocks(key, happened(2, stops, START)) == []


@pytest.mark.parametrize(("key", "runs", "due"), [(key, *row) for key, row in NOT_CLOCKS.items()])
def test_what_is_worked_out_and_never_stored(key: str, runs: str, due: str) -> None:
    rule = get_rule(key, TODAY)
    found = PUBLISHED.compute(rule, START)
    assert rule.runs == runs
    assert (found.due_on.isoformat() if found.due_on else f"{found.due_at:%Y-%m-%d %H:%M}") == due
    assert rule.late_to


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_each_says_its_sentence_and_who_says_so(rule: Rule) -> None:
    due = PUBLISHED.compute(rule, START)
    assert due.sentence.startswith(f"{rule.start_words} on Friday 18 December 2026")
    assert f"{rule.gives_words} {rule.length_words}." in due.sentence
    assert ("not verified" in due.source_line.lower()) == (not rule.verified)
    assert rule.source in due.source_line
    assert (due.strip(date(2026, 12, 20)) is None) == (rule.unit in INSTANT_UNITS)


@pytest.mark.parametrize(("key", "days"), [("review.first", 91), ("review.later", 183), ("assessment.complete", None)])
def test_statistics_count_days_where_the_rule_says_months(key: str, days: int | None) -> None:
    rule = get_rule(key, TODAY)
    as_reported = PUBLISHED.compute(rule.for_reports, START)
    if days is None:
        assert rule.for_reports is rule
    else:
        assert as_reported.due_on == TODAY + timedelta(days=days)


def test_every_kind_that_can_be_recorded_means_something_to_a_rule() -> None:
    assert set(KINDS) <= {code for rule in RULES for code in rule.codes}


CONTRACT = """referral.decision assessment.complete icpc.held core_group.first review.first review.later visit.cp
visit.cin missing.rhi feedback.referrer mash.red mash.amber mash.green agency_check.answer handover.accept
family_help.engaged family_help.assessment taf.review"""


@pytest.mark.parametrize("key", CONTRACT.split())
def test_the_keys_that_others_rely_on_are_there(key: str) -> None:
    assert get_rule(key, TODAY).key == key


@pytest.mark.parametrize(("key", "starts", "stops", "due", "late_to"), TABLE, ids=[row[0] for row in TABLE])
def test_recorded_once_more_it_is_not_due_later(key: str, starts: str, stops: str, due: str, late_to: str) -> None:
    rule = get_rule(key, TODAY)
    again = clocks(key, happened(1, starts, START), happened(2, starts, START + timedelta(days=1)))
    anew = (rule.anchored_at == "named_day" and not rule.first_anchor_holds) or key == "assessment.refresh"
    if starts in rule.stops_on:
        assert [run.ended_as for run in again] == [MET, None]
    elif not anew:
        assert [told(run) for run in again] == [due]
    else:
        assert [run.ended_as for run in again][-1] is None
