"""Applications with other settings than the harness gives them, put away after each test."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from caseapp.factory import create_app
from tests.helpers.apps import put_away

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(database_url: str) -> Iterator[MakeApp]:
    """`make_app(**settings)`: the application on this test's database, with the token of forms checked as in life."""
    made: list[Flask] = []

    def make(**settings: Any) -> Flask:
        app = create_app({"DATABASE_URL": database_url, "WTF_CSRF_ENABLED": True, **settings})
        made.append(app)
        return app

    yield make
    for app in made:
        put_away(app)
