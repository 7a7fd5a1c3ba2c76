"""`flask --app wsgi deadlines due RULE --from DATE` and `deadlines rebuild`."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from caseapp.kernel.clock import LONDON, to_london
from caseapp.kernel.db import transaction

from .catalogue import PUBLISHED
from .commands import rebuild as rebuild_clocks
from .domain import Due, OutsideCalendar, Policy
from .queries import current_policy


class DayOrInstant(click.ParamType):
    """A day, or a day with a time on a London clock (or with an offset of its own)."""

    name = "date"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> date | datetime:
        """Read it, or say what it should look like."""
        try:
            if len(value) <= len("2026-11-20"):
                return date.fromisoformat(value)
            at = datetime.fromisoformat(value)
        except ValueError:
            self.fail("give a day such as 2026-11-20, or with its time 2026-11-20T10:10", param, ctx)
        return at if at.tzinfo else at.replace(tzinfo=LONDON)


@click.group("deadlines")
def deadlines() -> None:
    """When things are due, and why."""


@deadlines.command("due")
@click.argument("rule")
@click.option("--from", "start", type=DayOrInstant(), required=True, metavar="DATE", help="When the count starts.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of sentences.")
@with_appcontext
def due(rule: str, start: date | datetime, as_json: bool) -> None:
    """When something is due by RULE (a key of the catalogue) that starts on DATE, and why.

    A day may carry a time, 2026-11-20T10:10; without one it starts with the day.
    """
    anchor = start if isinstance(start, datetime) else datetime.combine(start, time.min, LONDON)
    policy = _policy()
    try:
        found = policy.compute(policy.get_rule(rule, to_london(anchor).date()), anchor.astimezone(UTC))
    except (LookupError, OutsideCalendar, OverflowError) as error:
        raise click.ClickException(_why_not(policy, rule, error)) from None
    if as_json:
        click.echo(json.dumps(_as_json(found, start), ensure_ascii=False))
    else:
        click.echo(f"{found.sentence}\n{found.source_line}")


def _policy() -> Policy:
    """What is in force here; without a database the catalogue alone, and that is said."""
    try:
        return current_policy()
    except SQLAlchemyError:
        click.echo("The database can't be read: counted without what this council has decided itself.", err=True)
        return PUBLISHED


def _why_not(policy: Policy, key: str, error: Exception) -> str:
    if policy.rows(key):
        years = f"from {policy.statutory.first.year} to {policy.statutory.last.year}"
        return f"We can work out dates {years} only." if isinstance(error, OverflowError) else str(error)
    near = sorted(row.key for row in policy.rules if row.key.split(".")[0] == key.split(".")[0])
    return f"There is no rule {key}. " + (f"Did you mean {', '.join(near)}?" if near else "See the catalogue.")


def _as_json(found: Due, start: date | datetime) -> dict[str, Any]:
    end = found.due_on or to_london(found.due_at)
    return {
        "rule": found.rule.key,
        # Since when the row has been in force, and the version of the calendar.
        "version": f"{found.rule.in_force_from.isoformat()}/{found.calendar.version}",
        "anchor": to_london(start).isoformat() if isinstance(start, datetime) else start.isoformat(),
        "day_0": found.day_0.isoformat(),
        "due": end.isoformat(),
        "skipped": [{"date": day.isoformat(), "name": name} for day, name in found.skipped],
        "sentence": found.sentence,
        "source": " ".join(part for part in (found.rule.source, found.rule.source_url) if part),
    }


@deadlines.command("rebuild")
@click.option("--check", is_flag=True, help="Change nothing; exit 1 if a clock is not what its events say.")
@with_appcontext
def rebuild(check: bool) -> None:
    """Work out all clocks again from the events, and put right those that differ."""
    compared = differing = 0
    with transaction() as session:
        for part in rebuild_clocks():
            compared += part.compared
            differing += len(part.differences)
            for one in part.differences:
                click.echo(f"{one.subject} {one.rule}: {one.words}")
            if check:
                session.rollback()
            else:
                session.commit()
    if not differing:
        click.echo(f"{compared} clocks compared with their events: nothing to change")
    elif check:
        click.echo(f"{compared} clocks compared with their events: {differing} differ, nothing was changed")
        raise SystemExit(1)
    else:
        click.echo(f"{compared} clocks compared with their events: {differing} put right")
