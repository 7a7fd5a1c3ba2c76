"""Which files are taken. The list: issue 3 (allow-listed, sniffed by content, pictures without EXIF)."""

import io

import pytest
from PIL import Image

from caseapp.documents import domain
from caseapp.documents.domain import Unfit, clean_name, inspect, size_words
from tests.documents import files

TAKEN = (
    ("report.pdf", files.PDF, "pdf"),
    ("REPORT.PDF", files.PDF, "pdf"),
    ("bruise.jpg", files.photo(), "jpeg"),
    ("bruise.jpeg", files.photo(), "jpeg"),
    ("drawing.png", files.png(), "png"),
    ("letter.docx", files.word(), "docx"),
    ("attendance.xlsx", files.excel(), "xlsx"),
    ("what she said.txt", "‘The leccy was off again’ – Ellie, 9".encode(), "text"),
    ("old computer.txt", "Café £5".encode("cp1252"), "text"),
    ("notepad.txt", "Zażółć".encode("utf-16"), "text"),
    ("no ending", files.PDF, "pdf"),
)

REFUSED = (
    ("empty.pdf", b"", domain.EMPTY),
    ("large.txt", b"a" * (domain.LARGEST + 1), domain.TOO_LARGE),
    ("phone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    ("lie.pdf", files.photo(), "another kind of file (Picture)"),
    ("lie.jpg", files.PDF, "another kind of file (PDF)"),
    ("lie.docx", files.excel(), "another kind of file (Excel sheet)"),
    ("lie.txt", files.PDF, "another kind of file (PDF)"),
    ("program.exe", b"MZ\x90\0\x03\0\0\0", domain.NOT_TAKEN),
    ("program.pdf", b"MZ\x90\0\x03\0\0\0", domain.NOT_TAKEN),
    ("report.pdf.exe", files.PDF, domain.NOT_TAKEN),
    ("script.txt", b"#!/bin/sh\nrm -rf /\n", domain.NOT_TAKEN),
    ("page.html", b"<html><script>alert(1)</script>", domain.NOT_TAKEN),
    ("page.txt", b"  <!DOCTYPE html><script>alert(1)</script>", domain.NOT_TAKEN),
    ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", domain.NOT_TAKEN),
    ("letter.rtf", b"{\\rtf1\\ansi hello}", domain.NOT_TAKEN),
    ("mail.eml", b"From: a@example.org\r\nSubject: Ellie\r\n\r\nHello", domain.NOT_TAKEN),
    ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "old Office file"),
    ("binary.txt", b"hello\0world", domain.NOT_TAKEN),
    ("pack.zip", files.with_part(files.word(), "x.txt", b"x")[:4] + b"\0" * 40, domain.DAMAGED),
    ("macros.docm", files.word(), "another kind of file"),
    ("macros.docx", files.macro_types(files.word()), domain.HAS_PROGRAM),
    ("macros2.docx", files.with_part(files.word(), "word/vbaProject.bin", b"x"), domain.HAS_PROGRAM),
    ("inside.docx", files.with_part(files.word(), "word/embeddings/oleObject1.bin", b"x"), domain.HAS_PROGRAM),
    ("inside.xlsx", files.with_part(files.excel(), "xl/embeddings/setup.exe", b"x"), domain.HAS_PROGRAM),
    ("script.pdf", files.PDF + b"3 0 obj<</S/JavaScript/JS(app.alert(1))>>endobj", domain.HAS_PROGRAM),
    ("starts.pdf", files.PDF + b"3 0 obj<</S/Launch/F(cmd.exe)>>endobj", domain.HAS_PROGRAM),
    ("bomb.docx", files.bomb(), domain.DAMAGED),
    ("long-name.docx", files.with_part(files.word(), "embeddings/" * 24, b""), domain.DAMAGED),
    ("huge.png", files.huge_picture(), domain.TOO_MANY_POINTS),
    ("cut.jpg", files.photo()[:300], domain.DAMAGED),
    ("cut.png", files.png()[:40], domain.DAMAGED),
)


@pytest.mark.parametrize(("name", "content", "kind"), TAKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_taken(name: str, content: bytes, kind: str) -> None:
    fit = inspect(name, content)
    assert fit.kind.key == kind and fit.content
    assert fit.name.rpartition(".")[2] in fit.kind.endings


@pytest.mark.parametrize(("name", "content", "words"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused_with_words(name: str, content: bytes, words: str) -> None:
    with pytest.raises(Unfit) as refused:
        inspect(name, content)
    assert words in str(refused.value)


def test_a_photo_keeps_what_is_seen_and_nothing_else() -> None:
    sent = files.photo(turned=True)
    assert b"SecretPhone" in sent
    kept = inspect("IMG_1.jpg", sent + b"PK\x03\x04 something behind it").content
    assert b"SecretPhone" not in kept and b"Exif" not in kept and b"something behind" not in kept
    with Image.open(io.BytesIO(kept)) as picture:
        # Held upright: what was wide is tall, and the red corner went from the top left to the top right.
        assert picture.size == (30, 60) and not picture.getexif()
        red, _green, blue = picture.convert("RGB").getpixel((25, 5))
        assert red > 180 and blue < 90


NAMES = (
    ("C:\\Users\\jo\\bruise.jpg", "bruise", "jpg"),
    ("../../etc/passwd", "passwd", ""),
    ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie- x=1", "pdf"),
    ("fdp.\u202eexe.pdf", "fdp. exe", "pdf"),
    (".htaccess", "htaccess", ""),
    ("", "file", ""),
    ("...", "file", ""),
    ("<script>alert(1)</script>.png", "script-", "png"),
    ("Zoë’s plan 🧥.DOCX", "Zoë’s plan 🧥", "docx"),
    ("x" * 400 + ".pdf", "x" * 120, "pdf"),
)


@pytest.mark.parametrize(("given", "stem", "ending"), NAMES)
def test_names_are_cleaned(given: str, stem: str, ending: str) -> None:
    assert clean_name(given) == (stem, ending)


def test_sizes_in_words() -> None:
    assert [size_words(size) for size in (820, 14_336, 2_411_724)] == ["820 bytes", "14 KB", "2.3 MB"]
