"""`flask --app wsgi demo load`: the demo borough in an empty database."""

import gc
from datetime import timedelta
from typing import Any

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from caseapp.accounts.queries import count_users
from caseapp.kernel import clock
from caseapp.kernel.db import db, is_postgresql, transaction

from .borough import Borough
from .helping import make_plans
from .organisation import PASSWORD, make_fortnight, make_organisation
from .published import figures

demo = AppGroup("demo", help="The demo borough: invented people, real commands.")

A_YEAR, A_MONTH = 365, 30
YEAR_OF_REFERRALS = figures().referrals


@demo.command("load")
@click.option(
    "--referrals",
    type=click.IntRange(0, 100_000),
    help=f"Children referred, as the census counts, in these days; four times as many contacts come. "
    f"[default: as published, {YEAR_OF_REFERRALS} in a year]",
)
@click.option("--days", default=A_YEAR, show_default=True, type=click.IntRange(1, 730), help="Days up to now to live.")
@click.option("--seed", default=1, show_default=True, help="The same seed and instant make the same families.")
def load(referrals: int | None, days: int, seed: int) -> None:
    """Make agencies, teams, sign-ins and a year of a borough up to now. Does nothing where there already are people.

    Volumes, sources, re-referrals and the lengths of assessments are those published for Rotherham in 2024.
    """
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("the demo can't be loaded with CASEAPP_ENV=production: its password is public")
    if count_users():
        click.echo("already loaded: this database has people in it")
        return
    now = clock.now()
    _without_waiting_for_the_disk()
    with clock.at(now - timedelta(days=days + 60)), transaction():
        make_organisation(since=clock.today())
    wanted = round(YEAR_OF_REFERRALS * days / A_YEAR) if referrals is None else referrals
    # Nothing that lives on is made in circles: looking for them after each few hundred rows cost a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    borough = Borough(seed=seed, now=now)
    first, done, count_on = now - timedelta(days=days), 0, 2
    with click.progressbar(length=days, label=f"Living through {days} days") as bar:
        for at in borough.run(referrals=wanted, days=days):
            step = max((at - first).days - done, 0)
            done += step
            if done >= count_on:
                _count_anew()
                count_on += min(count_on, A_MONTH)
            bar.update(step)
        bar.update(days - done)
    with transaction():
        make_fortnight()
    make_plans()
    _count_anew()
    click.echo(f"loaded {borough.told}; sign in with ...@demo.example, password {PASSWORD}")


def _count_anew() -> None:
    """Have PostgreSQL look how full its tables are. This connection's plans were made while they were empty: two thirds
    of a year's time went into reading the table of people from its beginning, 800,000 times."""
    if is_postgresql():
        with transaction():
            db.session.execute(sa.text("ANALYZE"))


def _without_waiting_for_the_disk() -> None:
    """Let this command's own connection go on before the disk has what it wrote: what a power cut would take away, the
    same command makes again."""
    with db.engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        raw.execute("SET synchronous_commit = off" if is_postgresql() else "PRAGMA synchronous = OFF")
        raw.commit()
