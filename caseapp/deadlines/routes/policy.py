"""Every clock, explained; the calendar; and what the council decides about them. No child is named on these pages."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, allows
from caseapp.access.guard import guard
from caseapp.deadlines import queries
from caseapp.deadlines.catalogue import PARTS
from caseapp.deadlines.commands import apply_changes, preview_change
from caseapp.deadlines.domain import (
    BASIS_WORDS,
    DAY_KINDS,
    INSTANT_UNITS,
    Due,
    OutsideCalendar,
    PolicyChange,
    Rule,
)
from caseapp.deadlines.forms import (
    DAY_FORMS,
    DecisionForm,
    RuleForm,
    StartAtForm,
    StartForm,
    defaults_of,
    rule_form,
)
from caseapp.kernel import clock
from caseapp.kernel.errors import Conflict, Invalid, NotFound
from caseapp.kernel.forms import NO_VERSION

from .blueprint import bp

A_PAGE = 50
# A decision moves about so many clocks in a second on PostgreSQL (docs/performance.md).
MOVED_IN_A_SECOND = 10_000


def _may(actor: Actor, key: str) -> bool:
    return allows(PERMISSIONS[key], actor, None)


@bp.get("/")
@guard("policy:read")
def rules(actor: Actor) -> str:
    """Every rule, by its part of the work."""
    group, basis = request.args.get("group", ""), request.args.get("basis", "")
    group, basis = group if group in PARTS else "", basis if basis in BASIS_WORDS else ""
    found = queries.list_rules(group=group, basis=basis)
    return render_template(
        "deadlines/rules.html",
        found=found,
        total=sum(len(views) for _, views in found),
        group=group,
        basis=basis,
        groups={key: heading for key, (heading, _) in PARTS.items()},
        basis_words=BASIS_WORDS,
        may_see=_may(actor, "policy:decisions"),
        may_decide=_may(actor, "policy:decide"),
    )


@bp.get("/rules/<key>")
@guard("policy:read")
def rule(actor: Actor, key: str) -> ResponseReturnValue:
    """One rule: what it says, and when something is due that starts on a day of the reader's choice."""
    page = queries.get_rule_page(key)
    form = _start_form(page.view.rule)
    due = _counted(key, form)
    shown = render_template(
        "deadlines/rule.html",
        page=page,
        view=page.view,
        rule=page.view.rule,
        form=form,
        due=due,
        today=clock.today(),
        may_decide=_may(actor, "policy:decide"),
    )
    return shown, 422 if form.error_list else 200


def _start_form(rule: Rule) -> StartForm:
    kind = StartAtForm if rule.unit in INSTANT_UNITS else StartForm
    if any(name.startswith("happened_") for name in request.args):
        return kind(formdata=request.args)
    # What is counted back from a meeting needs one that lies ahead.
    start = clock.today() + timedelta(days=28 if rule.before else 0)
    return kind(formdata=None, data={"happened_on": start, "happened_time": "10:00"})


def _counted(key: str, form: StartForm) -> Due | None:
    if not form.validate():
        return None
    noon = datetime.combine(form.happened_on.data, time(12), clock.LONDON)
    try:
        return queries.count_from(key, form.happened_at if isinstance(form, StartAtForm) else noon.astimezone(UTC))
    except OutsideCalendar as outside:
        form.add_errors({"happened_on": str(outside)})
    except LookupError:
        form.add_errors({"happened_on": "The rule was not in force on that day"})
    return None


@bp.get("/calendar")
@guard("policy:read")
def calendar(actor: Actor) -> str:
    """A year of days: which count, and what those that do not are called."""
    first, last = queries.first_and_last_year()
    typed = request.args.get("year", "")
    known = typed.isascii() and typed.isdecimal() and len(typed) == 4
    year = queries.get_year(int(typed) if known else min(max(clock.today().year, first), last))
    return render_template(
        "deadlines/calendar.html",
        year=year,
        first=first,
        last=last,
        today=clock.today(),
        kinds=DAY_KINDS,
        hub=queries.hub_hours(),
        may_see=_may(actor, "policy:decisions"),
        may_decide=_may(actor, "policy:decide"),
    )


@bp.get("/decisions")
@guard("policy:decisions")
def decisions(actor: Actor) -> str:
    """What this council has decided, the last first."""
    typed = request.args.get("before", "")
    before = int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 19 else None
    rows = queries.list_decisions(before=before, limit=A_PAGE + 1)
    older = url_for(".decisions", before=rows[A_PAGE - 1].version) if len(rows) > A_PAGE else None
    may_decide = _may(actor, "policy:decide")
    return render_template("deadlines/decisions.html", rows=rows[:A_PAGE], older=older, may_decide=may_decide)


@bp.get("/decisions/<int:number>")
@guard("policy:decide", logged=True)
def decision(actor: Actor, number: int) -> str:
    """One decision with what it moved."""
    made = queries.get_decision(number)
    typed = request.args.get("after", "")
    after = int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 19 else 0
    rows, more = queries.list_moves(number, after=after)
    return render_template(
        "deadlines/decision.html",
        made=made,
        rows=rows,
        by_rule=queries.count_moves_by_rule(number),
        next_url=url_for(".decision", number=number, after=more) if more else None,
        undo_url=url_for(".undo", number=number) if made.holds else None,
    )


@bp.get("/decisions/<int:number>/undo")
@guard("policy:decide")
def undo(actor: Actor, number: int) -> ResponseReturnValue:
    """The form that takes a decision back: a new decision, looked at before it is made."""
    change = queries.undoing(number)
    if change is None:
        raise NotFound
    if change.kind == "rule":
        return redirect(url_for(".decide_rule", key=change.rule, undo=number), 303)
    what = "holiday" if change.kind == "bank_holiday" else "closing"
    return redirect(url_for(".decide_days", what=what, undo=number), 303)


@bp.get("/decide")
@guard("policy:decide")
def decide(actor: Actor) -> str:
    """What can be decided."""
    return render_template("deadlines/decide.html")


@bp.get("/decide/<any(holiday, closing):what>")
@guard("policy:decide")
def decide_days(actor: Actor, what: str) -> str:
    """Which days count."""
    return _form_page(DAY_FORMS[what](formdata=None, data=_to_undo()), what)


@bp.post("/decide/<any(holiday, closing):what>")
@guard("policy:decide", logged=True)
def decide_days_it(actor: Actor, what: str) -> ResponseReturnValue:
    """What a decision about days moves; and then the decision."""
    return _take(actor, DAY_FORMS[what](), what)


@bp.get("/rules/<key>/decide")
@guard("policy:decide")
def decide_rule(actor: Actor, key: str) -> str:
    """How long a rule is."""
    view = queries.get_rule_page(key).view
    return _form_page(rule_form(view.rule, view.calendars, formdata=None, data=_to_undo()), "rule", view)


@bp.post("/rules/<key>/decide")
@guard("policy:decide", logged=True)
def decide_rule_it(actor: Actor, key: str) -> ResponseReturnValue:
    """What a decision about a rule moves; and then the decision."""
    view = queries.get_rule_page(key).view
    return _take(actor, rule_form(view.rule, view.calendars), "rule", view)


def _to_undo() -> dict[str, Any]:
    typed = request.args.get("undo", "")
    number = int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 19 else 0
    change = queries.undoing(number) if number else None
    return defaults_of(change) if change else {}


def _form_page(form: DecisionForm, what: str, view: Any = None, newer: Any = ()) -> str:
    return render_template(f"deadlines/decide_{what}.html", form=form, view=view, newer=newer)


def _take(actor: Actor, form: DecisionForm, what: str, view: Any = None) -> ResponseReturnValue:
    """A decision's form: it is shown again, or what it moves is, or it is made."""
    if "change" in request.form:
        return _form_page(form, what, view)
    if not form.validate():
        return _form_page(form, what, view), 422
    newer: list[queries.DecisionView] = []
    try:
        if "confirm" in request.form:
            try:
                return _made(apply_changes(actor, form.changes(queries.current_policy()), version=form.version.data))
            except (Conflict, Invalid) as stopped:
                since = form.version.data
                mine = queries.find_same(actor.user_id, since, form.is_same) if since != NO_VERSION else None
                if mine is not None:
                    return redirect(url_for(".decision", number=mine), 303)
                newer = [row for row in queries.list_decisions(limit=10) if row.version > since]
                if isinstance(stopped, Invalid):
                    raise
        return _preview_page(form, what, view, form.changes(queries.current_policy()), newer)
    except Invalid as refused:
        form.add_errors(refused.problems)
        return _form_page(form, what, view, newer), 422


def _made(done: Any) -> ResponseReturnValue:
    """To the decision, or where several were made together to the list of them."""
    if len(done) > 1:
        return redirect(url_for(".decisions"), 303)
    return redirect(url_for(".decision", number=done[0].version), 303)


def _preview_page(
    form: DecisionForm, what: str, view: Any, changes: list[PolicyChange], newer: list[queries.DecisionView]
) -> ResponseReturnValue:
    seen = preview_change(*changes, only_looks=True)
    page = render_template(
        "deadlines/preview.html",
        form=form,
        what=what,
        view=view,
        newer=newer,
        said=[queries.decision_words(change) for change in changes],
        seen=seen,
        affected=queries.get_affected(seen.moves),
        seconds=1 + len(seen.moves) * len(changes) // MOVED_IN_A_SECOND,
        fields=_carried(form),
        counted_anew=isinstance(form, RuleForm) and form.rule.runs != "clock",
    )
    return page, 409 if newer else 200


def _carried(form: DecisionForm) -> list[tuple[str, str]]:
    """What was typed, to be posted again with the answer."""
    pairs = ((name, value) for name, value in form.raw.items() if name != "version")
    return [(name, each) for name, value in pairs for each in (value if isinstance(value, list) else [value])]
