"""Whatever is typed into the form is kept, shown as text, and answered with a message at its field: never a 500."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from caseapp.kernel.text import clean
from caseapp.referrals.domain.pages import PAGES

from .own_browser import ONE_CHILD, fields_of, fill, send_one, start, url

Browser = Callable[[str], FlaskClient]
ODD = "🦊 <script>alert(1)</script> {{7*7}} {% raw %} =1+1 'a' \"b\" & \u202eمرحبا\u202c O’Neill\n\n  two lines\t"


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("page", "errors"),
    [
        ("me", {"#name": "Give your name", "#phone": "Give a number to ring you back"}),
        ("child-1", {"#first_name": "Give the child’s name, or describe the child"}),
        ("now", {"#where": "Say where the child is now", "#safe_to_go_home": "Say if it is safe to go home today"}),
        ("consent", {"#parent_informed": "Say that a parent was told, or why not"}),
        ("concern", {"#what_happened": "Tell us what worries you"}),
        ("danger", {}),
        ("children", {}),
        ("household", {}),
        ("strengths", {}),
    ],
)
def test_nothing_typed(browser: Browser, friday: datetime, page: str, errors: dict[str, str]) -> None:
    school = browser("school")
    answer = school.post(url(start(school), page), data={"version": "1"})
    assert answer.status_code == (422 if errors else 303)
    for target, message in errors.items():
        assert f'<a href="{target}">{message}</a>' in answer.text
        assert f'id="{target[1:]}"' in answer.text
        assert f"</span> {message}</p>" in answer.text


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("page", "typed", "message"),
    [
        ("child-1", {"approximate_age": "seven"}, "must be a whole number from 0 to 25"),
        ("child-1", {"date_of_birth-day": "1", "date_of_birth-year": "2017"}, "must include a month"),
        (
            "child-1",
            {"date_of_birth-day": "1", "date_of_birth-month": "1", "date_of_birth-year": "2090"},
            "in the future",
        ),
        ("child-1", {"born": "unborn", "date_of_birth-day": "1"}, "must include"),
        (
            "child-1",
            {"born": "unborn", "date_of_birth-day": "1", "date_of_birth-month": "1", "date_of_birth-year": "2017"},
            "You gave a date of birth too",
        ),
        ("child-1", {"sex": "X"}, "Choose from the answers shown"),
        ("child-1", {"sex": ["F", "M"]}, "Choose one answer only"),
        ("more-1", {"disability": ["MOB", "nonsense"]}, "Choose from the answers shown"),
        ("me", {"email": "nobody"}, "Enter the whole e-mail address"),
        ("me", {"phone": "1"}, "too short to ring"),
        ("me", {"role": "R" * 201}, "1 character too long"),
        ("now", {"collected_at": "25:00"}, "Enter the time like 15:15"),
        ("now", {"answer_needed": "at"}, "Say by which day you need an answer"),
        ("household", {"person-1-email": "x", "person-1-phone": "1"}, "too short to ring"),
        ("household", {"person-2-date_of_birth-day": "99"}, "must include"),
        ("strengths", {"safety_scale": "11"}, "Choose from the answers shown"),
        ("concern", {"what_happened": "w" * 60_001}, "1 character too long"),
        ("exploitation", {"missing_times": "-1"}, "must be a whole number from 0 to 99"),
    ],
)
def test_wrong_answers_are_said_at_their_field_and_everything_stays(
    browser: Browser, friday: datetime, page: str, typed: dict[str, Any], message: str
) -> None:
    school = browser("school")
    draft = start(school)
    if page == "exploitation":
        fill(school, draft, "concern", {"categories": ["missing"]})
    answer = fill(school, draft, page, {"first_name": "Ellie", "best_time": "after three", **typed})
    assert answer.status_code == 422
    assert message in answer.text
    for shown in (fields_of(answer), fields_of(school.get(url(draft, page)))):
        for name, value in typed.items():
            assert name == "person-1-email" or isinstance(value, list) or shown.get(name, value) in (value, [value])


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    ("typed", "read"), [("3.15pm", "15:15"), ("1515", "15:15"), ("9:05", "09:05"), ("3 pm", "15:00"), ("12am", "00:00")]
)
def test_a_time_is_read_as_people_write_it(browser: Browser, friday: datetime, typed: str, read: str) -> None:
    school = browser("school")
    draft = start(school)
    assert fill(school, draft, "now", {**ONE_CHILD["now"], "collected_at": typed}).status_code == 303
    assert read in school.get(url(draft, "check")).text


def test_odd_and_long_words_are_stored_and_shown_as_text(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    long = (ODD + "Ⅻ̈ ") * 560
    assert len(long) > 50_000
    reference = send_one(school, {"concern": {"what_happened": long}, "child-1": {"first_name": ODD[:40]}})
    shown = school.get(f"/referrals/{reference}/receipt").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{7*7}} {% raw %} =1+1" in shown
    assert "<script>alert" not in shown
    assert shown.count("🦊") >= 560
    assert "🦊 &lt;script&gt;" in school.get("/referrals/").text


def test_hidden_characters_are_shown_and_said(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    answer = fill(school, draft, "me", {"name": "Han\x00nah", "phone": ""})
    assert "We could not keep a hidden character" in answer.text
    assert fields_of(answer)["name"] == "Han\N{REPLACEMENT CHARACTER}nah"


@pytest.mark.sqlite_only
def test_more_people_than_a_page_takes(browser: Browser, friday: datetime) -> None:
    school = browser("school")
    draft = start(school)
    people = {f"person-{number}-name": f"P{number}" for number in range(1, 31)}
    answer = school.post(url(draft, "household"), data={**people, "add_person": "1", "version": "1"})
    assert (answer.status_code, "One referral takes 30 people" in answer.text) == (422, True)
    assert fields_of(school.get(url(draft, "household")))["person-30-name"] == "P30"
    for number in ("0", "31", "x", "²", "9" * 30):
        school.post(url(draft, "household"), data={**people, "remove_person": number, "version": "999"})
        assert fields_of(school.get(url(draft, "household")))["person-30-name"] == "P30"


TEXT = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(
    [ODD, "-1", "NaN", "31"]
)
WORDY = {
    page.key: [
        ask.name for ask in page.fields if ask.kind in ("text", "long_text", "phone", "email", "postcode", "upn")
    ]
    for page in PAGES
}


def _names(page: Any) -> list[str]:
    names = [ask.name for ask in page.fields] + [f"{ask.name}-day" for ask in page.fields if ask.kind == "date"]
    return [*names, "person-1-name", "person-7-postcode", "person-99-name", "version", "unknown", "remove_person"]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.key)
def test_wild_posts_never_break_a_page_and_keep_what_was_typed(
    browser: Browser, page: Any, data: st.DataObject
) -> None:
    school = browser("school")
    draft, key = start(school), f"{page.key}-1" if page.repeats else page.key
    if key == "exploitation":
        fill(school, draft, "concern", {"categories": ["missing"]})
    typed = data.draw(st.dictionaries(st.sampled_from(_names(page)), TEXT, max_size=8)) | {"version": "99"}
    answer = school.post(url(draft, key), data=typed)
    assert answer.status_code in (303, 422)
    shown = school.get(url(draft, key))
    assert shown.status_code == 200
    kept = fields_of(shown)
    for name in set(typed) & set(WORDY[page.key]):
        assert (
            kept[name] == clean(typed[name])[0].replace("\r", "\n")
            or kept[name].strip() == clean(typed[name])[0].strip()
        )
    assert school.get(url(draft, "check")).status_code == 200


@pytest.mark.sqlite_only
@pytest.mark.parametrize(
    "body", ["[]", "{}", "null", "7", '{"name": {"a": 1}, "version": []}', "{" * 3000, '{"categories": [[1], null, 9]}']
)
def test_json_in_place_of_a_form_is_no_error_of_ours(browser: Browser, body: str) -> None:
    school = browser("school")
    draft = start(school)
    for page in ONE_CHILD:
        for path in (url(draft, page), f"{url(draft, page)}/save"):
            answer = school.post(path, data=body, content_type="application/json")
            assert answer.status_code in (200, 303, 400, 409, 422)
