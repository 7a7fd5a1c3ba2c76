"""Rules of assessment, strategy, section 47, conference, protection plan, visits and child in need (domain 1.2, rows 4
to 21, 41, 42, 44 to 46, 50 and 52)."""

from datetime import date
from typing import Any

from caseapp.deadlines.domain import Rule

from .making import OURS, Source, row

_WT = "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2"
WORKING_TOGETHER = Source("Working Together to Safeguard Children", _WT, date(2013, 4, 15), True, True)
TEES = Source(
    "Working Together, as the Tees procedures quote it",
    "https://www.teescpp.org.uk/child-protection-review-conference",
    date(2013, 4, 15),
    True,
    True,
)
LIVERPOOL = Source("as Liverpool’s procedures have it", "https://liverpoolcs.trixonline.co.uk/")
LEWISHAM = Source(
    "as Lewisham’s procedures have it", "https://lewishamchildcare.proceduresonline.com/p_sec_47_enq.html"
)
BOLTON = Source(
    "as Bolton’s procedures have it",
    "https://boltoncs.trixonline.co.uk/chapter/initial-and-review-child-protection-conferences",
)
SWINDON = Source(
    "as Swindon’s procedures have it", "https://swindonchildcare.proceduresonline.com/p_ch_prot_sw_role.html"
)
SOUTHWARK = Source(
    "as Southwark’s procedures have it", "https://southwark.proceduresonline.com/chapters/p_monitor_visits.htm"
)
TORBAY = Source("as Torbay’s standards have it", "https://www.torbay.gov.uk/")
WOKINGHAM = Source("as Wokingham’s procedures have it", "https://berks-wokingham.trixonline.co.uk/chapter/referrals")
STANDARDS = Source("as published practice standards have it", "https://docsbay.net/practice-standards")
FREQUENCIES = Source("as a published guide to visits has it", "https://docsbay.net/")
LONDON_CPIS = Source(
    "the national child protection information sharing system",
    "https://www.londonsafeguardingchildrenprocedures.co.uk/cpis.html",
    date(2015, 1, 1),
    True,
    True,
)
CHILDREN_ACT = Source(
    "Children Act 1989, sections 44 to 46", "https://www.legislation.gov.uk/ukpga/1989/41/part/V", statutory=True
)

_ASSESSED: dict[str, Any] = {
    "runs": "milestone",
    "milestone_of": "assessment.complete",
    "anchored_at": "referral",
    "owner": "team_manager",
    "late_to": "team_manager head",
    "source": TORBAY,
}
_ASSESSMENT = "case.opened case.stepped_up assessment.started"
# The worker saw the child, wherever the child lives; and what else tells that somebody did.
_VISITED = "visit.made care.visited private_fostering.visited"
_SEEN_BY_ANYBODY = f"{_VISITED} child.seen_by_agency rhi.held"

# fmt: off
FINDING_OUT: tuple[Rule, ...] = (
    row("agency_check.answer", "Agencies’ answers", 1, "working_days", "check.asked", "check.answered",
        ("The agencies were asked", "Answering has", "all of them have answered"),
        owner="desk", late_to="hub_manager"),
    row("answer.after_decision_red", "Late answer weighed, Red", 1, "hours", "check.came_late_red", "check.weighed",
        ("The answer came", "Weighing an answer that changes much has",
         "whoever decided, or holds the case, has weighed it"),
        late_to="team_manager head", warn_points=(30,)),
    row("answer.after_decision", "Late answer weighed", 1, "working_days", "check.came_late", "check.weighed",
        ("The answer came", "Weighing it has", "whoever decided, or holds the case, has weighed it")),
    row("assessment.seen", "Child seen", 5, "working_days", _ASSESSMENT, "visit.made",
        ("The referral came", "Seeing the child has", "the worker has seen the child"),
        **_ASSESSED | {"owner": "worker", "source": WOKINGHAM}),
    row("assessment.review_10", "Manager’s first look at the assessment", 10, "working_days", _ASSESSMENT,
        "assessment.reviewed", ("The referral came", "The manager’s first look has", "the manager has looked at it"),
        **_ASSESSED),
    row("assessment.review_20", "Manager’s second look at the assessment", 20, "working_days", _ASSESSMENT,
        "assessment.reviewed",
        ("The referral came", "The manager’s second look has", "the manager has looked at it again"),
        nth=2, **_ASSESSED),
    row("assessment.refresh", "Assessment done anew", 12, "months", "assessment.authorised", "assessment.started",
        ("The last assessment was authorised", "A new one has", "a new assessment is started"), source=TORBAY,
        first_anchor_holds=False),
    row("recording.critical", "Written down: critical", 24, "hours", "s47.began police_protection.began", "",
        ("It happened", "Writing it down has", "it is in the record"), runs="recording", source=LIVERPOOL),
    row("recording.visit", "Written down: a visit", 2, "working_days", "visit.made care.visited", "",
        ("The visit was", "Writing it down has", "it is in the record"), runs="recording", source=LIVERPOOL),
    row("recording.other", "Written down", 5, "working_days", "core_group.held cin.reviewed supervision.held", "",
        ("It happened", "Writing it down has", "it is in the record"), runs="recording", source=LIVERPOOL),
    row("supervision.held", "Supervision about the child", 2, "months", "supervision.held", "supervision.held",
        ("The last supervision about the child was", "The next has", "it is held"),
        anchored_at="previous", owner="team_manager", late_to="head", source=LIVERPOOL),
)

STRATEGY: tuple[Rule, ...] = (
    row("strategy.held", "Strategy discussion", 1, "calendar_days", "strategy.asked",
        "strategy.held_by_phone strategy.held s47.began",
        ("There was reasonable cause", "A strategy discussion has the same day:", "it is held"),
        inclusive_start=True, owner="team_manager", late_to="head", source=LEWISHAM, warn_points=(0,)),
    row("strategy.meeting", "Meeting after a strategy discussion by phone", 5, "working_days",
        "strategy.held_by_phone", "strategy.held s47.began",
        ("The discussion was held by phone", "The meeting that must follow has", "the agencies have met"),
        owner="team_manager", late_to="head", source=LEWISHAM),
    row("strategy.record", "Record of the strategy discussion", 1, "working_days", "strategy.held s47.began",
        "strategy.record_sent",
        ("The strategy discussion was held", "Sending its record has", "it is sent"),
        owner="team_manager", late_to="head", source=STANDARDS),
    row("child.seen_s47", "Child seen: section 47", 1, "working_days", "s47.began", "visit.made",
        ("The enquiries began", "Seeing the child has", "the worker has seen the child"),
        ends="s47.ended", late_to="team_manager head", source=WOKINGHAM),
    row("icpc.request", "Conference asked for", 1, "working_days", "conference.decided", "conference.requested",
        ("It was decided to ask for a conference", "Asking for it has", "it is asked for"),
        ends="s47.ended", source=BOLTON),
    row("icpc.held", "Initial conference", 15, "working_days", "s47.began", "conference.initial_held",
        ("The strategy discussion that began the enquiries was", "An initial conference has", "it is held"),
        ends="s47.ended", planned="conference.initial_fixed",
        owner="chair", late_to="team_manager head", source=WORKING_TOGETHER, warn_points=(5, 1, 0)),
    row("police_protection.ends", "Police protection", 72, "hours", "police_protection.began",
        "police_protection.ended epo.made",
        ("Police protection began", "It can last", "the child leaves it, or a court makes an order"),
        late_to="team_manager head", source=CHILDREN_ACT),
    row("epo.ends", "Emergency protection order", 8, "calendar_days", "epo.made", "epo.ended epo.extended",
        ("The order was made", "It can last", "the order ends or is extended"),
        late_to="team_manager head", source=CHILDREN_ACT),
    row("epo.extended_ends", "Extended emergency protection order", 7, "calendar_days", "epo.extended", "epo.ended",
        ("The order was extended", "It can last", "the order ends"), late_to="team_manager head", source=CHILDREN_ACT),
)

CONFERENCE: tuple[Rule, ...] = (
    row("conference.report_initial", "Report for the initial conference", 2, "working_days",
        "conference.initial_fixed", "conference.report_shared conference.initial_held",
        ("The conference is to be held", "The family and the chair get the report", "the report is shared"),
        ends="s47.ended", anchored_at="named_day", before=True, source=SWINDON),
    row("conference.report_review", "Report for the review", 5, "working_days", "review.fixed",
        "conference.report_shared review.held",
        ("The review is to be held", "The family and the chair get the report", "the report is shared"),
        ends="plan.cp_ended", anchored_at="named_day", before=True, source=LIVERPOOL),
    row("transfer_in.conference", "Transfer-in conference", 15, "working_days", "transfer_in.notified",
        "conference.transfer_held",
        ("The other council told us in writing", "A conference here has", "it is held"),
        owner="chair", late_to="team_manager head", source=WORKING_TOGETHER,
        warn_points=(5, 1, 0)),
    row("cpc.letter", "Letter after the conference", 1, "working_days",
        "conference.initial_held conference.transfer_held review.held", "conference.letter_sent",
        ("The conference was held", "The letter with its decision has", "it is sent"),
        owner="chair", late_to="team_manager"),
    row("cpc.record", "Record of the conference", 15, "working_days",
        "conference.initial_held conference.transfer_held review.held", "conference.record_sent",
        ("The conference was held", "Its record has", "it is sent"), owner="chair", late_to="team_manager"),
    row("cpc.corrections", "Corrections to the record", 10, "working_days", "conference.record_sent",
        "conference.corrections_done",
        ("The record was sent", "Corrections have", "they are settled"), owner="chair", late_to="team_manager"),
    row("cpis.told", "National register told", 1, "calendar_days", "plan.cp_began plan.cp_ended", "cpis.told",
        ("The plan began or ended", "Telling the register has", "it is told"),
        owner="chair", late_to="team_manager", source=LONDON_CPIS),
    row("cpis.kept_until", "Kept on the national register", 12, "months", "plan.cp_ended", "cpis.taken_off",
        ("The plan ended", "The register keeps it for", "it is taken off"),
        runs="earliest", owner="chair", source=LONDON_CPIS),
)

PLAN: tuple[Rule, ...] = (
    row("core_group.first", "First core group", 10, "working_days", "plan.cp_began", "core_group.held",
        ("The conference made the plan", "The first core group has", "it is held"),
        ends="plan.cp_ended", planned="core_group.fixed",
        late_to="team_manager head", source=WORKING_TOGETHER),
    row("core_group.later", "Next core group", 1, "months", "core_group.held", "core_group.held",
        ("The last core group was", "The next has", "it is held"),
        ends="plan.cp_ended", planned="core_group.fixed", anchored_at="previous", source=LIVERPOOL,
        warn_points=(5, 1, 0)),
    row("review.first", "First review conference", 3, "months", "plan.cp_began", "review.held",
        ("The conference made the plan", "The first review has", "it is held"),
        ends="plan.cp_ended", planned="review.fixed", report_days=91,
        owner="chair", late_to="team_manager head", source=TEES),
    row("review.first_born", "First review after the birth", 10, "working_days", "plan.unborn_born", "review.held",
        ("The child was born", "The first review has", "it is held"),
        ends="plan.cp_ended", planned="review.fixed", note="Three months from the plan, if that is sooner.",
        owner="chair", late_to="team_manager head", source=TEES),
    row("review.later", "Next review conference", 6, "months", "review.held", "review.held",
        ("The last review was", "The next has", "it is held"),
        ends="plan.cp_ended", planned="review.fixed", anchored_at="previous", report_days=183,
        note="Only the chair, or the chair’s manager, moves its date.",
        owner="chair", late_to="team_manager head", source=TEES),
    row("visit.cp", "Visit: protection plan", 10, "working_days", "plan.cp_began", "visit.made",
        ("The last visit, or the plan’s beginning, was", "The next visit has", "the worker has seen the child"),
        ends="plan.cp_ended", planned="visit.planned", anchored_at="previous", source=LIVERPOOL),
    row("visit.cin", "Visit: child in need plan", 20, "working_days", "plan.cin_began", "visit.made",
        ("The last visit, or the plan’s beginning, was", "The next visit has", "the worker has seen the child"),
        ends="plan.cin_ended plan.cp_began case.stepped_down", planned="visit.planned", anchored_at="previous",
        owner="lead_practitioner", source=FREQUENCIES),
    row("seen.worker", "Child seen by the worker", 4, "weeks", _VISITED, _VISITED,
        ("The worker last saw the child", "Seeing the child again has", "the worker has seen the child"),
        anchored_at="previous", owner="team_manager", late_to="head", source=SOUTHWARK),
    row("seen.anyone", "Child seen by anybody", 6, "weeks", _SEEN_BY_ANYBODY, _SEEN_BY_ANYBODY,
        ("Somebody last saw the child", "Seeing the child again has", "anybody of any agency has seen the child"),
        anchored_at="previous", owner="team_manager", late_to="head", source=SOUTHWARK),
    row("cin.review_first", "First review of the child in need plan", 6, "weeks", "plan.cin_began", "cin.reviewed",
        ("The plan began", "Its first review has", "it is held"), ends="plan.cin_ended plan.cp_began case.stepped_down",
        owner="lead_practitioner", source=OURS),
    row("cin.review_later", "Next review of the child in need plan", 3, "months", "cin.reviewed", "cin.reviewed",
        ("The last review was", "The next has", "it is held"), ends="plan.cin_ended plan.cp_began case.stepped_down",
        anchored_at="previous", owner="lead_practitioner", source=OURS),
)
# fmt: on
