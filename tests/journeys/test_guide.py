"""The pictures of the guide, made anew: `pytest tests/journeys/test_guide.py --engine sqlite --pictures` writes them to
docs/guide/pictures. Without that they are made beside, and the guide and the pictures must name each other."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from tests import factories
from tests.conftest import sign_in
from tests.journeys import steps
from tests.journeys.conftest import ROOT, Person
from tests.notices.test_notices import PPN
from tests.referrals.hub_world import propose, rate, receive

GUIDE = ROOT / "docs" / "guide"
LARGEST = 80_000
ALERT = {
    "may_happen": "Lee Garner may come to the house when the pub closes.",
    "what_to_do": "Ask the police to drive by; ring Kirsty at ten.",
    "whom_to_ring": "Her sister Donna, 07700 900114",
    "until": "days3",
}


@dataclass(frozen=True)
class Places:
    """What the pictures are of."""

    case: str
    green: str
    two: str
    draft: str
    notice: str


# A Friday five weeks before Christmas.
FROM = "happened_on-day=20&happened_on-month=11&happened_on-year=2026"
# The picture, who sees it, where, and how high it is.
PICTURES: tuple[tuple[str, str, str, int], ...] = (
    ("form", "school", "/referrals/drafts/{draft}/now", 800),
    ("my-referrals", "school", "/referrals/", 620),
    ("notification", "police", "/notices/{notice}", 760),
    ("hub-queue", "mash.worker", "/referrals/queue", 800),
    ("hub-referral", "mash.worker", "/referrals/{two}", 900),
    ("decision", "mash.manager", "/referrals/{green}/decision", 900),
    ("closing-list", "mash.manager", "/night/closing", 620),
    ("safety-card", "edt", "/night/children/{case}?from=alert", 900),
    ("night-list", "edt", "/night/", 760),
    ("team-board", "north.manager", "/desk/team", 620),
    ("my-team", "north.manager", "/accounts/team", 700),
    ("my-work", "north.worker", "/desk/my-work", 620),
    ("case", "north.worker", "/cases/{case}", 900),
    ("clocks", "north.worker", "/cases/{case}/clocks", 900),
    ("who-looked", "auditor", "/audit/reads", 620),
    ("people", "admin", "/accounts/people", 620),
    ("deadline", "head", f"/deadlines/rules/assessment.complete?{FROM}", 900),
)


def a_borough(app: Flask, school: Person, police: Person) -> Places:
    """Some invented families: one in the queue, one to agree, one in North, one that waits for a worker."""
    with app.app_context():

        def arrive(sample: str) -> tuple[int, str]:
            made = receive(sample, change=lambda told: told.update(received_at=None))
            return made.id, made.reference

        for sample in ("SAMPLE-004", "SAMPLE-006"):
            arrive(sample)
        two, green = arrive("SAMPLE-009"), arrive("SAMPLE-020")
        rate(two[0], "amber")
        rate(green[0], "green")
        reasons = "One worry, attendance. The school has a plan, and nobody has met the parents yet."
        advice = "Ask the education welfare officer to visit first. Tell us if he is seen without care."
        propose(green[0], "no_further_action", reasons=reasons, advice=advice)
        with transaction():
            came = clock.now() - timedelta(days=27)
            family = factories.a_case(children=2, worker="north.worker", level="child_in_need", received_at=came)
            factories.a_note(family, "north.worker", words="Seen at home after school. Warm and fed.")
            factories.a_plan(family, on=clock.today() - timedelta(days=26))
            factories.a_case(name="Pickering", children=2)
    assert sign_in(app, "north.worker").post(f"/night/alerts/{family.reference}", data=ALERT).status_code == 303
    steps.refer_two_children(school)
    school.open("/referrals/new")
    school.press("Begin")
    steps.choose(school, "immediate_danger", "no")
    school.press(steps.GO_ON)
    police.open("/notices/new")
    police.page.get_by_label("The text of the notification").fill(PPN)
    police.press("Go on")
    draft, notice = school.page.url.split("/")[-2], police.page.url.split("/")[-1]
    return Places(family.reference, green[1], two[1], draft, notice)


def shoot(someone: Person, height: int) -> bytes:
    """What the browser shows at the top of the page, small."""
    page = someone.page
    page.set_viewport_size({"width": 1280, "height": height})
    taken = Image.open(io.BytesIO(page.screenshot(animations="disabled", caret="hide")))
    kept = io.BytesIO()
    taken.convert("RGB").quantize(64, dither=Image.Dither.NONE).save(kept, "PNG", optimize=True)
    return kept.getvalue()


@pytest.mark.sqlite_only
def test_each_picture_of_the_guide_is_made_anew(
    person: Callable[..., Person], bare_app: Flask, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    named = {
        found for page in GUIDE.glob("*.md") for found in re.findall(r"\(pictures/([\w-]+)\.png\)", page.read_text())
    }
    folder = GUIDE / "pictures"
    assert named == {name for name, *_rest in PICTURES} == {path.stem for path in folder.iterdir()}
    people = {login: person(login) for login in ("school", "police")}
    places = a_borough(bare_app, people["school"], people["police"])
    for name, login, path, height in PICTURES:
        if login not in people:
            people[login] = person(login)
        people[login].open(path.format(**vars(places)))
        picture = shoot(people[login], height)
        assert len(picture) <= LARGEST, f"{name}: {len(picture)} bytes"
        to = folder if pytestconfig.getoption("--pictures") else tmp_path
        (to / f"{name}.png").write_bytes(picture)
