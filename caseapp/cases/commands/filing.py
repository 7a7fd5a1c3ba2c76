"""Keeping a file with a case: what it is, the day it bears, whose it is."""

from datetime import date

from caseapp.access.domain import Actor
from caseapp.cases.catalogue import DOCUMENT_KINDS
from caseapp.cases.models import CaseDocument
from caseapp.documents.commands import attach
from caseapp.kernel import clock
from caseapp.kernel.db import db
from caseapp.kernel.errors import Invalid
from caseapp.kernel.events import record
from caseapp.kernel.text import clean, is_blank

# A case lasts for years; a referral holds ten.
MOST_FILES = 500


def file_document(
    actor: Actor, *, case_id: int, name: str, content: bytes, kind: str, dated_on: date, source: str
) -> None:
    """Keep a file with a case that the caller has loaded through what the actor may see: by the rules of a referral's
    files (its content says what it is, what can run is refused, the bytes go out only as a download, each logged).

    Raises Invalid for a file that is not taken, an unknown kind, no source or a day to come. The same file again is
    the same document, and what it is stays as it was first said.
    """
    source, _ = clean(source)
    problems = {
        "kind": "" if kind in DOCUMENT_KINDS else "Choose what it is",
        "source": "Say who it comes from" if is_blank(source) else "",
        "dated_on": "This day is in the future" if dated_on > clock.today() else "",
        "files": "" if content else "Choose a file",
    }
    if any(problems.values()):
        raise Invalid({field: said for field, said in problems.items() if said})
    kept = attach(actor, to_id=case_id, name=name, content=content, most=MOST_FILES)
    if db.session.get(CaseDocument, kept.id) is not None:
        return
    db.session.add(CaseDocument(document_id=kept.id, case_id=case_id, kind=kind, dated_on=dated_on, source=source))
    record(actor, "case_document.filed", subjects=[case_id, kept.id], document=kept.id, kind=kind)
