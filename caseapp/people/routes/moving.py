"""A change of address: what it changes for everybody around is asked, shown, and then kept (practice 8)."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.kernel.errors import Conflict, Invalid, NotFound, OutOfOrder
from caseapp.people import commands, queries
from caseapp.people.forms import MoveForm, move_form
from caseapp.people.slots import LETTERS

from .blueprint import LARGEST, bp


@bp.get("/<ref:reference>/move")
@guard("person:write")
def ask_move(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Ask for the new address; one that somebody else gave (`said`) stands there already."""
    page = queries.get_person(subject.id, level=subject.level)
    said = _said(page)
    given = {"line": said.a, "postcode": said.b, "kind": said.kind} if said else {}
    around = queries.get_surroundings(actor, subject.id)
    form = move_form(
        around.people[1:],
        around.household,
        formdata=None,
        data={"school": page.school or "", "version": page.version, "protected": "yes" if said and said.also else "no"}
        | given,
    )
    return _move_page(subject, page, form)


@bp.post("/<ref:reference>/move")
@guard("person:write")
def move(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Show what the move changes, then keep it: what is kept is what was shown."""
    page = queries.get_person(subject.id, level=subject.level)
    around = queries.get_surroundings(actor, subject.id)
    form = move_form(around.people[1:], around.household)
    if not form.validate():
        return _move_page(subject, page, form), 422
    follows = _follows(actor, page, around, form)
    if form.sure.data != form.mark:
        form.sure.data = form.mark
        return _move_page(subject, page, form, follows=follows)
    said = _said(page)
    try:
        commands.move(
            actor,
            person_id=subject.id,
            to=_address(form),
            around=_around(around.people, form, page, new_place=bool(follows["localities"])),
            version=form.version.data,
            said_id=said.id if said else None,
        )
    except (Invalid, Conflict, OutOfOrder) as refused:
        form.sure.data = ""
        form.add_errors(refused.problems if isinstance(refused, Invalid) else {"": str(refused)})
        if isinstance(refused, Conflict) and refused.version is not None:
            form.version.process(None, refused.version)
        return _move_page(subject, page, form), refused.status
    return redirect(url_for(".show", reference=subject.reference, _anchor="home"), 303)


def _said(page: queries.PersonPage) -> queries.Fact | None:
    """The address that somebody else gave and that this is about; None if it is about none. Raises NotFound."""
    text = request.values.get("said", "")
    if not text:
        return None
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else LARGEST
    found = next((row for row in page.said if row.id == number), None)
    if found is None:
        raise NotFound
    return found


def _address(form: MoveForm) -> commands.NewAddress:
    return commands.NewAddress(
        line=form.line.data,
        postcode=form.postcode.data or None,
        kind=form.kind.data,
        said_by=form.said_by.data,
        said_how=form.said_how.data,
        from_on=form.from_on.data,
        protected=form.protected.data == "yes",
    )


def _around(
    people: Sequence[queries.Near], form: MoveForm, page: queries.PersonPage, *, new_place: bool
) -> commands.Around:
    school = form.school.data
    return commands.Around(
        household=form.household,
        secret_from=[near.id for near in people if near.reference in form.secret_from.data],
        secret_names=form.secret_names.data.split(","),
        tell=form.tell.data,
        school=school if school != (page.school or "") else None,
        new_place=new_place,
    )


def _follows(actor: Actor, page: queries.PersonPage, around: queries.Surroundings, form: MoveForm) -> dict[str, Any]:
    """What the move changes, in words for the page: who goes, who must not learn of it, whose teams work there, letters
    that wait with the old address."""
    moved = [near for near in around.household if form.household[near.id] == "moved"]
    before = queries.locality_of(page.home.b) if page.home else None
    after = queries.locality_of(form.postcode.data)
    return {
        "moved": [page.name, *(near.name for near in moved)],
        "stayed": [near.name for near in around.household if form.household[near.id] == "stayed"],
        "unknown": [near.name for near in around.household if form.household[near.id] == "unknown"],
        "secret": [near.name for near in around.people[1:] if near.reference in form.secret_from.data]
        + [name.strip() for name in form.secret_names.data.split(",") if name.strip()],
        "localities": (before or "outside the borough", after or "outside the borough") if before != after else None,
        "letters": [words for fill in LETTERS for words in fill(actor, [page.id, *(near.id for near in moved)])],
    }


def _move_page(
    subject: SubjectAccess, page: queries.PersonPage, form: MoveForm, *, follows: dict[str, Any] | None = None
) -> str:
    return render_template(
        "people/move.html",
        person=page,
        reference=subject.reference,
        form=form,
        follows=follows,
        said=request.values.get("said", ""),
    )
