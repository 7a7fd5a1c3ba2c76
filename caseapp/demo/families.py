"""Invented families: children, the adults around them, their address. Pure: everything comes from the given Random."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from caseapp.kernel import clock
from caseapp.people.domain.names import years_old

from .worries import Sender, Worry, tell


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_BRITISH = _names("""Barker Crowther Dyson Eastwood Firth Gill Hague Ingham Jessop Kirk Lockwood Moxon Naylor Oxley
Pashley Roebuck Senior Tingle Utley Wragg O'Connor McAllister Smith-Jones Ashton Beaumont Birch
Cawthorne Chadwick Cutts Denby Ellis Fearn Garside Goddard Hallam Hinchliffe Holroyd Jagger Kaye
Leach Lister Marples Needham Osborne Parkin Pickering Quarmby Rawson Rhodes Shaw Stanley Swift
Tasker Thorpe Vickers Walton Whitham Womack Wright Yates""")
_GIRLS = _names("""Amelia Olivia Isla Freya Poppy Evie Ruby Grace Lily Daisy Chloe Millie Ava Ellie Harper Lola Maisie
Lexi Skye Summer Phoebe Erin Holly Paige Tilly Scarlett""")
_BOYS = _names("""Oliver Noah Arthur Leo Alfie Harvey Tyler Samuel Kai Jack Finley Mason Riley Dylan Archie Logan
Jayden Theo Harry Connor Ethan Callum Reggie Bobby Jenson Freddie""")
_MOTHERS = _names("""Kelly Gemma Stacey Danielle Leanne Becky Kirsty Jade Natalie Chantelle Vicky Hayley Sophie Donna
Charlotte Laura""")
_FATHERS = _names("""Craig Lee Wayne Darren Scott Ryan Shaun Jamie Liam Carl Dean Ricky Ashley Kieran Martin Luke""")


@dataclass(frozen=True)
class Heritage:
    """Names that go together, by the census's code of ethnicity."""

    ethnicity: str
    weight: int
    surnames: Sequence[str]
    girls: Sequence[str]
    boys: Sequence[str]
    mothers: Sequence[str]
    fathers: Sequence[str]


HERITAGES = (
    Heritage("WBRI", 74, _BRITISH, _GIRLS, _BOYS, _MOTHERS, _FATHERS),
    Heritage(
        "APKN",
        8,
        ("Hussain", "Mahmood", "Akhtar", "Khan", "Iqbal", "Shafiq", "Bashir", "Rafiq"),
        ("Aaliyah", "Zainab", "Maryam", "Aisha", "Hafsa", "Inaya"),
        ("Muhammad", "Yusuf", "Ibrahim", "Hamza", "Zayn", "Adam"),
        ("Nasreen", "Shazia", "Saira", "Rukhsana", "Samina"),
        ("Imran", "Tariq", "Asif", "Nadeem", "Shahid"),
    ),
    Heritage(
        "WOTH",
        7,
        ("Kowalski", "Nowak", "Wilk", "Mazur", "Sikora", "Baran"),
        ("Zofia", "Hanna", "Maja", "Lena", "Julia", "Oliwia"),
        ("Jakub", "Filip", "Szymon", "Kacper", "Antoni", "Oskar"),
        ("Katarzyna", "Monika", "Agnieszka", "Ewelina"),
        ("Marek", "Tomasz", "Piotr", "Krzysztof"),
    ),
    Heritage(
        "WROM",
        4,
        ("Horvath", "Balog", "Kandra", "Gabor", "Pohl"),
        ("Nela", "Sara", "Vanesa", "Kristina", "Ema"),
        ("Filip", "Samuel", "Denis", "Patrik", "Erik"),
        ("Monika", "Renata", "Jana", "Zdenka"),
        ("Pavol", "Jozef", "Milan", "Ladislav"),
    ),
    Heritage(
        "BAFR",
        3,
        ("Warsame", "Abdullahi", "Hassan", "Tesfaye", "Okafor", "Mensah"),
        ("Amina", "Hodan", "Ruth", "Blessing", "Selam"),
        ("Abdi", "Yusuf", "Daniel", "Emmanuel", "Nahom"),
        ("Hodan", "Fatuma", "Grace", "Almaz"),
        ("Ahmed", "Samuel", "Joseph", "Yonas"),
    ),
    Heritage("MWAS", 4, _BRITISH, _GIRLS, _BOYS, _MOTHERS, ("Imran", "Tariq", "Asif", "Nadeem", "Shahid")),
)
# Brothers and sisters are born this far apart, unless they are twins.
APART = timedelta(days=310)
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

    def has_age(self, ages: tuple[int, int], at: datetime) -> bool:
        """Whether one of the children is of these ages, in whole years, at an instant."""
        on = clock.to_london(at).date()
        return any(ages[0] <= age_of(child, on) <= ages[1] for child in self.children)

    @property
    def youngest_born(self) -> str:
        """The birth date of the youngest, as the form writes it."""
        return str(max(child["date_of_birth"] for child in self.children))


def make_household(random: Random, *, sectors: Sequence[str], on: date, ages: tuple[int, int] = (0, 16)) -> Household:
    """One to five children of one address with their adults, as on the day `on`; the first is of these ages, in
    years."""
    heritage = random.choices(HERITAGES, weights=[each.weight for each in HERITAGES])[0]
    surname = random.choice(heritage.surnames)
    address = {
        "line1": f"{random.randint(1, 140)} {random.choice(STREETS)}",
        "postcode": f"{random.choice(sectors)}{''.join(random.choice('ABDEFGHJLNPQRSTUWXYZ') for _ in range(2))}",
        "kind": "home",
    }
    count = random.choices((1, 2, 3, 4, 5), weights=(45, 29, 16, 7, 3))[0]
    first: list[str] = []
    children = []
    for born in _births(random, count, on, ages):
        child = _child(random, heritage, surname, address, born, first)
        first.append(child["first_name"])
        children.append({**child, "ethnicity": heritage.ethnicity})
    return Household(children, _adults(random, heritage, surname))


def _births(random: Random, count: int, on: date, ages: tuple[int, int]) -> list[date]:
    """Birth dates of brothers and sisters, each far enough from the others; fewer where there is no room."""
    youngest, oldest = ages
    births = [on - timedelta(days=random.randint(youngest * 366 + 20, oldest * 365))]
    for _ in range(4 * count):
        born = births[0] + timedelta(days=round(random.gauss(0, 1500)))
        between = on - timedelta(days=17 * 365) < born < on - timedelta(days=20)
        if len(births) < count and between and all(abs(born - other) >= APART for other in births):
            births.append(born)
    return births


def make_document(
    random: Random, household: Household, *, sender: Sender, worry: Worry, on: date, last: str
) -> dict[str, Any]:
    """One referral in the shape of the samples (marf-1): the children, their household, consent and the concern.

    `last`: what happened in the referral before, so that no two neighbours say the same.
    """
    child, age = _whom(random, household, worry, on)
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
            **tell(random, worry, child=child, age=age, last=last),
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


def _whom(random: Random, household: Household, worry: Worry, on: date) -> tuple[str, int]:
    """The child that a worry is about, and their age: one whom it fits, else the first."""
    fitting = [child for child in household.children if worry.fits(age_of(child, on))]
    child = random.choice(fitting) if fitting else household.children[0]
    return child["first_name"], age_of(child, on)


def age_of(child: dict[str, Any], on: date) -> int:
    """Whole years on a day."""
    return years_old(date.fromisoformat(child["date_of_birth"]), on)


_NOT_ASKED = ("would_increase_risk", "would_delay", "unable_to_contact", "not_mine_to_tell")


def _child(
    random: Random, heritage: Heritage, surname: str, address: dict[str, str], born: date, taken: list[str]
) -> dict[str, Any]:
    sex = random.choice("FM")
    names = [name for name in (heritage.girls if sex == "F" else heritage.boys) if name not in taken]
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


def _adults(random: Random, heritage: Heritage, surname: str) -> list[dict[str, Any]]:
    people: list[dict[str, Any]] = [
        {
            "name": f"{random.choice(heritage.mothers)} {surname}",
            "relationship": "mother",
            "parental_responsibility": True,
            "phone": f"07700 900{random.randint(100, 999)}",
        }
    ]
    if random.random() < 0.6:
        partner = random.random() < 0.4
        people.append(
            {
                "name": f"{random.choice(heritage.fathers)} {random.choice(heritage.surnames) if partner else surname}",
                "relationship": "mother's partner" if partner else "father",
                **(
                    {"adult_of_concern": True}
                    if partner and random.random() < 0.5
                    else {"parental_responsibility": not partner}
                ),
            }
        )
    return people
