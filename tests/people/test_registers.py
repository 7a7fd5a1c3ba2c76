"""The registers that measure the matching: their labels are true."""

import csv
from collections import defaultdict
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from benchmarks.register_names import GROUPS, MIXES
from benchmarks.registers import Register, make_register
from caseapp.people.domain.identifiers import check_nhs_number, parse_postcode

DEV = Path(__file__).parent.parent / "data" / "matching_dev"
Rows = dict[str, dict[str, str]]


@cache
def made(seed: int = 5, mix: str = "city") -> Register:
    """A small register; the same for all tests."""
    return make_register(seed=seed, people=3_000, mix=mix, each=8)


@cache
def tables() -> tuple[Rows, Rows, Rows, list[dict[str, str]]]:
    """The records, what is true of them, the look-ups, and what is true of these."""
    register = made()
    return (
        {row["record_id"]: row for row in register.rows},
        {row["record_id"]: row for row in register.truth},
        {row["query_id"]: row for row in register.queries},
        register.truth_queries,
    )


def of(scenario: str) -> list[dict[str, str]]:
    """The truth of a scenario's look-ups; there are some."""
    rows = [row for row in tables()[3] if row["scenario"] == scenario]
    assert rows, scenario
    return rows


def test_the_same_seed_makes_the_same_register_and_another_another() -> None:
    again = make_register(seed=5, people=3_000, mix="city", each=8)
    assert again == made()
    assert {row["nhs_number"] for row in made(6).rows} != {row["nhs_number"] for row in made().rows}


def test_its_size_is_what_was_asked_for_and_its_files_are_those_of_the_development_set() -> None:
    register = made()
    assert 2_700 < len(register.rows) < 3_100
    with open(DEV / "register.csv", encoding="utf-8", newline="") as text:
        assert list(register.rows[0]) == next(csv.reader(text))
    assert list(register.truth_queries[0])[:4] == ["query_id", "scenario", "truth_ids", "trap_ids"]


def test_numbers_are_test_numbers_with_a_right_check_digit_and_each_is_one_persons() -> None:
    records, truth, _, _ = tables()
    owners = defaultdict(set)
    for record, row in records.items():
        if row["nhs_number"] and not truth[record]["tags"].startswith("dup:"):
            assert row["nhs_number"].startswith("999") and check_nhs_number(row["nhs_number"]).ok
            owners[row["nhs_number"]].add(truth[record]["entity_id"])
    assert len(owners) > 1_000 and all(len(one) == 1 for one in owners.values())


def test_phones_are_kept_for_drama_and_postcodes_can_be() -> None:
    records = tables()[0].values()
    assert {row["phone"][:7] for row in records if row["phone"]} == {"07700 9"}
    whole = [row["postcode"] for row in made().rows if len(row["postcode"]) > 5 and row["postcode"].isupper()]
    assert len(whole) > 2_000 and all(parse_postcode(one) is not None for one in whole)


def test_twins_share_birth_date_and_home_and_not_their_name() -> None:
    records, truth, _, _ = tables()
    for row in of("twin_both_known"):
        own = [records[one] for one in row["truth_ids"].split(";") if truth[one]["tags"] == "child|twin"]
        others = [records[one] for one in row["trap_ids"].split(";") if truth[one]["tags"] == "child|twin"]
        assert len(own) == len(others) == 1
        assert own[0]["address"] == others[0]["address"]
        assert own[0]["first_name"] != others[0]["first_name"]
        if own[0]["dob_status"] == others[0]["dob_status"] == "exact":
            assert own[0]["dob"] == others[0]["dob"]


@pytest.mark.parametrize(
    "scenario", ["twin_other_only_known", "sibling_only_known", "junior_parent_known", "namesake_same_dob", "not_known"]
)
def test_who_is_not_in_the_register_is_not(scenario: str) -> None:
    truth, queries = tables()[1], tables()[2]
    records = tables()[0]
    for row in of(scenario):
        assert row["truth_ids"] == ""
        assert bool(row["trap_ids"]) == (scenario != "not_known")
        asked = queries[row["query_id"]]
        if asked["nhs_number"]:
            assert asked["nhs_number"] not in {one["nhs_number"] for one in records.values()}
        for trap in filter(None, row["trap_ids"].split(";")):
            assert trap in truth


def test_a_co_twin_alone_is_known_by_birth_date_and_home() -> None:
    records, truth, queries, _ = tables()
    for row in of("twin_other_only_known"):
        twins = [one for one in row["trap_ids"].split(";") if truth[one]["tags"] == "child|twin"]
        assert len(twins) == 1
        born = records[twins[0]]["dob"]
        assert queries[row["query_id"]]["dob"] == born or records[twins[0]]["dob_status"] != "exact"


def test_a_son_named_like_his_father_finds_the_father_in_the_register() -> None:
    records, _, queries, _ = tables()
    for row in of("junior_parent_known"):
        asked, first = queries[row["query_id"]], [records[one]["first_name"] for one in row["trap_ids"].split(";")]
        assert asked["first_name"].casefold() in {name.casefold() for name in first}


def test_a_namesake_shares_name_and_birth_date_and_nothing_else() -> None:
    records, _, queries, _ = tables()
    for row in of("namesake_same_dob"):
        asked, other = queries[row["query_id"]], records[row["trap_ids"].split(";")[0]]
        assert asked["nhs_number"] != other["nhs_number"] and asked["address"] != other["address"]
        assert asked["carer_name"] != other["carer_name"]
    for row in of("namesake_other_dob"):
        other = records[row["trap_ids"].split(";")[0]]
        if other["dob_status"] == "exact":
            asked_born = date.fromisoformat(queries[row["query_id"]]["dob"])
            assert abs((asked_born - date.fromisoformat(other["dob"])).days) > 300


@pytest.mark.parametrize(
    ("scenario", "changed"),
    [
        ("moved", "address"),
        ("surname_changed", "last_name"),
        ("first_name_changed", "first_name"),
        ("spelling_variant", ""),
        ("dob_day_off", "dob"),
        ("nhs_mistyped", "nhs_number"),
    ],
)
def test_a_slip_is_in_the_look_up_and_the_truth_is_one_entity(scenario: str, changed: str) -> None:
    records, truth, queries, _ = tables()
    for row in of(scenario):
        own = row["truth_ids"].split(";")
        assert len({truth[one]["entity_id"] for one in own}) == 1
        first = next(records[one] for one in own if not truth[one]["tags"].startswith("dup:"))
        asked = queries[row["query_id"]]
        if changed:
            assert asked[changed] != first[changed]
        else:
            assert (asked["first_name"], asked["last_name"].strip()) != (first["first_name"], first["last_name"])


def test_the_registers_own_duplicates_are_one_entity_and_few() -> None:
    _, truth, _, _ = tables()
    entities = defaultdict(list)
    for row in truth.values():
        entities[row["entity_id"]].append(row["tags"])
    more = [tags for tags in entities.values() if len(tags) > 1]
    assert 15 < len(more) < 60
    assert all(sum(tag.startswith("dup:") for tag in tags) == len(tags) - 1 for tags in more)


@pytest.mark.parametrize("mix", sorted(MIXES))
def test_each_mix_has_families_of_each_of_its_groups(mix: str) -> None:
    groups = defaultdict(int)
    for row in made(mix=mix).truth:
        groups[row["group"]] += 1
    assert set(groups) == set(MIXES[mix]) <= set(GROUPS)
