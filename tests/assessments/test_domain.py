"""The rules of an assessment, without a database."""

from datetime import date
from typing import Any

import pytest

from caseapp.assessments.catalogue import FACTORS, KINDS, OUTCOMES, factor_words, kind_for
from caseapp.assessments.domain import (
    AUTHORISE,
    AUTHORISED,
    SAVE,
    SEND_BACK,
    STOP,
    STOPPED,
    SUBMIT,
    SUBMITTED,
    WRITING,
    ChildPart,
    Consent,
    check_consent,
    check_factors,
    differences,
    missing_to_submit,
    next_state,
    why_not,
)

TODAY = date(2026, 11, 20)
REQUIRED = KINDS["child_and_family"].required


@pytest.mark.parametrize(
    ("state", "act", "after"),
    [
        (WRITING, SAVE, WRITING),
        (WRITING, SUBMIT, SUBMITTED),
        (WRITING, SEND_BACK, None),
        (WRITING, AUTHORISE, None),
        (SUBMITTED, SAVE, None),
        (SUBMITTED, SUBMIT, None),
        (SUBMITTED, SEND_BACK, WRITING),
        (SUBMITTED, AUTHORISE, AUTHORISED),
        (AUTHORISED, SAVE, None),
        (AUTHORISED, SUBMIT, None),
        (AUTHORISED, SEND_BACK, None),
        (AUTHORISED, AUTHORISE, None),
        (WRITING, STOP, STOPPED),
        (SUBMITTED, STOP, STOPPED),
        (AUTHORISED, STOP, None),
        (STOPPED, SAVE, None),
        (STOPPED, AUTHORISE, None),
    ],
)
def test_what_follows_what(state: str, act: str, after: str | None) -> None:
    assert next_state(state, act) == after
    if after is None:
        assert why_not(state, act).startswith("This assessment is ")


@pytest.mark.parametrize(
    ("codes", "outcome", "said"),
    [
        (["16A"], "cin_plan", ""),
        (["16A", "4B"], "", ""),
        (["21"], "close", ""),
        (["21"], "", ""),
        ([], "close", "Choose at least one factor, or “No factors identified”"),
        (["21", "16A"], "close", "“No factors identified” can't stand beside another factor. Choose one or the other"),
        (
            ["21"],
            "cin_plan",
            "“No factors identified” only goes with no further action. Choose the factors, or that outcome",
        ),
    ],
)
def test_factors(codes: list[str], outcome: str, said: str) -> None:
    assert check_factors(codes, outcome) == said


def test_submitting_needs_the_analysis_and_each_childs_factors_and_outcome() -> None:
    children = {7: ChildPart(("16A",), "cin_plan"), 8: ChildPart()}
    assert missing_to_submit({"analysis": " "}, REQUIRED, children) == {
        "analysis": "Write the analysis before you submit",
        "factors_8": "Choose at least one factor, or “No factors identified”",
        "outcome_8": "Choose what happens next for this child",
    }
    assert missing_to_submit({"analysis": "Neglect."}, REQUIRED, {7: children[7]}) == {}


def test_only_what_differs_is_asked() -> None:
    theirs = {"worries": "Cold house.\n", "analysis": "A", "factors_7": ["4B", "16A"], "outcome_7": ""}
    mine = {"worries": "Cold house.", "analysis": "B", "factors_7": ["16A", "4B"], "outcome_7": "close"}
    assert [(d.field, d.theirs, d.mine) for d in differences(theirs, mine)] == [
        ("analysis", "A", "B"),
        ("outcome_7", "", "close"),
    ]


def test_the_list_of_factors_has_no_withdrawn_code_and_ends_with_none() -> None:
    assert len(FACTORS) == 42
    assert not {"18A", "19A"} & set(FACTORS)
    assert list(FACTORS)[-2:] == ["20", "21"]
    assert FACTORS["3B"] == "Domestic abuse: a parent or carer"
    assert factor_words(["21"]) == ["No factors identified"]
    # A record from before the code was withdrawn still says what it says.
    assert factor_words(["18A", "16A"]) == ["Neglect", "Physical abuse (withdrawn: use 18B/18C)"]


def test_outcomes_are_short_enough_for_their_column() -> None:
    assert all(len(code) <= 30 for code in OUTCOMES)


@pytest.mark.parametrize(
    ("level", "kind"),
    [
        ("assessment", "child_and_family"),
        ("strategy_discussion", "child_and_family"),
        ("child_in_need", "child_and_family"),
        ("focused_family_help", "family_help"),
        ("specialist_family_help", "family_help"),
        ("universal", None),
    ],
)
def test_which_assessment_a_level_asks_for(level: str, kind: str | None) -> None:
    found = kind_for(level)
    assert (found.key if found else None) == kind


@pytest.mark.parametrize(
    ("code", "more", "wrong"),
    [
        ("agreed", {"by": "Kirsty, mother", "on": TODAY, "how": "in_person"}, set()),
        ("agreed", {"by": " "}, {"consent_by", "consent_on", "consent_how"}),
        ("agreed", {"by": "Kirsty", "on": date(2026, 11, 21), "how": "phone"}, {"consent_on"}),
        ("court_order", {}, set()),
        ("refused", {"by": "Kirsty", "on": TODAY}, set()),
        ("refused", {}, {"consent_by", "consent_on"}),
        ("not_asked", {"by": "Kirsty", "on": TODAY}, {"consent"}),
        ("not_reached", {}, {"consent"}),
        ("", {}, {"consent"}),
    ],
)
def test_family_help_asks_the_family_first(code: str, more: dict[str, Any], wrong: set[str]) -> None:
    assert set(check_consent(Consent(code, **more), today=TODAY, without="Ask them first")) == wrong


def test_a_score_has_somebody_who_gave_it() -> None:
    said = missing_to_submit(
        {"analysis": "x", "score_home": "0", "score_safe": "7", "score_by_safe": "Kirsty"}, REQUIRED, {},
        areas=KINDS["family_help"].areas,
    )  # fmt: skip
    assert said == {"score_by_home": "Say who gave this score"}
