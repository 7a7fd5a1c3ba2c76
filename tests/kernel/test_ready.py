"""Statements that are translated once give what SQLAlchemy itself would, on both databases."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.exc import DBAPIError, IntegrityError

from caseapp.kernel import ready
from caseapp.kernel.db import Model, UTCDateTime, db, fetch, write_rows
from tests.helpers.statements import count_statements

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
_AT = UTCDateTime()
# What the tables of the product are made of, as parameters: no row is needed to see how a value goes in and comes out.
ECHO = sa.select(
    sa.bindparam("text", type_=sa.String()).label("text"),
    sa.bindparam("number", type_=sa.Integer()).label("number"),
    sa.bindparam("day", type_=sa.Date()).label("day"),
    sa.bindparam("at", type_=_AT).label("at"),
    sa.bindparam("flag", type_=sa.Boolean()).label("flag"),
    sa.bindparam("parts", type_=sa.JSON()).label("parts"),
)
VALUES = st.fixed_dictionaries(
    {
        "text": st.none() | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
        "number": st.none() | st.integers(-(2**31), 2**31 - 1),
        "day": st.none() | st.dates(),
        "at": st.none() | st.datetimes(timezones=st.just(UTC)),
        "flag": st.none() | st.booleans(),
        "parts": st.dictionaries(st.text(st.characters(codec="ascii"), max_size=3), st.integers() | st.none()),
    }
)


@given(values=VALUES)
def test_values_go_in_and_come_out_as_sqlalchemys_own_do(app: Flask, values: dict[str, Any]) -> None:
    with db.engine.begin() as connection:
        (ours,) = ready.run(connection, ECHO, values)
        (theirs,) = connection.execute(ECHO, values).all()
    assert ours._asdict() == theirs._asdict() == values


SUBJECT: Any = Model.metadata.tables["subject"]
AMONG = (
    sa.select(SUBJECT.c.reference)
    .where(SUBJECT.c.kind.in_(sa.bindparam("kinds", expanding=True)), SUBJECT.c.reference != "R-0000-0000")
    .order_by(SUBJECT.c.reference)
)
ADD = sa.insert(SUBJECT)


def references(count: int) -> list[str]:
    return [f"T-{number:04}" for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 2, ready.LONGEST, ready.LONGEST + 1])
def test_lists_of_any_length(app: Flask, count: int) -> None:
    rows = [{"kind": f"kind {number}", "reference": name} for number, name in enumerate(references(count))]
    write_rows(ADD, rows)
    found = fetch(AMONG, {"kinds": [row["kind"] for row in rows]})
    assert [row.reference for row in found] == references(count)


def test_rows_that_are_added_go_in_one_statement(app: Flask) -> None:
    with count_statements(app) as statements:
        write_rows(ADD, [{"kind": "made up", "reference": name} for name in references(5)])
    assert len(statements) == 1 and statements[0].startswith("INSERT INTO subject")
    assert len(fetch(AMONG, {"kinds": ["made up"]})) == 5


def test_a_statement_is_translated_once(app: Flask) -> None:
    asked = sa.select(sa.bindparam("a", type_=sa.Integer()).label("a"))
    before = ready.translated()
    assert [fetch(asked, {"a": number})[0].a for number in (1, 2, 3)] == [1, 2, 3]
    assert ready.translated() == before + 1


def test_what_changes_with_the_hour_is_asked_each_time(app: Flask) -> None:
    hour = {"now": NOON}
    asked = sa.select(sa.bindparam("now", callable_=lambda: hour["now"], type_=_AT, unique=True).label("now"))
    assert fetch(asked)[0].now == NOON
    hour["now"] = NOON + timedelta(hours=1)
    assert fetch(asked)[0].now == NOON + timedelta(hours=1)


def test_the_drivers_errors_are_sqlalchemys(app: Flask) -> None:
    row = {"kind": "made up", "reference": "T-0001"}
    write_rows(ADD, [row])
    with pytest.raises(IntegrityError), db.session.begin_nested():
        write_rows(ADD, [row])
    with pytest.raises(IntegrityError), db.session.begin_nested():
        write_rows(ADD, [{**row, "reference": "T-0002"}, row])
    nowhere = sa.select(sa.literal_column("1").label("one")).select_from(sa.table("no_such_table"))
    with pytest.raises(DBAPIError) as refused, db.session.begin_nested():
        fetch(nowhere)
    assert "no_such_table" in str(refused.value)
    # What was written before stands, and so does the connection.
    assert [row.reference for row in fetch(AMONG, {"kinds": ["made up"]})] == ["T-0001"]


def test_a_lost_connection_is_put_away(app: Flask, engine: str) -> None:
    one = sa.select(sa.literal_column("1").label("one"))
    with db.engine.connect() as connection:
        assert ready.run(connection, one, {})[0].one == 1
        if engine == "sqlite":
            driver: Any = connection.connection.driver_connection
            driver.close()
        else:
            number = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
            with db.engine.connect() as other:
                other.exec_driver_sql(f"SELECT pg_terminate_backend({number})")
        with pytest.raises(DBAPIError) as lost:
            ready.run(connection, one, {})
        assert lost.value.connection_invalidated and connection.invalidated
    assert fetch(one)[0].one == 1


@pytest.mark.parametrize(
    ("statement", "why"),
    [
        (sa.select(sa.literal_column("1").label("a"), sa.literal_column("2").label("a")), "duplicate field name"),
        (sa.select(sa.bindparam("missing", type_=sa.Integer())), "A value is required"),
    ],
    ids=["two columns of one name", "a value that is not given"],
)
def test_what_would_be_wrong_says_so(app: Flask, statement: sa.Executable, why: str) -> None:
    with pytest.raises((ValueError, sa.exc.InvalidRequestError), match=why):
        fetch(statement)


def test_a_day_is_a_day(app: Flask) -> None:
    """SQLite keeps days as text; a column without a type of its own would give the text back."""
    row = fetch(sa.select(sa.bindparam("day", type_=sa.Date()).label("day")), {"day": date(2026, 11, 20)})[0]
    assert row.day == date(2026, 11, 20)
