"""The database goes away in the middle of the day and comes back: a clear page meanwhile, and no restart."""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, redirect
from werkzeug.datastructures import MultiDict

from caseapp.access.guard import guard
from caseapp.accounts import queries
from caseapp.kernel.db import db
from tests.accounts.conftest import MakeApp
from tests.accounts.pages import forms_of, sign_in, token_of
from tests.helpers.databases import administer


@contextmanager
def file_moved_away(url: str) -> Iterator[None]:
    path = Path(str(sa.make_url(url).database))
    aside = path.with_suffix(".aside")
    os.replace(path, aside)
    yield
    assert not path.exists(), "nobody made an empty database in its place"
    os.replace(aside, path)


@contextmanager
def server_refuses(url: str) -> Iterator[None]:
    name = sa.make_url(url).database
    administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    administer("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
    yield
    administer(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def gone(url: str) -> AbstractContextManager[None]:
    return file_moved_away(url) if url.startswith("sqlite") else server_refuses(url)


@pytest.fixture
def live_app(make_app: MakeApp) -> Flask:
    app = make_app()
    app.add_url_rule("/test/note", "note", guard("account:own")(lambda actor: redirect("/", 303)), methods=["POST"])
    return app


def test_every_page_says_so_and_recovers(live_app: Flask, database_url: str) -> None:
    client, stranger = live_app.test_client(), live_app.test_client()
    sign_in(client, "north.worker", csrf_token=token_of(client))
    token = token_of(stranger)
    for _ in range(2):
        assert client.get("/accounts/me").status_code == 200
        with gone(database_url):
            for browser, path in (
                (client, "/accounts/me"),
                (client, "/accounts/people"),
                (client, "/accounts/sign-in"),
                (client, "/no/such/page"),
                (stranger, "/accounts/sign-in"),
            ):
                for _again in range(2):
                    answer = browser.get(path)
                    assert answer.status_code == 503, path
                    assert "Our side is down" in answer.text
                    assert "999" in answer.text and "Leah Dawson" not in answer.text
            assert sign_in(stranger, "school", csrf_token=token).status_code == 503
            assert stranger.get("/healthz").status_code == 200
            assert stranger.get("/readyz").status_code == 503
        assert client.get("/accounts/me").status_code == 200
        assert stranger.get("/readyz").status_code == 200
    assert sign_in(stranger, "school", csrf_token=token_of(stranger)).status_code == 303


def test_words_sent_meanwhile_are_in_the_page_with_a_button(live_app: Flask, database_url: str) -> None:
    client = live_app.test_client()
    sign_in(client, "north.worker", csrf_token=token_of(client))
    token = forms_of(client.get("/accounts/me"), "/accounts/me/password")[0].token
    fields = [("words", '\r\nMila "told" us 🦊\r\n<b>&amp;'), ("who", "1"), ("who", "2")]
    with gone(database_url):
        answer = client.post("/test/note", data=MultiDict([("csrf_token", token), *fields]))
        assert answer.status_code == 503
        [form] = forms_of(answer, "/test/note")
        assert form.without_token() == fields
        forged = client.post("/test/note", data=MultiDict([("csrf_token", "forged"), *fields]))
        assert forged.status_code == 400 and forms_of(forged) == []
        change = client.post("/accounts/me/password", data={"csrf_token": token, "new_password": "secret words"})
        assert change.status_code == 503 and "secret words" not in change.text
    assert client.post(form.action, data=MultiDict(form.fields)).status_code == 303


@pytest.mark.sqlite_only
def test_a_server_that_was_never_there(make_app: MakeApp) -> None:
    client = make_app(DATABASE_URL="postgresql://127.0.0.1:9/nothing", WTF_CSRF_ENABLED=False).test_client()
    assert client.get("/accounts/sign-in").status_code == 503
    assert sign_in(client, "school").status_code == 503


@pytest.mark.sqlite_only
def test_a_database_file_put_back_from_a_copy_is_taken(live_app: Flask, database_url: str, tmp_path: Path) -> None:
    """A restore while the server runs: old handles must not go on reading and writing the file that was taken away."""
    path = Path(str(sa.make_url(database_url).database))
    with live_app.app_context():
        with db.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        shutil.copyfile(path, tmp_path / "copy.sqlite")
    client = live_app.test_client()
    sign_in(client, "school", csrf_token=token_of(client))
    assert client.get("/accounts/me").status_code == 200
    for leftover in path.parent.glob(f"{path.name}-*"):
        leftover.unlink()
    os.replace(tmp_path / "copy.sqlite", path)
    assert client.get("/accounts/me").status_code == 303, "the copy was made before this session began"
    assert sign_in(client, "school", csrf_token=token_of(client)).status_code == 303
    with live_app.app_context():
        assert queries.find_user("school@demo.example") is not None
