"""The house rules that ruff, mypy and import-linter cannot say.

Each rule takes the root of a tree and gives what breaks it as `path:line: what`, so that a test can plant a fault in a
copy. Limits and exceptions stand in pyproject.toml under [tool.house].
"""

import ast
import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

CODE = ("caseapp", "config.py", "wsgi.py", "scripts")
DOCUMENTED = ("commands", "queries", "domain")
HANDS_OFF = ("routes", "forms")

# What git ignores, and what the tools keep for themselves.
SKIPPED_FOLDERS = {"node_modules", "instance", "build", "dist", "__pycache__", "htmlcov", "test-results"}
TEXT_SUFFIXES = {"", ".py", ".html", ".md", ".toml", ".txt", ".json", ".csv", ".js", ".mjs", ".css", ".scss"}
TEXT_SUFFIXES |= {".yml", ".yaml", ".sh", ".mako", ".cfg", ".ini", ".svg"}

# A home, a checkout or a scratch folder of one machine; the brackets keep this very line from matching itself.
MACHINE = re.compile(r"(?<![\w.)}])/(?:root|work|Users/\w+|home/\w+|tm[p]/w)/|\.\./shared[/]")

ROLES = re.compile(r"has_role|is_admin|current_user|\.roles?\s*(?:==|!=|\bin\b)|(?:==|\bin)\s+\w+\.roles?\b")
SAFE = re.compile(r"\|\s*safe\b")
AUTOESCAPE = re.compile(r"{%-?\s*autoescape\b")
JINJA = re.compile(r"{#.*?#}|{%.*?%}|{{.*?}}", re.DOTALL)
TAG = re.compile(r"<[a-zA-Z](?:[^<>\"']|\"[^\"]*\"|'[^']*')*>")
INLINE = (
    (re.compile(r"\sstyle\s*=", re.IGNORECASE), "inline style"),
    (re.compile(r"\son[a-z]+\s*=", re.IGNORECASE), "inline event handler"),
    (re.compile(r"=\s*[\"']?\s*javascript:", re.IGNORECASE), "javascript: address"),
    (re.compile(r"^<style\b", re.IGNORECASE), "style element"),
    (re.compile(r"^<script\b(?!.*\ssrc\s*=)", re.IGNORECASE | re.DOTALL), "script without src"),
)
# The same, handed to a macro as attributes.
INLINE_ATTRIBUTE = re.compile(r"[\"'](?:style|on[a-z]{3,})[\"']\s*:")


def settings(root: Path) -> dict[str, Any]:
    """The table [tool.house] of the tree's pyproject.toml."""
    return tomllib.loads((root / "pyproject.toml").read_text())["tool"]["house"]


def python_files(root: Path, *tops: str) -> Iterator[Path]:
    """Every Python file under the given files and folders of the tree, in order."""
    for top in tops:
        path = root / top
        yield from [path] if path.is_file() else sorted(path.rglob("*.py"))


def templates(root: Path) -> Iterator[Path]:
    """Every file under templates/, in order."""
    return (path for path in sorted((root / "templates").rglob("*")) if path.is_file())


def parse(path: Path) -> ast.Module:
    """The syntax tree of one file."""
    return ast.parse(path.read_text(), filename=str(path))


def at(root: Path, path: Path, line: int, what: str) -> str:
    """One finding, as `path:line: what`."""
    return f"{path.relative_to(root).as_posix()}:{line}: {what}"


def line_of(text: str, position: int) -> int:
    """The line number of a position in a text."""
    return text.count("\n", 0, position) + 1


def furniture_of(root: Path, path: Path) -> str | None:
    """Which furniture of a slice a file is: `routes` for caseapp/cases/routes.py and caseapp/cases/routes/*.py."""
    parts = path.relative_to(root).with_suffix("").parts
    return parts[2] if len(parts) > 2 and parts[0] == "caseapp" else None


def module_size(root: Path) -> list[str]:
    """A module fits in a head: 500 lines, 800 for tests."""
    limits = settings(root)
    kinds = ((CODE, limits["module_lines"]), (("tests",), limits["test_module_lines"]))
    found = []
    for tops, limit in kinds:
        for path in python_files(root, *tops):
            lines = len(path.read_text().splitlines())
            if lines > limit:
                found.append(at(root, path, 1, f"{lines} lines, at most {limit}"))
    return found


def function_size(root: Path) -> list[str]:
    """A function fits on a screen: 60 lines with its docstring."""
    limit = settings(root)["function_lines"]
    found = []
    for path in python_files(root, *CODE):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno is not None:
                lines = node.end_lineno - node.lineno + 1
                if lines > limit:
                    found.append(at(root, path, node.lineno, f"{node.name} has {lines} lines, at most {limit}"))
    return found


def docstrings(root: Path) -> list[str]:
    """Public functions of commands, queries and domain say what they take and give."""
    found = []
    for path in python_files(root, "caseapp"):
        if furniture_of(root, path) not in DOCUMENTED:
            continue
        for node in parse(path).body:
            functions = node.body if isinstance(node, ast.ClassDef) else [node]
            for function in functions:
                if (
                    isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
                    and not function.name.startswith("_")
                    and not ast.get_docstring(function)
                ):
                    found.append(at(root, path, function.lineno, f"{function.name} has no docstring"))
    return found


def current_user(root: Path) -> list[str]:
    """The name `current_user` is banned: everything is handed an actor."""
    found = []
    for path in python_files(root, *CODE):
        for node in ast.walk(parse(path)):
            names = {getattr(node, "id", None), getattr(node, "attr", None)}
            if isinstance(node, ast.alias):
                names = {node.name, node.asname}
            if "current_user" in names:
                found.append(at(root, path, node.lineno, "current_user"))
    return found


def _reads_actor(node: ast.AST) -> bool:
    """True for g.actor, g.get("actor"), g.pop("actor"), getattr(g, "actor") and "actor" in g; not for g.actor = ..."""
    match node:
        case ast.Attribute(value=ast.Name(id="g"), attr="actor", ctx=ast.Load()):
            return True
        case ast.Call(func=ast.Attribute(value=ast.Name(id="g")), args=[ast.Constant(value="actor"), *_]):
            return True
        case ast.Call(func=ast.Name(id="getattr"), args=[ast.Name(id="g"), ast.Constant(value="actor"), *_]):
            return True
        case ast.Compare(left=ast.Constant(value="actor"), comparators=[ast.Name(id="g")]):
            return True
    return False


def actor_hook(root: Path) -> list[str]:
    """Who is signed in is read in one place, which hands it on."""
    allowed = settings(root)["actor_hook"]
    return [
        at(root, path, node.lineno, "reads g.actor")
        for path in python_files(root, *CODE)
        if path.relative_to(root).as_posix() not in allowed
        for node in ast.walk(parse(path))
        if _reads_actor(node)
    ]


def no_session_in_pages(root: Path) -> list[str]:
    """Routes and forms touch no database session, however they came by one."""
    return [
        at(root, path, node.lineno, "db.session")
        for path in python_files(root, "caseapp")
        if furniture_of(root, path) in HANDS_OFF
        for node in ast.walk(parse(path))
        if isinstance(node, ast.Attribute) and node.attr == "session" and getattr(node.value, "id", None) == "db"
    ]


def template_roles(root: Path) -> list[str]:
    """Templates show what they are handed; they never ask who somebody is."""
    found = []
    for path in templates(root):
        text = path.read_text()
        for jinja in JINJA.finditer(text):
            if not jinja.group().startswith("{#") and (role := ROLES.search(jinja.group())):
                found.append(at(root, path, line_of(text, jinja.start()), f"asks about a role: {role.group()}"))
    return found


def template_escaping(root: Path) -> list[str]:
    """Every value on a page is escaped: names end in .html (which turns escaping on), nothing turns it off again."""
    allowed = settings(root)["safe_templates"]
    found = []
    for path in templates(root):
        if path.suffix != ".html":
            found.append(at(root, path, 1, "not named .html, so Jinja would not escape in it"))
            continue
        text = path.read_text()
        found += [at(root, path, line_of(text, hit.start()), "autoescape block") for hit in AUTOESCAPE.finditer(text)]
        if path.relative_to(root).as_posix() not in allowed:
            found += [at(root, path, line_of(text, hit.start()), "|safe") for hit in SAFE.finditer(text)]
    return found


def template_inline(root: Path) -> list[str]:
    """Nothing that the Content-Security-Policy would block: no inline style, handler or script."""
    found = []
    for path in templates(root):
        text = path.read_text()
        # Jinja may hold < and >; blanking it (newlines kept) leaves plain tags at their places.
        plain = JINJA.sub(lambda hit: re.sub(r"[^\n]", " ", hit.group()), text)
        for tag in TAG.finditer(plain):
            found += [
                at(root, path, line_of(text, tag.start()), what) for bad, what in INLINE if bad.search(tag.group())
            ]
        for hit in INLINE_ATTRIBUTE.finditer(text):
            found.append(at(root, path, line_of(text, hit.start()), f"inline attribute {hit.group()}"))
    return found


def machine_paths(root: Path) -> list[str]:
    """A clone works anywhere: nothing names a folder of one machine, or one outside the repository."""
    found = []
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root)
        if SKIPPED_FOLDERS & set(inside.parts) or (inside.parts[0][0] == "." and inside.parts[0] != ".ci"):
            continue
        if path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        text = path.read_text(errors="replace")
        found += [at(root, path, line_of(text, hit.start()), hit.group()) for hit in MACHINE.finditer(text)]
    return found


def furnished(root: Path) -> list[str]:
    """Every slice stands in one of import-linter's furniture contracts, so a new one cannot be forgotten."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    listed = {
        container.rpartition(".")[2]
        for contract in contracts
        if contract["id"].startswith("furniture")
        for container in contract["containers"]
    }
    slices = {path.parent.name for path in root.glob("caseapp/*/__init__.py")} - set(settings(root)["free_slices"])
    return [at(root, root / "caseapp" / name, 1, "in no furniture contract") for name in sorted(slices - listed)]


def readme_commands(root: Path) -> list[str]:
    """The README says how to run and how to test."""
    path = root / "README.md"
    text = path.read_text() if path.exists() else ""
    return [at(root, path, 1, f"no `{words}`") for words in ("make run", "make test") if words not in text]


def pinned(root: Path) -> list[str]:
    """Every requirement has exactly one version, so that two clones install the same."""
    found = []
    for name in ("requirements.txt", "requirements-dev.txt"):
        path = root / name
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            if line and not re.fullmatch(r"#.*|-r requirements\.txt|[\w.-]+(\[[\w,]+\])?==[\w.]+", line):
                found.append(at(root, path, number, f"not pinned: {line}"))
    return found


RULES: tuple[Callable[[Path], list[str]], ...] = (
    module_size,
    function_size,
    docstrings,
    current_user,
    actor_hook,
    no_session_in_pages,
    template_roles,
    template_escaping,
    template_inline,
    machine_paths,
    furnished,
    readme_commands,
    pinned,
)
