"""`deadlines due` and `deadlines rebuild`, as people and scripts call them."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.commands import apply_change
from caseapp.deadlines.domain import PolicyChange, Rule
from caseapp.deadlines.models import Clock
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from tests.factories import a_case, someone

NOW = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def run(app: Flask, *words: str) -> tuple[int, str]:
    done = app.test_cli_runner().invoke(args=["deadlines", *words])
    return done.exit_code, done.output


# The worked examples of the contract's rules: start, rule, due.
EXAMPLES = [
    ("2026-11-20", "core_group.first", "2026-12-04"),
    ("2026-11-20", "icpc.held", "2026-12-11"),
    ("2026-11-20", "assessment.complete", "2027-01-27"),
    ("2026-12-18", "referral.decision", "2026-12-21"),
    ("2026-12-18", "visit.cp", "2027-01-06"),
    ("2026-12-19", "referral.decision", "2026-12-21"),
    ("2027-03-19", "visit.cp", "2027-04-06"),
    ("2027-03-19", "assessment.complete", "2027-05-26"),
]


@pytest.mark.parametrize(("start", "rule", "due"), EXAMPLES)
def test_the_worked_examples(bare_app: Flask, start: str, rule: str, due: str) -> None:
    code, said = run(bare_app, "due", rule, "--from", start, "--json")
    assert code == 0
    assert json.loads(said)["due"] == due


def test_one_object_with_all_its_keys(bare_app: Flask) -> None:
    code, said = run(bare_app, "due", "referral.decision", "--from", "2026-12-26", "--json")
    assert code == 0
    assert json.loads(said) == {
        "rule": "referral.decision",
        "version": "2013-04-15/1",
        "anchor": "2026-12-26",
        "day_0": "2026-12-24",
        "due": "2026-12-29",
        "skipped": [
            {"date": "2026-12-25", "name": "Christmas Day"},
            {"date": "2026-12-28", "name": "Boxing Day, kept on the Monday"},
        ],
        "sentence": "The referral came on Saturday 26 December 2026. That is not a working day, so the count starts "
        "from the working day before it: Thursday 24 December 2026 is day 0. A first decision has 1 working day. "
        "Weekends do not count, nor do 25 December (Christmas Day) and 28 December (Boxing Day, kept on the Monday). "
        "Day 1 is Tuesday 29 December 2026. No rating moves it.",
        "source": "Working Together to Safeguard Children "
        "https://www.gov.uk/government/publications/working-together-to-safeguard-children--2",
    }


def test_an_hour_clock_gives_an_instant_in_london(bare_app: Flask) -> None:
    code, said = run(bare_app, "due", "mash.red", "--from", "2027-06-11T10:10", "--json")
    found = json.loads(said)
    assert code == 0
    assert (found["anchor"], found["due"]) == ("2027-06-11T10:10:00+01:00", "2027-06-11T14:10:00+01:00")


def test_what_cannot_be_counted_prints_no_object(bare_app: Flask) -> None:
    """A script that asks for JSON reads nothing it could mistake for an answer; what is wrong goes to the other
    stream."""
    done = bare_app.test_cli_runner().invoke(args=["deadlines", "due", "no.such", "--from", "2026-11-20", "--json"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert "There is no rule no.such" in done.stderr


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.key)
def test_every_rule_answers_with_every_key(bare_app: Flask, rule: Rule) -> None:
    code, said = run(bare_app, "due", rule.key, "--from", "2026-11-20T10:10", "--json")
    found = json.loads(said)
    assert code == 0
    assert list(found) == ["rule", "version", "anchor", "day_0", "due", "skipped", "sentence", "source"]
    assert found["rule"] == rule.key
    assert datetime.fromisoformat(found["due"])
    assert found["sentence"] and rule.source in found["source"]


def test_in_words_it_says_the_sentence_and_the_source(bare_app: Flask) -> None:
    code, said = run(bare_app, "due", "missing.rhi", "--from", "2026-11-20T20:00")
    assert code == 0
    assert "The child came back on Friday 20 November 2026 at 20:00. The interview has 72 hours." in said
    assert "Rule: return home interview, 72 hours, national" in said


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("due", "assessment.completed", "--from", "2026-11-20"), 1, "Did you mean assessment.complete"),
        (("due", "nothing.like", "--from", "2026-11-20"), 1, "See the catalogue"),
        (("due", "assessment.complete", "--from", "2010-01-04"), 1, "no rule assessment.complete in force"),
        (("due", "assessment.complete", "--from", "2040-12-20"), 1, "which the calendar does not hold"),
        (("due", "mash.red", "--from", "0001-01-01T00:00+14:00"), 1, "from 2015 to 2040 only"),
        (("due", "mash.red", "--from", "9999-12-31T23:59-12:00"), 1, "from 2015 to 2040 only"),
        (("due", "visit.cp", "--from", "2026-11-20T25:00", "--json"), 2, "give a day"),
        (("due", "visit.cp", "--from", "", "--json"), 2, "give a day"),
        (("due", "assessment.complete", "--from", "20 November"), 2, "give a day such as 2026-11-20"),
        (("due", "assessment.complete"), 2, "--from"),
        (("due", "--help"), 0, "When something is due by RULE"),
        (("rebuild", "--help"), 0, "Work out all clocks again"),
    ],
)
def test_what_it_says_when_it_cannot(bare_app: Flask, words: tuple[str, ...], code: int, message: str) -> None:
    got, said = run(bare_app, *words)
    assert got == code
    assert message in said


def test_it_counts_with_what_this_council_decided(bare_app: Flask) -> None:
    with bare_app.app_context(), clock.at(NOW), transaction():
        holiday = PolicyChange(id=0, kind="bank_holiday", made_at=NOW, day=date(2026, 11, 24), words="A day of thanks")
        apply_change(someone("head"), holiday, version=0)
    _, said = run(bare_app, "due", "core_group.first", "--from", "2026-11-20", "--json")
    found = json.loads(said)
    assert (found["due"], found["version"]) == ("2026-12-07", "2013-04-15/2")
    assert {"date": "2026-11-24", "name": "A day of thanks"} in found["skipped"]


def test_rebuild_finds_nothing_to_change_and_puts_right_what_was_changed_by_hand(bare_app: Flask) -> None:
    with bare_app.app_context(), clock.at(NOW), transaction():
        family = a_case(children=2)
    assert run(bare_app, "rebuild") == (0, "4 clocks compared with their events: nothing to change\n")

    with bare_app.app_context(), transaction():
        broken = sa.update(Clock).where(Clock.subject_id == family.case_id, Clock.rule == "assessment.complete")
        db.session.execute(broken.values(due_at=NOW + timedelta(days=400)))
        db.session.execute(sa.delete(Clock).where(Clock.subject_id == family.case_id, Clock.rule == "case.allocate"))
    code, said = run(bare_app, "rebuild", "--check")
    assert code == 1
    assert f"{family.reference} assessment.complete: it was wrong in due_at" in said
    assert "2 differ, nothing was changed" in said
    code, said = run(bare_app, "rebuild")
    assert code == 0
    assert "2 put right" in said
    assert run(bare_app, "rebuild", "--check") == (0, "4 clocks compared with their events: nothing to change\n")
