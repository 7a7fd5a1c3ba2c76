"""Fills the product's database for the benchmark, by the commands that people use: cases with notes, most of them closed,
a full queue of contacts, and finished drafts to send.

`python -m benchmarks.product_data CASES DRAFTS FILE` with DATABASE_URL set; writes the references it made to FILE as JSON.
"""

import json
import secrets
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random

import sqlalchemy as sa

from benchmarks.minimal_data import FIRST, LAST
from caseapp.access.domain import L0, Actor
from caseapp.access.queries import get_subject
from caseapp.accounts.queries import find_actor_by_email, find_team, list_workers
from caseapp.cases import commands as cases
from caseapp.cases.queries import family_cases
from caseapp.demo.organisation import email_of, make_organisation
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql, transaction
from caseapp.kernel.health import migrations
from caseapp.kernel.subjects import new_subject
from caseapp.pathway.commands import close_family_cases
from caseapp.pathway.queries.closing import get_closing
from caseapp.people import commands as people
from caseapp.referrals.commands import drafts, receive_referral, triage

# Cases of one transaction: long ones hold SQLite's writer, short ones pay for each commit.
AT_ONCE = 50
QUEUE = 60
# So many cases stay open, as in the minimal application's data; the rest are closed.
OPEN = 700
TEAMS = ("north", "central", "south")
# The draft's pages as a browser posts them: one child, all that stops sending answered.
PAGES: dict[str, dict[str, object]] = {
    "danger": {"immediate_danger": "no"},
    "child-1": {"born": "exact", "sex": "F"},
    "now": {"where": "school", "safe_to_go_home": "yes"},
    "consent": {"parent_informed": "yes", "parent_agrees": "yes"},
    "concern": {"categories": ["neglect"], "what_happened": "She slept in her coat because the meter was empty."},
    "strengths": {"safety_scale": "4"},
}


def _someone(login: str) -> Actor:
    actor = find_actor_by_email(email_of(login))
    assert actor is not None, login
    return actor


@dataclass
class Filler:
    """Makes families one after the other, the oldest first."""

    random: Random
    now: datetime
    total: int

    def __post_init__(self) -> None:
        self.made = 0
        self.opened: list[str] = []
        self.hub = _someone("mash.manager")
        self.managers = {key: _someone(f"{key}.manager") for key in TEAMS}
        self.teams = {key: team.id for key in TEAMS if (team := find_team(key=key))}
        self.workers = {key: [row.id for row in list_workers(self.teams[key])] for key in TEAMS}
        self.writers = {key: _someone(f"{key}.worker") for key in TEAMS}

    def family(self) -> None:
        """A family of one to three children with a case each, a worker, two notes; closed, when it is one of the old."""
        last, count = self.random.choice(LAST), self.random.randint(1, 3)
        key = self.random.choice(TEAMS)
        received = self.now - timedelta(days=2000 * (self.total - self.made) / self.total + 1)
        with clock.at(received):
            referral = new_subject("referral").id
            family_id = people.make_family(name=last)
            for number in range(count):
                self._child(key, family_id, referral, number, last, received)
            rows = family_cases(family_id)
            versions = {row.id: row.version for row in rows}
            cases.allocate(self.managers[key], cases=versions, professional_id=self.random.choice(self.workers[key]))
            for visit in range(2):
                cases.write_note(
                    self.writers[key],
                    case_ids=list(versions),
                    words=f"Visit {visit + 1}. Spoke to health visitor and school. " + "Plan agreed. " * 8,
                    happened_at=clock.now(),
                    once_key=secrets.token_hex(16),
                )
            if self.made < self.total - min(OPEN, self.total * 3 // 4):
                self._close(key, family_id)
            else:
                self.opened += [row.reference for row in rows if key == "north"]
        self.made += count

    def _close(self, key: str, family_id: int) -> None:
        """The family's cases end: everybody was told by letter."""
        versions = {row.id: row.version for row in family_cases(family_id)}
        case_id, on = next(iter(versions)), clock.today()
        close_family_cases(
            self.managers[key],
            case_id=case_id,
            versions=versions,
            reason="RC7",
            words="All told by letter.",
            told=[
                cases.TellingOf(person_id=party.person_id, agency_id=party.agency_id, how="letter", told_on=on)
                for party in get_closing(self.managers[key], case_id).of(list(versions))
            ],
            settled=True,
        )

    def _child(self, key: str, family_id: int, referral: int, number: int, last: str, received: datetime) -> None:
        child = people.add_person(
            first=self.random.choice(FIRST),
            last=last,
            born_on=date(2010 + self.random.randint(0, 14), 1 + number, self.random.randint(1, 28)),
            sex=self.random.choice("FM"),
            stay={
                "line": f"{self.random.randint(1, 180)} {last} Road",
                "postcode": "S63 7AQ",
                "kind": "home",
                "protected": False,
                "said_by": "School",
                "said_at": received,
            },
        )
        people.add_to_family(family_id, child, role="child", said_in_id=referral)
        cases.open_case(
            self.hub,
            person_id=child,
            family_id=family_id,
            referral_id=referral,
            received_at=received,
            level="child_in_need",
            team_id=self.teams[key],
            episode_kind="child_in_need",
        )


def _contacts() -> list[str]:
    """Contacts that wait for the hub, half of them rated; gives their references."""
    references = []
    worker, school = _someone("mash.worker"), _someone("school")
    for number in range(QUEUE):
        received = clock.now() - timedelta(minutes=7 * number)
        document = {
            "schema": "marf-1",
            "children": [
                {"first_name": FIRST[number % len(FIRST)], "last_name": LAST[number % len(LAST)], "sex": "F"}
                | {"date_of_birth": f"20{10 + number % 14}-03-09"}
            ],
            "concern": {"categories": ["neglect"], "what_happened": "Slept in her coat.", "immediate_danger": False},
            "consent": {"parent_informed": True, "parent_agrees": True},
        }
        made = receive_referral(school, document=document, received_at=received, mode="form")
        if number % 2:
            triage.rate_referral(worker, referral_id=made.id, rating="amber", rationale="A pattern", version=1)
        references.append(made.reference)
    return references


def fill(count: int, draft_count: int) -> dict[str, list[str]]:
    """Migrate, make the organisation and everything in it; gives the references to open and the drafts to send."""
    migrations.upgrade()
    with transaction():
        make_organisation(since=date(2015, 1, 1))
    filler = Filler(Random(42), clock.now(), count)
    while filler.made < count:
        with transaction():
            goal = min(count, filler.made + AT_ONCE)
            while filler.made < goal:
                filler.family()
        print(f"\r  {filler.made} of {count} cases", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    with transaction():
        queue = _contacts()
    school, sent = _someone("school"), []
    for _ in range(0, draft_count, AT_ONCE):
        with transaction():
            sent += _drafts(school, filler.random)
    return {"cases": filler.opened, "drafts": sent, "queue": queue, "version": [str(len(PAGES) + 1)]}


def _drafts(school: Actor, chance: Random) -> Iterator[str]:
    """Finished drafts, page by page as a browser saves them, each about a child of its own."""
    for _ in range(AT_ONCE):
        reference = drafts.start_draft(school)
        found = get_subject(school, reference, "draft", L0)
        child = {
            "first_name": chance.choice(FIRST),
            "last_name": chance.choice(LAST),
            "date_of_birth-day": str(chance.randint(1, 28)),
            "date_of_birth-month": str(chance.randint(1, 12)),
            "date_of_birth-year": str(chance.randint(2010, 2024)),
        }
        for version, (page, typed) in enumerate(PAGES.items(), start=1):
            given = {**typed, **child} if page == "child-1" else typed
            drafts.save_page(school, draft_id=found.id, page=page, typed=given, version=version, by_itself=True)
        yield reference


def main() -> None:
    """Fill the database of DATABASE_URL."""
    app = create_app({"TESTING": True})
    with app.app_context():
        made = fill(int(sys.argv[1]), int(sys.argv[2]))
        if is_postgresql():
            # As it does by itself within a minute or so.
            with transaction():
                db.session.execute(sa.text("ANALYZE"))
        for engine in db.engines.values():
            engine.dispose()
    Path(sys.argv[3]).write_text(json.dumps(made))


if __name__ == "__main__":
    main()
