"""The pages of our own referral form, one thing on each, as a table. Which fields they ask, in which order, and what
stops sending.

The web forms are made from the same names. A page's *cleaned* answers are a dict of field name to value, by kind:

    text, long_text, phone, email, nhs, upn, postcode    str, or None if blank
    choice                                               a key of the list, or None
    yes_no                                               "yes", "no", "dont_know", or None if not answered
    tick                                                 True or False
    choices                                              list of keys
    date                                                 ISO text "2017-03-09", or None
    time                                                 "15:15", or None
    number                                               int, or None
    people                                               list of dicts with the names of PERSON_FIELDS

All answers are a dict of page key to such a dict. The page of each child has its own key, `child-1`, `child-2`, ...; a
removed child's key goes, the numbers of the others stay.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

Answers = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class PageField:
    """One question. `choices` names a list of the catalogue; `stops`: without it nothing can be sent; `exploitation`:
    asked only when a
    ticked concern opens the questions about exploitation and going missing; `later`: only from the second child on."""

    name: str
    label: str
    kind: str = "text"
    choices: str = ""
    hint: str = ""
    stops: bool = False
    exploitation: bool = False
    later: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the form: key, heading, questions. `repeats`: there is one for each child."""

    key: str
    title: str
    fields: tuple[PageField, ...] = ()
    repeats: bool = False


def _ask(
    name: str, label: str, kind: str = "text", *, hint: str = "", stops: bool = False, exploitation: bool = False
) -> PageField:
    return PageField(name, label, kind, "yes_no_unknown" if kind == "yes_no" else "", hint, stops, exploitation)


def _pick(
    name: str, label: str, choices: str, *, kind: str = "choice", hint: str = "", stops: bool = False
) -> PageField:
    return PageField(name, label, kind, choices, hint, stops)


PERSON_FIELDS: tuple[PageField, ...] = (
    _ask("name", "Name"),
    _pick("relationship", "Who they are to the child", "relationships"),
    _ask("lives_with_child", "Do they live with the child?", "yes_no"),
    PageField("adult_of_concern", "I am worried about this adult", "tick"),
    _ask("parental_responsibility", "Do they have parental responsibility?", "yes_no"),
    _ask("date_of_birth", "Date of birth", "date"),
    _ask("phone", "Phone", "phone"),
    _ask("first_language", "First language"),
    _ask("interpreter_needed", "Do they need an interpreter?", "yes_no"),
    _ask("line1", "Address, if it is another one"),
    _ask("postcode", "Postcode", "postcode"),
)

_CHILD_FIELDS: tuple[PageField, ...] = (
    _ask("first_name", "First name", hint="If you don’t know, leave it and describe the child below", stops=True),
    _ask("last_name", "Last name"),
    _ask(
        "description",
        "If you don’t know the name: what can you tell us?",
        "long_text",
        hint="Age, looks, where seen, who with",
    ),
    _pick("born", "Do you know when the child was born?", "birth_known"),
    _ask("date_of_birth", "Date of birth", "date", hint="For example, 9 3 2017"),
    _ask("expected_date_of_birth", "When is the baby expected?", "date", hint="For example, 14 2 2027"),
    _ask("approximate_age", "About how old, in years?", "number"),
    _pick("sex", "Sex", "sexes"),
    _pick("ethnicity", "Ethnicity", "ethnicities"),
    PageField("address_same", "Same address as the first child", "tick", later=True),
    _ask("line1", "Address"),
    _ask("line2", "Address, second line"),
    _ask("town", "Town"),
    _ask("postcode", "Postcode", "postcode"),
    PageField(
        "protected",
        "This address must be kept secret",
        "tick",
        hint="For example a refuge, or a parent must not learn it",
    ),
    _ask("school", "School or nursery"),
    _ask("gp", "GP"),
    _pick("disability", "Disability", "disabilities", kind="choices"),
    _ask("nhs_number", "NHS number", "nhs", hint="If you have it"),
    _ask("upn", "Unique pupil number", "upn", hint="If you have it"),
)

_CONCERN_FIELDS: tuple[PageField, ...] = (
    _pick("categories", "What are you worried about?", "concerns", kind="choices", hint="Tick all that fit"),
    _ask("other_words", "Something else: what?"),
    _ask(
        "what_happened",
        "Tell us about it",
        "long_text",
        hint="What you saw or heard, in plain words. Use the child’s own words where you can",
        stops=True,
    ),
    _ask(
        "happened_on", "When?", "date", hint="For example, 17 11 2026. If you are not sure, give the day you were told"
    ),
    _ask("happened_words", "Or say when in words"),
    _ask("where", "Where did it happen?"),
    _pick("how_known", "How do you know?", "how_known"),
    _ask("how_often", "How often?"),
    _ask("injury", "Have you seen an injury or a bruise?", "yes_no"),
    _ask("injury_words", "Where on the body, and what does it look like?", "long_text"),
    _pick("level_of_need", "Which level of need do you think it is?", "levels"),
    _ask("missing_times", "How often missing in the last 30 days?", "number", exploitation=True),
    _ask("places", "Places, one on each line", "long_text", exploitation=True),
    _ask("known_as", "People, by name or nickname, one on each line", "long_text", exploitation=True),
    _ask("vehicles", "Cars, one on each line", "long_text", exploitation=True),
    _ask("peers", "Other young people, one on each line", "long_text", exploitation=True),
)

PAGES: tuple[Page, ...] = (
    Page(
        "danger", "Is a child in danger now?", (_ask("immediate_danger", "Is a child in immediate danger?", "yes_no"),)
    ),
    Page(
        "me",
        "You, and how to ring you back",
        (
            _ask("name", "Your name", stops=True),
            _ask("role", "Your role"),
            _ask("phone", "Number to ring you back", "phone", hint="One that is answered today", stops=True),
            _ask("best_time", "Best time to ring"),
            _ask("email", "E-mail", "email"),
            _ask("known_for", "How long have you known the child?"),
        ),
    ),
    Page("child", "About the child", _CHILD_FIELDS, repeats=True),
    Page("children", "The children in this referral"),
    Page(
        "now",
        "Where the child is now, and going home",
        (
            _pick("where", "Where is the child now?", "where_now", stops=True),
            _ask("where_words", "Where exactly?"),
            _ask("safe_to_go_home", "Is it safe to go home today?", "yes_no", stops=True),
            _ask("safe_why", "Why?", "long_text"),
            _ask("collected_by", "Who collects the child?"),
            _ask("collected_by_adult_of_concern", "Is that the person you are worried about?", "yes_no"),
            _ask("collected_at", "At what time?", "time", hint="For example, 15:15"),
            _pick("answer_needed", "By when do you need an answer?", "answer_by"),
            _ask("answer_needed_on", "On which day?", "date"),
            _ask("answer_needed_at", "At what time?", "time"),
        ),
    ),
    Page(
        "household",
        "Family and household",
        (
            PageField("people", "People", "people"),
            _ask("visit_dangers", "Is there a danger to people who visit?", "long_text", hint="Dogs, weapons, threats"),
        ),
    ),
    Page(
        "consent",
        "Have you told a parent?",
        (
            _ask("parent_informed", "Does a parent know that you are telling us?", "yes_no", stops=True),
            _ask("parent_agrees", "Does the parent agree?", "yes_no"),
            _ask("who", "Which parent?"),
            _pick("reason_not_sought", "If not told or not asked: why?", "consent_reasons", stops=True),
            _ask("reason_words", "In your words", "long_text"),
            _ask("child_view", "What does the child say about it?", "long_text"),
            _ask("withhold_from_family", "What must be kept from the family, and why?", "long_text"),
        ),
    ),
    Page("concern", "What happened", _CONCERN_FIELDS),
    Page(
        "strengths",
        "Worries, strengths and next step",
        (
            _ask("worries", "What are you worried may happen if nothing changes?", "long_text"),
            _ask("working_well", "What is working well?", "long_text"),
            _ask("what_needs_to_happen", "What needs to happen?", "long_text"),
            _ask("safety_scale", "How safe is the child, 0 to 10?", "number", hint="0 is not safe at all, 10 is safe"),
            _ask("child_voice", "What has the child said, in their own words?", "long_text"),
            _ask("parents_view", "What do the parents say?", "long_text"),
            _ask("early_help", "Does the family get early help or family help?", "yes_no"),
            _ask("lead_practitioner", "Who is the lead practitioner?"),
            _ask("interventions", "What has been tried, and what came of it?", "long_text"),
        ),
    ),
    Page(
        "check",
        "Check your answers",
        (PageField("safeguarding_lead_told", "I have talked to my safeguarding lead, or I am the lead", "tick"),),
    ),
)
_BY_KEY = {page.key: page for page in PAGES}
_CHILD_KEY = re.compile(r"child-([1-9][0-9]?)")


def find_page(key: str) -> Page | None:
    """The page with this key (`child-2` gives the child page), or None."""
    if _CHILD_KEY.fullmatch(key):
        return _BY_KEY["child"]
    return None if key == "child" else _BY_KEY.get(key)


def child_keys(answers: Answers) -> list[str]:
    """The keys of the pages of the children, in order; `child-1` if there is none yet."""
    found = [(int(match.group(1)), key) for key in answers if (match := _CHILD_KEY.fullmatch(key))]
    return [key for _number, key in sorted(found)] or ["child-1"]


def new_child_key(answers: Answers) -> str | None:
    """The key for one child more; None after number 99."""
    if not any(_CHILD_KEY.fullmatch(key) for key in answers):
        return "child-1"
    number = int(child_keys(answers)[-1].removeprefix("child-")) + 1
    return f"child-{number}" if number <= 99 else None


def page_keys(answers: Answers) -> list[str]:
    """All pages of this referral in order, with one for each child.

    `danger, me, child-1, child-2, children, now, ...`.
    """
    keys: list[str] = []
    for page in PAGES:
        keys.extend(child_keys(answers) if page.repeats else [page.key])
    return keys


def page_after(answers: Answers, key: str) -> str | None:
    """The page that comes after this one; None after the last and for a key that is not among them."""
    keys = page_keys(answers)
    return keys[keys.index(key) + 1] if key in keys[:-1] else None


def page_before(answers: Answers, key: str) -> str | None:
    """The page that comes before this one; None before the first and for a key that is not among them."""
    keys = page_keys(answers)
    return keys[keys.index(key) - 1] if key in keys[1:] else None
