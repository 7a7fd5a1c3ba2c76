"""Invented families and what a school, a police officer or a nurse would write about them. Pure: everything comes
from the given Random."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

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


@dataclass(frozen=True)
class Worry:
    """What a referral is about: the form's categories and the words of somebody who saw it."""

    categories: tuple[str, ...]
    happened: str
    worries: str
    working: str
    next_step: str
    voice: str
    weight: int
    ratings: tuple[str, ...]
    # Whose words these are: a kind of Sender.
    by: tuple[str, ...]


WORRIES = (
    Worry(
        ("neglect",),
        "{child} has come in hungry most mornings this fortnight and in the same clothes. The home is cold; "
        "the meter has been empty "
        "twice. Attendance has fallen to 78 %.",
        "Not enough food or heat at home, and nobody answers our calls.",
        "Mum came to the last parents' evening and asked about help with bills.",
        "Somebody to see the home and talk about money and routines.",
        "I like it when it's warm here.",
        5,
        ("amber", "green"),
        ("school",),
    ),
    Worry(
        ("domestic_abuse",),
        "We were called to a loud argument at the address. {child} was upstairs and had heard it all. No "
        "injuries seen. "
        "A neighbour says it is the third time since the summer.",
        "Living with violence between the adults.",
        "The adult victim spoke to us on her own and took a leaflet.",
        "A safety plan for the home and somebody for {child} to talk to.",
        "I put my headphones on.",
        6,
        ("amber", "red"),
        ("police",),
    ),
    Worry(
        ("physical_abuse",),
        "{child} has a bruise on the upper arm the size of a thumb. Said 'it was because I was late'. Would "
        "not say more.",
        "That {child} is being hit at home.",
        "{child} trusts the teaching assistant and came to her.",
        "{child} needs to be seen today.",
        "Don't tell him I said.",
        2,
        ("red",),
        ("school",),
    ),
    Worry(
        ("parental_mental_health",),
        "Mum was tearful at the clinic and said she is not sleeping and has stopped her tablets. {child} is clean and "
        "was playing, but has missed two reviews.",
        "Mum is on her own and unwell.",
        "Mum asked for help herself; warm with {child}.",
        "Family help, and a visit together with the perinatal team.",
        "Mummy sad.",
        4,
        ("green", "amber"),
        ("health",),
    ),
    Worry(
        ("parental_substance_misuse", "neglect"),
        "Collected from school twice this month by an adult who smelled strongly of drink. {child} says "
        "there are 'sleepy people' in the house at night.",
        "Unsafe adults in the home and nobody watching.",
        "Grandmother lives near and helps.",
        "Find out who lives there and who looks after {child} in the evening.",
        "Nan's is better.",
        3,
        ("amber",),
        ("school",),
    ),
    Worry(
        ("child_sexual_exploitation", "missing"),
        "{child} was missing overnight on Friday and came back with a new phone that cannot be explained. "
        "Friends talk of an older man who drives them around.",
        "Gifts, an older male, going missing.",
        "{child} still comes to her form tutor in a crisis.",
        "A strategy meeting, and a talk after going missing.",
        "You lot wouldn't get it.",
        2,
        ("red", "amber"),
        ("school", "police"),
    ),
    Worry(
        ("self_harm",),
        "{child} showed the nurse cuts on the forearm, some fresh. Waiting for CAMHS since June.",
        "That it gets worse while waiting.",
        "Parents came in the same day and are looking after the medicines.",
        "Somebody to hold it together until CAMHS starts.",
        "It makes it quiet for a bit.",
        3,
        ("green", "amber"),
        ("health",),
    ),
    Worry(
        ("missing_education",),
        "{child} has been in school four days of the last twenty. Letters are not answered.",
        "Nobody has seen {child}.",
        "When here, {child} works well.",
        "A home visit to see {child}.",
        "",
        3,
        ("green",),
        ("school",),
    ),
    Worry(
        ("emotional_abuse",),
        "{child} is called stupid and unwanted in front of others at pick-up. {child} has stopped speaking in class.",
        "That {child} believes it.",
        "An aunt collects on Thursdays and {child} lights up.",
        "Time for {child} alone with somebody who listens.",
        "I'm the bad one.",
        3,
        ("amber", "green"),
        ("school",),
    ),
    Worry(
        ("housing", "neglect"),
        "The gas has been capped since October. {child} was at home on a school day and wore a coat indoors. "
        "The father says they manage.",
        "A cold home, and a child who may not be in school.",
        "They let me in and answered everything I asked.",
        "Somebody to look at heating, money and school.",
        "My bed is warm if I keep my coat on.",
        5,
        ("amber", "green"),
        ("housing",),
    ),
)


@dataclass(frozen=True)
class Sender:
    """Who refers: a sign-in of the demo, or an agency without one (then the hub takes it in)."""

    kind: str
    login: str | None
    agency: str
    source_code: str
    mode: str
    name: str
    role: str
    phone: str
    weight: int


SENDERS = (
    Sender(
        "school",
        "school",
        "Wath Primary School",
        "2A",
        "form",
        "Hannah Whitfield",
        "Designated safeguarding lead",
        "01632 960114",
        5,
    ),
    Sender(
        "police",
        "police",
        "South Yorkshire Police",
        "6",
        "police_notification",
        "PC 4471 Daniel Oakes",
        "Protecting vulnerable people",
        "01632 960201",
        8,
    ),
    Sender(
        "health",
        "health",
        "Rotherham NHS Foundation Trust",
        "3B",
        "form",
        "Sunita Rao",
        "Health visitor",
        "01632 960318",
        4,
    ),
    Sender(
        "school", None, "Clifton Community School", "2A", "form", "Martin Shaw", "Assistant head", "01632 960133", 3
    ),
    Sender(
        "housing", None, "Rotherham Council Housing", "4", "form", "Steve Pell", "Housing officer", "01632 960512", 2
    ),
    Sender(
        "health", None, "GP practice: Clifton Medical Centre", "3A", "form", "Dr Priya Nair", "GP", "01632 960341", 2
    ),
    Sender(
        "school",
        None,
        "Dinnington High School",
        "2A",
        "form",
        "Jo Beck",
        "Designated safeguarding lead",
        "01632 960160",
        3,
    ),
)


def make_document(random: Random, *, sectors: list[str], sender: Sender, worry: Worry, on: date) -> dict[str, Any]:
    """One referral in the shape of the samples (marf-1): one to three children, their household, consent and the
    concern."""
    surname = random.choice(SURNAMES)
    address = {
        "line1": f"{random.randint(1, 140)} {random.choice(STREETS)}",
        "postcode": f"{random.choice(sectors)}{''.join(random.choice('ABDEFGHJLNPQRSTUWXYZ') for _ in range(2))}",
        "kind": "home",
    }
    count = random.choices((1, 2, 3), weights=(6, 3, 1))[0]
    youngest = 11 if "child_sexual_exploitation" in worry.categories or "self_harm" in worry.categories else 0
    children = [_child(random, surname, address, youngest, on) for _ in range(count)]
    told = random.random() < 0.75
    agrees = told and random.random() < 0.85
    child = children[0]["first_name"]
    document: dict[str, Any] = {
        "schema": "marf-1",
        "mode": sender.mode,
        "agency": sender.agency,
        "source_code": sender.source_code,
        "referrer": {"name": sender.name, "role": sender.role, "phone": sender.phone},
        "children": children,
        "concern": {
            "categories": list(worry.categories),
            "immediate_danger": worry.ratings == ("red",) and random.random() < 0.2,
            "what_happened": worry.happened.format(child=child),
            "worries": worry.worries.format(child=child),
            "working_well": worry.working.format(child=child),
            "what_needs_to_happen": worry.next_step.format(child=child),
            "safety_scale": random.randint(2, 7),
            **({"child_voice": worry.voice} if worry.voice else {}),
        },
        "household": _household(random, surname),
        "consent": {
            "parent_informed": told,
            "parent_agrees": agrees if told else None,
            **({} if told else {"reason_not_sought": "would_increase_risk"}),
        },
    }
    return document


def _child(random: Random, surname: str, address: dict[str, str], youngest: int, on: date) -> dict[str, Any]:
    sex = random.choice("FM")
    born = on - timedelta(days=random.randint(youngest * 365 + 60, 16 * 365))
    child: dict[str, Any] = {
        "first_name": random.choice(GIRLS if sex == "F" else BOYS),
        "last_name": surname,
        "date_of_birth": born.isoformat(),
        "sex": sex,
        "ethnicity": random.choices(("WBRI", "APKN", "WOTH", "WROM", "BAFR", "MWAS"), weights=(70, 10, 8, 4, 4, 4))[0],
        "address": dict(address),
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


def _household(random: Random, surname: str) -> list[dict[str, Any]]:
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
