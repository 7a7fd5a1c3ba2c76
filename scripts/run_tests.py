"""`make test` and `make test-all` (--long): see to a browser, then run pytest on both cores. Arguments go to pytest.

tests/conftest.py says in one line what this machine could not run, and makes that a failure with CI=true.
"""

import os
import shutil
import subprocess
import sys
from ctypes.util import find_library
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# What makes PDF files (docs/operations.md); without a root's rights or apt-get, the tests of PDFs say what is missing.
PDF_LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
APT = ["apt-get", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1", "-q"]
INSTALL_SECONDS = 300


def missing_packages() -> list[str]:
    """The Debian packages that the tests need and this machine lacks: a browser, and what makes PDF files."""
    browser = [] if any(map(shutil.which, BROWSERS)) else ["chromium"]
    return [*browser, *(PDF_LIBRARIES if find_library("pangoft2-1.0") is None else ())]


def install_missing() -> None:
    """Install what is missing from Debian's packages, if we may; say so if it did not work."""
    wanted = missing_packages()
    if not wanted or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Not found on this machine: {', '.join(wanted)}. Installing ...", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", *wanted]):
        try:
            done = subprocess.run([*APT, *arguments], env=env, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        except subprocess.TimeoutExpired:
            print(f"apt-get {arguments[0]} took more than {INSTALL_SECONDS} seconds.", file=sys.stderr)
            return
        if done.returncode:
            print(done.stderr.strip(), file=sys.stderr)
            return


def main(arguments: list[str]) -> int:
    """Run the tests. Gives pytest's exit code."""
    install_missing()
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
    return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
