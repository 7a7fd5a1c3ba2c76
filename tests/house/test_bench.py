"""The benchmark runs from a fresh checkout, and every answer it counts is the one it asked for."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.long
def test_every_answer_of_the_benchmark_is_right() -> None:
    command = [sys.executable, "-m", "benchmarks.run", "--cases", "60", "--databases", "sqlite", "--each", "2"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    # How fast it is depends on the machine and is not asked here; that it measures what it says is.
    assert "wrong answers" not in done.stderr, done.stderr[-1500:]
    for operation in ("list", "open", "create", "search"):
        assert sum(line.startswith(operation) for line in done.stdout.splitlines()) == 2, (
            done.stdout + done.stderr[-1500:]
        )
    assert "cold start" in done.stdout
