"""The form every page is built from: filled by a post, an autosave or a draft, it keeps what was typed.

Slices import the form and its fields from here; the fields live in `kernel.fields`.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, Self

from flask import current_app, has_request_context, request, session
from flask_wtf import FlaskForm
from flask_wtf.csrf import generate_csrf
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from werkzeug.exceptions import BadRequest
from wtforms.csrf.core import CSRF
from wtforms.validators import ValidationError

from caseapp.kernel import clock
from caseapp.kernel.fields import (
    DONT_KNOW,
    NO_VERSION,
    YES_NO,
    Choice,
    ChoiceField,
    ChoicesField,
    DateField,
    EmailField,
    Field,
    HiddenVersion,
    PhoneField,
    PostcodeField,
    Raw,
    ShownChoice,
    TextField,
    WholeNumberField,
    WordsField,
)

__all__ = [
    "DONT_KNOW",
    "NO_VERSION",
    "YES_NO",
    "Choice",
    "ChoiceField",
    "ChoicesField",
    "DateField",
    "EmailField",
    "Field",
    "Form",
    "HappenedAt",
    "HiddenVersion",
    "PhoneField",
    "PostcodeField",
    "Raw",
    "ShownChoice",
    "TextField",
    "ValidationError",
    "WholeNumberField",
    "WordsField",
    "form_token",
]

_FROM_REQUEST: Any = object()

_TIME = re.compile(r"([01]?[0-9]|2[0-3])[:.]?([0-5][0-9])")


def form_token() -> str:
    """The token that proves a form to be ours. It says nothing but what the cookie keeps, so that of a sign-in is
    signed once, not for each page."""
    kept = session.get("csrf_token")
    return _signed(kept, current_app.secret_key) if kept else str(generate_csrf())


@lru_cache(maxsize=1_024)
def _signed(_kept: str, _secret: str | bytes | None) -> str:
    return str(generate_csrf())


class _TokenOnly(CSRF):
    """Puts the token in the form; the application checks it once for every unsafe request, header or field."""

    def generate_csrf_token(self, csrf_token_field: Any) -> str:
        return form_token() if has_request_context() else ""

    def validate_csrf_token(self, form: Any, field: Any) -> None:
        """Leave it to the global check, which ran before the view."""


def _as_posted(values: Mapping[str, Any]) -> MultiDict[str, Any]:
    """Return a plain dict, a list under a key meaning several values, as if a browser had posted it."""
    pairs = ((key, value if isinstance(value, list | tuple) else [value]) for key, value in values.items())
    return MultiDict([(key, each) for key, several in pairs for each in several])


def _posted() -> Any:
    """Return what the current request posts: form, uploads or JSON object; None when it posts nothing."""
    if not has_request_context() or request.method not in {"POST", "PUT", "PATCH", "DELETE"}:
        return None
    if not request.is_json:
        return CombinedMultiDict([request.files, request.form])
    try:
        body = request.get_json()
    except RecursionError as error:
        raise BadRequest("The JSON is nested too deeply") from error
    if not isinstance(body, dict):
        raise BadRequest("Send one JSON object")
    return _as_posted(body)


class Form(FlaskForm):
    """A form of our fields, filled from the request unless `formdata` (None for a fresh page) or a draft is given.

    An empty post counts as posted: unticking the last box must not bring the stored answer back.
    """

    class Meta:
        csrf = True
        csrf_class = _TokenOnly
        csrf_field_name = "csrf_token"

        def get_translations(self, form: Any) -> None:
            """Our fields own their words."""

    def __init__(self, formdata: Any = _FROM_REQUEST, *, kept: Mapping[str, Any] | None = None, **options: Any) -> None:
        self._kept = kept
        super().__init__(formdata=_posted() if formdata is _FROM_REQUEST else formdata, **options)

    def process(self, formdata: Any = None, *given: Any, **options: Any) -> None:
        """Take in what was posted; or what a draft kept, and of fields it knows nothing of the default."""
        if self._kept is None:
            super().process(formdata, *given, **options)
            return
        kept, defaults = self._kept, options.get("data") or {}
        posted = _as_posted({f"{self._prefix}{name}": value for name, value in kept.items()})
        for name, field in self._fields.items():
            is_kept = isinstance(field, Field) and any(each in kept for each in field.posted_names)
            field.process(posted if is_kept else None, *([defaults[name]] if name in defaults else []))

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any], **options: Any) -> Self:
        """Fill a form from what `raw` gave earlier; a field that `raw` knows nothing of keeps its default."""
        return cls(formdata=None, kept=raw, **options)

    def own_fields(self) -> Iterator[tuple[str, Field]]:
        """Yield name and field in page order, without the token."""
        return ((name, field) for name, field in self._fields.items() if isinstance(field, Field))

    @property
    def raw(self) -> Raw:
        """What was typed, wrong or not, fit to store as JSON: a draft, or a post parked while somebody signs in."""
        return {name: value for _, field in self.own_fields() for name, value in field.as_typed().items()}

    @property
    def error_list(self) -> list[dict[str, str]]:
        """Every error with the place it links to, in page order, those of the whole form first."""
        targets = [field.error_target for _, field in self.own_fields()]
        errors = [(targets[0] if targets else "", text) for text in self.form_errors]
        errors += [(field.error_target, text) for _, field in self.own_fields() for text in field.errors]
        return [{"href": f"#{target}", "text": str(text)} for target, text in errors]

    def add_errors(self, messages: Mapping[str, str]) -> None:
        """Put a command's refusals (`Invalid.problems`) at their fields; what fits no field is said about the form."""
        fields = dict(self.own_fields())
        for name, message in messages.items():
            if name in fields:
                fields[name].errors = [*fields[name].errors, message]
            else:
                self.form_errors.append(message)

    def cleaned(self) -> dict[str, Any]:
        """Return the values of a valid form by field name; dates as ISO text, unanswered as "", None or []."""
        return {
            name: field.data.isoformat() if isinstance(field.data, date) else field.data
            for name, field in self.own_fields()
        }


class HappenedAt:
    """For a form with `happened_on` and `happened_time`: the time is hours and minutes, with a colon, a full stop or
    nothing between them. `like` is the example that its words give."""

    happened_on: Any
    happened_time: Any
    like = "15:30"

    def validate_happened_time(self, field: TextField) -> None:
        """It is a time."""
        if _TIME.fullmatch(field.data.strip()) is None:
            raise ValidationError(f"Write the time with hours and minutes, like {self.like}")

    @property
    def happened_at(self) -> datetime:
        """The instant it happened; only for a valid form."""
        found = _TIME.fullmatch(self.happened_time.data.strip())
        assert found is not None
        at = time(int(found[1]), int(found[2]))
        return datetime.combine(self.happened_on.data, at, clock.LONDON).astimezone(UTC)
