"""What reaches whom: directly, through what a thing lies within, until it ends, and never past a bar."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from caseapp.access.commands import bar, end_reach, give_reach, put_within
from caseapp.access.domain import L0, L2, L4, PERMISSIONS, PREDICATES, Actor
from caseapp.access.queries import get_subject, list_reach
from caseapp.kernel import clock
from caseapp.kernel.errors import NotFound
from caseapp.kernel.subjects import new_subject

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
