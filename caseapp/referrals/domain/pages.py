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

All answers are a dict of page key to such a dict. The two pages of each child have their own keys, `child-1`, `more-1`,
`child-2`, ...; a removed child's keys go, the numbers of the others stay. The page about exploitation is there when a
ticked concern opens it, or when something was written on it.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from .children import as_list, as_object
from .lists import concern

Answers = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True)
class PageField:
    """One question. `choices` names a list of the catalogue; `stops`: without it nothing can be sent; `later`: only
    from the second child on."""

    name: str
    label: str
    kind: str = "text"
    choices: str = ""
    hint: str = ""
    stops: bool = False
    later: bool = False


@dataclass(frozen=True)
class Page:
    """One page of the form: key, heading, questions. `repeats`: there is one for each child."""

    key: str
    title: str
    fields: tuple[PageField, ...] = ()
    repeats: bool = False


def _ask(name: str, label: str, kind: str = "text", *, hint: str = "", stops: bool = False) -> PageField:
    return PageField(name, label, kind, "yes_no_unknown" if kind == "yes_no" else "", hint, stops)


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
    _pick("ethnicity", "Ethnicity", "ethnicities"),
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
    PageField("address_same", "Same address as the first child", "tick", later=True),
    _ask("line1", "Address"),
    _ask("line2", "Address, second line"),
    _ask("town", "Town"),
    _ask("postcode", "Postcode", "postcode"),
    _pick("address_kind", "What kind of address is it?", "address_kinds"),
    PageField(
        "protected",
        "This address must be kept secret",
        "tick",
        hint="For example a refuge, or a parent must not learn it",
    ),
    _ask("school", "School or nursery"),
)

_MORE_FIELDS: tuple[PageField, ...] = (
    _ask("other_names", "Other names the child is known by"),
    _pick("ethnicity", "Ethnicity", "ethnicities"),
    _ask("religion", "Religion"),
    _ask("gender_identity", "How the child describes their gender"),
    _ask("first_language", "First language"),
    _ask("interpreter_needed", "Does the child need an interpreter?", "yes_no"),
    _ask("communication", "How the child makes themselves understood", hint="For example signs, pictures, a device"),
    _pick("disability", "Disability", "disabilities", kind="choices"),
    _ask("disability_words", "What does the disability mean from day to day?", "long_text"),
    _ask("gp", "GP"),
    _ask("health_visitor", "Health visitor, midwife or school nurse"),
    _ask("young_carer", "Does the child care for somebody at home?", "yes_no"),
    _ask("whereabouts", "Where this child is now, if not with the others"),
    _ask("in_care_of", "Is the child in the care of a council? Which one?"),
    _ask("legal_status", "Court orders or legal status", hint="For example a special guardianship order"),
    _ask("immigration_status", "Immigration status", hint="For example asylum claimed, alone in this country"),
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
    _ask("who_responsible", "Who is said to be responsible?"),
    _ask("injury", "Have you seen an injury or a bruise?", "yes_no"),
    _ask("injury_where", "Where on the body?", hint="For example left upper arm, outside"),
    _ask(
        "injury_words", "What does it look like?", "long_text", hint="Size, colour, shape, what the child said about it"
    ),
    PageField("body_map", "I have made a body map, and attach it", "tick"),
    _ask("crime_reported", "Was it reported to the police?", "yes_no"),
    _ask("crime_reference", "Crime or incident number"),
    _pick("level_of_need", "Which level of need do you think it is?", "levels"),
)

# domain.md section 5: what those who look at exploitation ask first.
_EXPLOITATION_FIELDS: tuple[PageField, ...] = (
    _pick("signs", "What have you seen or heard in the last 6 months?", "exploitation_signs", kind="choices"),
    _ask("missing_times", "How often missing in the last 30 days?", "number"),
    _ask("missing_reported", "Were the police told each time?", "yes_no"),
    _ask("missing_with", "Where does the child go, and who with?", "long_text"),
    _ask("places", "Places, one on each line", "long_text", hint="Streets, parks, shops, houses, stations"),
    _ask("known_as", "People, by name or nickname, one on each line", "long_text"),
    _ask("vehicles", "Cars, one on each line", "long_text", hint="Registration if you have it, make, colour"),
    _ask("online", "Names and apps used online, one on each line", "long_text"),
    _ask("peers", "Other young people, one on each line", "long_text"),
    _ask("nrm_considered", "Has a National Referral Mechanism referral been thought of?", "yes_no"),
)

_HELP_FIELDS: tuple[PageField, ...] = (
    _ask("early_help", "Does the family get early help or family help?", "yes_no"),
    _ask("lead_practitioner", "Who is the lead practitioner?"),
    _ask("interventions", "What has been tried, and what came of it?", "long_text"),
    _ask(
        "agencies",
        "Who else works with the family? One on each line",
        "long_text",
        hint="Agency, person, phone. For example: Health visiting, Ann Lee, 01632 960118",
    ),
)

_PROTECTED_FIELDS: tuple[PageField, ...] = (
    _ask("withhold_from_family", "What must be kept from the family, and why?", "long_text"),
    _ask("not_shared", "What must not be shared with somebody else? With whom?", "long_text"),
    _ask("domestic_abuse", "Is there domestic abuse, so that somebody must not learn where the family is?", "yes_no"),
    _ask("witness", "Is somebody in the family a witness, or under police protection?", "yes_no"),
    _ask("works_here", "Does somebody who works for the council or the hub know the family? Who?"),
)

PAGES: tuple[Page, ...] = (
    Page(
        "danger",
        "Is a child in danger now?",
        (
            _ask("immediate_danger", "Is a child in immediate danger?", "yes_no"),
            _ask("has_social_worker", "Does the family have a social worker already?", "yes_no"),
            _ask("social_worker", "Who? We pass it on to them as well"),
            PageField(
                "advice_only",
                "I want advice first",
                "tick",
                hint="A social worker rings you. It is kept as a contact, and you hear what they advise",
            ),
        ),
    ),
    Page(
        "me",
        "You, and how to ring you back",
        (
            _ask("name", "Your name", stops=True),
            _ask("role", "Your role"),
            _ask("team", "Team or department"),
            _ask("phone", "Number to ring you back", "phone", hint="One that is answered today", stops=True),
            _ask("best_time", "Best time to ring"),
            _ask("email", "E-mail", "email"),
            _ask("known_for", "How long have you known the child?"),
            _ask("relationship", "How do you know the child?", hint="For example class teacher, midwife"),
            PageField(
                "about_own_staff",
                "This is about somebody who works or volunteers for my own organisation",
                "tick",
                hint="Then nobody there sees it but you, not even your safeguarding group",
            ),
        ),
    ),
    Page("child", "About the child", _CHILD_FIELDS, repeats=True),
    Page("more", "More about the child", _MORE_FIELDS, repeats=True),
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
            _ask("agreed_to", "What did they agree to, and for whom?", hint="For example: sharing about both children"),
            _pick(
                "reason_not_sought", "If not told, not asked, or you don’t know: why?", "consent_reasons", stops=True
            ),
            _ask("reason_words", "In your words", "long_text"),
            _ask("child_view", "What does the child say about it?", "long_text"),
        ),
    ),
    Page("concern", "What happened", _CONCERN_FIELDS),
    Page("exploitation", "Exploitation and going missing", _EXPLOITATION_FIELDS),
    Page(
        "strengths",
        "Worries, strengths and help so far",
        (
            _ask("worries", "What are you worried may happen if nothing changes?", "long_text"),
            _ask("complicating", "What makes it harder?", "long_text"),
            _ask("working_well", "What is working well?", "long_text"),
            _ask("what_needs_to_happen", "What needs to happen?", "long_text"),
            _ask("safety_scale", "How safe is the child, 0 to 10?", "number", hint="0 is not safe at all, 10 is safe"),
            _ask("child_voice", "What has the child said, in their own words?", "long_text"),
            _ask("parents_view", "What do the parents say?", "long_text"),
            *_HELP_FIELDS,
        ),
    ),
    Page("protected", "What must be protected", _PROTECTED_FIELDS),
    Page("files", "Files"),
    Page(
        "check",
        "Check your answers",
        (PageField("safeguarding_lead_told", "I have talked to my safeguarding lead, or I am the lead", "tick"),),
    ),
)
# Takes the place of `me` where somebody of the council writes down a call.
CALLER = Page(
    "caller",
    "Who is ringing, and how to ring them back",
    (
        _pick("caller", "Who is ringing?", "callers", stops=True),
        PageField("anonymous", "They want to stay anonymous", "tick", hint="Then no name and no number is kept"),
        _ask("name", "Their name", stops=True),
        _ask("role", "Their role, if they ring from work"),
        _ask("agency", "Their agency, if they ring from work"),
        _pick("source_code", "Where they ring from, as it is counted", "sources"),
        _ask("relationship", "How they know the child", hint="For example grandmother, or neighbour for two years"),
        _ask("phone", "Number to ring them back", "phone", hint="Read it back to them", stops=True),
        _ask("best_time", "Best time to ring"),
    ),
)
# What tells who somebody is: not kept of a caller who wants to stay anonymous.
CALLER_IDENTITY = ("name", "role", "agency", "relationship", "phone", "best_time")
_BY_KEY = {page.key: page for page in (*PAGES, CALLER)}
_CHILD_KEY = re.compile(r"(child|more)-([1-9][0-9]?)")


@dataclass(frozen=True)
class Question:
    """One question of the short form: its words, and the page and fields of the full form that it fills."""

    title: str
    page: str
    fields: tuple[str, ...]


# "Tell us in two minutes, we ring you": exactly what stops sending (practice, requirement 7).
BRIEF = "brief"
SIX: tuple[Question, ...] = (
    Question("Who are you, and on which number do we ring you?", "me", ("name", "phone")),
    Question("Who is the child?", "child-1", ("first_name", "last_name", "description")),
    Question("Where is the child now?", "now", ("where",)),
    Question("Is it safe to go home today?", "now", ("safe_to_go_home",)),
    Question("What worries you?", "concern", ("what_happened",)),
    Question("Does a parent know that you are telling us?", "consent", ("parent_informed", "reason_not_sought")),
)


def brief_page() -> Page:
    """The short form as one page, made of the full form's own questions; where one of them is the whole question, it
    carries its number and its words."""
    asked = [ask for number, six in enumerate(SIX, start=1) for ask in _numbered(number, six)]
    return Page(BRIEF, "Tell us in two minutes, we ring you", tuple(asked))


def _numbered(number: int, question: Question) -> Iterator[PageField]:
    page = find_page(question.page)
    assert page is not None
    by_name = {ask.name: ask for ask in page.fields}
    for place, name in enumerate(question.fields):
        whole = place == 0 and question.page not in ("me", "child-1")
        yield replace(by_name[name], label=f"{number}. {question.title}") if whole else by_name[name]


def find_page(key: str) -> Page | None:
    """The page with this key (`child-2` gives the child page), or None."""
    if found := _CHILD_KEY.fullmatch(key):
        return _BY_KEY[found[1]]
    if key == BRIEF:
        return brief_page()
    return None if key in ("child", "more") else _BY_KEY.get(key)


def child_keys(answers: Answers) -> list[str]:
    """The keys of the pages of the children, in order; `child-1` if there is none yet."""
    found = [(int(match[2]), key) for key in answers if (match := _CHILD_KEY.fullmatch(key)) and match[1] == "child"]
    return [key for _number, key in sorted(found)] or ["child-1"]


def more_key(child: str) -> str:
    """The key of the second page of a child: `more-2` for `child-2`."""
    return child.replace("child-", "more-")


def child_key(key: str) -> str | None:
    """The key of the first page of the child that this page is about, None for any other page."""
    return f"child-{found[2]}" if (found := _CHILD_KEY.fullmatch(key)) else None


def new_child_key(answers: Answers) -> str | None:
    """The key for one child more; None after number 99."""
    numbers = [int(match[2]) for key in answers if (match := _CHILD_KEY.fullmatch(key)) and match[1] == "child"]
    number = max(numbers, default=0) + 1
    return f"child-{number}" if number <= 99 else None


def opens_exploitation(answers: Answers) -> bool:
    """True when the page about exploitation and going missing is asked: a ticked concern opens it, or something was
    written on it before the tick was taken away."""
    ticked = as_object(answers.get("concern")).get("categories")
    rows = [concern(key) for key in (as_list(ticked) or [ticked])]
    return any(row.opens_exploitation for row in rows if row) or any(as_object(answers.get("exploitation")).values())


def page_keys(answers: Answers) -> list[str]:
    """All pages of this referral in order, with two for each child.

    `danger, me, child-1, more-1, child-2, more-2, children, now, ...`.
    """
    keys: list[str] = []
    for page in PAGES:
        if page.key == "child":
            for key in child_keys(answers):
                keys.extend((key, more_key(key)))
        elif page.key == "me":
            keys.append(CALLER.key if is_call(answers) else page.key)
        elif page.key != "more" and (page.key != "exploitation" or opens_exploitation(answers)):
            keys.append(page.key)
    return keys


def is_call(answers: Answers) -> bool:
    """Whether somebody of the council writes this down for a caller."""
    return CALLER.key in answers


def page_after(answers: Answers, key: str) -> str | None:
    """The page that comes after this one; None after the last and for a key that is not among them."""
    keys = page_keys(answers)
    return keys[keys.index(key) + 1] if key in keys[:-1] else None


def page_before(answers: Answers, key: str) -> str | None:
    """The page that comes before this one; None before the first and for a key that is not among them."""
    keys = page_keys(answers)
    return keys[keys.index(key) - 1] if key in keys[1:] else None
