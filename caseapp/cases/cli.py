"""`flask --app wsgi cases check`."""

import json

import click
from flask.cli import with_appcontext

from caseapp.kernel.db import one_view

from .queries import find_broken


@click.group("cases")
def group() -> None:
    """Cases, episodes, and who is accountable."""


@group.command("check")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object on a line for each broken promise.")
@with_appcontext
def check(as_json: bool) -> None:
    """Read the whole database for broken promises: two accountable teams or none, a handover closed before it was
    accepted, a census rule broken, an open clock of something closed.

    Names each on a line of its own, with its reference and what to do, and exits 1 if there is one. It changes nothing,
    sees the database as it stood when it began, and keeps nobody waiting: run it every night.
    """
    count = 0
    with one_view() as connection:
        for promise, broken in find_broken(connection):
            count += 1
            rule, mend = broken.rule or promise.key, broken.mend or promise.mend
            if as_json:
                told = {"reference": broken.reference, "rule": rule, "words": broken.words, "mend": mend}
                click.echo(json.dumps(told, ensure_ascii=False))
            else:
                click.echo(f"{broken.reference}  {rule}: {broken.words}. {mend}")
    if not as_json:
        click.echo(f"{count} broken promise{'' if count == 1 else 's'}" if count else "Every promise is kept.")
    if count:
        raise SystemExit(1)
