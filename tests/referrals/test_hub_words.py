"""The hub's plain rules and words, as tables."""

import pytest

from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import (
    OUTCOME_RULES,
    Told,
    concern_words,
    draft_message,
    join_names,
    mark_place,
    names_together,
    outcome_refusal,
    parents_sentence,
)


def kids(*names: tuple[str | None, str | None]) -> str:
    return names_together(
        children_of({"children": [{"first_name": first, "last_name": last} for first, last in names]})
    )


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([("Ellie", "Marsden"), ("Jake", "Marsden")], "Ellie and Jake Marsden"),
        ([("Harvey", "Lister"), ("Evie", "Lister"), ("Baby boy", "Lister")], "Harvey, Evie and Baby boy Lister"),
        ([("Tia", "Brook")], "Tia Brook"),
        ([("Tia", "Brook"), ("Kai", "Webb")], "Tia Brook and Kai Webb"),
        ([], "No child named"),
    ],
)
def test_children_in_one_line(names: list[tuple[str, str]], said: str) -> None:
    assert kids(*names) == said


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), (["A"], "A"), (["A", "B"], "A and B"), (["A", "B", "C"], "A, B and C")]
)
def test_names_joined(names: list[str], said: str) -> None:
    assert join_names(names) == said


@pytest.mark.parametrize(
    ("categories", "said"),
    [
        (["neglect", "domestic_abuse"], "Neglect, domestic abuse"),
        (["neglect"], "Neglect"),
        ([], "No worry ticked"),
        (None, "No worry ticked"),
        (["neglect", "housing", "money", "other", "gangs"], "Neglect, housing, money, food or heating and 2 more"),
    ],
)
def test_worries_in_short(categories: object, said: str) -> None:
    assert concern_words({"concern": {"categories": categories}}) == said


@pytest.mark.parametrize(
    ("outcome", "has_open_case", "agrees", "refused"),
    [
        ("no_further_action", False, False, None),
        ("no_further_action", True, False, None),
        ("family_help", False, True, None),
        ("family_help", False, False, "needs a parent’s agreement"),
        ("family_help", True, True, "has an open case"),
        ("assessment", False, False, None),
        ("assessment", True, False, "has an open case"),
        ("strategy_discussion", False, False, None),
        ("strategy_discussion", True, False, "has an open case"),
        ("open_case", True, False, None),
        ("open_case", False, False, "no open case"),
        ("", False, False, "Choose one"),
        ("closed", False, True, "Choose one"),
    ],
)
def test_which_outcome_is_refused_and_why(outcome: str, has_open_case: bool, agrees: bool, refused: str | None) -> None:
    said = outcome_refusal(outcome, child="Tia Brook", has_open_case=has_open_case, agrees=agrees)
    assert (said is None) if refused is None else (said is not None and refused in said)


def test_what_each_outcome_makes_of_a_contact() -> None:
    assert {
        key: (row.became, row.level, row.episode, row.team_kind, row.qualified) for key, row in OUTCOME_RULES.items()
    } == {
        "no_further_action": ("contact", None, None, None, False),
        "family_help": ("contact", "focused_family_help", "family_help", "family_help", False),
        "assessment": ("referral", "assessment", "child_in_need", "locality", True),
        "strategy_discussion": ("referral", "strategy_discussion", "child_in_need", "locality", True),
        "open_case": ("note_on_open_case", None, None, None, False),
    }


def test_the_message_holds_all_that_a_referrer_needs() -> None:
    message = draft_message(
        [Told("Ellie", "assessment", "North locality", "01632 960531"), Told("Jake", "no_further_action", "", "")],
        reference="R-7K4M-2Q9X",
        why="The home needs a look.",
        parents=parents_sentence({"consent": {"parent_informed": True}}),
        hub_phone="01632 960500",
        hears_by="Within five days.",
    )
    for part in (
        "Your referral R-7K4M-2Q9X.",
        "What we decided for Ellie: Assessment by a social worker.",
        "What we decided for Jake: We will not take this further, with advice.",
        "The home needs a look.",
        "Who works with the child now. Ellie: North locality, 01632 960531.",
        "They know about the referral",
        "Within five days.",
        "ring 999",
        "ask for it to be looked at again",
    ):
        assert part in message
    assert "NFA" not in message


@pytest.mark.parametrize(
    ("consent", "said"),
    [
        ({"parent_informed": True}, "you may talk with them"),
        ({"parent_informed": False}, "Please do not tell them yet"),
        ({}, "Please do not tell them yet"),
        ({"parent_informed": True, "withhold_from_family": "The address"}, "go on keeping it"),
    ],
)
def test_what_may_be_said_to_the_parents(consent: object, said: str) -> None:
    assert said in parents_sentence({"consent": consent})


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("children[0].date_of_birth", "Child 1: Born"),
        ("children[1].address.postcode", "Child 2: Postcode"),
        ("agency", "Agency"),
        ("concern.incident_at", "Time of the incident"),
        ("", "The referral"),
        ("unheard.of[3]", "unheard, of"),
    ],
)
def test_where_a_mark_stands(path: str, said: str) -> None:
    assert mark_place(path) == said
