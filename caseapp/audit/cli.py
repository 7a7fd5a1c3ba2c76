"""`flask --app wsgi audit verify` and `audit restart`."""

import json
import re

import click
from flask.cli import with_appcontext

from caseapp.kernel.db import transaction
from caseapp.kernel.web import when

from .catalogue import RESTARTS
from .commands import restart as begin_anew
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
@click.option(
    "--known", type=click.IntRange(0), default=0, help="How many faults from before the last restart are known."
)
@with_appcontext
def verify(as_json: bool, head: tuple[int, str] | None, known: int) -> None:
    """Prove that no event and no look was changed, removed, slipped in or reordered.

    Exits 0 when all is whole; otherwise names each fault on a line of its own, with source and number, and exits 1.
    After a restart, faults from before it are named as well, and as many as --known do not count.
    """
    walk = Verification(head)
    count, before, faults = 0, 0, []
    for fault in walk.faults():
        count += 1
        before += walk.restart is not None and walk.restart.is_before(fault)
        if as_json:
            faults.append({"kind": fault.kind, "source": fault.source, "id": fault.id, "words": fault.words})
        else:
            click.echo(fault.line)
    ok = count == before == known
    if as_json:
        click.echo(json.dumps(_as_object(walk, ok, before, faults)))
    else:
        _say(walk, count, before)
    if not ok:
        raise SystemExit(1)


def _as_object(walk: Verification, ok: bool, before: int, faults: list[dict[str, object]]) -> dict[str, object]:
    end = {"position": walk.head.position, "digest": walk.head.digest} if walk.head else None
    counts = {"events": walk.events, "looks": walk.reads, "not_sealed_yet": walk.unsealed}
    restarted = {"after": walk.restart.position, "why": walk.restart.why, "faults": before} if walk.restart else None
    return {"ok": ok, **counts, "head": end, "restarted": restarted, "faults": faults}


def _say(walk: Verification, count: int, before: int) -> None:
    if count:
        click.echo(f"{_many(count, 'fault')} in {_many(walk.events, 'event')} and {_many(walk.reads, 'look')}")
        if count > walk.events + walk.reads > 0:
            click.echo("Everything is named: check that AUDIT_KEY (or SECRET_KEY) is the one the service runs with")
    else:
        click.echo(f"{walk.events} events and {walk.reads} looks verified; {walk.unsealed} not sealed yet")
    if walk.restart:
        why, since = RESTARTS.get(walk.restart.why, walk.restart.why), count - before
        click.echo(f"A new chain begins after number {walk.restart.position}, {when(walk.restart.at)}: {why}")
        click.echo(f"{_many(before, 'fault')} before it, {since or 'none'} since")


@audit.command("restart")
@click.option("--why", type=click.Choice(list(RESTARTS)), required=True, help="Why the chain was broken.")
@with_appcontext
def restart(why: str) -> None:
    """Begin a new chain behind a broken one, so that the sweep seals again. What is wrong stays named.

    Refused while nothing is wrong, or nothing new since the last restart.
    """
    walk = Verification()
    if all(walk.restart is not None and walk.restart.is_before(fault) for fault in walk.faults()):
        raise click.ClickException("The chain is not broken: there is nothing to begin anew.")
    with transaction():
        position, digest = begin_anew(why=why)
    click.echo(f"The old chain ends with number {position}, digest {digest or 'none'}. A new one begins behind it.")
    click.echo("Run audit verify, look at each fault it names, and give their number with --known from now on.")


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
