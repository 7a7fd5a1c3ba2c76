"""`flask --app wsgi referrals import FILE.json`: take in what another system, or a phone-in service, wrote down."""

import hashlib
import json
import sys
from datetime import datetime
from pathlib import Path

import click
from flask.cli import with_appcontext

from caseapp.kernel import clock
from caseapp.kernel.db import transaction
from caseapp.people.domain.dates import read_moment
from caseapp.referrals.commands import receive_referral
from caseapp.referrals.domain.children import as_text
from caseapp.referrals.domain.document import SCHEMA
from caseapp.referrals.queries.marks import marks_of


@click.group("referrals")
def group() -> None:
    """Referrals from other systems."""


@group.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@with_appcontext
def import_referrals(file: Path) -> None:
    """Take in a list of referrals of shape marf-1 from FILE, a JSON list.

    Each row is a transaction of its own. What is wrong in a row is kept as given, marked, and printed here; that
    counts as
    worked. A row that came before adds nothing. Exit code 1 if FILE is not a JSON list or a row could not be taken at
    all.
    """
    rows = _read(file)
    new = marked = failed = 0
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            failed += 1
            click.echo(f"row {number}: not taken: it is {_kind(row)}, not an object with named parts", err=True)
            continue
        source_id, received_at = _source_id(row), _received_at(row)
        with transaction():
            made = receive_referral(
                None,
                document=row,
                received_at=received_at,
                mode=as_text(row.get("mode")) or "form",
                source_system=SCHEMA,
                source_id=source_id,
            )
            found = marks_of(made.id) if made.new else []
        if not made.new:
            click.echo(f"row {number}, {source_id}: was here already as {made.reference}, nothing added")
            continue
        new += 1
        marked += bool(found)
        for where, given, message in found:
            told = f"given “{given}”. " if given else ""
            click.echo(f"row {number}, {source_id}, {made.reference}: {where}: {told}{message}")
    known = len(rows) - new - failed
    click.echo(
        f"{len(rows)} rows: {new} taken in, {known} were here already, {marked} with something to put right, "
        f"{failed} not taken"
    )
    if failed:
        sys.exit(1)


def _whole(digits: str) -> int | str:
    """A whole number; one of thousands of digits stays text, or Python would refuse the whole file for it."""
    return int(digits) if len(digits) < 300 else digits


def _every_pair(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object of the file. A key given twice is kept twice: the later one under a name that says so."""
    kept: dict[str, object] = {}
    for key, value in pairs:
        while key in kept:
            key += " (given again)"
        kept[key] = value
    return kept


def _read(file: Path) -> list[object]:
    try:
        rows = json.loads(
            file.read_bytes().decode("utf-8-sig"), parse_constant=str, parse_int=_whole, object_pairs_hook=_every_pair
        )
    except UnicodeDecodeError as error:
        raise click.ClickException(
            f"{file.name} is not UTF-8 text (byte {error.start}). Nothing was taken in"
        ) from error
    except RecursionError as error:
        raise click.ClickException(f"{file.name} is nested too deeply. Nothing was taken in") from error
    except ValueError as error:
        raise click.ClickException(f"{file.name} is not JSON: {error}. Nothing was taken in") from error
    if not isinstance(rows, list):
        raise click.ClickException(f"{file.name} holds {_kind(rows)}, not a list of referrals. Nothing was taken in")
    return rows


_KINDS = {
    dict: "an object",
    list: "a list",
    str: "a text",
    bool: "yes or no",
    int: "a number",
    float: "a number",
    type(None): "nothing",
}


def _kind(value: object) -> str:
    return _KINDS.get(type(value), "something else")


def _source_id(row: dict[str, object]) -> str:
    """The sender's own number; a row without one is known again by its content."""
    given = row.get("external_id")
    if isinstance(given, str | int) and not isinstance(given, bool) and str(given).strip():
        return str(given).strip()
    content = json.dumps(row, sort_keys=True, ensure_ascii=True)
    return f"sha256:{hashlib.sha256(content.encode()).hexdigest()[:40]}"


def _received_at(row: dict[str, object]) -> datetime:
    """When it was received, in life; now if the row does not say so in a way that can be read."""
    return read_moment(row.get("received_at")) or clock.now()
