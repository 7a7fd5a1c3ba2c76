"""What the operations cost at the least: Flask, Flask-WTF, SQLAlchemy Core and Jinja doing list, open, create and search
with Flask-Login's sign-in, and nothing of the product: no access rules, no read log, no events, no clocks.

`DB` is a database filled by `minimal_data.py`; served as `gunicorn -w 2 -k gthread --threads 4 benchmarks.minimal_app:app`.
"""

import os
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask, abort, redirect, render_template, request
from flask_login import LoginManager, UserMixin, current_user, login_required, login_user
from flask_wtf import CSRFProtect, FlaskForm
from flask_wtf.csrf import generate_csrf
from jinja2 import DictLoader
from sqlalchemy import create_engine, event, text
from wtforms import IntegerField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

DB = os.environ["DB"]
POSTGRES = DB.startswith("postgresql")
engine = create_engine(DB, pool_size=4, max_overflow=4)
if not POSTGRES:

    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "cache_size=-65536",
            "mmap_size=1073741824",
            "busy_timeout=10000",
        ):
            connection.execute("pragma " + pragma)


app = Flask(__name__)
app.secret_key = "bench"
app.config["WTF_CSRF_TIME_LIMIT"] = None
CSRFProtect(app)
logins = LoginManager(app)
logins.login_view = "login"

BASE = """<!doctype html><html lang=en><head><meta charset=utf-8><title>{% block title %}{% endblock %}</title></head><body>
<nav><a href=/cases>Cases</a> <a href=/search>Search</a> <a href=/new>New</a> <span>{{ current_user.name }} ({{ current_user.role }})</span></nav>
<main>{% block main %}{% endblock %}</main></body></html>"""
LIST = """{% extends "base.html" %}{% block title %}Cases{% endblock %}{% block main %}<table><thead><tr><th>Ref<th>Child<th>Born
<th>Level<th>Status<th>From<th>Team<th>Worker<th>Received<th>Due</tr></thead><tbody>
{% for r in rows %}<tr class="case{% if r.due_at < now %} late{% endif %}"><td><a href="/cases/{{ r.id }}">{{ r.ref }}</a></td>
<td>{{ r.first_name }} {{ r.last_name }}</td><td>{{ r.dob }}</td><td>{{ levels[r.level] }}</td><td>{{ statuses[r.status] }}</td>
<td>{{ r.agency }}</td><td>{{ r.team }}</td><td>{{ r.worker }}</td><td>{{ r.received_at|day }}</td><td>{{ r.due_at|day }}</td></tr>
{% endfor %}</tbody></table>{% endblock %}"""
CASE = """{% extends "base.html" %}{% block title %}{{ c.ref }}{% endblock %}{% block main %}<h1>{{ c.ref }} {{ c.first_name }}
{{ c.last_name }}</h1><dl><dt>Born<dd>{{ c.dob }}<dt>Address<dd>{{ c.address }} {{ c.postcode }}<dt>Level<dd>{{ levels[c.level] }}
<dt>Status<dd>{{ statuses[c.status] }}<dt>From<dd>{{ c.agency }}<dt>Team<dd>{{ c.team }}<dt>Worker<dd>{{ c.worker }}<dt>Due
<dd>{{ c.due_at|day }}</dl><p>{{ c.summary }}</p><h2>Events</h2>{% for e in events %}<article class=event><b>{{ e.at|day }}
{{ e.who }}</b><p>{{ e.note }}</p></article>{% endfor %}<h2>Shared with</h2><ul>{% for s in shares %}<li>{{ s.name }}{% endfor %}</ul>
<h2>Family</h2><ul>{% for s in sibs %}<li>{{ s.first_name }} {{ s.last_name }} {{ s.dob }}{% endfor %}</ul>
<form method=post action="/cases/{{ c.id }}/note"><input type=hidden name=csrf_token value="{{ csrf_token() }}">
<textarea name=note></textarea><button>Add</button></form>{% endblock %}"""
NEW = """{% extends "base.html" %}{% block main %}<form method=post>{{ form.csrf_token }}{{ form.first_name }}{{ form.last_name }}
{{ form.summary }}{{ form.team_id }}{{ form.level }}<button>Log</button>{{ form.errors }}</form>{% endblock %}"""
app.jinja_loader = DictLoader({"base.html": BASE, "list.html": LIST, "case.html": CASE, "new.html": NEW})  # type: ignore[assignment]
app.jinja_env.filters["day"] = lambda d: d[:10] if isinstance(d, str) else f"{d:%Y-%m-%d}"
LEVELS = ["", "Universal", "Early help", "Child in need", "Child protection"]
STATUSES = {1: "Received", 2: "Assessment", 3: "Plan", 4: "Review", 9: "Closed"}

ROWS = """select c.id,c.ref,c.level,c.status,c.received_at,c.due_at,ch.first_name,ch.last_name,ch.dob,a.name agency,t.name team,
 w.name worker from cases c join child ch on ch.id=c.child_id join agency a on a.id=c.agency_id join team t on t.id=c.team_id
 left join worker w on w.id=c.worker_id """
Q_USER = text("select id,name,role,agency_id,team_id from app_user where id=:id")
Q_LIST = text(ROWS + "where c.team_id=:t and c.status<9 order by c.due_at,c.id limit 50")
Q_REFERENCE = text(ROWS + "where c.ref=:q")
Q_CASE = text(
    "select c.*,ch.first_name,ch.last_name,ch.dob,ch.address,ch.postcode,ch.family_id,a.name agency,t.name team,w.name worker"
    " from cases c join child ch on ch.id=c.child_id join agency a on a.id=c.agency_id join team t on t.id=c.team_id"
    " left join worker w on w.id=c.worker_id where c.id=:id"
)
Q_EVENTS = text(
    "select e.at,e.note,u.name who from case_event e left join app_user u on u.id=e.user_id"
    " where e.case_id=:id order by e.at desc limit 50"
)
Q_SHARES = text("select a.name from case_share s join agency a on a.id=s.agency_id where s.case_id=:id")
Q_FAMILY = text("select first_name,last_name,dob from child where family_id=:f limit 20")


class User(UserMixin):
    """Who is signed in."""

    def __init__(self, row: Any) -> None:
        self.id, self.name, self.role, self.agency_id, self.team_id = row


@logins.user_loader
def load_user(number: str) -> User | None:
    """One statement for the sign-in, as any application has."""
    with engine.connect() as connection:
        row = connection.execute(Q_USER, {"id": int(number)}).first()
    return User(row) if row else None


@app.route("/login", methods=["GET", "POST"])
def login() -> Any:
    """Sign in by name alone."""
    if request.method == "POST":
        with engine.connect() as connection:
            found = connection.execute(
                text("select id,name,role,agency_id,team_id from app_user where login=:l"),
                {"l": request.form["username"]},
            ).first()
        login_user(User(found or abort(403)))
        return redirect("/cases")
    return (
        f'<form method=post><input type=hidden name="csrf_token" value="{generate_csrf()}"><input name=username></form>'
    )


def _stored(moment: datetime) -> Any:
    return moment if POSTGRES else moment.isoformat(" ")


def _page(rows: Any) -> str:
    return render_template("list.html", rows=rows, levels=LEVELS, statuses=STATUSES, now=_stored(datetime.now(UTC)))


@app.get("/cases")
@login_required
def cases() -> str:
    """Fifty open cases of a team by due date."""
    with engine.connect() as connection:
        rows = connection.execute(Q_LIST, {"t": request.args.get("team", current_user.team_id, int)}).all()
    return _page(rows)


@app.get("/search")
@login_required
def search() -> str:
    """A case by its reference."""
    with engine.connect() as connection:
        rows = connection.execute(Q_REFERENCE, {"q": request.args.get("q", "")}).all()
    return _page(rows)


@app.get("/cases/<int:number>")
@login_required
def case(number: int) -> str:
    """One case with its events, shares and family."""
    with engine.connect() as connection:
        row = connection.execute(Q_CASE, {"id": number}).first() or abort(404)
        found = {
            "events": connection.execute(Q_EVENTS, {"id": number}).all(),
            "shares": connection.execute(Q_SHARES, {"id": number}).all(),
            "sibs": connection.execute(Q_FAMILY, {"f": row.family_id}).all(),
        }
    return render_template("case.html", c=row, levels=LEVELS, statuses=STATUSES, **found)


class NewCase(FlaskForm):
    """A new case."""

    first_name = StringField(validators=[DataRequired(), Length(max=80)])
    last_name = StringField(validators=[DataRequired(), Length(max=80)])
    summary = TextAreaField(validators=[DataRequired()])
    team_id = IntegerField(validators=[DataRequired()])
    level = IntegerField(validators=[DataRequired()])


@app.route("/new", methods=["GET", "POST"])
@login_required
def new() -> Any:
    """Log a case: a child, the case, an event, a share."""
    form = NewCase()
    if not form.validate_on_submit():
        return render_template("new.html", form=form), (400 if request.method == "POST" else 200)
    now = datetime.now(UTC)
    with engine.begin() as connection:
        child = connection.execute(
            text(
                "insert into child(family_id,first_name,last_name,dob,address,postcode)"
                " values (0,:f,:l,'2015-01-01','','') returning id"
            ),
            {"f": form.first_name.data, "l": form.last_name.data},
        ).scalar_one()
        if not POSTGRES:
            connection.execute(
                text("insert into child_fts(rowid,full_name) values (:i,:n)"),
                {"i": child, "n": f"{form.first_name.data} {form.last_name.data}".lower()},
            )
        number = connection.execute(
            text(
                "insert into cases(ref,child_id,team_id,worker_id,agency_id,status,level,received_at,due_at,summary,version)"
                " values ('N',:c,:t,null,:a,1,:l,:n,:d,:s,1) returning id"
            ),
            {
                "c": child,
                "t": form.team_id.data,
                "a": current_user.agency_id,
                "l": form.level.data,
                "n": _stored(now),
                "d": _stored(now + timedelta(days=63)),
                "s": form.summary.data,
            },
        ).scalar_one()
        connection.execute(
            text("insert into case_event(case_id,at,user_id,kind,note) values (:c,:n,:u,1,'Referral logged')"),
            {"c": number, "n": _stored(now), "u": current_user.id},
        )
        connection.execute(
            text("insert into case_share(case_id,agency_id,level) values (:c,:a,1)"),
            {"c": number, "a": current_user.agency_id},
        )
    return redirect(f"/cases/{number}")
