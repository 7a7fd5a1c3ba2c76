"""The slips of hands and ears with which people are written down."""

from datetime import date, timedelta
from random import Random

_NEAR = {
    "q": "wa", "w": "qe", "e": "wr", "r": "et", "t": "ry", "y": "tu", "u": "yi", "i": "uo", "o": "ip", "p": "ol", "a": "sq", "s": "ad",
    "d": "sf", "f": "dg", "g": "fh", "h": "gj", "j": "hk", "k": "jl", "l": "kp", "z": "xa", "x": "zc", "c": "xv", "v": "cb", "b": "vn",
    "n": "bm", "m": "nk",
}  # fmt: skip
_SHORT = {
    "Street": "St",
    "Road": "Rd",
    "Avenue": "Ave",
    "Close": "Cl",
    "Lane": "Ln",
    "Drive": "Dr",
    "Court": "Ct",
    "Crescent": "Cres",
}


def typo(chance: Random, name: str) -> str:
    """A name with one slip of the hand: two letters swapped, one lost, doubled, or its neighbour on the keyboard."""
    while True:
        # Hands seldom slip at the first letter.
        at = 0 if chance.random() < 0.03 else chance.randrange(1, len(name))
        kind = chance.choice(("swap", "lose", "double", "neighbour"))
        if kind == "swap":
            slipped = name[:at] + name[at + 1 : at + 2] + name[at] + name[at + 2 :]
        elif kind == "lose":
            slipped = name[:at] + name[at + 1 :]
        elif kind == "double":
            slipped = name[:at] + name[at] + name[at:]
        else:
            near = _NEAR.get(name[at].lower())
            slipped = name[:at] + chance.choice(near) + name[at + 1 :] if near else name
        slipped = slipped[:1].upper() + slipped[1:].lower() if slipped[1:].isalpha() else slipped
        if slipped.strip() and slipped.casefold() != name.casefold():
            return slipped


def double_barrelled(chance: Random, last: str, other: str) -> str:
    """A surname of two, from one or back to one of two."""
    halves = last.split("-")
    if len(halves) > 1:
        return chance.choice(halves)
    halves = [last, other.split("-")[0]]
    chance.shuffle(halves)
    return chance.choice("- ").join(halves)


def swapped(row: dict[str, str]) -> dict[str, str]:
    """First and last name in each other's place."""
    return {"first_name": row["last_name"].strip(), "last_name": row["first_name"]}


def abbreviated(address: str) -> str:
    """The kind of street in short."""
    *before, kind = address.split(" ")
    return " ".join([*before, _SHORT.get(kind, kind)])


def postcode_slip(chance: Random, postcode: str) -> str:
    """A postcode with a wrong last letter, only its first half, or squeezed together."""
    kind = chance.choice(("letter", "half", "squeezed"))
    if kind == "half":
        return postcode.split(" ")[0]
    if kind == "squeezed":
        return postcode.replace(" ", "").lower()
    return postcode[:-1] + chance.choice([one for one in "ABDEFGHJLNPQRSTUWXYZ" if one != postcode[-1]])


def day_off(chance: Random, born: date) -> date:
    """A day or some beside the right one."""
    return born + timedelta(days=chance.choice((-10, -7, -1, -1, 1, 1, 7, 10)))


def year_off(chance: Random, born: date) -> date:
    """A wrong year: one beside, or ten."""
    day = min(born.day, 28)
    return born.replace(year=born.year + chance.choice((-1, -1, -1, 1, 1, 1, -10, 10)), day=day)


def nhs_check_digit(nine: str) -> int | None:
    """The tenth digit of an NHS number, by modulus 11; None where there is none (NHS Data Dictionary)."""
    left = 11 - sum(int(digit) * weight for digit, weight in zip(nine, range(10, 1, -1), strict=True)) % 11
    return None if left == 10 else left % 11


def nhs_mistyped(chance: Random, number: str) -> str:
    """Two neighbours swapped, or one digit wrong."""
    while True:
        at = chance.randrange(3, 9)
        if chance.random() < 0.6:
            slipped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]
        else:
            slipped = number[:at] + str(chance.randrange(10)) + number[at + 1 :]
        if slipped != number:
            return slipped
