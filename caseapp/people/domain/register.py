"""The coded lists of the register of people. A key is stored for ever: it is retired, never given another meaning.

Ethnicity, disability and sex are the national codes (children in need census 2025-26), with its own words.
"""

from dataclasses import dataclass
from typing import Literal

from .identifiers import Checked, check_nhs_number, check_upn
from .names import normalise_name

ETHNICITIES = {
    "WBRI": "White British",
    "WIRI": "White Irish",
    "WIRT": "Traveller of Irish heritage",
    "WOTH": "Any other White background",
    "WROM": "Gypsy/Roma",
    "MWBC": "White and Black Caribbean",
    "MWBA": "White and Black African",
    "MWAS": "White and Asian",
    "MOTH": "Any other mixed background",
    "AIND": "Indian",
    "APKN": "Pakistani",
    "ABAN": "Bangladeshi",
    "AOTH": "Any other Asian background",
    "BCRB": "Caribbean",
    "BAFR": "African",
    "BOTH": "Any other black background",
    "CHNE": "Chinese",
    "OOTH": "Any other ethnic group",
    "REFU": "Refused",
    "NOBT": "Information not yet obtained",
}
DISABILITIES = {
    "NONE": "No disability",
    "MOB": "Mobility",
    "HAND": "Hand function",
    "PC": "Personal care",
    "INC": "Incontinence",
    "COMM": "Communication",
    "LD": "Learning",
    "HEAR": "Hearing",
    "VIS": "Vision",
    "BEH": "Behaviour",
    "CON": "Consciousness",
    "AUT": "Autism",
    "DDA": "Other",
}
# Somebody asked, and there is none: it stands alone.
NO_DISABILITY = "NONE"
SEXES = {"F": "Female", "M": "Male", "U": "Not known"}

NAME_KINDS = {
    "known": "The name they are known by now",
    "former": "A name they had before",
    "also_known_as": "Also known as",
    "mistaken": "It was written wrongly",
}

NHS_NUMBER, UPN, SINGLE_IDENTIFIER = "nhs_number", "upn", "single_unique_identifier"
NUMBER_KINDS = {
    NHS_NUMBER: "NHS number",
    UPN: "Unique pupil number",
    # Children's Wellbeing and Schools Act 2026; how it is made and checked is not published yet.
    SINGLE_IDENTIFIER: "Single unique identifier",
}
NUMBER_ENDS = {"wrong": "It is somebody else’s, or wrong", "replaced": "Another number took its place"}

WAYS = {"phone": "Phone call", "text": "Text", "email": "E-mail", "letter": "Letter", "visit": "At the door"}
HOW_KNOWN = {
    "seen": "I have seen them there",
    "told_child": "The child told us",
    "told_carer": "A parent or carer told us",
    "agency": "Another agency’s record",
    "paper": "A document: tenancy, bill, court order",
    "heard": "Somebody said so; not confirmed",
}
STAY_KINDS = {
    "home": "Home",
    "temporary": "Temporary",
    "relative": "With a relative",
    "refuge": "Refuge",
    "hostel": "Hostel",
    "care": "Foster home or children’s home",
    "hospital": "Hospital",
    "other": "Other",
}
# Who a new address is told to (practice 8): each is ticked off when it was done.
TO_TELL = {
    "school": "School or nursery",
    "gp": "GP",
    "health": "Health visitor, midwife or school nurse",
    "police": "Police",
    "housing": "Housing",
    "council": "The council they moved to",
    "probation": "Probation",
}
MOVES = {"moved": "Moved too", "stayed": "Stayed there", "unknown": "Not known yet"}

RELATIONSHIP_ENDS = {"over": "It is over", "mistaken": "It was never so"}


@dataclass(frozen=True)
class Kind:
    """What somebody is to a person: in words; the other way round; how many generations above (1), beside (0) or
    below (-1) the person; whether a family tree draws it as descent."""

    words: str
    inverse: str
    up: int
    descent: bool = False


KINDS: dict[str, Kind] = {
    "mother": Kind("Mother", "child", 1, True),
    "father": Kind("Father", "child", 1, True),
    "parent": Kind("Parent", "child", 1, True),
    "child": Kind("Child", "parent", -1, True),
    "step_parent": Kind("Step-parent", "step_child", 1),
    "step_child": Kind("Stepchild", "step_parent", -1),
    "carer": Kind("Carer", "cared_for", 1),
    "cared_for": Kind("Looked after by them", "carer", -1),
    "foster_carer": Kind("Foster carer", "foster_child", 1),
    "foster_child": Kind("Foster child", "foster_carer", -1),
    "guardian": Kind("Special guardian", "ward", 1),
    "ward": Kind("Under their guardianship", "guardian", -1),
    "parents_partner": Kind("Parent’s partner", "partners_child", 1),
    "partners_child": Kind("Partner’s child", "parents_partner", -1),
    "grandparent": Kind("Grandparent", "grandchild", 2),
    "grandchild": Kind("Grandchild", "grandparent", -2),
    "aunt_uncle": Kind("Aunt or uncle", "niece_nephew", 1),
    "niece_nephew": Kind("Niece or nephew", "aunt_uncle", -1),
    "sibling": Kind("Brother or sister", "sibling", 0),
    "half_sibling": Kind("Half-brother or half-sister", "half_sibling", 0),
    "partner": Kind("Partner", "partner", 0),
    "former_partner": Kind("Former partner", "former_partner", 0),
    "relative": Kind("Other relative", "relative", 0),
    "friend": Kind("Family friend", "friend", 0),
    "other": Kind("Somebody else", "other", 0),
}

# How a referral's or a register's own words say it; whatever is not here is `other`.
_SAID = {
    "mother": "mother",
    "mum": "mother",
    "father": "father",
    "dad": "father",
    "parent": "parent",
    "stepmother": "step_parent",
    "stepfather": "step_parent",
    "step parent": "step_parent",
    "mothers partner": "parents_partner",
    "fathers partner": "parents_partner",
    "grandmother": "grandparent",
    "grandfather": "grandparent",
    "sister": "sibling",
    "brother": "sibling",
    "aunt": "aunt_uncle",
    "uncle": "aunt_uncle",
    "other relative": "relative",
    "carer": "carer",
    "foster carer": "foster_carer",
    "special guardian": "guardian",
    "family friend": "friend",
}


def kind_said(words: str | None) -> str:
    """The kind of relationship that somebody's words name ("Mother's partner" gives `parents_partner`), or `other`."""
    return _SAID.get(normalise_name(words), "other")


def inverse_of(kind: str) -> str:
    """What the person is to the other: who has a mother is her child."""
    return KINDS[kind].inverse


def kind_words(kind: str, sex: str = "U") -> str:
    """A kind in words, by the sex of the one it describes where our language has a word for each."""
    by_sex = {
        ("parent", "F"): "Mother",
        ("parent", "M"): "Father",
        ("child", "F"): "Daughter",
        ("child", "M"): "Son",
        ("sibling", "F"): "Sister",
        ("sibling", "M"): "Brother",
        ("half_sibling", "F"): "Half-sister",
        ("half_sibling", "M"): "Half-brother",
        ("grandparent", "F"): "Grandmother",
        ("grandparent", "M"): "Grandfather",
        ("step_parent", "F"): "Stepmother",
        ("step_parent", "M"): "Stepfather",
        ("aunt_uncle", "F"): "Aunt",
        ("aunt_uncle", "M"): "Uncle",
        ("niece_nephew", "F"): "Niece",
        ("niece_nephew", "M"): "Nephew",
    }
    return by_sex.get((kind, sex), KINDS[kind].words)


def check_number(kind: str, value: str) -> Checked:
    """Check a number by its kind: the NHS number's check digit, the pupil number's check letter. How the single unique
    identifier is checked is not published, so it is taken as given."""
    if kind == NHS_NUMBER:
        return check_nhs_number(value)
    if kind == UPN:
        return check_upn(value)
    return Checked(" ".join(value.split()))


Given = Literal["same", "first", "other"]


def compare_address(now: tuple[str, str | None] | None, given: tuple[str, str | None]) -> Given:
    """What an address that somebody gives is beside the one where a person lives now, each as (line, postcode): the
    `same`, the `first` that is known, or an `other` one, which a person has to settle.

    Only a whole postcode that differs, or another house or street, makes it another: "14 Quarry Ln." in the same
    postcode is the same place. A street name alone, without a postcode on either side, is compared by its words.
    """
    if now is None:
        return "first"
    (line, postcode), (other_line, other_postcode) = now, given
    here, there = _squeezed(postcode), _squeezed(other_postcode)
    if here and there and here != there:
        return "other"
    first, second = _house(line), _house(other_line)
    if here and there:
        return "same" if not first or not second or first == second else "other"
    same = normalise_name(line) == normalise_name(other_line)
    return "same" if same or not normalise_name(other_line) else "other"


def _squeezed(postcode: str | None) -> str:
    return "".join((postcode or "").split()).upper()


def _house(line: str) -> str:
    """The number that leads an address ("14 Quarry Lane", "Flat 2, 14 Quarry Lane" gives "2 14"); "" without one."""
    return " ".join(word for word in normalise_name(line).split() if word[0].isdigit())
