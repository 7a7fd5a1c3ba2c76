"""What a search finds in the register, and in which order; what it answers to odd input; how long it is kept."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.people.commands import PersonGiven, StayGiven, add_people, refresh_keys
from caseapp.people.models import PersonName
from caseapp.referrals.commands import receive_referral
from caseapp.search.commands import clear_searches
from caseapp.search.models import StoredSearch
from caseapp.search.queries import Found, find
from tests.factories import a_case, someone

Browser = Callable[[str], FlaskClient]


def stay(postcode: str, *, protected: bool = False) -> StayGiven:
    return {
        "line": "1 Some Street", "postcode": postcode, "kind": "home", "protected": protected, "said_by": "School",
        "said_at": clock.now(),
    }  # fmt: skip


ELLIE = PersonGiven(
    first="Ellie",
    last="Marsden",
    born_on=date(2017, 3, 9),
    stay=None,
    phone="07700 900112",
    identifiers=(("nhs_number", "943 476 5919"), ("upn", "H801200001001")),
)
OTHERS = (
    PersonGiven(first="Zoë", last="O’Rourke", born_on=date(2015, 7, 1)),
    PersonGiven(first="Finn", last="Mc Donald", born_on=date(2016, 1, 2)),
    PersonGiven(first="Muhammad", last="Hussain", born_on=date(2014, 5, 5)),
    PersonGiven(first="Ava", last="Smith-Jones", born_on=date(2018, 8, 8)),
    PersonGiven(first="Li", last="Ng", born_on=date(2013, 12, 1)),
    PersonGiven(first="Bo", last="Van Dyke", born_on=date(2012, 2, 29)),
    PersonGiven(first="Анна", last="Петрова", born_on=date(2011, 4, 4)),
    PersonGiven(first="Nguyen", last="Lister", born_on=date(2010, 10, 10)),
    PersonGiven(first="Zuzana", last="Horváthová", born_on=date(2019, 9, 9)),
)


@pytest.fixture
def register(app: Flask, friday: datetime) -> dict[str, int]:
    """The people above by last name; Ellie was a Brook before."""
    with transaction():
        numbers = add_people([replace(ELLIE, stay=stay("S65 1AB")), *OTHERS])
        before = {"kind": "former", "first": "Ellie", "last": "Brook", "is_current": False}
        db.session.add(PersonName(person_id=numbers[0], **before))
        db.session.flush()
        refresh_keys(numbers[:1])
    return dict(zip(["Marsden", *(one.last for one in OTHERS)], numbers, strict=True))


def found(typed: str, login: str = "mash.worker") -> Found:
    answer = find(someone(login), typed)
    db.session.rollback()
    return answer


def names(typed: str, login: str = "mash.worker") -> list[str]:
    return [person.name for person in found(typed, login).people]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        *((typed, "Ellie Marsden") for typed in (
            "Ellie Marsden", "marsden ellie", "MARSDEN, Ellie", "elie marsden", "ellie mrasden", "ellie marsdin",
            "ell mars", "Eleanor Marsden", "ellie marsden 2017", "ellie 9", "marsden s65", "ellie s65 1ab", "brook",
            "ellie brook", "9/3/2017", "9 March 2017", "2017-03-09 ellie", "S65 1AB", "s651ab", "S65 1",
            "943 476 5919", "9434765919", "H801200001001", "+44 7700 900112", "07700900112", "ellie rose marsden",
        )),
        *((typed, "Zoë O’Rourke") for typed in ("O'Rourke", "ORourke", "o rourke", "zoe orourke", "Zoë", "orourk")),
        *((typed, "Finn Mc Donald") for typed in ("Mc Donald", "McDonald", "finn macdonald", "mcdonnald finn")),
        *((typed, "Muhammad Hussain") for typed in ("Mohammed Hussain", "muhammad", "mohamed husain")),
        *((typed, "Ava Smith-Jones") for typed in ("smith", "jones", "ava smith", "Smith-Jones", "smithjones")),
        *((typed, "Li Ng") for typed in ("Ng", "Li", "li ng", "Ng Li")),
        *((typed, "Bo Van Dyke") for typed in ("bo", "vandyke", "van dyke bo", "bo vandyke", "29/2/2012")),
        *((typed, "Анна Петрова") for typed in ("Петрова", "анна петрова", "Петров")),
        *((typed, "Zuzana Horváthová") for typed in ("horvathova", "Zuzana Horvatova", "zuzka horvathova")),
    ],
)  # fmt: skip
def test_who_is_found(register: dict[str, int], typed: str, name: str) -> None:
    assert name in names(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "zzyzx", "ellie hussain", "Ng Marsden", "ellie marsden 2018", "marsden s66", "10/3/2017", "S65 1AD",
        "943 476 5918", "07700 900113", "LCS-9", "ellie 12", "P-0000-0000", "%", "_", "'; DROP TABLE person; --",
        "ellie marsden S65 1AD", "🙂 🙃",
    ],
)  # fmt: skip
def test_who_is_not(register: dict[str, int], typed: str) -> None:
    answer = found(typed)
    assert (list(answer.people), answer.people_words, list(answer.referrals)) == ([], "0", [])


def test_one_or_two_letters_are_a_whole_name(register: dict[str, int]) -> None:
    assert names("Ng") == ["Li Ng"] and names("Li") == ["Li Ng"] and names("bo") == ["Bo Van Dyke"]


def test_it_says_why(register: dict[str, int]) -> None:
    def why(typed: str) -> tuple[str, ...]:
        (person,) = found(typed).people
        return person.why

    assert why("ellie brook") == ("Former name: Ellie Brook",)
    assert why("ellei marsden") == ("nearly “ellei”",)
    assert why("marsden 9/3/2017") == ("born on 9 March 2017",)
    assert why("marsden s65") == ("lives or lived in S65",)
    assert why("943 476 5919") == ("this NHS number",)
    assert why("07700 900112") == ("this telephone number",)


def test_the_order(app: Flask, friday: datetime) -> None:
    """Exact before near, the present name before a former one, children before adults, an open case first."""
    with transaction():
        family = a_case(name="Quill")
        add_people(
            [
                PersonGiven(first="Ellie", last="Quill", born_on=date(1980, 1, 1)),
                PersonGiven(first="Elly", last="Quill", born_on=date(2016, 1, 1)),
                PersonGiven(first="Ellie", last="Quill", born_on=date(2012, 1, 1)),
            ]
        )
        (former,) = add_people([PersonGiven(first="Ellie", last="Ash", born_on=date(2014, 1, 1))])
        before = {"kind": "former", "first": "Ellie", "last": "Quill", "is_current": False}
        db.session.add(PersonName(person_id=former, **before))
        db.session.flush()
        refresh_keys([former])
    people = found("ellie quill").people
    assert [(person.name, person.age) for person in people] == [
        ("Ellie Quill", "9"),
        ("Ellie Quill", "14"),
        ("Ellie Quill", "46"),
        ("Ellie Ash", "12"),
        ("Elly Quill", "10"),
    ]
    assert people[0].id == family.person_ids[0]


def test_a_thousand_of_one_name_are_said_to_be_more(app: Flask, friday: datetime) -> None:
    with transaction():
        add_people([PersonGiven(first=f"Kid{chr(97 + n % 26)}{chr(97 + n // 26)}", last="Okonkwo") for n in range(26)])
        add_people([PersonGiven(first="Chidi", last="Okonkwo") for _ in range(1_010)])
    first = found("okonkwo")
    assert (first.people_words, len(first.people)) == ("1000+", 25) and first.next_person
    seen = {person.id for person in first.people}
    second = find(someone("mash.worker"), "okonkwo", after_person=first.next_person)
    assert len(second.people) == 25 and not seen & {person.id for person in second.people}
    # However many are nearly that, the one who was meant comes first.
    assert found("kidma okonkwo").people[0].name == "Kidma Okonkwo"


def test_a_new_contact_is_found_by_its_children_and_by_the_adults_it_names(app: Flask, friday: datetime) -> None:
    document = {
        "schema": "marf-1",
        "children": [
            {"first_name": "Tia", "last_name": "Brook", "date_of_birth": "2015-05-04", "nhs_number": "943 476 5919"},
            {"first_name": "Max", "last_name": "Brook", "address": {"line1": "1 A St", "postcode": "S63 7AQ"}},
        ],
        "household": [{"name": "Donna Weatherall", "relationship": "mother"}],
    }
    with transaction():
        made = receive_referral(
            None, document=document, received_at=clock.now(), mode="form", source_system="other", source_id="LCS-77"
        )
    typed = (
        "tia brook", "max brook", "brok tia", "donna weatherall", "weatherall", "4/5/2015", "9434765919", "S63 7AQ",
        "brook s63", "LCS-77", "tia 2015", made.reference,
    )  # fmt: skip
    for each in typed:
        assert [hit.reference for hit in found(each).referrals] == [made.reference], each
    assert found("donna weatherall").referrals[0].why == ("names an adult of that name",)
    for each in ("tia weatherall", "tia 2016", "brook s64", "donna wetherall", "S63 7AD"):
        assert list(found(each).referrals) == [], each
    assert list(found("tia brook", "north.worker").referrals) == []


def test_a_protected_home_of_a_contact_finds_nothing(app: Flask, friday: datetime) -> None:
    child = {"first_name": "Tia", "last_name": "Brook", "address": {"postcode": "S63 7AQ", "protected": True}}
    with transaction():
        receive_referral(None, document={"children": [child]}, received_at=clock.now(), mode="form")
    assert len(found("tia brook").referrals) == 1
    for typed in ("S63 7AQ", "tia s63", "S63 7"):
        assert list(found(typed).referrals) == [], typed


@pytest.mark.parametrize("typed", ["", "   ", "🙂", "\x00", "\ufffd", "x" * 201, "a " * 5_000])
def test_what_cannot_be_looked_for_comes_back_as_typed(bare_app: Flask, browser: Browser, typed: str) -> None:
    client = browser("mash.worker")
    answer = client.post("/search/", data={"q": typed})
    assert answer.status_code == 422 and "There is a problem" in answer.text and 'href="#q"' in answer.text
    if typed.strip().startswith("x"):
        assert "x" * 201 in answer.text
    with bare_app.app_context():
        assert db.session.scalar(sa.select(sa.func.count()).select_from(StoredSearch)) == 0


@pytest.mark.parametrize("typed", ["a\x00b", "\u202eellie", "<script>alert(1)</script>", "=1+1", "x" * 200])
def test_odd_signs_are_looked_for_and_found_nowhere(browser: Browser, typed: str) -> None:
    client = browser("mash.worker")
    answer = client.post("/search/", data={"q": typed})
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200 and "<script>alert" not in page.text


def test_a_wrong_date_or_number_is_said(browser: Browser) -> None:
    client = browser("mash.worker")
    for typed, said in (("31/2/2017", "31 February 2017 does not exist"), ("943 476 5918", "fails its check")):
        assert said in client.get(client.post("/search/", data={"q": typed}).location).text


def test_a_reference_opens_what_it_names_for_whoever_may(bare_app: Flask, browser: Browser) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
        contact = {"children": [{"first_name": "Tia", "last_name": "Brook"}]}
        sent = receive_referral(someone("school"), document=contact, received_at=clock.now(), mode="form").reference

    def goes_to(login: str, reference: str) -> str:
        location: str = browser(login).post("/search/", data={"q": reference.lower()}).location
        return location

    assert goes_to("north.worker", family.reference) == f"/cases/{family.reference}"
    assert goes_to("mash.worker", sent) == f"/referrals/{sent}"
    assert goes_to("school", sent) == f"/referrals/{sent}/receipt"
    for login, reference in (("central.worker", family.reference), ("north.worker", sent), ("police", sent)):
        assert goes_to(login, reference).startswith("/search/S-")
    # The status card of a child whose case is somewhere else.
    central = browser("central.worker")
    page = central.get(central.post("/search/", data={"q": family.reference}).location).text
    assert "Ellie Marsden" in page and "North locality" in page


def test_what_was_typed_goes_after_thirty_days(bare_app: Flask, browser: Browser) -> None:
    client = browser("north.worker")
    address = client.post("/search/", data={"q": "ellie marsden"}).location
    with bare_app.app_context(), clock.at(clock.now() + timedelta(days=29)), transaction():
        assert clear_searches() == 0
    with bare_app.app_context(), clock.at(clock.now() + timedelta(days=31)), transaction():
        assert clear_searches() == 1
        assert clear_searches() == 0
    with bare_app.app_context():
        assert db.session.scalars(sa.select(StoredSearch.typed)).one() is None
    page = client.get(address)
    assert page.status_code == 200 and "is cleared away" in page.text and "arsden" not in page.text
    assert "arsden" not in client.get("/search/").text
