"""The text in a file that the police send: plain text, e-mail, PDF, Word or JSON. The content says what it is, never
its name."""

import io
from email import message_from_bytes, policy
from email.message import EmailMessage

from caseapp.documents.domain import inspect

from .reading import LONGEST, NotRead

LARGEST = 10 * 1024 * 1024
MOST_PDF_PAGES = 60
EMPTY = "There is no text in this file. If it is a scan, type or paste the text instead"


def text_of(name: str, content: bytes) -> tuple[str, str]:
    """What kind of file it is (`json` or `text`) and the text in it. Raises NotRead, in words, for anything else."""
    if len(content) > LARGEST:
        raise NotRead("The file is larger than 10 MB. Paste its text instead")
    if not content.strip():
        raise NotRead("The file is empty")
    if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        return "json", _decoded(content)
    if content.startswith(b"%PDF"):
        return "text", _whole(_pdf(content))
    if content.startswith(b"PK"):
        return "text", _whole(_word(name, content))
    if b"\x00" in content[:2000] and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise NotRead("This is not text, e-mail, PDF, Word or JSON. Paste the text instead")
    decoded = _decoded(content)
    head = decoded[:2000].lower()
    if "\nsubject:" in f"\n{head}" and ("\nfrom:" in f"\n{head}" or "\nmime-version:" in f"\n{head}"):
        return "text", _whole(_email(content))
    return "text", _whole(decoded)


def _whole(text: str) -> str:
    if not text.strip():
        raise NotRead(EMPTY)
    if len(text) > LONGEST:
        raise NotRead(f"The text is longer than {LONGEST:,} letters. Paste the part that matters")
    return text


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", "replace")


def _pdf(content: bytes) -> str:
    from pypdf import PdfReader

    try:
        pages = PdfReader(io.BytesIO(content)).pages
        return "\n".join(page.extract_text() for page in pages[:MOST_PDF_PAGES])
    except Exception as error:
        # As with Word: a broken file fails wherever it is reached.
        raise NotRead("This PDF can’t be read. Paste its text instead") from error


def _word(name: str, content: bytes) -> str:
    from docx import Document

    try:
        # The rules for attachments look for bombs and macros before anything is unpacked.
        document = Document(io.BytesIO(inspect(name, content).content))
        rows = [" ".join(cell.text for cell in row.cells) for table in document.tables for row in table.rows]
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *rows])
    except Exception as error:
        # A broken file fails in whatever part of three libraries it reaches first; it is the same for its sender.
        raise NotRead("This file can’t be read. Paste its text instead") from error


def _email(content: bytes) -> str:
    try:
        message = message_from_bytes(content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        body = message.get_body(("plain", "html"))
        text = body.get_content() if body is not None else ""
        subject = str(message.get("Subject", ""))
    except Exception as error:
        raise NotRead("This e-mail can’t be read. Paste its text instead") from error
    return f"{subject}\n\n{text}"
