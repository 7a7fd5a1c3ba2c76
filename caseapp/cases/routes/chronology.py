"""The chronology of a case: narrowed down, marked, on paper for whoever reads it, and in words for the child."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from caseapp.access.domain import L2, L4, PERMISSIONS, Actor, SubjectAccess, allows
from caseapp.access.guard import guard
from caseapp.access.taking import give_paper
from caseapp.cases import commands, queries
from caseapp.cases.forms import ChronologyForm

from .blueprint import NUMBER, before, bp, tabs

PAGE = 50
# A print holds so many entries; a longer chronology is printed in parts, by its days.
LONGEST_PRINT = 1000
# For whom it is printed: what they read, and what the print is called.
READERS = {
    "": (L4, "chronology", "people with the whole record"),
    "professionals": (L2, "chronology_group", "professionals around the family"),
}


@bp.get("/<ref:reference>/chronology")
@guard("case:read")
def chronology(actor: Actor, subject: SubjectAccess) -> ResponseReturnValue:
    """What happened, narrowed down by the address, page by page."""
    case, siblings = queries.get_case(actor, subject.id)
    form = ChronologyForm(queries.list_sources([row.id for row in siblings]))
    valid = form.validate()
    page = render_template(
        "cases/chronology.html",
        case=case,
        form=form,
        chronology=_narrowed(actor, case.id, siblings, form, limit=PAGE, before=before()) if valid else None,
        may_mark=allows(PERMISSIONS["case:mark"], actor, subject),
        may_correct=allows(PERMISSIONS["case:put_right"], actor, subject),
        tabs=tabs(subject.reference, "chronology"),
    )
    return page if valid else (page, 422)


def _narrowed(actor: Actor, case_id: int, siblings: Any, form: ChronologyForm, **options: Any) -> queries.Chronology:
    wanted = form.narrowed
    about = [row.id for row in siblings] if wanted.family else [case_id]
    return queries.list_chronology(actor, about, narrowed=wanted, **options)


@bp.post(f"/<ref:reference>/chronology/<{NUMBER}:entry>/mark")
@guard("case:mark")
def mark(actor: Actor, subject: SubjectAccess, entry: int) -> ResponseReturnValue:
    """Say that an entry is significant, or is not, and go back to the same part of the chronology."""
    commands.mark_entry(actor, case_id=subject.id, event_id=entry, significant=request.form.get("significant") == "yes")
    kept: dict[str, Any] = request.args.to_dict()
    return redirect(url_for(".chronology", reference=subject.reference, _anchor=f"entry-{entry}", **kept), 303)


@bp.get("/<ref:reference>/chronology/print", defaults={"as_file": False})
@bp.get("/<ref:reference>/chronology/print.pdf", defaults={"as_file": True})
@guard("case:read")
def chronology_paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> ResponseReturnValue:
    """The chronology on paper: what its printer may see, or what professionals around the family may."""
    case, siblings = queries.get_case(actor, subject.id)
    form = ChronologyForm(queries.list_sources([row.id for row in siblings]))
    if not form.validate():
        return redirect(url_for(".chronology", reference=subject.reference, **form.address), 303)
    level, kind, reader = READERS.get(request.args.get("reader", ""), READERS[""])
    given: ResponseReturnValue = give_paper(
        actor,
        subject,
        "cases/chronology_paper.html",
        kind=kind,
        as_file=as_file,
        back=url_for(".chronology", reference=subject.reference, **form.address),
        carried={**form.address, **({"reader": "professionals"} if level == L2 else {})},
        case=case,
        form=form,
        reader=reader,
        whole=level == L4,
        reader_words=f"{actor.name}, {actor.role_words}" if level == L4 else reader,
        chronology=_narrowed(actor, case.id, siblings, form, limit=LONGEST_PRINT, level=level),
    )
    return given


@bp.get("/<ref:reference>/chronology/for-child", defaults={"as_file": False})
@bp.get("/<ref:reference>/chronology/for-child.pdf", defaults={"as_file": True})
@guard("case:read")
def child_paper(actor: Actor, subject: SubjectAccess, as_file: bool) -> ResponseReturnValue:
    """What happened, in words for the child, without what others said and where anybody lives."""
    case, _ = queries.get_case(actor, subject.id)
    given: ResponseReturnValue = give_paper(
        actor,
        subject,
        "cases/child_paper.html",
        kind="chronology_child",
        as_file=as_file,
        back=url_for(".chronology", reference=subject.reference),
        case=case,
        story=queries.get_for_child(subject.id),
    )
    return given
