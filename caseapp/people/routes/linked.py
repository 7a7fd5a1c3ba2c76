"""Records of one person: what was said of them, saying so, taking it back; and who alone may see a record."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard, note_read
from caseapp.access.queries import get_subject, list_restrictions
from caseapp.accounts.queries import user_names
from caseapp.kernel.errors import AppError, Invalid, NotFound, OutOfOrder
from caseapp.kernel.subjects import parse_reference
from caseapp.people import commands, queries
from caseapp.people.catalogue import ANSWERS_OF_RECORDS, RESTRICTIONS
from caseapp.people.forms import LinkForm, RestrictForm, UnlinkForm
from caseapp.people.slots import Panel

from .blueprint import NUMBER, bp

NO_SUCH = "No record that you can see has this reference. Check it letter by letter"


def panels(actor: Actor, subject: SubjectAccess) -> list[Panel]:
    """For the slot `people.panels`: the other records of the same person, and the ways to what was said of them."""
    others = queries.list_other_records(actor, subject.id)
    for other in others:
        note_read(other.person_id, subject.why)
    may = {key: allows(PERMISSIONS[f"person:{key}"], actor, subject) for key in ("link", "restrict")}
    if not others and not any(may.values()):
        return []
    rows = {"others": others, "reference": subject.reference, "may": may}
    return [Panel("Other records of the same person", "people/_other_records.html", rows)]


@bp.get("/<ref:reference>/links")
@guard("person:link")
def links(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Everything said of this record and others."""
    other = parse_reference(request.args.get("other", "")) or ""
    return _links(actor, subject, form=LinkForm(formdata=None, data={"other": other}))


@bp.post("/<ref:reference>/links")
@guard("person:link")
def say_same(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Say of this record and another whether they are the same person."""
    form = LinkForm()
    if not form.validate():
        return _links(actor, subject, form=form), 422
    try:
        other = get_subject(actor, form.other.data, "person", PERMISSIONS["person:link"].level)
        note_read(other.id, subject.why)
        commands.say_whether_same(actor, subject.id, other.id, answer=form.answer.data or "", words=form.words.data)
    except NotFound:
        form.add_errors({"other": NO_SUCH})
        return _links(actor, subject, form=form), 422
    except (Invalid, OutOfOrder) as error:
        return _refused(actor, subject, error, form=form)
    return redirect(url_for(".links", reference=subject.reference), 303)


@bp.post(f"/<ref:reference>/links/<{NUMBER}:link_id>/take-back")
@guard("person:link")
def take_back(actor: Actor, subject: SubjectAccess, link_id: int) -> ResponseReturnValue:
    """Take back what was said of two records."""
    if all(each.link.id != link_id or each.ring for each in queries.list_links_of(actor, subject.id)):
        raise NotFound
    form = UnlinkForm(prefix=f"back-{link_id}-")
    if not form.validate():
        return _links(actor, subject, back=(link_id, form)), 422
    try:
        commands.take_back(actor, link_id, words=form.words.data)
    except (Invalid, OutOfOrder) as error:
        return _refused(actor, subject, error, back=(link_id, form))
    return redirect(url_for(".links", reference=subject.reference), 303)


def _refused(actor: Actor, subject: SubjectAccess, error: AppError, **forms: Any) -> ResponseReturnValue:
    form = forms.get("form") or forms["back"][1]
    form.add_errors(error.problems if isinstance(error, Invalid) else {"": str(error)})
    return _links(actor, subject, **forms), error.status


def _links(
    actor: Actor,
    subject: SubjectAccess,
    *,
    form: LinkForm | None = None,
    back: tuple[int, UnlinkForm] | None = None,
) -> str:
    found = queries.list_links_of(actor, subject.id)
    form = form or LinkForm(formdata=None)
    backs = {each.link.id: UnlinkForm(formdata=None, prefix=f"back-{each.link.id}-") for each in found}
    if back is not None:
        backs[back[0]] = back[1]
    return render_template(
        "people/links.html",
        person=queries.get_person(subject.id, level=subject.level),
        reference=subject.reference,
        links=found,
        form=form,
        backs=backs,
        answer_words=ANSWERS_OF_RECORDS,
        errors=[*form.error_list, *(back[1].error_list if back else [])],
    )


@bp.get("/<ref:reference>/restriction")
@guard("person:restrict")
def restriction(_actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Who alone may see this record, and why; or the form that says so."""
    return _restriction(subject, RestrictForm(formdata=None), UnlinkForm(formdata=None))


@bp.post("/<ref:reference>/restriction")
@guard("person:restrict")
def restrict(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Let only named people see this record, or end that."""
    form, end = (
        (RestrictForm(formdata=None), UnlinkForm())
        if "end" in request.form
        else (RestrictForm(), UnlinkForm(formdata=None))
    )
    asked = end if "end" in request.form else form
    if not asked.validate():
        return _restriction(subject, form, end), 422
    try:
        if asked is end:
            commands.lift_restriction(actor, person_id=subject.id, words=end.words.data)
        else:
            commands.restrict_person(
                actor,
                person_id=subject.id,
                reason=form.reason.data or "",
                words=form.words.data,
                ring=form.ring.data,
                emails=form.readers.data.split(),
            )
    except (Invalid, OutOfOrder) as error:
        asked.add_errors(error.problems if isinstance(error, Invalid) else {"": str(error)})
        return _restriction(subject, form, end), error.status
    return redirect(url_for(".restriction", reference=subject.reference), 303)


def _restriction(subject: SubjectAccess, form: RestrictForm, end: UnlinkForm) -> str:
    rows = list_restrictions(subject.id)
    numbers = {int(each.partition(":")[2]) for row in rows for each in row.readers if each.startswith("user:")}
    people = {row.set_by_id for row in rows} | {row.ended_by_id for row in rows if row.ended_by_id}
    return render_template(
        "people/restriction.html",
        person=queries.get_person(subject.id, level=subject.level),
        reference=subject.reference,
        restrictions=rows,
        names=user_names(numbers | people),
        reasons=RESTRICTIONS,
        form=form,
        end=end,
        errors=[*form.error_list, *end.error_list],
    )
