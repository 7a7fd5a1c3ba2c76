"""A referrer at the form, without a script: reads each page, fills in what it asks, presses its button."""

import re
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

ONE_CHILD: dict[str, dict[str, Any]] = {
    "danger": {"immediate_danger": "no"},
    "me": {},
    "child-1": {
        "first_name": "Ellie",
        "last_name": "Marsden",
        "born": "exact",
        "date_of_birth-day": "9",
        "date_of_birth-month": "3",
        "date_of_birth-year": "2017",
        "sex": "F",
        "line1": "14 Quarry Lane",
        "postcode": "s637aq",
    },
    "children": {},
    "now": {"where": "school", "safe_to_go_home": "dont_know"},
    "household": {"person-1-name": "Kirsty Marsden", "person-1-relationship": "mother"},
    "consent": {"parent_informed": "yes", "parent_agrees": "yes"},
    "concern": {"categories": ["neglect"], "what_happened": "She slept in her coat.", "how_known": "child_told"},
    "strengths": {"safety_scale": "4"},
    "check": {"safeguarding_lead_told": "yes"},
}


class _Fields(HTMLParser):
    """The fields of the form that saves itself, as a browser would post them."""

    def __init__(self) -> None:
        super().__init__()
        self.inside, self.found, self.area, self.menu = False, {}, None, None  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.inside = "data-autosave" in given
        elif self.inside and tag == "input" and name:
            if given.get("type") not in ("radio", "checkbox"):
                self.found[name] = given.get("value") or ""
            elif "checked" in given:
                self.found.setdefault(name, []).append(given.get("value"))
        elif self.inside and tag == "textarea":
            self.area, self.found[name] = name, ""
        elif self.inside and tag == "select":
            self.menu, self.found[name] = name, ""
        elif self.inside and tag == "option" and "selected" in given:
            self.found[self.menu] = given.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self.area:
            self.found[self.area] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self.area:
            self.found[self.area], self.area = self.found[self.area].removeprefix("\n"), None
        elif tag == "form":
            self.inside = False


def fields_of(page: TestResponse) -> dict[str, Any]:
    """What a browser would post from this page as it stands."""
    reader = _Fields()
    reader.feed(page.text)
    return reader.found


def start(client: FlaskClient) -> str:
    """Press Begin; gives the draft's reference."""
    answer = client.post("/referrals/new")
    assert answer.status_code == 303
    return answer.headers["Location"].split("/")[3]


def url(draft: str, page: str) -> str:
    """The address of a page of a draft."""
    return f"/referrals/drafts/{draft}/{page}"


def fill(client: FlaskClient, draft: str, page: str, answers: dict[str, Any], **more: Any) -> TestResponse:
    """Open a page, type the answers over what stands there, press Save and go on."""
    shown = client.get(url(draft, page))
    assert shown.status_code == 200, (page, shown.status_code)
    return client.post(url(draft, page), data={**fields_of(shown), **answers, **more})


def send_one(client: FlaskClient, changes: dict[str, dict[str, Any]] | None = None) -> str:
    """Write a referral about one child from the first page to the receipt; gives its reference."""
    draft, page = start(client), "danger"
    for _step in range(30):
        answer = fill(client, draft, page, {**ONE_CHILD.get(page, {}), **(changes or {}).get(page, {})})
        assert answer.status_code == 303, (page, answer.text.partition("There is a problem")[2][:600])
        if found := re.fullmatch(r"/referrals/([^/]+)/receipt", answer.headers["Location"]):
            return found[1]
        page = answer.headers["Location"].rsplit("/", 1)[1]
    raise AssertionError("the form has no end")
