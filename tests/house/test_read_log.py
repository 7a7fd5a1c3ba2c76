"""Each look is written before it is shown, and a change takes its looks along: all of it or nothing."""

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.audit.models import ReadLog
from caseapp.cases.models import Note
from caseapp.kernel.db import db
from tests.conftest import sign_in
from tests.house.world import World


def rows(app: Flask, table: type) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


FULL = {
    "sqlite": "CREATE TRIGGER full BEFORE INSERT ON read_log BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    "postgresql": "ALTER TABLE read_log ADD CONSTRAINT disk_full CHECK (id < 0) NOT VALID",
}
ROOM_AGAIN = {
    "sqlite": "DROP TRIGGER full",
    "postgresql": "ALTER TABLE read_log DROP CONSTRAINT disk_full",
}


def tell(app: Flask, words: dict[str, str]) -> None:
    """Change the database behind the service's back."""
    with app.app_context(), db.engine.begin() as connection:
        connection.exec_driver_sql(words[connection.dialect.name])


@pytest.mark.parametrize(
    ("role", "kind", "path"),
    [
        ("north.worker", "case", "/cases/{}"),
        ("north.worker", "assessment", "/assessments/{}"),
        ("familyhelp.north", "handover", "/pathway/{}"),
        ("mash.worker", "referral", "/referrals/{}"),
        ("mash.worker", None, "/referrals/queue"),
        ("north.manager", None, "/desk/team"),
    ],
)
def test_a_look_is_written_or_nothing_is_shown(
    walked: tuple[Flask, World], role: str, kind: str | None, path: str
) -> None:
    app, world = walked
    client, address = sign_in(app, role), path.format(world.own[kind] if kind else "")
    before = rows(app, ReadLog)
    assert client.get(address).status_code == 200
    assert rows(app, ReadLog) > before
    tell(app, FULL)
    refused = client.get(address)
    assert refused.status_code == 503
    assert "Marsden" not in refused.text and "Ellie" not in refused.text


def test_a_change_whose_looks_cannot_be_written_is_not_made(walked: tuple[Flask, World]) -> None:
    app, world = walked
    leah, case = sign_in(app, "north.worker"), world.own["case"]
    form = {
        "children": case,
        "happened_on-day": "1",
        "happened_on-month": "2",
        "happened_on-year": "2026",
        "happened_time": "10:00",
        "words": "Seen at home.",
        "once": "one-press-of-save",
    }
    notes = rows(app, Note)
    tell(app, FULL)
    assert leah.post(f"/cases/{case}/notes/new", data=form).status_code == 503
    assert rows(app, Note) == notes
    tell(app, ROOM_AGAIN)
    assert leah.post(f"/cases/{case}/notes/new", data=form).status_code == 303
    assert rows(app, Note) == notes + 1
