"""What people print or take away on paper: a page as a PDF, and the events that say so.

A paper is a page of its own template (templates/papers/base.html): black on white, with the reference, who printed it
and when. The same page is shown in the browser to be printed and, without its few links, made into a PDF.
"""

import re
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from flask import Response, current_app, render_template, send_file

from . import clock
from .errors import CannotMake
from .events import EventType, declare

NO_PDF = "This server can’t make PDF files: print the page instead"
# Opened in a window of its own it may do nothing at all.
POLICY = "default-src 'none'; sandbox"
PRINTED, TAKEN = "paper.printed", "paper.taken"

declare(
    EventType(PRINTED, "Opened to be printed: {kind}", {"kind": "code:papers"}, "service"),
    EventType(
        TAKEN, "Taken away as a {format} file: {kind}", {"kind": "code:papers", "format": "code:formats"}, "service"
    ),
)


# A tag, or a hundred letters (an entity is one) with more to come.
_TAG_OR_RUN = re.compile(r"<[^>]*>|(?:&#?\w{1,10};|[^\s<&]){100}(?=[^\s<])")


def break_long_words(html: str) -> str:
    """The page with a place to break after every 100 letters without a space: where a line may end is looked for
    anew from each letter, so that one endless word would keep a worker busy for minutes."""
    return _TAG_OR_RUN.sub(lambda found: found[0] if found[0][0] == "<" else f"{found[0]}\u200b", html)


def as_pdf(html: str, *, title: str) -> bytes:
    """A page as a PDF/UA file whose title is `title`: a reference, never a name. The only style is our own, and nothing
    is fetched from anywhere. Raises CannotMake where the server lacks the libraries."""
    try:
        import weasyprint
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as error:
        raise CannotMake(NO_PDF) from error

    class Nothing(URLFetcher):
        """Fetches nothing, whatever is asked for."""

        def fetch(self, url: str, *_more: Any, **_options: Any) -> Any:
            raise ValueError("a paper fetches nothing")

    style = weasyprint.CSS(string=_style())
    made = weasyprint.HTML(string=break_long_words(html), url_fetcher=Nothing()).render(
        stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    made.metadata.title = title
    return bytes(made.write_pdf(pdf_variant="pdf/ua-1"))


@cache
def _read(path: str) -> str:
    return Path(path).read_text(encoding="utf-8")


def _style() -> str:
    return _read(str(Path(current_app.static_folder or "") / "paper.css"))


def show_paper(template: str, *, reference: str, kind: str, by: str, as_file: bool, **context: Any) -> Any:
    """A paper as a page to print, or as a PDF named after the reference. `by`: who prints it."""
    html = render_template(
        template, reference=reference, printed_by=by, printed_at=clock.now(), as_file=as_file, **context
    )
    if not as_file:
        return html
    return send_taken(as_pdf(html, title=reference), name=f"{reference} {kind}.pdf", mimetype="application/pdf")


def send_taken(content: bytes, *, name: str, mimetype: str) -> Response:
    """A file as a download, under a name made of a reference or a list's name: whatever else is in it is left out."""
    safe = re.sub(r"[^A-Za-z0-9.]+", "-", name).strip("-.")
    response = send_file(BytesIO(content), mimetype, as_attachment=True, download_name=safe)
    response.headers["Content-Security-Policy"] = POLICY
    return response
