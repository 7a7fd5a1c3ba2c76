"""The rules of a handover, without a database."""

from datetime import UTC, date, datetime, timedelta

import pytest

from caseapp.pathway.domain import (
    NO_CONSENT,
    TRANSITIONS,
    EpisodeFacts,
    check_consent,
    closure_code,
    gaps,
    merge_held,
    next_phase,
    phase_of,
    why_not,
)

AT = [datetime(2026, 11, day, 9, tzinfo=UTC) for day in range(1, 6)]
PHASES = ("proposed", "agreed", "accepted", "closed", "returned", "sent_back", "withdrawn")
ACTS = ("agree", "send_back", "accept", "return", "withdraw", "close_part")


def test_the_whole_table() -> None:
    assert TRANSITIONS == {
        ("proposed", "agree"): "agreed",
        ("proposed", "send_back"): "sent_back",
        ("proposed", "withdraw"): "withdrawn",
        ("agreed", "accept"): "accepted",
        ("agreed", "return"): "returned",
        ("agreed", "withdraw"): "withdrawn",
        ("accepted", "close_part"): "closed",
    }


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("act", ACTS)
def test_what_can_not_be_done_has_its_words(phase: str, act: str) -> None:
    if next_phase(phase, act) is None:
        assert why_not(phase, act).endswith(".")


@pytest.mark.parametrize(
    ("state", "agreed", "closed", "phase"),
    [
        ("proposed", None, None, "proposed"),
        ("proposed", AT[0], None, "agreed"),
        ("accepted", AT[0], None, "accepted"),
        ("accepted", AT[0], AT[1], "closed"),
        ("returned", AT[0], None, "returned"),
    ],
)
def test_phase_behind_a_stored_state(state: str, agreed: datetime | None, closed: datetime | None, phase: str) -> None:
    assert phase_of(state, agreed, closed) == phase


@pytest.mark.parametrize(
    ("code", "by", "on", "how", "problems"),
    [
        ("agreed", "Becky Lister, mother", date(2027, 3, 2), "in_person", {}),
        ("agreed", "", None, "", {"consent_by", "consent_on", "consent_how"}),
        ("young_person", "Courtney", date(2027, 3, 2), "phone", {}),
        ("court_order", "", None, "", {}),
        ("refused", "", None, "", {"consent"}),
        ("not_asked", "", None, "", {"consent"}),
        ("", "", None, "", {"consent"}),
        ("anything", "", None, "", {"consent"}),
    ],
)
def test_consent(code: str, by: str, on: date | None, how: str, problems: set[str]) -> None:
    found = check_consent(code, by=by, on=on, how=how)
    assert set(found) == set(problems)
    assert found.get("consent", NO_CONSENT) == NO_CONSENT


@pytest.mark.parametrize(
    ("assessed", "levels", "code"),
    [
        (True, ["assessment"], "RC9"),
        (False, ["assessment"], "RC7"),
        (True, ["assessment", "child_in_need"], "RC7"),
        (False, ["child_in_need"], "RC7"),
    ],
)
def test_which_code_closes_the_episode(assessed: bool, levels: list[str], code: str) -> None:
    assert closure_code(EpisodeFacts(assessed, levels)) == code


def test_brothers_and_sisters_make_one_chain() -> None:
    rows = [
        (1, 10, "Hub", "", AT[0], AT[1]),
        (2, 10, "Hub", "", AT[0], AT[1]),
        (1, 20, "North", "Leah", AT[1], None),
        (1, 20, "North", "Marta", AT[1], None),
        (2, 20, "North", "Leah", AT[1], None),
    ]
    assert [(h.team, h.lead, h.to_at) for h in merge_held(rows)] == [("Hub", "", AT[1]), ("North", "Leah, Marta", None)]


def test_siblings_whose_rows_were_written_a_moment_apart_are_one_step() -> None:
    moment = timedelta(milliseconds=40)
    rows = [
        (case, team, name, "Leah", from_at + case * moment, to_at + case * moment if to_at else None)
        for case in (1, 2, 3)
        for team, name, from_at, to_at in ((10, "Hub", AT[0], AT[1]), (20, "North", AT[1], None))
    ]
    assert [(h.team, h.lead) for h in merge_held(rows)] == [("Hub", "Leah"), ("North", "Leah")]


def test_gaps_are_found() -> None:
    assert gaps([(1, AT[0], AT[1]), (1, AT[1], None), (2, AT[0], None)]) == []
    assert gaps([(1, AT[0], AT[1]), (1, AT[2], None)]) == [(1, AT[1], AT[2])]
