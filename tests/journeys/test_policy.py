"""A bank holiday is proclaimed: the head sees which clocks move, they move, each says why; undone, they move back."""

import re
from collections.abc import Callable
from datetime import date

from flask import Flask
from playwright.sync_api import ViewportSize

from caseapp.deadlines.domain import STATUTORY, day_month, long_day
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.journeys.conftest import PHONE, WIDE, Person
from tests.journeys.steps import choose, write

NARROW = ViewportSize(width=320, height=640)


def proclaim(head: Person, day: date, *, words: str = "A day of thanks", check: bool = False) -> None:
    """From the navigation to the preview."""
    head.open("/")
    head.follow("Deadlines")
    if check:
        head.shoot("rules")
    head.follow(re.compile(r"^Decide$"))
    head.follow("A bank holiday is proclaimed")
    head.press("See what moves")
    assert "Choose whether there is a bank holiday more" in head.text()
    if check:
        head.check()
    choose(head, "what", "add")
    write(head, day__day=str(day.day), day__month=str(day.month), day__year=str(day.year), words=words)
    write(head, source="https://www.gov.uk/bank-holidays")
    if check:
        head.shoot("decide-holiday")
    head.press("See what moves")


def test_a_proclaimed_bank_holiday_moves_clocks_and_the_sentence_says_so(
    bare_app: Flask, person: Callable[..., Person]
) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=2, worker="north.worker")
    today = clock.today()
    day_0 = STATUTORY.working_day_on_or_before(today)
    was, now = (STATUTORY.add_working_days(day_0, days) for days in (45, 46))
    day = STATUTORY.add_working_days(day_0, 30)

    worker = person("north.worker")
    worker.open(f"/cases/{family.reference}")
    before = worker.page.content()
    assert "A day of thanks" not in before

    head = person("head")
    proclaim(head, day, check=True)
    said = head.text()
    assert "2 clocks move" in said
    assert f"{long_day(day)} is a bank holiday: A day of thanks" in said
    assert f"{was:%a} {was.day} {was:%b %Y}" in said
    assert f"{now:%a} {now.day} {now:%b %Y}" in said
    assert "Marsden" not in said
    head.check()
    head.shoot("preview")
    worker.open(f"/cases/{family.reference}")
    assert "A day of thanks" not in worker.page.content()

    head.press("Decide, and move them")
    assert "It is decided, and the clocks have moved." in head.text()
    head.check()
    head.shoot("decision")

    worker.open(f"/cases/{family.reference}")
    # Folded or not, the sentence is on the page.
    told = " ".join((worker.page.locator("main").text_content() or "").replace("\u00a0", " ").split())
    assert f"{day_month(day)} (A day of thanks)" in told
    assert f"{long_day(now)}." in told
    link = worker.page.locator('a[href="/deadlines/rules/assessment.complete"]').first
    for folded in worker.page.locator("details:not([open])", has=link).all():
        folded.locator("summary").first.click()
    with worker.page.expect_navigation():
        link.click()
    assert "What the rule says" in worker.text()
    worker.check()
    worker.shoot("rule")

    head.open("/deadlines/calendar?year=" + str(day.year))
    assert "A day of thanks" in head.text()
    head.check()
    head.shoot("calendar")

    head.open("/deadlines/decisions")
    head.shoot("decisions")
    head.follow("Undo")
    write(head, source="It was withdrawn")
    head.press("See what moves")
    assert "2 clocks move" in head.text()
    head.press("Decide, and move them")
    worker.open(f"/cases/{family.reference}")
    assert "A day of thanks" not in worker.page.content()


def test_two_heads_at_once_the_second_is_told(bare_app: Flask, person: Callable[..., Person]) -> None:
    with bare_app.app_context(), transaction():
        family = factories.a_case(children=1, worker="north.worker")
    day_0 = STATUTORY.working_day_on_or_before(clock.today())
    first, second = (STATUTORY.add_working_days(day_0, days) for days in (30, 31))
    # One of them without JavaScript: nothing on the way needs it.
    one, two = person("head", scripts=False), person("head")
    proclaim(one, first)
    # Two hundred letters without a space: nothing on any page is pushed aside by them.
    proclaim(two, second, words="W" * 200)
    one.press("Decide, and move them")
    two.press("Decide, and move them")
    assert "somebody else decided while you looked" in two.text()
    two.check()
    two.fits(NARROW)
    two.shoot("conflict")
    two.press("Decide, and move them")
    assert "It is decided" in two.text()
    for path in ("", "/deadlines/decisions", f"/deadlines/calendar?year={second.year}"):
        if path:
            two.open(path)
        for size in (WIDE, PHONE, NARROW):
            two.fits(size)
    worker = person("north.worker")
    worker.open(f"/cases/{family.reference}")
    for folded in worker.page.locator("details:not([open]) > summary").all():
        if folded.is_visible():
            folded.click()
    assert "W" * 200 in worker.page.content()
    for size in (WIDE, PHONE, NARROW):
        worker.fits(size)
