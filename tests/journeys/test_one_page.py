"""A manager decides a Green on one page: nothing to scroll at a desk, and few enough words (practice 27)."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from tests.journeys import steps
from tests.journeys.conftest import WIDE, Person
from tests.referrals.hub_world import propose, rate, receive

DOC = Path(__file__).parent.parent.parent / "docs" / "effort.md"
# Silent reading of English: 238 words a minute (Brysbaert 2019, a review of 190 studies). A Green reads in 90 seconds.
WORDS_A_MINUTE, SECONDS = 238, 90
# What it was when last made less, rounded up to ten: how times are said differs by some words from hour to hour.
MOST_WORDS = 280
# What is told and drafted on the page: not the words that stand there every time (labels, headings, links), and nothing
# that has to be opened.
TOLD = """() => {
  const told = [], walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (parent.checkVisibility() && !parent.closest('dt, h2, label, legend, a, button, .govuk-hint'))
      told.push(walker.currentNode.data);
  }
  return told.join(' ').split(/\\s+/).filter(word => /\\w/.test(word)).length;
}"""


@pytest.mark.sqlite_only
def test_a_green_is_read_and_agreed_without_a_scroll(person: Callable[..., Person], bare_app: Flask) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-020", change=lambda told: told.update(received_at=None))
        rate(made.id, "green")
        reasons = "One worry, attendance; the school has a plan and the parents have not been met yet."
        advice = "Ask the education welfare officer to visit first. Tell us if he is seen without care."
        propose(made.id, "no_further_action", reasons=reasons, advice=advice)
    paul = person("mash.manager")
    paul.open("/referrals/queue?tab=to-agree")
    paul.follow("Leon")
    paul.check()
    page = paul.page
    words, height = page.evaluate(TOLD), page.evaluate("document.documentElement.scrollHeight")
    assert words <= MOST_WORDS and height <= WIDE["height"], (words, height)
    row = f"| {MOST_WORDS} | {round(MOST_WORDS * 60 / WORDS_A_MINUTE)} s | {WIDE['height']} px |"
    assert MOST_WORDS * 60 / WORDS_A_MINUTE <= SECONDS and row in DOC.read_text(encoding="utf-8"), row
    steps.choose(paul, "answer", "agree")
    paul.press("Send my answer")
    assert "No proposal waits for a manager" in paul.text()
