"""`make lint-migrations`: migrate an empty SQLite database, then compare it with the models. Exits 1 if they differ."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Run `db upgrade` and `db check` on a throw-away database. Gives the exit code of the first that fails."""
    with tempfile.TemporaryDirectory() as folder:
        env = os.environ | {
            "CASEAPP_ENV": "test",
            "SECRET_KEY": "only-for-this-check",
            "DATABASE_URL": f"sqlite:///{folder}/check.sqlite",
        }
        for step in ("upgrade", "check"):
            command = [sys.executable, "-m", "flask", "--app", "wsgi", "db", step]
            code = subprocess.run(command, cwd=ROOT, env=env).returncode
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main())
