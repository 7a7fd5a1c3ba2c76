"""Reading a police notification: what can be picked out of its text or its JSON, as suggestions for a person to
confirm; and which notifications belong together. Plain rules."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from caseapp.kernel.clock import LONDON
from caseapp.kernel.text import clean
from caseapp.people.domain.dates import read_date, read_moment
from caseapp.people.domain.identifiers import parse_postcode
from caseapp.people.domain.names import years_old

# Notifications of one incident or address within this time are shown as one group (practice 14).
TOGETHER = timedelta(hours=48)
MOST_PEOPLE = 20
LONGEST = 100_000

CHILD, ADULT, OF_CONCERN = "child", "adult", "adult_of_concern"
GRADINGS = {"standard": "Standard", "medium": "Medium", "high": "High"}
YES_NO = {"yes": "Yes", "no": "No", "not_said": "Not said"}


@dataclass(frozen=True)
class Someone:
    """A person picked out: name, birth date as ISO text, sex, what they seem to be. `keep`: a person confirmed them."""

    first_name: str = ""
    last_name: str = ""
    date_of_birth: str = ""
    sex: str = ""
    role: str = ADULT
    keep: bool = False


@dataclass(frozen=True)
class Told:
    """What a notification tells, field by field; empty where it does not."""

    incident: str = ""
    officer: str = ""
    grading: str = ""
    happened_at: str = ""
    line1: str = ""
    postcode: str = ""
    child_seen: str = ""
    child_spoken_to: str = ""
    child_said: str = ""
    danger: str = ""
    people: tuple[Someone, ...] = field(default_factory=tuple)

    def as_json(self) -> dict[str, Any]:
        """As it is stored."""
        return asdict(self) | {"people": [asdict(person) for person in self.people]}


def from_json(stored: Mapping[str, Any]) -> Told:
    """What `as_json` stored."""
    return Told(**{**stored, "people": tuple(Someone(**person) for person in stored.get("people", ()))})


# Each run is bounded, and the text is squeezed before it is read: what a stranger sends must not keep a worker busy.
_NAME = r"[A-Z][A-Za-z'’-]{1,40}(?: [A-Z][A-Za-z'’-]{1,40}){1,3}"
_DATE = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{4}-\d{2}-\d{2}|\d{1,2}\s[A-Z][a-z]{2,8}\s\d{4}"
_INCIDENT = re.compile(
    r"\b(?:incident|inc|log|crime|occurrence)\b\s?(?:no|number|ref|reference)?\.?\s?[:#]?\s?"
    r"((?=[A-Z/-]{0,20}\d)[A-Z0-9][A-Z0-9/-]{3,40})",
    re.IGNORECASE,
)
_OFFICER = re.compile(
    rf"\b((?:PC|PS|DC|DS|DI|PCSO|Sgt|Insp)\s+(?:\d{{1,6}}\s+)?{_NAME}|(?:PC|PS|DC|DS|DI|PCSO)\s+\d{{1,6}}\b)"
)
_GRADING = re.compile(r"\b(?:DASH|risk|grad\w*)\b[^.\n]{0,40}?\b(standard|medium|high)\b", re.IGNORECASE)
_WITH_BIRTH = re.compile(
    rf"({_NAME})\s?[,(]?\s?(?:\(?\s?(?:[Dd]\.?\s?[Oo]\.?\s?[Bb]\.?|DOB|born|date of birth)\s?:?\s?|[(,]\s?)({_DATE})"
)
_LABELLED = re.compile(
    r"^ ?(child|subject|victim|suspect|perpetrator|offender|mother|father|adult|witness) ?\d{0,2} ?[:\-] ?(.{2,120})$",
    re.IGNORECASE | re.MULTILINE,
)
_AT = re.compile(rf"\b({_DATE})\s?(?:at|,)?\s?(?:about\s)?(\d{{1,2}}[:.]?\d{{2}})\b")
_ADDRESS = re.compile(
    r"\b(\d{1,4}[A-Za-z]?\s(?:[A-Z][\w'’-]*\s){1,3}"
    r"(?:Road|Rd|Street|St|Lane|Ln|Avenue|Ave|Close|Drive|Grove|Court|View|Crescent|Terrace|Way|Place))\b"
)
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b")
_SEEN = re.compile(r"\bchild(?:ren)?\b[^.\n]{0,40}?\b(not\s+)?(?:been\s+)?seen\b", re.IGNORECASE)
_SPOKEN = re.compile(r"\b(not\s+)?spoken\s+(?:to|with)\b", re.IGNORECASE)
_SAID = re.compile(r"(?:said|stated|told)\b[^.\"“‘]{0,40}(?:\"([^\"]{3,300})\"|“([^”]{3,300})”|‘([^’]{3,300})’)")
_AGAINST = re.compile(r"suspect|perpetrator|offender|assault(?:ed|er) by|arrested", re.IGNORECASE)
_ROLES = {"child": CHILD, "suspect": OF_CONCERN, "perpetrator": OF_CONCERN, "offender": OF_CONCERN}
_GROWN_UP = 18


def read_text(text: str, *, today: date) -> Told:
    """What stands in a notification's words. Suggestions: nothing here is certain, and the text is kept whole."""
    found = _squeezed(text)
    at = _AT.search(found)
    happened = _moment(at[1], at[2]) if at else ""
    seen, spoken, said = _SEEN.search(found), _SPOKEN.search(found), _SAID.search(found)
    address, postcode = _ADDRESS.search(found), _POSTCODE.search(found)
    return Told(
        incident=_first(_INCIDENT, found),
        officer=" ".join(_first(_OFFICER, found).split()),
        grading=_first(_GRADING, found).lower(),
        happened_at=happened,
        line1=" ".join(address[1].split()) if address else "",
        postcode=_postcode(postcode[0]) if postcode else "",
        child_seen=("no" if seen[1] else "yes") if seen else "",
        child_spoken_to=("no" if spoken[1] else "yes") if spoken else "",
        child_said=next(filter(None, said.groups())).strip() if said else "",
        people=tuple(_people(found, today))[:MOST_PEOPLE],
    )


def _squeezed(text: str) -> str:
    """The words to look through: runs of blanks and of empty lines are one, what is longer than any word is cut."""
    flat = re.sub(r"[^\S\n]+", " ", text[:LONGEST])
    return re.sub(r"\S{200,}", lambda run: run[0][:200], re.sub(r"\n[\s]*", "\n", flat))


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found[1].strip(" .-/") if found else ""


def _moment(day: str, clock: str) -> str:
    read = read_date(day)
    digits = clock.replace(":", "").replace(".", "").zfill(4)
    if not isinstance(read, date) or int(digits[:2]) > 23 or int(digits[2:]) > 59:
        return ""
    return f"{read.isoformat()}T{digits[:2]}:{digits[2:]}"


def _postcode(text: str) -> str:
    parsed = parse_postcode(text)
    return getattr(parsed, "full", "") or text.strip() if parsed else ""


def _people(text: str, today: date) -> Iterable[Someone]:
    known: dict[str, Someone] = {}
    for found in _WITH_BIRTH.finditer(text):
        person = _someone(found[1], found[2], text[max(0, found.start() - 40) : found.start()], today)
        known.setdefault(_key(person), person)
    for found in _LABELLED.finditer(text):
        name = re.match(rf" ?({_NAME})", found[2])
        if name is None:
            continue
        born = re.search(_DATE, found[2])
        person = _someone(name[1], born[0] if born else "", found[1], today, role=_ROLES.get(found[1].lower()))
        earlier = known.get(_key(person))
        if earlier is None or (person.role == OF_CONCERN and earlier.role != CHILD):
            known[_key(person)] = person
    return known.values()


def _key(person: Someone) -> str:
    return f"{person.first_name} {person.last_name}".casefold()


_WHO = re.compile(
    r"^(?:Child|Victim|Suspect|Subject|Mother|Father|Partner|Stepfather|Stepmother|Grandmother|Grandfather|Mum|Dad"
    r"|Mr|Mrs|Ms|Miss) "
)


def _in_case(word: str) -> str:
    """A surname in capitals, as forms have it, the way it is written elsewhere."""
    return word.title() if word.isupper() and len(word) > 2 else word


def _someone(name: str, born: str, before: str, today: date, role: str | None = None) -> Someone:
    *first, last = (_in_case(word) for word in _WHO.sub("", name).split())
    read = read_date(born) if born else None
    born_on = read if isinstance(read, date) and read <= today else None
    is_child = born_on is not None and years_old(born_on, today) < _GROWN_UP
    if role is None or (role != CHILD and is_child):
        role = CHILD if is_child else OF_CONCERN if _AGAINST.search(before) else ADULT
    return Someone(" ".join(first), last, born_on.isoformat() if born_on else "", "", role)


class NotRead(ValueError):
    """Why a JSON file is no notification, in words."""


def read_json(content: str) -> list[tuple[str, Told]]:
    """The notifications in a JSON text: one object, a list, or an object with `notices`.

    Each gives its text whole and what it tells. Raises NotRead.
    """
    try:
        given = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NotRead("This is not JSON. Paste it as text instead") from error
    if isinstance(given, dict) and isinstance(given.get("notices"), list):
        given = given["notices"]
    rows = given if isinstance(given, list) else [given]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise NotRead("There is no notification in this file. It wants an object, or a list of them")
    if len(rows) > MOST_PEOPLE:
        raise NotRead(f"This file holds {len(rows)} notifications; send at most {MOST_PEOPLE} at a time")
    return [_from_object(row) for row in rows]


def _from_object(row: Mapping[str, Any]) -> tuple[str, Told]:
    def text(key: str, of: Mapping[str, Any] = row) -> str:
        value = of.get(key)
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        return clean(str(value))[0].strip() if plain else ""

    address = row.get("address") if isinstance(row.get("address"), dict) else {}
    officer = row.get("officer")
    named = (
        " ".join(filter(None, (text("name", officer), text("collar_number", officer))))
        if isinstance(officer, dict)
        else ""
    )
    moment = read_moment(row.get("incident_at"))
    listed = row.get("people")
    people = [person for person in listed if isinstance(person, dict)] if isinstance(listed, list) else []
    told = Told(
        incident=text("incident_number")[:60],
        officer=(named or text("officer"))[:120],
        grading=text("risk").lower() if text("risk").lower() in GRADINGS else "",
        happened_at=f"{moment.astimezone(LONDON):%Y-%m-%dT%H:%M}" if moment else "",
        line1=text("line1", address or {})[:200],
        postcode=_postcode(text("postcode", address or {})),
        child_seen=_yes_no(row.get("child_seen")),
        child_spoken_to=_yes_no(row.get("child_spoken_to")),
        child_said=text("child_said"),
        people=tuple(_from_person(person) for person in people[:MOST_PEOPLE]),
    )
    whole = text("text") or json.dumps(row, ensure_ascii=False, indent=1)
    return whole[:LONGEST], told


def _from_person(given: Mapping[str, Any]) -> Someone:
    words = {
        key: clean(str(given.get(key) or ""))[0].strip() for key in ("first_name", "last_name", "name", "role", "sex")
    }
    first, last = words["first_name"], words["last_name"]
    if not (first or last):
        *firsts, last = words["name"].split() or [""]
        first = " ".join(firsts)
    read = read_date(given.get("date_of_birth"))
    role = words["role"] if words["role"] in (CHILD, ADULT, OF_CONCERN) else _ROLES.get(words["role"], ADULT)
    sex = words["sex"] if words["sex"] in ("F", "M", "U") else ""
    return Someone(first[:80], last[:80], read.isoformat() if isinstance(read, date) else "", sex, role)


def _yes_no(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, "") if isinstance(value, bool) else ""


def place_key(line1: str, postcode: str) -> str | None:
    """What makes two addresses one place: house number and postcode; without a postcode the first line's letters."""
    number = re.search(r"\d+[A-Za-z]?", line1)
    code = "".join(postcode.split()).upper()
    if code and number:
        return f"{number[0].upper()} {code}"
    plain = re.sub(r"[^a-z0-9]", "", line1.casefold())
    return plain[:80] if number and len(plain) > 4 else None


@dataclass(frozen=True)
class Placed:
    """A notification as grouping sees it."""

    id: int
    incident: str | None
    place: str | None
    at: datetime


def groups(notices: Iterable[Placed]) -> list[list[int]]:
    """Notifications of one incident, or one address, within 48 hours of each other, as groups of ids; the newest group
    first, inside a group by time. One that stands alone is a group of one."""
    ordered = sorted(notices, key=lambda one: (one.at, one.id))
    found: list[list[Placed]] = []
    for one in ordered:
        joined = [group for group in found if any(_belongs(one, other) for other in group)]
        merged = [each for group in joined for each in group] + [one]
        found = [group for group in found if group not in joined] + [
            sorted(merged, key=lambda each: (each.at, each.id))
        ]
    return [[one.id for one in group] for group in sorted(found, key=lambda group: group[-1].at, reverse=True)]


def _belongs(one: Placed, other: Placed) -> bool:
    if abs(one.at - other.at) > TOGETHER:
        return False
    return (one.incident is not None and one.incident == other.incident) or (
        one.place is not None and one.place == other.place
    )


def lag_words(happened_at: datetime | None, arrived_at: datetime) -> str:
    """How long an incident took to arrive: "3 h after the incident", "2 days after the incident"."""
    if happened_at is None:
        return "time of the incident not said"
    minutes = max(0, round((arrived_at - happened_at).total_seconds() / 60))
    if minutes < 60:
        return f"{minutes} min after the incident"
    hours = round(minutes / 60)
    return f"{hours} h after the incident" if hours < 48 else f"{round(hours / 24)} days after the incident"
