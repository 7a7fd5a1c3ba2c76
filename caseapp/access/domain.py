"""The permission table and its predicates: pure functions over an actor and what reaches the subject. A test reads
the table whole.

Levels (model.md section 4): L0 own referral and outcome, L1 status card, L2 shared plan, L3 checks of the round, L4
record.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cached_property

L0, L1, L2, L3, L4 = range(5)

HUB, LOCALITY, FAMILY_HELP, EVOLVE, DESK, CHAIRS, OUT_OF_HOURS, SERVICE = (
    "hub",
    "locality",
    "family_help",
    "evolve",
    "desk",
    "chairs",
    "out_of_hours",
    "service",
)


# The kind of subject of a permission about whatever has clocks: the reference says which it is. Each of them with the
# level at which it must reach somebody who says why one was late, or authorises that.
CLOCKED = "clocked"
CLOCKED_LEVELS = {"case": L4, "referral": L4, "handover": L2, "night": L1, "look_back": L4}

# Who is behind the principal `lead:<team>`: a team's manager; of a desk, the safeguarding lead and their deputies.
LEADS = ("manager", "safeguarding_lead", "deputy_lead")


@dataclass(frozen=True)
class Membership:
    """A user's place in one team: which team and in which role."""

    team_id: int
    team_key: str
    team_name: str
    team_kind: str
    role: str


@dataclass(frozen=True)
class Covering:
    """Somebody whose work an actor does in their place today: their sign-in, who they are, until when (None: open)."""

    user_id: int
    professional_id: int
    name: str
    until_on: date | None


@dataclass(frozen=True)
class Actor:
    """Who is doing this, with all memberships in force now. Given to every query, command, predicate and template.

    `qualified`: social-work qualified today (practice 18); `unqualified_because` says why not. `covers`: whose work
    they do today; it reaches them as if it were theirs, under the reason `cover`.
    """

    user_id: int
    name: str
    email: str
    agency_id: int
    agency_name: str
    professional_id: int | None
    qualified: bool
    memberships: tuple[Membership, ...]
    reference: str = ""
    covers: tuple[Covering, ...] = ()
    unqualified_because: str = ""
    # What kind of organisation they work for: school, police, council ...
    agency_kind: str = ""

    @property
    def registration_words(self) -> str:
        """What a social worker whose registration does not hold is told with a refusal; "" for everybody else."""
        if self.qualified or self.unqualified_because in ("", "not a social worker"):
            return ""
        return (
            f" In your record {self.unqualified_because}. Ask your manager to check your registration on the page "
            "My team; until then a qualified colleague does this."
        )

    @property
    def covered(self) -> tuple[str, ...]:
        """The principals of those whose work the actor does today; only what they are involved in reaches through
        them."""
        return tuple(f"user:{away.user_id}" for away in self.covers)

    @cached_property
    def principals(self) -> tuple[str, ...]:
        """The names under which Reach rows may be addressed to this actor."""
        teams = (f"team:{m.team_id}" for m in self.memberships)
        leads = (f"lead:{m.team_id}" for m in self.memberships if m.role in LEADS)
        # The out-of-hours team is let in as a kind: whichever team of the borough has the night (practice 2).
        nights = dict.fromkeys(f"kind:{m.team_kind}" for m in self.memberships if m.team_kind == OUT_OF_HOURS)
        # What a person of the night opened is theirs only for as long as they have a place there.
        opened = (f"night:{self.user_id}",) if nights else ()
        return (f"user:{self.user_id}", *teams, *leads, *nights, *opened)

    @property
    def role_words(self) -> str:
        """For the header: what this person is, such as 'social worker, North locality'."""
        if not self.memberships:
            return self.agency_name
        return role_words(self.memberships[0], self.agency_name)

    def teams(self, kind: str | None = None, role: str | None = None) -> tuple[Membership, ...]:
        """The memberships of that team kind and role; None means any."""
        return tuple(m for m in self.memberships if kind in (None, m.team_kind) and role in (None, m.role))


ROLE_WORDS = {
    ("desk", "referrer"): "{agency}",
    ("desk", "safeguarding_lead"): "{agency}",
    ("desk", "deputy_lead"): "{agency}",
    ("hub", "worker"): "hub social worker",
    ("hub", "manager"): "hub manager",
    ("locality", "worker"): "social worker, {team}",
    ("locality", "manager"): "team manager, {team}",
    ("family_help", "worker"): "family help worker, {team}",
    ("family_help", "manager"): "family help manager, {team}",
    ("evolve", "worker"): "Evolve",
    ("out_of_hours", "worker"): "out-of-hours social worker",
    ("chairs", "chair"): "conference chair",
    ("chairs", "business_support"): "business support",
    ("", "head"): "head of service",
    ("", "auditor"): "auditor",
    ("", "ig"): "information governance",
    ("", "admin"): "administrator",
}


def role_words(place: Membership, agency_name: str) -> str:
    """One membership in words, such as 'social worker, North locality'."""
    words = ROLE_WORDS.get((place.team_kind, place.role), ROLE_WORDS.get(("", place.role), place.role))
    return words.format(team=place.team_name, agency=agency_name)


def role_choices() -> list[tuple[str, str]]:
    """Every role there is, in words, for a list to choose from."""
    words = {"ig": "Information governance", "admin": "Administrator", "head": "Head of service"}
    roles = dict.fromkeys(role for _, role in ROLE_WORDS)
    return [(role, words.get(role, role.replace("_", " ").capitalize())) for role in roles]


def is_role(team_kind: str, role: str) -> bool:
    """True if a team of that kind has that role."""
    return (team_kind, role) in ROLE_WORDS or ("", role) in ROLE_WORDS


@dataclass(frozen=True)
class ReachRow:
    """One way a subject reaches the actor."""

    principal: str
    level: int
    why: str


@dataclass(frozen=True)
class SubjectAccess:
    """A subject loaded through what the actor may see: its id, reference, kind, every way it reaches the actor, and the
    ids of the cases it lies within (a note, an assessment)."""

    id: int
    reference: str
    kind: str
    reaches: tuple[ReachRow, ...]
    within: tuple[int, ...] = ()

    @property
    def level(self) -> int:
        """The highest level that reaches the actor."""
        return max(row.level for row in self.reaches)

    @property
    def why(self) -> str:
        """The reason of the strongest reach: what the read log keeps."""
        return max(self.reaches, key=lambda row: row.level).why


# Whose work the register of people is: they see of everybody in the borough that there is a record, not what is in it.
_REGISTER_TEAMS = (HUB, LOCALITY, FAMILY_HELP, OUT_OF_HOURS)


def reads_register(actor: Actor) -> bool:
    """True for the council's workers, who may look anybody up (L1), and for the head of service."""
    return any(actor.teams(kind) for kind in _REGISTER_TEAMS) or bool(actor.teams(role="head"))


def register_reach(actor: Actor, kind: str) -> tuple[ReachRow, ...]:
    """How anybody in the register reaches an actor whom nothing else leads to them: the status card (L1)."""
    return (ReachRow("register", L1, "register"),) if kind == "person" and reads_register(actor) else ()


Predicate = Callable[[Actor, SubjectAccess | None], bool]


def _member(*pairs: tuple[str | None, str | None]) -> Predicate:
    return lambda actor, _subject: any(actor.teams(kind, role) for kind, role in pairs)


def _reached_by(*whys: str) -> Predicate:
    return lambda _actor, subject: subject is not None and any(row.why in whys for row in subject.reaches)


def _manages(*whys: str) -> Predicate:
    """The actor manages a team that the subject reaches for one of these reasons."""

    def holds(actor: Actor, subject: SubjectAccess | None) -> bool:
        managed = {f"{who}:{m.team_id}" for m in actor.memberships if m.role == "manager" for who in ("team", "lead")}
        return subject is not None and any(row.principal in managed and row.why in whys for row in subject.reaches)

    return holds


def _by_kind(**kinds: Predicate) -> Predicate:
    """Of each kind of subject another predicate must hold; for any other kind none does."""

    def holds(actor: Actor, subject: SubjectAccess | None) -> bool:
        return subject is not None and subject.kind in kinds and kinds[subject.kind](actor, subject)

    return holds


_WORKS_WITH = _reached_by("involved", "cover", "custody")
_IS_HUB = _member((HUB, "worker"), (HUB, "manager"))
_IS_HUB_MANAGER = _member((HUB, "manager"))
# Why a subject reaches the team whose manager authorises that a clock of it was late.
MANAGED = ("custody", "hub", "sender", "receiver", "received")

PREDICATES: dict[str, Predicate] = {
    "anyone": lambda _actor, _subject: True,
    "can_refer": _member((DESK, None), (HUB, None), (LOCALITY, None), (FAMILY_HELP, None), (OUT_OF_HOURS, None)),
    # Whoever may be in the group around a family: agencies' desks, and the people of case teams.
    "shares_plans": _member((DESK, None), (LOCALITY, None), (FAMILY_HELP, None)),
    "takes_calls": _member((HUB, None), (LOCALITY, None), (FAMILY_HELP, None), (OUT_OF_HOURS, None)),
    # The rest look among what they sent themselves.
    "searches": lambda actor, _subject: reads_register(actor) or bool(actor.teams(DESK)),
    "from_police": lambda actor, _subject: actor.agency_kind == "police" and bool(actor.teams(DESK)),
    "is_hub": _IS_HUB,
    "is_hub_manager": _IS_HUB_MANAGER,
    "settles_doubles": _member((HUB, "manager"), (None, "head")),
    "is_case_team_manager": _member((LOCALITY, "manager"), (FAMILY_HELP, "manager")),
    "has_records_mended": _member((LOCALITY, "manager"), (FAMILY_HELP, "manager"), (None, "head")),
    "is_case_worker": _member(
        (LOCALITY, "worker"), (FAMILY_HELP, "worker"), (LOCALITY, "manager"), (FAMILY_HELP, "manager")
    ),
    # The hub hands families to family help, so its people see what became of it.
    "hands_over": _member(*((kind, role) for kind in (HUB, LOCALITY, FAMILY_HELP) for role in ("worker", "manager"))),
    "in_group": _member((DESK, "safeguarding_lead"), (DESK, "deputy_lead")),
    "leads_group": _member((DESK, "safeguarding_lead")),
    "at_a_desk": lambda actor, _subject: bool(actor.teams(DESK)),
    "is_asked": _reached_by("asked"),
    "is_night": _member((OUT_OF_HOURS, "worker")),
    "works_with_or_night": _reached_by("involved", "cover", "custody", "night"),
    "works_with_or_hub": _reached_by("involved", "cover", "custody", "hub"),
    "has_morning": _member(
        *((kind, role) for kind in (HUB, LOCALITY, FAMILY_HELP) for role in ("worker", "manager")),
    ),
    # Whoever has something with a deadline, or hears that one is late.
    "is_told": _member(
        *((kind, role) for kind in (HUB, LOCALITY, FAMILY_HELP) for role in ("worker", "manager")),
        (OUT_OF_HOURS, "worker"),
        (None, "head"),
    ),
    "is_auditor": _member((None, "auditor")),
    "is_head": _member((None, "head")),
    "is_admin": _member((None, "admin")),
    "owns": _reached_by("owner"),
    "sent_it": _reached_by("own"),
    # Files: whoever sent or wrote what they are attached to, and who reads the whole record of it.
    "reads_file": lambda _actor, subject: (
        subject is not None and any(row.why in ("own", "owner") or row.level >= L4 for row in subject.reaches)
    ),
    "works_with": _WORKS_WITH,
    "is_involved_or_manages": lambda actor, subject: (
        _reached_by("involved", "cover")(actor, subject) or _manages("custody")(actor, subject)
    ),
    "manages_holder": _manages("custody"),
    # Also a manager of the locality's panel for a colleague who is away, and the head for what climbed: when, says the
    # command.
    "answers_or_head": lambda actor, subject: (
        _manages("receiver", "panel", "stands_in")(actor, subject) or _reached_by("climbed")(actor, subject)
    ),
    "sits_on_panel": _member((LOCALITY, "manager"), (FAMILY_HELP, "manager"), (None, "head")),
    "takes_it_back": _reached_by("sender", "involved", "cover", "decided"),
    "records_part": _reached_by("sender", "received", "involved", "cover"),
    "manages_sender": _manages("sender"),
    "sends_it": _reached_by("sender", "involved", "cover"),
    "manages_a_team": _member((None, "manager")),
    # A handover is read by the people of its two teams; each may say why the answer was late.
    "explains_late": _by_kind(
        case=_WORKS_WITH,
        referral=_IS_HUB,
        handover=lambda _actor, _subject: True,
        look_back=_WORKS_WITH,
        night=_member((OUT_OF_HOURS, "worker"), (HUB, "worker"), (HUB, "manager")),
    ),
    "authorises_late": _by_kind(
        case=_manages("custody"),
        referral=_IS_HUB_MANAGER,
        handover=_manages("sender", "receiver", "received"),
        look_back=_manages("custody"),
        night=_IS_HUB_MANAGER,
    ),
    "authorises_late_somewhere": _member(*((kind, "manager") for kind in (HUB, LOCALITY, FAMILY_HELP))),
    "answers_for_deadlines": _member(
        *((None, role) for role in ("manager", "chair", "head", "auditor", "ig", "admin")),
    ),
    "leads_safeguarding": _member((DESK, "safeguarding_lead")),
}


@dataclass(frozen=True)
class Permission:
    """One row: its key, the kind of subject it is about (None: no subject in the address; CLOCKED: the reference says
    which), the level that subject must reach the actor at, the predicate that must hold, and what a person is told
    when it does not. `open` rows need no sign-in."""

    key: str
    subject: str | None
    level: int
    predicate: str
    refusal: str = "This is not part of your work. If you need it, ring the hub."
    open: bool = False


_MANAGER = "Only the manager of the team that holds the family can do this."
_TABLE = (
    Permission("service:probe", None, L0, "anyone", open=True),
    Permission("service:about", None, L0, "anyone", open=True),
    Permission("account:sign_in", None, L0, "anyone", open=True),
    Permission("account:own", None, L0, "anyone"),
    Permission("account:administer", None, L0, "is_admin"),
    Permission("user:disable", "user", L1, "is_admin"),
    Permission("home:read", None, L0, "anyone"),
    Permission("staff:manage", None, L0, "manages_a_team"),
    Permission("staff:confirm", None, L0, "leads_safeguarding"),
    Permission("referral:create", None, L0, "can_refer"),
    Permission("referral:list_own", None, L0, "can_refer"),
    Permission("draft:write", "draft", L0, "owns"),
    Permission("referral:receipt", "referral", L0, "sent_it"),
    Permission("document:read", "document", L0, "reads_file"),
    Permission("referral:add_to", "referral", L0, "sent_it"),
    Permission("referral:ring_list", None, L0, "is_hub"),
    Permission("referral:ring", "referral", L4, "is_hub"),
    Permission("referral:asked_again", None, L0, "is_hub_manager", "Only a hub manager looks at a decision again."),
    Permission(
        "referral:look_again", "referral", L4, "is_hub_manager", "Only a hub manager looks at a decision again."
    ),
    Permission("group:read", None, L0, "in_group", "This is for an agency’s safeguarding lead and their deputies."),
    Permission("group:manage", None, L0, "leads_group", "Only the safeguarding lead changes this."),
    Permission("referral:queue", None, L0, "is_hub"),
    Permission("referral:read", "referral", L4, "is_hub"),
    Permission("referral:rate", "referral", L4, "is_hub", "Only people who work in the hub rate referrals."),
    Permission("referral:propose", "referral", L4, "is_hub", "Only people who work in the hub propose decisions."),
    Permission(
        "referral:decide",
        "referral",
        L4,
        "is_hub_manager",
        "Only a hub manager agrees, changes or sends back a decision.",
    ),
    Permission("referral:correct", "referral", L4, "is_hub"),
    Permission("referral:known", "referral", L4, "is_hub", "Only people who work in the hub say who a child is."),
    Permission("referral:hold", "referral", L4, "is_hub", "Only people who work in the hub take referrals."),
    Permission(
        "referral:give", "referral", L4, "is_hub_manager", "Only a hub manager gives a referral to a colleague."
    ),
    Permission("referral:ask", "referral", L4, "is_hub", "Only people who work in the hub ask a referrer back."),
    Permission("referral:answer_hub", "referral", L0, "sent_it"),
    Permission("referral:take_call", None, L0, "takes_calls"),
    Permission("desk:my_work", None, L0, "is_case_worker"),
    Permission("desk:team_board", None, L0, "is_case_team_manager"),
    Permission("desk:alerts", None, L0, "is_head"),
    Permission("case:allocate", None, L0, "is_case_team_manager", _MANAGER),
    Permission("case:close", "case", L4, "manages_holder", _MANAGER),
    Permission("case:list_to_mend", None, L0, "has_records_mended"),
    Permission("case:list_closed", None, L0, "is_case_worker"),
    Permission("case:read", "case", L4, "works_with_or_night"),
    Permission("case:write_note", "case", L4, "works_with_or_night"),
    Permission("case:read_looks", "case", L4, "works_with"),
    Permission("note:read", "note", L4, "works_with_or_night"),
    Permission("note:write", "note", L4, "works_with"),
    Permission("case:record_event", "case", L4, "works_with", "The people who work with the family record this."),
    Permission("case:write_visit", "case", L4, "works_with", "The people who work with the family write visits."),
    Permission("visit:read", "visit", L4, "works_with_or_night"),
    Permission("visit:correct", "visit", L4, "works_with", "The people who work with the family change a visit."),
    Permission("case:mark", "case", L4, "works_with", "The people who work with the family mark what is significant."),
    Permission("case:tell", "case", L4, "works_with", "The people who work with the family write down who was told."),
    Permission("case:put_right", "case", L4, "works_with", "The people who work with the family write this down."),
    Permission("case:answer_correction", "case", L4, "manages_holder", _MANAGER),
    Permission("case:file", "case", L4, "works_with", "The people who work with the family keep its files."),
    Permission("clock:explain_late", CLOCKED, L1, "explains_late", "Those whose work it is say why it is late."),
    Permission("clock:authorise_late", CLOCKED, L1, "authorises_late", "Only a manager of the team does this."),
    Permission("clock:list_late", None, L0, "authorises_late_somewhere", "Only the manager of a team does this."),
    Permission("policy:read", None, L0, "anyone"),
    Permission("policy:decisions", None, L0, "answers_for_deadlines", "Managers see what was decided about deadlines."),
    Permission("policy:decide", None, L0, "is_head", "Only the head of service decides about deadlines."),
    Permission("task:acknowledge", "case", L4, "works_with"),
    Permission("assessment:start", "case", L4, "is_involved_or_manages", "The family's worker starts the assessment."),
    Permission("assessment:read", "assessment", L4, "works_with_or_night"),
    Permission("assessment:write", "assessment", L4, "works_with", "The family's worker writes the assessment."),
    Permission("assessment:review", "assessment", L4, "manages_holder", _MANAGER),
    Permission("assessment:authorise", "assessment", L4, "manages_holder", _MANAGER),
    Permission(
        "plan:start",
        "case",
        L4,
        "works_with",
        "The people who work with the family begin a plan.",
    ),
    Permission("plan:read", "plan", L2, "anyone"),
    Permission("plan:write", "plan", L2, "works_with", "The people who work with the family write the plan."),
    Permission("plan:act", "plan", L2, "anyone"),
    Permission("survey:answer", None, L0, "anyone", open=True),
    Permission("plan:list", None, L0, "shares_plans"),
    Permission(
        "handover:propose",
        "case",
        L4,
        "is_involved_or_manages",
        "The family's worker or their manager proposes a handover.",
    ),
    Permission("handover:list", None, L0, "hands_over"),
    Permission("pathway:read", None, L0, "anyone"),
    Permission("panel:read", None, L0, "sits_on_panel", "Managers of its teams and the head sit on the panel."),
    Permission("handover:read", "handover", L2, "anyone"),
    Permission("handover:agree", "handover", L4, "manages_sender", "Only the sending team’s manager agrees to this."),
    Permission("handover:withdraw", "handover", L2, "takes_it_back", "Only the sending team takes it back."),
    Permission("handover:answer", "handover", L2, "answers_or_head", "Only the receiving team’s manager answers this."),
    Permission("handover:record", "handover", L2, "records_part", "The people of the two teams write this."),
    Permission("handover:close", "handover", L4, "sends_it", "Only the sending team closes its own part."),
    Permission("leading:ask", "handover", L4, "sends_it", "The sending team asks who is to lead."),
    Permission("leading:list", None, L0, "at_a_desk"),
    Permission("leading:answer", "leading", L0, "is_asked"),
    Permission("look_back:read", "look_back", L4, "works_with"),
    Permission("look_back:done", "look_back", L4, "works_with", "The team that looks back writes it down."),
    Permission("case:step_up", "case", L4, "is_involved_or_manages", "The family’s own workers ask the hub for this."),
    Permission("person:read", "person", L1, "anyone"),
    Permission("person:link", "person", L1, "is_hub", "Only people who work in the hub say who is one person."),
    Permission(
        "person:restrict",
        "person",
        L1,
        "is_hub_manager",
        "Only a hub manager says that only named people see a record.",
    ),
    Permission("person:read_looks", "person", L4, "anyone"),
    Permission(
        "person:write",
        "person",
        L4,
        "works_with_or_hub",
        "The people who work with the family and the hub write here.",
    ),
    Permission("person:list_doubles", None, L0, "settles_doubles"),
    Permission(
        "person:settle_doubles",
        "person",
        L1,
        "settles_doubles",
        "Only a hub manager or the head of service says this of two records.",
    ),
    Permission("night:closing", None, L0, "is_hub"),
    Permission("night:hand", "referral", L4, "is_hub", "Only people who work in the hub hand over to the night."),
    Permission("night:list", None, L0, "is_night", "The night list is for the out-of-hours team."),
    Permission("night:card", "case", L1, "is_night", "The safety card is for the out-of-hours team."),
    Permission("night:work", "night", L1, "is_night", "This is the out-of-hours team’s work."),
    Permission("night:morning", None, L0, "has_morning"),
    Permission("night:acknowledge", "night", L4, "works_with_or_hub"),
    Permission("night:alert", "case", L4, "works_with"),
    Permission("night:alert_from_hub", "referral", L4, "is_hub"),
    Permission("notice:create", None, L0, "from_police", "Police notifications are dropped in by the police."),
    Permission("notice:write", "notice", L0, "owns"),
    Permission("reminder:list", None, L0, "is_told"),
    Permission("calendar:read", None, L0, "anyone", open=True),
    Permission("outbox:read", None, L0, "is_admin"),
    Permission("search:make", None, L0, "searches"),
    Permission("search:read", "search", L0, "owns"),
    Permission("insight:read", None, L0, "is_head", "These numbers are for the head of service."),
    Permission("audit:read", None, L0, "is_auditor"),
)
PERMISSIONS: dict[str, Permission] = {row.key: row for row in _TABLE}


def allows(permission: Permission, actor: Actor, subject: SubjectAccess | None) -> bool:
    """True if the actor, reached by the subject as given, may do what the permission names."""
    return PREDICATES[permission.predicate](actor, subject)
