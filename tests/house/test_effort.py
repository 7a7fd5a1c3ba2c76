"""What the daily work takes, counted (practice 2, 7, 14 and 27): it must not grow, and docs/effort.md says the same."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.assessments.queries import get_assessment
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.conftest import FRIDAY, sign_in
from tests.helpers.effort import KEY, Effort, Work
from tests.notices.test_notices import PPN
from tests.referrals.hub_world import propose, rate, receive

DOC = Path(__file__).parent.parent.parent / "docs" / "effort.md"
GO_ON = "Save and go on"
CLOSING = datetime(2026, 11, 20, 16, 45, tzinfo=UTC)
TOLD = (
    "Ellie came in at 9:10 without a coat and said that she had slept on the settee because the leccy was off again. "
    "She had not eaten since yesterday. She said that Lee was shouting and that her mum cried in the kitchen."
)
CHILD = {
    "first_name": "Ellie",
    "last_name": "Marsden",
    "born": "exact",
    "date_of_birth__day": "9",
    "date_of_birth__month": "3",
    "date_of_birth__year": "2017",
    "sex": "F",
    "line1": "14 Quarry Lane",
    "postcode": "S63 7AQ",
}


@dataclass(frozen=True)
class Job:
    """A row of docs/effort.md: who does what, what the practice asks for, and what it may take at most."""

    words: str
    asked_for: str
    most: Effort

    def line(self, took: Effort) -> str:
        """The row as the document has it."""
        minutes, seconds = divmod(took.seconds, 60)
        time = " ".join((f"{minutes} min",) * bool(minutes) + (f"{seconds} s",) * bool(seconds))
        counted = f"{took.pages} | {took.fields} | {took.must} | {took.clicks} | {time}"
        return f"| {self.words} | {self.asked_for} | {counted} |"


# What it took when it was last made less. A page, a field or a click more is a decision, and is made here.
JOBS = {
    "child": Job("Referrer: one child, the whole form", "14 pages, 6 minutes", Effort(14, 83, 5, 27, 255)),
    "sibling": Job("Referrer: each sibling, more", "2 pages", Effort(2, 24, 0, 5, 70)),
    "two minutes": Job("Referrer: six questions, and the hub rings", "2 minutes", Effort(2, 10, 5, 6, 90)),
    "2 pm": Job("Referrer: the child says more at 2 pm", "", Effort(3, 3, 1, 4, 30)),
    "answer": Job("Referrer: answer what the hub asks", "", Effort(2, 1, 1, 2, 15)),
    "notice": Job("Police: a notification of four people, from paste to sent", "", Effort(3, 49, 2, 8, 85)),
    "triage": Job("Hub: open the first, rate, propose for one child", "", Effort(2, 5, 5, 5, 60)),
    "ask": Job("Hub: open the first, ask the referrer back", "", Effort(3, 1, 1, 3, 20)),
    "agree": Job("Hub manager: open a Green, agree (reading it: below)", "one page", Effort(2, 3, 1, 3, 10)),
    "look": Job("Manager: look at an assessment of three children", "", Effort(2, 9, 6, 6, 45)),
    "action": Job("Family help: an action of the plan for the school", "", Effort(2, 5, 5, 4, 40)),
    "done": Job("School: its own action is done", "", Effort(2, 3, 1, 2, 20)),
    "hand over": Job("Hub: hand one contact to the night", "", Effort(1, 3, 3, 3, 25)),
    "visit": Job("Worker: a visit to three siblings, a part each", "once for all three", Effort(2, 25, 8, 13, 135)),
    "wrong": Job("Worker: a parent says that a note is wrong", "", Effort(3, 3, 2, 3, 30)),
    "part": Job("Worker: the significant entries of a child, printed", "", Effort(2, 0, 0, 3, 10)),
    "safety card": Job("Night: the safety card of a child on the night list", "2 clicks", Effort(1, 0, 0, 2, 5)),
}
# Practice 7, of the whole form.
SIX_MINUTES, TWO_MINUTES = 360, 120


def full_form(school: FlaskClient, *, sibling: bool = False) -> Effort:
    """One child (and a sibling at the same address) with what a school lead has in mind between two lessons."""
    work = Work(school, "/referrals/new")
    work.press("Begin")
    work.must = Work(school, work.url.rpartition("/")[0] + "/check").stops("Send the referral")
    work.press(GO_ON, immediate_danger="no")
    work.press(GO_ON)
    work.press(GO_ON, **CHILD)
    work.press(GO_ON)
    if sibling:
        work.press("Add another child")
        work.press(GO_ON, **{**CHILD, "first_name": "Jake", "date_of_birth__year": "2019", "sex": "M"})
        work.press(GO_ON)
    work.press(GO_ON)
    work.press(GO_ON, where="school", safe_to_go_home="dont_know")
    work.press(GO_ON, person__1__name="Kirsty Marsden", person__1__relationship="mother")
    work.press(GO_ON, parent_informed="yes", parent_agrees="yes")
    work.press(GO_ON, categories="neglect", what_happened=TOLD, how_known="child_told")
    work.press(GO_ON, safety_scale="4")
    work.press(GO_ON)
    work.press(GO_ON)
    work.press("Send the referral", safeguarding_lead_told="yes")
    assert "We have your referral" in work.text
    return work.so_far()


def two_minutes(school: FlaskClient) -> Effort:
    """Six questions, and the hub rings."""
    work = Work(school, "/referrals/new")
    work.press("Tell us in two minutes")
    answers = {"first_name": "Ellie Marsden", "what_happened": TOLD, "where": "school", "safe_to_go_home": "dont_know"}
    why_not = {"parent_informed": "no", "reason_not_sought": "unable_to_contact"}
    work.press("Send, and ring me", must=True, **answers, **why_not)
    assert "We have your referral" in work.text
    return work.so_far()


def at_two_pm(school: FlaskClient) -> Effort:
    """From My referrals: the child says more."""
    work = Work(school, "/referrals/")
    work.follow("R-")
    work.follow("add it here")
    work.press("Add it", must=True, in_danger="no", words="At 2 pm she said that he hit her on Tuesday.")
    assert "he hit her on Tuesday" in work.text
    return work.so_far()


def notice(police: FlaskClient) -> Effort:
    """From the paste to sent; four people are named, all right."""
    work = Work(police, "/notices/")
    work.follow("Drop one in")
    pasted = Work(police, "/notices/new")
    work.must += pasted.stops("Go on")
    work.press("Go on", text=PPN)
    # Pasted, not typed: the keys are taken off again.
    work.seconds -= KEY * (len(PPN) - 2)
    ticks = {f"person__{number}__keep": "1" for number in range(4)}
    work.press("Send to the hub", must=True, **ticks, danger="no")
    assert "14/203877/26" in work.text
    return work.so_far()


def triage(hub: FlaskClient) -> Effort:
    """From the queue: open what stands first, rate it, propose."""
    work = Work(hub, "/referrals/queue")
    work.press("Open the first")
    pattern = "A pattern over weeks, nothing that says tonight"
    work.press("Save the rating", must=True, rating="amber", rationale=pattern)
    outcomes = dict.fromkeys(work.names("Send to a manager", "outcome_"), "assessment")
    reasons = "Two reports of the same, and a child who names a pattern"
    work.press("Send to a manager to agree", must=True, **outcomes, reasons=reasons, advice="Keep the day as usual.")
    return work.so_far()


def ask_back(hub: FlaskClient) -> Effort:
    """From the queue: open what stands first and ask the referrer."""
    work = Work(hub, "/referrals/queue")
    work.press("Open the first")
    work.follow("Ask the referrer something")
    work.press("Ask them", must=True, words="Who collects Ellie on Friday?")
    return work.so_far()


def answer_the_hub(school: FlaskClient) -> Effort:
    """From My referrals: answer what the hub asks."""
    work = Work(school, "/referrals/")
    work.follow("Answer")
    [field] = work.names("Send the answer", "answer")
    work.press("Send the answer", must=True, **{field: "Her gran, every Friday."})
    assert "Her gran, every Friday." in work.text
    return work.so_far()


def agree(manager: FlaskClient) -> Effort:
    """From what waits for a manager: open a Green, agree."""
    work = Work(manager, "/referrals/queue?tab=to-agree")
    work.follow("Leon")
    work.press("Send my answer", must=True, answer="agree")
    return work.so_far()


def hand_over(hub: FlaskClient) -> Effort:
    """From the closing list: one contact to the night."""
    work = Work(hub, "/night/closing")
    told = {"may_happen": "May be alone tonight", "whom_to_ring": "Gran, 01709 555010", "until": "opening"}
    work.press("Hand to the night", must=True, **told)
    return work.so_far()


def visit(worker: FlaskClient) -> Effort:
    """From my work: a visit to three siblings, two seen alone, one asleep; a sentence about each."""
    work = Work(worker, "/desk/my-work")
    work.follow("Write a visit")
    seen = work.names("Save the visit", "seen_")
    numbers = [name.removeprefix("seen_") for name in seen]
    work.press(
        "Save the visit",
        must=True,
        kind="child_in_need",
        place="home",
        announced="yes",
        who="Their mother and I",
        words="The house was warm, and there was food in. We talked about money and about school in the morning.",
        next_on__day="27",
        next_on__month="11",
        next_on__year="2026",
        **dict.fromkeys(seen[:2], "alone"),
        **{seen[2]: "no", f"not_seen_{numbers[2]}": "asleep"},
        **{f"bedroom_{number}": "yes" for number in numbers},
        **{f"said_{numbers[0]}": "I like it when mum reads."},
        **{f"words_{number}": "Clean and well, and full of questions." for number in numbers[:2]},
    )
    assert "in the record of each child" in work.text
    return work.so_far()


def safety_card(night: FlaskClient) -> Effort:
    """From anywhere: the night list, then the child."""
    work = Work(night, "/night/")
    # The click in the navigation that led here.
    work.clicks += 1
    work.follow("Ellie Cartwright")
    assert "Safety card" in work.text
    return work.so_far()


def look_at_assessment(manager: FlaskClient, assessment: str) -> Effort:
    """From the assessment of three children: record the look of day 10."""
    work = Work(manager, f"/assessments/{assessment}")
    work.follow("Record your look at it")
    seen = dict.fromkeys(work.names("Record my look", "seen_"), "yes")
    told = {"looked_at": "Read it with Leah: on course.", "next_steps": "The father is seen by Friday."}
    work.press("Record my look", must=True, **seen, **told, agreed="go_on")
    return work.so_far()


def add_action(worker: FlaskClient, plan: str) -> Effort:
    """From the plan: one more action for the school."""
    work = Work(worker, plan)
    work.follow("Add an action")
    due = {"due_on__day": "4", "due_on__month": "12", "due_on__year": "2026"}
    [owner] = [radio.get("value") for radio in work.page.xpath("//input[@name='owner'][starts-with(@value, 'p')]")][1:2]
    told = {"what": "A place in breakfast club", "measure": "In school on time", "child": "whole", "owner": owner}
    work.press("Save the action", must=True, **told, **due)
    assert "A place in breakfast club" in work.text
    return work.so_far()


def report_done(school: FlaskClient) -> Effort:
    """From the plans one shares: say that one's own action is done."""
    work = Work(school, "/plans/")
    work.follow("Say it is done")
    work.press("It is done", must=True, evidence="Ellie came on four days this week.")
    assert "Ellie came on four days this week." in work.text
    return work.so_far()


def said_wrong(worker: FlaskClient, *, case: str) -> Effort:
    """What a parent says is wrong, beside the note, from the child's page."""
    work = Work(worker, f"/cases/{case}")
    work.follow("Chronology")
    work.follow("The family says this is wrong")
    work.press("Keep it beside the text", must=True, said_by="Kirsty, the mother", words="He does not live here.")
    assert "He does not live here." in work.text
    return work.so_far()


def print_part(worker: FlaskClient, *, case: str) -> Effort:
    """The significant entries of a child on paper, from the child's page."""
    work = Work(worker, f"/cases/{case}")
    work.follow("Chronology")
    work.follow("significant ones")
    work.follow("what you may see")
    assert "significant entries only" in work.text
    return work.so_far()


def measure(app: Flask) -> dict[str, Effort]:
    """Everything, in the order of a Friday."""
    took: dict[str, Effort] = {}

    def do(job: str, work: Callable[..., Effort], login: str, **more: bool) -> None:
        took[job] = work(sign_in(app, login), **more)

    with clock.at(FRIDAY):
        do("child", full_form, "school")
        do("ask", ask_back, "mash.worker")
        do("answer", answer_the_hub, "school")
        do("two children", full_form, "school", sibling=True)
        took["sibling"] = took.pop("two children").less(took["child"])
        do("triage", triage, "mash.worker")
        do("two minutes", two_minutes, "school")
        do("2 pm", at_two_pm, "school")
        do("notice", notice, "police")
        with app.app_context():
            made = receive("SAMPLE-020", change=lambda told: told.update(received_at=None))
            rate(made.id, "green")
            propose(made.id, "no_further_action")
            with transaction():
                family = factories.a_case(name="Cartwright", worker="north.worker", level="child_in_need")
        do("agree", agree, "mash.manager2")
        with app.app_context(), transaction():
            helped = factories.a_case(
                name="Shaw", team="fh_north", worker="familyhelp.worker", level="focused_family_help"
            )
            number = factories.a_plan(helped, worker="familyhelp.worker")
            factories.join_team(number, "school", by="familyhelp.worker")
            plan = f"/plans/{factories.reference_of(number)}"
        took["action"] = add_action(sign_in(app, "familyhelp.worker"), plan)
        do("done", report_done, "school")
        with app.app_context(), transaction():
            factories.a_case(name="Steel", children=3, worker="marta.wilk", level="child_in_need")
            three = factories.a_case(name="Shah", children=3, worker="north.worker")
            assessment = get_assessment(factories.start_an_assessment(three)).reference
        do("visit", visit, "marta.wilk")
        took["look"] = look_at_assessment(sign_in(app, "north.manager"), assessment)
        took["wrong"] = said_wrong(sign_in(app, "north.worker"), case=family.reference)
        took["part"] = print_part(sign_in(app, "north.worker"), case=family.reference)
    with clock.at(CLOSING):
        alert = {"may_happen": "Lee is out", "what_to_do": "Send police", "whom_to_ring": "Nan", "until": "days3"}
        left = sign_in(app, "north.worker").post(f"/night/alerts/{family.reference}", data=alert)
        assert left.status_code == 303
        do("hand over", hand_over, "mash.worker")
        do("safety card", safety_card, "edt")
    return took


@pytest.mark.once("sqlite")
def test_the_daily_work_takes_no_more_than_it_did_and_the_document_says_so(bare_app: Flask) -> None:
    took = measure(bare_app)
    document = DOC.read_text(encoding="utf-8")
    for key, job in JOBS.items():
        for what, most in vars(job.most).items():
            assert getattr(took[key], what) <= most, f"{job.words}: {getattr(took[key], what)} {what}, was {most}"
        assert job.line(took[key]) in document, f"docs/effort.md should say: {job.line(took[key])}"
    assert took.keys() == JOBS.keys()
    assert took["child"].pages <= 14 and took["child"].seconds <= SIX_MINUTES
    assert took["sibling"].pages <= 2 and took["two minutes"].seconds <= TWO_MINUTES
    assert took["safety card"].clicks <= 2
