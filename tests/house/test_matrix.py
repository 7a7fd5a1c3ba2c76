"""Every route, walked as every role, with its own, a foreign and a random reference."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseapp.kernel import ready
from tests.conftest import sign_in
from tests.house.matrix import HUB, MATRIX, ROLES, Row
from tests.house.world import World


def ask(client: FlaskClient, row: Row, path: str) -> TestResponse:
    return client.open(path, method=row.method, data=row.sends if row.method == "POST" else None)


def plain(answer: TestResponse) -> str:
    """The body without what differs in each answer: nonce, form token, and who is signed in."""
    return re.sub(r'nonce="[^"]+"|value="[^"]{20,}"|content="[^"]{20,}"', "", answer.get_data(as_text=True))


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("row", MATRIX, ids=lambda row: f"{row.method} {row.path}")
def test_who_may(row: Row, walked: tuple[Flask, World]) -> None:
    app, world = walked
    own = row.path.format(own=world.own[row.kind]) if row.kind else row.path
    signed_out = ask(app.test_client(), row, own)
    if not row.open:
        assert signed_out.status_code == 303 and "/accounts/sign-in" in signed_out.headers["Location"]
    others = 404 if row.kind else 403
    for role in sorted(ROLES, key=lambda role: role in row.let_in):
        answer = ask(sign_in(app, role), row, own)
        expected = row.let_in.get(role, 403 if role in row.refused else others)
        assert answer.status_code == expected, (role, answer.status_code, answer.get_data(as_text=True)[-1500:])
        if role in row.let_in and row.marker:
            assert row.marker in answer.get_data(as_text=True), role
        if expected in (403, 404):
            assert "Marsden" not in answer.get_data(as_text=True), role


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("row", [row for row in MATRIX if row.kind], ids=lambda row: f"{row.method} {row.path}")
def test_a_foreign_and_a_random_reference_answer_the_same(row: Row, walked: tuple[Flask, World]) -> None:
    app, world = walked
    assert row.kind
    for role in (*row.let_in, *row.refused):
        client = sign_in(app, role)
        random = ask(client, row, row.path.format(own=world.random(row.kind)))
        malformed = ask(client, row, row.path.format(own="R-nonsense"))
        assert (random.status_code, malformed.status_code) == (404, 404), role
        assert plain(random) == plain(malformed)
        if (role in HUB or (role, row.kind) == ("edt", "night") or row.kind == "person") and (role in row.refused):
            # The hub reads every referral, the night all its work: they may be told that this is not theirs to do.
            assert ask(client, row, row.path.format(own=world.foreign[row.kind])).status_code == 403, role
        elif row.foreign == 404:
            foreign = ask(client, row, row.path.format(own=world.foreign[row.kind]))
            assert foreign.status_code == 404, role
            assert plain(foreign) == plain(random)
        elif role in row.let_in:
            assert ask(client, row, row.path.format(own=world.foreign[row.kind])).status_code == row.foreign, role


def test_every_route_has_its_row(bare_app: Flask) -> None:
    """A new route fails here until somebody has typed who may use it."""
    adapter = bare_app.url_map.bind("localhost")
    covered = {adapter.match(row.path.format(own="X-0000-0000"), method=row.method)[0] for row in MATRIX}
    declared = {rule.endpoint for rule in bare_app.url_map.iter_rules()} - {"static"}
    assert declared - covered == set(), "routes without a row in tests/house/matrix"


@pytest.mark.once("sqlite")
@pytest.mark.parametrize("row", [row for row in MATRIX if row.method == "GET" and row.let_in], ids=lambda row: row.path)
def test_what_is_executed_as_built_once_was_built_once(row: Row, walked: tuple[Flask, World]) -> None:
    """A statement that is put together for each request would be translated in each (kernel/ready.py)."""
    app, world = walked
    own = row.path.format(own=world.own[row.kind]) if row.kind else row.path
    client = sign_in(app, next(iter(row.let_in)))
    ask(client, row, own)
    known = ready.translated()
    ask(client, row, own)
    assert ready.translated() == known
