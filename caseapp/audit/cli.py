"""`flask --app wsgi audit verify`."""

import json
import re

import click
from flask.cli import with_appcontext

from .queries import Verification


class NotedHead(click.ParamType):
    """A head of the chain as the sweep logs it, `POSITION:DIGEST`."""

    name = "position:digest"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, str]:
        """Read it, or say what it should look like."""
        found = re.fullmatch(r"([1-9][0-9]{0,17}):([0-9a-f]{64})", value.strip())
        if found is None:
            self.fail("give it as the log has it: position, a colon and 64 letters and figures", param, ctx)
        return int(found[1]), found[2]


@click.group("audit")
def audit() -> None:
    """The event log and the read log."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of sentences.")
@click.option(
    "--head", type=NotedHead(), help="A head from the sweep's log (audit.sealed): shows what was cut off with its head."
)
@with_appcontext
def verify(as_json: bool, head: tuple[int, str] | None) -> None:
    """Prove that no event and no look was changed, removed, slipped in or reordered.

    Exits 0 when all is whole; otherwise names each fault on a line of its own, with source and number, and exits 1.
    """
    walk = Verification(head)
    count, faults = 0, []
    for fault in walk.faults():
        count += 1
        if as_json:
            faults.append({"kind": fault.kind, "source": fault.source, "id": fault.id, "words": fault.words})
        else:
            click.echo(fault.line)
    if as_json:
        end = {"position": walk.head.position, "digest": walk.head.digest} if walk.head else None
        counts = {"events": walk.events, "looks": walk.reads, "not_sealed_yet": walk.unsealed}
        click.echo(json.dumps({"ok": not count, **counts, "head": end, "faults": faults}))
    elif count:
        click.echo(f"{_many(count, 'fault')} in {_many(walk.events, 'event')} and {_many(walk.reads, 'look')}")
        if count > walk.events + walk.reads > 0:
            click.echo("Everything is named: check that AUDIT_KEY (or SECRET_KEY) is the one the service runs with")
    else:
        click.echo(f"{walk.events} events and {walk.reads} looks verified; {walk.unsealed} not sealed yet")
    if count:
        raise SystemExit(1)


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
