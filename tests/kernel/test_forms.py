"""A form keeps what was typed, says what is wrong beside the field, and never raises whatever is posted."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect, generate_csrf
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage, MultiDict
from wtforms import SelectChoice

from caseapp.kernel import clock
from caseapp.kernel.forms import (
    DONT_KNOW,
    NO_VERSION,
    YES_NO,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    EmailField,
    Form,
    HiddenVersion,
    PhoneField,
    PostcodeField,
    TextField,
    ValidationError,
    WholeNumberField,
    WordsField,
)
from caseapp.kernel.text import clean

HOW_KNOWN = (
    Choice("saw", "I saw or heard it myself"),
    Choice("child", "The child told me", "Use the child's own words"),
    Choice("colleague", "A colleague told me"),
)


class Concern(Form):
    """One field of each class, as on the page "What happened"."""

    worries = ChoicesField(
        "What are you worried about?",
        choices={"neglect": "Neglect", "domestic": "Domestic abuse", "missing": "Going missing"},
        dont_know="I cannot say",
        required="Tick what you are worried about",
    )
    what = WordsField("Tell us about it", required="Tell us what you saw or heard", hint="In plain words")
    when = DateField("When?", required="Say when it happened", not_future=True)
    told = ChoiceField(
        "How do you know?",
        choices=HOW_KNOWN,
        dont_know="I would rather not say",
        required="Say whether you saw this yourself or were told",
    )
    safety = WholeNumberField("How safe is the child tonight?", called="the score")
    child = TextField("Child's first name", max_length=20)
    phone = PhoneField("Call-back number")
    postcode = PostcodeField("Postcode")
    email = EmailField("Your e-mail address")
    version = HiddenVersion()


GOOD: dict[str, Any] = {
    "worries": ["missing", "neglect"],
    "what": "She slept in her coat.\r\n\r\n  'The leccy was off again'",
    "when-day": "17",
    "when-month": "November",
    "when-year": "2026",
    "told": "child",
    "safety": "3",
    "child": " Ellie ",
    "phone": "01632 960500 ext 12, ask for Sue",
    "postcode": "ls115hd",
    "email": "school@demo.example",
    "version": "4",
}


@pytest.fixture(scope="module")
def app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only", TESTING=True)
    CSRFProtect(app)

    @app.get("/token")
    def token() -> str:
        return str(generate_csrf())

    @app.post("/concern")
    def concern() -> tuple[dict[str, Any], int]:
        form = Concern(data={"worries": ["neglect"], "version": 7})
        valid = form.validate()
        return {"errors": form.error_list, "raw": form.raw}, 200 if valid else 422

    return app


@pytest.fixture(autouse=True)
def on_20_november_2026() -> Iterator[None]:
    with clock.at(datetime(2026, 11, 20, 9, 0, tzinfo=UTC)):
        yield


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    with app.test_request_context():
        yield


def posted(**changes: Any) -> MultiDict[str, Any]:
    """A good post with some answers changed (underscores for the dash of a date); None leaves one out."""
    values = GOOD | {name.replace("__", "-"): value for name, value in changes.items()}
    return MultiDict({name: value for name, value in values.items() if value is not None})


def errors_of(**changes: Any) -> dict[str, list[str]]:
    form = Concern(posted(**changes))
    form.validate()
    return dict(form.errors)


# --- a good answer -------------------------------------------------------------------------------------------------


def test_a_good_post_gives_plain_values(context: None) -> None:
    form = Concern(posted())
    assert form.validate(), form.errors
    assert form.error_list == []
    assert form.cleaned() == {
        "worries": ["neglect", "missing"],
        "what": "She slept in her coat.\n\n  'The leccy was off again'",
        "when": "2026-11-17",
        "told": "child",
        "safety": 3,
        "child": "Ellie",
        "phone": "01632 960500 ext 12, ask for Sue",
        "postcode": "LS11 5HD",
        "email": "school@demo.example",
        "version": 4,
    }


def test_what_may_be_left_out_is_empty(context: None) -> None:
    optional = dict.fromkeys(("safety", "child", "phone", "postcode", "email", "version"))
    form = Concern(posted(**optional))
    assert form.validate(), form.errors
    assert {name: form.cleaned()[name] for name in optional} == {
        "safety": None,
        "child": "",
        "phone": "",
        "postcode": "",
        "email": "",
        "version": NO_VERSION,
    }


def test_an_untouched_page_shows_what_is_stored(context: None) -> None:
    stored = {"when": date(2026, 1, 7), "worries": ["neglect"], "told": "saw", "safety": 0, "what": "As\nbefore"}
    form = Concern(formdata=None, data=stored)
    assert form.when.parts == {"day": "7", "month": "1", "year": "2026"}
    assert [choice.value for choice in form.worries.choices_list if choice.checked] == ["neglect"]
    assert [choice.value for choice in form.told.choices_list if choice.checked] == ["saw"]
    assert (form.safety.typed, form.what.typed, form.version.data) == ("0", "As\nbefore", NO_VERSION)
    assert Concern(formdata=None, data={"when": "2026-01-07"}).when.data == date(2026, 1, 7)


# --- what is wrong is said -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"worries": None}, "worries", "Tick what you are worried about"),
        ({"worries": ["neglect", "theft"]}, "worries", "Choose from the answers shown"),
        (
            {"worries": ["neglect", DONT_KNOW]},
            "worries",
            "Choose the answers that fit, or “I cannot say”, not both",
        ),
        ({"what": "  \n\u200b"}, "what", "Tell us what you saw or heard"),
        ({"what": "x" * 60_001}, "what", "Tell us about it is 1 character too long. Use 60,000 or fewer"),
        ({"told": ""}, "told", "Say whether you saw this yourself or were told"),
        ({"told": "9"}, "told", "Choose from the answers shown"),
        ({"told": ["saw", "child"]}, "told", "Choose one answer only"),
        ({"safety": "11"}, "safety", "The score must be a whole number from 0 to 10"),
        ({"safety": "7.5"}, "safety", "The score must be a whole number from 0 to 10"),
        ({"safety": "9" * 5000}, "safety", "The score must be a whole number from 0 to 10"),
        ({"child": "E" * 32}, "child", "Child's first name is 12 characters too long. Use 20 or fewer"),
        ({"phone": "01"}, "phone", "Call-back number is too short to ring. Check it, or say how to reach you"),
        ({"email": "school@demo"}, "email", "Enter the whole e-mail address, like name@school.example"),
        ({"email": "school"}, "email", "Enter the whole e-mail address, like name@school.example"),
        ({"when__day": "31"}, "when", "31 November 2026 does not exist. November has 30 days"),
        ({"when__year": "26"}, "when", "Enter the year as four figures, like 2017"),
        ({"when__month": ""}, "when", "The date must include a month"),
        ({"when__day": None, "when__month": None, "when__year": None}, "when", "Say when it happened"),
        (
            {"when__day": "21"},
            "when",
            "21 November 2026 is in the future. The date must be today or earlier",
        ),
    ],
)
def test_the_field_says_what_is_wrong(context: None, changes: dict[str, Any], field: str, message: str) -> None:
    assert errors_of(**changes) == {field: [message]}


@pytest.mark.parametrize(
    ("changes", "target", "wrong"),
    [
        ({"when__day": "31"}, "when-day", ("day", "month", "year")),
        ({"when__month": "Brumaire"}, "when-month", ("month",)),
        ({"when__month": " "}, "when-month", ("month",)),
        ({"when__year": "26"}, "when-year", ("year",)),
        ({"when__day": "", "when__month": "", "when__year": ""}, "when-day", ("day", "month", "year")),
    ],
)
def test_the_link_lands_in_the_part_that_is_wrong(
    context: None, changes: dict[str, Any], target: str, wrong: tuple[str, ...]
) -> None:
    form = Concern(posted(**changes))
    form.validate()
    assert [error["href"] for error in form.error_list] == [f"#{target}"]
    assert form.when.wrong_parts == wrong


@pytest.mark.parametrize(
    ("day", "message"),
    [
        (19, "19 November 2026 is in the past. Visit by must be today or later"),
        (20, None),
        (21, None),
    ],
)
def test_today_is_neither_past_nor_future(context: None, day: int, message: str | None) -> None:
    class Visit(Form):
        by = DateField("Visit by", not_past=True)

    form = Visit(MultiDict({"by-day": str(day), "by-month": "11", "by-year": "2026"}))
    assert form.validate() is (message is None)
    assert form.by.errors == ([message] if message else [])


def test_today_is_todays_date_in_london(context: None) -> None:
    with clock.at(datetime(2026, 6, 30, 23, 30, tzinfo=UTC)):
        assert errors_of(when__day="1", when__month="7", when__year="2026") == {}


@pytest.mark.parametrize("phone", ["999", "07700 900123 after 3pm", "+44 (0)113 496 0000", "ask at reception", "none"])
def test_real_telephone_answers_are_taken(context: None, phone: str) -> None:
    assert errors_of(phone=phone) == {}


@pytest.mark.parametrize(
    ("typed", "kept", "partial"),
    [
        ("LS11 5HD", "LS11 5HD", False),
        ("ls1 15hd", "LS11 5HD", False),
        ("m11ae", "M1 1AE", False),
        ("ec1a 1bb", "EC1A 1BB", False),
        ("LS11", "LS11", True),
        ("ls11 5", "ls11 5", True),
        ("the flats by the station", "the flats by the station", True),
        ("", "", False),
    ],
)
def test_half_a_postcode_is_kept_and_flagged(context: None, typed: str, kept: str, partial: bool) -> None:
    form = Concern(posted(postcode=typed))
    assert form.validate()
    assert (form.postcode.data, form.postcode.partial) == (kept, partial)


def test_errors_stand_in_page_order_and_link_into_their_fields(context: None) -> None:
    form = Concern(MultiDict({"email": "nobody"}))
    assert not form.validate()
    assert [(error["href"], error["text"]) for error in form.error_list] == [
        ("#worries", "Tick what you are worried about"),
        ("#what", "Tell us what you saw or heard"),
        ("#when-day", "Say when it happened"),
        ("#told", "Say whether you saw this yourself or were told"),
        ("#email", "Enter the whole e-mail address, like name@school.example"),
    ]


def test_refusals_of_a_command_join_the_errors(context: None) -> None:
    form = Concern(posted())
    assert form.validate()
    form.add_errors({"told": "Say who told you", "nowhere": "The case has closed"})
    assert form.error_list == [
        {"href": "#worries", "text": "The case has closed"},
        {"href": "#told", "text": "Say who told you"},
    ]


def test_a_form_may_ask_for_an_answer_that_is_otherwise_optional(context: None) -> None:
    class Consent(Form):
        agreed = ChoiceField("Do they agree?", choices=YES_NO, required="Say whether they agree")
        why = TextField("Why not?")

        def validate_why(self, field: TextField) -> None:
            if self.agreed.data == "no" and not field.data:
                raise ValidationError("Say why not")

    form = Consent(MultiDict({"agreed": "no"}))
    assert not form.validate()
    assert form.errors == {"why": ["Say why not"]}


# --- choices -------------------------------------------------------------------------------------------------------


def test_choices_are_ready_to_draw(context: None) -> None:
    form = Concern(posted(told=DONT_KNOW))
    assert [tuple(choice) for choice in form.told.choices_list] == [
        ("saw", "I saw or heard it myself", "", False, "told", False),
        ("child", "The child told me", "Use the child's own words", False, "told-2", False),
        ("colleague", "A colleague told me", "", False, "told-3", False),
        (DONT_KNOW, "I would rather not say", "", True, "told-4", True),
    ]
    assert form.validate()
    assert form.told.data == DONT_KNOW


@pytest.mark.parametrize("name", ["worries", "told", "safety"])
def test_the_first_choice_is_where_the_error_link_lands(context: None, name: str) -> None:
    field = Concern(formdata=None)[name]
    assert field.choices_list[0].id == field.error_target


def test_choices_may_come_from_a_query_after_the_form_is_made(context: None) -> None:
    class Give(Form):
        worker = ChoiceField("Who takes it?", required="Say who takes it")

    form = Give(MultiDict({"worker": "12"}))
    form.worker.choices = [SelectChoice("11", "Amina Khan"), SelectChoice("12", "Joe Walsh")]
    assert form.validate()
    assert (form.worker.data, [choice.checked for choice in form.worker.choices_list]) == ("12", [False, True])


def test_a_scale_is_offered_as_choices_and_a_wide_range_is_not(context: None) -> None:
    class Ages(Form):
        score = WholeNumberField("Score")
        age = WholeNumberField("Age", highest=120)

    form = Ages(MultiDict({"score": "3", "age": "41"}))
    assert [choice.value for choice in form.score.choices_list if choice.checked] == ["3"]
    assert len(form.score.choices_list) == 11
    assert form.age.choices_list == []


# --- hidden characters and strange text ----------------------------------------------------------------------------


def test_a_hidden_character_is_replaced_and_said_at_the_field(context: None) -> None:
    form = Concern(posted(what="no\x00thing", child="E\ud800llie"))
    assert form.validate()
    assert (form.what.data, form.child.data) == ("no\ufffdthing", "E\ufffdllie")
    note = "We could not keep a hidden character; it is shown as \ufffd"
    assert [form.what.cleaned_note, form.child.cleaned_note, form.told.cleaned_note] == [note, note, ""]


@pytest.mark.parametrize(
    "words",
    [
        "<script>alert(1)</script>",
        "{{7*7}}",
        "=1+1",
        "👩‍👧",
        "אלי\u200f",
        "é" * 50_000,
        "🧥" * 50_000,
        "\n\n  indented  \n",
    ],
)
def test_words_are_kept_to_the_letter(context: None, words: str) -> None:
    form = Concern(posted(what=words))
    assert form.validate(), form.errors
    assert form.what.data == form.what.typed == form.raw["what"] == words


# --- drafts --------------------------------------------------------------------------------------------------------


def test_a_draft_comes_back_as_typed_wrong_or_not(context: None) -> None:
    typed = posted(when__day="31", safety="lots", told="9", email="half@", postcode="ls1")
    form = Concern(typed)
    stored = json.loads(json.dumps(form.raw))
    again = Concern.from_raw(stored)
    assert again.raw == form.raw
    assert again.when.parts == {"day": "31", "month": "November", "year": "2026"}
    assert (again.safety.typed, again.email.typed) == ("lots", "half@")
    form.validate()
    again.validate()
    assert again.error_list == form.error_list


def test_an_empty_draft_keeps_defaults_and_an_unticked_box_stays_unticked(context: None) -> None:
    defaults = {"worries": ["neglect"], "child": "Jake"}
    assert Concern.from_raw({}, data=defaults).worries.data == ["neglect"]
    again = Concern.from_raw({"worries": []}, data=defaults)
    assert (again.worries.data, again.child.data) == ([], "Jake")


def test_two_children_on_a_page_keep_apart(context: None) -> None:
    class Child(Form):
        name = TextField("Name")
        born = DateField("Date of birth")

    page = MultiDict({"a-name": "Ellie", "b-name": "Jake", "b-born-day": "3"})
    ellie, jake = Child(page, prefix="a"), Child(page, prefix="b")
    assert (ellie.raw["name"], jake.raw["name"], jake.raw["born-day"]) == ("Ellie", "Jake", "3")
    again = Child.from_raw(jake.raw, prefix="c")
    assert (again.name.data, again.born.parts["day"], again.born.error_target) == ("Jake", "3", "c-born-day")


def test_a_version_that_cannot_be_read_is_no_version(context: None) -> None:
    for version in ("", "four", "-3", "1e9", "9" * 5000, None):
        form = Concern(posted(version=version))
        assert form.validate()
        assert form.version.data == NO_VERSION


# --- over the wire -------------------------------------------------------------------------------------------------


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def token(client: FlaskClient) -> str:
    return client.get("/token").text


def test_the_token_counts_once_in_the_form_or_in_the_header(client: FlaskClient, token: str) -> None:
    assert client.post("/concern", data=GOOD).status_code == 400
    assert client.post("/concern", data=GOOD | {"csrf_token": token}).status_code == 200
    assert client.post("/concern", data=GOOD, headers={"X-CSRFToken": token}).status_code == 200
    assert client.post("/concern", json=GOOD, headers={"X-CSRFToken": token}).status_code == 200


def test_a_drawn_form_carries_the_token(app: Flask) -> None:
    with app.test_request_context():
        form = Concern()
        assert form.csrf_token.current_token == generate_csrf()
        assert "csrf_token" not in form.raw | form.cleaned()
        assert 'name="version"' in form.hidden_tag()


def test_a_form_works_outside_a_request() -> None:
    assert Concern(posted()).validate()


def test_an_autosave_stores_what_a_post_would(client: FlaskClient, token: str) -> None:
    headers = {"X-CSRFToken": token}
    by_form = client.post("/concern", data=GOOD, headers=headers).get_json()
    assert client.post("/concern", json=GOOD, headers=headers).get_json() == by_form


def test_an_empty_post_unticks_what_was_stored(client: FlaskClient, token: str) -> None:
    for body in ({"data": {}}, {"json": {}}):
        answer = client.post("/concern", headers={"X-CSRFToken": token}, **body)
        assert answer.status_code == 422
        assert answer.get_json()["raw"]["worries"] == []


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("{", 400),
        ("[]", 400),
        ("[" * 100_000, 400),
        ("null", 400),
        ('"x"', 400),
        ("{}", 422),
        ('{"what": {"a": 1}, "when-day": [[1]], "worries": {"x": 1}, "told": true, "safety": 1e400}', 422),
        ('{"what": "\\ud800\\u0000", "safety": 3, "when-day": 17, "told": null}', 422),
        ('{"safety": ' + "9" * 6000 + "}", 400),
        ('{"safety": ' + "9" * 400 + "}", 422),
    ],
)
def test_wild_json_is_answered(client: FlaskClient, token: str, body: str, status: int) -> None:
    answer = client.post("/concern", data=body, content_type="application/json", headers={"X-CSRFToken": token})
    assert answer.status_code == status


def test_a_file_where_words_were_asked_for(client: FlaskClient, token: str) -> None:
    upload = {name: (io.BytesIO(b"\x00\xff"), "photo.jpg") for name in GOOD}
    answer = client.post("/concern", data=upload, headers={"X-CSRFToken": token})
    assert answer.status_code == 422
    texts = {error["text"] for error in answer.get_json()["errors"]}
    assert texts == {"Type your answer here. We cannot take a file or anything else in its place"}


def test_ten_thousand_fields(client: FlaskClient, token: str) -> None:
    many = {f"x{number}": "1" for number in range(10_000)} | {name: ["1"] * 500 for name in GOOD}
    assert client.post("/concern", data=many, headers={"X-CSRFToken": token}).status_code == 422


NAMES = st.sampled_from([*GOOD, "when", "csrf_token", "nothing"])
CHARACTERS = st.text(alphabet=st.characters(exclude_categories=()), max_size=20)
TELLING = st.sampled_from(
    ["31", "2", "02", "Feb", "2023", "0", "²", "٣", "saw", "neglect", DONT_KNOW, "5", "a@b.c", ""]
)
VALUES = st.one_of(
    CHARACTERS,
    TELLING,
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.lists(CHARACTERS, max_size=2),
    st.builds(FileStorage, filename=st.sampled_from([None, "", "a.txt"])),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(NAMES, VALUES), max_size=40))
def test_nothing_posted_makes_a_form_raise(context: None, pairs: list[tuple[str, Any]]) -> None:
    form = Concern(MultiDict(pairs))
    assert form.validate() is (form.error_list == [])
    json.dumps(form.raw).encode()
    json.dumps(form.cleaned()).encode()
    for _, field in form.own_fields():
        assert field.error_target
        assert all(choice.id and choice.label for choice in field.choices_list)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.fixed_dictionaries({name: st.one_of(TELLING, CHARACTERS) for name in GOOD}))
def test_whatever_text_is_typed_is_still_there(context: None, typed: dict[str, str]) -> None:
    form = Concern(MultiDict(typed))
    form.validate()
    expected = {name: clean(text)[0] for name, text in typed.items()}
    kept = {name: "".join(value) for name, value in form.raw.items()}
    assert kept == expected
    assert Concern.from_raw(form.raw).raw == form.raw
