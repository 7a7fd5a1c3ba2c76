"""`flask --app wsgi demo load`: the demo borough in an empty database."""

from datetime import timedelta
from random import Random

import click
import sqlalchemy as sa
from flask import current_app
from flask.cli import AppGroup

from caseapp.accounts.models import PostcodeSector
from caseapp.accounts.queries import count_users
from caseapp.kernel import clock
from caseapp.kernel.db import db, transaction

from .life import SCRIPTED, Life, Plan
from .organisation import PASSWORD, make_organisation

demo = AppGroup("demo", help="The demo borough: invented people, real commands.")

# How a hub's month comes out, roughly: most contacts are not taken further, strategy discussions are few.
OUTCOMES = {"no_further_action": 40, "family_help": 25, "assessment": 28, "strategy_discussion": 7}
DAYS = 30


@demo.command("load")
@click.option(
    "--referrals", default=60, show_default=True, type=click.IntRange(0, 100_000), help="Referrals of the last 30 days."
)
@click.option("--seed", default=1, show_default=True, help="The same seed and day make the same families.")
def load(referrals: int, seed: int) -> None:
    """Make agencies, teams, sign-ins and the last 30 days of referrals. Does nothing where there already are people."""
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException("the demo can't be loaded with CASEAPP_ENV=production: its password is public")
    if count_users():
        click.echo("already loaded: this database has people in it")
        return
    now = clock.now()
    with clock.at(now - timedelta(days=DAYS + 60)), transaction():
        make_organisation(since=clock.today())
    life = Life(seed=seed, now=now)
    for plan in _plans(referrals, seed):
        life.begin(plan)
    with click.progressbar(length=referrals * 5, label="Living through 30 days") as bar:
        for _ in life.run():
            bar.update(1)
    click.echo(f"loaded {referrals} referrals; sign in with ...@demo.example, password {PASSWORD}")


def _plans(count: int, seed: int) -> list[Plan]:
    random = Random(seed)
    sectors = [(row,) for row in db.session.scalars(sa.select(PostcodeSector.sector).order_by(PostcodeSector.sector))]
    plans = list(SCRIPTED[:count])
    for _ in range(count - len(plans)):
        outcome = random.choices(list(OUTCOMES), weights=list(OUTCOMES.values()))[0]
        plans.append(Plan(random.uniform(0.1, DAYS), random.choice(sectors), outcome))
    return plans
