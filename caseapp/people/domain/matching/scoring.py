"""How likely two descriptions are of one person: what agrees and what does not, weighed and said in words."""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein, JaroWinkler

from caseapp.people.domain.identifiers import check_nhs_number, check_upn

from .births import compare_births
from .comparing import Commonness, Compared, compare, level_of
from .described import BELOW, POSSIBLE, VERY_LIKELY, Described, Evidence, Scored
from .gates import FAMILY_SHARED, OWN_NAME, gates_of
from .nameparts import short_forms_of, spellings_of, unborn_words, words_of
from .places import Place, phone_digits, place
from .weights import bits_of, weights

# From so many bits on something speaks strongly for it.
_STRONG = 6.0
# What siblings share as well.
FAMILY = frozenset({"last", "home", "phone", "carer"})


@dataclass(frozen=True)
class Found:
    """What one field says: its level is for the gates, its words for people."""

    field: str
    level: str
    bits: float
    words: str


def words_to_count(asked: Described, known: Iterable[Described]) -> frozenset[str]:
    """The words of names whose commonness the comparison asks for: those that were told, and of the records those that
    are spellings or short forms of them."""
    told = _name_words_of(asked)
    near = {name for word in told for name in (*spellings_of(word), *short_forms_of(word))}
    return frozenset(told | {word for each in known for word in _name_words_of(each) if word in near})


def _name_words_of(described: Described) -> set[str]:
    found: set[str] = set()
    for text in (described.first, described.middle, described.last, *described.other_names, *described.carers):
        words = words_of(text)
        found.update(words, ["".join(words)] if len(words) > 1 else ())
    return found


def score(asked: Described, known: Described, common: Commonness) -> Scored:
    """Compare what arrived with what a record holds. Whoever is below the bands has no evidence put into words."""
    found = [
        *_names(asked, known, common),
        *_born(asked, known),
        *_homes(asked, known),
        *_phones(asked, known),
        *_carers(asked, known, common),
        *_sex(asked, known),
        *_identifiers(asked, known),
    ]
    found += one_name_in_a_family(found)
    gates = gates_of(asked, known, {each.field: each for each in found})
    family = sum(each.bits for each in found if each.field in FAMILY)
    # What a family shares leaves two or three people of a register to choose from, and no fewer.
    most = _chance(common.people) + weights()["family_below_chance"]
    bits = sum(each.bits for each in found if each.field not in FAMILY) + min(family, most)
    band = _band(bits, gates, common.people)
    if band == BELOW:
        return Scored(round(bits, 1), band, (), gates)
    evidence = tuple(Evidence(_strength(each.bits), each.words, round(each.bits, 1), each.field) for each in found)
    return Scored(round(bits, 1), band, evidence, gates)


def _strength(bits: float) -> str:
    if bits < 0:
        return "against"
    return "strong" if bits >= _STRONG else "some"


def _chance(people: int) -> float:
    """The larger the register, the more people agree by chance: each doubling asks for one bit more."""
    return math.log2(max(people, weights()["least_people"]))


def _band(bits: float, gates: Sequence[str], people: int) -> str:
    above = bits - _chance(people)
    if above >= weights()["very_likely"] and not gates:
        return VERY_LIKELY
    return POSSIBLE if above >= weights()["possible"] else BELOW


# ---------------------------------------------------------------- names


_DOUBTFUL = frozenset({"other", "near_weak", "middle"})


def _names(asked: Described, known: Described, common: Commonness) -> list[Found]:
    straight = [*_first(asked, known, common), *_last(asked, known, common)]
    turned = _turned(asked, known, common) if any(each.level in _DOUBTFUL for each in straight) else []
    if turned and sum(each.bits for each in turned) > sum(each.bits for each in straight):
        straight = turned
    return [*straight, *_middle(asked, known, straight)]


def _best(field: str, asked: Sequence[str], known: Sequence[str], common: Commonness) -> Compared | None:
    pairs = [compare(field, one, two, common) for one in asked for two in known]
    return max(pairs, key=lambda pair: pair.bits, default=None)


def _first(asked: Described, known: Described, common: Commonness) -> list[Found]:
    here, there = words_of(asked.first), words_of(known.first)
    if not here or not there:
        if not _unborn(asked) and not _unborn(known):
            return []
        return [Found("first", "unborn", bits_of("first", "unborn"), "no first name yet")]
    one, two = "".join(here), "".join(there)
    best = compare("first", one, two, common) if one == two else _best("first", here, there, common)
    assert best is not None
    if best.level == "same" and len(here) > 1 < len(there) and one != two:
        # Amelia Rose and Amelia Grace can be sisters.
        best = Compared("near", best.bits / 2, best.asked, best.known)
    found = Found("first", best.level, best.bits, _name_words("first name", best, asked.first, known.first))
    if best.level == "same":
        return [found]
    others = _called(asked, known, common)
    return [max(found, others, key=lambda each: each.bits)] if others else [found]


def _unborn(described: Described) -> bool:
    return described.born == "expected" or unborn_words(described.first)


def _called(asked: Described, known: Described, common: Commonness) -> Found | None:
    """Somebody called by a middle name, or by another name that is known."""
    best: Found | None = None
    for mine, theirs in (
        (asked.first, known.middle),
        (asked.middle, known.first),
        *((asked.first, " ".join(other.split()[:1])) for other in known.other_names),
        *((" ".join(other.split()[:1]), known.first) for other in asked.other_names),
    ):
        pair = _best("first", words_of(mine), words_of(theirs), common)
        if pair and pair.level in ("same", "slip", "spelling", "short", "near"):
            bits = pair.bits + bits_of("first", "middle")
            words = f"{mine} and {theirs}: called by a middle or other name"
            if best is None or bits > best.bits:
                best = Found("first", "middle", bits, words)
    return best


def _last(asked: Described, known: Described, common: Commonness) -> list[Found]:
    here, there = words_of(asked.last), words_of(known.last)
    if not here or not there:
        return []
    best = _last_pair(here, there, common)
    found = Found("last", best.level, best.bits, _name_words("last name", best, asked.last, known.last))
    for mine, theirs in (
        *((here, words_of(other)[-1:]) for other in known.other_names),
        *((words_of(other)[-1:], there) for other in asked.other_names),
    ):
        if mine and theirs:
            pair = _last_pair(mine, theirs, common)
            bits = pair.bits + bits_of("last", "former")
            if pair.level != "other" and bits > found.bits:
                found = Found("last", "former", bits, f"{asked.last}: also known by this last name")
    return [found]


def _last_pair(here: Sequence[str], there: Sequence[str], common: Commonness) -> Compared:
    one, two = "".join(here), "".join(there)
    whole = compare("last", one, two, common)
    if len(here) == len(there) == 1:
        return whole
    part = _best("last", here, there, common)
    assert part is not None
    if here == there:
        # Each half says something; the rarer one says most.
        pairs = [compare("last", word, word, common) for word in here]
        return max(pairs, key=lambda pair: pair.bits)
    if part.level in ("same", "slip", "spelling", "near"):
        part = Compared("part", part.bits + bits_of("last", "part"), part.asked, part.known)
    return max(whole, part, key=lambda pair: pair.bits)


def _turned(asked: Described, known: Described, common: Commonness) -> list[Found]:
    """First and last name in each other's place."""
    mine_first, mine_last = words_of(asked.first), words_of(asked.last)
    first, last = words_of(known.first), words_of(known.last)
    if not (mine_first and mine_last and first and last):
        return []
    one = _best("first", mine_last, first, common)
    two = _last_pair(mine_first, last, common)
    if one is None or one.level == two.level == "other":
        return []
    words = f"{asked.first} {asked.last} and {known.first} {known.last}: first and last name swapped"
    # With one half only it can be a sister whose first name is a last name, too.
    level = one.level if two.level != "other" else "near_weak"
    return [
        Found("first", level, one.bits + bits_of_swapped(), words),
        Found("last", two.level, two.bits, "the same names in the other order"),
    ]


def one_name_in_a_family(found: Sequence[Found]) -> list[Found]:
    """The same first name says more within one family than in the register: nobody calls two of their children so."""
    levels = {each.field: each.level for each in found}
    if levels.get("first") in OWN_NAME and all(
        levels.get(field) in FAMILY_SHARED[field] for field in ("home", "carer")
    ):
        words = "the same first name in one family: brothers and sisters have different ones"
        return [Found("family_name", "same", bits_of("family_name", "same"), words)]
    return []


def bits_of_swapped() -> float:
    """What names in each other's place take away."""
    return float(weights()["swapped"])


def _middle(asked: Described, known: Described, names: Sequence[Found]) -> list[Found]:
    here, there = words_of(asked.middle), words_of(known.middle)
    if not here or not there or any(each.field == "first" and each.level == "middle" for each in names):
        return []
    if here == there:
        return [Found("middle", "same", bits_of("middle", "same"), f"middle name {known.middle}")]
    if here[0][0] == there[0][0] and 1 in (len(here[0]), len(there[0])):
        return [Found("middle", "initial", bits_of("middle", "initial"), "the same middle initial")]
    words = f"middle name {known.middle}, here {asked.middle}"
    return [Found("middle", "other", bits_of("middle", "other"), words)]


def _name_words(what: str, pair: Compared, asked: str, known: str) -> str:
    if pair.level == "same":
        return f"same {what}" if asked.casefold() == known.casefold() else f"same {what} ({known}, here {asked})"
    if pair.level == "spelling":
        return f"{asked} and {known} are spellings of one name"
    if pair.level == "short":
        return f"{asked} and {known} can be short for one another"
    if pair.level == "part":
        return f"part of the last name is the same ({known}, here {asked})"
    if pair.level == "other":
        return f"another {what}: {known}, here {asked}"
    return f"{what} nearly the same: {known}, here {asked}"


# ---------------------------------------------------------------- birth, sex, numbers


def _born(asked: Described, known: Described) -> list[Found]:
    compared = compare_births(asked, known)
    if compared is None:
        return []
    level, words = compared
    return [Found("born", level, bits_of("born", level), words)]


def _sex(asked: Described, known: Described) -> list[Found]:
    if not {asked.sex, known.sex} <= {"F", "M"}:
        return []
    level = "same" if asked.sex == known.sex else "other"
    return [Found("sex", level, bits_of("sex", level), "same sex" if level == "same" else "sex differs")]


_NUMBERS = {"nhs_number": ("NHS number", check_nhs_number), "upn": ("UPN", check_upn)}


def _identifiers(asked: Described, known: Described) -> list[Found]:
    found = []
    for kind, value in asked.identifiers:
        for other_kind, other in known.identifiers:
            if kind == other_kind and (level := _number_level(kind, value, other)):
                name = _NUMBERS.get(kind, (kind, None))[0]
                words = _NUMBER_WORDS[level].format(name)
                found.append(Found("identifier", level, bits_of("identifier", level), words))
    return [max(found, key=lambda each: each.bits)] if found else []


_NUMBER_WORDS = {
    "same": "same {}",
    "near": "{} nearly the same: figures swapped or one differs",
    "other": "another {}",
    "unsure": "{} differs and one of the two fails its check",
}


def _number_level(kind: str, asked: str, known: str) -> str | None:
    one, two = _plain(asked), _plain(known)
    if not one or not two:
        return None
    if one == two:
        return "same"
    check = _NUMBERS[kind][1] if kind in _NUMBERS else None
    both = check is not None and check(one).ok and check(two).ok
    if both or check is None:
        return "other"
    if len(one) == len(two) and sum(a != b for a, b in zip(one, two, strict=True)) <= 2:
        return "near"
    return "unsure"


def _plain(number: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", number.upper()[:40])


# ---------------------------------------------------------------- home, phone, carer


def _homes(asked: Described, known: Described) -> list[Found]:
    best: Found | None = None
    for here in asked.homes:
        for there in known.homes:
            level = _home_level(here, there)
            if level:
                found = Found("home", level, bits_of("home", level), _HOME_WORDS[level])
                best = found if best is None or found.bits > best.bits else best
    return [best] if best else []


_HOME_WORDS = {
    "same": "same home",
    "street": "same house and street, postcode missing or different",
    "near": "nearly the same address",
    "postcode": "same postcode",
    "sector": "homes near each other",
    "other": "another address",
}


_DIGITS = re.compile(r"\d+")


def _home_level(here: tuple[str, str], there: tuple[str, str]) -> str | None:
    (line, postcode), (other_line, other_postcode) = here, there
    read = line and other_line and postcode and other_postcode
    # Most are quite other homes, and to read both costs more than all else that is compared.
    if (
        read
        and postcode[-3:].upper() != other_postcode[-3:].upper()
        and sorted(_DIGITS.findall(line)) != sorted(_DIGITS.findall(other_line))
    ):
        same = postcode[:-2].replace(" ", "").upper() == other_postcode[:-2].replace(" ", "").upper()
        return "sector" if same else "other"
    one, two = place(*here), place(*there)
    if not (one.postcode or one.street) or not (two.postcode or two.street):
        return None
    numbers = bool(one.numbers) and one.numbers == two.numbers
    if one.postcode and one.postcode == two.postcode:
        if numbers or (one.street and one.street == two.street and not one.numbers):
            return "same"
        return "near" if _street_near(one, two) else "postcode"
    if numbers and one.street and one.street == two.street:
        return "street"
    if _street_near(one, two):
        return "near"
    if one.sector and one.sector == two.sector:
        return "sector"
    return "other"


def _street_near(one: Place, two: Place) -> bool:
    """One house with a slip in its street or postcode, or its number left out once."""
    if not one.street or not two.street or JaroWinkler.similarity(one.street, two.street) < 0.9:
        return False
    if one.postcode == two.postcode:
        return not one.numbers or not two.numbers or one.numbers == two.numbers
    return one.numbers == two.numbers and DamerauLevenshtein.distance(one.postcode, two.postcode) <= 1


def _phones(asked: Described, known: Described) -> list[Found]:
    here = {digits for phone in asked.phones if (digits := phone_digits(phone))}
    there = {digits for phone in known.phones if (digits := phone_digits(phone))}
    if not here or not there:
        return []
    level = "same" if here & there else "other"
    words = "same telephone number" if level == "same" else "another telephone number"
    return [Found("phone", level, bits_of("phone", level), words)]


def _carers(asked: Described, known: Described, common: Commonness) -> list[Found]:
    here = [words for carer in asked.carers if (words := words_of(carer))]
    there = [words for carer in known.carers if (words := words_of(carer))]
    if not here or not there:
        return []
    for one in here:
        if one in there:
            return [Found("carer", "same", _carer_bits(one, asked, common), "same carer")]
    for one in here:
        if any(_carer_near(one, two) for two in there):
            bits = _carer_bits(one, asked, common) + bits_of("carer", "near")
            return [Found("carer", "near", bits, "carer nearly the same")]
    return [Found("carer", "other", bits_of("carer", "other"), "another carer")]


_ONE_NAME = frozenset({"same", "spelling", "near"})


def _carer_bits(carer: Sequence[str], asked: Described, common: Commonness) -> float:
    """A carer of a common name says less, and one who has the child's last name says it only once."""
    bits = compare("first", carer[0], carer[0], common).bits
    if len(carer) > 1 and not any(level_of(word, carer[-1]) in _ONE_NAME for word in words_of(asked.last)):
        bits += compare("last", carer[-1], carer[-1], common).bits
    return min(bits, bits_of("carer", "most"))


def _carer_near(one: Sequence[str], two: Sequence[str]) -> bool:
    first, last = level_of(one[0], two[0]), level_of(one[-1], two[-1])
    return first in ("same", "spelling", "short", "near") and last in ("same", "spelling", "near")
