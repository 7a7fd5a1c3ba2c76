"""Printing and taking away, for every slice: the file and the event that says so are one call, so that neither is
without the other."""

from collections.abc import Mapping
from typing import Any

from flask import request, url_for

from caseapp.kernel.papers import PRINTED, TAKEN, send_taken, show_paper
from caseapp.kernel.sheets import LIST_TAKEN, MIMETYPE, Sheet, as_spreadsheet

from .domain import Actor, SubjectAccess
from .guard import note_taken


def give_paper(
    actor: Actor,
    subject: SubjectAccess,
    template: str,
    *,
    kind: str,
    as_file: bool,
    back: str,
    carried: Mapping[str, Any] | None = None,
    **context: Any,
) -> Any:
    """A paper about a subject, as a page to print or as a PDF, and its event. `back`: the page that it belongs to;
    `carried`: what the address of the PDF carries along; what the template shows comes in `context`."""
    if as_file:
        note_taken(TAKEN, subjects=[subject.id], kind=kind, format="pdf")
    else:
        note_taken(PRINTED, subjects=[subject.id], kind=kind)
    return show_paper(
        template,
        reference=subject.reference,
        kind=kind,
        by=actor.name,
        as_file=as_file,
        back=back,
        file_url=url_for(
            request.endpoint or "",
            **{**(request.view_args or {}), **(carried or {}), "reference": subject.reference, "as_file": True},
        ),
        **context,
    )


def give_list(actor: Actor, sheet: Sheet) -> Any:
    """A list as a spreadsheet, and its event. The guard has written the look itself, as for the page."""
    content = as_spreadsheet(sheet, by=f"{actor.name}, {actor.role_words}")
    note_taken(LIST_TAKEN, subjects=[], list=sheet.key, rows=len(sheet.kept))
    return send_taken(content, name=f"{sheet.key}.xlsx", mimetype=MIMETYPE)
