"""The pages of a case as people meet them: what they show, what they refuse, what they keep."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient

from caseapp.cases import commands as cases
from caseapp.cases.routes import chronology, record
from caseapp.kernel.db import transaction
from tests.factories import AFamily, a_case, a_note
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]

NOTE = {
    "happened_on-day": "20",
    "happened_on-month": "11",
    "happened_on-year": "2026",
    "happened_time": "15:00",
    "words": "Seen at home.",
    "once": "once-1",
}


def made(app: Flask, **options: object) -> AFamily:
    with app.app_context(), transaction():
        return a_case(**options)  # type: ignore[arg-type]


def noted(app: Flask, family: AFamily, **options: str) -> str:
    with app.app_context(), transaction():
        return a_note(family, "north.worker", **options)


def test_the_page_says_who_is_accountable_who_works_and_what_is_due(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app, children=2, worker="north.worker")
    noted(bare_app, family, words="Bedrooms seen, warm.")

    page = browser("north.worker").get(f"/cases/{family.reference}")

    assert page.status_code == 200
    for words in (
        "Ellie Marsden",
        "North locality",
        "since Fri 20 Nov 2026, 15:30",
        "Leah Dawson",
        "Assessment complete",
        "Wed 27 Jan 2027",
        "Why Wednesday 27 January?",
        "Bedrooms seen, warm.",
        "Kirsty Marsden",
        "parental responsibility",
        "Adult of concern",
        "Father",
        "not recorded",
        f"/cases/{family.references[1]}",
        "Write a note",
    ):
        assert words in page.text, words
    title = re.search(r"<title>(.*?)</title>", page.text)
    assert title is not None
    assert "Ellie" not in title[1]


@pytest.mark.sqlite_only
def test_a_foreign_case_is_answered_like_one_that_does_not_exist(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app)
    for login in ("central.worker", "school", "mash.worker", "auditor", "admin", "chair"):
        client = browser(login)
        for path in ("", "/chronology", "/who-looked", "/notes/new"):
            foreign = client.get(f"/cases/{family.reference}{path}")
            unknown = client.get(f"/cases/C-0000-0000{path}")

            assert foreign.status_code == unknown.status_code == 404, (login, path)
            assert _without_nonce(foreign.text) == _without_nonce(unknown.text)


def _without_nonce(page: str) -> str:
    """The page without what differs in each answer: nonce and form token."""
    return re.sub(r'(nonce|value)="[^"]*"', "", page)


def test_a_protected_address_carries_its_mark(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, protected=True, worker="north.worker")

    assert "Address protected" in browser("north.worker").get(f"/cases/{family.reference}").text


def test_who_looked_names_everybody_and_why(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    browser("north.manager").get(f"/cases/{family.reference}")

    looks = browser("north.worker").get(f"/cases/{family.reference}/who-looked")

    assert "Ruth Hallam" in looks.text
    assert "Their team holds the case" in looks.text
    assert "Ruth Hallam" in browser("north.worker").get(f"/cases/{family.reference}").text


def test_earlier_entries_and_looks_are_a_page_further(
    bare_app: Flask, browser: Browser, friday: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "PAGE", 3)
    monkeypatch.setattr(chronology, "PAGE", 3)
    family = made(bare_app, worker="north.worker")
    for number in range(3):
        noted(bare_app, family, words=f"Note {number}.")
    client = browser("north.worker")
    for _ in range(4):
        client.get(f"/cases/{family.reference}")

    for path in ("chronology", "who-looked"):
        first = client.get(f"/cases/{family.reference}/{path}")
        further = re.search(r'href="([^"]*before=\d+[^"]*)"', first.text)
        assert further is not None
        assert client.get(further[1].replace("&amp;", "&")).status_code == 200
        for odd in ("-1", "x", "٣", "9" * 15, "9" * 40):
            assert client.get(f"/cases/{family.reference}/{path}?before={odd}").status_code == 200


def test_a_note_about_brother_and_sister(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, children=2, worker="north.worker")
    client = browser("north.worker")
    form = client.get(f"/cases/{family.reference}/notes/new")
    assert "Jake Marsden, 7" in form.text

    for _ in range(2):
        sent = client.post(f"/cases/{family.reference}/notes/new", data={**NOTE, "children": family.references})
        assert sent.status_code == 303

    page = client.get(f"/cases/{family.references[1]}").text
    assert page.count("Seen at home.") == 1


def hidden(page: str, name: str) -> list[str]:
    """The values that a page carries along under a name."""
    return re.findall(rf'name="{name}" value="([^"]*)"', page)


def test_other_words_from_the_same_form_wait_for_a_decision(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app, children=2, worker="north.worker")
    client, address = browser("north.worker"), f"/cases/{family.reference}/notes/new"
    first = {**NOTE, "children": family.references, "words": "She was cold."}
    client.post(address, data=first)

    met = client.post(address, data={**first, "children": family.references[:1], "words": "She was warm."})

    assert met.status_code == 409
    assert "She was cold." in met.text and "She was warm." in met.text
    (edit,) = re.findall(r'action="(/cases/notes/[^"]+/edit)"', met.text)
    sent = {"version": "1", "case": family.reference, "words_mine": "She was warm.", "words_theirs": "She was cold."}
    # Nothing chosen: everything typed comes back.
    unchosen = client.post(edit, data={**first, **sent, "children": family.references[:1], "words": "Both, in one."})
    assert unchosen.status_code == 422
    for page in (met.text, unchosen.text):
        assert hidden(page, "children") == family.references[:1] * 2
        assert hidden(page, "happened_time") == ["15:00"] * 2
        assert "She was warm." in hidden(page, "words")
    assert "Both, in one." in unchosen.text
    # A second note, pressed twice, is one.
    (key,) = hidden(met.text, "once")
    assert key != NOTE["once"]
    second = {**first, "children": family.references[:1], "words": "She was warm.", "once": key}
    assert [client.post(address, data=second).status_code for _ in range(2)] == [303, 303]
    # Or another wording of the first.
    assert client.post(edit, data={**sent, "words_keep": "mine"}).status_code == 303
    page = client.get(edit.removesuffix("/edit")).text
    assert page.index("She was warm.") < page.index("She was cold.")
    assert client.get(f"/cases/{family.reference}").text.count("She was warm.") == 2


@pytest.mark.parametrize("login", ["north.manager", "marta.wilk"])
def test_a_key_that_somebody_else_used_keeps_the_words_on_the_form(
    bare_app: Flask, browser: Browser, friday: datetime, login: str
) -> None:
    family = made(bare_app, worker="north.worker")
    address = f"/cases/{family.reference}/notes/new"
    sent = {**NOTE, "children": family.references}
    browser("north.worker").post(address, data={**sent, "words": "Leah’s own."})
    other = browser(login)

    met = other.post(address, data={**sent, "words": "Typed for an hour."})

    assert met.status_code == 409
    assert "Typed for an hour." in met.text and "Leah’s own." not in met.text
    assert "Press Save once more" in met.text
    (key,) = hidden(met.text, "once")
    assert other.post(address, data={**sent, "words": "Typed for an hour.", "once": key}).status_code == 303
    page = other.get(f"/cases/{family.reference}").text
    assert "Typed for an hour." in page and "Leah’s own." in page


WRONG: list[tuple[dict[str, object], str]] = [
    ({"words": " "}, "Write what happened"),
    ({"children": []}, "Choose who the note is about"),
    ({"happened_time": "25:00"}, "Write the time with hours and minutes"),
    ({"happened_time": "15:31"}, "This is in the future"),
    ({"happened_on-day": "31"}, "31 November 2026 does not exist"),
    ({"happened_on-day": "21"}, "in the future"),
]


def test_a_note_that_cannot_be_kept_comes_back_as_typed(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    client = browser("north.worker")
    for changes, said in WRONG:
        data = {**NOTE, "words": "Typed for an hour.", "children": family.references, **changes}

        page = client.post(f"/cases/{family.reference}/notes/new", data=data)

        assert page.status_code == 422, said
        assert said in page.text
        assert "There is a problem" in page.text
        assert data["words"] == " " or "Typed for an hour." in page.text
    assert "<strong>Note</strong>" not in client.get(f"/cases/{family.reference}").text


@pytest.mark.sqlite_only
def test_a_child_of_another_family_cannot_be_ticked(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family, other = made(bare_app, worker="north.worker"), made(bare_app, name="Lister", worker="north.worker")

    page = browser("north.worker").post(
        f"/cases/{family.reference}/notes/new", data={**NOTE, "children": [other.reference]}
    )

    assert page.status_code == 422


@pytest.mark.sqlite_only
def test_text_is_shown_as_text(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    client = browser("north.worker")
    words = "=1+1 <script>alert(1)</script> {{7*7}} 🧸 שלום"
    client.post(f"/cases/{family.reference}/notes/new", data={**NOTE, "words": words, "children": family.references})

    page = client.get(f"/cases/{family.reference}").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} 🧸 שלום" in page
    assert "<script>alert" not in page


def test_a_wording_is_added_and_the_first_stays(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    reference = noted(bare_app, family, words="First.")
    client = browser("north.worker")

    sent = client.post(f"/cases/notes/{reference}/edit", data={"words": "Second.", "version": "1"})

    assert sent.status_code == 303
    page = client.get(f"/cases/notes/{reference}").text
    assert page.index("Second.") < page.index("First.")
    empty = client.post(f"/cases/notes/{reference}/edit", data={"words": "", "version": "2"})
    assert empty.status_code == 422


def test_a_stale_edit_shows_both_texts_and_the_writer_chooses(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app, worker="north.worker")
    reference = noted(bare_app, family, words="First.")
    worker, manager = browser("north.worker"), browser("north.manager")
    address = f"/cases/notes/{reference}/edit"
    manager.post(address, data={"words": "Ruth's words.", "version": "1"})

    met = worker.post(address, data={"words": "Leah's words.", "version": "1"})

    assert met.status_code == 409
    assert "Ruth&#39;s words." in met.text
    assert "Leah&#39;s words." in met.text
    both = {"words_theirs": "Ruth's words.", "words_mine": "Leah's words.", "words": "Both.", "version": "2"}
    unchosen = worker.post(address, data={**both, "words": "Edited into one."})
    assert unchosen.status_code == 422
    assert "Edited into one." in unchosen.text
    assert worker.post(address, data={**both, "words_keep": "theirs"}).status_code == 303
    assert "Leah&#39;s words." not in worker.get(f"/cases/notes/{reference}").text
    assert worker.post(address, data={**both, "words_keep": "mine"}).status_code == 303
    assert worker.post(address, data={**both, "words_keep": "both", "version": "3"}).status_code == 303
    page = worker.get(f"/cases/notes/{reference}").text
    assert (
        page.index("Both.") < page.index("Leah&#39;s words.") < page.index("Ruth&#39;s words.") < page.index("First.")
    )


@pytest.mark.sqlite_only
def test_a_foreign_note_is_not_there(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    reference = noted(bare_app, family)
    for login in ("central.worker", "school", "mash.worker"):
        client = browser(login)

        assert client.get(f"/cases/notes/{reference}").status_code == 404
        assert client.post(f"/cases/notes/{reference}/edit", data={"words": "x", "version": "1"}).status_code == 404


def test_something_to_read_is_acknowledged_from_the_page(bare_app: Flask, browser: Browser, friday: datetime) -> None:
    family = made(bare_app, worker="north.worker")
    with bare_app.app_context(), transaction():
        task = cases.make_task(case_id=family.case_id, kind="referral_added_to", about_id=family.referral_id)
    client = browser("north.worker")
    assert "I have read this, and will act" in client.get(f"/cases/{family.reference}").text

    done = client.post(f"/cases/{family.reference}/tasks/{task}/acknowledge")

    assert done.status_code == 303
    assert "I have read this, and will act" not in client.get(f"/cases/{family.reference}").text
    assert client.post(f"/cases/{family.reference}/tasks/{task + 1}/acknowledge").status_code == 404
    assert client.post(f"/cases/{family.reference}/tasks/{2**70}/acknowledge").status_code == 404
    assert browser("central.worker").post(f"/cases/{family.reference}/tasks/{task}/acknowledge").status_code == 404


@pytest.mark.sqlite_only
def test_a_case_costs_the_same_statements_at_one_entry_and_at_fifty(
    bare_app: Flask, browser: Browser, friday: datetime
) -> None:
    family = made(bare_app, worker="north.worker", children=2)
    client = browser("north.worker")
    noted(bare_app, family)
    client.get(f"/cases/{family.reference}")
    with count_statements(bare_app) as few:
        client.get(f"/cases/{family.reference}")
    for number in range(50):
        noted(bare_app, family, words=f"Note {number}")
    with bare_app.app_context(), transaction():
        cases.make_task(case_id=family.case_id, kind="referral_added_to", about_id=family.referral_id)
    with count_statements(bare_app) as many:
        assert client.get(f"/cases/{family.reference}").status_code == 200

    assert len(few) == len(many) <= 12, "\n\n".join(many)
