"""The forms of a notification: dropping it in, and confirming what was picked out."""

from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from caseapp.kernel.forms import Choice, ChoiceField, Form, HiddenVersion, PostcodeField, TextField, WordsField
from caseapp.people.domain.dates import read_date

from .domain import ADULT, CHILD, GRADINGS, MOST_PEOPLE, OF_CONCERN, YES_NO, Someone, Told

ROLES = {CHILD: "Child", ADULT: "Adult", OF_CONCERN: "Adult of concern"}
SEXES = {"F": "Girl or woman", "M": "Boy or man", "U": "Not known"}
# Rows that stand empty for people whom the text does not name.
SPARE = 2


class DropForm(Form):
    """Paste a notification, or choose its file."""

    text = WordsField(
        "The text of the notification", rows=12, hint="All of it: it is kept whole, and goes to the hub whole"
    )


class ConfirmForm(Form):
    """What was picked out of the text, to be put right."""

    incident = TextField("Incident number", max_length=60)
    officer = TextField("Officer", max_length=120, hint="Rank, number and name")
    grading = ChoiceField("Risk grading", choices=[Choice(key, words) for key, words in GRADINGS.items()])
    happened_on = TextField("Day of the incident", max_length=20, hint="Like 18 11 2026")
    happened_time = TextField("Time", max_length=5, hint="Like 21:40")
    line1 = TextField("Address", max_length=200)
    postcode = PostcodeField("Postcode")
    danger = ChoiceField(
        "Is a child in danger now?",
        choices=[Choice("yes", "Yes"), Choice("no", "No")],
        required="Say whether a child is in danger now",
    )
    child_seen = ChoiceField("Was the child seen?", choices=[Choice(key, words) for key, words in YES_NO.items()])
    child_spoken_to = ChoiceField(
        "Was the child spoken to?", choices=[Choice(key, words) for key, words in YES_NO.items()]
    )
    child_said = WordsField("What did the child say, in their own words?", rows=3)
    version = HiddenVersion()
    what = HiddenField()


def confirm_form(told: Told | None, version: int, **options: Any) -> ConfirmForm:
    """The form, filled with what was picked out or saved."""
    if told is None:
        return ConfirmForm(**options)
    day, _, clock = told.happened_at.partition("T")
    data = {
        name: getattr(told, name)
        for name in ("incident", "officer", "grading", "line1", "postcode", "danger", "child_seen")
    } | {"child_spoken_to": told.child_spoken_to, "child_said": told.child_said, "version": version}
    return ConfirmForm(
        formdata=None,
        data={
            **data,
            "happened_on": _as_typed(day),
            "happened_time": clock[:5],
        },
    )


def _as_typed(day: str) -> str:
    """An ISO day as people write it here: 9 3 2017."""
    if not day:
        return ""
    read = date.fromisoformat(day)
    return f"{read.day} {read.month} {read.year}"


def people_rows(told: Told) -> list[dict[str, Any]]:
    """The people as the page shows them, with empty rows for more."""
    rows = [
        {
            "first": p.first_name,
            "last": p.last_name,
            "born": _as_typed(p.date_of_birth),
            "sex": p.sex,
            "role": p.role,
            "keep": p.keep,
        }
        for p in told.people
    ]
    spare = {"first": "", "last": "", "born": "", "sex": "", "role": CHILD, "keep": False}
    return [*rows, *({**spare} for _ in range(min(SPARE, MOST_PEOPLE - len(rows))))]


def read_people(typed: MultiDict[str, str]) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The rows of people as they were typed, and what is wrong, by the id of the field."""
    rows, wrong = [], {}
    for number in range(MOST_PEOPLE):
        name = f"person-{number}"
        row: dict[str, Any] = {
            part: typed.get(f"{name}-{part}", "").strip()[:80] for part in ("first", "last", "born", "sex", "role")
        }
        row["keep"] = typed.get(f"{name}-keep") == "1"
        if not any(row[part] for part in ("first", "last", "born")) and not row["keep"]:
            continue
        born = read_date(row["born"]) if row["born"] else None
        if row["born"] and not isinstance(born, date):
            wrong[f"{name}-born"] = "Write the birth date like 9 3 2017, or leave it empty"
        if row["keep"] and not (row["first"] or row["last"]):
            wrong[f"{name}-first"] = "Give a name, or untick this person"
        row["role"] = row["role"] if row["role"] in ROLES else ADULT
        row["sex"] = row["sex"] if row["sex"] in SEXES else ""
        rows.append(row)
    return rows, wrong


def told_from(form: ConfirmForm, rows: list[dict[str, Any]], happened_at: str) -> Told:
    """What the page says, as it is kept."""

    def iso(text: str) -> str:
        read = read_date(text) if text else None
        return read.isoformat() if isinstance(read, date) else ""

    return Told(
        incident=(form.incident.data or "").strip(),
        officer=(form.officer.data or "").strip(),
        grading=form.grading.data or "",
        happened_at=happened_at,
        line1=(form.line1.data or "").strip(),
        postcode=(form.postcode.data or "").strip(),
        child_seen=form.child_seen.data or "",
        child_spoken_to=form.child_spoken_to.data or "",
        child_said=(form.child_said.data or "").strip(),
        danger=form.danger.data or "",
        people=tuple(
            Someone(row["first"], row["last"], iso(row["born"]), row["sex"], row["role"], row["keep"]) for row in rows
        ),
    )


def read_happened(form: ConfirmForm) -> tuple[str, dict[str, str]]:
    """Day and time of the incident as ISO text in London's time ('' when not given), and what is wrong."""
    day, time = (form.happened_on.data or "").strip(), (form.happened_time.data or "").strip()
    if not day and not time:
        return "", {}
    read = read_date(day)
    if not isinstance(read, date):
        return "", {"happened_on": "Write the day like 18 11 2026"}
    digits = time.replace(":", "").replace(".", "").zfill(4) if time else "0000"
    if not (
        digits.isdecimal() and digits.isascii() and len(digits) == 4 and int(digits[:2]) < 24 and int(digits[2:]) < 60
    ):
        return "", {"happened_time": "Write the time like 21:40"}
    return f"{read.isoformat()}T{digits[:2]}:{digits[2:]}", {}
