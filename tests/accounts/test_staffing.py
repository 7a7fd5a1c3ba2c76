"""Absence, cover, duty rota: who is away until when, who covers, and that a cover ends by itself (practice 17)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from caseapp.access.commands import bar, end_reach
from caseapp.access.domain import PERMISSIONS, Actor, ReachRow, SubjectAccess, allows
from caseapp.access.queries import get_subject
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import Registration
from caseapp.cases import queries as cases
from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from tests import factories
from tests.factories import someone, team_id

Who = Callable[[str], Actor]
FRIDAY, SATURDAY, THURSDAY = date(2026, 11, 20), date(2026, 11, 21), date(2026, 11, 26)


def professional(login: str) -> int:
    found = someone(login).professional_id
    assert found is not None
    return found


def away(login: str = "north.worker", *, manager: str = "north.manager", until: date | None = THURSDAY) -> int:
    return commands.set_absence(
        someone(manager), professional_id=professional(login), from_on=FRIDAY, until_on=until, reason="sick"
    )


def cover(*, of: str = "north.worker", by: str = "marta.wilk", until: date | None = THURSDAY) -> int:
    return commands.put_cover(
        someone("north.manager"),
        away_id=professional(of),
        covering_id=professional(by),
        from_on=FRIDAY,
        until_on=until,
    )


def reaches(login: str, reference: str) -> bool:
    try:
        get_subject(someone(login), reference, "case", 4)
    except NotFound:
        return False
    return True


def lists(login: str) -> set[str]:
    return {case.reference for case in cases.list_my_children(someone(login)).cases}


def test_somebody_is_away_until_and_a_colleague_covers(app: Flask, friday: datetime) -> None:
    amy = professional("north.worker")
    with transaction():
        away()
        cover()
    found = queries.away_on([amy], FRIDAY)[amy]
    assert (found.until_on, found.cover_name) == (THURSDAY, "Marta Wilk")
    assert queries.cover_of(amy, THURSDAY) == queries.find_professional(professional("marta.wilk"))
    for day in (FRIDAY - timedelta(days=1), THURSDAY + timedelta(days=1)):
        assert queries.away_on([amy], day) == {} and queries.cover_of(amy, day) is None


def test_cover_reaches_the_children_from_day_to_day_and_ends_by_itself(app: Flask, friday: datetime) -> None:
    with transaction():
        before = factories.a_case(worker="north.worker")
        other = factories.a_case(name="Okafor", worker="north.worker")
        away()
        cover(by="marta.wilk")
    # Given to the away worker during the absence: covered as well.
    with transaction():
        new = factories.a_case(name="Later", worker="north.worker")
    covered = {before.reference, other.reference, new.reference}
    assert covered <= lists("marta.wilk")
    # The team reads the case anyway; that it is theirs to work with comes through the cover.
    whys = {row.why for row in get_subject(someone("marta.wilk"), before.reference, "case", 4).reaches}
    assert "cover" in whys
    # Nobody has changed: the lead is still the lead, and the load still theirs.
    assert cases.list_load(team_id("north")) == {professional("north.worker"): 3}
    with clock.at(datetime(2026, 11, 26, 22, 0, tzinfo=UTC)):
        assert covered <= lists("marta.wilk")
    with clock.at(datetime(2026, 11, 27, 0, 1, tzinfo=UTC)):
        assert not covered & lists("marta.wilk")
        assert someone("marta.wilk").covers == ()


def test_cover_reaches_nothing_but_what_they_work_with_and_never_past_a_bar(app: Flask, friday: datetime) -> None:
    with transaction():
        family = factories.a_case(worker="north.worker")
        marta = someone("marta.wilk")
        # Not through the team: only the cover is left.
        end_reach(subject_id=family.case_id, why="custody")
        assert not reaches("marta.wilk", family.reference)
        cover()
        assert reaches("marta.wilk", family.reference)
        bar(f"user:{marta.user_id}", subject_id=family.case_id, reason="relative")
        assert not reaches("marta.wilk", family.reference)
        assert family.reference not in lists("marta.wilk")
    own = [principal for principal in someone("marta.wilk").principals if principal in someone("marta.wilk").covered]
    assert own == []


def test_back_early_ends_the_absence_and_its_cover(app: Flask, friday: datetime) -> None:
    with transaction():
        number = away(until=None)
        cover(until=None)
    with transaction():
        commands.end_absence(someone("north.manager"), absence_id=number)
    assert queries.away_on([professional("north.worker")], FRIDAY) == {}
    assert someone("marta.wilk").covers == ()
    with transaction():
        away()


@pytest.mark.parametrize(
    ("covering", "said"),
    [
        ("north.worker", "can't cover for themself"),
        ("central.worker", None),
        ("priya.shah", None),
    ],
)
def test_who_cannot_cover(app: Flask, friday: datetime, covering: str, said: str | None) -> None:
    with transaction():
        if said is None:
            with pytest.raises(NotFound):
                cover(by=covering)
        else:
            with pytest.raises(Invalid, match=said):
                cover(by=covering)


def test_somebody_away_or_covered_already_is_said_in_words(app: Flask, friday: datetime) -> None:
    with transaction():
        away("marta.wilk")
        with pytest.raises(Invalid, match="Marta Wilk is away too"):
            cover()
        commands.end_absence(
            someone("north.manager"),
            absence_id=queries.list_members(team_id("north"), professional_id=professional("marta.wilk"))[0].absence_id
            or 0,
        )
        cover()
        with pytest.raises(Invalid, match="Marta Wilk covers already"):
            cover(by="north.manager")
        away()
        with pytest.raises(Invalid, match="is already away from 20 November 2026 until 26 November 2026"):
            away()


@pytest.mark.parametrize("login", ["central.manager", "north.worker", "admin", "school", "head"])
def test_only_their_own_manager_says_who_is_away(app: Flask, friday: datetime, login: str) -> None:
    with transaction():
        number = away()
        for attack in (
            lambda: away(manager=login),
            lambda: commands.end_absence(someone(login), absence_id=number),
            lambda: commands.end_absence(someone(login), absence_id=9_999),
        ):
            with pytest.raises(NotFound):
                attack()


MORNING, AFTERNOON = datetime(2026, 11, 23, 9, 0, tzinfo=UTC), datetime(2026, 11, 23, 15, 0, tzinfo=UTC)


def test_the_rota_names_who_is_on_duty_and_their_cover_when_they_are_away(app: Flask, friday: datetime) -> None:
    north, monday = team_id("north"), date(2026, 11, 23)
    leah, marta = professional("north.worker"), professional("marta.wilk")
    with transaction():
        wanted = {(monday, "morning"): leah, (monday, "afternoon"): marta}
        assert commands.set_rota(someone("north.manager"), team_id=north, seen={}, wanted=wanted) == 2
        assert commands.set_rota(someone("north.manager"), team_id=north, seen=wanted, wanted=wanted) == 0

    def duty(at: datetime) -> str | None:
        found = queries.on_duty(north, at)
        return found.name if found else None

    assert (duty(MORNING), duty(AFTERNOON)) == ("Leah Dawson", "Marta Wilk")
    assert duty(MORNING - timedelta(hours=3)) is None
    with transaction():
        number = away()
    assert duty(MORNING) is None
    with transaction():
        cover(by="north.manager")
    assert duty(MORNING) == "Ruth Hallam"
    with transaction():
        commands.end_absence(someone("north.manager"), absence_id=number)
        commands.take_off_duty(someone("north.manager"), team_id=north, on_day=monday, part="morning")
    assert duty(MORNING) is None


def test_two_managers_at_one_rota(app: Flask, friday: datetime) -> None:
    north, place = team_id("north"), (date(2026, 11, 23), "morning")
    with transaction():
        leah, marta = professional("north.worker"), professional("marta.wilk")
        commands.set_rota(someone("north.manager"), team_id=north, seen={}, wanted={place: leah})
        with pytest.raises(Conflict, match="somebody else has changed the rota"):
            commands.set_rota(someone("north.manager"), team_id=north, seen={}, wanted={place: marta})
        for stranger in ("central.manager", "north.worker", "admin"):
            with pytest.raises(NotFound):
                commands.set_rota(someone(stranger), team_id=north, seen={}, wanted={place: marta})
        with pytest.raises(Invalid):
            commands.set_rota(
                someone("north.manager"), team_id=north, seen={place: leah}, wanted={place: professional("police")}
            )


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("registration", "problem", "words", "care"),
    [
        (Registration(True, "SW1", TODAY, date(2027, 11, 30)), "", "Holds until 30 November 2027", False),
        (Registration(True, "SW1", TODAY, date(2026, 11, 20)), "", "Runs out today, on 20 November 2026", True),
        (Registration(True, "SW1", TODAY, date(2026, 12, 20)), "", "Runs out in 30 days, on 20 December 2026", True),
        (Registration(True, "SW1", TODAY, date(2026, 12, 21)), "", "Holds until 21 December 2026", False),
        (
            Registration(True, "SW1", TODAY, date(2026, 11, 19)),
            "the registration ran out on 19 November 2026",
            "Ran out on 19 November 2026",
            True,
        ),
        (
            Registration(True, "SW1", None, date(2027, 11, 30)),
            "the registration has not been checked",
            "Has not been checked",
            True,
        ),
        (
            Registration(True, None, None, None),
            "no registration number is on record",
            "No registration number is on record",
            True,
        ),
        (Registration(False, None, None, None), "not a social worker", "none needed", False),
        (
            Registration(False, "PIN 1", TODAY, date(2027, 1, 1)),
            "not a social worker",
            "Holds until 1 January 2027",
            False,
        ),
    ],
)
def test_who_counts_as_qualified(registration: Registration, problem: str, words: str, care: bool) -> None:
    assert (registration.problem(TODAY), registration.words(TODAY), registration.needs_care(TODAY)) == (
        problem,
        words,
        care,
    )


@pytest.mark.parametrize("key", ["case:read", "note:read", "assessment:read", "night:acknowledge"])
def test_who_covers_reads_and_answers_for_the_away(key: str) -> None:
    permission = PERMISSIONS[key]
    covered = SubjectAccess(1, "C-0000-0000", permission.subject or "", (ReachRow("user:7", 4, "cover"),))
    nobody = Actor(1, "", "", 1, "", None, False, ())
    assert allows(permission, nobody, covered)
