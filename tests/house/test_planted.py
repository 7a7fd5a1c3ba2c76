"""Each house rule and each lint tool catches the fault that it is there for, planted in a copy of the tree.

The tools are run through the Makefile, so this also proves that `make lint` still calls them.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.house import rules

ROOT = Path(__file__).resolve().parents[2]
# One line more than a function may have.
LONG_FUNCTION = "def long():\n" + "    pass\n" * 60


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of the tree, without what git ignores."""
    copy = tmp_path / "tree"
    # What import-linter has read already is small and comes along, and so does mypy's where it is asked (`make`).
    others = (".git", ".venv", ".hypothesis", ".mypy_cache", ".pytest_cache", ".ruff_cache")
    ignored = shutil.ignore_patterns(*others, *rules.SKIPPED_FOLDERS)
    shutil.copytree(ROOT, copy, ignore=ignored)
    return copy


@pytest.fixture
def corner(tmp_path: Path) -> Path:
    """The part of the tree in which faults are planted: to read all of it takes a rule seconds."""
    copy = tmp_path / "corner"
    for name in ("caseapp/cases", "templates/cases"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "requirements.txt", "requirements-dev.txt", "config.py", "wsgi.py", "README.md"):
        shutil.copy(ROOT / name, copy)
    return copy


def plant(tree: Path, name: str, text: str) -> str:
    """Put a text at the end of a file of the tree (or of a package, where the module became one); give its name.

    The file is made if it is not there.
    """
    path = tree / name
    if path.with_suffix("").is_dir():
        path = path.with_suffix("") / "__init__.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"\n{text}\n")
    return path.relative_to(tree).as_posix()


@pytest.mark.parametrize(
    ("rule", "name", "fault", "caught"),
    [
        (rules.module_size, "caseapp/cases/queries.py", "\n" * 500, "at most 500"),
        (rules.module_size, "tests/cases/test_cases.py", "\n" * 800, "at most 800"),
        (rules.function_size, "caseapp/cases/queries.py", LONG_FUNCTION, "long has 61 lines, at most 60"),
        (rules.docstrings, "caseapp/cases/commands.py", "def open_case(actor): pass", "open_case has no docstring"),
        (rules.docstrings, "caseapp/cases/domain.py", "class Level:\n    def up(self): pass", "up has no docstring"),
        (rules.current_user, "caseapp/cases/queries.py", "from somewhere import current_user", "current_user"),
        (rules.current_user, "caseapp/cases/queries.py", "somewhere.current_user.id", "current_user"),
        (rules.actor_hook, "caseapp/cases/routes.py", "print(g.actor.name)", "reads g.actor"),
        (rules.actor_hook, "caseapp/cases/routes.py", "print(g.get('actor'))", "reads g.actor"),
        (rules.actor_hook, "caseapp/cases/routes.py", "print(getattr(g, 'actor', None))", "reads g.actor"),
        (rules.no_session_in_pages, "caseapp/cases/routes.py", "db.session.commit()", "db.session"),
        (rules.no_session_in_pages, "caseapp/cases/forms.py", "db.session.add(1)", "db.session"),
        (rules.template_roles, "templates/cases/show.html", "{% if actor.has_role('manager') %}", "asks about a role"),
        (rules.template_roles, "templates/cases/show.html", "{% if actor.role == 'manager' %}", "asks about a role"),
        (rules.template_roles, "templates/cases/show.html", "{{ 'x' if 'manager' in actor.roles }}", "about a role"),
        (rules.template_escaping, "templates/cases/show.html", "{{ note.words | safe }}", "|safe"),
        (rules.template_escaping, "templates/cases/show.html", "{% autoescape false %}", "autoescape"),
        (rules.template_escaping, "templates/cases/letter.txt", "{{ note.words }}", "not named .html"),
        (rules.template_inline, "templates/cases/show.html", '<p class="a"\n style="color: red">', "inline style"),
        (rules.template_inline, "templates/cases/show.html", "<p {% if a > b %}onclick='x()'{% endif %}>", "handler"),
        (rules.template_inline, "templates/cases/show.html", "<a href='javascript:x()'>", "javascript: address"),
        (rules.template_inline, "templates/cases/show.html", "<script nonce='1'>x()</script>", "script without src"),
        (rules.template_inline, "templates/cases/show.html", "<style>p {}</style>", "style element"),
        (rules.template_inline, "templates/cases/show.html", "{{ button({'onclick': 'x()'}) }}", "inline attribute"),
        (rules.machine_paths, "docs/notes.md", "see /ro" + "ot/notes.md", "/ro" + "ot/"),
        (rules.machine_paths, "config.py", "DATA = '../sh" + "ared/data'", "../sh" + "ared/"),
        (rules.furnished, "caseapp/planted/__init__.py", "", "in no furniture contract"),
        (rules.pinned, "requirements.txt", "Flask>=3", "not pinned: Flask>=3"),
    ],
)
def test_rule_catches(rule: Callable[[Path], list[str]], name: str, fault: str, caught: str, corner: Path) -> None:
    before = set(rule(corner))
    planted = plant(corner, name, fault)
    new = set(rule(corner)) - before
    planted = planted.removesuffix("/__init__.py")  # a rule may name the file or its package
    assert any(finding.startswith(planted) and caught in finding for finding in new), new


def test_rule_catches_a_readme_without_commands(corner: Path) -> None:
    (corner / "README.md").write_text("Nothing to see.")
    assert [finding.partition(": ")[2] for finding in rules.readme_commands(corner)] == [
        "no `make run`",
        "no `make test`",
    ]


@pytest.mark.parametrize(
    "fine",
    [
        '<script src="/static/app.js" nonce="{{ nonce }}"></script>',
        '<p data-on="x" class="{{ "a" if b > c }}">on = off, style = none</p>',
        "{# never ask has_role here #}",
        "{% for role in involvements %}{{ role.name }}{% endfor %}",
    ],
)
def test_template_rules_leave_alone(fine: str, corner: Path) -> None:
    plant(corner, "templates/cases/fine.html", fine)
    found = [*rules.template_roles(corner), *rules.template_escaping(corner), *rules.template_inline(corner)]
    assert not [finding for finding in found if "fine.html" in finding]


def make(tree: Path, target: str) -> subprocess.CompletedProcess[str]:
    """Run one target of the tree's Makefile with the packages that run this test, installing nothing."""
    if target == "lint-types" and (ROOT / ".mypy_cache").is_dir():
        # From nothing mypy takes three times as long.
        shutil.copytree(ROOT / ".mypy_cache", tree / ".mypy_cache")
    env = {key: value for key, value in os.environ.items() if not key.startswith("MAKE") and key != "MFLAGS"}
    command = ["make", target, f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.installed-dev"]
    return subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)


@pytest.mark.long
@pytest.mark.parametrize(
    ("target", "name", "fault", "caught"),
    [
        ("lint-style", "caseapp/kernel/planted.py", "import os", "F401"),
        ("lint-style", "caseapp/kernel/planted.py", "def f():\n    import json\n\n    return json", "PLC0415"),
        ("lint-style", "caseapp/kernel/planted.py", "import scipy\n\nscipy.optimize()", "TID253"),
        ("lint-style", "caseapp/kernel/planted.py", "from datetime import date\n\ndate.today()", "TID251"),
        ("lint-style", "caseapp/kernel/planted.py", "from flask_login import x\n\nx()", "TID251"),
        ("lint-style", "caseapp/kernel/planted.py", "from markupsafe import Markup\n\nMarkup(input())", "S704"),
        ("lint-style", "caseapp/kernel/planted.py", f"x = '{'x' * 120}'", "E501"),
        ("lint-format", "caseapp/kernel/planted.py", "x = {  'a':1 }", "would be reformatted"),
        ("lint-types", "caseapp/kernel/planted.py", "def f() -> int:\n    return 'x'", "Incompatible return value"),
        ("lint-types", "caseapp/cases/queries.py", "def planted(x):\n    return x", "missing a type annotation"),
        ("lint-templates", "templates/cases/planted.html", "<p><b>x</p>", "H025"),
    ],
)
def test_tool_catches(target: str, name: str, fault: str, caught: str, tree: Path) -> None:
    planted = plant(tree, name, fault)
    done = make(tree, target)
    # mypy and djlint name the file in front of each finding, ruff in the line below it.
    assert caught in done.stdout and planted in done.stdout, done.stdout + done.stderr
    assert done.returncode != 0


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "fault", "broken"),
    [
        ("caseapp/kernel/planted.py", "import caseapp.cases.queries", "imports only from the floors below"),
        ("caseapp/people/queries/families.py", "import caseapp.cases.queries", "imports only from the floors below"),
        ("caseapp/planted/__init__.py", "", "imports only from the floors below"),
        ("caseapp/cases/utils.py", "", "imports go from top to bottom"),
        ("caseapp/cases/models.py", "import caseapp.cases.queries", "imports go from top to bottom"),
        ("caseapp/access/utils.py", "", "Access has its taking and guard on top"),
        ("caseapp/cases/domain.py", "import sqlalchemy", "domain is plain Python"),
        ("caseapp/cases/domain.py", "import caseapp.kernel.forms", "domain is plain Python"),
        ("caseapp/cases/routes.py", "import caseapp.cases.models", "reach no session and no models"),
        ("caseapp/cases/routes.py", "import caseapp.people.models", "reach no session and no models"),
        ("caseapp/cases/forms.py", "import caseapp.kernel.db", "reach no session and no models"),
        ("caseapp/assessments/routes/pages.py", "import caseapp.cases.routes", "Only the factory imports routes"),
    ],
)
def test_import_rule_catches(name: str, fault: str, broken: str, tree: Path) -> None:
    plant(tree, name, fault)
    done = make(tree, "lint-imports")
    assert done.returncode != 0
    assert any(broken in line and "BROKEN" in line for line in done.stdout.splitlines()), done.stdout + done.stderr


@pytest.mark.long
def test_migration_check_catches_a_column_without_a_migration(tree: Path) -> None:
    column = "Subject.__table__.append_column(sa.Column('planted', sa.Integer, info={'audience': 'service'}))"
    plant(tree, "caseapp/kernel/subjects.py", column)
    done = make(tree, "lint-migrations")
    assert done.returncode != 0
    assert "planted" in done.stdout + done.stderr


@pytest.mark.long
@pytest.mark.parametrize(
    "target", ["lint-style", "lint-format", "lint-types", "lint-imports", "lint-templates", "lint-migrations"]
)
def test_the_tree_itself_is_clean(target: str, tree: Path) -> None:
    """Otherwise the faults above would prove nothing."""
    done = make(tree, target)
    assert done.returncode == 0, done.stdout + done.stderr
