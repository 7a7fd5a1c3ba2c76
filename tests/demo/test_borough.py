"""The borough as its database tells it: the same from the same seed, its rooms, and its shares against the published
ones."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.accounts.models import TeamMembership
from caseapp.accounts.queries import find_team
from caseapp.assessments.models import Assessment
from caseapp.cases.queries.work import list_load, list_waiting
from caseapp.deadlines.commands import rebuild
from caseapp.demo.borough import Borough
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.pathway.models import Handover
from caseapp.referrals.models import Referral
from caseapp.referrals.queries.referral_page import get_hub_page
from tests.factories import someone
from tests.helpers.apps import build, put_away
from tests.helpers.databases import new_database, url_of

NOW = datetime(2026, 11, 20, 10, 40, tzinfo=UTC)
# What a story is made of: everything but the numbers, the references and the marks, which are random on purpose.
TOLD = (
    "SELECT received_at, recorded_at, mode, source_code, rating, state, read_at, decided_at, feedback FROM referral",
    "SELECT shown_name, born_on, outcome, became, match_key FROM referral_child",
    "SELECT received_at, opened_at, closed_at, close_reason, level FROM case_record",
    "SELECT reasons, advice, proposed_at, decided_at FROM decision",
    "SELECT code, occurred_at, recorded_at FROM event",
    "SELECT words, written_at FROM note_version",
    "SELECT state, started_at, submitted_at, authorised_at FROM assessment",
    "SELECT rule, anchor_at, due_at, stopped_at, ended_as FROM clock",
    "SELECT state, proposed_at, answered_at, reasons FROM handover",
)


def live(*, referrals: int, days: int, seed: int = 1) -> Borough:
    """A borough lived up to NOW in the database of the running context."""
    # The places of the tests' organisation begin in January; a year of life begins before.
    begin = NOW.date() - timedelta(days=days + 30)
    db.session.execute(sa.update(TeamMembership).values(from_on=begin))
    db.session.commit()
    with clock.at(NOW):
        borough = Borough(seed=seed, now=NOW)
        for _ in borough.run(referrals=referrals, days=days):
            pass
    return borough


def digest() -> str:
    """One number for all that was told and done."""
    rows = [str(row) for query in TOLD for row in sorted(map(str, db.session.execute(sa.text(query))))]
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


@contextmanager
def another(engine: str, template: str, folder: Path) -> Iterator[Flask]:
    """An application on a second database."""
    with new_database(engine, folder, copy_of=template) as database:
        app = build(url_of(engine, database))
        with app.app_context():
            yield app
        put_away(app)


@pytest.mark.once("sqlite")
def test_the_same_seed_makes_the_same_borough_with_somebody_in_every_room(
    app: Flask, engine: str, template: str, tmp_path: Path
) -> None:
    live(referrals=50, days=30)
    with clock.at(NOW):
        first = digest()
        waiting = db.session.scalars(sa.select(Referral.id).where(Referral.decided_at.is_(None))).all()
        assert 15 <= len(waiting) <= 35
        pages = [get_hub_page(someone("mash.worker"), number) for number in waiting]
        shown = {signal.key for page in pages for signal in page.signals}
        assert {
            "immediate_danger",
            "person_of_concern",
            "not_safe",
            "injured_baby",
            "sexual_abuse",
            "missing_now",
            "missing_often",
            "visit_danger",
            "open_case",
            "repeat_contact",
        } <= shown
        assert {page.state for page in pages} == {"received", "proposed"}
        assert any(page.time_left and page.time_left.state == "late" for page in pages)
        for key in ("north", "central", "south"):
            team = find_team(key=key)
            assert team is not None
            assert list_waiting(team.id) and list_load(team.id), key
        states = Counter(db.session.scalars(sa.select(Assessment.state)))
        assert states["writing"] and states["submitted"] and states["authorised"]
        handed = {(row.state, row.agreed_at is not None) for row in db.session.scalars(sa.select(Handover))}
        assert {("proposed", False), ("proposed", True), ("returned", True), ("accepted", True)} <= handed
        # A month of the borough's clocks, worked out again from its events.
        rebuilt = list(rebuild())
        assert sum(part.compared for part in rebuilt) > 200
        assert [one for part in rebuilt for one in part.differences] == []
    with another(engine, template, tmp_path):
        live(referrals=50, days=30)
        assert digest() == first
