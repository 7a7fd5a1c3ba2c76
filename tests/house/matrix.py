"""Who may do what, typed by hand: one row for each route and method. Nothing writes this file but people.

A row names the permission's outcome for each role that is let in (status), and the roles that reach the thing but may
not do
this with it (403). Everybody else gets what `others` says: 404 where the address holds a reference that does not
reach them,
403 where there is none. Signed out, every row but the open ones leads to the sign-in page.
"""

from dataclasses import dataclass, field

ROLES = (
    "school",
    "police",
    "mash.worker",
    "mash.manager",
    "north.manager",
    "north.worker",
    "central.manager",
    "central.worker",
    "familyhelp.north",
    "familyhelp.worker",
    "auditor",
    "admin",
    "head",
    "edt",
)


@dataclass(frozen=True)
class Row:
    """`path` with {own} where the reference goes; `kind` of that reference; `let_in` role to status; `marker`: words
    of the page that a
    person let in must read; `sends`: fields that are posted. `foreign`: what the roles let in get with somebody
    else's reference."""

    method: str
    path: str
    kind: str | None
    let_in: dict[str, int]
    marker: str = ""
    sends: dict[str, str] = field(default_factory=dict)
    open: bool = False
    refused: tuple[str, ...] = ()
    # The hub reads every referral, the administrator manages every sign-in: for them nothing of that kind is foreign.
    foreign: int = 404


def every(status: int) -> dict[str, int]:
    """All roles are let in."""
    return dict.fromkeys(ROLES, status)


HUB = {"mash.worker": 200, "mash.manager": 200}
REFERRERS = dict.fromkeys(
    (
        "school", "police", "mash.worker", "mash.manager", "north.manager", "north.worker", "central.manager",
        "central.worker", "familyhelp.north", "familyhelp.worker", "edt",
    ),
    200,
)  # fmt: skip
CASE_WORKERS = dict.fromkeys(
    ("north.manager", "north.worker", "central.manager", "central.worker", "familyhelp.north", "familyhelp.worker"), 200
)
NORTH = {"north.manager": 200, "north.worker": 200}


def to(status: int, people: dict[str, int]) -> dict[str, int]:
    """The same people, another status."""
    return dict.fromkeys(people, status)


MATRIX = (
    # Probes and signing in
    Row("GET", "/healthz", None, every(200), "ok", open=True),
    Row("GET", "/readyz", None, every(200), "ok", open=True),
    Row("GET", "/metrics", None, every(200), "caseapp_requests_total", open=True),
    Row("GET", "/accounts/sign-in", None, every(303), open=True),
    Row("POST", "/accounts/sign-in", None, every(422), "Sign in", open=True),
    Row("POST", "/accounts/sign-out", None, every(303), open=True),
    Row("GET", "/", None, every(302)),
    # One's own account
    Row("GET", "/accounts/me", None, every(200), "Your account"),
    Row("POST", "/accounts/me/password", None, every(422), "Change"),
    Row("POST", "/accounts/me/sign-out-elsewhere", None, every(303)),
    Row("GET", "/accounts/continue", None, every(303)),
    Row("POST", "/accounts/continue/throw-away", None, every(303)),
    # The administrator
    Row("GET", "/accounts/people", None, {"admin": 200}, "People who sign in"),
    Row("GET", "/accounts/people/{own}/disable", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/disable", "user", {"admin": 303}, foreign=303),
    Row("GET", "/accounts/people/{own}/enable", "user", {"admin": 200}, "Hannah Whitfield", foreign=200),
    Row("POST", "/accounts/people/{own}/enable", "user", {"admin": 409}, foreign=409),
    # Referring
    Row("GET", "/referrals/", None, REFERRERS, "My referrals"),
    Row("GET", "/referrals/new", None, REFERRERS, "New referral"),
    Row("POST", "/referrals/new", None, to(303, REFERRERS)),
    Row("GET", "/referrals/drafts/{own}/danger", "draft", {"school": 200}, "Is a child in danger now?"),
    Row("POST", "/referrals/drafts/{own}/me", "draft", {"school": 422}, "There is a problem", {"version": "1"}),
    Row("POST", "/referrals/drafts/{own}/me/save", "draft", {"school": 200}, "saved_at", {"version": "1"}),
    Row("GET", "/referrals/drafts/{own}/discard", "draft", {"school": 200}, "Throw"),
    Row("POST", "/referrals/drafts/{own}/discard", "draft", {"school": 303}),
    Row("GET", "/referrals/{own}/receipt", "referral", {"school": 200}, "We have your referral", refused=tuple(HUB)),
    Row("POST", "/referrals/{own}/seen", "referral", {"school": 409}, refused=tuple(HUB)),
    # The hub
    Row("GET", "/referrals/queue", None, HUB, "Hub queue"),
    Row("GET", "/referrals/queue/list", None, HUB, "Unread first"),
    Row("GET", "/referrals/marks", None, HUB, "To put right"),
    Row("GET", "/referrals/{own}", "referral", HUB, "What was said", foreign=200),
    Row("POST", "/referrals/{own}/open", "referral", to(303, HUB), foreign=303),
    Row("POST", "/referrals/{own}/rate", "referral", to(422, HUB), "There is a problem", foreign=422),
    Row("POST", "/referrals/{own}/propose", "referral", to(409, HUB), "proposed", foreign=409),
    Row("POST", "/referrals/{own}/marks/999", "referral", to(404, HUB), sends={"mark-999-words": "Rang"}, foreign=404),
    Row(
        "GET",
        "/referrals/{own}/decision",
        "referral",
        {"mash.manager": 200},
        "Send my answer",
        refused=("mash.worker",),
        foreign=200,
    ),
    Row(
        "POST",
        "/referrals/{own}/decision",
        "referral",
        {"mash.manager": 422},
        "There is a problem",
        refused=("mash.worker",),
        foreign=422,
    ),
    # Work
    Row("GET", "/desk/my-work", None, CASE_WORKERS, "My work"),
    Row(
        "GET",
        "/desk/team",
        None,
        dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 200),
        "Waiting for a worker",
    ),
    Row("POST", "/desk/team/give", None, dict.fromkeys(("north.manager", "central.manager", "familyhelp.north"), 422)),
    Row("GET", "/cases/{own}", "case", NORTH, "Accountable team"),
    Row("GET", "/cases/{own}/chronology", "case", NORTH, "Chronology"),
    Row("GET", "/cases/{own}/who-looked", "case", NORTH, "Who looked"),
    Row("GET", "/cases/{own}/notes/new", "case", NORTH, "Write a note"),
    Row("POST", "/cases/{own}/notes/new", "case", to(422, NORTH), "There is a problem"),
    Row("POST", "/cases/{own}/tasks/1/acknowledge", "case", to(404, NORTH)),
    Row("GET", "/cases/notes/{own}", "note", NORTH, "Warm and fed"),
    Row("GET", "/cases/notes/{own}/edit", "note", NORTH, "Warm and fed"),
    Row("POST", "/cases/notes/{own}/edit", "note", to(422, NORTH), "There is a problem"),
    # The assessment, being written
    Row("GET", "/assessments/start/{own}", "case", to(303, NORTH)),
    Row("POST", "/assessments/start/{own}", "case", to(303, NORTH)),
    Row("GET", "/assessments/{own}", "assessment", NORTH, "Submit for authorisation"),
    Row("POST", "/assessments/{own}", "assessment", to(303, NORTH)),
    Row("POST", "/assessments/{own}/save", "assessment", to(200, NORTH), "saved_at"),
    Row("POST", "/assessments/{own}/submit", "assessment", to(422, NORTH), "There is a problem"),
    Row(
        "POST",
        "/assessments/{own}/answer",
        "assessment",
        {"north.manager": 409},
        sends={"answer": "authorise"},
        refused=("north.worker",),
    ),
    Row("GET", "/assessments/{own}/versions/1", "assessment", to(404, NORTH)),
    # The handover, agreed and waiting for family help
    Row("GET", "/pathway/", None, {**CASE_WORKERS, **HUB}, "Handovers"),
    Row("GET", "/pathway/step-down/{own}", "case", NORTH, "step-down"),
    Row("POST", "/pathway/step-down/{own}", "case", to(422, NORTH), "There is a problem"),
    Row("GET", "/pathway/{own}", "handover", {**NORTH, "familyhelp.north": 200}, "Who has held this family"),
    Row(
        "POST",
        "/pathway/{own}/agree",
        "handover",
        {"north.manager": 409},
        sends={"answer": "agree"},
        refused=("north.worker",),
    ),
    Row("POST", "/pathway/{own}/answer", "handover", {"familyhelp.north": 422}, refused=tuple(NORTH)),
    Row("POST", "/pathway/{own}/withdraw", "handover", {"north.manager": 303, "north.worker": 409}),
    Row("POST", "/pathway/{own}/close", "handover", to(409, NORTH)),
    Row("POST", "/pathway/{own}/again", "handover", {"north.manager": 409}, refused=("north.worker",)),
    # The auditor
    Row("GET", "/audit/events", None, {"auditor": 200}, "Event log"),
    Row("GET", "/audit/reads", None, {"auditor": 200}, "Who looked at what"),
    Row("GET", "/audit/seals", None, {"auditor": 200}, "Seal"),
)
