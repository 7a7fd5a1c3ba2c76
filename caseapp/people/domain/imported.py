"""Reading a row of another system's register of people: what is taken, what is kept and marked, what is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caseapp.kernel.text import clean, one_line

from .dates import DateProblem, read_date
from .identifiers import check_nhs_number, parse_postcode
from .matching import Described
from .names import is_not_known, is_unborn_name, normalise_name

# Each column with the most signs that fit.
COLUMNS = {
    "record_id": 80,
    "nhs_number": 40,
    "first_name": 80,
    "middle_name": 80,
    "last_name": 80,
    "aka": 400,
    "sex": 20,
    "dob": 40,
    "dob_status": 20,
    "address": 200,
    "postcode": 12,
    "carer_name": 160,
    "phone": 60,
}
NEEDED = ("record_id", "first_name", "last_name")
# The census's codes and the words that other systems use.
SEXES = {"f": "F", "female": "F", "girl": "F", "2": "F", "m": "M", "male": "M", "boy": "M", "1": "M"}
NO_SEX = frozenset({"", "u", "i", "0", "9", "unknown", "not known", "indeterminate", "unborn"})
ESTIMATED = frozenset({"estimated", "approximate", "e"})
EXPECTED = frozenset({"edd", "expected", "due"})
EXACT = frozenset({"", "exact", "verified"})
EARLIEST = date(1890, 1, 1)


@dataclass(frozen=True, slots=True)
class ReadPerson:
    """A person as a row tells of them. `remarks` say what could not be taken as it stands, or needs somebody's eye."""

    source_id: str
    first: str
    middle: str
    last: str
    also_known_as: tuple[tuple[str, str], ...]
    sex: str
    born_on: date | None
    born_estimated: bool
    expected_on: date | None
    nhs_number: str
    address: str
    postcode: str
    carer: str
    phone: str
    remarks: tuple[str, ...]


class RowRefused(ValueError):
    """Why a row cannot be taken."""


def read_row(given: Mapping[str, str], today: date) -> ReadPerson:
    """Read one row by its column names; columns that are missing count as empty.

    Raises RowRefused, with all reasons, for a row without a record_id, for one that tells of nobody (no name, birth
    date or NHS number), or with a value that does not fit. What else is wrong is kept and remarked.
    """
    row, remarks = _tidy(given)
    wrong = [
        f"{name} has {len(row[name])} signs, {most} fit" for name, most in COLUMNS.items() if len(row[name]) > most
    ]
    if not row["record_id"]:
        wrong.append("it has no record_id")
    first, last = ("" if is_not_known(row[name]) else row[name] for name in ("first_name", "last_name"))
    if not first and not last:
        if not row["dob"] and not row["nhs_number"]:
            wrong.append("it has no name, no birth date and no NHS number")
        remarks.append("it has no name")
    if wrong:
        raise RowRefused("; ".join(wrong))
    born_on, estimated, expected_on = _born(row, remarks, today)
    return ReadPerson(
        row["record_id"],
        first,
        row["middle_name"],
        last,
        tuple(_other_name(name, first) for name in row["aka"].replace(",", ";").split(";") if name.strip()),
        _sex(row["sex"], remarks),
        born_on,
        estimated,
        expected_on,
        _number(row["nhs_number"], remarks),
        row["address"],
        _postcode(row["postcode"], remarks),
        "" if is_not_known(row["carer_name"]) else row["carer_name"],
        row["phone"],
        tuple(remarks),
    )


def _tidy(given: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Each column on one line, without signs that no text holds."""
    row, remarks = {}, []
    for name in COLUMNS:
        text = given.get(name) or ""
        if text.isprintable() and " " not in text:
            row[name] = text
            continue
        text, replaced = clean(text)
        if replaced:
            if any("\udc80" <= sign <= "\udcff" for sign in given[name]):
                raise RowRefused(f"{name} is not written in UTF-8")
            remarks.append(f"{name} held hidden signs, which were replaced")
        row[name] = one_line(text)
    return row, remarks


def _born(row: Mapping[str, str], remarks: list[str], today: date) -> tuple[date | None, bool, date | None]:
    """Birth date, whether it is estimated, and the day an unborn baby is expected."""
    status = row["dob_status"].lower()
    if not row["dob"]:
        return None, False, None
    read = _date(row["dob"])
    if isinstance(read, DateProblem):
        remarks.append(f"dob “{row['dob']}” was left out: {read.words}")
        return None, False, None
    if status in EXPECTED or (read > today and is_unborn_name(row["first_name"])):
        return None, False, read
    if status not in EXACT and status not in ESTIMATED:
        remarks.append(f"dob_status “{row['dob_status']}” is not known; the date counts as exact")
    if read > today:
        remarks.append(f"dob {read.isoformat()} is still to come")
    elif read < EARLIEST:
        remarks.append(f"dob {read.isoformat()} is long ago")
    return read, status in ESTIMATED, None


def _date(text: str) -> date | DateProblem:
    try:
        return date.fromisoformat(text) if len(text) == 10 else read_date(text)
    except ValueError:
        return read_date(text)


def _sex(text: str, remarks: list[str]) -> str:
    sex = text.lower()
    if sex not in SEXES and sex not in NO_SEX:
        remarks.append(f"sex “{text}” is not known here; kept as not known")
    return SEXES.get(sex, "U")


def _number(text: str, remarks: list[str]) -> str:
    if text:
        checked = check_nhs_number(text)
        if checked.value:
            return checked.value
        remarks.append(f"nhs_number “{text}” is kept as given. {checked.problem}")
    return text


def _postcode(text: str, remarks: list[str]) -> str:
    if text and parse_postcode(text) is None:
        remarks.append(f"postcode “{text}” is kept as given. It is not a postcode")
    return text


def _other_name(text: str, first: str) -> tuple[str, str]:
    """Another name as first and last. One word alone is a short form of the first name, or another surname."""
    words = text.split()
    if len(words) > 1:
        return " ".join(words[:-1]), words[-1]
    name, known = normalise_name(words[0]), normalise_name(first)
    short = bool(known) and (name[:1] == known[:1] or name[:3] in known or name[-3:] == known[-3:])
    return (words[0], "") if short else ("", words[0])


def describe(person: ReadPerson) -> Described:
    """The person of a row as they are compared."""
    born = "estimated" if person.born_estimated else "exact"
    return Described(
        first=person.first,
        middle=person.middle,
        last=person.last,
        other_names=tuple(" ".join(name).strip() for name in person.also_known_as),
        sex=person.sex,
        born_on=person.born_on or person.expected_on,
        born=born if person.born_on or not person.expected_on else "expected",
        homes=((person.address, person.postcode),) if person.address or person.postcode else (),
        carers=(person.carer,) if person.carer else (),
        phones=(person.phone,) if person.phone else (),
        identifiers=(("nhs_number", person.nhs_number),) if person.nhs_number else (),
    )
