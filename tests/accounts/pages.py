"""Reading a page as a browser does: its forms with their hidden fields, and signing in through the real page."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from caseapp.demo.organisation import PASSWORD, email_of


@dataclass
class ShownForm:
    """A form: where it goes and what it sends if nobody types."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    @property
    def token(self) -> str:
        return dict(self.fields)["csrf_token"]

    def without_token(self) -> list[tuple[str, str]]:
        return [pair for pair in self.fields if pair[0] != "csrf_token"]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.forms: list[ShownForm] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(ShownForm(given.get("action", "")))
            self.inside = True
        elif tag == "input" and self.inside and given.get("type") == "hidden":
            # A browser sends line breaks as CR LF, however the page wrote them.
            value = given["value"].replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\r\n")
            self.forms[-1].fields.append((given["name"], value))

    def handle_endtag(self, tag: str) -> None:
        self.inside = self.inside and tag != "form"


def forms_of(response: TestResponse, path: str | None = None) -> list[ShownForm]:
    """The forms of a page, or those that go to a path."""
    reader = _Reader()
    reader.feed(response.text)
    return [form for form in reader.forms if path in (None, form.action)]


def token_of(client: FlaskClient) -> str:
    """The token of the sign-in page as this browser sees it."""
    return forms_of(client.get("/accounts/sign-in"), "/accounts/sign-in")[0].token


def sign_in(
    client: FlaskClient, login: str, password: str = PASSWORD, *, address: str = "127.0.0.1", **more: str
) -> TestResponse:
    """Post the sign-in page as a demo person (or, with an @, any e-mail address)."""
    email = login if "@" in login or not login else email_of(login)
    return client.post(
        "/accounts/sign-in",
        data={"email": email, "password": password, **more},
        environ_overrides={"REMOTE_ADDR": address},
    )
