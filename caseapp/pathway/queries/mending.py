"""What the census rules ask to be mended, child by child: worked out anew each time, so that what is mended is gone."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import L4, Actor
from caseapp.access.queries import not_barred, visible_ids
from caseapp.cases.models import Case, Custody, Episode
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.pathway.catalogue import EPISODE_BEFORE
from caseapp.people.domain.census import Collection, Rule, broken_rules, collection_of

from .census import list_children

SHOWN = 200


@dataclass(frozen=True)
class ToMend:
    """A rule that a child's records break: the references of the case and of the person, and the team to ask."""

    case_id: int
    case: str
    person: str
    team: str
    rule: Rule


@dataclass(frozen=True)
class MendList:
    """Everything there is to mend: the collection whose rules are asked, how many by rule (all rules that are broken)
    and by team, the rows of what was chosen (at most SHOWN), and how many these would be."""

    collection: Collection
    by_rule: tuple[tuple[Rule, int], ...]
    by_team: tuple[tuple[str, int], ...]
    rows: tuple[ToMend, ...]
    count: int
    opens: bool


def list_to_mend(actor: Actor, *, number: str = "", team: str = "") -> MendList:
    """What is to be mended in the records of the actor's teams; for the head of service in the whole borough, by
    reference alone. `number`, `team`: only what breaks this rule, or is this team's. Four statements.
    """
    collection = collection_of(clock.today())
    teams = [m.team_id for m in actor.memberships if m.role == "manager"]
    whole = bool(actor.teams(role="head"))
    broken = _broken(_whom(actor, collection, teams, whole=whole), collection.rules)
    # A record linked to one of theirs may be another team's: its reference is not theirs to read.
    found = [row for row, team_id in broken if whole or team_id in teams]
    chosen = [row for row in found if number in ("", row.rule.number) and team in ("", row.team)]
    rules = Counter(row.rule.number for row in found)
    return MendList(
        collection,
        tuple((rule, rules[rule.number]) for rule in collection.rules if rules[rule.number]),
        tuple(sorted(Counter(row.team for row in found).items())),
        tuple(chosen[:SHOWN]),
        len(chosen),
        opens=not whole,
    )


def _broken(whom: Any, rules: Sequence[Rule]) -> list[tuple[ToMend, int]]:
    return [
        (ToMend(child.case_id, child.case, child.person, child.team, rule), child.team_id)
        for child in list_children(db.session.connection(), whom)
        for rule in broken_rules(child.facts, rules)
    ]


def _whom(actor: Actor, collection: Collection, teams: list[int], *, whole: bool) -> Any:
    """Who is in the file of this collection, and whose records the actor may be told of."""
    if whole:
        return sa.select(Episode.person_id).where(
            Episode.kind == EPISODE_BEFORE,
            sa.or_(Episode.closed_on.is_(None), Episode.closed_on >= collection.first),
            not_barred(actor, Episode.case_id),
        )
    return (
        sa.select(Case.person_id)
        .join(Custody, sa.and_(Custody.case_id == Case.id, Custody.to_at.is_(None), Custody.team_id.in_(teams)))
        .where(Case.closed_at.is_(None), Case.id.in_(visible_ids(actor, "case", L4)))
    )
