"""What the pages of a draft show around their questions: where one is, what comes next, what stops sending."""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import request, session, url_for

from caseapp.kernel import clock
from caseapp.referrals.catalogue import CONCERNS
from caseapp.referrals.domain.children import as_text
from caseapp.referrals.domain.form import compose
from caseapp.referrals.domain.outside import Neighbour, neighbour_of
from caseapp.referrals.domain.pages import (
    CALLER,
    child_key,
    child_keys,
    find_page,
    is_call,
    more_key,
    page_after,
    page_before,
    page_keys,
)
from caseapp.referrals.domain.reading import NOT_SAID, Item, sections
from caseapp.referrals.forms.pages import PageForm, read_pages
from caseapp.referrals.queries import own
from caseapp.referrals.queries.own import DraftView, Sender

# Which page of the form a part of the document was asked on; what is not listed nobody was asked.
_ASKED_ON = {
    "danger": "danger",
    "referrer": "me",
    "now": "now",
    "person": "household",
    "home": "household",
    "consent": "consent",
    "said": "concern",
    "exploitation": "exploitation",
    "protected": "protected",
    "strengths": "strengths",
    "help": "strengths",
}
# Asked only after another answer: left blank they are not a gap.
_FOLLOW_UPS = frozenset(
    {
        "where_words",
        "safe_why",
        "collected_by_adult_of_concern",
        "answer_needed_on",
        "answer_needed_at",
        "parent_agrees",
    }
    | {"who", "reason_not_sought", "reason_words", "other_words", "happened_words", "injury_words", "description"}
    | {
        "expected_date_of_birth",
        "approximate_age",
        "line2",
        "address_same",
        "protected",
        "lead_practitioner",
        "best_time",
    }
    | {"safeguarding_lead_told", "born", "email", "withhold_from_family", "social_worker", "advice_only", "agreed_to"}
    | {"injury_where", "body_map", "crime_reference", "address_kind", "other_names", "disability_words", "team"}
    | {"missing_reported", "missing_with", "in_care_of", "whereabouts", "works_here", "not_shared", "relationship"}
)
_ADDRESS = frozenset({"line1", "town", "postcode"})
# Questions of a child's second page, as the document names them.
_MORE = frozenset(ask.name for ask in find_page("more-1").fields)  # type: ignore[union-attr]
# Parts of the document that nobody was asked for on a page.
_NOT_ASKED = frozenset({"mode", "taken_by"})
# Asked of a caller only: of whoever is signed in they are known.
_OF_A_CALLER = frozenset({"agency", "source_code"})
_TWO_TEXTS = "You wrote this page in two windows: choose which words to keep"


@dataclass(frozen=True)
class Row:
    """One line of a card: a question, or a person with everything said about them."""

    label: str
    items: list[Item]
    person: bool = False


@dataclass(frozen=True)
class Card:
    """One card of the check page: a page of the form, what was said on it, and what was not."""

    title: str
    url: str
    rows: list[Row]
    not_given: list[str]


@dataclass(frozen=True)
class Ready:
    """A draft as it would be sent: its answers, and what stops it, with links."""

    answers: dict[str, dict[str, object]]
    stops: list[dict[str, str]]


def ready(reference: str, draft: DraftView) -> Ready:
    """Read the whole draft."""
    reading = read_pages(draft.pages)
    stops = [
        {"href": _url(reference, key, then="check"), "text": f"{title_of(draft, key).removesuffix('?')}: {_TWO_TEXTS}"}
        for key in draft.other
    ]
    stops += [
        {
            "href": _url(reference, problem.page, then="check") + f"#{problem.target}",
            "text": f"{title_of(draft, problem.page).removesuffix('?')}: {problem.message}",
        }
        for problem in reading.problems
    ]
    return Ready(reading.answers, stops)


def after(reference: str, draft: DraftView, page: str) -> str:
    """Where "Save and go on" leads: the next page, or back to the check page if one came from there."""
    if request.args.get("then") == "check":
        return _url(reference, "check")
    return _url(reference, page_after(draft.pages, page) or "check")


def context(reference: str, draft: DraftView, form: PageForm) -> dict[str, Any]:
    """Everything a page of the form is handed."""
    keys = page_keys(draft.pages)
    key, then = form.key, "check" if request.args.get("then") == "check" else None
    before = page_before(draft.pages, key)
    shown: dict[str, Any] = {
        "kind": page_of(key),
        "key": key,
        "form": form,
        "reference": reference,
        "title": title_of(draft, key),
        "number": keys.index(key) + 1,
        "total": len(keys),
        "names": own.child_names(draft.pages),
        "back": {"url": _url(reference, before), "label": title_of(draft, before)} if before else None,
        "url": _url(reference, key, then=then),
        "save_url": url_for(".autosave", reference=reference, page=key),
        "saved_at": draft.saved_at,
        "elsewhere": elsewhere(draft.here),
        "ends_on": draft.ends_on if draft.ends_soon else None,
        "in_danger": (draft.pages.get("danger") or {}).get("immediate_danger") == "yes",
        "children": list(_children(reference, draft)),
        "first_child": child_keys(draft.pages)[0],
        "errors": form.error_list,
        "by_phone": is_call(draft.pages),
        "known_url": url_for(".known_to_caller", reference=reference),
    }
    if key in ("children", "check"):
        shown["outside"] = outside(draft)
    if key in ("files", "check"):
        shown["files"] = own.list_files(draft.id)
    if key == "concern":
        shown["common"] = [row.key for row in CONCERNS if row.common]
    return {**shown, **_check(reference, draft)} if key == "check" else shown


def page_of(key: str) -> str:
    """The name of the page's template: `child` for `child-2`, `more` for `more-2`."""
    return key.partition("-")[0] if child_key(key) else key


def here() -> str:
    """The mark of this browser: a draft says when it was saved at another one."""
    mark: str = session.setdefault("here", secrets.token_hex(8))
    return mark


def elsewhere(saved_here: str) -> bool:
    """True when a draft was last saved in another browser."""
    return bool(saved_here) and saved_here != session.get("here")


def outside(draft: DraftView) -> list[tuple[str, Neighbour | None]]:
    """The postcodes of the children's homes that lie outside the borough, with the council whose they are."""
    given = [str(page.get("postcode") or "") for key, page in sorted(draft.pages.items()) if key.startswith("child-")]
    return [(postcode, neighbour_of(postcode)) for postcode in own.outside(given)]


def find_child(reference: str, draft: DraftView, key: str | None) -> dict[str, Any] | None:
    """The child of the draft with this key, as the list of children shows it; None if there is none to take out."""
    return next((one for one in _children(reference, draft) if one["key"] == key and one["removable"]), None)


def _children(reference: str, draft: DraftView) -> Iterator[dict[str, Any]]:
    for number, key in enumerate(child_keys(draft.pages), start=1):
        typed = draft.pages.get(key, {})
        names = f"{typed.get('first_name', '')} {typed.get('last_name', '')}".strip()
        described = (as_text(typed.get("description")) or "")[:60]
        yield {
            "key": key,
            "number": number,
            "name": names or described or "Not named yet",
            "url": _url(reference, key),
            "removable": key in draft.pages,
        }


def _check(reference: str, draft: DraftView) -> dict[str, Any]:
    found = ready(reference, draft)
    decide_by, why = own.decision_day(clock.now())
    return {"stops": found.stops, "cards": list(_cards(reference, draft, found)), "decide_by": decide_by, "why": why}


def _cards(reference: str, draft: DraftView, found: Ready) -> Iterator[Card]:
    keys = child_keys(found.answers)
    by_page: dict[str, list[Row]] = {}
    for part in sections(compose(found.answers, Sender("", "", ""), sent_at=clock.now())):
        page = keys[part.number - 1] if part.key == "child" else _ASKED_ON.get(part.key)
        page = CALLER.key if page == "me" and is_call(draft.pages) else page
        left_out = _NOT_ASKED if is_call(draft.pages) else _NOT_ASKED | _OF_A_CALLER
        said = [item for item in part.items if item.value_words != NOT_SAID and item.path not in left_out]
        if page and part.key == "person":
            name = part.title.removeprefix("In the family: ")
            by_page.setdefault(page, []).append(Row(name, [item for item in said if item.label != "Name"], person=True))
        elif page:
            by_page.setdefault(page, []).extend(Row(item.label, [item]) for item in said)
    for key in page_keys(draft.pages):
        if key in ("children", "files", "check"):
            continue
        rows = by_page.get(key, [])
        if child := child_key(key):
            # What was told about a child comes as one part of the document; each of its two pages has its card.
            second = {f"children[].{name}" for name in _MORE}
            rows = [
                row
                for row in by_page.get(child, [])
                if (re.sub(r"\[\d+\]", "[]", row.items[0].path) in second) == (key == more_key(child))
            ]
        yield Card(title_of(draft, key), _url(reference, key, then="check"), rows, _not_given(found, key))


def _not_given(found: Ready, key: str) -> list[str]:
    """The questions of a page without an answer that do not stop sending."""
    page, answers = find_page(key), found.answers.get(key, {})
    assert page is not None
    return [
        ask.label.removesuffix("?")
        for ask in page.fields
        if not (ask.stops or ask.name in _FOLLOW_UPS) and answers.get(ask.name) in (None, [], [{}])
    ]


def title_of(draft: DraftView, key: str) -> str:
    """The heading of a page; of one of several children with their number."""
    page, keys, child = find_page(key), child_keys(draft.pages), child_key(key)
    assert page is not None
    if child in keys and len(keys) > 1:
        return f"{page.title.removesuffix('the child')}child {keys.index(child) + 1}"
    return page.title


def _url(reference: str, page: str | None, **options: Any) -> str:
    return url_for(".show_page", reference=reference, page=page, **options)
