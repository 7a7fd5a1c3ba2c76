"""The main job, whole: from a school's referral to an accepted step-down, by seven people at seven browsers."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.journeys import steps
from tests.journeys.conftest import ROOT, Person

PersonOf = Callable[..., Person]


def command(database_url: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the service as an operator would."""
    environment = {**os.environ, "DATABASE_URL": database_url, "CASEAPP_ENV": "demo"}
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.once("postgresql")
def test_from_a_referral_to_an_accepted_step_down(person: PersonOf, database_url: str) -> None:
    # 1. The school refers two children; sending is offered once, and the receipt says by when it is decided.
    school = person("school")
    reference = steps.refer_two_children(school, check=True)
    assert "Decided by the end of" in school.text()
    # 2. The hub reads, rates and proposes.
    nadia = person("mash.worker")
    steps.rate_and_propose(nadia, reference, outcome="assessment", check=True)
    # 3. Who proposed cannot agree; the manager does.
    paul = person("mash.manager")
    steps.agree(paul, reference, check=True)
    # 4. North has a family without a worker, and gives it to one.
    ruth = person("north.manager")
    steps.give_to(ruth, "Marsden", "Leah Dawson", check=True)
    assert "No family waits" in ruth.text() or "Every family has a worker" in ruth.text()
    # 5. The worker opens the child, writes a note and the assessment; the manager authorises it.
    leah = person("north.worker")
    case = steps.open_child(leah, "Ellie", check=True)
    assert "45 working days" in leah.page.content()
    steps.write_note(leah, "Seen at school. “It was warm this week.”", check=True)
    leah.open(case)
    assert "It was warm this week" in leah.text()
    steps.assess(leah, check=True)
    steps.authorise(ruth, check=True)
    # 6. The step-down: returned once with a reason, sent again, accepted. Until then North is accountable.
    first = steps.step_down(leah, case, check=True)
    steps.answer_handover(ruth, first, "agree", check=True)
    sheila = person("familyhelp.north")
    steps.answer_handover(sheila, first, "return", "Jake’s school report is not in the pack.", check=True)
    leah.open(case)
    assert "North locality" in leah.text()
    second = steps.step_down(leah, case)
    steps.answer_handover(ruth, second, "agree")
    leah.open(case)
    assert "handover" in leah.text().lower()
    sheila.open(second)
    assert "Returned once" in sheila.text()
    assert "Holds it now" in sheila.text()
    steps.answer_handover(sheila, second, "accept", check=True)
    leah.open(case)
    assert "Family help, North" in leah.text()
    donna = person("familyhelp.worker")
    steps.open_child(donna, "Ellie", check=True)
    # The referrer reads what came of it.
    school.open("/referrals/")
    school.check()
    school.follow(reference)
    assert "Assessment by a social worker" in school.text()
    school.press("I have read this")
    # 7. The auditor reads who did and who saw what; the seal holds.
    auditor_reads_it_all(person("auditor"), database_url, reference)


def auditor_reads_it_all(auditor: Person, database_url: str, reference: str) -> None:
    """The log without a name of a child, the looks, and `audit verify`."""
    for path, expected in (("/audit/events", reference), ("/audit/reads", reference), ("/audit/seals", "seal")):
        auditor.open(path)
        assert expected in auditor.text(), (path, auditor.text()[:800])
        assert "Ellie" not in auditor.text() and "Marsden" not in auditor.text()
        auditor.check()
        auditor.shoot(path.strip("/").replace("/", "-"))
    assert command(database_url, "sweep", "--once").returncode == 0
    verified = command(database_url, "audit", "verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.sqlite_only
def test_referral_and_triage_without_javascript(person: PersonOf) -> None:
    school = person("school", scripts=False)
    reference = steps.refer_two_children(school)
    nadia = person("mash.worker", scripts=False)
    steps.rate_and_propose(nadia, reference, outcome="family_help")
    paul = person("mash.manager", scripts=False)
    steps.agree(paul, reference)
    school.open("/referrals/")
    school.follow(reference)
    assert "Family help" in school.page.content()


@pytest.mark.sqlite_only
def test_two_managers_give_the_same_family(person: PersonOf) -> None:
    school, nadia, paul = person("school"), person("mash.worker"), person("mash.manager")
    reference = steps.refer_two_children(school)
    steps.rate_and_propose(nadia, reference, outcome="assessment")
    steps.agree(paul, reference)
    ruth, other = person("north.manager"), person("north.manager")
    ruth.open("/desk/team")
    steps.give_to(other, "Marsden", "Marta Wilk")
    with ruth.page.expect_navigation():
        ruth.page.get_by_role("row").filter(has_text="Leah Dawson").get_by_role("button").first.click()
    assert "already has a worker" in ruth.text() and "Marta Wilk" in ruth.text()
    ruth.check()
