"""The administrator's list of sign-ins."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.access.taking import give_list
from caseapp.accounts import commands, queries
from caseapp.accounts.domain import staff_task_words
from caseapp.accounts.routes.blueprint import bp
from caseapp.accounts.routes.words import DONE
from caseapp.kernel.sheets import MOST_ROWS, Sheet


@bp.get("/people")
@guard("account:administer")
def people(_actor: Actor) -> Any:
    """Everybody who can sign in, by name."""
    after, words = request.args.get("after"), _asked_words()
    rows, more = queries.list_people(words, after=after)
    return render_template(
        "accounts/people.html",
        rows=rows,
        more=more,
        after=after,
        words=words,
        total=queries.count_people(words),
        done=DONE.get(request.args.get("done", "")),
    )


def _asked_words() -> str:
    """What is looked for: names of staff only, so the address may carry them and be kept as a bookmark."""
    return " ".join(request.args.get("words", "").replace("\0", "").split())[:100]


PEOPLE_HEADINGS = ("Reference", "Name", "E-mail", "Agency", "Team and role", "Last used", "State", "Since")


@bp.get("/people.xlsx")
@guard("account:administer")
def take_people(actor: Actor) -> Any:
    """Everybody who can sign in, as a spreadsheet."""
    words = _asked_words()
    rows, more = queries.list_people(words, limit=MOST_ROWS)
    cells = [
        [
            row.reference,
            row.name,
            row.email,
            row.agency,
            "; ".join(row.places) or "None at present",
            row.last_used_at,
            row.state_words,
            row.disabled_at or row.suspended_at,
        ]
        for row in rows
    ]
    asked = {"filter": f"name, e-mail or agency: {words}"} if words else {}
    return give_list(
        actor, Sheet("sign_ins", "People who sign in", PEOPLE_HEADINGS, cells, more=more is not None, **asked)
    )


@bp.get("/people/<ref:reference>/disable")
@guard("user:disable")
def ask_disable(actor: Actor, subject: SubjectAccess) -> Any:
    """What switching a sign-in off does."""
    return render_template(
        "accounts/switch.html",
        row=queries.get_person(subject.id),
        sessions=queries.count_live_sessions(subject.id),
        open_work=[staff_task_words(kind, amount) for kind, amount in queries.count_open_work(subject.id).items()],
        alone_in=queries.only_manager_of(subject.id),
        is_self=subject.id == actor.user_id,
        step="disable",
    )


@bp.post("/people/<ref:reference>/disable")
@guard("user:disable")
def disable(actor: Actor, subject: SubjectAccess) -> Any:
    """Switch a sign-in off."""
    commands.disable_user(actor, subject.id)
    return redirect(url_for("accounts.people", done="disabled"), 303)


@bp.get("/people/<ref:reference>/enable")
@guard("user:disable")
def ask_enable(_actor: Actor, subject: SubjectAccess) -> Any:
    """What switching a sign-in on again does."""
    return render_template("accounts/switch.html", row=queries.get_person(subject.id), step="enable")


@bp.post("/people/<ref:reference>/enable")
@guard("user:disable")
def enable(actor: Actor, subject: SubjectAccess) -> Any:
    """Switch a sign-in on again."""
    commands.enable_user(actor, subject.id)
    return redirect(url_for("accounts.people", done="enabled"), 303)
