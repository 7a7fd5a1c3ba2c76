"""The hub's plain rules and words, as tables."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from caseapp.referrals.domain.children import children_of
from caseapp.referrals.domain.hub import (
    OUTCOME_RULES,
    Told,
    ages_together,
    concern_words,
    draft_message,
    join_names,
    mark_place,
    names_together,
    outcome_refusal,
    parent_agrees,
    parents_sentence,
    parents_words,
    why_no_family_letter,
)
from caseapp.referrals.domain.protect import protected_words

from .domain_cases import ANY_JSON


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
    ("police", "said"),
    [
        ({"incident_number": "14/204511/26"}, "Police notification, incident 14/204511/26"),
        ({"grading": "high"}, "Police notification"),
        ({}, "No worry ticked"),
        (None, "No worry ticked"),
    ],
)
def test_a_police_notification_says_its_incident(police: object, said: str) -> None:
    assert concern_words({"concern": {}, "police": police}) == said


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
        "advice": ("contact", None, None, None, False),
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
        "What we decided for Jake: We will not take this further.",
        "The home needs a look.",
        "Who works with the child now. Ellie: North locality, 01632 960531.",
        "They know about the referral",
        "Within five days.",
        "ring 999",
        "ask for it to be looked at again",
    ):
        assert part in message
    assert "NFA" not in message


TOLD = {"parent_informed": True, "parent_agrees": True}
AT_RISK = "Telling them would put somebody at greater risk"


@pytest.mark.parametrize(
    ("document", "protected", "letter"),
    [
        ({"consent": TOLD}, [], True),
        (
            {"consent": {"parent_informed": True, "parent_agrees": False, "reason_not_sought": "refused_level_4"}},
            [],
            True,
        ),
        ({"consent": TOLD, "protected_information": {"domestic_abuse": "no", "not_shared": "None."}}, [], True),
        ({"consent": TOLD, "children": [{"address": {"line1": "1 Hill", "protected": False}}]}, [], True),
        ({"consent": TOLD, "protected_information": {"works_here": "Jo Bell"}}, ["Jo Bell"], True),
        ({"consent": {"parent_informed": False}}, [], False),
        ({}, [], False),
        ({"consent": TOLD | {"reason_not_sought": "unable_to_contact"}}, [], False),
        ({"consent": TOLD | {"reason_not_sought": "would_increase_risk"}}, [AT_RISK], False),
        ({"consent": TOLD | {"withhold_from_family": "The new school"}}, ["The new school"], False),
        ({"consent": TOLD | {"withhold_from_family": True}}, ["Keep from the family"], False),
        (
            {"consent": TOLD, "protected_information": {"domestic_abuse": "yes", "witness": "yes"}},
            ["Somebody must not learn where the family is", "police protection"],
            False,
        ),
        ({"consent": TOLD, "protected_information": {"not_shared": "The refuge"}}, ["The refuge"], False),
        ({"consent": TOLD, "children": [{"address": {"protected": True}}]}, ["Address protected: Child 1"], False),
    ],
)
def test_what_must_be_protected_is_said_and_nobody_speaks_with_the_parents(
    document: object, protected: list[str], letter: bool
) -> None:
    said = protected_words(document)
    assert len(said) == len(protected) and all(part in line for part, line in zip(protected, said, strict=True))
    assert (why_no_family_letter([document]) == "") is letter
    told = parents_sentence(document)
    assert told == (
        "They know about the referral; you may talk with them about it."
        if letter
        else "Do not speak with the parents about this before we have rung you."
    )
    # What is protected in one contact holds for all that are decided with it.
    secret = {"consent": TOLD, "protected_information": {"witness": "yes"}}
    assert "Do not speak" in parents_sentence({"consent": TOLD}, [{"consent": TOLD}, secret])


@given(st.dictionaries(st.sampled_from(["consent", "protected_information", "children", "household"]), ANY_JSON))
def test_what_must_be_protected_takes_any_shape(document: object) -> None:
    protected_words(document), parents_sentence(document), why_no_family_letter([document]), parents_words(document)


def test_told_and_a_reason_why_not_is_said_to_be_a_contradiction() -> None:
    document = {"consent": TOLD | {"reason_not_sought": "would_increase_risk"}}
    assert parents_words(document) == (
        "Said both ways",
        "told, and agree; but also: telling them would put somebody at greater risk. Ask the referrer",
    )
    assert not parent_agrees(document) and parent_agrees({"consent": TOLD})


def test_ages_of_which_none_is_known_are_said_once() -> None:
    children = children_of({"children": [{"first_name": "Ann"}, {"first_name": "Bo"}]})
    day = date(2026, 11, 20)
    assert ages_together(children, day) == "ages not known"
    assert ages_together(children[:1], day) == "age not known"


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
