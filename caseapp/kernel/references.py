"""References that can be read out on the telephone: what they look like, and what a typed one means. Plain rules."""

import secrets

# Crockford base32: no I, L, O, U, so that a reference survives a bad telephone line.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0"})

PREFIXES = {
    "referral": "R",
    "case": "C",
    "person": "P",
    "handover": "H",
    "assessment": "A",
    "draft": "D",
    "user": "U",
    "family": "F",
    "note": "N",
    "document": "X",
    "addition": "K",
    "night": "W",
    "notice": "B",
    "search": "S",
    "visit": "V",
    "leading": "L",
    "plan": "G",
    "look_back": "Y",
}
_KINDS = {prefix: kind for kind, prefix in PREFIXES.items()}


def check_character(body: str) -> str:
    """The Luhn mod 32 character of `body` (symbols of ALPHABET): any single slip and nearly any swap of neighbours
    changes it."""
    total = 0
    for position, symbol in enumerate(reversed(body)):
        value = ALPHABET.index(symbol) * (2 if position % 2 == 0 else 1)
        total += value // 32 + value % 32
    return ALPHABET[-total % 32]


def make_reference(kind: str) -> str:
    """A new random reference such as `R-7K4M-2Q9X`: prefix, seven random symbols, one check character."""
    body = "".join(secrets.choice(ALPHABET) for _ in range(7))
    code = body + check_character(body)
    return f"{PREFIXES[kind]}-{code[:4]}-{code[4:]}"


def parse_reference(text: str) -> str | None:
    """The canonical form of a reference as somebody typed it (case, spaces, dashes and lookalikes forgiven), or None
    if it can't be one."""
    letters = "".join(ch for ch in text.upper() if ch.isascii() and ch.isalnum())
    if len(letters) != 9 or letters[0] not in _KINDS:
        return None
    code = letters[1:].translate(_LOOKALIKES)
    if any(ch not in ALPHABET for ch in code) or check_character(code[:7]) != code[7]:
        return None
    return f"{letters[0]}-{code[:4]}-{code[4:]}"


def kind_of(text: str) -> str:
    """The kind of subject that a typed reference names, by its letter; "" for what is no reference."""
    reference = parse_reference(text)
    return _KINDS[reference[0]] if reference else ""
