"""`make test` and `make test-all` (--long): see to a browser, then run pytest on both cores. Arguments go to pytest.

tests/conftest.py says in one line what this machine could not run, and makes that a failure with CI=true.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
APT = ["apt-get", "-o", "Acquire::http::Timeout=20", "-o", "Acquire::Retries=1", "-q"]
INSTALL_SECONDS = 300


def install_browser() -> None:
    """Install Debian's Chromium if this machine has no browser and we may; say so if it did not work."""
    if any(map(shutil.which, BROWSERS)) or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("No Chromium found: installing it ...", flush=True)
    env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
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
    install_browser()
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "worksteal", *arguments]
    return subprocess.run(command, cwd=ROOT).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
