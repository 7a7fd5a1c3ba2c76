"""A person: their page, who looked, what is recorded, corrected and ended."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import L4, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.audit.domain import merge_looks
from caseapp.audit.queries import list_looks
from caseapp.kernel import clock
from caseapp.kernel.errors import AppError, Conflict, Invalid, NotFound, OutOfOrder
from caseapp.people import commands, queries
from caseapp.people.domain import register
from caseapp.people.forms import (
    SOMEBODY_ELSE,
    BirthForm,
    ContactForm,
    DangerForm,
    EndContactForm,
    EndDangerForm,
    EndNumberForm,
    EndRelationshipForm,
    FactsForm,
    NameForm,
    NumberForm,
    RecordForm,
    RelationForm,
)
from caseapp.people.slots import PANELS

from .blueprint import NUMBER, before, bp

PAGE = 50


@bp.get("/<ref:reference>")
@guard("person:read")
def show(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """A person on one page: the whole for who works with them, the status card for other workers of the council."""
    page = queries.get_person(subject.id, level=subject.level)
    whole = subject.level >= L4
    return render_template(
        "people/person.html" if whole else "people/status.html",
        person=page,
        reference=subject.reference,
        around=queries.get_surroundings(actor, subject.id) if whole else None,
        panels=[panel for fill in PANELS for panel in fill(actor, subject)],
        may_write=allows(PERMISSIONS["person:write"], actor, subject),
        words=register,
        today=clock.today(),
    )


@bp.get("/<ref:reference>/who-looked")
@guard("person:read_looks")
def looks(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """Everybody who looked at this person's page, when, and why they could."""
    found = list_looks([subject.id], PAGE + 1, before=before())
    return render_template(
        "people/looks.html",
        person=queries.get_person(subject.id, level=subject.level),
        reference=subject.reference,
        looks=merge_looks(found[:PAGE]),
        before=found[PAGE - 1].id if len(found) > PAGE else None,
    )


def _name_form(page: queries.PersonPage, **options: Any) -> RecordForm:
    now = page.current_name
    parts = {"first": now.a, "middle": now.b, "last": now.c} if now else {}
    return NameForm(data={**parts, "kind": "known"}, **options)


def _facts_form(page: queries.PersonPage, **options: Any) -> RecordForm:
    stands = {name: getattr(page, name) for name in commands.FACTS if name not in ("ethnicity",)}
    stands |= {
        "ethnicity": page.ethnicity_code or "",
        "born_estimated": "yes" if page.born_estimated else "no",
        "interpreter_needed": "yes" if page.interpreter_needed else "no",
        "disabilities": [row.kind for row in page.live("disability")],
    }
    return FactsForm(data=stands, **options)


def _birth_form(page: queries.PersonPage, **options: Any) -> RecordForm:
    now = page.current_name
    return BirthForm(data={"last": now.c if now else ""}, **options)


def _keep_name(actor: Actor, person_id: int, form: Any) -> None:
    commands.tell_name(
        actor, person_id=person_id, name=_name(form), becomes=form.becomes.data or "former", version=form.version.data
    )


def _name(form: Any) -> commands.NameGiven:
    kind, from_on = (getattr(form, name, None) for name in ("kind", "from_on"))
    return commands.NameGiven(
        first=form.first.data,
        middle=form.middle.data,
        last=form.last.data,
        kind=kind.data if kind else "known",
        from_on=from_on.data if from_on else None,
        said_by=form.said_by.data,
    )


def _keep_facts(actor: Actor, person_id: int, form: Any) -> None:
    commands.correct_facts(
        actor,
        person_id=person_id,
        facts=form.facts,
        disabilities=form.disabilities.data,
        said_by=form.said_by.data,
        version=form.version.data,
    )


def _keep_birth(actor: Actor, person_id: int, form: Any) -> None:
    commands.record_birth(
        actor,
        person_id=person_id,
        born_on=form.born_on.data,
        sex=form.sex.data,
        name=_name(form),
        version=form.version.data,
    )


def _keep_number(actor: Actor, person_id: int, form: Any) -> None:
    given = {name: getattr(form, name).data for name in ("kind", "value", "said_by", "version")}
    commands.add_number(actor, person_id=person_id, **given)


def _keep_relation(actor: Actor, person_id: int, form: Any) -> None:
    around = {near.reference: near.id for near in queries.get_surroundings(actor, person_id).people[1:]}
    alone = form.other.data == SOMEBODY_ELSE
    given = commands.Related(
        person_id,
        form.kind.data,
        other_id=None if alone else around[form.other.data],
        other_name=form.other_name.data if alone else None,
        parental_responsibility={"yes": True, "no": False}.get(form.responsibility.data),
        from_on=form.from_on.data,
        said_by=form.said_by.data,
    )
    commands.relate(actor, given=given, version=form.version.data)


def _keep_contact(actor: Actor, person_id: int, form: Any) -> None:
    given = {name: getattr(form, name).data for name in ("way", "words", "said_by", "version")}
    commands.tell_contact(actor, person_id=person_id, safe=form.safe.data == "yes", **given)


def _keep_danger(actor: Actor, person_id: int, form: Any) -> None:
    given = {name: getattr(form, name).data for name in ("words", "since_on", "said_by", "version")}
    commands.tell_danger(actor, person_id=person_id, **given)


@dataclass(frozen=True)
class Change:
    """Something that can be recorded of a person: heading, button, its form as things stand, and what keeps it."""

    heading: str
    button: str
    form: Callable[..., RecordForm]
    keep: Callable[[Actor, int, Any], None]


def _empty(form: type[RecordForm]) -> Callable[..., RecordForm]:
    return lambda _page, **options: form(**options)


CHANGES = {
    "name": Change("Record a name", "Keep the name", _name_form, _keep_name),
    "facts": Change("Correct what is recorded", "Keep this", _facts_form, _keep_facts),
    "birth": Change("The baby is born", "Record the birth", _birth_form, _keep_birth),
    "number": Change("Record a number", "Keep the number", _empty(NumberForm), _keep_number),
    "relationship": Change("Record a relationship", "Keep the relationship", _empty(RelationForm), _keep_relation),
    "contact": Change("Safe to contact?", "Keep this", _empty(ContactForm), _keep_contact),
    "danger": Change("A danger to workers", "Keep this", _empty(DangerForm), _keep_danger),
}


@bp.get("/<ref:reference>/change/<what>")
@guard("person:write")
def ask_change(actor: Actor, subject: SubjectAccess, what: str) -> ResponseReturnValue:
    """The form for one kind of change, as things stand."""
    page = queries.get_person(subject.id, level=subject.level)
    form = _change(page, what).form(page, formdata=None)
    form.version.process(None, page.version)
    return _change_page(actor, subject, what, page, form)


@bp.post("/<ref:reference>/change/<what>")
@guard("person:write")
def change(actor: Actor, subject: SubjectAccess, what: str) -> ResponseReturnValue:
    """Keep it; what is wrong comes back with everything typed."""
    page = queries.get_person(subject.id, level=subject.level)
    kind = _change(page, what)
    form = kind.form(page)
    _offer(actor, subject, form)
    if not form.validate():
        return _change_page(actor, subject, what, page, form), 422
    try:
        kind.keep(actor, subject.id, form)
    except (Invalid, Conflict, OutOfOrder) as refused:
        _say(form, refused)
        return _change_page(actor, subject, what, page, form), refused.status
    return redirect(url_for(".show", reference=subject.reference), 303)


def _change(page: queries.PersonPage, what: str) -> Change:
    """The row of the table. Raises NotFound for none, and for a birth where no baby is expected."""
    if what not in CHANGES or (what == "birth" and not page.unborn):
        raise NotFound
    return CHANGES[what]


def _say(form: RecordForm, refused: AppError) -> None:
    """Put a refusal where it belongs; after somebody else's change the next press takes the record as it stands now."""
    if isinstance(refused, Invalid):
        form.add_errors(refused.problems)
        return
    form.add_errors({"": str(refused)})
    if isinstance(refused, Conflict) and refused.version is not None:
        form.version.process(None, refused.version)


def _offer(actor: Actor, subject: SubjectAccess, form: RecordForm) -> None:
    if isinstance(form, RelationForm):
        form.offer(queries.get_surroundings(actor, subject.id).people[1:])


def _change_page(actor: Actor, subject: SubjectAccess, what: str, page: queries.PersonPage, form: RecordForm) -> str:
    _offer(actor, subject, form)
    return render_template(
        "people/change.html",
        person=page,
        reference=subject.reference,
        heading=CHANGES[what].heading,
        button_words=CHANGES[what].button,
        form=form,
    )


def _end_number(actor: Actor, person_id: int, row_id: int, form: Any) -> None:
    commands.end_number(actor, person_id=person_id, number_id=row_id, reason=form.reason.data)


def _end_relationship(actor: Actor, person_id: int, row_id: int, form: Any) -> None:
    commands.end_relationship(
        actor, person_id=person_id, relationship_id=row_id, reason=form.reason.data, to_on=form.to_on.data
    )


def _end_danger(actor: Actor, person_id: int, row_id: int, form: Any) -> None:
    commands.end_danger(actor, person_id=person_id, danger_id=row_id, words=form.words.data)


def _end_contact(actor: Actor, person_id: int, row_id: int, form: Any) -> None:
    commands.end_contact(actor, person_id=person_id, flag_id=row_id)


def _refuse_address(actor: Actor, person_id: int, row_id: int, form: Any) -> None:
    commands.refuse_address(actor, person_id=person_id, stay_id=row_id, words=form.words.data)


@dataclass(frozen=True)
class End:
    """Something that can be ended: heading, button, its form, what ends it."""

    heading: str
    button: str
    form: type[RecordForm]
    end: Callable[[Actor, int, int, Any], None]


ENDS = {
    "number": End("This number is not theirs any more", "End it", EndNumberForm, _end_number),
    "relationship": End("This relationship ends", "End it", EndRelationshipForm, _end_relationship),
    "danger": End("This danger is over", "End it", EndDangerForm, _end_danger),
    "contact": End("This no longer holds", "End it", EndContactForm, _end_contact),
    "stay": End("They do not live there", "Keep the present address", EndDangerForm, _refuse_address),
}


@bp.get(f"/<ref:reference>/end/<what>/<{NUMBER}:row_id>")
@guard("person:write")
def ask_end(actor: Actor, subject: SubjectAccess, what: str, row_id: int) -> ResponseReturnValue:
    """Ask why something ends."""
    page = queries.get_person(subject.id, level=subject.level)
    return _end_page(actor, subject, what, row_id, page, _end(what).form(formdata=None))


@bp.post(f"/<ref:reference>/end/<what>/<{NUMBER}:row_id>")
@guard("person:write")
def end(actor: Actor, subject: SubjectAccess, what: str, row_id: int) -> ResponseReturnValue:
    """End it: it stays as history."""
    form = _end(what).form()
    page = queries.get_person(subject.id, level=subject.level)
    about = _about(actor, page, what, row_id)
    if not about or not form.validate():
        return _end_page(actor, subject, what, row_id, page, form), 422
    try:
        _end(what).end(actor, subject.id, row_id, form)
    except (Invalid, OutOfOrder) as refused:
        _say(form, refused)
        return _end_page(actor, subject, what, row_id, page, form), refused.status
    return redirect(url_for(".show", reference=subject.reference), 303)


def _end(what: str) -> End:
    """The row of the table. Raises NotFound."""
    if what not in ENDS:
        raise NotFound
    return ENDS[what]


def _about(actor: Actor, page: queries.PersonPage, what: str, row_id: int) -> str:
    """What is to be ended, in words. Raises NotFound for a row of somebody else."""
    if what == "relationship":
        around = queries.get_surroundings(actor, page.id)
        tied = next((kin for kin in around.kin if kin.tie is not None and kin.tie.id == row_id), None)
        found = f"{tied.words}: {tied.name}" if tied else ""
    else:
        row = next((row for row in page.facts.get(what, ()) if row.id == row_id), None)
        said = {
            "number": lambda row: f"{register.NUMBER_KINDS[row.kind]}: {row.a}",
            "contact": lambda row: f"{register.WAYS[row.kind]}: {row.a or ('safe' if row.yes else 'not safe')}",
        }
        found = said.get(what, lambda row: row.words)(row) if row else ""
    if not found:
        raise NotFound
    return found


def _end_page(
    actor: Actor, subject: SubjectAccess, what: str, row_id: int, page: queries.PersonPage, form: RecordForm
) -> str:
    return render_template(
        "people/end.html",
        person=page,
        reference=subject.reference,
        heading=_end(what).heading,
        button_words=_end(what).button,
        about=_about(actor, page, what, row_id),
        form=form,
    )


@bp.post(f"/<ref:reference>/numbers/<{NUMBER}:row_id>/verify")
@guard("person:write")
def verify(actor: Actor, subject: SubjectAccess, row_id: int) -> ResponseReturnValue:
    """Keep that a number was looked up and is theirs."""
    commands.verify_number(actor, person_id=subject.id, number_id=row_id)
    return redirect(url_for(".show", reference=subject.reference, _anchor="numbers"), 303)


@bp.post(f"/<ref:reference>/told/<{NUMBER}:row_id>")
@guard("person:write")
def told(actor: Actor, subject: SubjectAccess, row_id: int) -> ResponseReturnValue:
    """Keep that somebody was told of the new address."""
    commands.tell_address(actor, person_id=subject.id, row_id=row_id)
    return redirect(url_for(".show", reference=subject.reference, _anchor="home"), 303)
