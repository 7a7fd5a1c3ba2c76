"""Things of the field for tests, made by the same commands that people use."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from caseapp.access.domain import Actor
from caseapp.accounts.queries import find_actor_by_email, find_team
from caseapp.assessments import commands as assessments
from caseapp.assessments import queries as assessment_queries
from caseapp.assessments.domain import Answers, ReviewGiven
from caseapp.assessments.models import Assessment, AssessmentChild
from caseapp.cases import commands as cases
from caseapp.cases.commands import TellingOf
from caseapp.cases.domain.visits import ChildPart, VisitTold
from caseapp.cases.models import Case
from caseapp.cases.queries import agencies_around, family_cases
from caseapp.demo.organisation import email_of
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.subjects import Subject, new_subject
from caseapp.pathway import commands as pathway
from caseapp.people import commands as people
from caseapp.people.commands import StayGiven
from caseapp.people.models import FamilyMember
from caseapp.plans import commands as plans
from caseapp.plans.catalogue import KIND_OF_LEVEL

CHILDREN = (("Ellie", date(2017, 3, 9), "F"), ("Jake", date(2019, 6, 2), "M"), ("Mia", date(2021, 1, 30), "F"))


def someone(login: str) -> Actor:
    """A demo sign-in as an actor."""
    actor = find_actor_by_email(email_of(login))
    assert actor is not None, login
    return actor


def team_id(key: str) -> int:
    """A demo team's number."""
    team = find_team(key=key)
    assert team is not None, key
    return team.id


def assessments_of(case_id: int) -> list[Assessment]:
    """The assessments that a case is part of, newest first."""
    part = sa.select(AssessmentChild.assessment_id).where(AssessmentChild.case_id == case_id)
    return list(db.session.scalars(sa.select(Assessment).where(Assessment.id.in_(part)).order_by(Assessment.id.desc())))


def reference_of(subject_id: int) -> str:
    """The reference by which a page finds it."""
    return db.session.scalars(sa.select(Subject.reference).where(Subject.id == subject_id)).one()


@dataclass(frozen=True)
class AFamily:
    """A family with open cases: what tests ask for most."""

    id: int
    referral_id: int
    case_ids: list[int]
    references: list[str]
    person_ids: list[int]

    @property
    def case_id(self) -> int:
        """The eldest child's case."""
        return self.case_ids[0]

    @property
    def reference(self) -> str:
        """The eldest child's reference."""
        return self.references[0]

    @property
    def versions(self) -> dict[int, int]:
        """Each open case and its version now, as a page would show it."""
        return {row.id: row.version for row in family_cases(self.id)}


def a_family(
    *, name: str = "Marsden", children: int = 2, protected: bool = False, referral_id: int | None = None
) -> tuple[int, list[int]]:
    """A family: children, their mother, her partner (an adult of concern). Gives the family and the children."""
    family_id = people.make_family(name=name)
    child_ids = []
    for number in range(children):
        first, born_on, sex = CHILDREN[number % len(CHILDREN)]
        child_ids.append(
            people.add_person(
                first=first if number < len(CHILDREN) else f"{first} {number}",
                last=name,
                born_on=born_on,
                sex=sex,
                stay={
                    "line": "14 Quarry Lane",
                    "postcode": "S63 7AQ",
                    "kind": "home",
                    "protected": protected,
                    "said_by": "Wath Primary School",
                    "said_at": clock.now(),
                },
            )
        )
        people.add_to_family(family_id, child_ids[-1], role="child", said_in_id=referral_id)
    mother = people.add_person(first="Kirsty", last=name, sex="F", phone="07700 900112")
    partner = people.add_person(first="Lee", last="Garner", born_on=date(1991, 6, 2), sex="M")
    people.add_to_family(family_id, mother, role="adult", relationship="mother", parental_responsibility=True)
    people.add_to_family(
        family_id,
        partner,
        role="adult",
        relationship="mother's partner",
        parental_responsibility=False,
        adult_of_concern=True,
    )
    return family_id, child_ids


def a_case(
    *,
    name: str = "Marsden",
    children: int = 1,
    team: str = "north",
    worker: str | None = None,
    level: str = "assessment",
    episode_kind: str | None = None,
    received_at: datetime | None = None,
    protected: bool = False,
    referral_id: int | None = None,
) -> AFamily:
    """A family with an open case per child, held by a team; `worker` (a login) has been given them by its manager.

    Without a `referral_id` the cases point at a referral that is only a Subject.
    """
    referral = referral_id or new_subject("referral").id
    family_id, child_ids = a_family(name=name, children=children, protected=protected, referral_id=referral)
    kind = episode_kind or ("family_help" if "family_help" in level else "child_in_need")
    opened = [
        cases.open_case(
            someone("mash.manager"),
            person_id=child_id,
            family_id=family_id,
            referral_id=referral,
            received_at=received_at or clock.now() - timedelta(hours=2),
            level=level,
            team_id=team_id(team),
            episode_kind=kind,
        )
        for child_id in child_ids
    ]
    family = AFamily(family_id, referral, [row.id for row in opened], [row.reference for row in opened], child_ids)
    if worker is not None:
        give(family, worker, manager=MANAGERS[team])
    return family


def a_full_record(person_id: int, by: str) -> None:
    """Something of everything that a person's page shows, recorded by a sign-in."""
    actor = someone(by)
    said = "Her mother, on the phone"
    given = {"person_id": person_id, "said_by": said}
    known_as = people.NameGiven(first="Ellie", last="Garner", kind="also_known_as", said_by=said)
    people.tell_name(actor, person_id=person_id, name=known_as, version=1)
    people.add_number(actor, kind="nhs_number", value="943 476 5919", version=2, **given)
    people.tell_contact(actor, way="phone", safe=True, words="After 3 pm, never leave a message", version=3, **given)
    people.tell_danger(actor, words="A dog that bites; ring first", since_on=date(2026, 10, 1), version=4, **given)
    related = people.Related(person_id, "grandparent", other_name="Jean Marsh", said_by=said)
    people.relate(actor, given=related, version=5)
    facts = {"school": "Wath Primary School", "first_language": "English"}
    people.correct_facts(actor, facts=facts, disabilities=["HEAR"], version=6, **given)
    stay = StayGiven(
        line="2 Mill Street",
        postcode="S62 5AB",
        kind="relative",
        protected=False,
        said_by="South Yorkshire Police",
        said_at=clock.now(),
    )
    people.give_address(actor, person_id=person_id, stay=stay)


MANAGERS = {
    "north": "north.manager",
    "central": "central.manager",
    "south": "south.manager",
    "fh_north": "familyhelp.north",
    "fh_central": "familyhelp.central",
    "fh_south": "familyhelp.south",
}


def give(family: AFamily, worker: str, *, manager: str = "north.manager") -> None:
    """Give a family's children to a worker."""
    professional_id = someone(worker).professional_id
    assert professional_id is not None
    cases.allocate(someone(manager), cases=family.versions, professional_id=professional_id)


def a_note(family: AFamily, author: str, *, words: str = "Seen at home. Warm and fed.") -> str:
    """A note about all children of a family, written now; gives its reference."""
    return cases.write_note(
        someone(author),
        case_ids=family.case_ids,
        words=words,
        happened_at=clock.now(),
        once_key=secrets.token_hex(16),
    )


def a_visit(
    family: AFamily,
    author: str = "north.worker",
    *,
    at: datetime | None = None,
    case_ids: list[int] | None = None,
    not_seen: tuple[int, ...] = (),
    once_key: str = "",
    **changes: Any,
) -> str:
    """A visit to a family's children (or some of them), each seen alone but those `not_seen`; `changes` to what is
    told. Gives its reference."""
    whom = family.case_ids if case_ids is None else case_ids
    parts = tuple(
        ChildPart(case_id, "no", "child_out") if case_id in not_seen else ChildPart(case_id, "alone", bedroom="yes")
        for case_id in whom
    )
    happened_at = at or clock.now()
    told: dict[str, Any] = {
        "happened_at": happened_at,
        "kind": "assessment",
        "place": "home",
        "place_words": "",
        "announced": "yes",
        "who": "Their mother and I",
        "words": "The house was warm, and there was food in.",
        "next_on": clock.to_london(happened_at).date() + timedelta(days=7) if not_seen else None,
        "parts": parts,
    }
    given = VisitTold(**{**told, **changes})
    return cases.write_visit(someone(author), told=given, once_key=once_key or secrets.token_hex(16))


def filled_answers(page: assessment_queries.AssessmentPage, *, outcome: str = "family_help") -> Answers:
    """What a worker writes: every part, and factors and outcome for each child."""
    answers: Answers = {key: "Written." for key in page.answers if not key.startswith(("factors_", "outcome_"))}
    answers |= {f"score_{area}": "4" for area in page.kind.areas}
    for case_id in page.case_ids:
        answers[f"outcome_{case_id}"] = outcome
        if page.kind.with_factors:
            answers[f"factors_{case_id}"] = ["16A"]
    return answers


def start_an_assessment(family: AFamily, *, worker: str = "north.worker", submit: bool = False) -> int:
    """An assessment of all children of a family, being written or (with `submit`) waiting. Gives its number."""
    reference = assessments.start_assessment(someone(worker), case_id=family.case_id, sibling_ids=family.case_ids[1:])
    found = assessment_queries.find_open_assessment(family.id)
    assert found is not None and found.reference == reference
    if submit:
        page = assessment_queries.get_assessment(found.id)
        assessments.submit_assessment(
            someone(worker), assessment_id=found.id, version=page.version, answers=filled_answers(page)
        )
    return found.id


def look_at(assessment_id: int, login: str = "north.manager", *, known: int | None = None, **change: Any) -> None:
    """A manager looks at an assessment today and records it; `change` to any of what they say."""
    page = assessment_queries.get_assessment(assessment_id)
    said: dict[str, Any] = {
        "reviewed_on": clock.today(),
        "looked_at": "Read it with the worker.",
        "agreed": "go_on",
        "seen": dict.fromkeys(page.case_ids, "yes"),
        "next_steps": "The worker sees the father.",
    }
    assessments.review_assessment(
        someone(login),
        assessment_id=assessment_id,
        given=ReviewGiven(**{**said, **change}),
        known=len(assessment_queries.list_reviews(assessment_id)) if known is None else known,
    )


def an_authorised_assessment(family: AFamily, *, worker: str = "north.worker", manager: str = "north.manager") -> int:
    """An assessment of all children of a family, authorised. Gives its number."""
    assessment_id = start_an_assessment(family, worker=worker, submit=True)
    version = assessment_queries.get_assessment(assessment_id).version
    assessments.authorise_assessment(someone(manager), assessment_id=assessment_id, version=version)
    return assessment_id


def by_name(login: str) -> pathway.NewLead:
    """Somebody who works elsewhere, as the form of a step-down names them."""
    who = someone(login)
    return pathway.NewLead(who.name, "Works there", who.agency_id, "01632 960114")


def a_plan(family: AFamily, *, worker: str = "north.worker", on: date | None = None, **changes: Any) -> int:
    """A plan for all children of a family, of the kind that their level asks for, begun `on` a day (today). `changes`
    to anything a PlanGiven holds. Gives its number."""
    given: dict[str, Any] = {
        "kind": KIND_OF_LEVEL[family_cases(family.id)[0].level],
        "case_ids": family.case_ids,
        "started_on": on or clock.today(),
        "agreed_on": on or clock.today(),
        "agreed_by": "Kirsty, mother",
        "parts": {"aim": "Ellie and Jake are in school on time, and rested."},
        "once_key": secrets.token_hex(16),
    }
    made = plans.PlanGiven(**given | changes)
    reference = plans.begin_plan(someone(worker), case_id=family.case_id, given=made)
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()


def join_team(plan_id: int, who: str, *, by: str = "north.worker", part: str = "Ellie’s school") -> None:
    """Take a sign-in into the team around a plan."""
    professional_id = someone(who).professional_id
    given = plans.MemberGiven(part=part, from_on=clock.today(), professional_id=professional_id)
    plans.add_member(someone(by), plan_id=plan_id, given=given)


def an_action(plan_id: int, *, by: str = "north.worker", owner: str = "", **changes: Any) -> int:
    """An action of a plan, of a sign-in in its team (`owner`) or of the mother, due in two weeks. Gives its number."""
    given: dict[str, Any] = {
        "what": "Breakfast club on four days",
        "measure": "She eats before lessons",
        "due_on": clock.today() + timedelta(days=14),
        "owner_professional_id": someone(owner).professional_id if owner else None,
        "owner_name": "" if owner else "Kirsty, mother",
    }
    made = plans.ActionGiven(**given | changes)
    return plans.add_action(someone(by), plan_id=plan_id, given=made, once_key=secrets.token_hex(16))


def propose_step_down(family: AFamily, *, proposer: str = "north.worker", **changes: Any) -> int:
    """A step-down of a family to family help in North, with all it needs; `changes` to any of it. Gives its number."""
    name = "Marsden"
    proposal: dict[str, Any] = {
        "case_ids": family.case_ids,
        "to_team_id": team_id("fh_north"),
        "reasons": "The home is warm and safe, and school says they are ready to learn.",
        "what_works": "Kirsty and her sister share the mornings.",
        "worry_again": "Missed school mornings, or Lee back in the house.",
        "child_voice": "Ellie: I like it when mum reads.",
        "consent": "agreed",
        "consent_by": f"Kirsty {next((row.family_name for row in family_cases(family.id)), name)}, mother",
        "consent_on": clock.today() - timedelta(days=2),
        "consent_how": "in_person",
        "lead_professional_id": someone("familyhelp.worker").professional_id,
        "actions": "Mornings: done, school says so. A lock for the back door: done, seen on the visit.",
    }
    reference = pathway.propose_step_down(someone(proposer), **{**proposal, **changes})
    return db.session.scalars(sa.select(Subject.id).where(Subject.reference == reference)).one()


def everyone_told(family: AFamily) -> list[TellingOf]:
    """That each child, each parent and each agency was told of the end of the work, in person, today; nobody if the
    family has no open case that its children are read through."""
    ids = set(family.case_ids)
    people = db.session.execute(
        sa.select(FamilyMember.person_id)
        .outerjoin(Case, sa.and_(Case.person_id == FamilyMember.person_id, Case.id.in_(ids)))
        .where(
            FamilyMember.family_id == family.id,
            FamilyMember.to_at.is_(None),
            sa.or_(Case.id.is_not(None), FamilyMember.parental_responsibility),
        )
    )
    return [
        *(TellingOf(person_id=row.person_id, how="in_person", told_on=clock.today()) for row in people),
        *(TellingOf(agency_id=number, how="letter", told_on=clock.today()) for number in agencies_around(ids)),
    ]


def meet_the_family(handover_id: int, *, by: str = "north.worker") -> None:
    """The joint meeting of a handover was held, and is written down."""
    pathway.record_part(
        someone(by),
        handover_id=handover_id,
        kind="meeting",
        happened_on=clock.today(),
        people="Kirsty, Ellie, Leah Dawson, Donna Price",
        words="Kirsty: I only had to tell it once.",
    )


def a_look_back(family: AFamily, *, by: str = "north.worker") -> str:
    """The family said no to family help, and its school was told; gives the reference of the look-back."""
    return pathway.set_look_back(
        someone(by),
        case_ids=family.case_ids,
        refused_by="Kirsty, mother",
        refused_on=clock.today(),
        words="We manage, with my sister.",
        told="Jan Cole, pastoral lead at Wath Primary School, on the telephone",
        told_on=clock.today(),
        watch_for="Missed mornings. They ring the hub.",
    )
