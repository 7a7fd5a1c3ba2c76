"""Every rule whose event a plan’s page records, from outside: its clock appears with the date of the field’s table and
its sentence; late, it is explained, authorised, and ended late by the page that ends it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.deadlines.catalogue import KINDS, get_rule
from caseapp.deadlines.domain import LATE
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.plans import commands
from tests.cases.test_every_clock import LATER, Row, authorise_each, begins, cards, clocks, in_words, record
from tests.deadlines.test_catalogue_rows import START, TABLE
from tests.factories import AFamily, a_case, a_plan, a_visit, someone
from tests.plans.test_commands import meeting

Browser = Callable[[str], FlaskClient]
BY_PLANS = {
    *("plan.cin_began", "cin.reviewed", "plan.cin_ended"),
    *("family_help.engaged", "taf.held", "family_help.level_reviewed"),
}
ROWS = [row for row in TABLE if BY_PLANS & {row[1], row[2]}]
# By the level of the child: the team, who works with them, who answers for the team.
PEOPLE = {
    "child_in_need": ("north", "north.worker", "north.manager"),
    "focused_family_help": ("fh_north", "familyhelp.worker", "familyhelp.north"),
}


class Life:
    """A child at a level, and what happens to them: by the plan's pages, by a visit, or by its date alone."""

    def __init__(self, app: Flask, level: str) -> None:
        self.app, self.level = app, level
        self.team, self.worker, self.manager = PEOPLE[level]
        at = START - timedelta(days=300)
        with app.app_context(), clock.at(at), transaction():
            self.of: AFamily = a_case(team=self.team, worker=self.worker, received_at=at, level=level)
        self.plan: int | None = None

    def happens(self, client: FlaskClient, code: str) -> None:
        """Now."""
        if code in KINDS:
            record(client, self.of, code, clock.now())
            return
        with self.app.app_context(), transaction():
            if code == "visit.made":
                a_visit(self.of, at=clock.now())
            elif code in ("plan.cin_began", "family_help.engaged"):
                self.plan = a_plan(self.of, worker=self.worker)
            else:
                review = code != "taf.held"
                given = meeting(
                    held_at=clock.now(),
                    kind="review" if review else "group",
                    outcome="goes_on" if review else "",
                    decisions={self.of.case_id: "It goes on."} if review else {},
                )
                plan = self.plan = self.plan or a_plan(self.of, worker=self.worker)
                commands.keep_meeting(someone(self.worker), plan_id=plan, given=given)


def test_the_rows_are_those_that_plans_record() -> None:
    assert {row[0] for row in ROWS} == {
        *("visit.cin", "cin.review_first", "cin.review_later"),
        *("family_help.engaged", "family_help.length", "taf.first", "taf.review"),
    }


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_recorded_on_a_page_it_appears_with_its_sentence_and_late_it_is_explained_authorised_and_ended(
    bare_app: Flask, browser: Browser, row: Row
) -> None:
    key, begun, stop, due, _ = row
    rule = get_rule(key, START.date())
    life = Life(bare_app, "child_in_need" if "cin" in key else "focused_family_help")
    address = f"/cases/{life.of.reference}/clocks"
    with clock.at(START + timedelta(minutes=30)):
        worker = browser(life.worker)
        life.happens(worker, begun)
        card = cards(worker.get(address).text)[rule.words]
    assert begins(rule) in card, card
    assert f"{rule.gives_words} {rule.length_words}." in card and in_words(due) in card, card
    assert rule.source in card and ("not verified" in card.lower()) == (not rule.verified)
    with clock.at(LATER):
        worker, manager = browser(life.worker), browser(life.manager)
        number = next(view.id for view in clocks(bare_app, life.of) if view.rule.key == key)
        told = {"reason": "too_much", "words": f"Why {key} is late.", "seen": "0"}
        why = f"/deadlines/late/{life.of.reference}/{number}"
        assert why in worker.get(address).text.partition('id="ended"')[0]
        assert worker.post(why, data=told).status_code == 303
        authorise_each(manager, 1)
        card = cards(manager.get(address).text.partition('id="ended"')[0])[rule.words]
        assert "Late by" in card and f"Why {key} is late." in card and "Authorised by" in card
    with clock.at(LATER + timedelta(hours=1)):
        life.happens(browser(life.worker), stop)
    ended = {view.id: view.ended_as for view in clocks(bare_app, life.of, running_only=False)}
    assert ended[number] == LATE
