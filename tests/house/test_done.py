"""After a button the next page says what was done: once, in plain words, and only if it was done."""

from flask import Flask

from caseapp.done import DONE
from tests.conftest import sign_in
from tests.referrals.hub_world import receive

# These say it on the page that follows, or show the very thing that was made; or they answer a script, or only open
# what is behind them.
SAY_IT_THEMSELVES = {
    *("accounts.invite", "accounts.make_link", "accounts.take_away_second_step", "accounts.lift", "accounts.use_link"),
    *("accounts.unlock", "accounts.unlock_ask", "accounts.unlock_key", "accounts.lock", "accounts.here"),
    *("accounts.change_password", "accounts.sign_out_elsewhere", "accounts.start_app", "accounts.confirm_app"),
    *("accounts.ask_key", "accounts.register_key", "accounts.make_codes", "accounts.remove", "accounts.disable"),
    *("accounts.enable", "accounts.give_place", "accounts.end_place", "accounts.confirm_people"),
    *("accounts.finish_desk_task", "accounts.take_second_step", "accounts.second_step_ask"),
    *(
        "accounts.second_step_key",
        "accounts.sign_in_now",
        "accounts.sign_out",
        "accounts.put_absence",
        "accounts.end_absence",
    ),
    *("accounts.put_cover", "accounts.end_cover", "accounts.check_registration", "accounts.add_colleague"),
    *("accounts.end_colleague", "accounts.save_rota", "accounts.finish_task"),
    *(
        "assessments.autosave",
        "cases.autosave_visit",
        "referrals.autosave",
        "referrals.autosave_brief",
        "accounts.keep_unsent",
    ),
    *("night.own", "night.find", "night.take", "night.look", "night.accept", "night.write_entry"),
    *("night.open_record", "night.write_child_entry", "night.acknowledge", "night.leave_alert"),
    *("night.withdraw_alert", "night.leave_hub_alert"),
    *("referrals.start_draft", "referrals.start_call", "referrals.save_page", "referrals.save_brief"),
    "search.make",
    # The link is what the page shows; the family reads thanks on a page of its own.
    *("plans.ask_survey", "views.send"),
    # The address itself is what the page shows.
    "notifications.make_calendar_address",
    *("referrals.save_files", "referrals.see_feedback", "referrals.open_referral"),
}


def test_every_button_has_its_words(bare_app: Flask) -> None:
    pressed = {rule.endpoint for rule in bare_app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    told = {endpoint for endpoint, _button in DONE}
    assert pressed - told - SAY_IT_THEMSELVES == set(), "give it a row in caseapp/done.py"
    assert told <= pressed and pressed >= SAY_IT_THEMSELVES and not told & SAY_IT_THEMSELVES
    for words in DONE.values():
        assert words.endswith(".") and words[0].isupper() and len(words) < 90


def test_it_is_said_once_on_the_next_page(bare_app: Flask) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-001")
    client = sign_in(bare_app, "mash.worker")
    words = DONE["referrals.take", ""]
    assert words not in client.get(f"/referrals/{made.reference}").text
    taken = client.post(f"/referrals/{made.reference}/take")
    assert taken.status_code == 303 and "said" not in taken.location
    page = client.get(taken.location).text
    assert words in page and 'role="status"' in page
    assert words not in client.get(taken.location).text


def test_nothing_is_said_of_what_was_not_done(bare_app: Flask) -> None:
    with bare_app.app_context():
        made = receive("SAMPLE-001")
    client = sign_in(bare_app, "mash.worker")
    assert client.post(f"/referrals/{made.reference}/rate").status_code == 422
    assert DONE["referrals.rate", ""] not in client.get(f"/referrals/{made.reference}").text
    stranger = bare_app.test_client()
    assert stranger.post(f"/referrals/{made.reference}/take").status_code == 303
    assert DONE["referrals.take", ""] not in stranger.get("/accounts/sign-in").text
