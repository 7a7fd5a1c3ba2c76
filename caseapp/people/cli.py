"""The register on the command line: `people import FILE.csv`, `people lookup FILE.csv`, `people duplicates`, `people
rekey`."""

import csv
import hashlib
import io
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import click
from flask.cli import with_appcontext

from caseapp.accounts.queries import find_actor_by_email
from caseapp.kernel import clock
from caseapp.people.commands import BadRow, ImportDone, Rekeyed, import_people, look_for_duplicates, rekey_people
from caseapp.people.domain.imported import COLUMNS, NEEDED, RowRefused, describe, read_row
from caseapp.people.queries import find_matches, list_duplicates, list_record_ids

# Seconds between two lines of progress.
TELL_EVERY = 10.0


@click.group("people")
def group() -> None:
    """The register of people."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--source", default="register", show_default=True, help="The system that FILE comes from, in a word.")
@click.option(
    "--bad", type=click.Path(dir_okay=False, path_type=Path), help="Where bad rows go.  [default: FILE.bad.csv]"
)
@click.option("--by", "by_whom", help="The e-mail address with which whoever runs this signs in: the log names them.")
@with_appcontext
def import_file(file: Path, source: str, bad: Path | None, by_whom: str | None) -> None:
    """Take in people from FILE, a CSV in UTF-8 with the columns record_id, nhs_number, first_name, middle_name,
    last_name, aka, sex, dob, dob_status, address, postcode, carer_name, phone.

    record_id, first_name and last_name must be there; sex is F, M or empty; dob_status exact, estimated or edd (the day
    an unborn baby is expected). Whoever came from --source with the same record_id before is left as they are: a run
    that was stopped is simply begun again.

    A row with something wrong in it is kept as far as it can be and marked; that counts as worked. A row without a
    record_id, one that says nothing of who it is, or one with a value that does not fit is not taken. Both stand in the
    file of bad rows with the reason, and can be put right there and imported from it. Exit code 1 if a row was not
    taken.
    """
    actor = find_actor_by_email(by_whom) if by_whom else None
    if by_whom and actor is None:
        raise click.BadParameter(f"nobody signs in with {by_whom}", param_hint="--by")
    count, digest = _look_through(file)
    bad = bad or file.with_name(f"{file.name}.bad.csv")
    with open(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text:
        reader = _reader(file, text)
        with open(bad, "w", encoding="utf-8", newline="", errors="surrogateescape") as out:
            told = _Progress(count, out, list(reader.fieldnames or []))
            lines = _Lines(reader)
            done = import_people(
                actor, lines, system=source.strip()[:40], file_name=file.name, sha256=digest, each=told.tell
            )
    told.end()
    click.echo(
        f"{done.rows} rows: {done.added} people added, {done.known} were here already, {done.marked} with something to "
        f"put right, {done.refused} not taken"
    )
    if done.marked or done.refused:
        click.echo(f"Each of these with its reason: {bad}")
    if lines.broken:
        click.echo(f"The rest of {file.name} was not read: {lines.broken}", err=True)
    if done.refused or lines.broken:
        sys.exit(1)


def _look_through(file: Path) -> tuple[int, str]:
    """How many lines a file has, and its SHA-256."""
    lines, digest = 0, hashlib.sha256()
    with open(file, "rb") as read:
        while part := read.read(1 << 20):
            lines += part.count(b"\n")
            digest.update(part)
    return lines, digest.hexdigest()


def _reader(file: Path, text: io.TextIOBase, *, number: str = "record_id") -> "csv.DictReader[str]":
    """The rows of a file whose first line names the columns; says it if they are not what is needed. `number` is the
    column of each row's own number, which is read as record_id."""
    reader = csv.DictReader(text)
    try:
        named = [name.strip().lower() for name in reader.fieldnames or []]
        reader.fieldnames = ["record_id" if name == number else name for name in named]
    except csv.Error as error:
        raise click.ClickException(f"{file.name} is not CSV: {error}. Nothing was taken in") from error
    named = list(reader.fieldnames)
    missing = [name for name in COLUMNS if name not in named]
    if needed := [number if name == "record_id" else name for name in NEEDED if name in missing]:
        raise click.ClickException(
            f"The first line of {file.name} does not name {', '.join(needed)}. Is it a CSV in UTF-8, with commas? "
            "Nothing was taken in"
        )
    if twice := sorted({name for name in named if named.count(name) > 1 and name in COLUMNS}):
        raise click.ClickException(f"{file.name} has {', '.join(twice)} more than once. Nothing was taken in")
    if missing:
        click.echo(f"Without {', '.join(missing)}: these columns are not there", err=True)
    if others := [name for name in named if name not in COLUMNS]:
        click.echo(f"Left out {', '.join(others)}: these columns are not known", err=True)
    return reader


class _Lines:
    """The rows with their lines. `broken` says why the reading ended before the end of the file."""

    def __init__(self, reader: "csv.DictReader[str]") -> None:
        self._reader = reader
        self.broken = ""

    def __iter__(self) -> Iterator[tuple[int, Mapping[str, str], str | None]]:
        while True:
            line = self._reader.line_num + 1
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                self.broken = f"{error} (from line {line}; a quote may be missing)"
                return
            if row is None:
                return
            problem = None
            if None in row:
                problem = f"it has {len(row.pop(None))} values too many"
            elif None in row.values():
                problem = "it has too few values"
            yield line, row, problem


class _Progress:
    """Says how far it is, now and then, and writes down the bad rows."""

    def __init__(self, count: int, out: io.TextIOBase, columns: list[str]) -> None:
        self._count, self._out = max(count - 1, 1), out
        self._columns = [name for name in columns if name not in ("line", "kept", "why")]
        self._writer = csv.writer(out)
        self._writer.writerow(["line", "kept", "why", *self._columns])
        self._began = self._told = time.monotonic()

    def tell(self, done: ImportDone) -> None:
        """After each transaction."""
        for one in done.bad:
            self._write(one)
        self._out.flush()
        now = time.monotonic()
        if now - self._told >= TELL_EVERY:
            self._told = now
            speed = done.rows / (now - self._began)
            left = max(self._count - done.rows, 0) / speed
            click.echo(
                f"{done.rows:,} of about {self._count:,} rows, {speed:,.0f} a second, {left / 60:.1f} minutes left",
                err=True,
            )

    def _write(self, one: BadRow) -> None:
        values = [one.given.get(name) or "" for name in self._columns]
        self._writer.writerow([one.line, "yes" if one.kept else "no", one.why, *values])

    def end(self) -> None:
        """How long it took."""
        click.echo(f"{time.monotonic() - self._began:.1f} seconds", err=True)


@group.command("lookup")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--top", type=click.IntRange(1, 100), default=5, show_default=True, help="At most so many for each row.")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the answers are written."
)
@with_appcontext
def lookup(file: Path, top: int, out: Path) -> None:
    """Ask for each row of FILE who of the register it could be, and write query_id, rank, record_id, band (very likely
    or possible) and bits to OUT, the likeliest first. Whom nobody resembles has no row there.

    FILE is a CSV in UTF-8 with the columns query_id, nhs_number, first_name, middle_name, last_name, aka, sex, dob,
    dob_status, address, postcode, carer_name, phone, as in `people import`. record_id is the number a person was
    imported with, or their reference here. Exit code 1 if a row could not be read; it says which and why.
    """
    asked = refused = 0
    with (
        open(file, encoding="utf-8-sig", errors="surrogateescape", newline="") as text,
        open(out, "w", encoding="utf-8", newline="", errors="surrogateescape") as answers,
    ):
        writer = csv.writer(answers)
        writer.writerow(["query_id", "rank", "record_id", "band", "bits"])
        lines = _Lines(_reader(file, text, number="query_id"))
        for line, row, problem in lines:
            asked += 1
            try:
                if problem:
                    raise RowRefused(problem)
                person = read_row(row, clock.today())
            except RowRefused as why:
                refused += 1
                click.echo(f"Line {line} was not looked up: {why}".replace("record_id", "query_id"), err=True)
                continue
            found = find_matches(describe(person), limit=top)
            numbers = list_record_ids([match.person_id for match in found])
            for rank, match in enumerate(found, start=1):
                scored = match.scored
                writer.writerow([person.source_id, rank, numbers[match.person_id], scored.band, f"{scored.bits:.1f}"])
    click.echo(f"{asked} rows: {asked - refused} looked up, {refused} not read: {out}")
    if lines.broken:
        click.echo(f"The rest of {file.name} was not read: {lines.broken}", err=True)
    if refused or lines.broken:
        sys.exit(1)


@group.command("duplicates")
@click.option(
    "--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="Where the pairs are written."
)
@with_appcontext
def duplicates(out: Path) -> None:
    """Look through the whole register for records that may be of one person, and write each pair to OUT, the likeliest
    first: record_id_a, record_id_b, band (very likely or possible), bits.

    The pairs also become the work list of the hub. Nobody is joined: people decide.
    """
    began = told = time.monotonic()

    def tell(done: int, people: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TELL_EVERY:
            told = now
            click.echo(f"{done:,} of {people:,} people looked at, {(now - began) / 60:.1f} minutes", err=True)

    with open(out, "w", encoding="utf-8", newline="") as text:
        look_for_duplicates(tell)
        writer, counts = csv.writer(text), dict.fromkeys(("very likely", "possible"), 0)
        writer.writerow(["record_id_a", "record_id_b", "band", "bits"])
        for one, other, band, bits in list_duplicates():
            writer.writerow([one, other, band, f"{bits:.1f}"])
            counts[band] += 1
    click.echo(f"{time.monotonic() - began:.1f} seconds", err=True)
    click.echo(f"{counts['very likely']} pairs very likely, {counts['possible']} possible: {out}")


@group.command("rekey")
@click.option(
    "--after", default=0, show_default=True, help="Go on after this number, where a run that stopped had come to."
)
@click.option("--only-missing", is_flag=True, help="Only people who have no keys yet.")
@with_appcontext
def rekey(after: int, only_missing: bool) -> None:
    """Make anew what everybody in the register is found by: after an upgrade whose notes ask for it, or with
    --only-missing where people were recorded before there were keys.

    People can work meanwhile. A run that was stopped goes on with --after and the last number it told (with
    --only-missing it is simply begun again); from the start it does no harm either, and only takes its time.
    """
    began = told = time.monotonic()

    def tell(done: Rekeyed) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TELL_EVERY:
            told = now
            left = (done.of - done.people) * (now - began) / done.people / 60
            click.echo(
                f"{done.people:,} of {done.of:,} people, {left:.1f} minutes left; once stopped, --after {done.last}",
                err=True,
            )

    done = rekey_people(after=after, only_missing=only_missing, each=tell)
    click.echo(f"{done.people} people found by what they are now, to number {done.last}")
