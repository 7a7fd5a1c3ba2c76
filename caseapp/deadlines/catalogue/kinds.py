"""What people record by its date, because its work has no page of its own yet: each is an event, and clocks follow it.

The order is the order in which a case goes: of two on one day the first here happened first. A key is never reused;
when its work gets its page, that page records the same code.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class DatedKind:
    """One kind: its event code, what it is called, and for one that names a day to come, what that day is."""

    code: str
    words: str
    named_day: str = ""
    important: bool = False


# fmt: off
_OF_A_CASE = (
    ("Finding out", (
        ("check.asked", "Agencies asked what they know"),
        ("check.answered", "All agencies asked have answered"),
        ("check.came_late_red", "An answer that changes much came after the decision"),
        ("check.came_late", "An answer came after the decision"),
        ("check.weighed", "The late answer was weighed"),
    )),
    ("Strategy and section 47", (
        ("strategy.asked", "Reasonable cause: a strategy discussion is needed"),
        ("strategy.held_by_phone", "Strategy discussion held by phone"),
        ("strategy.held", "Strategy discussion held"),
        ("s47.began", "Strategy discussion that began section 47 enquiries"),
        ("strategy.record_sent", "Record of the strategy discussion sent"),
        ("conference.decided", "Decided to ask for a conference"),
        ("conference.requested", "Conference asked for"),
        ("s47.ended", "Section 47 enquiries ended without a conference"),
        ("police_protection.began", "Police protection began"),
        ("police_protection.ended", "Police protection ended"),
        ("epo.made", "Emergency protection order made"),
        ("epo.extended", "Emergency protection order extended"),
        ("epo.ended", "Emergency protection order ended"),
    )),
    ("Conference and protection plan", (
        ("transfer_in.notified", "Another council told us in writing of a protection plan"),
        ("conference.initial_fixed", "Initial conference fixed", "The day of the conference"),
        ("conference.report_shared", "Report for the conference shared with the family and the chair"),
        ("conference.initial_held", "Initial conference held"),
        ("conference.transfer_held", "Transfer-in conference held"),
        ("plan.cp_began", "The conference made a protection plan"),
        ("plan.unborn_born", "A child with a plan from before the birth was born"),
        ("conference.letter_sent", "Letter with the conference’s decision sent"),
        ("conference.record_sent", "Record of the conference sent"),
        ("conference.corrections_done", "Corrections to the conference record settled"),
        ("cpis.told", "National register told of the plan"),
        ("core_group.fixed", "Core group fixed", "The day of the core group"),
        ("core_group.held", "Core group held"),
        ("review.fixed", "Review conference fixed", "The day of the review"),
        ("review.held", "Review conference held"),
        ("plan.cp_ended", "Protection plan ended"),
        ("cpis.taken_off", "Taken off the national register"),
    )),
    ("Visits and plan", (
        ("visit.planned", "Next visit planned", "The day of the visit"),
        ("visit.made", "Visit made: the worker saw the child"),
        ("child.seen_by_agency", "Another agency saw the child"),
        ("plan.cin_began", "Child in need plan began"),
        ("cin.reviewed", "Child in need plan reviewed"),
        ("plan.cin_ended", "Child in need plan ended"),
        ("supervision.held", "Supervision about the child held"),
    )),
    ("In our care", (
        ("care.began", "Came into our care"),
        ("care.placed", "Placed"),
        ("care.placed_with_parent", "Placed with a parent, or with somebody not yet approved"),
        ("care.placement_lasting", "A year in the placement, which is meant to last"),
        ("care.visited", "Visited in the placement"),
        ("care.first_review_held", "First review of care held"),
        ("care.reviewed", "Later review of care held"),
        ("care.ended", "Left our care"),
        ("leaving_care.eligible", "Turned 16 in our care, or became eligible later"),
        ("leaving_care.needs_done", "Assessment of needs for leaving care done"),
        ("private_fostering.known", "We learned of private fostering"),
        ("private_fostering.visited", "Visited in private fostering"),
        ("private_fostering.year_passed", "A year of private fostering has passed"),
        ("private_fostering.ended", "Private fostering ended"),
    )),
    ("Missing and exploitation", (
        ("missing.returned", "Missing: found or came back"),
        ("missing.third", "Missing: the third time in 30 days"),
        ("rhi.offered", "Return home interview offered"),
        ("rhi.held", "Return home interview held"),
        ("ce.concern", "First concern about exploitation"),
        ("ce.reviewed", "Exploitation risk reviewed with other agencies"),
        ("ce.ended", "No longer at risk of exploitation"),
        ("nrm.referred", "Referred to the National Referral Mechanism"),
        ("nrm.referred_to_panel", "Referred to the local panel of the National Referral Mechanism"),
        ("nrm.reasonable_decided", "Reasonable grounds decided"),
        ("nrm.conclusive_decided", "Conclusive grounds decided"),
    )),
    ("Family help", (
        ("family_help.began", "Family help began"),
        ("family_help.engaged", "Family contacted, and taking part"),
        ("taf.held", "Team around the family met"),
        ("family_help.level_reviewed", "Whether family help goes on was reviewed"),
        ("family_help.ended", "Family help ended"),
    )),
    ("Adults who work with children, and serious incidents", (
        ("lado.alleged", "Allegation against somebody who works with children"),
        ("lado.referred", "Allegation passed to the designated officer"),
        ("lado.evaluated", "Designated officer weighed the allegation"),
        ("lado.met", "Evaluation meeting held"),
        ("lado.monitored", "Progress of the allegation looked at"),
        ("lado.concluded", "Allegation concluded"),
        ("serious_incident.known", "We learned of a serious incident"),
        ("serious_incident.notified", "Serious incident notified to the national panel"),
    )),
    ("Disagreement", (
        ("challenge.issued", "The conference chair challenged practice"),
        ("challenge.formal", "The chair’s challenge was put on the stage 1 form"),
        ("challenge.answered", "The challenge was answered"),
        ("challenge.raised", "The challenge was taken to stage 2"),
        ("challenge.settled", "The challenge was settled"),
        ("resolution.raised", "Practitioners disagree: taken up formally"),
        ("resolution.passed_up", "The disagreement went to the next stage"),
        ("resolution.settled", "The disagreement was settled"),
    )),
    ("The record", (
        ("restriction.set", "Access to the record restricted"),
        ("restriction.reviewed", "The restriction was looked at again"),
        ("restriction.lifted", "The restriction was lifted"),
        ("sar.asked", "Somebody asked for their record, and showed who they are"),
        ("sar.extended", "Two months more for that record, with the reason told", "The day they had asked"),
        ("sar.answered", "The record was given"),
        ("breach.known", "We learned of a data breach"),
        ("breach.settled", "Breach reported to the regulator, or decided not to"),
    )),
)
# fmt: on

_IMPORTANT = frozenset(
    {"s47.began", "conference.initial_held", "plan.cp_began", "plan.cp_ended", "care.began", "care.ended"}
)
# Whose work has its page: that page records the same code, the form here does not offer it any more. What was recorded
# here before can still be put right here.
_HAVE_A_PAGE = frozenset(
    {
        "visit.made",
        "plan.cin_began",
        "cin.reviewed",
        "plan.cin_ended",
        "family_help.engaged",
        "taf.held",
        "family_help.level_reviewed",
    }
)
_ALL_GROUPS = tuple(
    (heading, tuple(DatedKind(row[0], row[1], "".join(row[2:]), row[0] in _IMPORTANT) for row in rows))
    for heading, rows in _OF_A_CASE
)
WITH_PAGE: dict[str, DatedKind] = {
    kind.code: kind for _, kinds in _ALL_GROUPS for kind in kinds if kind.code in _HAVE_A_PAGE
}
# The groups in which a form shows them.
GROUPS: tuple[tuple[str, tuple[DatedKind, ...]], ...] = tuple(
    (heading, tuple(kind for kind in kinds if kind.code not in WITH_PAGE)) for heading, kinds in _ALL_GROUPS
)
KINDS: dict[str, DatedKind] = {kind.code: kind for _, kinds in GROUPS for kind in kinds}
# Their place among those of one day. Those with a page keep theirs, so that a log replays as it was recorded.
RANKS: dict[str, int] = {row[0]: place for place, row in enumerate((row for _, rows in _OF_A_CASE for row in rows), 1)}
