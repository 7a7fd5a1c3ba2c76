"""Somebody at their work: pages, fields and clicks are counted, and timed by the keystroke-level model."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from flask.testing import FlaskClient
from lxml import html
from werkzeug.test import TestResponse

# Card, Moran and Newell, "The keystroke-level model for user performance time with interactive systems", 1980, in
# seconds: a key of an average typist, pointing with a mouse and pressing its button, a hand to the keyboard and back,
# making up one's mind (once for each field that is shown, answered or not). The answer of the system is our own: 1.
KEY, POINT_AND_PRESS, HANDS, MIND, ANSWER = 0.28, 1.1 + 0.2, 2 * 0.4, 1.35, 1.0
_DATE_PART = re.compile(r"-(day|month|year)$")
_NOT_FIELDS = ("hidden", "submit", "button", "image")


@dataclass(frozen=True)
class Effort:
    """What a piece of work takes one person. `must`: fields that stop it while empty."""

    pages: int
    fields: int
    must: int
    clicks: int
    seconds: int

    def less(self, other: "Effort") -> "Effort":
        """What this takes more than the other."""
        return Effort(
            self.pages - other.pages,
            self.fields - other.fields,
            self.must - other.must,
            self.clicks - other.clicks,
            self.seconds - other.seconds,
        )


class Work:
    """One person's way through pages, each pressed or followed as at a browser without a script.

    A page counts once, when something is done on it, a field when the form sent shows it, a click for each box, radio,
    link and button; a menu takes two.
    """

    def __init__(self, client: FlaskClient, start: str) -> None:
        self.client, self.url = client, start
        self.fields = self.must = self.clicks = 0
        self.pages: set[str] = set()
        self.seconds = 0.0
        self._see(client.get(start))

    def _see(self, answer: TestResponse) -> None:
        while answer.status_code in (302, 303):
            self.url = urljoin(self.url, answer.headers["Location"])
            answer = self.client.get(self.url)
        assert answer.status_code == 200, (self.url, answer.status_code, problems(answer.text))
        self.page = html.fromstring(answer.text)
        self.text = " ".join(self.page.text_content().split())

    def follow(self, words: str) -> None:
        """Follow the first link of the page that begins with these words."""
        for link in self.page.xpath("//main//a[@href]"):
            if _words(link).startswith(words):
                self.pages.add(urlsplit(self.url).path)
                self.clicks += 1
                self.seconds += MIND + POINT_AND_PRESS + ANSWER
                self.url = urljoin(self.url, link.get("href"))
                return self._see(self.client.get(self.url))
        raise AssertionError(f"no link {words!r} on {self.url}")

    def press(self, button: str, *, must: bool = False, **answers: str) -> None:
        """Type and tick the answers (`__` for a hyphen), and press the first button that begins with these words;
        with `must`, count first what stops the form as it stands."""
        if must:
            self.must += self.stops(button)
            # What stands is kept, so the page has moved on by a version.
            self._see(self.client.get(self.url))
        form, pressed = self._form(button)
        for name, value in answers.items():
            self._answer(form, name.replace("__", "-"), value)
        self.fields += (shown := len(set(_shown(form))))
        self.pages.add(urlsplit(self.url).path)
        self.clicks += 1
        self.seconds += shown * MIND + POINT_AND_PRESS + ANSWER
        self._see(self._send(form, pressed))

    def stops(self, button: str) -> int:
        """How many fields stop the form of this button as it stands (nothing is changed by asking)."""
        answer = self._send(*self._form(button))
        assert answer.status_code == 422, (self.url, answer.status_code)
        return len(problems(answer.text))

    def names(self, button: str, beginning: str) -> list[str]:
        """The fields of the form of this button whose names begin so."""
        names = {str(name) for name in self._form(button)[0].xpath(".//@name")}
        return sorted(name for name in names if name.startswith(beginning))

    def so_far(self) -> Effort:
        """What it took, with the seconds in fives."""
        return Effort(len(self.pages), self.fields, self.must, self.clicks, 5 * round(self.seconds / 5))

    def _form(self, button: str) -> tuple[html.FormElement, html.HtmlElement]:
        for found in self.page.xpath("//main//button"):
            if _words(found).startswith(button):
                return next(found.iterancestors("form")), found
        raise AssertionError(f"no button {button!r} on {self.url}: {self.text[:600]}")

    def _answer(self, form: html.FormElement, name: str, value: str) -> None:
        field = form.inputs[name]
        if isinstance(field, html.RadioGroup | html.CheckboxGroup):
            if isinstance(field, html.RadioGroup):
                field.value = value
            else:
                field.value.add(value)
            self._click()
        elif isinstance(field, html.SelectElement):
            field.value = value
            self._click()
            self._click()
        elif getattr(field, "checkable", False):
            field.checked = bool(value)
            self._click()
        else:
            field.value = value
            self.seconds += HANDS + POINT_AND_PRESS + KEY * len(value)

    def _click(self) -> None:
        self.clicks += 1
        self.seconds += POINT_AND_PRESS

    def _send(self, form: html.FormElement, pressed: html.HtmlElement) -> TestResponse:
        given: dict[str, list[str]] = {}
        for name, value in form.form_values():
            given.setdefault(name, []).append(value)
        if pressed.get("name"):
            given[pressed.get("name")] = [pressed.get("value") or ""]
        to = urljoin(self.url, form.get("action") or "")
        if form.method == "GET":
            return self.client.get(to, query_string=given)
        kind = {"content_type": form.get("enctype")} if form.get("enctype") else {}
        return self.client.post(to, data=given, **kind)


def problems(page: str) -> list[str]:
    """The lines of the error summary."""
    rows = html.fromstring(page or "<p></p>").xpath("//*[contains(@class, 'error-summary__list')]//li")
    return [_words(row) for row in rows]


def _words(element: html.HtmlElement) -> str:
    return " ".join(element.text_content().split())


def _shown(form: html.FormElement) -> Iterator[str]:
    """Names of fields that are seen: not hidden, not under another answer, not folded away. A date is one field."""
    for field in form.xpath(".//input | .//select | .//textarea"):
        if field.get("name") and field.get("type") not in _NOT_FIELDS and not _folded(field):
            yield _DATE_PART.sub("", field.get("name"))


def _folded(field: html.HtmlElement) -> bool:
    for above in field.iterancestors():
        # What is folded on a telephone alone (class fold) stands open on a desk.
        if above.tag == "details" and above.get("open") is None and "fold" not in above.get("class", "").split():
            return True
        if "__conditional" in above.get("class", ""):
            opener = above.get("id").removesuffix("-more")
            if not above.xpath(f"//*[@id='{opener}'][@checked]"):
                return True
    return False
