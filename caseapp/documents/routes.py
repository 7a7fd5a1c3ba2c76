"""Sending a file: always as a download, never shown in a page of ours."""

from io import BytesIO
from typing import Any

from flask import Blueprint, send_file

from caseapp.access.domain import Actor, SubjectAccess
from caseapp.access.guard import guard
from caseapp.documents import queries

bp = Blueprint("documents", __name__, url_prefix="/documents")

# Opened in a window of its own it may do nothing at all.
POLICY = "default-src 'none'; sandbox"


@bp.get("/<ref:reference>")
@guard("document:read")
def download(_actor: Actor, subject: SubjectAccess) -> Any:
    """One file, to be saved."""
    file = queries.get_download(subject.id)
    response = send_file(BytesIO(file.content), file.mimetype, as_attachment=True, download_name=file.name)
    response.headers["Content-Security-Policy"] = POLICY
    return response
