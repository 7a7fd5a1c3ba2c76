"""The daily e-mail: who gets one, what stands in it, and that nobody gets it twice, whatever happens to the sender."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from caseapp.access.commands import bar
from caseapp.accounts.commands import disable_user
from caseapp.accounts.models import User
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.notifications.commands import (
    Settings,
    choose_mail,
    let_go_again,
    make_digests,
    mark_read,
    put_in_outbox,
    send_waiting,
)
from caseapp.notifications.domain import next_try
from caseapp.notifications.models import Digest, DigestRound, Reminder
from tests.conftest import sign_in
from tests.factories import AFamily, a_case, an_authorised_assessment, someone
from tests.helpers.mail import DROP, MailServer, certificate, mail_server
from tests.helpers.statements import count_statements

ROOT = Path(__file__).parent.parent.parent
# 45 working days from Thursday 17 September 2026 are Thursday 19 November: on the Friday it is late.
RECEIVED = datetime(2026, 9, 17, 9, 0, tzinfo=UTC)
LATE_ON = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
TOLD = ["north.worker@demo.example", "north.manager@demo.example", "head@demo.example"]


@pytest.fixture(autouse=True)
def friday_morning() -> Iterator[None]:
    with clock.at(LATE_ON):
        yield


def late_family(**more: Any) -> AFamily:
    with clock.at(RECEIVED), transaction():
        return a_case(worker="north.worker", received_at=RECEIVED, **more)


def settings(port: int, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "host": "localhost",
        "port": port,
        "security": "none",
        "user": "",
        "password": "",
        "ca_file": "",
        "sender": "holdfast@council.example",
        "service_url": "https://holdfast.council.example/app",
    }
    return Settings(**{**given, **changes})


def filled() -> int:
    """What is due is in the outbox, and today's e-mails are made; gives how many."""
    put_in_outbox()
    return make_digests()


def states() -> list[str]:
    found = list(db.session.scalars(sa.select(Digest.state).order_by(Digest.id)))
    db.session.rollback()
    return found


def reminder_states() -> set[str]:
    found = set(db.session.scalars(sa.select(Reminder.state)))
    db.session.rollback()
    return found


def test_one_mail_each_with_reference_and_link_and_no_name(app: Flask) -> None:
    family = late_family(children=2)
    filled()

    with mail_server() as box:
        assert send_waiting(settings(box.port)) == (3, 0)

    assert sorted(box.to) == sorted(TOLD)
    mail = next(mail for mail in box.mails if mail["To"] == "north.worker@demo.example")
    text = mail.get_content()
    assert mail["Subject"] == "Reminders: 2 late"
    assert mail["From"] == "holdfast@council.example"
    for reference in family.references:
        assert f"{reference}  Assessment complete (set by law)" in text
        assert f"https://holdfast.council.example/app/cases/{reference}" in text
    assert "was due yesterday" in text
    for word in ("Marsden", "Ellie", "Jake", "Leah", "Dawson", "Kirsty"):
        assert word not in box.texts[0].decode() + text
    assert states() == ["sent"] * 3 and reminder_states() == {"sent"}


def test_the_head_is_told_the_reference_and_led_nowhere_they_may_not_go(app: Flask) -> None:
    family = late_family()
    filled()
    with mail_server() as box:
        send_waiting(settings(box.port))
    text = next(mail for mail in box.mails if mail["To"] == "head@demo.example").get_content()
    assert family.reference in text and f"/cases/{family.reference}" not in text


@pytest.mark.parametrize(
    ("at", "made"),
    [
        (datetime(2026, 11, 20, 6, 59, tzinfo=UTC), 0),
        (datetime(2026, 11, 20, 7, 0, tzinfo=UTC), 3),
        # The sweep was not running at seven: then it is later.
        (datetime(2026, 11, 20, 16, 0, tzinfo=UTC), 3),
        # Saturday, and Boxing Day kept on the Monday.
        (datetime(2026, 11, 21, 9, 0, tzinfo=UTC), 0),
        (datetime(2026, 12, 28, 9, 0, tzinfo=UTC), 0),
    ],
)
def test_mails_are_made_from_the_hour_on_working_days(app: Flask, at: datetime, made: int) -> None:
    late_family()
    put_in_outbox()
    with clock.at(at):
        assert make_digests() == made


def test_what_comes_after_the_days_mail_goes_with_the_next(app: Flask) -> None:
    late_family()
    filled()
    late_family(name="Okafor")
    assert filled() == 0
    with mail_server() as box:
        send_waiting(settings(box.port))
        assert all("1 late" in mail["Subject"] for mail in box.mails) and len(box.mails) == 3
        with clock.at(datetime(2026, 11, 23, 7, 0, tzinfo=UTC)):
            assert filled() == 3
            send_waiting(settings(box.port))
    assert len(box.mails) == 6 and all("1 late" in mail["Subject"] for mail in box.mails)


@pytest.mark.parametrize(
    ("choice", "warned", "late"),
    [("daily", True, True), ("late", False, True), ("statutory", False, True)],
)
def test_a_person_chooses_when(app: Flask, choice: str, warned: bool, late: bool) -> None:
    with transaction():
        choose_mail(someone("north.worker"), mail=choice)
    late_family()
    mine = someone("north.worker").user_id
    db.session.rollback()

    def is_mailed() -> bool:
        found = db.session.scalar(sa.select(Digest.id).where(Digest.user_id == mine, Digest.on_day == clock.today()))
        db.session.rollback()
        return found is not None

    with clock.at(datetime(2026, 11, 18, 8, 0, tzinfo=UTC)):
        filled()
        assert is_mailed() == warned
    filled()
    assert is_mailed() == late


def test_local_lateness_is_not_for_those_who_want_only_what_the_law_sets(app: Flask) -> None:
    """Naming a worker is our own time limit: one working day from Wednesday is Thursday."""
    with clock.at(datetime(2026, 11, 18, 9, 0, tzinfo=UTC)), transaction():
        a_case(received_at=clock.now())
        choose_mail(someone("north.manager"), mail="statutory")
        choose_mail(someone("head"), mail="late")
    filled()
    with mail_server() as box:
        send_waiting(settings(box.port))
    assert box.to == ["head@demo.example"]


def test_what_is_done_or_kept_from_somebody_by_then_is_not_mailed(app: Flask) -> None:
    done, barred, stays = late_family(), late_family(name="Okafor"), late_family(name="Hill")
    with clock.at(datetime(2026, 11, 19, 7, 30, tzinfo=UTC)), mail_server() as box:
        put_in_outbox()
        with transaction():
            an_authorised_assessment(done)
        make_digests()
        with transaction():
            bar(f"user:{someone('north.worker').user_id}", subject_id=barred.case_id, reason="knows_them")
        send_waiting(settings(box.port))

    assert (box.to, box.mails[0]["Subject"]) == (["north.worker@demo.example"], "Reminders: 1 due today")
    text = box.mails[0].get_content()
    assert stays.reference in text and barred.reference not in text and done.reference not in text


def test_what_was_read_by_then_is_not_mailed_nor_to_whom_may_not_sign_in(app: Flask) -> None:
    late_family()
    put_in_outbox()
    with transaction():
        mark_read(someone("head"), up_to=10_000)
    make_digests()
    with transaction():
        disable_user(someone("admin"), someone("north.manager").user_id)

    with mail_server() as box:
        send_waiting(settings(box.port))

    assert box.to == ["north.worker@demo.example"]


# ---------------------------------------------------------------- failure: later again, never lost, never twice


def test_without_an_answer_all_wait_and_go_later(app: Flask) -> None:
    late_family()
    filled()
    with mail_server() as gone:
        port = gone.port
    assert send_waiting(settings(port)) == (0, 1)
    assert send_waiting(settings(port)) == (0, 0), "all wait, none is tried in vain"
    assert states() == ["waiting"] * 3

    with clock.at(LATE_ON + timedelta(minutes=2)), mail_server() as box:
        assert send_waiting(settings(box.port)) == (3, 0)
    assert sorted(box.to) == sorted(TOLD)


def test_tries_grow_further_apart_up_to_an_hour() -> None:
    waits = [(next_try(LATE_ON, tries) - LATE_ON).total_seconds() / 60 for tries in range(1, 10)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_refused_address_stands_with_the_administrator_and_holds_up_nobody(app: Flask) -> None:
    late_family()
    filled()
    with mail_server(refuse={"head@demo.example": "550 unknown"}) as box:
        assert send_waiting(settings(box.port)) == (2, 1)
        assert send_waiting(settings(box.port)) == (0, 0)
    assert sorted(states()) == ["failed", "sent", "sent"]
    # What could not go stands in the next one.
    with clock.at(datetime(2026, 11, 23, 7, 0, tzinfo=UTC)), mail_server() as box:
        assert filled() == 1
        send_waiting(settings(box.port))
    assert box.to == ["head@demo.example"]


@pytest.mark.parametrize("address", ["märgäret@demo.example", "two\nlines@demo.example", ""])
def test_an_address_that_no_mail_can_have_ends_the_round_for_nobody_else(app: Flask, address: str) -> None:
    late_family()
    filled()
    with transaction():
        mine = sa.update(User).where(User.id == someone("head").user_id)
        db.session.execute(mine.values(email=address))
    with mail_server() as box:
        assert send_waiting(settings(box.port, sender="Holdfast <holdfast@council.example>")) == (2, 1)
        assert send_waiting(settings(box.port)) == (0, 0)
    assert sorted(states()) == ["failed", "sent", "sent"]
    assert box.mails[0]["From"] == "Holdfast <holdfast@council.example>"


def test_an_address_that_is_refused_for_now_is_tried_again(app: Flask) -> None:
    late_family()
    filled()
    with mail_server(refuse={"head@demo.example": "451 later"}) as box:
        send_waiting(settings(box.port))
    assert sorted(states()) == ["sent", "sent", "waiting"]
    with clock.at(LATE_ON + timedelta(minutes=2)), mail_server() as box:
        assert send_waiting(settings(box.port)) == (1, 0)


def test_a_server_that_hangs_up_after_the_text_is_not_given_it_again(app: Flask) -> None:
    late_family()
    filled()
    with mail_server(at_text=lambda: DROP) as box:
        send_waiting(settings(box.port))
        with clock.at(LATE_ON + timedelta(hours=2)):
            send_waiting(settings(box.port))
    assert sorted(box.to) == sorted(TOLD)
    assert states() == ["unknown"] * 3


def test_an_administrator_lets_it_go_again_under_the_same_number(app: Flask) -> None:
    late_family()
    filled()
    with mail_server(at_text=lambda: DROP) as first:
        send_waiting(settings(first.port))
    with transaction():
        let_go_again(someone("admin"), digest_id=db.session.scalars(sa.select(sa.func.min(Digest.id))).one())
    with mail_server() as again:
        assert send_waiting(settings(again.port)) == (1, 0)
    assert again.mails[0]["Message-ID"] in {mail["Message-ID"] for mail in first.mails}
    assert len({mail["Message-ID"] for mail in first.mails}) == 3


def test_days_without_a_mail_server_end_in_one_mail_not_in_many(app: Flask) -> None:
    """As in the demo, and as after a long failure."""
    late_family()
    for day in (20, 23, 24, 25):
        with clock.at(datetime(2026, 11, day, 7, 0, tzinfo=UTC)):
            filled()
    with clock.at(datetime(2026, 11, 25, 8, 0, tzinfo=UTC)), mail_server() as box:
        send_waiting(settings(box.port))
    assert sorted(box.to) == sorted(TOLD)


def test_by_starttls_or_not_at_all(app: Flask, tmp_path: Path) -> None:
    late_family()
    filled()
    tls, trusted = certificate(tmp_path, "localhost")
    with mail_server() as plain:
        send_waiting(settings(plain.port, security="starttls"))
    assert plain.texts == [], "what offers no encryption gets nothing"
    with clock.at(LATE_ON + timedelta(hours=1)), mail_server(tls=tls) as unknown:
        send_waiting(settings(unknown.port, security="starttls"))
    assert unknown.texts == [], "nor does one that nobody vouches for"
    with clock.at(LATE_ON + timedelta(hours=2)), mail_server(tls=tls) as box:
        assert send_waiting(settings(box.port, security="starttls", ca_file=trusted)) == (3, 0)
    assert box.secured == 1


# ---------------------------------------------------------------- real processes


def sweep(url: str, box: MailServer) -> subprocess.Popen[str]:
    """`flask --app wsgi sweep --once` on this database, with that mail server."""
    env = os.environ | {
        "DATABASE_URL": url,
        "CASEAPP_ENV": "demo",
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(box.port),
        "SMTP_SECURITY": "none",
        "MAIL_FROM": "holdfast@council.example",
        "SERVICE_URL": "https://holdfast.council.example",
    }
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "sweep", "--once"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes)  # type: ignore[call-overload, no-any-return]


def fill(app: Flask, families: int) -> int:
    """Late families of ten workers; gives how many people are to be told."""
    workers = ("north.worker", "marta.wilk")
    with app.app_context():
        for number in range(families):
            with clock.at(RECEIVED), transaction():
                a_case(name=f"Name{number}", worker=workers[number % 2], received_at=RECEIVED)
            with clock.at(RECEIVED), transaction():
                a_case(name=f"Other{number}", team="central", worker="central.worker", received_at=RECEIVED)
        made = filled()
        # The processes go by the real clock: whatever hour that is, today's e-mails are made.
        with transaction():
            today = datetime.fromtimestamp(time.time(), clock.LONDON).date()
            db.session.merge(DigestRound(on_day=today, made_at=clock.now()))
        return made


def test_two_sweeps_at_once_tell_each_person_once(bare_app: Flask, database_url: str) -> None:
    people = fill(bare_app, 4)
    with mail_server() as box:
        both = [sweep(database_url, box) for _ in range(2)]
        for process in both:
            assert process.wait(timeout=60) == 0, process.communicate()
            process.communicate()
    assert people == 6 and len(box.to) == 6 and len(set(box.to)) == 6


@pytest.mark.once("postgresql")
def test_a_sweep_killed_before_the_text_is_done_by_the_next(bare_app: Flask, database_url: str) -> None:
    people = fill(bare_app, 1)
    victim: list[subprocess.Popen[str]] = []

    def kill() -> None:
        victim[0].send_signal(signal.SIGKILL)
        victim[0].wait()

    with mail_server(at_rcpt=kill) as box:
        victim.append(sweep(database_url, box))
        assert victim[0].wait(timeout=60) == -signal.SIGKILL
        victim[0].communicate()
        assert box.texts == []
    run_out(bare_app)
    with mail_server() as box:
        finish(sweep(database_url, box))
    assert len(box.to) == len(set(box.to)) == people


@pytest.mark.once("postgresql")
def test_a_sweep_killed_while_the_text_goes_tells_nobody_twice(bare_app: Flask, database_url: str) -> None:
    people = fill(bare_app, 1)
    victim: list[subprocess.Popen[str]] = []

    def kill() -> None:
        if len(box.texts) == 1:
            victim[0].send_signal(signal.SIGKILL)
            victim[0].wait()

    with mail_server(at_text=kill) as box:
        victim.append(sweep(database_url, box))
        assert victim[0].wait(timeout=60) == -signal.SIGKILL
        victim[0].communicate()
        run_out(bare_app)
        finish(sweep(database_url, box))
        finish(sweep(database_url, box))
    assert len(box.to) == len(set(box.to)) == people
    with bare_app.app_context():
        assert sorted(states()) == ["sent"] * (people - 1) + ["unknown"]


def run_out(app: Flask) -> None:
    """Ten minutes later: claims have run out."""
    with app.app_context(), transaction():
        db.session.execute(sa.update(Digest).where(Digest.claim.is_not(None)).values(claimed_until=RECEIVED))


def finish(process: subprocess.Popen[str]) -> None:
    said = process.communicate(timeout=60)
    assert process.returncode == 0, said


@pytest.mark.once("postgresql")
# Each is a real mail server and a borough of its own, two seconds on PostgreSQL: 40 of them are enough for a night.
@examples(max_examples=min(40, examples().max_examples))
@given(steps=st.lists(st.sampled_from(("put", "make", "send", "drop", "refuse", "later")), min_size=3, max_size=12))
def test_in_whatever_order_a_thing_is_told_once(steps: list[str], bare_app: Flask) -> None:
    """Rounds of any kind in any order on a Friday, and good ones on Monday: each person gets each thing in one mail,
    never in two."""
    now = LATE_ON
    with bare_app.app_context(), mail_server() as box:
        wipe()
        late_family(name="Any")
        for step in steps:
            now += timedelta(hours=1) if step == "later" else timedelta(seconds=1)
            with clock.at(now):
                take(step, box)
        with clock.at(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)):
            for step in ("put", "make", "send", "send"):
                take(step, box)
        assert sorted(box.to) == sorted(TOLD)
        assert set(states()) <= {"sent", "unknown", "replaced"}
        wipe()


def take(step: str, box: MailServer) -> None:
    """One round: what is due into the outbox, the day's mails, or sending to a server that takes the text, hangs up
    with it, or refuses it."""
    if step == "put":
        put_in_outbox()
    elif step == "make":
        make_digests()
    elif step != "later":
        box.at_text = {"drop": lambda: DROP, "refuse": lambda: "451 later"}.get(step, lambda: None)
        before = len(box.texts)
        send_waiting(settings(box.port))
        if step == "refuse":
            del box.texts[before:]


def wipe() -> None:
    """Nothing is told yet, and no child has a clock: what each example begins with."""
    with transaction():
        for table in (Reminder, Digest, DigestRound):
            db.session.execute(sa.delete(table))
        db.session.execute(sa.text("UPDATE clock SET stopped_at = anchor_at WHERE stopped_at IS NULL"))


# ---------------------------------------------------------------- pages


def test_my_page_shows_what_i_was_told_until_i_have_read_it(bare_app: Flask) -> None:
    with bare_app.app_context():
        family = late_family()
        filled()
    client = sign_in(bare_app, "north.worker")
    page = client.get("/notifications/").text
    assert "Assessment complete" in page and f"/cases/{family.reference}" in page and "Not read</a>" not in page
    assert "Marsden" not in page
    with bare_app.app_context():
        one = db.session.scalar(sa.select(Reminder.id).where(Reminder.user_id == someone("north.worker").user_id))
        others = db.session.scalar(sa.select(Reminder.id).where(Reminder.user_id == someone("north.manager").user_id))
    client.post("/notifications/read", data={"one": others})
    client.post("/notifications/read", data={"one": one})
    assert "You have read all your reminders" in client.get("/notifications/").text
    assert "Assessment complete" in client.get("/notifications/?show=all").text
    assert "Assessment complete" in sign_in(bare_app, "north.manager").get("/notifications/").text


def test_the_page_costs_the_same_for_one_and_for_fifty(bare_app: Flask) -> None:
    with bare_app.app_context():
        late_family()
        filled()
    client = sign_in(bare_app, "north.worker")

    def cost() -> int:
        with count_statements(bare_app) as statements:
            assert client.get("/notifications/").status_code == 200
        return len(statements)

    cost()
    one = cost()
    with bare_app.app_context():
        for number in range(14):
            late_family(name=f"Many{number}", children=4)
        filled()
    assert cost() == one <= 8
    page = client.get("/notifications/")
    assert page.text.count("Assessment complete") >= 50 and "Show earlier ones" in page.text


def test_the_administrators_outbox_shows_what_would_go_and_no_child(bare_app: Flask) -> None:
    with bare_app.app_context():
        family = late_family()
        filled()
        number = db.session.scalars(sa.select(sa.func.min(Digest.id))).one()
    client = sign_in(bare_app, "admin")
    with count_statements(bare_app) as statements:
        page = client.get("/notifications/outbox").text
    assert "nothing is sent" in page and "north.worker@demo.example" in page and len(statements) <= 8
    text = client.get(f"/notifications/outbox/{number}").text
    assert family.reference in text and "Reminders on" not in text and "Marsden" not in text and "Ellie" not in text
    assert client.post(f"/notifications/outbox/{number}/again").status_code == 409
    assert client.get("/notifications/outbox/999999").status_code == 404


@pytest.mark.parametrize("before", ["-1", "x", "9" * 30, "1e3", "", "0"])
def test_odd_addresses_are_pages_too(bare_app: Flask, before: str) -> None:
    assert sign_in(bare_app, "north.worker").get(f"/notifications/?before={before}").status_code == 200
    assert sign_in(bare_app, "admin").get(f"/notifications/outbox?before={before}").status_code == 200


def test_a_choice_that_is_none_changes_nothing(bare_app: Flask) -> None:
    client = sign_in(bare_app, "north.worker")
    answer = client.post("/notifications/settings", data={"mail": "hourly"})
    assert answer.status_code == 422 and "There is a problem" in answer.text
    assert client.post("/notifications/settings", data={"mail": "late"}).status_code == 303
    assert 'value="late" checked' in client.get("/notifications/settings").text
