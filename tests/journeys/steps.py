"""The steps of the main job as each person does them at a browser. Each works with and without JavaScript."""

import re
from datetime import timedelta

from caseapp.kernel import clock
from tests.journeys.conftest import Person

GO_ON = "Save and go on"
REFERENCE = re.compile(r"R-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


def choose(someone: Person, name: str, value: str) -> None:
    """Tick the radio or box of that name and value."""
    someone.page.locator(f'[name="{name}"][value="{value}"]').check()


def write(someone: Person, **fields: str) -> None:
    """Type into fields by name (`born_day` stands for `born-day`)."""
    for name, words in fields.items():
        someone.page.locator(f'[name="{name.replace("__", "-")}"]').fill(words)


def refer_two_children(school: Person, *, check: bool = False) -> str:
    """Hannah at Wath Primary refers Ellie and Jake Marsden, one thing per page; gives the reference on the receipt."""

    def go_on() -> None:
        if check:
            school.check()
        school.press(GO_ON)

    school.open("/referrals/new")
    if check:
        school.check()
    school.press("Begin")
    choose(school, "immediate_danger", "no")
    go_on()
    go_on()  # me: filled in from the sign-in
    write(school, first_name="Ellie", last_name="Marsden", date_of_birth__day="9", date_of_birth__month="3")
    write(school, date_of_birth__year="2017", line1="14 Quarry Lane", postcode="S63 7AQ", school="Wath Primary School")
    choose(school, "born", "exact")
    choose(school, "sex", "F")
    go_on()
    go_on()  # more about Ellie: nothing
    school.press("Add another child")
    write(school, first_name="Jake", last_name="Marsden", date_of_birth__day="30", date_of_birth__month="11")
    write(school, date_of_birth__year="2019")
    choose(school, "born", "exact")
    choose(school, "sex", "M")
    same = school.page.locator('[name="same_address"]')
    if same.count():
        same.first.check()
    else:
        write(school, line1="14 Quarry Lane", postcode="S63 7AQ")
    go_on()
    go_on()  # more about Jake: nothing
    go_on()  # the children: no more
    choose(school, "where", "school")
    choose(school, "safe_to_go_home", "yes")
    write(school, collected_by="Gran", collected_at="15:15")
    choose(school, "answer_needed", "tomorrow")
    go_on()
    someone_at_home(school)
    go_on()
    choose(school, "parent_informed", "yes")
    agrees = school.page.locator('[name="parent_agrees"][value="yes"]')
    if not agrees.count():
        school.press(GO_ON)
    choose(school, "parent_agrees", "yes")
    go_on()
    choose(school, "categories", "neglect")
    choose(school, "categories", "domestic_abuse")
    write(
        school,
        what_happened="Ellie slept in her coat because ‘the leccy was off again’. <script>alert(1)</script> {{7*7}} 🧥",
    )
    choose(school, "how_known", "child_told")
    go_on()
    write(
        school,
        worries="Shouting at night",
        working_well="Gran collects on Fridays",
        child_voice="I want it to be quiet.",
    )
    choose(school, "safety_scale", "4")
    go_on()
    go_on()  # nothing to be protected
    go_on()  # no files
    choose(school, "safeguarding_lead_told", "yes")
    if check:
        school.check()
        school.shoot("referral-check")
    school.press("Send the referral")
    found = REFERENCE.search(school.text())
    assert found, school.text()[:500]
    if check:
        school.check()
        school.shoot("receipt")
    return found.group()


def someone_at_home(school: Person) -> None:
    """Two adults of the household, one of whom the school is worried about."""
    page = school.page
    page.locator('[name="person-1-name"]').fill("Kirsty Marsden")
    page.locator('[name="person-1-relationship"]').select_option(label="Mother")
    choose(school, "person-1-lives_with_child", "yes")
    school.press("Add another person")
    page.locator('[name="person-2-name"]').fill("Lee Garner")
    choose(school, "person-2-adult_of_concern", "yes")


def rate_and_propose(worker: Person, reference: str, *, outcome: str, check: bool = False) -> None:
    """Nadia reads the referral, rates it Amber with a reason and proposes a decision for each child."""
    worker.open("/referrals/queue")
    if check:
        worker.check()
        worker.shoot("hub-queue")
    worker.press("Open the first")
    assert reference in worker.page.content()
    text = worker.page.content()
    assert "&lt;script&gt;" in text and "{{7*7}}" in text and "🧥" in text
    choose(worker, "rating", "amber")
    write(worker, rationale="A pattern over weeks, nothing that says tonight")
    if check:
        worker.check()
        worker.shoot("hub-referral")
    worker.press("Save the rating")
    for radio in worker.page.locator(f'[name^="outcome_"][value="{outcome}"]').all():
        radio.check()
    write(worker, reasons="Two reports of the same, and a child who names a pattern", advice="Keep the day as usual.")
    worker.press("Send to a manager to agree")


def agree(manager: Person, reference: str, *, check: bool = False) -> None:
    """Paul agrees to what was proposed."""
    manager.open(f"/referrals/{reference}/decision")
    choose(manager, "answer", "agree")
    if check:
        manager.check()
        manager.shoot("decision")
    manager.press("Send my answer")


def give_to(manager: Person, family: str, worker: str, *, check: bool = False) -> None:
    """Ruth gives a waiting family to a worker."""
    manager.open("/desk/team")
    assert family in manager.text()
    if check:
        manager.check()
        manager.shoot("team-board")
    manager.page.get_by_role("row").filter(has_text=worker).get_by_role(
        "button", name=re.compile("^Give")
    ).first.click()
    manager.page.wait_for_load_state()


def open_child(worker: Person, first_name: str, *, check: bool = False) -> str:
    """From My work to a child's page; gives its path."""
    worker.open("/desk/my-work")
    if check:
        worker.check()
        worker.shoot("my-work")
    worker.follow(re.compile(f"^{first_name}"))
    if check:
        worker.check()
        worker.shoot("case")
    return worker.page.url.removeprefix(worker.address)


def write_note(worker: Person, words: str, *, check: bool = False) -> None:
    """From a child's page: a note about all the siblings shown."""
    worker.follow("Write a note")
    for box in worker.page.locator('[name="children"]').all():
        box.check()
    write(worker, words=words)
    if check:
        worker.check()
    worker.press("Save the note")


def assess(worker: Person, *, check: bool = False) -> None:
    """From a child's page: start the assessment for all siblings, write it and submit it."""
    worker.follow("Start an assessment")
    for box in worker.page.locator('main input[type="checkbox"]').all():
        box.check()
    if check:
        worker.check()
    worker.press(re.compile("^Start"))
    write(worker, worries="Cold home, no breakfast, shouting", working_well="Gran on Fridays")
    write(
        worker, analysis="Debt and exhaustion, not lack of care. Eased since breakfast club.", needs="Help with bills"
    )
    folded = worker.page.locator("details:not([open]) > summary").filter(has_text="Factors")
    while folded.count():
        folded.first.click()
    for box in worker.page.locator('[name^="factors_"][value="16A"]').all():
        box.check()
    for radio in worker.page.locator('[name^="outcome_"][value="family_help"]').all():
        radio.check()
    if check:
        worker.check()
        worker.shoot("assessment")
    worker.press("Submit for authorisation")


def authorise(manager: Person, *, check: bool = False) -> None:
    """From the team board to the assessment that waits; authorise it."""
    manager.open("/desk/team")
    manager.follow(re.compile("A-[0-9A-Z]{4}-[0-9A-Z]{4}"))
    choose(manager, "answer", "authorise")
    if check:
        manager.check()
    manager.press("Send my answer")


def step_down(worker: Person, case: str, *, led_by: tuple[str, str] | None = None, check: bool = False) -> str:
    """Leah proposes the step-down with consent, reasons and a lead practitioner by name (of another agency: `led_by`
    gives name and agency); gives the handover's path."""
    worker.open(case)
    worker.follow("Propose a step-down")
    if check:
        worker.press("Send to your manager")
        assert "There is a problem" in worker.text()
        worker.check()
    everyone = worker.page.locator('[name="who"][value="all"]')
    if everyone.count():
        everyone.check()
    worker.page.get_by_label("Family help, North").check()
    write(
        worker,
        reasons="Home calm and warm for weeks",
        actions="Breakfast club: done, says the school. Boiler: mended, seen.",
        what_works="Breakfast club, Gran",
        worry_again="Nights without heat",
    )
    choose(worker, "level", "focused_family_help")
    write(worker, child_voice="I like it when we all eat together.", consent_by="Kirsty Marsden, mother")
    choose(worker, "consent", "agreed")
    agreed = clock.today() - timedelta(days=1)
    write(
        worker, consent_on__day=str(agreed.day), consent_on__month=str(agreed.month), consent_on__year=str(agreed.year)
    )
    choose(worker, "consent_how", "in_person")
    if led_by:
        choose(worker, "lead", "somebody_else")
        write(worker, new_lead_name=led_by[0], new_lead_title="Safeguarding lead", new_lead_phone="01632 960114")
        worker.page.locator('[name="new_lead_agency"]').select_option(label=led_by[1])
    else:
        worker.page.get_by_label("Donna Price").check()
    if check:
        worker.check()
        worker.shoot("step-down")
    worker.press("Send to your manager")
    return worker.page.url.removeprefix(worker.address)


def answer_handover(manager: Person, path: str, answer: str, words: str = "", *, check: bool = False) -> None:
    """A manager's answer to a handover: agree, send_back, accept or return."""
    manager.open(path)
    choose(manager, "answer", answer)
    if words:
        write(manager, words=words)
    if check:
        manager.check()
        manager.shoot(f"handover-{answer}")
    manager.press("Send my answer")
