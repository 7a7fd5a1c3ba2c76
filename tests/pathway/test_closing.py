"""Closing a case: what stands in the way, what ends, how long it is kept; and undoing a mistake."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.domain import Actor
from caseapp.cases.commands import acknowledge_task, answer_correction, ask_correction, make_task, reopen_case
from caseapp.cases.domain import keep_until
from caseapp.cases.models import Case, Custody, Episode, Involvement
from caseapp.cases.queries import list_chronology, list_my_children, told_of
from caseapp.deadlines.queries import clocks_of
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.night.commands import Alert, leave_alert
from caseapp.pathway.commands import close_family_cases
from caseapp.pathway.queries.closing import get_closed, list_closed, list_closing_events
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    everyone_told,
    propose_step_down,
    someone,
    start_an_assessment,
)
from tests.helpers.statements import count_statements

Who = Callable[[str], Actor]
TOLD = "The home is safe. Kirsty was told on Thursday, school and health visitor by letter."


def close(family: AFamily, *, who: str = "north.manager", reason: str = "RC8", words: str = TOLD) -> None:
    close_family_cases(
        someone(who),
        case_id=family.case_id,
        versions=family.versions,
        reason=reason,
        words=words,
        told=everyone_told(family),
        settled=True,
    )


def running(family: AFamily) -> dict[str, int]:
    """How many teams, workers, episodes and clocks run for the eldest child."""
    counts = {
        table.__tablename__: db.session.scalar(
            sa.select(sa.func.count()).select_from(table).where(table.case_id == family.case_id, open_end.is_(None))
        )
        for table, open_end in (
            (Custody, Custody.to_at),
            (Involvement, Involvement.to_at),
            (Episode, Episode.closed_on),
        )
    }
    return {**counts, "clocks": len(clocks_of([family.case_id]).get(family.case_id, []))}


@pytest.fixture
def assessed(app: Flask, friday: datetime) -> AFamily:
    """Two children in North whose assessment found that no more help is needed."""
    family = a_case(children=2, worker="north.worker")
    an_authorised_assessment(family)
    return family


def test_closing_ends_everything_and_reopening_a_mistake_brings_it_back(assessed: AFamily, actor: Who) -> None:
    before = running(assessed)
    assert before == {"custody": 1, "involvement": 1, "episode": 1, "clocks": before["clocks"]}
    close(assessed)
    assert running(assessed) == {"custody": 0, "involvement": 0, "episode": 0, "clocks": 0}
    closed = get_closed(assessed.case_id)
    assert (closed.by, closed.team, closed.words) == ("Ruth Hallam", "North locality", TOLD)
    # Ellie was born on 9 March 2017: 25th birthday.
    assert closed.keep_until == date(2042, 3, 9)
    assert [row.reference for row in list_closed(actor("north.worker"))[0]] == assessed.references[::-1]
    assert list_my_children(actor("north.worker")).cases == ()
    assert list_closed(actor("central.manager")) == ([], None)
    reopen_case(actor("north.manager"), case_id=assessed.case_id, words="Meant another family")
    assert running(assessed) == before
    assert [case.id for case in list_my_children(actor("north.worker")).cases] == [assessed.case_id]
    with pytest.raises(NotFound):
        get_closed(assessed.case_id)


def test_what_stands_in_the_way_is_said(app: Flask, friday: datetime, actor: Who) -> None:
    unassessed = a_case(name="Brook", worker="north.worker")
    with pytest.raises(OutOfOrder, match="there is none"):
        close(unassessed, reason="RC7")
    start_an_assessment(unassessed)
    with pytest.raises(OutOfOrder, match="An assessment is being written"):
        close(unassessed, reason="RC7")
    moving = a_case(name="Hill", worker="north.worker")
    an_authorised_assessment(moving)
    propose_step_down(moving)
    with pytest.raises(OutOfOrder, match="A handover is open"):
        close(moving)
    unread = a_case(name="Shaw", level="child_in_need", worker="north.worker")
    task_id = make_task(case_id=unread.case_id, kind="referral_added_to", about_id=unread.referral_id)
    with pytest.raises(OutOfOrder, match="has not been read"):
        close(unread, reason="RC7")
    acknowledge_task(actor("north.worker"), task_id=task_id, case_id=unread.case_id)
    with pytest.raises(Invalid, match="assessed"):
        close(unread)
    close(unread, reason="RC7")


@pytest.mark.parametrize(
    ("level", "episode", "reason", "fits"),
    [
        ("child_in_need", "child_in_need", "RC7", True),
        ("child_in_need", "child_in_need", "RC1", True),
        # Only an accepted step-down closes with RC9.
        ("child_in_need", "child_in_need", "RC9", False),
        ("child_in_need", "child_in_need", "FH1", False),
        ("focused_family_help", "family_help", "FH1", True),
        ("focused_family_help", "family_help", "RC7", False),
    ],
)
def test_the_reason_fits_the_help_that_ends(
    app: Flask, friday: datetime, level: str, episode: str, reason: str, fits: bool
) -> None:
    helped = "family_help" in level
    family = a_case(level=level, episode_kind=episode, team="fh_north" if helped else "north")
    who = "familyhelp.north" if helped else "north.manager"
    if fits:
        close(family, who=who, reason=reason)
        codes = db.session.scalars(sa.select(Episode.closure_code).where(Episode.case_id == family.case_id)).all()
        assert codes == [reason]
    else:
        with pytest.raises(Invalid):
            close(family, who=who, reason=reason)


def test_what_the_family_says_is_wrong_and_an_alert_stand_in_the_way(assessed: AFamily) -> None:
    leah, ruth = someone("north.worker"), someone("north.manager")
    entry = next(row.id for row in list_chronology(leah, [assessed.case_id]))
    ask_correction(
        leah,
        case_id=assessed.case_id,
        event_id=entry,
        said_by="Kirsty",
        words="Not so.",
        asked_on=clock.today(),
        once_key="k",
    )
    with pytest.raises(OutOfOrder, match="something is wrong, and waits"):
        close(assessed)
    answer_correction(ruth, case_id=assessed.case_id, correction_id=1, answer="put_right", words="We wrote it anew.")
    alert = Alert("He may come", "Ring the police", "01709 555010", clock.now() + timedelta(hours=5))
    leave_alert(leah, case_ids=[assessed.case_id], alert=alert, once_key="a")
    with pytest.raises(OutOfOrder, match="An alert for the night runs"):
        close(assessed)


def test_nobody_is_left_untold_and_what_ends_has_been_seen(assessed: AFamily) -> None:
    told = everyone_told(assessed)
    sends: dict[str, Any] = {
        "case_id": assessed.case_id,
        "versions": assessed.versions,
        "reason": "RC8",
        "words": TOLD,
    }
    with pytest.raises(Invalid, match="Ellie Marsden, Jake Marsden, Kirsty Marsden"):
        close_family_cases(someone("north.manager"), **sends, told=[], settled=True)
    with pytest.raises(Invalid, match="seen what ends"):
        close_family_cases(someone("north.manager"), **sends, told=told)
    close_family_cases(someone("north.manager"), **sends, told=told, settled=True)
    rows = told_of(list_closing_events(assessed.case_ids).values())
    # Each child of its own closing, the mother of both.
    assert [[row.name for row in of_one] for of_one in rows.values()] == [
        ["Ellie Marsden", "Kirsty Marsden"],
        ["Jake Marsden", "Kirsty Marsden"],
    ]


def test_the_second_of_two_is_told_and_no_words_close_nothing(assessed: AFamily) -> None:
    seen = assessed.versions
    with pytest.raises(Invalid):
        close(assessed, words=" ")
    assert db.session.scalar(sa.select(sa.func.count()).where(Case.closed_at.is_not(None))) == 0
    stale = {number: version - 1 for number, version in seen.items()}
    with pytest.raises(Conflict):
        close_family_cases(
            someone("north.manager"),
            case_id=assessed.case_id,
            versions=stale,
            reason="RC8",
            words=TOLD,
            told=everyone_told(assessed),
            settled=True,
        )


def test_a_child_with_a_new_case_is_not_reopened(assessed: AFamily) -> None:
    close(assessed)
    again = a_case(name="Marsden")
    db.session.execute(sa.update(Case).where(Case.id == again.case_id).values(person_id=assessed.person_ids[0]))
    with pytest.raises(OutOfOrder, match="another open case"):
        reopen_case(someone("north.manager"), case_id=assessed.case_id, words="Too early")


@pytest.mark.parametrize(
    ("episodes", "born", "closed", "until"),
    [
        # Care Planning Regulations 2010, regulation 50: the 75th birthday.
        ({"looked_after", "child_in_need"}, date(2017, 3, 9), date(2026, 11, 20), date(2092, 3, 9)),
        ({"child_in_need"}, date(2017, 3, 9), date(2026, 11, 20), date(2042, 3, 9)),
        ({"family_help"}, date(2017, 3, 9), date(2026, 11, 20), date(2032, 11, 20)),
        # Nearly grown up: the longer of the two.
        ({"child_in_need", "family_help"}, date(2002, 1, 1), date(2026, 11, 20), date(2032, 11, 20)),
        # Nobody knows when the child was born: counted from the closing, too long rather than too short.
        ({"child_in_need"}, None, date(2026, 11, 20), date(2051, 11, 20)),
        ({"child_in_need"}, date(2016, 2, 29), date(2026, 11, 20), date(2041, 3, 1)),
    ],
)
def test_how_long_a_closed_record_is_kept(episodes: set[str], born: date | None, closed: date, until: date) -> None:
    assert keep_until(episodes, born, closed)[0] == until


@pytest.mark.once("sqlite")
def test_the_pages(bare_app: Flask, browser: Callable[[str], FlaskClient]) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(children=2, worker="north.worker")
        an_authorised_assessment(family)
    ruth = browser("north.manager")
    page = ruth.get(f"/pathway/close/{family.reference}").get_data(as_text=True)
    seen = page.split('name="seen" value="')[1].split('"')[0]
    sends = {"seen": seen, "children": family.references[1], "reason": "RC8", "words": TOLD, "settled": "yes"}
    assert "What ends with it" in page and "Kirsty Marsden" in page
    nobody = ruth.post(f"/pathway/close/{family.reference}", data=sends)
    assert nobody.status_code == 422 and "Say how they were told, or why not: Ellie Marsden" in nobody.text
    for key in re.findall(r'name="([pa]\d+)-how"', page):
        sends |= {f"{key}-how": "how:in_person", f"{key}-told_by": "Leah Dawson"}
        sends |= {f"{key}-told_on-{part}": f"{getattr(clock.today(), part)}" for part in ("day", "month", "year")}
    unseen = ruth.post(f"/pathway/close/{family.reference}", data={**sends, "settled": ""})
    assert unseen.status_code == 422 and "Say that you have seen what ends" in unseen.text
    assert ruth.post(f"/pathway/close/{family.reference}", data={**sends, "words": ""}).status_code == 422
    assert ruth.post(f"/pathway/close/{family.reference}", data={**sends, "seen": "garbage"}).status_code == 422
    assert ruth.post(f"/pathway/close/{family.reference}", data=sends).status_code == 303
    # Twice is once: the case is closed, so there is nothing to close.
    assert ruth.post(f"/pathway/close/{family.reference}", data=sends).status_code == 404
    assert ruth.get(f"/cases/{family.reference}").headers["Location"].endswith(f"/pathway/closed/{family.reference}")
    with count_statements(bare_app) as made:
        closed = ruth.get("/pathway/closed").get_data(as_text=True)
    assert "Ellie" in closed and "Jake" in closed and len(made) <= 8
    assert "9 Mar 2042" in closed
    page = ruth.get(f"/pathway/closed/{family.reference}").get_data(as_text=True)
    assert re.search(r"<bdi>Kirsty Marsden</bdi>: in person, .*, by Leah Dawson", page)
    assert browser("central.manager").get(f"/pathway/closed/{family.reference}").status_code == 404
    assert ruth.post(f"/pathway/closed/{family.reference}/reopen", data={"words": ""}).status_code == 422
    assert ruth.post(f"/pathway/closed/{family.reference}/reopen", data={"words": "Mistake"}).status_code == 303
    assert ruth.get(f"/cases/{family.reference}").status_code == 200
