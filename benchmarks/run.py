"""`make bench`: the product beside a minimal application doing the same, in turn in one run, on each database.

Prints for each operation p50 and p95 (one client, then eight), CPU and database milliseconds a request and their ratio to the
minimal application's; then memory and the cold start. Exits 1 if an answer was wrong, or if list, open or create cost more
than LIMIT times the minimal application's CPU and database milliseconds.
"""

import argparse
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import sqlalchemy as sa

from benchmarks.loadgen import (
    Ask,
    Measured,
    Target,
    cpu_of_backends,
    memory_of,
    one_after_another,
    side_by_side,
)
from benchmarks.minimal_data import FIRST, LAST, fill

ROOT = Path(__file__).resolve().parent.parent
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql://127.0.0.1:5432/test")
LIMIT, GATED = 3.0, ("list", "open", "create")
OPERATIONS = ("list", "open", "create", "search")
CLIENTS, ROUNDS, LOADED = 8, 5, 12
# Both workers have met every page before anything counts: what a worker does once (templates, statements) is no request's cost.
WARM = 24
# With fewer cases the minimal application's teams have no fifty open ones to list.
FEWEST = 700
SERVER = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--preload", "--no-control-socket"]
PASSWORD = "demo-only-password"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(application: str, path: str, env: dict[str, str]) -> Iterator[tuple[str, int, float]]:
    """gunicorn with two workers of four threads; gives the address, the process and the seconds to the first answer."""
    port, begun = _free_port(), time.monotonic()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *SERVER]
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [*command, "--log-level", "warning"], cwd=ROOT, env=os.environ | env, stdout=log, stderr=log
        )
        try:
            while True:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5).read()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() - begun > 60:
                        log.seek(0)
                        raise RuntimeError(log.read().decode()[-3000:]) from None
                    time.sleep(0.02)
            yield f"http://127.0.0.1:{port}", process.pid, time.monotonic() - begun
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(20)


@contextmanager
def database(kind: str, name: str, folder: Path) -> Iterator[tuple[str, Callable[[], float]]]:
    """An empty database; gives its address and how to read the CPU seconds its server used for it."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/{name}.sqlite", lambda: 0.0
        return
    with psycopg.connect(POSTGRES, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        admin.execute(f"CREATE DATABASE {name}")
    try:
        url = sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
        yield url, lambda: cpu_of_backends(name)
    finally:
        with psycopg.connect(POSTGRES, autocommit=True) as admin:
            admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def minimal_operations(cases: int) -> dict[str, Callable[[random.Random], Ask]]:
    """What the minimal application is asked."""
    summary = "Concern reported by school"

    def create(chance: random.Random) -> Ask:
        fields = {"first_name": chance.choice(FIRST), "last_name": chance.choice(LAST), "summary": summary}
        return Ask("POST", "/new", {**fields, "team_id": "3", "level": "2"}, status=302)

    return {
        "list": lambda chance: Ask("GET", f"/cases?team={chance.randint(1, 12)}", pattern=b'<tr class="case', least=50),
        "open": lambda chance: Ask(
            "GET", f"/cases/{chance.randint(1, cases)}", pattern=b"<article class=event>", least=3
        ),
        "create": create,
        "search": lambda chance: Ask("GET", f"/search?q=R{chance.randint(1, cases):07}", pattern=b'<tr class="case'),
    }


def product_operations(made: dict[str, list[str]], role: str) -> dict[str, Callable[[random.Random], Ask]]:
    """What the product is asked, by role: the hub lists, a social worker opens, a school sends a finished draft."""
    waiting = iter(made["drafts"])

    def create(_chance: random.Random) -> Ask:
        path = f"/referrals/drafts/{next(waiting)}/check"
        return Ask("POST", path, {"version": made["version"][0], "safeguarding_lead_told": "yes"}, status=303)

    def search(chance: random.Random) -> Ask:
        return Ask("GET", f"/referrals/find?reference={chance.choice(made['queue'])}", status=303)

    everything: dict[str, dict[str, Callable[[random.Random], Ask]]] = {
        "mash.worker": {
            "list": lambda _chance: Ask(
                "GET", "/referrals/queue", pattern=rb'<tr role="row" (?:data-row )?class="is-', least=50
            ),
            "search": search,
        },
        "north.worker": {
            "open": lambda chance: Ask("GET", f"/cases/{chance.choice(made['cases'])}", pattern=b"Accountable team")
        },
        "school": {"create": create},
    }
    return everything[role]


ROLES = {"list": "mash.worker", "search": "mash.worker", "open": "north.worker", "create": "school"}
PAGES = {"mash.worker": "/referrals/queue", "north.worker": "/accounts/me", "school": "/accounts/me"}


def product_targets(base: str, pid: int, cpu: Callable[[], float], made: dict[str, list[str]]) -> dict[str, Target]:
    """The product as each operation's person, signed in."""
    people = {
        role: Target(
            f"caseapp as {role}",
            base,
            ("/accounts/sign-in", {"email": f"{role}@demo.example", "password": PASSWORD}),
            page,
            product_operations(made, role),
            pid,
            cpu,
        )
        for role, page in PAGES.items()
    }
    for person in people.values():
        person.enter()
    return {operation: people[role] for operation, role in ROLES.items()}


def fill_product(url: str, cases: int, drafts: int, folder: Path) -> dict[str, list[str]]:
    """Fill the product's database by its commands, in a process of its own; gives what there is to ask for."""
    env = os.environ | {"DATABASE_URL": url, "CASEAPP_ENV": "test", "SECRET_KEY": "only-for-the-benchmark"}
    command = [sys.executable, "-m", "benchmarks.product_data", str(cases), str(drafts), str(folder / "made.json")]
    subprocess.run(command, cwd=ROOT, env=env, check=True, stdout=subprocess.DEVNULL)
    made: dict[str, list[str]] = json.loads((folder / "made.json").read_text())
    return made


def measure(kind: str, cases: int, only: list[str], each: int) -> bool:
    """Fill and serve both on one kind of database, ask them in turn, print; gives whether all held."""
    asked = CLIENTS * WARM + ROUNDS * each + CLIENTS * LOADED
    with (
        tempfile.TemporaryDirectory() as text,
        database(kind, "caseapp_bench_minimal", Path(text)) as (least_url, least_cpu),
        database(kind, "caseapp_bench_product", Path(text)) as (url, cpu),
    ):
        print(f"{kind}: filling {cases} cases", flush=True)
        fill(least_url.replace("postgresql:", "postgresql+psycopg:"), max(cases, FEWEST))
        made = fill_product(url, cases, asked + 50, Path(text))
        least_env = {"DB": least_url.replace("postgresql:", "postgresql+psycopg:")}
        # A fixed key and the demo's settings: passwords of the demo work, cookies go over http.
        env = {"DATABASE_URL": url, "CASEAPP_ENV": "demo", "SECRET_KEY": "only-for-the-benchmark"}
        with (
            serving("benchmarks.minimal_app:app", "/login", least_env) as (least_base, least_pid, least_start),
            serving("wsgi:app", "/readyz", env) as (base, pid, start),
        ):
            sign_in = ("/login", {"username": "worker1"})
            least = Target("minimal", least_base, sign_in, "/new", minimal_operations(cases), least_pid, least_cpu)
            least.enter()
            ours = product_targets(base, pid, cpu, made)
            results = [compare(least, ours[operation], operation, each) for operation in only]
            held = all(results)
            print(f"memory PSS, MiB: minimal {memory_of(least_pid):.0f}, caseapp {memory_of(pid):.0f}")
            print(f"cold start to the first answer, s: minimal {least_start:.2f}, caseapp {start:.2f}\n", flush=True)
    return held


HEAD = f"{'operation':<9} {'of':<10} {'p50 ms':>7} {'p95 ms':>7} {'CPU ms':>7} {'db ms':>6} {'sum':>6} {'ratio':>6}"
HEAD += f" {'p50@8':>7} {'p95@8':>7} {'a second':>9}"


def compare(least: Target, ours: Target, operation: str, each: int) -> bool:
    """Ask both in turn, round by round, then with eight clients; print; gives whether the limit held."""
    found = {target.name: Measured() for target in (least, ours)}
    for target in (least, ours):
        side_by_side(target, operation, CLIENTS, WARM)
    for turn in range(ROUNDS):
        for target in (least, ours):
            one_after_another(target, operation, each, found[target.name], seed=turn)
    held = True
    for target in (least, ours):
        one = found[target.name]
        many, rate = side_by_side(target, operation, CLIENTS, min(LOADED, each))
        ratio = one.cost / found[least.name].cost
        requests = len(one.times)
        print(
            f"{operation:<9} {target.name.split()[0]:<10} {one.percentile(0.5):7.1f} {one.percentile(0.95):7.1f}"
            f" {one.cpu * 1000 / requests:7.2f} {one.database * 1000 / requests:6.2f} {one.cost:6.2f} {ratio:6.2f}"
            f" {many.percentile(0.5):7.1f} {many.percentile(0.95):7.1f} {rate:9.1f}",
            flush=True,
        )
        if wrong := [*one.wrong, *many.wrong]:
            print(f"  {len(wrong)} wrong answers, the first: {wrong[0]}", file=sys.stderr)
            held = False
        if target is ours and operation in GATED and ratio > LIMIT:
            print(
                f"  {operation} costs {ratio:.2f} times the minimal application; the limit is {LIMIT}", file=sys.stderr
            )
            held = False
    return held


def main() -> int:
    """Measure on each database. Gives the exit code."""
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--cases", type=int, default=10_000)
    reader.add_argument("--databases", default="sqlite,postgresql")
    reader.add_argument("--operations", default=",".join(OPERATIONS))
    reader.add_argument("--each", type=int, default=20, help="requests of a round, of which there are five")
    chosen = reader.parse_args()
    held = True
    print(HEAD)
    for kind in chosen.databases.split(","):
        held = measure(kind, chosen.cases, chosen.operations.split(","), chosen.each) and held
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())
