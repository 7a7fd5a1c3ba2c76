"""Signing in, and changing one's password. A password is taken to the letter and never written back."""

from typing import Any

from caseapp.kernel.forms import Field, Form, Raw, TextField, ValidationError

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


class ChangePasswordForm(Form):
    """The password now, and the new one twice."""

    current_password = PasswordField(
        "Your password now", required="Enter the password you have now", autocomplete="current-password"
    )
    new_password = PasswordField("New password", required="Enter a new password", autocomplete="new-password")
    again_password = PasswordField(
        "New password again", required="Enter the new password again", autocomplete="new-password"
    )

    def validate_again_password(self, field: PasswordField) -> None:
        """The second writing catches a slip in the first."""
        if field.data != self.new_password.data:
            raise ValidationError("The two new passwords differ")
