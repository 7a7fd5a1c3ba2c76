"""The application refuses to start when a promise of the house is broken."""

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.guard import check_every_view, guard
from caseapp.deadlines.catalogue import RULES
from caseapp.deadlines.commands import check_codes
from caseapp.kernel import events
from caseapp.kernel.db import AUDIENCES, Model, undeclared_columns
from caseapp.kernel.web import ReferenceConverter


def bare() -> Flask:
    app = Flask(__name__)
    app.url_map.converters["ref"] = ReferenceConverter
    return app


def test_a_view_without_a_permission_stops_the_start() -> None:
    app = bare()
    app.add_url_rule("/hidden", "hidden", lambda: "x")
    with pytest.raises(RuntimeError, match="hidden declares no permission"):
        check_every_view(app)


def test_a_permission_about_a_case_needs_a_reference_in_the_address() -> None:
    app = bare()
    app.add_url_rule("/case", "case", guard("case:read")(lambda actor, subject: "x"))
    with pytest.raises(RuntimeError, match="disagree about a subject"):
        check_every_view(app)


def test_an_unknown_permission_stops_the_import() -> None:
    with pytest.raises(KeyError):
        guard("case:peek")


def test_every_view_of_the_product_declares_its_permission(bare_app: Flask) -> None:
    check_every_view(bare_app)


@pytest.mark.parametrize("kind", [sa.String(10), sa.Text(), sa.Date(), sa.DateTime(), sa.LargeBinary(), sa.JSON()])
def test_a_column_without_an_audience_is_found(kind: sa.types.TypeEngine[object]) -> None:
    tables = sa.MetaData()
    sa.Table("child", tables, sa.Column("id", sa.Integer()), sa.Column("words", kind))
    sa.Table("fine", tables, sa.Column("words", kind, info={"audience": "record"}))
    sa.Table("wrong", tables, sa.Column("words", kind, info={"audience": "everybody"}))
    assert undeclared_columns(tables) == ["child.words", "wrong.words"]


def test_every_column_of_the_product_declares_its_audience(bare_app: Flask) -> None:
    assert undeclared_columns(Model.metadata) == []
    assert len(AUDIENCES) == 10


def test_a_rule_that_waits_for_an_event_nobody_declares_stops_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    named = RULES[0].starts_on[0]
    monkeypatch.delitem(events.TYPES, named)
    with pytest.raises(RuntimeError, match=named.replace(".", r"\.")):
        check_codes()


def test_an_event_declared_twice_stops_the_import() -> None:
    known = next(iter(events.TYPES.values()))
    with pytest.raises(RuntimeError, match="declared twice"):
        events.declare(known)
