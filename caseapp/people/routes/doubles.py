"""Records that may be one child: the work list of the hub's manager, and what they say of each pair."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard, note_read
from caseapp.kernel.errors import Invalid, NotFound, OutOfOrder
from caseapp.people import commands, queries
from caseapp.people.forms import DoubleForm

from .blueprint import bp


@bp.get("/duplicates")
@guard("person:list_doubles", logged=True)
def duplicates(actor: Actor) -> str:
    """The pairs that wait, and how many of how many were decided."""
    return render_template("people/duplicates.html", waiting=queries.list_waiting(actor), shown=queries.SHOWN)


@bp.get("/<ref:reference>/duplicates")
@guard("person:settle_doubles")
def doubles(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """A record beside the others that may be the same child."""
    return _show(actor, subject)


@bp.post("/<ref:reference>/duplicates")
@guard("person:settle_doubles")
def say_of_double(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Say of two records whether they are the same child; the next pair follows."""
    about = request.form.get("about", "")
    other = next((each for each in queries.list_doubles(actor, subject.id) if each.about == about), None)
    if other is None:
        raise NotFound
    form = DoubleForm(prefix=f"{about}-")
    if not form.validate():
        return _show(actor, subject, (about, form)), 422
    answer, words = form.answer.data or "", form.words.data or ""
    try:
        commands.say_whether_same(actor, subject.id, other.person_id, answer=answer, words=words)
    except Invalid as error:
        form.add_errors(error.problems)
        return _show(actor, subject, (about, form)), 422
    except OutOfOrder as error:
        form.add_errors({"": str(error)})
        return _show(actor, subject, (about, form)), 409
    following = next((pair for pair in queries.list_waiting(actor, limit=1).pairs if not pair.not_sure), None)
    if following is None:
        return redirect(url_for("people.duplicates"), 303)
    return redirect(url_for("people.doubles", reference=following.reference), 303)


def _show(actor: Actor, subject: SubjectAccess, said: tuple[str, DoubleForm] | None = None) -> str:
    found = queries.list_doubles(actor, subject.id)
    for each in found:
        note_read(each.person_id, subject.why)
    forms = {each.about: DoubleForm(formdata=None, prefix=f"{each.about}-") for each in found}
    if said is not None:
        forms[said[0]] = said[1]
    return render_template(
        "people/doubles.html",
        reference=subject.reference,
        card=queries.get_person_card(subject.id),
        found=found,
        forms=forms,
        errors=said[1].error_list if said else [],
    )
