"""Rules of missing and exploitation, family help, adults who work with children, disagreement and the record (domain
1.2, rows 27 to 40, 43 and 53 to 55)."""

from datetime import date
from typing import Any

from caseapp.deadlines.domain import Rule

from .making import Source, row

MISSING = Source(
    "statutory guidance on children who go missing, 2014",
    "https://www.gov.uk/government/publications/children-who-run-away-or-go-missing-from-home-or-care",
    date(2014, 1, 1),
    True,
    True,
)
DERBYSHIRE = Source("as Derbyshire’s procedures have it", "https://docsbay.net/return-interviews")
RISK_TOOL = Source(
    "as a published risk assessment tool has it",
    "https://docest.com/child-sexual-exploitation-risk-assessment-tool",
)
NRM = Source(
    "National Referral Mechanism guidance",
    "https://www.gov.uk/government/publications/human-trafficking-victims-referral-and-assessment-forms",
    date(2015, 1, 1),
    True,
)
LADO = Source(
    "as Sheffield’s procedures have it",
    "https://sheffieldscb.proceduresonline.com/p_all_against_pers_work_children.html",
)
PANEL = Source(
    "Working Together, notification of serious incidents",
    "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2",
    date(2018, 6, 29),
    True,
    True,
)
ROTHERHAM = Source("as Rotherham’s council papers have it", "https://moderngov.rotherham.gov.uk/mgAi.aspx?ID=79329")
LEWISHAM = Source("as Lewisham’s family help has it", "https://lewisham.gov.uk/")
TORBAY = Source("as Torbay’s standards have it", "https://www.torbay.gov.uk/")
CHAIRS = Source(
    "as Rotherham’s practice standards have it, read from a damaged copy",
    "https://www.rscp.org.uk/professionals-volunteers/practice-standards-group/4",
)
RESOLUTION = Source(
    "our own default: the local protocol’s lengths are not known to us", "https://rotherhamscp.trixonline.co.uk/"
)
NOTTINGHAM = Source(
    "as Nottingham’s policy has it", "https://nottinghamcitycs.trixonline.co.uk/chapter/escr-restrictions-policy"
)
ICO_RIGHTS = Source(
    "UK GDPR, article 12",
    "https://ico.org.uk/for-organisations/uk-gdpr-guidance-and-resources/individual-rights/",
    date(2018, 5, 25),
    True,
    True,
)
ICO_BREACH = Source(
    "UK GDPR, article 33", "https://ico.org.uk/for-organisations/report-a-breach/", date(2018, 5, 25), True, True
)

_HEAD: dict[str, Any] = {"late_to": "team_manager head"}
_CE: dict[str, Any] = {"owner": "evolve", "late_to": "team_manager", "source": RISK_TOOL, "ends": "ce.ended"}
_LADO: dict[str, Any] = {"owner": "lado", "late_to": "head", "source": LADO}
_HELP: dict[str, Any] = {"owner": "lead_practitioner", "late_to": "team_manager"}
_HELP["ends"] = "family_help.ended case.stepped_up"
_CHAIRS: dict[str, Any] = {"owner": "team_manager", "late_to": "head", "source": CHAIRS, "ends": "challenge.settled"}
_IG: dict[str, Any] = {"owner": "ig", "late_to": "head"}

# fmt: off
MISSING_AND_EXPLOITED: tuple[Rule, ...] = (
    row("missing.rhi_offered", "Return home interview offered", 72, "hours", "missing.returned",
        "rhi.offered rhi.held", ("The child came back", "Offering the interview has", "it is offered"),
        source=MISSING, **_HEAD),
    row("missing.rhi", "Return home interview", 72, "hours", "missing.returned", "rhi.held",
        ("The child came back", "The interview has", "it is held"), source=MISSING, **_HEAD),
    row("missing.repeat", "Strategy meeting: missing three times", 1, "calendar_days", "missing.third",
        "strategy.held_by_phone strategy.held s47.began",
        ("The third time in 30 days was", "A strategy meeting has the same day:", "it is held"),
        inclusive_start=True, owner="team_manager", late_to="head", source=DERBYSHIRE, warn_points=(0,)),
    row("ce.review_first", "First review of exploitation risk", 12, "weeks", "ce.concern", "ce.reviewed",
        ("The first concern was", "The first review with other agencies has", "it is held"),
        **_CE),
    row("ce.review", "Next review of exploitation risk", 3, "months", "ce.reviewed", "ce.reviewed",
        ("The last review was", "The next with other agencies has", "it is held"), anchored_at="previous", **_CE),
    row("nrm.reasonable", "Reasonable grounds", 5, "working_days", "nrm.referred", "nrm.reasonable_decided",
        ("The child was referred", "The decision has, where possible,", "it is made"), source=NRM, **_HEAD),
    row("nrm.reasonable_panel", "Reasonable grounds: local panel", 45, "calendar_days", "nrm.referred_to_panel",
        "nrm.reasonable_decided", ("The child was referred to the panel", "The decision has", "it is made"),
        source=NRM, **_HEAD),
    row("nrm.conclusive_from", "Conclusive grounds: not before", 30, "calendar_days", "nrm.reasonable_decided",
        "nrm.conclusive_decided",
        ("Reasonable grounds were decided", "The child has, before the last decision,", "that is decided"),
        runs="earliest", source=NRM, **_HEAD),
)

FAMILY_HELP: tuple[Rule, ...] = (
    row("family_help.engaged", "Family contacted and taking part", 3, "working_days", "family_help.began",
        "family_help.engaged", ("Family help began", "Reaching the family has", "the family takes part"),
        calendar="local", source=ROTHERHAM, **_HELP),
    row("family_help.assessment", "Family help assessment", 35, "working_days", "family_help.assessment_began",
        "family_help.assessed", ("The assessment began", "It has", "it is complete"),
        calendar="local", source=ROTHERHAM,
        **_HELP | {"warn_points": (10, 5, 1, 0), "ends": "family_help.ended family_help.assessment_stopped"}),
    row("family_help.visit", "Visit: family help", 20, "working_days", "family_help.began", "visit.made",
        ("The last visit, or the beginning, was", "The next visit has", "the child has been seen"),
        planned="visit.planned", anchored_at="previous", source=TORBAY, **_HELP),
    row("family_help.length", "Whether family help goes on", 16, "weeks", "family_help.began",
        "family_help.level_reviewed", ("Family help, or its last stretch, began", "Asking whether it goes on has",
        "that is reviewed"), anchored_at="previous", source=TORBAY, **_HELP),
    row("taf.first", "First team around the family", 6, "weeks", "family_help.began", "taf.held",
        ("Family help began", "The first meeting has", "it is held"), source=LEWISHAM, **_HELP),
    row("taf.review", "Next team around the family", 6, "weeks", "taf.held", "taf.held",
        ("The last meeting was", "The next has", "it is held"), anchored_at="previous", source=LEWISHAM, **_HELP),
)

ADULTS: tuple[Rule, ...] = (
    row("lado.referred", "Allegation passed on", 1, "working_days", "lado.alleged", "lado.referred",
        ("The allegation was made", "Passing it to the designated officer has", "it is passed on"), **_LADO),
    row("lado.evaluated", "Allegation weighed", 1, "working_days", "lado.referred", "lado.evaluated",
        ("The designated officer was told", "Weighing it has", "the designated officer has weighed it"), **_LADO),
    row("lado.meeting", "Evaluation meeting", 5, "calendar_days", "lado.referred", "lado.met",
        ("The designated officer was told", "The meeting has", "it is held"), ends="lado.concluded", **_LADO),
    row("lado.concluded", "Allegation concluded", 3, "months", "lado.referred", "lado.concluded",
        ("The designated officer was told", "Concluding it has", "it is concluded"), **_LADO),
    row("lado.monitored", "Progress of the allegation", 1, "months", "lado.referred", "lado.monitored",
        ("It was last looked at", "Looking at it again has", "that is done"), ends="lado.concluded",
        anchored_at="previous", **_LADO),
    row("serious_incident.notified", "Serious incident notified", 5, "working_days", "serious_incident.known",
        "serious_incident.notified", ("We learned of it", "Notifying the national panel has", "it is notified"),
        owner="head", late_to="head", source=PANEL),
)

DISAGREEMENT: tuple[Rule, ...] = (
    row("challenge.stage_1", "Chair’s challenge: stage 1 form", 3, "working_days", "challenge.issued",
        "challenge.formal", ("The chair challenged practice", "The stage 1 form has", "it is written"),
        **_CHAIRS | {"owner": "chair"}),
    row("challenge.response", "Chair’s challenge: response", 10, "working_days", "challenge.formal",
        "challenge.answered challenge.raised", ("The form was written", "The response has", "it is given"), **_CHAIRS),
    row("challenge.stage_2", "Chair’s challenge: stage 2 form", 2, "working_days", "challenge.answered",
        "challenge.raised", ("The response came", "Taking it further has", "the stage 2 form is written"),
        **_CHAIRS | {"owner": "chair"}),
    row("resolution.stage", "Practitioners’ disagreement: this stage", 5, "working_days", "resolution.raised",
        "resolution.passed_up", ("This stage began", "It has", "it is settled, or goes to the next stage"),
        ends="resolution.settled", anchored_at="previous", owner="team_manager", late_to="head", source=RESOLUTION),
)

RECORD: tuple[Rule, ...] = (
    row("restriction.review", "Restriction of the record looked at again", 90, "calendar_days", "restriction.set",
        "restriction.reviewed", ("It was set, or last looked at,", "Looking at it again has", "that is done"),
        ends="restriction.lifted", anchored_at="previous", owner="team_manager", late_to="head", source=NOTTINGHAM),
    # Each answer ends it; where another one waits still, that starts it anew from the day it was asked for.
    row("correction.answer", "Correction answered", 1, "months", "correction.asked correction.waits",
        "correction.answered", ("The correction was asked for", "Answering has", "it is answered"),
        anchored_at="named_day", first_anchor_holds=True, source=ICO_RIGHTS, **_IG),
    row("sar.answer", "Record asked for by its person", 1, "months", "sar.asked", "sar.answered",
        ("The record was asked for", "Giving it has", "it is given"), ends="sar.extended", source=ICO_RIGHTS, **_IG),
    row("sar.answer_extended", "Record asked for by its person, extended", 3, "months", "sar.extended",
        "sar.answered", ("The record was asked for", "Giving it has, with the two months more,", "it is given"),
        anchored_at="named_day", source=ICO_RIGHTS, **_IG),
    row("breach.ico", "Data breach reported", 72, "hours", "breach.known", "breach.settled",
        ("We learned of it", "Reporting it, or deciding not to, has", "that is done"), source=ICO_BREACH, **_IG),
)
# fmt: on
