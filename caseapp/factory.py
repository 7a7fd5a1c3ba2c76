"""The top floor: puts the slices together. The only module that imports routes."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import click
from flask import Blueprint, Flask, current_app, g, request
from flask_wtf.csrf import CSRFProtect
from markupsafe import Markup
from werkzeug.middleware.proxy_fix import ProxyFix

import config as settings
from caseapp import about, cli, done, probes
from caseapp.access import models as access_tables
from caseapp.access.domain import PERMISSIONS, Actor, allows
from caseapp.access.guard import WRITE_READS, actor_of_request, check_every_view
from caseapp.access.queries import AROUND
from caseapp.accounts import cli as accounts_cli
from caseapp.accounts import events as accounts_events
from caseapp.accounts import models as accounts_tables
from caseapp.accounts import routes as accounts_routes
from caseapp.accounts.slots import OPEN_WORK
from caseapp.assessments import events as assessments_events
from caseapp.assessments import models as assessments_tables
from caseapp.assessments import queries as assessments_queries
from caseapp.assessments import routes as assessments_routes
from caseapp.assessments.slots import WHAT_WAS_SAID
from caseapp.audit import cli as audit_cli
from caseapp.audit import commands as audit_commands
from caseapp.audit import events as audit_events
from caseapp.audit import models as audit_tables
from caseapp.audit import routes as audit_routes
from caseapp.cases import cli as cases_cli
from caseapp.cases import commands as cases_commands
from caseapp.cases import events as cases_events
from caseapp.cases import models as cases_tables
from caseapp.cases import queries as cases_queries
from caseapp.cases import routes as cases_routes
from caseapp.cases.slots import ACTIONS as CASE_ACTIONS
from caseapp.cases.slots import BEFORE_VISIT, CARD, CHRONOLOGY_WORDS, CODE_WORDS, EARLIER, PROMISES, TASK_WORDS
from caseapp.deadlines import cli as deadlines_cli
from caseapp.deadlines import commands as deadlines_commands
from caseapp.deadlines import events as deadlines_events
from caseapp.deadlines import models as deadlines_tables
from caseapp.deadlines import routes as deadlines_routes
from caseapp.deadlines.slots import ABOUT, HOLDERS
from caseapp.demo import cli as demo_cli
from caseapp.desk import routes as desk_routes
from caseapp.desk.slots import MY_WORK
from caseapp.desk.slots import PANELS as DESK_PANELS
from caseapp.documents import events as documents_events
from caseapp.documents import models as documents_tables
from caseapp.documents import routes as documents_routes
from caseapp.insight import events as insight_events
from caseapp.insight import models as insight_tables
from caseapp.insight import routes as insight_routes
from caseapp.kernel import db as kernel_db
from caseapp.kernel import health, logs, web
from caseapp.kernel.db import Model, undeclared_columns
from caseapp.kernel.events import subscribe
from caseapp.kernel.forms import form_token
from caseapp.kernel.slots import Slot
from caseapp.navigation import FIND, NAVIGATION, SIGN_OUT, SIGNED_IN, NavItem
from caseapp.night import cli as night_cli
from caseapp.night import commands as night_commands
from caseapp.night import events as night_events
from caseapp.night import models as night_tables
from caseapp.night import queries as night_queries
from caseapp.night import routes as night_routes
from caseapp.notices import events as notices_events
from caseapp.notices import models as notices_tables
from caseapp.notices import routes as notices_routes
from caseapp.notifications import events as notifications_events
from caseapp.notifications import models as notifications_tables
from caseapp.notifications import routes as notifications_routes
from caseapp.notifications.slots import PEOPLE
from caseapp.pathway import events as pathway_events
from caseapp.pathway import models as pathway_tables
from caseapp.pathway import queries as pathway_queries
from caseapp.pathway import routes as pathway_routes
from caseapp.people import cli as people_cli
from caseapp.people import events as people_events
from caseapp.people import models as people_tables
from caseapp.people import routes as people_routes
from caseapp.people.slots import LETTERS
from caseapp.people.slots import PANELS as PERSON_PANELS
from caseapp.plans import commands as plans_commands
from caseapp.plans import events as plans_events
from caseapp.plans import models as plans_tables
from caseapp.plans import queries as plans_queries
from caseapp.plans import routes as plans_routes
from caseapp.referrals import cli as referrals_cli
from caseapp.referrals import events as referrals_events
from caseapp.referrals import models as referrals_tables
from caseapp.referrals import routes as referrals_routes
from caseapp.referrals.commands import holding as referrals_holding
from caseapp.referrals.queries import leaving as referrals_leaving
from caseapp.referrals.queries import persons as referrals_persons
from caseapp.referrals.queries import promises as referrals_promises
from caseapp.referrals.queries import step_up as referrals_waiting_up
from caseapp.referrals.queries import told as referrals_told
from caseapp.referrals.queries.clocked import about_referrals
from caseapp.referrals.queries.words import what_was_said
from caseapp.referrals.routes import step_up as referrals_step_up
from caseapp.search import events as search_events
from caseapp.search import models as search_tables
from caseapp.search import routes as search_routes

# Every slice's tables, so that the metadata is whole before anything is checked or migrated.
TABLES = (
    access_tables,
    accounts_tables,
    audit_tables,
    deadlines_tables,
    people_tables,
    documents_tables,
    notifications_tables,
    cases_tables,
    plans_tables,
    assessments_tables,
    pathway_tables,
    referrals_tables,
    notices_tables,
    night_tables,
    insight_tables,
    search_tables,
)
# Every slice's events, declared by being imported.
EVENTS = (
    accounts_events,
    audit_events,
    deadlines_events,
    plans_events,
    assessments_events,
    pathway_events,
    cases_events,
    documents_events,
    notifications_events,
    people_events,
    referrals_events,
    night_events,
    insight_events,
    notices_events,
    search_events,
)
BLUEPRINTS: tuple[Blueprint, ...] = (
    plans_routes.bp,
    plans_routes.outside,
    assessments_routes.bp,
    pathway_routes.bp,
    about.bp,
    probes.bp,
    accounts_routes.bp,
    audit_routes.bp,
    cases_routes.bp,
    deadlines_routes.bp,
    desk_routes.bp,
    documents_routes.bp,
    insight_routes.bp,
    night_routes.bp,
    people_routes.bp,
    referrals_routes.bp,
    notices_routes.bp,
    notifications_routes.bp,
    search_routes.bp,
)
COMMANDS: tuple[click.Command, ...] = (
    demo_cli.demo,
    accounts_cli.users,
    audit_cli.audit,
    deadlines_cli.deadlines,
    cli.sweep,
    cases_cli.group,
    people_cli.group,
    referrals_cli.group,
    night_cli.group,
)

csrf = CSRFProtect()


# Who fills each slot, in the order in which they answer.
FILLS: tuple[tuple[Slot, tuple[Callable[..., Any], ...]], ...] = (
    (WRITE_READS, (audit_commands.write_reads,)),
    (
        CASE_ACTIONS,
        (
            plans_routes.case_actions,
            assessments_routes.case_actions,
            pathway_routes.case_actions,
            pathway_routes.closing_actions,
            referrals_step_up.step_up_actions,
            night_routes.case_actions,
        ),
    ),
    (CARD, (assessments_queries.card, plans_queries.card, referrals_waiting_up.card)),
    (AROUND, (cases_queries.around, referrals_persons.around)),
    (
        OPEN_WORK,
        (cases_queries.count_open_work, pathway_queries.count_open_work, referrals_leaving.count_open_work),
    ),
    (
        PEOPLE,
        (
            cases_queries.people,
            pathway_queries.people,
            pathway_queries.look_back_people,
            referrals_leaving.people,
            night_queries.people,
        ),
    ),
    (WHAT_WAS_SAID, (what_was_said,)),
    (CHRONOLOGY_WORDS, (referrals_told.chronology_words, assessments_queries.chronology_words)),
    (TASK_WORDS, (referrals_told.task_words, pathway_queries.task_words)),
    (PROMISES, (cases_queries.promises, pathway_queries.promises, referrals_promises.promises)),
    (HOLDERS, (cases_queries.list_holding_teams,)),
    (
        ABOUT,
        (
            cases_queries.about_cases,
            about_referrals,
            pathway_queries.about_handovers,
            pathway_queries.about_look_backs,
            night_queries.about_works,
        ),
    ),
    (BEFORE_VISIT, (referrals_told.before_visit,)),
    (EARLIER, (referrals_persons.earlier,)),
    (
        CODE_WORDS,
        (
            plans_routes.code_words,
            referrals_told.code_words,
            night_routes.code_words,
            assessments_queries.code_words,
            pathway_queries.code_words,
        ),
    ),
    (DESK_PANELS, (night_routes.desk_panels, assessments_routes.desk_panels, pathway_routes.desk_panels)),
    (
        PERSON_PANELS,
        (cases_queries.person_panels, referrals_persons.person_panels, people_routes.linked.panels),
    ),
    (MY_WORK, (plans_routes.work_panels,)),
    (LETTERS, (referrals_persons.letters,)),
)

# Who hears of an event, by its code ("*": of each).
HEARERS: tuple[tuple[str, Callable[..., Any]], ...] = (
    ("case.opened", night_commands.let_in),
    ("case.reopened", night_commands.let_in),
    ("person.same_said", cases_commands.follow_links),
    ("person.same_taken_back", cases_commands.follow_links),
    ("person.restricted", cases_commands.follow_restriction),
    ("person.restriction_ended", cases_commands.follow_restriction),
    ("*", deadlines_commands.follow),
    ("person.moved", cases_commands.on_moved),
    ("person.address.differs", cases_commands.on_address_differs),
    ("person.address.settled", cases_commands.on_address_settled),
    ("case.closed", plans_commands.on_case_closed),
    ("user.disabled", referrals_holding.on_user_disabled),
)


def connect() -> None:
    """Fill the slots and let the slices listen to each other's events."""
    for slot, fillers in FILLS:
        for filler in fillers:
            slot.fill(filler)
    for code, handler in HEARERS:
        subscribe(code, handler)


def create_app(overrides: dict[str, Any] | None = None) -> Flask:
    """Make the application from the environment (and, in tests, `overrides`). Raises RuntimeError, in words, when a
    promise
    of the house is broken: a view without a permission, a column without an audience, a rule with an unknown event."""
    app = Flask(
        __name__, template_folder=str(settings.ROOT / "templates"), static_folder=str(settings.ROOT / "caseapp/static")
    )
    app.jinja_environment = web.Templates
    app.config.update(settings.from_environment())
    app.config.update(overrides or {})
    app.config.setdefault("SQLALCHEMY_ENGINES", kernel_db.engine_options(app.config["DATABASE_URL"]))
    secure = app.config["ENVIRONMENT"] == "production"
    app.config.update(
        # The __Host- prefix needs https; browsers other than Chromium drop it on http://127.0.0.1, where the demo runs.
        SESSION_COOKIE_NAME="__Host-caseapp" if secure else "caseapp",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        # A form may stay open as long as the day lasts; the token dies with the sign-in.
        WTF_CSRF_TIME_LIMIT=None,
    )
    logs.configure(quiet=app.config["ENVIRONMENT"] == "test")
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    kernel_db.init_app(app)
    health.init_app(app, folder=str(settings.ROOT / "migrations"))
    web.init_app(app)
    csrf.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in COMMANDS:
        app.cli.add_command(group)
    connect()
    app.context_processor(_layout)
    done.init_app(app)
    # A global, because macros are imported without context; no id, because a page may hold several forms.
    app.jinja_env.globals.update(csrf_field=_csrf_field)
    _keep_promises(app)
    return app


def _csrf_field() -> Markup:
    # One for all forms of a page: each costs as much as ten lines of a table.
    if "csrf_field" not in g:
        g.csrf_field = Markup('<input type="hidden" name="csrf_token" value="{}">').format(form_token())
    return g.csrf_field


@lru_cache(maxsize=1_024)
def _offered(actor: Actor) -> tuple[NavItem, ...]:
    """Where the navigation leads: what is asked without a subject goes by who the actor is, and by nothing else."""
    return tuple(item for item in NAVIGATION if allows(PERMISSIONS[item.permission], actor, None))


def _may_search(actor: Actor) -> bool:
    return allows(PERMISSIONS["search:make"], actor, None)


@lru_cache(maxsize=512)
def _lock(name: str, who: str, after: float, _token: str, _within: str) -> Markup:
    """What covers a locked page: the same on every page of a sign-in."""
    cover = current_app.jinja_env.get_template("accounts/_lock.html")
    return Markup(cover.render(name=name, who=who, after=after, sign_out_url=SIGN_OUT))  # noqa: S704 - our template


def _layout() -> dict[str, Any]:
    """What the layout shows on every page; asks the database nothing."""
    actor, stage, environment = actor_of_request(), g.get("stage", ""), current_app.config
    endpoint, address_of = request.endpoint, current_app.url_for
    items = [
        {"label": item.label, "url": address_of(item.endpoint), "current": endpoint in (item.endpoint, *item.also)}
        for item in (_offered(actor) if actor is not None and not stage else ())
    ]
    return {
        "actor": actor,
        "nav_items": items,
        "notices": done.notices(),
        "lock": (
            _lock(
                actor.name,
                actor.reference,
                environment["LOCK_AFTER"].total_seconds(),
                form_token(),
                request.script_root,
            )
            if actor is not None and not stage
            else None
        ),
        "csp_nonce": g.get("csp_nonce", ""),
        "sign_out_url": SIGN_OUT,
        "find_url": FIND if actor is not None and not stage and _may_search(actor) else None,
        "home_url": "/",
        "council_place": environment["COUNCIL_NAME"],
        "council_name": environment["COUNCIL_NAME"],
        "hub_phone": environment["HUB_PHONE"],
        "is_demo": environment["ENVIRONMENT"] == "demo",
        "footer_links": [
            *(SIGNED_IN if actor is not None and not stage else []),
            *({"label": label, "url": address_of(f"about.{name}")} for name, label in about.PAGES),
        ],
    }


def _keep_promises(app: Flask) -> None:
    check_every_view(app)
    deadlines_commands.check_codes()
    missing = undeclared_columns(Model.metadata)
    if missing:
        raise RuntimeError(f"columns without a declared audience: {', '.join(missing)}")
