"""`make test` and `make test-all` (--long): run what this machine can run, and say in one line what was left out.

Tests marked `browser` need Chromium, tests marked `postgres` a PostgreSQL at TEST_DATABASE_URL. With CI=true leaving
anything out is a failure, after the rest has run. Other arguments go to pytest.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEFAULT_DATABASE = "postgresql://127.0.0.1:5432/test"
APT = ["apt-get", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1", "-q"]
INSTALL_SECONDS = 300


def find_browser() -> str | None:
    """The path of a Chromium or Chrome on this machine."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def install_browser() -> str | None:
    """Install Debian's Chromium where we may, and give its path; None if we may not or it did not work."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("No Chromium found: installing it ...", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        try:
            done = subprocess.run([*APT, *arguments], env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            return None
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
            return None
    return find_browser()


def postgres_answers(url: str) -> bool:
    """True if a PostgreSQL accepts a connection at this URL within 5 seconds."""
    scheme, _, rest = url.partition("://")
    try:
        psycopg.connect(f"{scheme.partition('+')[0]}://{rest}", connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def pytest_command(*, long: bool, without: list[str], extra: list[str]) -> list[str]:
    """The pytest command line: two processes, without the long tier unless asked, without what this machine lacks."""
    skipped = [*([] if long else ["long"]), *without]
    markers = ["-m", " and ".join(f"not {marker}" for marker in skipped)] if skipped else []
    return [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *markers, *extra]


def main(arguments: list[str]) -> int:
    """Run the tests. Gives pytest's exit code, or 1 when all passed but CI had to leave something out."""
    long = "--long" in arguments
    extra = [argument for argument in arguments if argument != "--long"]
    url = os.environ.get("TEST_DATABASE_URL") or DEFAULT_DATABASE
    left_out = {}
    if not (find_browser() or install_browser()):
        left_out["browser"] = "browser tests (no Chromium here, and none could be installed)"
    if not postgres_answers(url):
        left_out["postgres"] = "tests on PostgreSQL (none answers at TEST_DATABASE_URL)"
    env = os.environ | {"TEST_DATABASE_URL": url}
    code = subprocess.run(pytest_command(long=long, without=list(left_out), extra=extra), cwd=ROOT, env=env).returncode
    if left_out:
        print(f"Left out: {'; '.join(left_out.values())}.", flush=True)
        if os.environ.get("CI") == "true":
            return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
