"""Signing in, and changing one's password, which is taken to the letter and never written back; a manager's forms about
their people."""

from collections.abc import Iterable
from typing import Any

from caseapp.access.domain import ROLE_WORDS
from caseapp.accounts.catalogue import SECOND_FACTOR_LOST
from caseapp.kernel.forms import (
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    EmailField,
    Field,
    Form,
    PhoneField,
    Raw,
    TextField,
    ValidationError,
)

from .catalogue import ABSENCES

LONGEST_EMAIL = 254


class PasswordField(Field):
    """A password, not cleaned and not trimmed: every character counts."""

    input_type = "password"

    def process_formdata(self, values: list[Any]) -> None:
        """Take the first text posted."""
        self.typed = next((value for value in values if isinstance(value, str)), "")
        self.data = self.typed

    def as_typed(self) -> Raw:
        """Return nothing: a password is in no draft."""
        return {}


class SignInForm(Form):
    """Who are you?"""

    email = TextField(
        "E-mail address", required="Enter your e-mail address", max_length=LONGEST_EMAIL, autocomplete="username"
    )
    password = PasswordField("Password", required="Enter your password", autocomplete="current-password")


# Made before the new ones, so that it stands and is spoken of first: fields stand in the order in which they are made.
_NOW = PasswordField("Your password now", required="Enter the password you have now", autocomplete="current-password")


class SetPasswordForm(Form):
    """A new password, twice: by a one-time link."""

    new_password = PasswordField("New password", required="Enter a new password", autocomplete="new-password")
    again_password = PasswordField(
        "New password again", required="Enter the new password again", autocomplete="new-password"
    )

    def validate_again_password(self, field: PasswordField) -> None:
        """The second writing catches a slip in the first."""
        if field.data != self.new_password.data:
            raise ValidationError("The two new passwords differ")


class ChangePasswordForm(SetPasswordForm):
    """The password now, and the new one twice."""

    current_password = _NOW


class PasswordForm(Form):
    """Your password once more."""

    password = PasswordField("Your password", required="Enter your password", autocomplete="current-password")


class CodeForm(Form):
    """A code of the app, or a recovery code."""

    code = TextField("Code", required="Enter the code", max_length=40, autocomplete="one-time-code")


class KeyForm(Form):
    """A new key: what its owner calls it, and their password."""

    name = TextField("Name of the key", required="Enter a name by which you will know this key", max_length=60)
    password = PasswordField("Your password", required="Enter your password", autocomplete="current-password")


_ROLE_NAMES = {
    "worker": "Worker",
    "manager": "Manager",
    "referrer": "Referrer",
    "safeguarding_lead": "Safeguarding lead",
    "chair": "Conference chair",
    "business_support": "Business support",
    "head": "Head of service",
    "auditor": "Auditor",
    "ig": "Information governance",
    "admin": "Administrator of sign-ins",
}
_ROLES = {
    role: _ROLE_NAMES.get(role, role.replace("_", " ").capitalize())
    for role in dict.fromkeys(role for _, role in ROLE_WORDS)
}


class InviteForm(Form):
    """Whom to invite, and their place."""

    name = TextField("Name", required="Enter their name", max_length=120, autocomplete="off")
    email = EmailField("E-mail address", required="Enter their e-mail address at work", autocomplete="off")
    title = TextField("Job title", required="Enter their job title", max_length=120, autocomplete="off")
    phone = PhoneField("Telephone number (optional)", max_length=40, autocomplete="off")
    agency = ChoiceField("Agency", required="Choose their agency")
    team = ChoiceField("Team", required="Choose their team")
    role = ChoiceField("Role in the team", choices=_ROLES, required="Choose their role")
    from_on = DateField("First day", required="Enter their first day")
    until_on = DateField("Last day (optional)", not_past=True)

    def validate_until_on(self, field: DateField) -> None:
        """Nobody leaves before they start."""
        if field.data and self.from_on.data and field.data < self.from_on.data:
            raise ValidationError("The last day must not be before the first day")


class LinkForm(Form):
    """That the administrator knows who is asking."""

    checked = ChoicesField(
        "Who is asking",
        choices={"yes": "I have spoken to them and know that it is them"},
        required="Speak to them first, then tick this",
    )


class TakeAwayForm(Form):
    """Why somebody's second step is taken away."""

    why = ChoiceField("Why", choices=SECOND_FACTOR_LOST, required="Choose why")


# ---------------------------------------------------------------- a manager's people

NOBODY = "Nobody"


def _people_choices(people: Iterable[tuple[int, str]]) -> list[Choice]:
    return [Choice("", NOBODY), *(Choice(str(number), name) for number, name in people)]


def number_of(typed: str | None) -> int | None:
    """The number behind a choice of a person; None when nobody was chosen."""
    return int(typed) if typed else None


class AbsenceForm(Form):
    """Somebody is away: from when, until when if known, why, and who covers."""

    from_on = DateField("First day away", required="Enter the first day", called="The first day")
    until_on = DateField("Last day away", hint="Leave it out while nobody knows", called="The last day")
    reason = ChoiceField(
        "Why", required="Choose why they are away", choices=ABSENCES, hint="Only managers of the team see this"
    )
    covering = ChoiceField(
        "Who covers", hint="They see and work with the same children for that time; it ends by itself"
    )

    def __init__(self, *, people: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(prefix="absence-", **options)
        self.covering.choices = _people_choices(people)


class CoverForm(Form):
    """A colleague covers: who, from when, until when."""

    covering = ChoiceField("Who covers", required="Choose who covers")
    from_on = DateField("From", required="Enter the first day", called="The first day")
    until_on = DateField("Until", hint="The last day; leave it out while nobody knows", called="The last day")

    def __init__(self, *, people: Iterable[tuple[int, str]], **options: Any) -> None:
        super().__init__(prefix="cover-", **options)
        self.covering.choices = _people_choices(people)


class RegistrationForm(Form):
    """What the register says."""

    body = TextField("Who keeps the register", required="Enter who keeps the register", max_length=60)
    number = TextField("Number on the register", required="Enter the number on the register", max_length=40)
    checked_on = DateField(
        "Day of the check", required="Enter the day on which you looked", not_future=True, called="The day of the check"
    )
    expires_on = DateField(
        "Holds until", required="Enter the last day on which it holds", called="The last day of the registration"
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(prefix="registration-", **options)


class ColleagueForm(Form):
    """Somebody who works here and does not sign in."""

    name = TextField("Name", required="Enter their name", max_length=120)
    title = TextField("What they are", required="Enter what they are, such as pastoral lead", max_length=120)
    phone = TextField("Telephone", hint="The team's number if you leave it out", max_length=40)


# ---------------------------------------------------------------- places in teams


class PlaceForm(Form):
    """A place in a team: which, in which role, from when until when."""

    team = ChoiceField("Team", required="Choose a team")
    role = ChoiceField("Role", required="Choose a role")
    from_on = DateField("From", required="Enter the first day", called="The first day")
    until_on = DateField("Until", hint="The last day; leave it out if it has none", called="The last day")

    def __init__(self, *, teams: Iterable[tuple[str, str]], roles: Iterable[tuple[str, str]], **options: Any) -> None:
        super().__init__(**options)
        self.team.choices = [Choice("", "Choose"), *(Choice(value, words) for value, words in teams)]
        self.role.choices = [Choice("", "Choose"), *(Choice(value, words) for value, words in roles)]


class EndPlaceForm(Form):
    """The last day of a place."""

    until_on = DateField("Last day", required="Enter the last day", called="The last day")

    def __init__(self, **options: Any) -> None:
        super().__init__(prefix="end-", **options)
