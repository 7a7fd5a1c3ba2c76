"""The page behind a one-time link. The address holds the secret: nothing logs addresses, and it leads nowhere else."""

from typing import Any

from flask import redirect, render_template, request, url_for

from caseapp.access.domain import Actor
from caseapp.access.guard import guard
from caseapp.accounts import commands, queries
from caseapp.accounts.forms import SetPasswordForm
from caseapp.accounts.routes.blueprint import bp
from caseapp.kernel.errors import Invalid, NotFound


def _page(token: str, form: SetPasswordForm, link: queries.Link) -> Any:
    return render_template("accounts/link.html", token=token, form=form, link=link)


def _dead() -> Any:
    """The same for a link that is used, expired, replaced, or was never one."""
    return render_template("accounts/link_dead.html"), 404


@bp.get("/link/<token>")
@guard("account:sign_in")
def link(_actor: Actor | None, token: str) -> Any:
    """Ask for a new password."""
    try:
        found = commands.open_link(token, address=request.remote_addr or "")
    except NotFound:
        return _dead()
    return _page(token, SetPasswordForm(formdata=None), found)


@bp.post("/link/<token>")
@guard("account:sign_in")
def use_link(_actor: Actor | None, token: str) -> Any:
    """Set it, and lead to the sign-in page: the second step is asked there."""
    form, address = SetPasswordForm(), request.remote_addr or ""
    try:
        found = commands.open_link(token, address=address)
        if not form.validate():
            return _page(token, form, found), 422
        commands.use_link(token, password=form.new_password.data, address=address)
    except NotFound:
        return _dead()
    except Invalid as error:
        form.add_errors(error.problems)
        return _page(token, form, found), 422
    return redirect(url_for("accounts.sign_in", done="set"), 303)
