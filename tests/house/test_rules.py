"""The tree keeps the house rules."""

import ast
import re
import sys
from collections.abc import Callable
from importlib.metadata import packages_distributions, requires, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.house.rules import CODE, RULES, parse, python_files, settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Callable[[Path], list[str]]) -> None:
    found = rule(ROOT)
    assert not found, f"{rule.__doc__}\n" + "\n".join(found)


@pytest.mark.parametrize(
    "lists", [["requirements.txt"], ["requirements.txt", "requirements-dev.txt"]], ids=["run", "dev"]
)
def test_the_lists_hold_all_that_their_packages_need(lists: list[str]) -> None:
    """A package that is needed but not listed would arrive in whatever version is newest that day."""
    lines = [line for name in lists for line in (ROOT / name).read_text().splitlines()]
    pins = [Requirement(line) for line in lines if re.match(r"\w", line)]
    listed = {canonicalize_name(pin.name) for pin in pins}
    missing = {
        f"{needed.name}, for {pin.name}"
        for pin in pins
        for needed in map(Requirement, requires(pin.name) or [])
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in {"", *pin.extras})
        if canonicalize_name(needed.name) not in listed
    }
    assert not missing
    assert {f"{pin.name}=={version(pin.name)}" for pin in pins} == {f"{pin.name}{pin.specifier}" for pin in pins}


def imported() -> set[str]:
    """The packages (by their names in the lists) that the product imports."""
    found = set()
    for path in python_files(ROOT, *CODE, "migrations"):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Import):
                found |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.partition(".")[0])
    owners = packages_distributions()
    outside = found - set(sys.stdlib_module_names) - {"caseapp", "config"}
    return {canonicalize_name(owner) for module in outside for owner in owners.get(module, [module])}


def test_the_product_needs_exactly_what_it_lists() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = {canonicalize_name(Requirement(line).name) for line in lines if re.match(r"\w", line)}
    # The first block is what we chose; the second what that needs.
    first = lines[: lines.index("")]
    chosen = {canonicalize_name(Requirement(line).name) for line in first if re.match(r"\w", line)}
    assert imported() - pins == set(), "imported, but not in requirements.txt"
    assert chosen - imported() - set(settings(ROOT)["not_imported"]) == set(), "in requirements.txt, but not imported"
