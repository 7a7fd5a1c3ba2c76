"""One referral as the hub reads it, and what can be told from it: a plain value that `referral_page` loads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from caseapp.accounts.queries import Unsent
from caseapp.cases.domain import FAMILY_HELP_LEVELS
from caseapp.deadlines.domain import Due, TimeLeft
from caseapp.deadlines.queries import ClockView, compute, get_rule
from caseapp.documents.queries import DocumentRow
from caseapp.kernel import clock
from caseapp.referrals.catalogue import words
from caseapp.referrals.domain.adults import AdultTold, adults_of
from caseapp.referrals.domain.children import as_object, as_text
from caseapp.referrals.domain.hub import (
    NOT_AGREED,
    OUTCOME_RULES,
    SAID_BOTH_WAYS,
    WEIGH_FROM,
    names_together,
    parent_agrees,
    parents_words,
)
from caseapp.referrals.domain.protect import protected_words
from caseapp.referrals.domain.reading import Section, sections
from caseapp.referrals.domain.signals import Signal, signals

from .asked import Card
from .done import Added, Again, Mark, Proposal, Question, Rating
from .history import Contact, OpenCase
from .hub_children import HubChild, TeamOption
from .likely_kept import Suggested, Suggestion
from .lines import Line, join_lines, may_be_same
from .order import A_YEAR, at_words, danger_added, decide_by

_WANTS = (
    ("What needs to happen", "what_needs_to_happen"),
    ("What happened", "what_happened"),
    ("The child’s own words", "child_voice"),
)
# Label, list of choices, the answer, and the words that go with it.
_NOW = (
    ("Where the child is now", "where_now", "where", "where_words"),
    ("Safe to go home today", "yes_no_unknown", "safe_to_go_home", "safe_why"),
)


@dataclass(frozen=True)
class Todo:
    """One line of "Before you send it": whether it is done, the words, and where on the page to do it."""

    done: bool
    words: str
    anchor: str = ""


@dataclass(frozen=True)
class After:
    """What came after sending: since when something is unread, danger added, sent in error; and whether the agency is
    closed today, in words."""

    new_at: datetime | None
    danger_at: datetime | None
    in_error_at: datetime | None
    closed: str


@dataclass(frozen=True)
class HubPage:
    """All that the page of a referral shows; `others` are those that are, or would be, decided with it."""

    id: int
    reference: str
    document: object
    state: str
    version: int
    received_at: datetime
    read_at: datetime | None
    reader_id: int | None
    reader: str | None
    answer_needed_at: datetime | None
    decided_at: datetime | None
    feedback: str | None
    sender: str
    rating: str | None
    children: list[HubChild]
    contacts: list[Contact]
    open_cases: list[OpenCase]
    barred_teams: frozenset[int]
    ratings: list[Rating]
    proposals: list[Proposal]
    marks: list[Mark]
    clocks: list[ClockView]
    added: list[Added]
    again: list[Again]
    questions: list[Question]
    after: After
    card: Card
    files: list[DocumentRow]
    # The council that the sender handed a copy to, where the address is outside the borough, and when.
    copy_to: str | None
    copy_at: datetime | None
    public: bool
    # How many contacts the decision covers; more than are shown when one of them must not be seen.
    group_size: int
    others: tuple["HubPage", ...] = ()
    # Rows of children to rows that tell of the same child, as a person said.
    same: Mapping[int, int] = field(default_factory=dict)
    # What its reader has written on the page and not sent.
    unsent: Unsent | None = None
    # Who its people could be, as far as its reader may see them; not asked for on every page.
    found: Suggested | None = None

    @cached_property
    def together(self) -> list["HubPage"]:
        """This one and those decided with it, in the order in which they came."""
        return sorted((self, *self.others), key=lambda page: (page.received_at, page.id))

    @cached_property
    def lines(self) -> list[Line]:
        """The children of all of them, each once: by name and birth date, or because a person said so."""
        return join_lines(self.together, self.same)

    @property
    def from_police_notice(self) -> bool:
        """Whether a police notification became this contact: it has a group to look at."""
        return bool(as_object(self.document).get("police"))

    @property
    def hidden(self) -> bool:
        """Whether the decision covers a contact that must not be seen here."""
        return self.group_size > len(self.together)

    @property
    def suggested(self) -> list[Contact]:
        """Other contacts about this family that could be decided with it."""
        shown = {page.id for page in self.together}
        return [contact for contact in self.contacts if contact.open and contact.id not in shown]

    @cached_property
    def sections(self) -> list[Section]:
        """Everything that was given, in the order of the page."""
        return sections(self.document)

    @property
    def names(self) -> str:
        """The children in one line, for the heading."""
        return names_together([child.told for child in self.children])

    @property
    def referrer(self) -> dict[str, str]:
        """Who told us: name, role and a number to ring, as far as said."""
        told = as_object(as_object(self.document).get("referrer"))
        return {key: as_text(told.get(key)) or "" for key in ("name", "role", "phone")}

    @property
    def parents(self) -> tuple[str, str]:
        """Whether the parents were told and agree, with the detail."""
        return parents_words(self.document)

    @property
    def protected(self) -> list[str]:
        """What must be protected, by this contact and those decided with it."""
        return list(dict.fromkeys(words for page in self.together for words in protected_words(page.document)))

    @property
    def agrees(self) -> bool:
        """Whether a parent was told and agrees, by one of the referrers, and nobody says the opposite."""
        said = [page.parents[0] for page in self.together]
        return any(parent_agrees(page.document) for page in self.together) and not {NOT_AGREED, SAID_BOTH_WAYS} & set(
            said
        )

    @property
    def time_left(self) -> TimeLeft | None:
        """What is left until the hub has to have decided."""
        return decide_by(self.rating, self.received_at, self.clocks)

    @property
    def red_due(self) -> Due | None:
        """Until somebody rates it, it counts as Red: that due time with its reasons."""
        if self.rating is not None or self.decided_at is not None:
            return None
        return compute(get_rule("mash.red", clock.to_london(self.received_at).date()), self.received_at)

    @property
    def contacts_12m(self) -> int:
        """Contacts of the last 12 months about the children, their home and the adults, these counted."""
        return len({page.id for page in self.together} | {each.id for each in self.contacts if each.counts})

    @property
    def weigh(self) -> bool:
        """Whether taking it no further asks what in the history was weighed."""
        return self.contacts_12m >= WEIGH_FROM

    @property
    def signals(self) -> list[Signal]:
        """What the form itself tells that must be seen first."""
        later = [danger_added(self.after.danger_at)] if self.after.danger_at else []
        return later + signals(
            self.document,
            today=clock.to_london(self.received_at).date(),
            open_case=bool(self.open_cases),
            contacts_12m=1
            + sum(self.received_at - A_YEAR < each.received_at <= self.received_at for each in self.contacts),
        )

    @property
    def open_proposal(self) -> Proposal | None:
        """The proposal that waits for a manager."""
        return next((row for row in self.proposals if row.state == "proposed"), None)

    @property
    def open_marks(self) -> list[Mark]:
        """What is still to be put right."""
        return [mark for mark in self.marks if mark.settled_at is None]

    def obvious_team(self, kind: str) -> TeamOption | None:
        """The one team of a kind that all known addresses lead to and that may see the children; None: a person
        chooses.
        """
        teams = {option.id: option for child in self._all_children if (option := child.team_for(kind))}
        return next(iter(teams.values())) if len(teams) == 1 else None

    def why_choose(self, kind: str) -> str:
        """Why a person has to choose the team of a kind, in words without a conflict's detail."""
        if sum(child.team_for(kind) is not None for child in self._all_children) > 1:
            return "The addresses lead to different teams, and brothers and sisters go together."
        return next((child.why_choose(kind) for child in self._all_children), "There is no address.")

    @property
    def _all_children(self) -> list[HubChild]:
        return [child for page in self.together for child in page.children]

    @property
    def wants(self) -> list[tuple[str, str]]:
        """What the referrer asks for, and where the child is now, in six lines."""
        document = as_object(self.document)
        told, now = as_object(document.get("concern")), as_object(document.get("now"))
        level = told.get("level_of_need")
        lines = [(label, as_text(told.get(key)) or "") for label, key in _WANTS]
        here = [(label, _with_why(choices, now.get(key), now.get(why))) for label, choices, key, why in _NOW]
        return [*lines, *here, ("Level claimed", words("levels", level) if level is not None else "")]

    @property
    def todo(self) -> list[Todo]:
        """What is done and what is not before a decision can be proposed."""
        marks, rating = len(self.open_marks), words("ratings", self.rating) if self.rating else ""
        lines = [
            Todo(self.read_at is not None, f"Read by {self.reader}" if self.reader else "Somebody in the hub reads it"),
            Todo(bool(rating), f"Rated {rating}, with a reason" if rating else "Rate it, with a reason", "h5"),
            Todo(not marks, f"{marks} to put right in what was given" if marks else "Nothing to put right", "h4"),
            *self._known_todo(),
            Todo(*self._locality_words(), "h2"),
            *self._open_case_todo(),
            *self._weigh_todo(),
        ]
        proposed = self.state != "received"
        return [*lines, Todo(proposed, "Proposed" if proposed else "Propose a decision", "h6")]

    @property
    def looked(self) -> bool:
        """Whether somebody has looked who its people could be."""
        return self.found is not None and self.found.looked_at is not None

    def likely_of(self, child: HubChild) -> Sequence[Suggestion]:
        """Who a child could be, but for whom somebody said that it is the same child or another one."""
        return self.found.of_children.get(child.id, ()) if self.found else ()

    def answered_of(self, child: HubChild) -> bool:
        """Whether somebody said of a record or another contact whether it is this child's."""
        return bool(child.same_rows or child.other_rows or child.not_persons)

    @cached_property
    def adults(self) -> list[AdultTold]:
        """The adults of the household who have a name."""
        return adults_of(self.document)

    def _known_todo(self) -> list[Todo]:
        """That somebody says of each likely record whether it is the same child."""
        open_ = [child for child in self.children if child.person_id is None and self.likely_of(child)]
        if open_:
            return [
                Todo(False, f"Likely records: is it the same child? {names_together([c.told for c in open_])}", "who")
            ]
        if not self.looked and any(child.person_id is None for child in self.children):
            return [Todo(False, "Look whether the child is known", "who")]
        return [Todo(True, "Looked whether the child is known")] if self.children else []

    def _open_case_todo(self) -> list[Todo]:
        """That the worker of an open case must know: done when the proposal passes this on to each of them."""
        if not self.open_cases:
            return []
        if any(case.team_id in self.barred_teams for case in self.open_cases):
            return [Todo(False, "A child has an open case: the team that holds it must not see this referral", "h3")]
        proposed = self.open_proposal.proposed if self.open_proposal else {}
        known = [child.id for child in self.children if self.open_case_of(child)]
        if known and all(proposed.get(child_id) == "open_case" for child_id in known):
            return [Todo(True, "Passed on to the worker of the open case, once a manager agrees", "h3")]
        return [Todo(False, "A child has an open case: its worker must know", "h3")]

    def _weigh_todo(self) -> list[Todo]:
        """That taking it no further asks what in the history was weighed; gone when the proposal takes it further."""
        if not self.weigh:
            return []
        proposal = self.open_proposal
        if proposal and proposal.history_weighed:
            return [Todo(True, f"{self.contacts_12m} contacts in 12 months: what was weighed is written down", "h6")]
        if proposal and "no_further_action" not in proposal.proposed.values():
            return []
        if not proposal:
            # Asked beside the choice itself: most of what is proposed takes it further.
            return []
        return [Todo(False, f"{self.contacts_12m} contacts in 12 months: say what you weighed", "h6")]

    def _locality_words(self) -> tuple[bool, str]:
        team = self.obvious_team("locality")
        if team is not None:
            return True, f"Locality found: {team.name}"
        return False, f"A manager chooses the team. {self.why_choose('locality')}"

    @property
    def since_proposal(self) -> list[str]:
        """What has changed since the open proposal was made, in words."""
        made = self.open_proposal.proposed_at if self.open_proposal else clock.now()
        told = []
        for page in self.together:
            of = f", in {page.reference}" if self.others else ""
            rated = [rating for rating in page.ratings if rating.at > made]
            told += [f"{each.by} rated it {words('ratings', each.rating)}{of}: {each.rationale}" for each in rated]
            told += [
                f"The referrer added {at_words(each.at)}{of}: {each.words}" for each in page.added if each.at > made
            ]
            told += [
                f"Answered by {each.by}{of}: {each.answer}" for each in page.questions if each.at and each.at > made
            ]
            settled = sum(mark.settled_at is not None and mark.settled_at > made for mark in page.marks)
            told += [f"Put right in what was given{of}: {settled}"] if settled else []
        return told

    @property
    def arrived_since(self) -> list[Contact]:
        """Contacts about the family that came after the open proposal was made, and are not part of it."""
        made = self.open_proposal.proposed_at if self.open_proposal else clock.now()
        return [contact for contact in self.suggested if contact.received_at > made]

    @property
    def gaps(self) -> list[str]:
        """What is not known yet and could matter: marks, questions that nobody has answered."""
        told = []
        for page in self.together:
            of = f", in {page.reference}" if self.others else ""
            if page.open_marks:
                told.append(f"{len(page.open_marks)} to put right in what was given{of}")
            told += [f"Not answered yet{of}: {asked.asked}" for asked in page.questions if asked.at is None]
        return told

    def is_known_as(self, case: OpenCase) -> bool:
        """Whether somebody said that one of the children is the child of this case."""
        return any(child.identity_id == case.identity_id for child in self._all_children)

    def open_case_of(self, child: HubChild) -> OpenCase | None:
        """The open case of a child: of the record that somebody said is theirs; otherwise by name and birth date, but
        for a record of whom somebody said that it is another child's."""
        if child.identity_id is not None:
            own = next((case for case in self.open_cases if case.identity_id == child.identity_id), None)
            if own is not None:
                return own
        alike = (case for case in self.open_cases if child.match_key and case.match_key == child.match_key)
        return next((case for case in alike if case.person_id not in child.not_persons), None)

    def open_case_for(self, line: Line) -> OpenCase | None:
        """The open case of a child, by any of the names and birth dates told."""
        return next((case for _, child in line.told if (case := self.open_case_of(child))), None)

    def open_case_to_tell(self, line: Line) -> OpenCase | None:
        """The open case of a child, unless the team that holds it must not know of this."""
        known = self.open_case_for(line)
        return known if known is not None and known.team_id not in self.barred_teams else None

    def steps_up(self, line: Line, outcome: str) -> bool:
        """Whether this outcome hands a child up to social work whose open case family help holds (or the hub, until
        family help has taken it on)."""
        known, rule = self.open_case_to_tell(line), OUTCOME_RULES.get(outcome)
        return known is not None and known.level in FAMILY_HELP_LEVELS and rule is not None and rule.qualified

    def expand(self, outcomes: Mapping[int, str]) -> dict[int, str]:
        """Outcomes by child, given for every row that tells of the child."""
        return {number: chosen for line in self.lines if (chosen := line.pick(outcomes)) for number in line.row_ids}

    def doubtful(self) -> dict[int, list[Line]]:
        """Children of whom a person has to say whether another contact tells of the same one: the line, and which
        others it might be. Asked where the names are nearly alike, or one has no name or no birth date."""
        if not self.others:
            return {}
        found: dict[int, list[Line]] = {}
        for later, line in enumerate(self.lines):
            others = [each for each in self.lines[:later] if may_be_same(each, line)]
            if others:
                found[line.id] = others
        return found


def _with_why(choices: str, answer: object, why: object) -> str:
    """An answer out of a list, with the words that go with it; empty where neither is said."""
    said = words(choices, answer) if answer not in (None, "") else ""
    return ": ".join(part for part in (said, as_text(why)) if part)
