"""The pages of a handover as a browser meets them."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.access.commands import bar
from caseapp.accounts.models import User
from caseapp.cases.commands import move_custody, write_note
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.subjects import Subject
from caseapp.pathway import commands
from tests.factories import (
    AFamily,
    a_case,
    an_authorised_assessment,
    meet_the_family,
    propose_step_down,
    someone,
    team_id,
)
from tests.helpers.statements import count_statements

Browser = Callable[[str], FlaskClient]


@contextmanager
def _work(app: Flask) -> Iterator[None]:
    with app.app_context(), transaction():
        yield


@pytest.fixture
def family(bare_app: Flask, friday: datetime) -> AFamily:
    """Two children in North with Leah Dawson, assessed."""
    with _work(bare_app):
        found = a_case(children=2, worker="north.worker")
        an_authorised_assessment(found)
        return found


def _proposed(app: Flask, family: AFamily, *, agreed: bool = False, **changes: Any) -> str:
    """The address of a handover of the family."""
    with _work(app):
        number = propose_step_down(family, **changes)
        if agreed:
            commands.agree_handover(someone("north.manager"), handover_id=number)
        subject = db.session.get(Subject, number)
        assert subject is not None
        return f"/pathway/{subject.reference}"


def _form(app: Flask, **changes: Any) -> dict[str, Any]:
    with app.app_context():
        team, lead = team_id("fh_north"), someone("familyhelp.worker").professional_id
    return {
        "who": "all",
        "to_team": str(team),
        "level": "focused_family_help",
        "actions": "Mornings: done, school says so since half term.",
        "reasons": "Home is warm again.",
        "what_works": "The aunt.",
        "worry_again": "Missed mornings.",
        "child_voice": "Ellie: it is quiet now.",
        "consent": "agreed",
        "consent_by": "Kirsty Marsden, mother",
        "consent_on-day": "18",
        "consent_on-month": "11",
        "consent_on-year": "2026",
        "consent_how": "in_person",
        "lead": str(lead),
        **changes,
    }


def test_the_whole_way_in_a_browser(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    leah, ruth, sheila = browser("north.worker"), browser("north.manager"), browser("familyhelp.north")
    empty = leah.get(f"/pathway/step-down/{family.reference}").text
    assert "Ellie and Jake go together" in empty and "checked" not in empty
    # The team of the same place is offered first.
    assert empty.index("Family help, North") < empty.index("Family help, Central")
    made = leah.post(f"/pathway/step-down/{family.reference}", data=_form(bare_app))
    assert made.status_code == 303
    url = made.headers["Location"]
    assert leah.post(f"/pathway/step-down/{family.reference}", data=_form(bare_app)).headers["Location"] == url
    # On the panel she reads it; nothing is asked of her before Ruth has agreed.
    assert "Your answer" not in sheila.get(url).text
    for person in (leah, ruth):
        assert "North locality</strong>until Family help, North accepts" in person.get(url).text
    assert "Do you agree?" in ruth.get(url).text and "Do you agree?" not in leah.get(url).text
    assert ruth.post(f"{url}/agree", data={"answer": "agree"}).status_code == 303
    asked = sheila.get(url).text
    for words in (
        "Your answer",
        "Accept, with Donna Price leading",
        "Holds it now",
        "Home is warm again.",
        "Ellie: it is quiet now.",
        "Kirsty Marsden, mother",
        "No gap: 0 days, 1 step, one team at every moment.",
        "Tue 24 Nov 2026",
        "Assessment authorised",
    ):
        assert words in asked
    # Neither the record nor the assessment opens before they accept.
    assert "/assessments/A-" not in asked and "checked" not in asked
    assert "Handover" in leah.get(f"/cases/{family.reference}").text
    assert sheila.get(f"/cases/{family.reference}").status_code == 404
    assert sheila.post(f"{url}/answer", data={"answer": "accept", "words": "Welcome."}).status_code == 303
    assert sheila.get(f"/cases/{family.reference}").status_code == 200
    assert "/assessments/A-" in sheila.get(url).text
    assert ruth.get(f"/cases/{family.reference}").status_code == 404
    # The worker who works on with the family still opens its assessment; their manager does not.
    assert "/assessments/A-" in leah.get(url).text and "/assessments/A-" not in ruth.get(url).text
    assert "the rest opens when you accept" in asked and "the rest opens" not in sheila.get(url).text
    yours, theirs = "Accepted: your part is still open", "Accepted: the sending team’s part is still open"
    assert yours in leah.get("/pathway/").text and theirs in sheila.get("/pathway/").text
    assert yours not in sheila.get("/pathway/").text and "0 on their way" in leah.get("/pathway/").text
    # Who gave the family up no longer reads its record through the handover.
    assert "with the team that holds the family" in ruth.get(url).text and 'class="log"' not in ruth.get(url).text
    assert 'class="log"' in sheila.get(url).text
    assert leah.get(f"/cases/{family.reference}").status_code == 200
    assert "Close our part" in leah.get(url).text and "Close our part" not in sheila.get(url).text
    assert "Write down first the joint meeting" in leah.post(f"{url}/close").text
    met = {
        **{f"happened_on-{part}": value for part, value in (("day", "20"), ("month", "11"), ("year", "2026"))},
        "people": "Kirsty, Ellie, Donna, Leah",
        "words": "Kirsty: I told it once, that is good.",
    }
    assert leah.post(f"{url}/meeting", data={**met, "words": ""}).status_code == 422
    assert leah.post(f"{url}/meeting", data=met).status_code == 303
    assert "I told it once" in sheila.get(url).text
    assert leah.post(f"{url}/close").status_code == 303
    assert leah.get(f"/cases/{family.reference}").status_code == 404
    assert yours not in leah.get("/pathway/").text
    assert browser("familyhelp.worker").get(url).status_code == 200


def test_the_receiver_chooses_anew_for_a_lead_who_left(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url = _proposed(bare_app, family, agreed=True)
    with _work(bare_app):
        off = sa.update(User).where(User.id == someone("familyhelp.worker").user_id)
        db.session.execute(off.values(disabled_at=clock.now()))
        lead = someone("familyhelp.north").professional_id
    sheila = browser("familyhelp.north")
    page = sheila.get(url).text
    assert "Donna Price, who was named, can’t lead any more" in page and "with Donna Price leading" not in page
    unchosen = sheila.post(f"{url}/answer", data={"answer": "accept", "words": "Welcome."})
    assert unchosen.status_code == 422 and "Choose who leads" in unchosen.text and "Welcome." in unchosen.text
    assert sheila.post(f"{url}/answer", data={"answer": "accept", "lead": str(lead)}).status_code == 303


def test_returned_shows_its_words_and_the_next_one_says_so(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url = _proposed(bare_app, family, agreed=True)
    sheila, leah = browser("familyhelp.north"), browser("north.worker")
    nothing = sheila.post(f"{url}/answer", data={"words": "kept text"})
    assert (
        nothing.status_code == 422
        and "Choose whether you accept or return it" in nothing.text
        and "kept text" in nothing.text
    )
    wordless = sheila.post(f"{url}/answer", data={"answer": "return"})
    assert wordless.status_code == 422 and "Say what is missing" in wordless.text
    assert sheila.post(f"{url}/answer", data={"answer": "return", "words": "Jake’s weight?"}).status_code == 303
    assert "Jake’s weight?" in leah.get(url).text
    assert 'class="log"' in leah.get(url).text and 'class="log"' not in sheila.get(url).text
    assert "Propose a step-down" in leah.get(f"/cases/{family.reference}").text
    again = _proposed(bare_app, family)
    assert again != url
    assert "Returned once, Fri 20 Nov 2026: “<bdi>Jake’s weight?</bdi>”" in leah.get(again).text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"consent": "refused"}, "Family help needs the family&#39;s consent"),
        ({"consent": "not_asked", "reasons": ""}, "Family help needs the family&#39;s consent"),
        ({"consent_by": ""}, "Say who agreed"),
        ({"consent_on-year": "2027"}, "is in the future"),
        ({"consent_on-day": "31"}, "does not exist"),
        ({"who": "some", "children": []}, "Choose the children who go"),
        ({"who": "some", "children": "ALL"}, "You chose all of them"),
        ({"who": ""}, "Choose whether all of them go"),
        ({"to_team": ""}, "Choose the team"),
        ({"to_team": "999999"}, "Choose from the answers shown"),
        ({"lead": ""}, "Choose the lead practitioner by name"),
        ({"lead": "somebody_else"}, "Write the lead practitioner’s name"),
        ({"child_voice": "  "}, "Write what the child says"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_nothing_is_lost(
    browser: Browser, bare_app: Flask, family: AFamily, changes: dict[str, Any], said: str
) -> None:
    if changes.get("children") == "ALL":
        changes = {**changes, "children": family.references, "split_reason": "x"}
    answer = browser("north.worker").post(
        f"/pathway/step-down/{family.reference}", data=_form(bare_app, what_works="Gran 😀 <b>", **changes)
    )
    assert answer.status_code == 422 and said in answer.text
    assert "Gran 😀 &lt;b&gt;" in answer.text
    assert "0 on their way" in browser("north.worker").get("/pathway/").text


def test_a_lead_from_a_school_by_name(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    with bare_app.app_context():
        school = someone("school").agency_id
    form = _form(
        bare_app, lead="somebody_else", new_lead_name="Pat Moore", new_lead_title="Pastoral lead",
        new_lead_agency=str(school), new_lead_phone="01632 960114",
    )  # fmt: skip
    made = browser("north.worker").post(f"/pathway/step-down/{family.reference}", data=form)
    assert (
        "Pastoral lead, Wath Primary School, 01632 960114" in browser("north.worker").get(made.headers["Location"]).text
    )


def test_not_before_an_authorised_assessment(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app):
        family = a_case(worker="north.worker")
    leah = browser("north.worker")
    assert "Propose a step-down" not in leah.get(f"/cases/{family.reference}").text
    page = leah.get(f"/pathway/step-down/{family.reference}").text
    assert "An authorised assessment comes before a step-down" in page and "<textarea" not in page
    forged = leah.post(f"/pathway/step-down/{family.reference}", data=_form(bare_app))
    assert forged.status_code == 409 and "An authorised assessment comes before a step-down" in forged.text


def test_hand_made_posts_out_of_order_are_refused_in_words(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url = _proposed(bare_app, family)
    leah, ruth, sheila = browser("north.worker"), browser("north.manager"), browser("familyhelp.north")
    # She reads it on the panel, and nothing is asked of her yet.
    assert sheila.post(f"{url}/answer", data={"answer": "accept"}).status_code == 409
    early = leah.post(f"{url}/close")
    assert early.status_code == 409 and "stays accountable until the receiving team accepts" in early.text
    assert leah.post(f"{url}/agree", data={"answer": "agree"}).status_code == 403
    ruth.post(f"{url}/agree", data={"answer": "agree"})
    for stranger in (leah, ruth):
        assert stranger.post(f"{url}/answer", data={"answer": "accept"}).status_code in (403, 404)
    assert sheila.post(f"{url}/withdraw").status_code == 403
    assert leah.post(f"{url}/withdraw").status_code == 303
    gone = sheila.post(f"{url}/answer", data={"answer": "accept"})
    assert gone.status_code == 404


def test_who_proposed_can_not_agree(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url = _proposed(bare_app, family, proposer="north.manager")
    ruth = browser("north.manager")
    assert "Somebody else has to answer" in ruth.get(url).text
    refused = ruth.post(f"{url}/agree", data={"answer": "agree"})
    assert refused.status_code == 403 and "another manager has to agree" in refused.text


def test_strangers_and_made_up_references_get_the_same_answer(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    url = _proposed(bare_app, family, agreed=True)
    for login in ("central.manager", "central.worker", "familyhelp.central", "familyhelp.worker", "school", "auditor"):
        stranger = browser(login)
        for address in (
            url,
            "/pathway/H-0000-0000",
            f"/pathway/step-down/{family.reference}",
            "/pathway/step-down/nonsense",
        ):
            assert stranger.get(address).status_code == 404, (login, address)
        for act in ("agree", "answer", "withdraw", "close", "again"):
            assert stranger.post(f"{url}/{act}", data={"answer": "accept"}).status_code == 404, (login, act)
    for login, status in (("school", 403), ("auditor", 403), ("admin", 403), ("mash.worker", 200)):
        assert browser(login).get("/pathway/").status_code == status


def test_a_conflict_of_interest_with_a_child_hides_the_handover(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    with _work(bare_app):
        bar(f"user:{someone('familyhelp.north').user_id}", subject_id=family.case_ids[1], reason="her nephew")
    url = _proposed(bare_app, family, agreed=True)
    assert browser("familyhelp.north").get(url).status_code == 404
    assert "No handover waits for you" in browser("familyhelp.north").get("/pathway/").text


def test_from_the_hub_the_answer_asks_who_leads(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app):
        family = a_case(team="hub", level="focused_family_help")
        reference = commands.hand_to_family_help(
            someone("mash.manager"), family_id=family.id, case_ids=family.case_ids, from_team_id=team_id("hub"),
            to_team_id=team_id("fh_north"), reasons="Routines.", consent="agreed", consent_by="Kirsty",
            proposed_by_id=someone("mash.worker").user_id,
        )  # fmt: skip
        lead = someone("familyhelp.worker").professional_id
    sheila, url = browser("familyhelp.north"), f"/pathway/{reference}"
    with count_statements(bare_app) as statements:
        assert "Who leads the work with the family?" in sheila.get(url).text
    assert len(statements) <= 8, "\n".join(statements)
    refused = sheila.post(f"{url}/answer", data={"answer": "accept"})
    assert refused.status_code == 422 and "Choose who leads the work with the family" in refused.text
    assert sheila.post(f"{url}/answer", data={"answer": "accept", "lead": str(lead)}).status_code == 303
    assert "Donna Price" in sheila.get(url).text
    assert browser("mash.manager").get(url).status_code == 200


def test_the_hub_sends_again_what_came_back(browser: Browser, bare_app: Flask, friday: datetime) -> None:
    with _work(bare_app):
        family = a_case(team="hub", level="focused_family_help")
        reference = commands.hand_to_family_help(
            someone("mash.manager"), family_id=family.id, case_ids=family.case_ids, from_team_id=team_id("hub"),
            to_team_id=team_id("fh_north"), reasons="Routines.", consent="agreed", consent_by="Kirsty",
        )  # fmt: skip
    url, paul = f"/pathway/{reference}", browser("mash.manager")
    browser("familyhelp.north").post(f"{url}/answer", data={"answer": "return", "words": "Which school?"})
    assert "Send it again" in paul.get(url).text
    assert paul.post(f"{url}/again", data={"words": ""}).status_code == 422
    again = paul.post(f"{url}/again", data={"words": "Wath Primary."})
    assert (
        again.status_code == 303 and "Wath Primary." in browser("familyhelp.north").get(again.headers["Location"]).text
    )


def test_late_says_by_how_much(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    url = _proposed(bare_app, family, agreed=True)
    with clock.at(clock.now() + timedelta(minutes=20)):
        assert "2\N{NO-BREAK SPACE}working days left" in browser("familyhelp.north").get(url).text
    with clock.at(clock.now() + timedelta(days=6)):
        assert "Late by 2\N{NO-BREAK SPACE}working days" in browser("familyhelp.north").get(url).text


def test_the_board_says_by_how_much_an_answer_is_late(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    with _work(bare_app):
        other = a_case(name="Ward", worker="north.worker", level="child_in_need")
    first, late = _proposed(bare_app, other), _proposed(bare_app, family, agreed=True)
    with clock.at(clock.now() + timedelta(days=4)), _work(bare_app):
        numbers = sa.select(Subject.id).where(Subject.reference == first.rsplit("/", 1)[1])
        commands.agree_handover(someone("north.manager"), handover_id=db.session.scalars(numbers).one())
    with clock.at(clock.now() + timedelta(days=6)):
        board = browser("familyhelp.north").get("/desk/team").text
    assert '<span class="late">Late by 2\N{NO-BREAK SPACE}working days</span>' in board
    assert board.index("Late by") < board.index("Ward family")
    assert board.index(late.rsplit("/", 1)[1]) < board.index(first.rsplit("/", 1)[1])


def test_the_receiver_is_not_asked_to_read_what_they_sent_back(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    url = _proposed(bare_app, family, agreed=True)
    sheila, leah, question = browser("familyhelp.north"), browser("north.worker"), "came back with a question"
    sheila.post(f"{url}/answer", data={"answer": "return", "words": "Jake’s weight?"})
    assert question in leah.get("/desk/my-work").text
    again = _proposed(bare_app, family, agreed=True)
    assert question not in leah.get("/desk/my-work").text
    assert sheila.post(f"{again}/answer", data={"answer": "accept"}).status_code == 303
    assert question not in browser("familyhelp.worker").get("/desk/my-work").text


def test_a_wrong_form_for_a_step_that_is_over_says_why_it_is_over(
    browser: Browser, bare_app: Flask, family: AFamily
) -> None:
    url, nothing = _proposed(bare_app, family), {"answer": ""}
    ruth, sheila = browser("north.manager"), browser("familyhelp.north")
    wrong = ruth.post(f"{url}/agree", data=nothing)
    assert wrong.status_code == 422 and "<title>Error: Handover" in wrong.text
    ruth.post(f"{url}/agree", data={"answer": "agree"})
    over = ruth.post(f"{url}/agree", data=nothing)
    assert over.status_code == 409 and "waits for the receiving team" in over.text
    sheila.post(f"{url}/answer", data={"answer": "accept"})
    over = sheila.post(f"{url}/answer", data=nothing)
    assert over.status_code == 409 and "This handover was accepted." in over.text
    own = _proposed_by_the_manager(bare_app)
    assert ruth.post(f"{own}/agree", data=nothing).status_code == 403


def _proposed_by_the_manager(app: Flask) -> str:
    with _work(app):
        family = a_case(name="Ward", worker="north.worker", level="child_in_need")
    return _proposed(app, family, proposer="north.manager")


@pytest.mark.parametrize("rows", [1, 12])
def test_statements(browser: Browser, bare_app: Flask, friday: datetime, rows: int) -> None:
    url = ""
    for number in range(rows):
        with _work(bare_app):
            family = a_case(name=f"Ward {number}", children=3, worker="north.worker", level="child_in_need")
        url = _proposed(bare_app, family, agreed=True)
    sheila = browser("familyhelp.north")
    with count_statements(bare_app) as statements:
        assert f"{rows} wait" in sheila.get("/pathway/").text
    assert len(statements) <= 8, "\n".join(statements)
    with count_statements(bare_app) as statements:
        assert sheila.get(url).status_code == 200
    assert len(statements) <= 8, "\n".join(statements)
    with _work(bare_app):
        stays = a_case(name="Stays", children=min(rows, 3), worker="north.worker", level="child_in_need")
    leah = browser("north.worker")
    with count_statements(bare_app) as statements:
        assert "Which children?" in leah.get(f"/pathway/step-down/{stays.reference}").text
    assert len(statements) <= 8, "\n".join(statements)
    with count_statements(bare_app) as statements:
        assert browser("north.manager").get("/desk/team").status_code == 200
    assert len(statements) <= 10, "\n".join(statements)


def test_of_siblings_with_two_teams_each_reads_their_own(browser: Browser, bare_app: Flask, family: AFamily) -> None:
    """Handed over together, later parted: what is written afterwards about the one is not read through the other."""
    url = _proposed(bare_app, family, agreed=True)
    with _work(bare_app):
        number = db.session.scalars(sa.select(Subject.id).where(Subject.reference == url.rsplit("/", 1)[1])).one()
        commands.accept_handover(someone("familyhelp.north"), handover_id=number)
        meet_the_family(number)
        commands.close_sender_part(someone("north.manager"), handover_id=number)
        move_custody(
            someone("mash.manager"), case_ids=family.case_ids[1:], to_team_id=team_id("north"),
            lead_professional_id=someone("marta.wilk").professional_id, lead_role="worker", end_reason="changed",
        )  # fmt: skip
        for login, case_id, words in (
            ("marta.wilk", family.case_ids[1], "Jake is with us again."),
            ("familyhelp.worker", family.case_ids[0], "Ellie goes to the club."),
        ):
            write_note(
                someone(login), case_ids=[case_id], words=words, happened_at=clock.now(), once_key=secrets.token_hex(16)
            )
    here, there = browser("familyhelp.north").get(url).text, browser("north.manager").get(url).text
    assert "Ellie goes to the club." in here and "Jake is with us again." not in here
    assert "Jake is with us again." in there and "Ellie goes to the club." not in there
