"""The children a referral document tells of, read as far as they can be read.

What can't be read is None, never an error.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from caseapp.people.domain.dates import read_date
from caseapp.people.domain.identifiers import Postcode, check_nhs_number, check_upn, parse_postcode
from caseapp.people.domain.names import age_words, full_name, is_not_known, is_unborn_name, match_key

_SHOWN_LENGTH = 200
_KEY_LENGTH = 200
_NOT_PROTECTED = (None, False, 0, "", "no", "false", "0")


@dataclass(frozen=True)
class ChildTold:
    """One child as the referrer told it.

    Texts are as given, `shown` is cut to 200 characters and `sex` is F, M or U; dates, sector, NHS number and UPN only
    where they pass their check.
    """

    position: int
    first_name: str | None
    last_name: str | None
    shown: str
    description: str | None
    born_on: date | None
    born_estimated: bool
    expected_on: date | None
    approximate_age: float | None
    sex: str
    ethnicity: str | None
    address: str | None
    postcode: str | None
    postcode_sector: str | None
    protected: bool
    nhs_number: str | None
    upn: str | None
    school: str | None
    gp: str | None
    whereabouts: str | None

    @property
    def has_name(self) -> bool:
        """True if a first or a last name is known."""
        return not (is_not_known(self.first_name) and is_not_known(self.last_name))

    @property
    def unborn(self) -> bool:
        """True if the child is not yet born: an expected date and no birth date, or a name that says so."""
        return self.born_on is None and (self.expected_on is not None or is_unborn_name(self.first_name))

    @property
    def match_key(self) -> str | None:
        """The key of exactly this name and birth date.

        None for an estimated date, which would join strangers born on 1 January.
        """
        return None if self.born_estimated else match_key(self.first_name, self.last_name, self.born_on)

    def age(self, today: date) -> str:
        """The age in words on a day, as `people.domain.names.age_words` says it."""
        return age_words(
            born_on=self.born_on,
            expected_on=self.expected_on,
            approximate=self.approximate_age,
            estimated=self.born_estimated,
            today=today,
        )


def children_of(document: object) -> list[ChildTold]:
    """The children of a document, in its order.

    Takes any JSON: what is not a list of objects gives what can be made of it.
    """
    given = as_object(document).get("children")
    if isinstance(given, dict):
        given = [given]
    if not isinstance(given, list):
        return []
    return [_child(position, item) for position, item in enumerate(given)]


def match_keys_of(document: object, children: Iterable[ChildTold] | None = None) -> list[str]:
    """The keys of everybody a document names with a birth date, children and household, as the columns keep them.

    `children`: those of the document, from whoever has read them already.
    """
    keys = [child.match_key for child in (children_of(document) if children is None else children)]
    for told in as_list(as_object(document).get("household")):
        born_on = read_date(as_object(told).get("date_of_birth"))
        if isinstance(born_on, date):
            keys.append(match_key(*split_name(as_text(as_object(told).get("name"))), born_on))
    return sorted({key[:_KEY_LENGTH] for key in keys if key})


def split_name(name: str | None) -> tuple[str, str]:
    """The first name or names, and the last, of a name told in one; a single word is a first name."""
    first, _, last = (name or "").rpartition(" ")
    return (first, last) if first else (last, "")


def is_protected(address: object) -> bool:
    """True if an address says that it is protected.

    Anything but a plain no protects: a wrong word must not open a refuge's door.
    """
    flag = as_object(address).get("protected")
    if isinstance(flag, str):
        flag = flag.strip().lower()
    return not any(flag is no or (type(flag) is type(no) and flag == no) for no in _NOT_PROTECTED)


def as_object(value: object) -> Mapping[str, object]:
    """A JSON object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """A JSON list, or an empty one in place of anything else."""
    return value if isinstance(value, list) else []


def as_text(value: object) -> str | None:
    """A text without the space around it, or None for a blank one and for anything else."""
    return (value.strip() or None) if isinstance(value, str) else None


def as_age(value: object) -> float | None:
    """An age in years that a child can have (0 to 25), or None."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    # Written so that not-a-number fails too.
    return float(value) if 0 <= value <= 25 else None


def _child(position: int, item: object) -> ChildTold:
    if isinstance(item, str):
        item = {"description": item}
    told = as_object(item)
    address = as_object(told.get("address"))
    postcode = parse_postcode(address.get("postcode"))
    sector = postcode.sector if postcode else None
    born_on, expected_on = read_date(told.get("date_of_birth")), read_date(told.get("expected_date_of_birth"))
    lines = [as_text(address.get(key)) for key in ("line1", "line2", "town")]
    first, last, description = (as_text(told.get(key)) for key in ("first_name", "last_name", "description"))
    return ChildTold(
        position=position,
        first_name=first,
        last_name=last,
        shown=_short(full_name(first, last, description=_short(description, 60)), _SHOWN_LENGTH) or "",
        description=description,
        born_on=born_on if isinstance(born_on, date) else None,
        born_estimated=told.get("dob_estimated") is True,
        expected_on=expected_on if isinstance(expected_on, date) else None,
        approximate_age=as_age(told.get("approximate_age")),
        sex=str(told["sex"]) if told.get("sex") in ("F", "M") else "U",
        ethnicity=as_text(told.get("ethnicity")),
        address=", ".join(line for line in lines if line) or None,
        postcode=postcode.full if isinstance(postcode, Postcode) else as_text(address.get("postcode")),
        postcode_sector=sector,
        protected=is_protected(address),
        nhs_number=check_nhs_number(told.get("nhs_number")).value,
        upn=check_upn(told.get("upn")).value,
        school=as_text(told.get("school")),
        gp=as_text(told.get("gp")),
        whereabouts=as_text(told.get("whereabouts")),
    )


def _short(text: str | None, length: int) -> str | None:
    """The first line of a text, cut to a length: enough to tell one child from another in a list."""
    if text is None:
        return None
    line = re.split(r"[\n\r]", text.strip())[0]
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"
