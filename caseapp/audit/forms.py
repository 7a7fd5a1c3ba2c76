"""What an auditor types to narrow a log down."""

from typing import Any

from flask import request

from caseapp.kernel.forms import Choice, ChoiceField, DateField, Form, TextField, ValidationError
from caseapp.kernel.subjects import PREFIXES, parse_reference

from .domain import LogFilter


class FilterForm(Form):
    """Days, a person, a group of codes or pages, a reference; all may be left out. Read from the address."""

    since = DateField("From", called="The first day")
    until = DateField("To", called="The last day")
    who = TextField("Person", hint="E-mail address, or U- reference")
    about = TextField("Reference", hint="Like R-7K4M-2Q9X")
    group = ChoiceField("What")

    def __init__(self, *, people: str, groups: dict[str, str], all_words: str) -> None:
        super().__init__(formdata=request.args)
        self.who.label.text = people
        self.group.choices = [Choice("", all_words), *(Choice(key, words) for key, words in groups.items())]

    def validate_until(self, field: Any) -> None:
        """The last day is not before the first."""
        if field.data and self.since.data and field.data < self.since.data:
            raise ValidationError("The last day is before the first")

    def validate_who(self, field: Any) -> None:
        """An e-mail address or the reference of a sign-in."""
        if not field.data or "@" in field.data:
            return
        if (parse_reference(field.data) or "")[:1] != PREFIXES["user"]:
            raise ValidationError(
                "Enter an e-mail address, or the reference of a person who signs in, like U-7K4M-2Q9X"
            )

    def validate_about(self, field: Any) -> None:
        """Something that can be a reference."""
        if field.data and parse_reference(field.data) is None:
            raise ValidationError(
                "Check this reference. It is one letter, four and four letters and figures, like R-7K4M-2Q9X"
            )

    @property
    def asked(self) -> LogFilter:
        """What a valid form asks for."""
        who = self.who.data or ""
        return LogFilter(
            self.since.data,
            self.until.data,
            who.casefold() if "@" in who else (parse_reference(who) or ""),
            parse_reference(self.about.data or "") or "",
            self.group.data or "",
        )

    @property
    def words(self) -> str:
        """What was typed and chosen, for whoever reads a list that was taken away."""
        said = {
            "from": str(self.since.data or ""),
            "to": str(self.until.data or ""),
            "person": self.asked.who,
            "reference": self.asked.about,
            "what": self.asked.group,
        }
        return "; ".join(f"{label}: {words}" for label, words in said.items() if words) or "none, the whole log"

    @property
    def narrows(self) -> bool:
        """True if anything was typed or chosen."""
        return any(not field.is_blank for _, field in self.own_fields())

    @property
    def address(self) -> dict[str, Any]:
        """What was typed, to carry along in an address."""
        return {name: value for name, value in self.raw.items() if value and value != [""]}
