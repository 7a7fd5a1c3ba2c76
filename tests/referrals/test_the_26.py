"""The 26 sample referrals: all arrive, every word of them stands on the hub worker's page, what is wrong is marked."""

import html
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject
from caseapp.people.domain.dates import day_words, moment_words, read_date, read_moment
from caseapp.referrals.domain.fields import find_field, walk
from caseapp.referrals.domain.lists import find_choice, words
from caseapp.referrals.models import Referral
from tests.referrals.hub_world import SAMPLES, SAMPLES_FILE

AFTER_THE_LAST = datetime(2026, 11, 20, 17, 10, tzinfo=UTC)

# Typed by hand from the file: number, where, what was given, the first words of what is wrong.
MARKED = (
    ("SAMPLE-007", "Child 1: Postcode", "S61", "This is only the first half of a postcode"),
    ("SAMPLE-008", "Source", "9", "The source says anonymous, but the referrer gave a name"),
    ("SAMPLE-011", "Child 1: First name", "not known", "The child has no name yet"),
    ("SAMPLE-013", "Child 1: Disability", "EMOT", "This code is not in the list"),
    ("SAMPLE-018", "Child 1: Born", "2014-02-29", "29 February 2014 does not exist"),
    ("SAMPLE-019", "Child 1: NHS number", "9434765918", "This NHS number fails its check"),
    ("SAMPLE-022", "Agency", "Early Help, North locality", "This agency is not in the table of agencies"),
    ("SAMPLE-025", "Agency", "Rotherham Council staff member's family", "This agency is not in the table of agencies"),
)


def squeeze(text: str) -> str:
    """As a reader takes it: entities read, every run of spaces one space."""
    return re.sub(r"\s+", " ", html.unescape(text)).strip()


def said_as(path: tuple[str | int, ...], value: Any) -> list[str]:
    """The ways in which a leaf may stand on the page: as given, or as the words of its code, date or number."""
    if value is None:
        return ["not said"]
    if isinstance(value, bool):
        return ["Yes" if value else "No"]
    if value in ([], {}):
        return ["none given"]
    field, ways = find_field(path), [str(value)]
    if field and field.choices and find_choice(field.choices, value):
        ways = [words(field.choices, value)]
    if isinstance(value, str) and (moment := read_moment(value)):
        ways.append(moment_words(moment))
    if isinstance(value, str) and isinstance(day := read_date(value), date):
        ways.append(day_words(day))
    return [squeeze(way) for way in ways]


@pytest.fixture
def pages(bare_app: Flask, browser: Callable[[str], FlaskClient]) -> dict[str, str]:
    """The text of each sample's page, by the sender's number, after an import by the command."""
    with clock.at(AFTER_THE_LAST):
        done = bare_app.test_cli_runner().invoke(args=["referrals", "import", str(SAMPLES_FILE)])
        assert done.exit_code == 0, done.output
        with bare_app.app_context():
            found = db.session.execute(
                sa.select(Referral.source_id, Subject.reference).join(Subject, Subject.id == Referral.id)
            ).all()
        client = browser("mash.worker")
        texts = {}
        for number, reference in found:
            answer = client.get(f"/referrals/{reference}")
            assert answer.status_code == 200
            main = BeautifulSoup(answer.text, "html.parser").find("main")
            assert main is not None
            texts[number] = squeeze(main.get_text(" "))
    return texts


def test_every_leaf_of_the_26_stands_on_its_page(pages: dict[str, str]) -> None:
    assert sorted(pages) == sorted(SAMPLES)
    missing = [
        (number, path, value)
        for number, document in SAMPLES.items()
        for path, value in walk(document)
        if not any(way in pages[number] for way in said_as(path, value))
    ]
    assert missing == []


def test_every_leaf_has_its_label_beside_it(pages: dict[str, str]) -> None:
    missing = [
        (number, field.label)
        for number, document in SAMPLES.items()
        for path, _ in walk(document)
        if (field := find_field(path)) and field.label.lower() not in pages[number].lower()
    ]
    assert missing == []


def test_exactly_what_is_wrong_is_marked(pages: dict[str, str], browser: Callable[[str], FlaskClient]) -> None:
    with clock.at(AFTER_THE_LAST):
        answer = browser("mash.worker").get("/referrals/marks")
    rows = BeautifulSoup(answer.text, "html.parser").select("tbody tr")
    found = [tuple(squeeze(cell.get_text(" ")) for cell in row.find_all(["th", "td"])) for row in rows]
    assert len(found) == len(MARKED)
    for (_, where, given, wrong, _), (_, its_where, its_given, its_wrong) in zip(found, MARKED, strict=True):
        assert (where, given) == (its_where, its_given)
        assert wrong.startswith(its_wrong)
    for number, where, given, wrong in MARKED:
        assert where in pages[number] and given in pages[number] and wrong in pages[number]
    clean = set(SAMPLES) - {row[0] for row in MARKED}
    assert all("Nothing in what was given looks wrong" in pages[number] for number in clean)


def test_text_that_must_stay_text_stays_text(pages: dict[str, str]) -> None:
    whole = json.dumps(SAMPLES)
    assert "<" in whole or "{{" in whole
    assert "Internal" not in " ".join(pages.values())
