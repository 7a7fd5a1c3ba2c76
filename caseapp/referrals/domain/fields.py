"""Every field a referral document of shape `marf-1` may have: its path, label, kind and place on the page. And walking
a document.

One table serves both readers: `document.examine` checks each value by its kind, `reading.sections` shows it under its
label. A path is written `children[].address.line1`; in code it is a tuple in which None stands for "any place of a
list".
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

# As json.loads gives it: the values may be anything JSON can hold.
Document: TypeAlias = dict[str, object]
Path: TypeAlias = tuple[str | int, ...]
Pattern: TypeAlias = tuple[str | None, ...]


@dataclass(frozen=True)
class Field:
    """One field: where it is, what it is called, what it should hold and how it is shown.

    `kind`: text, flag, number, scale, about (an age), date, moment, code, postcode, nhs, upn, phone, email. `choices`
    names the list of a code; `strict` is off where other words than the list's are welcome. `quote`: somebody's own
    words. `guard`: what makes it protected (address: its address says so; referrer: the referrer is a member of the
    public).
    """

    path: str
    label: str
    section: str
    kind: str = "text"
    choices: str = ""
    strict: bool = True
    quote: bool = False
    guard: str = ""


def _code(path: str, label: str, section: str, choices: str, *, strict: bool = True) -> Field:
    return Field(path, label, section, "code", choices, strict)


def _address(base: str, section: str) -> tuple[Field, ...]:
    """The fields of an address, wherever one stands."""
    return (
        Field(f"{base}.line1", "Address", section, guard="address"),
        Field(f"{base}.line2", "Address, second line", section, guard="address"),
        Field(f"{base}.town", "Town", section, guard="address"),
        Field(f"{base}.postcode", "Postcode", section, "postcode", guard="address"),
        Field(f"{base}.kind", "Kind of address", section, "code", "address_kinds", guard="address"),
        Field(f"{base}.protected", "Address is protected", section, "flag"),
        Field(f"{base}.same_as_first_child", "Same address as the first child", section, "flag"),
    )


FIELDS: tuple[Field, ...] = (
    Field("concern.ring_back", "Told in two minutes: ring back", "danger", "flag"),
    Field("concern.advice_only", "Wants advice first", "danger", "flag"),
    Field("concern.immediate_danger", "In danger now", "danger", "flag"),
    _code("concern.categories[]", "Worried about", "said", "concerns"),
    Field("concern.other_words", "Worried about something else", "said"),
    Field("concern.what_happened", "What happened", "said", quote=True),
    Field("police.incident_number", "Incident number", "said"),
    Field("police.officer", "Officer", "said"),
    _code("police.grading", "Risk grading by the police", "said", "police_gradings"),
    _code("police.child_seen", "Child seen by the officer", "said", "yes_no_said"),
    _code("police.child_spoken_to", "Child spoken to by the officer", "said", "yes_no_said"),
    Field("concern.happened_on", "When it happened", "said", "date"),
    Field("concern.happened_words", "When it happened, in words", "said"),
    Field("concern.incident_at", "Time of the incident", "said", "moment"),
    Field("concern.where", "Where it happened", "said"),
    _code("concern.how_known", "How the referrer knows", "said", "how_known"),
    Field("concern.how_often", "How often", "said"),
    Field("concern.injury.present", "Injury or bruise seen", "said", "flag"),
    Field("concern.injury.description", "The injury", "said"),
    Field("concern.injury.where", "Where on the body", "said"),
    Field("concern.injury.body_map", "Body map made", "said", "flag"),
    Field("concern.who_responsible", "Said to be responsible", "said"),
    Field("concern.crime_reference", "Crime reference", "said"),
    _code("concern.crime_reported", "Reported to the police", "said", "yes_no_unknown"),
    _code("concern.level_of_need", "Level of need claimed", "said", "levels"),
    Field("concern.worries", "Worries", "strengths", quote=True),
    Field("concern.complicating", "What makes it harder", "strengths"),
    Field("concern.working_well", "What is working well", "strengths", quote=True),
    Field("concern.what_needs_to_happen", "What needs to happen", "strengths", quote=True),
    Field("concern.safety_scale", "How safe, 0 to 10", "strengths", "scale"),
    Field("concern.child_voice", "The child’s own words", "strengths", quote=True),
    Field("concern.parents_view", "The parents’ view", "strengths", quote=True),
    _code("now.where", "Where the child is now", "now", "where_now"),
    Field("now.where_words", "Where exactly", "now"),
    _code("now.safe_to_go_home", "Safe to go home today", "now", "yes_no_unknown"),
    Field("now.safe_why", "Why", "now", quote=True),
    Field("now.collected_by", "Who collects the child", "now"),
    _code("now.collected_by_adult_of_concern", "That is the person we worry about", "now", "yes_no_unknown"),
    Field("now.collected_at", "When the child is collected or goes home", "now"),
    _code("now.answer_needed", "Answer needed", "now", "answer_by"),
    Field("now.answer_needed_by", "Answer needed by", "now", "moment"),
    Field("children[].first_name", "First name", "child"),
    Field("children[].last_name", "Last name", "child"),
    Field("children[].other_names", "Other names", "child"),
    Field("children[].description", "Description", "child"),
    Field("children[].date_of_birth", "Born", "child", "date"),
    Field("children[].dob_estimated", "Birth date is estimated", "child", "flag"),
    Field("children[].expected_date_of_birth", "Expected birth date", "child", "date"),
    Field("children[].approximate_age", "Age, about", "child", "about"),
    _code("children[].sex", "Sex", "child", "sexes"),
    Field("children[].gender_identity", "Gender identity", "child"),
    _code("children[].ethnicity", "Ethnicity", "child", "ethnicities"),
    Field("children[].religion", "Religion", "child"),
    Field("children[].first_language", "First language", "child"),
    Field("children[].interpreter_needed", "Interpreter needed", "child", "flag"),
    Field("children[].communication", "How the child makes themselves understood", "child"),
    _code("children[].disability[]", "Disability", "child", "disabilities"),
    Field("children[].disability_words", "The disability from day to day", "child"),
    Field("children[].nhs_number", "NHS number", "child", "nhs"),
    Field("children[].upn", "Unique pupil number", "child", "upn"),
    *_address("children[].address", "child"),
    Field("children[].school", "School or nursery", "child"),
    Field("children[].gp", "GP", "child"),
    Field("children[].health_visitor", "Health visitor, midwife or school nurse", "child"),
    _code("children[].young_carer", "Cares for somebody at home", "child", "yes_no_unknown"),
    Field("children[].in_care_of", "In the care of", "child"),
    Field("children[].legal_status", "Legal status", "child"),
    Field("children[].immigration_status", "Immigration status", "child"),
    Field("children[].whereabouts", "Where the child is now", "child"),
    Field("household[].name", "Name", "person"),
    Field("household[].relationship", "Relationship", "person", "code", "relationships", strict=False),
    Field("household[].date_of_birth", "Born", "person", "date"),
    Field("household[].parental_responsibility", "Has parental responsibility", "person", "flag"),
    Field("household[].adult_of_concern", "The referrer worries about this adult", "person", "flag"),
    _code("household[].lives_with_child", "Lives with the child", "person", "yes_no_unknown"),
    Field("household[].phone", "Phone", "person", "phone"),
    _code("household[].ethnicity", "Ethnicity", "person", "ethnicities"),
    Field("household[].first_language", "First language", "person"),
    Field("household[].interpreter_needed", "Interpreter needed", "person", "flag"),
    *_address("household[].address", "person"),
    Field("visit_dangers", "Dangers to people who visit", "home"),
    Field("consent.parent_informed", "Parent told", "consent", "flag"),
    Field("consent.parent_agrees", "Parent agrees", "consent", "flag"),
    Field("consent.who", "Which parent", "consent"),
    Field("consent.agreed_to", "Agreed to what, and for whom", "consent"),
    _code("consent.reason_not_sought", "Why the parent was not asked, or did not agree", "consent", "consent_reasons"),
    Field("consent.reason_words", "The reason in words", "consent"),
    Field("consent.child_view", "The child’s view", "consent", quote=True),
    Field("consent.withhold_from_family", "Keep from the family", "consent"),
    Field("protected_information.not_shared", "Must not be shared, and with whom", "protected"),
    _code(
        "protected_information.domestic_abuse",
        "Somebody must not learn where the family is",
        "protected",
        "yes_no_unknown",
    ),
    _code("protected_information.witness", "A witness, or under police protection", "protected", "yes_no_unknown"),
    Field("protected_information.works_here", "Knows the family and works for us", "protected"),
    _code("exploitation.signs[]", "Seen or heard in the last 6 months", "exploitation", "exploitation_signs"),
    Field("exploitation.missing_last_30_days", "Times missing in the last 30 days", "exploitation", "number"),
    _code("exploitation.missing_reported", "Police told each time", "exploitation", "yes_no_unknown"),
    Field("exploitation.missing_with", "Where the child goes, and who with", "exploitation"),
    Field("exploitation.locations[]", "Places", "exploitation"),
    Field("exploitation.people[].name", "Name", "exploitation"),
    Field("exploitation.people[].alias", "Known as", "exploitation"),
    Field("exploitation.people[].description", "Description", "exploitation"),
    Field("exploitation.vehicles[].registration", "Registration", "exploitation"),
    Field("exploitation.vehicles[].description", "Description", "exploitation"),
    Field("exploitation.peers[]", "Other young people named", "exploitation"),
    Field("exploitation.online[]", "Online names and apps", "exploitation"),
    Field("exploitation.nrm_considered", "National Referral Mechanism considered", "exploitation", "flag"),
    _code("help_already.has_social_worker", "Has a social worker already", "help", "yes_no_unknown"),
    Field("help_already.social_worker", "The social worker", "help"),
    Field("help_already.early_help", "Has early help or family help", "help", "flag"),
    Field("help_already.lead_practitioner", "Lead practitioner", "help"),
    Field("help_already.interventions", "What was tried, and what came of it", "help"),
    Field("other_authority", "Other council", "help"),
    Field("agencies_involved[].name", "Name", "help"),
    Field("agencies_involved[].person", "Person", "help"),
    Field("agencies_involved[].phone", "Phone", "help", "phone"),
    Field("agency", "Agency", "referrer"),
    _code("source_code", "Source", "referrer", "sources"),
    _code("mode", "How it came", "referrer", "modes"),
    Field("referrer.name", "Name", "referrer", guard="referrer"),
    Field("taken_by", "Call taken by", "referrer"),
    Field("referrer.anonymous", "Wants to stay anonymous", "referrer", "flag"),
    Field("referrer.role", "Role", "referrer"),
    Field(
        "referrer.relationship",
        "Relationship to the child",
        "referrer",
        "code",
        "relationships",
        strict=False,
        guard="referrer",
    ),
    Field("referrer.team", "Team", "referrer"),
    Field("referrer.phone", "Phone", "referrer", "phone", guard="referrer"),
    Field("referrer.best_time", "Best time to ring back", "referrer"),
    Field("referrer.email", "E-mail", "referrer", "email", guard="referrer"),
    Field("referrer.known_for", "Has known the child for", "referrer"),
    Field("referrer.safeguarding_lead_told", "Has talked to the safeguarding lead", "referrer", "flag"),
    Field("referrer.about_own_staff", "About somebody who works for their own organisation", "referrer", "flag"),
    _code("restriction.reason", "Reason", "restriction", "restriction_reasons"),
    Field("restriction.exclude_team", "Must not be seen by", "restriction"),
    Field("received_at", "Received", "about", "moment"),
    Field("related_to", "Belongs with", "about"),
    Field("external_id", "Sender’s own number", "about"),
    Field("note", "Note", "about"),
    Field("schema", "Format of the record", "about"),
)


def pattern_of(text: str) -> Pattern:
    """A written path as a tuple: `children[].sex` is ("children", None, "sex")."""
    parts: list[str | None] = []
    for part in text.split("."):
        parts.append(part.removesuffix("[]"))
        if part.endswith("[]"):
            parts.append(None)
    return tuple(parts)


def path_words(path: Path) -> str:
    """A path as it is written: ("children", 0, "sex") is `children[0].sex`."""
    written = ""
    for part in path:
        if isinstance(part, int):
            written += f"[{part}]"
        else:
            written += f".{part}" if written else part
    return written


BY_PATTERN: dict[Pattern, Field] = {pattern_of(field.path): field for field in FIELDS}
ORDER: dict[Pattern, int] = {pattern: place for place, pattern in enumerate(BY_PATTERN)}


def find_field(path: Path) -> Field | None:
    """The field that describes this place of a document, or None if the shape knows no such place."""
    return BY_PATTERN.get(_pattern(path))


def order_of(path: Path) -> tuple[int, ...]:
    """Where a known place comes on the page.

    Lists by item (person 1 whole, then person 2), otherwise as the table of fields has it.
    """
    pattern = _pattern(path)
    first_of_list = min(
        (ORDER[known] for known in BY_PATTERN if None in pattern and known[:2] == pattern[:2]), default=0
    )
    numbers = tuple(part for part in path if isinstance(part, int))
    if numbers and pattern[-1] is not None:
        return (first_of_list, *numbers, ORDER.get(pattern, 0))
    return (ORDER.get(pattern, 0),)


def walk(document: object, *, whole_lists: bool = False) -> Iterator[tuple[Path, object]]:
    """Every leaf of a document with its path, in order. An empty list or object counts as a leaf: nothing given is
    lost.

    With `whole_lists` a list of plain values comes as one. Goes by its own stack, so that no depth of nesting can
    exhaust Python's.
    """
    waiting: list[tuple[Path, object]] = [((), document)]
    while waiting:
        path, value = waiting.pop()
        if (
            whole_lists
            and path
            and isinstance(value, list)
            and not any(isinstance(item, list | dict) for item in value)
        ):
            yield path, value
        elif isinstance(value, dict) and value:
            waiting.extend(((*path, key), item) for key, item in reversed(value.items()))
        elif isinstance(value, list) and value:
            waiting.extend(((*path, place), item) for place, item in reversed(list(enumerate(value))))
        elif path:
            yield path, value


def _pattern(path: Path) -> Pattern:
    return tuple(None if isinstance(part, int) else part for part in path)
