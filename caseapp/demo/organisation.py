"""The demo borough's agencies, teams and people: the sign-ins that the README promises, and colleagues to give work
to."""

import csv
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from caseapp.access.domain import Actor
from caseapp.accounts import commands as accounts
from caseapp.accounts import queries
from caseapp.accounts.domain import parts_of
from caseapp.kernel import clock

PASSWORD = "demo-only-password"
SECTORS = Path(__file__).parent.parent / "accounts" / "data" / "localities.csv"

# key, name, kind, census source of its referrals (1A-10), phone
AGENCIES = (
    ("council", "Rotherham Council", "council", "5A", "01632 960500"),
    ("wath_primary", "Wath Primary School", "school", "2A", "01632 960114"),
    ("police", "South Yorkshire Police", "police", "6", "01632 960200"),
    ("trust", "Rotherham NHS Foundation Trust", "health", "3B", "01632 960300"),
    ("emergency", "Emergency department, Rotherham Hospital", "health", "3E", "01632 960355"),
    ("clifton_school", "Clifton Community School", "school", "2A", "01632 960133"),
    ("grow", "Voluntary sector: Grow", "voluntary", "8", "01632 960410"),
    ("housing", "Rotherham Council Housing", "council", "4", "01632 960512"),
    ("thornhill", "Thornhill Primary School", "school", "2A", "01632 960150"),
    ("probation", "National Probation Service", "probation", "7", "01632 960601"),
    ("clifton_gp", "GP practice: Clifton Medical Centre", "health", "3A", "01632 960341"),
    ("sheffield", "Sheffield City Council", "other_council", "5C", "01632 960700"),
    ("youth_justice", "Youth justice service", "council", "5A", "01632 960540"),
    ("dinnington", "Dinnington High School", "school", "2A", "01632 960160"),
    ("maltby", "Maltby Academy", "school", "2A", "01632 960170"),
    ("welfare", "Education welfare service", "education", "2B", "01632 960520"),
    ("camhs", "RDaSH CAMHS", "health", "3D", "01632 960390"),
    ("dinnington_gp", "GP practice: Dinnington Group", "health", "3A", "01632 960344"),
)

# key, name, kind, agency, locality, may hold cases, phone
TEAMS = (
    ("hub", "Hub", "hub", "council", None, True, "01632 960500"),
    ("north", "North locality", "locality", "council", "North", True, "01632 960531"),
    ("central", "Central locality", "locality", "council", "Central", True, "01632 960532"),
    ("south", "South locality", "locality", "council", "South", True, "01632 960533"),
    ("fh_north", "Family help, North", "family_help", "council", "North", True, "01632 960541"),
    ("fh_central", "Family help, Central", "family_help", "council", "Central", True, "01632 960542"),
    ("fh_south", "Family help, South", "family_help", "council", "South", True, "01632 960543"),
    ("evolve", "Evolve", "evolve", "council", None, True, "01632 960550"),
    ("night", "Out of hours", "out_of_hours", "council", None, False, "01632 960501"),
    ("chairs", "Conference chairs", "chairs", "council", None, False, "01632 960560"),
    ("service", "Service and quality", "service", "council", None, False, "01632 960570"),
    ("wath_desk", "Wath Primary School", "desk", "wath_primary", None, False, "01632 960114"),
    ("police_desk", "Police desk", "desk", "police", None, False, "01632 960200"),
    ("health_desk", "Health desk", "desk", "trust", None, False, "01632 960300"),
)


@dataclass(frozen=True)
class Person:
    """One sign-in of the demo."""

    login: str
    name: str
    title: str
    team: str
    role: str
    qualified: bool = False


PEOPLE = (
    Person("school", "Hannah Whitfield", "Designated safeguarding lead", "wath_desk", "safeguarding_lead"),
    Person("police", "Daniel Oakes", "Police constable, protecting vulnerable people", "police_desk", "referrer"),
    Person("police2", "Karen Tolley", "Police sergeant, protecting vulnerable people", "police_desk", "referrer"),
    Person("health", "Sunita Rao", "Health visitor", "health_desk", "referrer"),
    Person("mash.worker", "Nadia Farrow", "Hub social worker", "hub", "worker", True),
    Person("mash.manager", "Paul Denton", "Hub manager", "hub", "manager", True),
    # Who proposed cannot agree, so the hub has two.
    Person("mash.manager2", "Yasmin Akhtar", "Hub manager", "hub", "manager", True),
    Person("north.manager", "Ruth Hallam", "Team manager", "north", "manager", True),
    Person("central.manager", "Sam Okoro", "Team manager", "central", "manager", True),
    Person("south.manager", "Helen Marsh", "Team manager", "south", "manager", True),
    Person("north.worker", "Leah Dawson", "Social worker", "north", "worker", True),
    Person("marta.wilk", "Marta Wilk", "Social worker", "north", "worker", True),
    Person("central.worker", "Imran Sadiq", "Social worker", "central", "worker", True),
    Person("ben.oldroyd", "Ben Oldroyd", "Newly qualified social worker", "central", "worker", True),
    Person("south.worker", "Joanna Kerr", "Social worker", "south", "worker", True),
    Person("priya.shah", "Priya Shah", "Social worker", "south", "worker", True),
    Person("familyhelp.north", "Sheila Vance", "Family help manager", "fh_north", "manager"),
    Person("familyhelp.central", "Colin Bright", "Family help manager", "fh_central", "manager"),
    Person("familyhelp.south", "Asha Patel", "Family help manager", "fh_south", "manager"),
    Person("familyhelp.worker", "Donna Price", "Family help worker", "fh_north", "worker"),
    Person("fh.central.worker", "Lewis Grant", "Family help worker", "fh_central", "worker"),
    Person("fh.south.worker", "Mina Begum", "Family help worker", "fh_south", "worker"),
    Person("edt", "Gareth Lowe", "Out-of-hours social worker", "night", "worker", True),
    Person("chair", "Judith Amos", "Conference chair", "chairs", "chair", True),
    Person("business.support", "Kim Tansley", "Business support", "chairs", "business_support"),
    Person("evolve", "Tom Ridley", "Evolve social worker", "evolve", "worker", True),
    Person("ig", "Frances Hale", "Information governance officer", "service", "ig"),
    Person("head", "Margaret Ainley", "Head of service", "service", "head", True),
    Person("auditor", "Peter Nield", "Auditor", "service", "auditor"),
    Person("admin", "Robin Cole", "System administrator", "service", "admin"),
)

# Desks and people that make it a borough: beside the sign-ins above, whom tests and the guide name.
MORE_TEAMS = (
    ("clifton_desk", "Clifton Community School", "desk", "clifton_school", None, False, "01632 960133"),
    ("dinnington_desk", "Dinnington High School", "desk", "dinnington", None, False, "01632 960160"),
    ("maltby_desk", "Maltby Academy", "desk", "maltby", None, False, "01632 960170"),
    ("welfare_desk", "Education desk", "desk", "welfare", None, False, "01632 960520"),
    ("emergency_desk", "Emergency department desk", "desk", "emergency", None, False, "01632 960355"),
)
COLLEAGUES = (
    Person("school.deputy", "Martin Speight", "Deputy safeguarding lead", "wath_desk", "safeguarding_lead"),
    Person("clifton", "Rachel Boyes", "Designated safeguarding lead", "clifton_desk", "safeguarding_lead"),
    Person("dinnington", "Usman Mirza", "Designated safeguarding lead", "dinnington_desk", "safeguarding_lead"),
    Person("maltby", "Carys Bevan", "Designated safeguarding lead", "maltby_desk", "safeguarding_lead"),
    Person("education", "Stephen Clegg", "Education welfare officer", "welfare_desk", "referrer"),
    Person("emergency", "Ifeoma Eze", "Safeguarding nurse", "emergency_desk", "referrer"),
    Person("health2", "Bridget Quinn", "Named nurse for safeguarding", "health_desk", "safeguarding_lead"),
    Person("hub.olu", "Olu Adeyemi", "Hub social worker", "hub", "worker", True),
    Person("hub.tessa", "Tessa Brook", "Hub social worker", "hub", "worker", True),
    Person("hub.craig", "Craig Mellor", "Hub social worker", "hub", "worker", True),
    Person("hub.farah", "Farah Naz", "Hub social worker", "hub", "worker", True),
    Person("hub.joyce", "Joyce Parkin", "Hub information officer", "hub", "worker"),
    Person("north.deputy", "Neil Garside", "Deputy team manager", "north", "manager", True),
    Person("north.jess", "Jess Hobson", "Social worker", "north", "worker", True),
    Person("north.kwame", "Kwame Boateng", "Social worker", "north", "worker", True),
    Person("north.liz", "Liz Armitage", "Senior social worker", "north", "worker", True),
    Person("north.dean", "Dean Roper", "Newly qualified social worker", "north", "worker", True),
    Person("north.anita", "Anita Gill", "Social worker", "north", "worker", True),
    Person("central.deputy", "Moira Flint", "Deputy team manager", "central", "manager", True),
    Person("central.amy", "Amy Castle", "Social worker", "central", "worker", True),
    Person("central.owen", "Owen Firth", "Senior social worker", "central", "worker", True),
    Person("central.zara", "Zara Hussain", "Social worker", "central", "worker", True),
    Person("central.peter", "Peter Nowak", "Social worker", "central", "worker", True),
    Person("central.gemma", "Gemma Lister", "Social worker", "central", "worker", True),
    Person("south.deputy", "Derek Wray", "Deputy team manager", "south", "manager", True),
    Person("south.ruby", "Ruby Hallas", "Social worker", "south", "worker", True),
    Person("south.tariq", "Tariq Mahmood", "Senior social worker", "south", "worker", True),
    Person("south.claire", "Claire Utley", "Social worker", "south", "worker", True),
    Person("south.edward", "Edward Crane", "Newly qualified social worker", "south", "worker", True),
    Person("south.nisha", "Nisha Verma", "Social worker", "south", "worker", True),
    Person("fh.north.joan", "Joan Sykes", "Family help worker", "fh_north", "worker"),
    Person("fh.north.adam", "Adam Webb", "Family help worker", "fh_north", "worker"),
    Person("fh.central.bina", "Bina Chowdhury", "Family help worker", "fh_central", "worker"),
    Person("fh.central.mark", "Mark Stones", "Family help worker", "fh_central", "worker"),
    Person("fh.south.lorna", "Lorna Pell", "Family help worker", "fh_south", "worker"),
    Person("fh.south.hugh", "Hugh Benson", "Family help worker", "fh_south", "worker"),
    Person("evolve2", "Saira Khan", "Evolve social worker", "evolve", "worker", True),
    Person("chair2", "Alan Priestley", "Conference chair", "chairs", "chair", True),
    Person("edt2", "Mandy Outram", "Out-of-hours social worker", "night", "worker", True),
    Person("edt3", "Chidi Obi", "Out-of-hours social worker", "night", "worker", True),
    Person("edt4", "Fiona Kay", "Out-of-hours social worker", "night", "worker", True),
)
# Professionals without a sign-in whom families know: name, what they are, which desk.
WITHOUT_SIGN_IN = (
    ("Beth Longden", "Pastoral lead", "wath_desk"),
    ("Ray Pickles", "Learning mentor", "clifton_desk"),
    ("Sandra Ogden", "School nurse", "health_desk"),
)


def email_of(login: str) -> str:
    """The demo's e-mail address of a login: `school` -> `school@demo.example`."""
    return f"{login}@demo.example"


def make_organisation(*, since: date, whole: bool = True) -> None:
    """Make every agency, team and sign-in, all in force from `since`. One transaction, the caller's.

    `whole=False` leaves the colleagues out: the people whom tests name, and nobody else.
    """
    with SECTORS.open(newline="", encoding="utf-8") as file:
        rows = [(row["postcode_sector"], row["ward"], row["locality_team"]) for row in csv.DictReader(file)]
    accounts.add_postcode_sectors(rows)
    agencies = {
        key: accounts.add_agency(key=key, name=name, kind=kind, source_code=source, phone=phone)
        for key, name, kind, source, phone in AGENCIES
    }
    places: dict[str, _Place] = {}
    for key, name, kind, agency, locality, may_hold, phone in (*TEAMS, *(MORE_TEAMS if whole else ())):
        team_id = accounts.add_team(
            key=key,
            name=name,
            kind=kind,
            agency_id=agencies[agency],
            locality=locality,
            may_hold_cases=may_hold,
            phone=phone,
        )
        places[key] = _Place(team_id, agencies[agency], phone)
    # One hash for the one password: a hash of its own for each of 70 people would take two seconds.
    password_hash = accounts.HASHER.hash(PASSWORD)
    for number, person in enumerate((*PEOPLE, *(COLLEAGUES if whole else ())), start=1):
        _add_person(person, number, places[person.team], since, password_hash)
    for name, title, team in WITHOUT_SIGN_IN if whole else ():
        _add_professional(places[team], name=name, title=title)


@dataclass(frozen=True)
class _Place:
    team_id: int
    agency_id: int
    phone: str


def _add_professional(place: _Place, *, name: str, title: str, **registration: Any) -> int:
    return accounts.add_professional(
        agency_id=place.agency_id,
        team_id=place.team_id,
        name=name,
        title=title,
        phone=place.phone,
        **{"qualified": False, **registration},
    )


def _add_person(person: Person, number: int, place: _Place, since: date, password_hash: str) -> None:
    registered = person.qualified
    professional_id = _add_professional(
        place,
        name=person.name,
        title=person.title,
        qualified=registered,
        registration_number=f"SW{100000 + number}" if registered else None,
        checked_on=since if registered else None,
        expires_on=since + timedelta(days=3 * 365) if registered else None,
    )
    user_id = accounts.add_user(
        None,
        professional_id=professional_id,
        email=email_of(person.login),
        password=PASSWORD,
        password_hash=password_hash,
    )
    accounts.add_membership(user_id=user_id, team_id=place.team_id, role=person.role, from_on=since)


# ---------------------------------------------------------------- this fortnight

# Who is on duty in turn, by team.
ON_DUTY = {
    "hub": ("mash.worker", "hub.olu", "hub.tessa", "hub.craig", "hub.farah"),
    "north": ("north.manager", "north.deputy", "north.liz"),
    "central": ("central.manager", "central.deputy", "central.zara"),
    "south": ("south.manager", "south.deputy", "south.tariq"),
    "night": ("edt", "edt2", "edt3", "edt4"),
}


def make_fortnight() -> None:
    """Who is away, who covers and who is on duty in the two weeks from today; a registration about to run out and one
    that has. In the caller's transaction, after `make_organisation`."""
    today = clock.today()
    until = today + timedelta(days=6)
    for manager, away, covering, reason in (
        ("north.manager", "marta.wilk", "north.worker", "leave"),
        ("central.manager", "central.amy", "ben.oldroyd", "sick"),
    ):
        accounts.set_absence(
            _actor(manager),
            professional_id=_professional(away),
            from_on=today - timedelta(days=1),
            until_on=until,
            reason=reason,
            covering_id=_professional(covering),
        )
    for manager, login, expires_on in (
        ("south.manager", "south.worker", today + timedelta(days=12)),
        ("central.manager", "central.peter", today - timedelta(days=9)),
    ):
        accounts.check_registration(
            _actor(manager),
            professional_id=_professional(login),
            number=f"SW{200000 + expires_on.day}",
            checked_on=today - timedelta(days=30),
            expires_on=expires_on,
        )
    for key, logins in ON_DUTY.items():
        _fill_rota(key, [_professional(login) for login in logins], today)


def _fill_rota(key: str, people: list[int], today: date) -> None:
    team = queries.find_team(key=key)
    assert team is not None
    turn = 0
    for offset in range(queries.ROTA_DAYS):
        day = today - timedelta(days=today.weekday()) + timedelta(days=offset)
        for part in parts_of(team.kind):
            if part == "night" or day.weekday() < 5:
                accounts.put_on_duty(
                    None, team_id=team.id, professional_id=people[turn % len(people)], on_day=day, part=part
                )
                turn += 1


def _actor(login: str) -> Actor:
    found = queries.find_actor_by_email(email_of(login))
    assert found is not None, login
    return found


def _professional(login: str) -> int:
    found = _actor(login).professional_id
    assert found is not None
    return found
