"""Makes labelled registers and look-ups for measuring the matching, by seed, size and mix of names. All people are invented.

`python -m benchmarks.registers FOLDER --people 100000 --seed 7 --mix city` writes the four files that `tests/data/matching_dev` has,
with the same columns, and in the truth files a column `group` more: the origin of the name, so that groups can be compared.
"""

import argparse
import csv
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

from benchmarks.register_names import CALLED, GROUPS, MIXES, SPELLINGS, Names, split
from benchmarks.register_slips import (
    abbreviated,
    day_off,
    double_barrelled,
    nhs_check_digit,
    nhs_mistyped,
    postcode_slip,
    swapped,
    typo,
    year_off,
)

TODAY = date(2026, 11, 20)
COLUMNS = [
    "record_id",
    "nhs_number",
    "first_name",
    "middle_name",
    "last_name",
    "aka",
    "sex",
    "dob",
    "dob_status",
    "address",
    "postcode",
    "carer_name",
    "phone",
]
_STREETS = split(
    "Acacia Ashfield Bank Beacon Birch Bridge Brook Canal Castle Chapel Clough Colliery Cross Dale Field Forge Foundry Garden Hall Heath Hill Holly Lime Lower Market Meadow Moor Nelson Orchard Park Prospect Quarry Railway Ridge River Rowan Royd School Spring Stone Station Tannery Union Upper Vale Victoria Wharf Willow Wood"
)
_KINDS = split("Road Street Avenue Close Lane Drive Court Place Grove Way Terrace Crescent Gardens Walk Rise View")
_AREAS = {"valley": ("S", "DN", "WF"), "city": ("M", "B", "BD"), "coast": ("SA", "CF", "LL")}


@dataclass(slots=True)
class Person:
    """Somebody as they truly are; what a register holds of them, and what is asked, is told from this."""

    entity: int
    home: int
    group: str
    first: str
    middle: str
    last: str
    sex: str
    born: date
    role: str
    address: str
    postcode: str
    aka: str = ""
    nhs: str = ""
    carer: str = ""
    phone: str = ""
    status: str = "exact"
    twin: bool = False
    named_like_father: bool = False
    in_register: bool = True

    def row(self) -> dict[str, str]:
        """All that is known of them, in the columns of the files (without a number of the row)."""
        return {
            "nhs_number": self.nhs,
            "first_name": self.first,
            "middle_name": self.middle,
            "last_name": self.last,
            "aka": self.aka,
            "sex": self.sex,
            "dob": self.born.isoformat(),
            "dob_status": self.status,
            "address": self.address,
            "postcode": self.postcode,
            "carer_name": self.carer,
            "phone": self.phone,
        }


@dataclass
class Register:
    """A register with its truth and the look-ups with theirs, each row as it stands in its file."""

    rows: list[dict[str, str]] = field(default_factory=list)
    truth: list[dict[str, str]] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    truth_queries: list[dict[str, str]] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Write the four files."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in (one.name for one in fields(self)):
            file = {"rows": "register", "truth": "truth_register"}.get(name, name)
            rows = getattr(self, name)
            with open(folder / f"{file}.csv", "w", newline="", encoding="utf-8") as out:
                writer = csv.DictWriter(out, list(rows[0]))
                writer.writeheader()
                writer.writerows(rows)


class Population:
    """Families in their homes: who there is, before anybody writes anything down."""

    def __init__(self, seed: int, mix: str, people: int) -> None:
        self.random = random.Random(f"{seed} {mix} {people}")
        self.mix = mix
        self.people: list[Person] = []
        self.by_home: dict[int, list[Person]] = defaultdict(list)
        self._groups = list(MIXES[mix])
        self._weights = list(accumulate(MIXES[mix].values()))
        self._shares: dict[tuple[str, ...], list[float]] = {}
        self._streets = self._make_streets(max(40, people // 60))
        self._taken: set[str] = set()
        self._shuffled = {name: self._shuffle(names) for name, names in GROUPS.items()}

    def _shuffle(self, names: Names) -> Names:
        """Which names are common is another matter in each register."""
        lists = [list(one) for one in (names.female, names.male, names.last)]
        for one in lists:
            # The most usual stay among the usual: order within the list is moved by some places.
            keys = {name: place * self.random.uniform(0.4, 1.6) for place, name in enumerate(one, 1)}
            one.sort(key=keys.__getitem__)
        return Names(*(tuple(one) for one in lists), names.feminine)

    def _make_streets(self, count: int) -> list[tuple[str, str]]:
        chance, made = self.random, []
        for _ in range(count):
            area = f"{chance.choice(_AREAS[self.mix])}{chance.randint(1, 89)} {chance.randint(1, 9)}"
            end = "".join(chance.choice("ABDEFGHJLNPQRSTUWXYZ") for _ in range(2))
            made.append((f"{chance.choice(_STREETS)} {chance.choice(_KINDS)}", area + end))
        return made

    def pick(self, names: tuple[str, ...], flat: float = 0.75) -> str:
        """A name: the first of the list some hundred times as often as the last."""
        if names not in self._shares:
            self._shares[names] = list(accumulate(1 / (place + 2) ** flat for place in range(len(names))))
        return self.random.choices(names, cum_weights=self._shares[names])[0]

    def new_home(self) -> tuple[str, str]:
        """An address and its postcode."""
        street, postcode = self.random.choice(self._streets)
        line = f"{self.random.randint(1, 140)} {street}"
        if self.random.random() < 0.12:
            line = f"Flat {self.random.randint(1, 20)}, {line}"
        return line, postcode

    def new_nhs(self) -> str:
        """A number of the test range that nobody has, with its check digit."""
        while True:
            nine = f"999{self.random.randrange(1_000_000):06d}"
            digit = nhs_check_digit(nine)
            if digit is not None and nine not in self._taken:
                self._taken.add(nine)
                return f"{nine}{digit}"

    def new_phone(self) -> str:
        """A mobile number such as invented people have."""
        return f"07700 9{self.random.randrange(100_000):05d}"

    def names_of(self, group: str) -> Names:
        """A group's names, the usual ones of this place first."""
        return self._shuffled[group]

    def given(self, group: str, sex: str, besides: Sequence[str] = ()) -> str:
        """A given name that none of the siblings has; parents of one group now and then take one of another."""
        if group != "british" and self.random.random() < 0.06:
            group = "british"
        names = self.names_of(group)
        while (name := self.pick(names.female if sex == "F" else names.male)) in besides:
            pass
        return name

    def surname(self, group: str) -> str:
        """A surname, sometimes of two."""
        last = self.pick(self.names_of(group).last)
        if self.random.random() < 0.05:
            last = f"{last}-{self.pick(self.names_of(group).last)}"
        return last

    def form(self, group: str, last: str, sex: str) -> str:
        """The surname as a woman or girl of this group bears it; many families here keep one form."""
        feminine = GROUPS[group].feminine
        return feminine.get(last, last) if sex == "F" and self.random.random() < 0.6 else last

    def family(self, *, twins: bool = False, junior: bool = False, unborn: bool = False) -> list[Person]:
        """A mother, often a father, their children; gives all of them. Each is in the register until taken out."""
        chance = self.random
        group = chance.choices(self._groups, cum_weights=self._weights)[0]
        home, (address, postcode) = len(self.by_home), self.new_home()
        phone, last = self.new_phone(), self.surname(group)
        count = 2 if twins else chance.choices((1, 2, 3, 4, 5), (30, 40, 19, 8, 3))[0]
        eldest = TODAY - timedelta(days=chance.randint(30, 17 * 365))
        made: list[Person] = []

        def add(role: str, first: str, surname: str, sex: str, born: date, **more: object) -> Person:
            middle = self.given(group, sex, [first]) if chance.random() < 0.3 and role != "unborn" else ""
            nhs = self.new_nhs() if chance.random() < (0.0 if role == "unborn" else 0.62) else ""
            one = Person(
                len(self.people), home, group, first, middle, surname, sex, born, role, address, postcode, nhs=nhs
            )
            for key, value in more.items():
                setattr(one, key, value)
            made.append(one)
            self.people.append(one)
            self.by_home[home].append(one)
            return one

        years = chance.uniform(18, 40)
        own = last if chance.random() < 0.6 else self.surname(group)
        mother = add(
            "adult",
            self.given(group, "F"),
            self.form(group, own, "F"),
            "F",
            eldest - timedelta(days=int(365 * years)),
            phone=phone,
        )
        father = None
        if junior or chance.random() < 0.6:
            born = mother.born + timedelta(days=chance.randint(-2500, 1500))
            father = add(
                "adult",
                self.given(group, "M"),
                last,
                "M",
                born,
                phone=phone if chance.random() < 0.5 else self.new_phone(),
            )
        carer = f"{mother.first} {mother.last}"
        self._children(
            add,
            group,
            last,
            count,
            eldest,
            (carer, phone),
            father if junior or chance.random() < 0.012 else None,
            twins,
        )
        due = TODAY + timedelta(days=chance.randint(-40, 200)) if unborn else TODAY
        # Not while a brother or sister is younger than a mother carries the next one.
        if unborn and all((due - one.born).days > 290 for one in made if one.role == "child"):
            add("unborn", "Unborn", mother.last, "", due, carer=carer, phone=phone, status="edd")
        for one in made:
            self._call(one)
        return made

    def _children(
        self,
        add: Callable[..., Person],
        group: str,
        last: str,
        count: int,
        eldest: date,
        told: tuple[str, str],
        father: Person | None,
        twins: bool,
    ) -> None:
        chance, born, firsts = self.random, eldest, []
        at_once = twins or (count > 1 and chance.random() < 0.03)
        for number in range(count):
            if number and not (at_once and number == 1):
                born += timedelta(days=chance.randint(300, 1500))
            if born > TODAY:
                break
            sex = "M" if number == 0 and father else chance.choice("FM")
            first = (
                father.first
                if number == 0 and father
                else self._child_name(group, sex, firsts, at_once and number == 1)
            )
            firsts.append(first)
            add(
                "child",
                first,
                self.form(group, last, sex),
                sex,
                born,
                carer=told[0],
                phone=told[1],
                twin=at_once and number < 2,
                named_like_father=bool(number == 0 and father),
            )

    def _child_name(self, group: str, sex: str, firsts: list[str], of_twin: bool) -> str:
        """A child's name; twins are often given names that sound alike, never two spellings of one."""
        taken = [other for first in firsts for other in (first, *SPELLINGS.get(first, ()), *CALLED.get(first, ()))]
        name = self.given(group, sex, taken)
        if of_twin and self.random.random() < 0.5:
            for _ in range(40):
                if name[0] == firsts[0][0] and (name[-1] == firsts[0][-1] or self.random.random() < 0.3):
                    break
                name = self.given(group, sex, taken)
        return name

    def _call(self, one: Person) -> None:
        if self.random.random() < 0.045:
            called = CALLED.get(one.first)
            one.aka = self.random.choice(called) if called and self.random.random() < 0.5 else self.surname(one.group)


class Asking:
    """Turns people into what somebody asks about them: a scenario, and the carelessness of forms."""

    def __init__(self, population: Population) -> None:
        self.population = population
        self.random = population.random

    def plain(self, one: Person) -> dict[str, str]:
        """All but what a form seldom holds; a little carelessness in how it is written."""
        row, chance = one.row() | {"aka": ""}, self.random
        for column, share in (
            ("nhs_number", 0.2),
            ("middle_name", 0.5),
            ("carer_name", 0.58),
            ("phone", 0.55),
            ("sex", 0.91),
        ):
            if chance.random() > share:
                row[column] = ""
        if chance.random() < 0.07:
            row |= {name: row[name].upper() for name in ("first_name", "last_name")}
        if chance.random() < 0.06:
            row["last_name"] = " " + row["last_name"]
        if chance.random() < 0.08:
            row["address"] = abbreviated(row["address"])
        return row

    def moved(self, row: dict[str, str]) -> None:
        """Another home; often another phone, or none told."""
        row["address"], row["postcode"] = self.population.new_home()
        if self.random.random() < 0.75:
            row["phone"] = ""

    def variant(self, row: dict[str, str], one: Person) -> bool:
        """Another spelling of a name, if one is in use."""
        can = [
            (column, name) for column, name in (("first_name", one.first), ("last_name", one.last)) if name in SPELLINGS
        ]
        if not can:
            return False
        column, name = self.random.choice(can)
        row[column] = self.random.choice(SPELLINGS[name])
        return True

    def nickname(self, row: dict[str, str], one: Person) -> bool:
        """What they are called at home."""
        if one.first not in CALLED:
            return False
        row["first_name"] = self.random.choice(CALLED[one.first])
        return True

    def middle(self, row: dict[str, str], one: Person) -> bool:
        """Called by the middle name."""
        if not one.middle:
            return False
        row |= {"first_name": one.middle, "middle_name": ""}
        return True

    def other_surname(self, row: dict[str, str], one: Person) -> None:
        """A surname that has nothing to do with the old one."""
        while (last := self.population.surname(one.group)) == one.last:
            pass
        row["last_name"] = last

    def other_first(self, row: dict[str, str], one: Person) -> None:
        """Another given name; one in four changed their sex's name."""
        sex = one.sex if self.random.random() < 0.75 else {"F": "M", "M": "F"}[one.sex]
        row["first_name"] = self.population.given(one.group, sex, [one.first, *CALLED.get(one.first, ())])
        row |= {"middle_name": "", "sex": row["sex"] and self.random.choice((one.sex, sex, ""))}

    def estimated(self, row: dict[str, str], one: Person) -> None:
        """A birth date that somebody guessed."""
        row |= {"dob": f"{one.born.year + self.random.choice((-1, 0, 0, 1))}-01-01", "dob_status": "estimated"}

    def no_date(self, row: dict[str, str]) -> None:
        """Nobody knows when they were born."""
        row |= {"dob": "", "dob_status": ""}

    def swap_date(self, row: dict[str, str], one: Person) -> bool:
        """Day and month changed places."""
        if one.born.day > 12 or one.born.day == one.born.month:
            return False
        row["dob"] = one.born.replace(month=one.born.day, day=one.born.month).isoformat()
        return True

    def slip(self, scenario: str, one: Person) -> dict[str, str] | None:
        """What is asked about somebody in a scenario, or None if it cannot befall them."""
        row = self.plain(one)
        for part in PARTS[scenario]:
            if getattr(self, f"_{part}")(row, one) is False:
                return None
        return row if any(row[key].strip() != value for key, value in one.row().items()) else None

    # The parts a scenario is made of: each changes the row, or says that it cannot.
    def _nothing(self, row: dict[str, str], one: Person) -> None:
        pass

    def _whole(self, row: dict[str, str], one: Person) -> bool:
        row |= one.row() | {"aka": ""}
        return bool(one.nhs)

    def _moved(self, row: dict[str, str], one: Person) -> None:
        self.moved(row)

    def _variant(self, row: dict[str, str], one: Person) -> bool:
        return self.variant(row, one)

    def _nickname(self, row: dict[str, str], one: Person) -> bool:
        return self.nickname(row, one)

    def _middle(self, row: dict[str, str], one: Person) -> bool:
        return self.middle(row, one)

    def _middle_variant(self, row: dict[str, str], one: Person) -> bool:
        if one.middle not in SPELLINGS:
            return False
        row |= {"first_name": self.random.choice(SPELLINGS[one.middle]), "middle_name": ""}
        return True

    def _first_changed(self, row: dict[str, str], one: Person) -> None:
        self.other_first(row, one)

    def _last_changed(self, row: dict[str, str], one: Person) -> None:
        self.other_surname(row, one)

    def _double(self, row: dict[str, str], one: Person) -> None:
        row["last_name"] = double_barrelled(self.random, one.last, self.population.surname(one.group))

    def _typo_first(self, row: dict[str, str], one: Person) -> bool:
        row["first_name"] = typo(self.random, one.first)
        return len(one.first) > 2

    def _typo_last(self, row: dict[str, str], one: Person) -> bool:
        row["last_name"] = typo(self.random, one.last)
        return len(one.last) > 3

    def _typo(self, row: dict[str, str], one: Person) -> bool:
        return self.random.choice((self._typo_first, self._typo_last))(row, one)

    def _swapped(self, row: dict[str, str], one: Person) -> None:
        row |= swapped(row)

    def _no_date(self, row: dict[str, str], one: Person) -> None:
        self.no_date(row)

    def _estimated(self, row: dict[str, str], one: Person) -> None:
        self.estimated(row, one)

    def _swap_date(self, row: dict[str, str], one: Person) -> bool:
        return self.swap_date(row, one)

    def _day_off(self, row: dict[str, str], one: Person) -> None:
        row["dob"] = day_off(self.random, one.born).isoformat()

    def _year_off(self, row: dict[str, str], one: Person) -> None:
        row["dob"] = year_off(self.random, one.born).isoformat()

    def _postcode_slip(self, row: dict[str, str], one: Person) -> None:
        row["postcode"] = postcode_slip(self.random, one.postcode)

    def _no_home(self, row: dict[str, str], one: Person) -> None:
        row |= {"address": "", "postcode": ""}

    def _nhs_mistyped(self, row: dict[str, str], one: Person) -> bool:
        if not one.nhs:
            return False
        row["nhs_number"] = nhs_mistyped(self.random, one.nhs)
        return True

    def _nhs_alone(self, row: dict[str, str], one: Person) -> bool:
        row |= {"nhs_number": one.nhs, "carer_name": one.carer, "phone": ""}
        return bool(one.nhs)


# Scenario: the slips it is made of.
PARTS: dict[str, tuple[str, ...]] = {
    "exact": ("whole",),
    "nickname": ("nickname",),
    "spelling_variant": ("variant",),
    "typo_first": ("typo_first",),
    "typo_last": ("typo_last",),
    "names_swapped": ("swapped",),
    "called_by_middle_name": ("middle",),
    "first_name_changed": ("first_changed",),
    "surname_changed": ("last_changed",),
    "double_barrelled": ("double",),
    "moved": ("moved",),
    "postcode_missing": ("no_home",),
    "postcode_typo": ("postcode_slip",),
    "dob_missing": ("no_date",),
    "dob_estimated_1jan": ("estimated",),
    "dob_day_month_swapped": ("swap_date",),
    "dob_day_off": ("day_off",),
    "dob_year_off": ("year_off",),
    "nhs_mistyped": ("whole", "nhs_mistyped"),
    "nhs_right_rest_poor": ("typo_first", "last_changed", "moved", "nhs_alone"),
    "nickname+moved": ("nickname", "moved"),
    "nickname+dob_missing": ("nickname", "no_date"),
    "variant+moved": ("variant", "moved"),
    "variant+dob_swap": ("variant", "swap_date"),
    "middle+variant": ("middle_variant",),
    "swapnames+variant": ("variant", "swapped"),
    "double+moved": ("double", "moved"),
    "surname_changed+moved": ("last_changed", "moved"),
    "two_typos+moved": ("typo_first", "typo_last", "moved"),
    "typo+dob_est": ("typo", "estimated"),
    "typo+year_off+no_postcode": ("typo", "year_off", "no_home"),
}
DUPLICATES = [one for one in PARTS if one not in ("exact", "nhs_mistyped", "nhs_right_rest_poor")]


class Maker:
    """Makes a register of about so many people, and so many look-ups of each scenario."""

    def __init__(self, *, seed: int, people: int, mix: str, each: int) -> None:
        self.population = Population(seed, mix, people)
        self.random, self.size, self.each = self.population.random, people, each
        self.asking = Asking(self.population)
        self.made = Register()
        self.records: dict[int, list[str]] = defaultdict(list)

    def make(self) -> Register:
        """The register, its truth, the look-ups and theirs."""
        population, each = self.population, self.each
        withheld: dict[str, list[Person]] = {
            "twin_other_only_known": [],
            "sibling_only_known": [],
            "junior_parent_known": [],
            "not_known": [],
        }
        for _ in range(2 * each):
            children = [one for one in population.family(twins=True) if one.role == "child"]
            self._withhold(withheld["twin_other_only_known"], children[:1] if len(children) == 2 else [])
            children = [one for one in population.family() if one.role == "child" and not one.twin]
            self._withhold(withheld["sibling_only_known"], children[:1] if len(children) > 1 else [])
            children = [one for one in population.family(junior=True) if one.role == "child"]
            self._withhold(withheld["junior_parent_known"], [one for one in children if one.named_like_father])
            strangers = population.family()
            for one in strangers:
                one.in_register = False
            withheld["not_known"] += [one for one in strangers if one.role == "child"][:2]
        for _ in range(each):
            population.family(twins=True)
            population.family(unborn=True)
        while len(population.people) < self.size:
            population.family(unborn=self.random.random() < 0.012)
        self._write_register()
        self._ask(withheld)
        self.random.shuffle(asked := list(zip(self.made.queries, self.made.truth_queries, strict=True)))
        for number, (query, truth) in enumerate(asked):
            query["query_id"] = truth["query_id"] = f"Q{number:05d}"
        self.made.queries, self.made.truth_queries = [query for query, _ in asked], [truth for _, truth in asked]
        return self.made

    def _withhold(self, kept: list[Person], people: list[Person]) -> None:
        for one in people:
            one.in_register = False
        kept += people

    def _write_register(self) -> None:
        chance = self.random
        told = [
            (one, self._as_held(one), f"{one.role}{'|twin' if one.twin else ''}")
            for one in self.population.people
            if one.in_register
        ]
        children = [one for one, _, _ in told if one.role == "child"]
        for _ in range(len(told) // 80):
            scenario = chance.choice(DUPLICATES)
            one = chance.choice(children)
            row = self.asking.slip(scenario, one)
            if row is not None:
                told.append((one, row, f"dup:{scenario}"))
        chance.shuffle(told)
        for number, (one, row, tags) in enumerate(told, 1):
            record_id = f"P{number:07d}"
            self.records[one.entity].append(record_id)
            self.made.rows.append({"record_id": record_id, **row})
            self.made.truth.append(
                {"record_id": record_id, "entity_id": str(one.entity), "tags": tags, "group": one.group}
            )

    def _as_held(self, one: Person) -> dict[str, str]:
        """What the register holds: not always all, and not always right."""
        row, chance = one.row(), self.random
        if chance.random() < 0.015 and one.role != "unborn":
            row |= {"dob": "", "dob_status": ""}
        elif chance.random() < 0.01 and one.role != "unborn":
            row |= {"dob": f"{one.born.year}-01-01", "dob_status": "estimated"}
        for column, share in (("phone", 0.25), ("postcode", 0.035), ("sex", 0.004)):
            if chance.random() < share:
                row[column] = ""
        return row

    def _ask(self, withheld: dict[str, list[Person]]) -> None:
        children = [one for one in self.population.people if one.in_register and one.role == "child"]
        self.random.shuffle(children)
        for scenario in PARTS:
            count, each = 0, self.each * (2 if scenario.startswith("nhs_") else 1)
            for one in self._all_round(children):
                if count == each:
                    break
                row = self.asking.slip(scenario, one)
                if row is not None:
                    self._add(scenario, row, one)
                    count += 1
        for scenario, people in withheld.items():
            for one in people[: self.each * 3]:
                self._add(scenario, self.asking.plain(one), one)
        twins = Counter(one.home for one in children if one.twin)
        self._ask_twins([one for one in children if one.twin and twins[one.home] == 2])
        self._ask_unborn()
        self._ask_namesakes(children)

    def _all_round(self, children: list[Person]) -> Iterator[Person]:
        """From a child at random once through all of them."""
        start = self.random.randrange(len(children))
        for place in range(len(children)):
            yield children[(start + place) % len(children)]

    def _ask_twins(self, twins: list[Person]) -> None:
        for one in twins[: 2 * self.each]:
            row = self.asking.plain(one)
            if self.random.random() < 0.4:
                self.asking.moved(row)
            if self.random.random() < 0.5:
                self.asking.variant(row, one)
            self._add("twin_both_known", row, one)

    def _ask_unborn(self) -> None:
        unborn = [one for one in self.population.people if one.role == "unborn" and one.in_register]
        for one in unborn[: int(1.4 * self.each)]:
            again = self.asking.plain(one) | {"sex": "", "carer_name": one.carer if self.random.random() < 0.9 else ""}
            again |= {
                "first_name": self.random.choice(("Unborn", "Unborn baby", "Baby")),
                "dob": self._near(one.born, 10),
            }
            self._add("unborn_again", again, one)
            sex = self.random.choice("FM")
            born = self.asking.plain(one) | {
                "first_name": self.population.given(one.group, sex),
                "sex": sex,
                "dob_status": "exact",
            }
            born |= {"dob": self._near(one.born, 21), "nhs_number": self.population.new_nhs(), "carer_name": one.carer}
            self._add("born_was_unborn", born, one)

    def _near(self, day: date, days: int) -> str:
        return (day + timedelta(days=self.random.randint(-days, days))).isoformat()

    def _ask_namesakes(self, children: list[Person]) -> None:
        for one in self.random.sample(children, 2 * self.each):
            population = self.population
            other = replace(one, home=-1, phone="", nhs=population.new_nhs(), aka="")
            other.address, other.postcode = population.new_home()
            other.middle = population.given(one.group, one.sex, [one.first, one.middle])
            other.carer = f"{population.given(one.group, 'F')} {population.surname(one.group)}"
            self._add("namesake_same_dob", other.row(), one, known=False)
            days = self.random.choice((3, 4, 5, 6)) * 365 + self.random.randint(-170, 170)
            later = one.born + timedelta(days=days)
            born = later if later < TODAY and self.random.random() < 0.5 else one.born - timedelta(days=days)
            other = replace(other, nhs="", middle="", carer="", born=born)
            self._add("namesake_other_dob", other.row(), one, known=False)

    def _add(self, scenario: str, row: dict[str, str], one: Person, known: bool = True) -> None:
        truth = self.records[one.entity] if known else []
        if known:
            others = [other for other in self.population.by_home[one.home] if other.entity != one.entity]
        else:
            others = [one]
        traps = [record for other in others for record in self.records[other.entity]]
        self.made.queries.append({"query_id": "", **row, "aka": ""})
        self.made.truth_queries.append(
            {
                "query_id": "",
                "scenario": scenario,
                "truth_ids": ";".join(truth),
                "trap_ids": ";".join(traps),
                "group": one.group,
            }
        )


def make_register(*, seed: int, people: int, mix: str, each: int = 32) -> Register:
    """A register of about `people` records and `each` look-ups of every scenario (more of the dangerous ones). `mix` is a
    key of MIXES. The same arguments give the same register."""
    return Maker(seed=seed, people=people, mix=mix, each=each).make()


def main() -> None:
    """Write the files."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", choices=sorted(MIXES), default="city")
    parser.add_argument("--each", type=int, default=32)
    given = parser.parse_args()
    made = make_register(seed=given.seed, people=given.people, mix=given.mix, each=given.each)
    made.write(given.folder)
    print(f"{len(made.rows)} records and {len(made.queries)} look-ups in {given.folder}")


if __name__ == "__main__":
    main()
