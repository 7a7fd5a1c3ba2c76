"""From the answers on the form's pages to the document that is kept, and what still stops it from being sent.

Shapes: see `pages`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from caseapp.people.domain.dates import LONDON, read_date
from caseapp.people.domain.names import is_not_known

from .children import as_list, as_object, as_text
from .document import SCHEMA
from .fields import Document
from .lists import AnswerBy, find_choice
from .pages import CALLER_IDENTITY, Answers, child_keys, is_call, more_key

Part = Mapping[str, object]

# Questions about a child that go into the document as they were answered.
_CHILD_WORDS = (
    *(
        "gender_identity",
        "ethnicity",
        "religion",
        "first_language",
        "communication",
        "disability_words",
        "school",
        "gp",
    ),
    *("health_visitor", "young_carer", "in_care_of", "legal_status", "immigration_status", "whereabouts"),
)
_YES_NO = {"yes": True, "no": False}
_FRIDAY, _CLOSE = 4, time(17, 0)


@dataclass(frozen=True)
class Sender:
    """Who is signed in.

    The agency's name and census source, and the person's own details, used where the page was left blank.
    """

    agency: str
    source_code: str
    name: str
    role: str | None = None
    email: str | None = None
    phone: str | None = None
    mode: str = "form"


@dataclass(frozen=True)
class Missing:
    """Something without which nothing can be sent: page key, field name, and the message for the summary."""

    page: str
    field: str
    message: str


def missing(answers: Answers) -> list[Missing]:
    """What stops sending, in page order; an empty list lets it go. Only the five things of practice, requirement 7."""
    found: list[Missing] = []

    def need(page: str, field: str, message: str, given: bool) -> None:
        if not given:
            found.append(Missing(page, field, message))

    me, now, consent = (as_object(answers.get(key)) for key in ("me", "now", "consent"))
    concern, strengths = (as_object(answers.get(key)) for key in ("concern", "strengths"))
    if is_call(answers):
        found += _missing_of_call(as_object(answers.get("caller")))
    else:
        need("me", "name", "Give your name", not is_not_known(me.get("name")))
        need("me", "phone", "Give a number to ring you back", not is_not_known(me.get("phone")))
    for key in child_keys(answers):
        child = as_object(answers.get(key))
        named = any(not is_not_known(child.get(field)) for field in ("first_name", "last_name", "description"))
        need(key, "first_name", "Give the child’s name, or describe the child", named or _is_unborn(child))
    need("now", "where", "Say where the child is now", as_text(now.get("where")) is not None)
    need(
        "now", "safe_to_go_home", "Say if it is safe to go home today", as_text(now.get("safe_to_go_home")) is not None
    )
    told = consent.get("parent_informed") == "yes" or as_text(consent.get("reason_not_sought")) is not None
    need(
        "consent",
        "reason_not_sought" if as_text(consent.get("parent_informed")) else "parent_informed",
        "Say that a parent was told, or why not",
        told,
    )
    words = as_text(concern.get("what_happened")) or as_text(strengths.get("worries"))
    need("concern", "what_happened", "Tell us what worries you", words is not None)
    return found


def compose(
    answers: Answers, sender: Sender, *, sent_at: datetime, ring_back: bool = False, other_authority: str | None = None
) -> Document:
    """The document of shape marf-1 that these answers make, as told: nothing is judged here, unanswered questions are
    left out.

    `sent_at` is an aware instant; it becomes `received_at`, and "today", "tomorrow" are counted from its London day.
    `ring_back`: sent from the short form, so somebody rings. `other_authority`: whose front door the address is.
    Never raises on answers that are missing or odd, so that the check page can show a half-filled draft.
    """
    pages = {
        key: as_object(answers.get(key))
        for key in (
            *("danger", "me", "now", "household", "consent", "concern"),
            *("exploitation", "strengths", "protected", "check"),
        )
    }
    strengths, protected = pages["strengths"], pages["protected"]
    document: Document = {
        "schema": SCHEMA,
        "received_at": sent_at.astimezone(UTC).isoformat(timespec="seconds"),
        "mode": sender.mode,
        "agency": sender.agency,
        "source_code": sender.source_code,
        "referrer": _referrer(pages["me"], pages["check"], sender),
        "taken_by": None,
        "children": _children(answers),
        "now": _now(pages["now"], sent_at),
        "concern": _concern(pages["danger"], pages["concern"], strengths, ring_back),
        "household": [
            told for person in as_list(pages["household"].get("people")) if (told := _person(as_object(person)))
        ],
        "visit_dangers": as_text(pages["household"].get("visit_dangers")),
        "consent": _consent(pages["consent"], protected),
        "protected_information": _told(
            **{key: as_text(protected.get(key)) for key in ("not_shared", "domestic_abuse", "witness", "works_here")}
        ),
        "exploitation": _exploitation(pages["exploitation"]),
        "help_already": _told(
            has_social_worker=as_text(pages["danger"].get("has_social_worker")),
            social_worker=as_text(pages["danger"].get("social_worker")),
            early_help=_yes_no(strengths.get("early_help")),
            lead_practitioner=as_text(strengths.get("lead_practitioner")),
            interventions=as_text(strengths.get("interventions")),
        ),
        "agencies_involved": [_agency(line) for line in _lines(strengths.get("agencies"))],
        "other_authority": other_authority,
    }
    if is_call(answers):
        document |= _call(as_object(answers.get("caller")), sender)
    return {key: value for key, value in document.items() if value not in (None, [], {}) or key == "children"}


def _missing_of_call(caller: Part) -> list[Missing]:
    """What a call still needs: who rings, and a number to ring back, unless they want to stay anonymous."""
    anonymous = caller.get("anonymous") is True
    needs = (
        ("caller", "Say who is ringing", as_text(caller.get("caller")) is not None),
        ("name", "Give their name, or say that they want to stay anonymous", anonymous or _is_given(caller, "name")),
        ("phone", "Give a number to ring them back", anonymous or _is_given(caller, "phone")),
    )
    return [Missing("caller", field, message) for field, message, given in needs if not given]


def _is_given(answers: Part, field: str) -> bool:
    return not is_not_known(answers.get(field))


def _call(caller: Part, sender: Sender) -> Document:
    """What a call changes in the document: the caller is the referrer, and who took the call is named beside them.

    Of somebody who wants to stay anonymous nothing is kept that tells who they are; the census has a source for them.
    """
    anonymous = caller.get("anonymous") is True
    kept = {} if anonymous else {key: as_text(caller.get(key)) for key in CALLER_IDENTITY if key != "agency"}
    return {
        "mode": "phone",
        "agency": None if anonymous else as_text(caller.get("agency")),
        "source_code": "9" if anonymous else as_text(caller.get("source_code")),
        "referrer": _told(anonymous=True if anonymous else None, **kept),
        "taken_by": ", ".join(part for part in (sender.name, sender.role, sender.agency) if part) or None,
    }


def answer_moment(
    key: object, sent_at: datetime, *, on: object = None, at: object = None, collected_at: object = None
) -> datetime | None:
    """The moment (aware, UTC) by which the referrer needs an answer, or None if no time is set.

    `key` is of the list `answer_by`; `on` and `at` are the day and time given for "at". "Before school ends" is when
    the child is collected, if that was said. A time of today that has passed is now: it was wanted before it was sent.
    """
    row = find_choice("answer_by", key)
    if not isinstance(row, AnswerBy):
        return None
    local = sent_at.astimezone(LONDON)
    if row.key == "this_week":
        day, clock = local.date() + timedelta(days=(_FRIDAY - local.weekday()) % 7), _CLOSE
    elif row.key == "at":
        given = read_date(on)
        day, clock = given if isinstance(given, date) else local.date(), _clock(at) or _CLOSE
    elif row.days is None:
        return None
    else:
        day, clock = local.date() + timedelta(days=row.days), _clock(row.at) or _CLOSE
        if row.key == "before_school_ends":
            clock = _clock(collected_at) or clock
    wanted = datetime.combine(day, clock, tzinfo=LONDON)
    return max(wanted, local).astimezone(UTC)


def _referrer(me: Part, check: Part, sender: Sender) -> Document:
    return _told(
        name=as_text(me.get("name")) or sender.name,
        role=as_text(me.get("role")) or sender.role,
        team=as_text(me.get("team")),
        relationship=as_text(me.get("relationship")),
        phone=as_text(me.get("phone")) or sender.phone,
        best_time=as_text(me.get("best_time")),
        email=as_text(me.get("email")) or sender.email,
        known_for=as_text(me.get("known_for")),
        about_own_staff=True if me.get("about_own_staff") is True else None,
        safeguarding_lead_told=True if check.get("safeguarding_lead_told") is True else None,
    )


def _children(answers: Answers) -> list[object]:
    told = [{**as_object(answers.get(more_key(key))), **as_object(answers.get(key))} for key in child_keys(answers)]
    return [_child(child, None if place == 0 else told[0]) for place, child in enumerate(told)]


def _child(told: Part, first: Part | None) -> Document:
    unborn, born = _is_unborn(told), told.get("born")
    exact = None if unborn or born == "unknown" else as_text(told.get("date_of_birth"))
    first_name = as_text(told.get("first_name"))
    child = _told(
        first_name=first_name or ("Unborn" if unborn else None),
        last_name=as_text(told.get("last_name")),
        other_names=as_text(told.get("other_names")),
        description=as_text(told.get("description")),
        dob_estimated=True if born == "estimated" and exact else None,
        expected_date_of_birth=as_text(told.get("expected_date_of_birth")) if unborn else None,
        approximate_age=None if unborn or born == "exact" else told.get("approximate_age"),
        # Census rule 8750: the sex of an unborn child is "U".
        sex=as_text(told.get("sex")) or ("U" if unborn else None),
        address=_address(told, first),
        **{key: as_text(told.get(key)) for key in _CHILD_WORDS},
        interpreter_needed=_yes_no(told.get("interpreter_needed")),
        disability=list(as_list(told.get("disability"))),
        nhs_number=as_text(told.get("nhs_number")),
        upn=as_text(told.get("upn")),
    )
    return {"date_of_birth": exact, **child}


def _address(told: Part, first: Part | None) -> Document:
    if first is not None and told.get("address_same") is True:
        # A secret address stays secret wherever it is copied to.
        return _address(
            {**first, "protected": first.get("protected") is True or told.get("protected") is True}, None
        ) | {"same_as_first_child": True}
    return _told(
        line1=as_text(told.get("line1")),
        line2=as_text(told.get("line2")),
        town=as_text(told.get("town")),
        postcode=as_text(told.get("postcode")),
        kind=as_text(told.get("address_kind")),
        protected=True if told.get("protected") is True else None,
    )


def _is_unborn(told: Part) -> bool:
    if told.get("born"):
        return told.get("born") == "unborn"
    return as_text(told.get("expected_date_of_birth")) is not None and as_text(told.get("date_of_birth")) is None


def _now(now: Part, sent_at: datetime) -> Document:
    wanted = answer_moment(
        now.get("answer_needed"),
        sent_at,
        on=now.get("answer_needed_on"),
        at=now.get("answer_needed_at"),
        collected_at=now.get("collected_at"),
    )
    plain = ("where", "where_words", "safe_to_go_home", "safe_why", "collected_by", "collected_by_adult_of_concern")
    return _told(
        **{key: as_text(now.get(key)) for key in (*plain, "collected_at", "answer_needed")},
        answer_needed_by=wanted.isoformat(timespec="seconds") if wanted else None,
    )


def _person(person: Part) -> Document:
    plain = ("name", "relationship", "date_of_birth", "lives_with_child", "phone", "ethnicity", "first_language")
    return _told(
        **{key: as_text(person.get(key)) for key in plain},
        parental_responsibility=_yes_no(person.get("parental_responsibility")),
        interpreter_needed=_yes_no(person.get("interpreter_needed")),
        adult_of_concern=True if person.get("adult_of_concern") is True else None,
        address=_told(line1=as_text(person.get("line1")), postcode=as_text(person.get("postcode"))),
    )


def _concern(danger: Part, concern: Part, strengths: Part, ring_back: bool) -> Document:
    plain: tuple[str, ...] = (
        "other_words",
        "what_happened",
        "happened_on",
        "happened_words",
        "where",
        "how_known",
        "how_often",
    )
    plain += ("who_responsible", "crime_reported", "crime_reference")
    own_words = ("worries", "complicating", "working_well", "what_needs_to_happen", "child_voice", "parents_view")
    level = as_text(concern.get("level_of_need"))
    told = _told(
        categories=list(as_list(concern.get("categories"))),
        **{key: as_text(concern.get(key)) for key in plain},
        injury=_told(
            present=_yes_no(concern.get("injury")),
            where=as_text(concern.get("injury_where")),
            description=as_text(concern.get("injury_words")),
            body_map=True if concern.get("body_map") is True else None,
        ),
        # A number in the documents of other systems, so in ours too.
        level_of_need=int(level) if level in ("1", "2", "3", "4") else level,
        **{key: as_text(strengths.get(key)) for key in own_words},
        safety_scale=strengths.get("safety_scale"),
        ring_back=ring_back or None,
        advice_only=True if danger.get("advice_only") is True else None,
    )
    return {"immediate_danger": _yes_no(danger.get("immediate_danger")), **told}


def _consent(consent: Part, protected: Part) -> Document:
    plain = ("who", "agreed_to", "reason_not_sought", "reason_words", "child_view")
    withheld = as_text(protected.get("withhold_from_family"))
    told = _told(**{key: as_text(consent.get(key)) for key in plain}, withhold_from_family=withheld)
    informed, agrees = _yes_no(consent.get("parent_informed")), _yes_no(consent.get("parent_agrees"))
    return {"parent_informed": informed, "parent_agrees": agrees, **told}


def _exploitation(told: Part) -> Document:
    return _told(
        signs=list(as_list(told.get("signs"))),
        missing_last_30_days=told.get("missing_times"),
        missing_reported=as_text(told.get("missing_reported")),
        missing_with=as_text(told.get("missing_with")),
        locations=_lines(told.get("places")),
        people=[{"alias": line} for line in _lines(told.get("known_as"))],
        vehicles=[{"description": line} for line in _lines(told.get("vehicles"))],
        online=_lines(told.get("online")),
        peers=_lines(told.get("peers")),
        nrm_considered=_yes_no(told.get("nrm_considered")),
    )


def _agency(line: object) -> Document:
    """One line of the agencies: name, person, phone. Whatever looks like a number is the phone."""
    parts = [part.strip() for part in str(line).split(",") if part.strip()]
    phone = next((part for part in parts[1:] if sum(ch.isdigit() for ch in part) >= 6), None)
    rest = [part for part in parts if part != phone] or [str(line)]
    return _told(name=rest[0], person=", ".join(rest[1:]) or None, phone=phone)


def _told(**answers: object) -> Document:
    """What was answered: None, empty lists and empty objects are left out."""
    return {key: value for key, value in answers.items() if value is not None and value != [] and value != {}}


def _lines(value: object) -> list[object]:
    return [line.strip() for line in (as_text(value) or "").splitlines() if line.strip()]


def _yes_no(value: object) -> bool | None:
    return _YES_NO.get(value) if isinstance(value, str) else None


def _clock(value: object) -> time | None:
    try:
        return time.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None
