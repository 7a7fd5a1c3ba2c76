"""The demo borough's agencies, teams and people: the sign-ins that the README promises, and colleagues to give work
to."""

import csv
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from caseapp.accounts import commands as accounts

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
    Person("health", "Sunita Rao", "Health visitor", "health_desk", "referrer"),
    Person("mash.worker", "Nadia Farrow", "Hub social worker", "hub", "worker", True),
    Person("mash.manager", "Paul Denton", "Hub manager", "hub", "manager", True),
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


def email_of(login: str) -> str:
    """The demo's e-mail address of a login: `school` -> `school@demo.example`."""
    return f"{login}@demo.example"


def make_organisation(*, since: date) -> None:
    """Make every agency, team and sign-in, all in force from `since`. One transaction, the caller's."""
    with SECTORS.open(newline="", encoding="utf-8") as file:
        rows = [(row["postcode_sector"], row["ward"], row["locality_team"]) for row in csv.DictReader(file)]
    accounts.add_postcode_sectors(rows)
    agencies = {
        key: accounts.add_agency(key=key, name=name, kind=kind, source_code=source, phone=phone)
        for key, name, kind, source, phone in AGENCIES
    }
    teams, agency_of_team, phones = {}, {}, {}
    for key, name, kind, agency, locality, may_hold, phone in TEAMS:
        teams[key] = accounts.add_team(
            key=key,
            name=name,
            kind=kind,
            agency_id=agencies[agency],
            locality=locality,
            may_hold_cases=may_hold,
            phone=phone,
        )
        agency_of_team[key], phones[key] = agencies[agency], phone
    for number, person in enumerate(PEOPLE, start=1):
        professional_id = accounts.add_professional(
            agency_id=agency_of_team[person.team],
            team_id=teams[person.team],
            name=person.name,
            title=person.title,
            phone=phones[person.team],
            qualified=person.qualified,
            registration_number=f"SW{100000 + number}" if person.qualified else None,
        )
        user_id = accounts.add_user(
            None, professional_id=professional_id, email=email_of(person.login), password=PASSWORD
        )
        accounts.add_membership(user_id=user_id, team_id=teams[person.team], role=person.role, from_on=since)
