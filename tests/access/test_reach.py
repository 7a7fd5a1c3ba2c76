"""What reaches whom: directly, through what a thing lies within, until it ends, and never past a bar."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from caseapp.access.commands import bar, end_reach, give_reach, put_within
from caseapp.access.domain import L0, L2, L4, PERMISSIONS, PREDICATES, Actor
from caseapp.access.queries import get_subject, list_reach, visible_ids
from caseapp.accounts.models import TeamMembership
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import new_subject
from tests.conftest import sign_in
from tests.factories import a_case, a_note, someone

ActorOf = Callable[[str], Actor]


def team(actor: Actor) -> str:
    return f"team:{actor.memberships[0].team_id}"


def test_a_case_reaches_the_team_that_holds_it_and_nobody_else(app: Flask, actor: ActorOf) -> None:
    case, leah, imran = new_subject("case"), actor("north.worker"), actor("central.worker")
    give_reach(team(leah), subject_id=case.id, kind="case", level=L4, why="custody")
    found = get_subject(leah, case.reference, "case", L4)
    assert (found.id, found.level, found.why) == (case.id, L4, "custody")
    with pytest.raises(NotFound):
        get_subject(imran, case.reference, "case", L0)


@pytest.mark.parametrize("typed", ["", "C", "C-0000-0000", "R-7K4M-2Q9X", "C-7K4M-2Q9X'--", "\u202e", "C" * 60])
def test_unknown_and_malformed_references_answer_like_foreign_ones(app: Flask, actor: ActorOf, typed: str) -> None:
    with pytest.raises(NotFound):
        get_subject(actor("mash.worker"), typed, "case", L0)


def test_the_kind_in_the_address_must_be_the_kind_of_the_thing(app: Flask, actor: ActorOf) -> None:
    nadia, referral = actor("mash.worker"), new_subject("referral")
    give_reach(team(nadia), subject_id=referral.id, kind="referral", level=L4, why="hub")
    with pytest.raises(NotFound):
        get_subject(nadia, referral.reference, "case", L0)


def test_too_low_a_level_is_not_found(app: Flask, actor: ActorOf) -> None:
    sheila, handover = actor("familyhelp.north"), new_subject("handover")
    lead = f"lead:{sheila.memberships[0].team_id}"
    give_reach(lead, subject_id=handover.id, kind="handover", level=L2, why="receiver")
    assert get_subject(sheila, handover.reference, "handover", L2).level == L2
    with pytest.raises(NotFound):
        get_subject(sheila, handover.reference, "handover", L4)
    with pytest.raises(NotFound):
        get_subject(actor("familyhelp.worker"), handover.reference, "handover", L0)


def test_reach_ends_at_once_and_stays_as_history(app: Flask, actor: ActorOf) -> None:
    leah, case = actor("north.worker"), new_subject("case")
    give_reach(f"user:{leah.user_id}", subject_id=case.id, kind="case", level=L4, why="involved")
    end_reach(subject_id=case.id, why="involved")
    with clock.at(clock.now() + timedelta(seconds=1)), pytest.raises(NotFound):
        get_subject(leah, case.reference, "case", L0)
    assert list_reach(case.id) == []


def test_working_with_a_child_ends_with_the_last_place_in_a_team(app: Flask, actor: ActorOf) -> None:
    leah, case, note = actor("north.worker"), new_subject("case"), new_subject("note")
    give_reach(f"user:{leah.user_id}", subject_id=case.id, kind="case", level=L4, why="involved")
    put_within(note.id, [case.id])
    gone = replace(leah, memberships=())
    assert get_subject(leah, case.reference, "case", L4)
    assert case.id in db.session.scalars(visible_ids(leah, "case", L4)).all()
    for reference, kind in ((case.reference, "case"), (note.reference, "note")):
        with pytest.raises(NotFound):
            get_subject(gone, reference, kind, L0)
    assert db.session.scalars(visible_ids(gone, "case", L0)).all() == []


@pytest.mark.parametrize(("kind", "why"), [("referral", "own"), ("draft", "owner")])
def test_what_somebody_sent_themselves_stays_theirs(app: Flask, actor: ActorOf, kind: str, why: str) -> None:
    hannah, sent = actor("school"), new_subject(kind)
    give_reach(f"user:{hannah.user_id}", subject_id=sent.id, kind=kind, level=L0, why=why)
    assert get_subject(replace(hannah, memberships=()), sent.reference, kind, L0).why == why


def test_who_left_every_team_opens_no_case_any_more(bare_app: Flask, friday: datetime) -> None:
    with bare_app.app_context(), transaction():
        family = a_case(worker="north.worker")
        note = a_note(family, "north.worker")
    leah = sign_in(bare_app, "north.worker")
    paths = (f"/cases/{family.reference}", f"/cases/notes/{note}")
    assert [leah.get(path).status_code for path in paths] == [200, 200]
    with bare_app.app_context(), transaction():
        ended = friday.date() - timedelta(days=1)
        mine = sa.update(TeamMembership).where(TeamMembership.user_id == someone("north.worker").user_id)
        db.session.execute(mine.values(until_on=ended))
    assert [leah.get(path).status_code for path in paths] == [404, 404]


def test_a_subject_says_which_cases_it_lies_within(app: Flask, actor: ActorOf) -> None:
    leah = actor("north.worker")
    ellie, jake, note = new_subject("case"), new_subject("case"), new_subject("note")
    give_reach(team(leah), subject_id=ellie.id, kind="case", level=L4, why="custody")
    put_within(note.id, [ellie.id, jake.id])
    assert set(get_subject(leah, note.reference, "note", L4).within) == {ellie.id, jake.id}
    assert get_subject(leah, ellie.reference, "case", L4).within == ()


def test_giving_the_same_reach_twice_is_giving_it_once(app: Flask, actor: ActorOf) -> None:
    leah, case = actor("north.worker"), new_subject("case")
    for _ in range(2):
        give_reach(team(leah), subject_id=case.id, kind="case", level=L4, why="custody")
    assert len(list_reach(case.id)) == 1


def test_a_bar_beats_every_reach(app: Flask, actor: ActorOf) -> None:
    imran, case = actor("central.worker"), new_subject("case")
    give_reach(team(imran), subject_id=case.id, kind="case", level=L4, why="custody")
    give_reach(f"user:{imran.user_id}", subject_id=case.id, kind="case", level=L4, why="involved")
    bar(team(imran), subject_id=case.id, reason="staff_conflict")
    with pytest.raises(NotFound):
        get_subject(imran, case.reference, "case", L0)


def test_a_note_is_seen_by_the_readers_of_its_cases(app: Flask, actor: ActorOf) -> None:
    leah, imran = actor("north.worker"), actor("central.worker")
    ellie, jake, note = new_subject("case"), new_subject("case"), new_subject("note")
    give_reach(team(leah), subject_id=ellie.id, kind="case", level=L4, why="custody")
    put_within(note.id, [ellie.id, jake.id])
    assert get_subject(leah, note.reference, "note", L4).id == note.id
    with pytest.raises(NotFound):
        get_subject(imran, note.reference, "note", L0)


def test_a_note_about_two_children_is_hidden_whole_from_somebody_barred_from_one(app: Flask, actor: ActorOf) -> None:
    imran = actor("central.worker")
    one, other, note = new_subject("case"), new_subject("case"), new_subject("note")
    for case in (one, other):
        give_reach(team(imran), subject_id=case.id, kind="case", level=L4, why="custody")
    put_within(note.id, [one.id, other.id])
    bar(team(imran), subject_id=other.id, reason="staff_conflict")
    assert get_subject(imran, one.reference, "case", L4)
    with pytest.raises(NotFound):
        get_subject(imran, note.reference, "note", L0)


def test_every_permission_names_a_predicate_and_every_predicate_is_used() -> None:
    assert {row.predicate for row in PERMISSIONS.values()} <= set(PREDICATES)
    assert set(PREDICATES) <= {row.predicate for row in PERMISSIONS.values()}
    assert all(row.refusal for row in PERMISSIONS.values())
