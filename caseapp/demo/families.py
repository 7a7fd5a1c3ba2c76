"""Invented families: children, the adults around them, their address. Pure: everything comes from the given Random."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from .worries import Sender, Worry, tell

GIRLS = (
    "Amelia",
    "Olivia",
    "Isla",
    "Freya",
    "Poppy",
    "Evie",
    "Ruby",
    "Aaliyah",
    "Zainab",
    "Maryam",
    "Zofia",
    "Hanna",
    "Nela",
    "Sara",
    "Amina",
    "Grace",
    "Lily",
    "Daisy",
    "Chloe",
    "Millie",
)
BOYS = (
    "Oliver",
    "Noah",
    "Arthur",
    "Leo",
    "Alfie",
    "Harvey",
    "Tyler",
    "Muhammad",
    "Yusuf",
    "Ibrahim",
    "Jakub",
    "Filip",
    "Samuel",
    "Abdi",
    "Kai",
    "Jack",
    "Finley",
    "Mason",
    "Riley",
    "Dylan",
)
MOTHERS = (
    "Kelly",
    "Gemma",
    "Stacey",
    "Nasreen",
    "Shazia",
    "Katarzyna",
    "Monika",
    "Hodan",
    "Danielle",
    "Leanne",
    "Becky",
    "Saira",
)
FATHERS = ("Craig", "Lee", "Wayne", "Imran", "Tariq", "Marek", "Pavol", "Ahmed", "Darren", "Scott", "Ryan", "Shaun")
SURNAMES = (
    "Barker",
    "Crowther",
    "Dyson",
    "Eastwood",
    "Firth",
    "Gill",
    "Hague",
    "Ingham",
    "Jessop",
    "Kirk",
    "Lockwood",
    "Moxon",
    "Naylor",
    "Oxley",
    "Pashley",
    "Roebuck",
    "Senior",
    "Tingle",
    "Utley",
    "Wragg",
    "Hussain",
    "Mahmood",
    "Akhtar",
    "Kowalski",
    "Wojcik",
    "Horvath",
    "Balog",
    "Warsame",
    "O'Connor",
    "McAllister",
    "Smith-Jones",
)
STREETS = (
    "Albert Road",
    "Bank Street",
    "Cross Street",
    "Doncaster Road",
    "Elm Grove",
    "Fitzwilliam Road",
    "Grange Avenue",
    "Hawthorn Close",
    "Ivanhoe Road",
    "Kent Road",
    "Lime Grove",
    "Manor Road",
    "North Road",
    "Oak Avenue",
    "Park View",
    "Queen Street",
    "Rowan Drive",
)


@dataclass(slots=True, eq=False)
class Household:
    """A family as it is told of, and what the simulation has to remember of it.

    `state`: known (nothing open), open (cases open). `busy`: something about it waits for a decision.
    """

    children: list[dict[str, Any]]
    adults: list[dict[str, Any]]
    state: str = "known"
    busy: bool = False
    referred_at: datetime | None = None
    case_ids: list[int] = field(default_factory=list)
    worker: Any = None

    @property
    def youngest_born(self) -> str:
        """The birth date of the youngest, as the form writes it."""
        return str(max(child["date_of_birth"] for child in self.children))


def make_household(random: Random, *, sectors: Sequence[str], on: date, teenager: bool = False) -> Household:
    """One to five children of one address with their adults, as on the day `on`."""
    surname = random.choice(SURNAMES)
    address = {
        "line1": f"{random.randint(1, 140)} {random.choice(STREETS)}",
        "postcode": f"{random.choice(sectors)}{''.join(random.choice('ABDEFGHJLNPQRSTUWXYZ') for _ in range(2))}",
        "kind": "home",
    }
    count = random.choices((1, 2, 3, 4, 5), weights=(45, 29, 16, 7, 3))[0]
    ethnicity = random.choices(("WBRI", "APKN", "WOTH", "WROM", "BAFR", "MWAS"), weights=(74, 8, 7, 4, 3, 4))[0]
    first: list[str] = []
    children = []
    for place in range(count):
        child = _child(random, surname, address, 11 if teenager and place == 0 else 0, on, first)
        first.append(child["first_name"])
        children.append({**child, "ethnicity": ethnicity})
    return Household(children, _adults(random, surname))


def make_document(random: Random, household: Household, *, sender: Sender, worry: Worry, last: str) -> dict[str, Any]:
    """One referral in the shape of the samples (marf-1): the children, their household, consent and the concern.

    `last`: what happened in the referral before, so that no two neighbours say the same.
    """
    child = household.children[0]["first_name"]
    told = sender.kind not in ("police", "anonymous") and random.random() < 0.8
    agrees = told and random.random() < 0.85
    document: dict[str, Any] = {
        "schema": "marf-1",
        "mode": sender.mode,
        "source_code": sender.source_code,
        "children": household.children,
        "concern": {
            "categories": list(worry.categories),
            "immediate_danger": worry.ratings == ("red",) and random.random() < 0.1,
            **tell(random, worry, child=child, last=last),
            "safety_scale": random.randint(2, 7),
        },
        "household": household.adults,
        "consent": {
            "parent_informed": told,
            "parent_agrees": agrees if told else None,
            **({} if told else {"reason_not_sought": random.choice(_NOT_ASKED)}),
        },
    }
    if sender.agency:
        document["agency"] = sender.agency
    if sender.name:
        document["referrer"] = {"name": sender.name, "role": sender.role, "phone": sender.phone}
    return document


_NOT_ASKED = ("would_increase_risk", "would_delay", "unable_to_contact", "not_mine_to_tell")


def _child(
    random: Random, surname: str, address: dict[str, str], youngest: int, on: date, taken: list[str]
) -> dict[str, Any]:
    sex = random.choice("FM")
    names = [name for name in (GIRLS if sex == "F" else BOYS) if name not in taken]
    born = on - timedelta(days=random.randint(youngest * 365 + 20, 16 * 365))
    child: dict[str, Any] = {
        "first_name": random.choice(names),
        "last_name": surname,
        "date_of_birth": born.isoformat(),
        "sex": sex,
        "address": address,
    }
    if random.random() < 0.4:
        child["nhs_number"] = _test_number(random)
    return child


def _test_number(random: Random) -> str:
    """An NHS number from the range that is kept for tests (999 ...), with its right check digit."""
    while True:
        digits = [9, 9, 9, *(random.randint(0, 9) for _ in range(6))]
        check = 11 - sum(digit * weight for digit, weight in zip(digits, range(10, 1, -1), strict=True)) % 11
        if check != 10:
            return "".join(map(str, digits)) + str(check % 11)


def _adults(random: Random, surname: str) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = [
        {
            "name": f"{random.choice(MOTHERS)} {surname}",
            "relationship": "mother",
            "parental_responsibility": True,
            "phone": f"07700 900{random.randint(100, 999)}",
        }
    ]
    if random.random() < 0.6:
        partner = random.random() < 0.4
        people.append(
            {
                "name": f"{random.choice(FATHERS)} {random.choice(SURNAMES) if partner else surname}",
                "relationship": "mother's partner" if partner else "father",
                **(
                    {"adult_of_concern": True}
                    if partner and random.random() < 0.5
                    else {"parental_responsibility": not partner}
                ),
            }
        )
    return people
