"""Real files of every kind, made here byte by byte."""

import io
import struct
import zipfile
import zlib

import docx
import openpyxl
from PIL import Image

PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
GPS, ORIENTATION = 0x8825, 0x0112


def photo(*, width: int = 60, height: int = 30, turned: bool = False) -> bytes:
    """A picture as a telephone takes it: with the place, the camera and which way up it was held."""
    picture = Image.new("RGB", (width, height), "navy")
    picture.paste("red", (0, 0, width // 2, height // 2))
    exif = Image.Exif()
    exif[0x0110] = "SecretPhone 12"
    exif[ORIENTATION] = 6 if turned else 1
    exif.get_ifd(GPS).update({1: "N", 2: (53.0, 25.0, 48.0), 3: "W", 4: (1.0, 21.0, 24.0)})
    kept = io.BytesIO()
    picture.save(kept, "JPEG", exif=exif)
    return kept.getvalue()


def png() -> bytes:
    """A picture with a comment in it."""
    kept = io.BytesIO()
    Image.new("RGBA", (8, 8), (200, 10, 10, 90)).save(kept, "PNG")
    return kept.getvalue()


def word() -> bytes:
    """A letter."""
    letter, kept = docx.Document(), io.BytesIO()
    letter.add_paragraph("Attendance since September")
    letter.save(kept)
    return kept.getvalue()


def excel() -> bytes:
    """A sheet."""
    kept = io.BytesIO()
    openpyxl.Workbook().save(kept)
    return kept.getvalue()


def with_part(package: bytes, name: str, content: bytes) -> bytes:
    """An office file with one part more."""
    kept = io.BytesIO(package)
    with zipfile.ZipFile(kept, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr(name, content)
    return kept.getvalue()


def macro_types(package: bytes) -> bytes:
    """An office file whose list of parts says that it holds macros, under an innocent name."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(kept, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "[Content_Types].xml":
                content = content.replace(b"wordprocessingml.document.main", b"document.macroEnabled.main").replace(
                    b"vnd.openxmlformats-officedocument.document", b"vnd.ms-word.document"
                )
            new.writestr(part, content)
    return kept.getvalue()


def bomb() -> bytes:
    """A Word file of 60 KB that unpacks to 20 MB of nothing."""
    return with_part(word(), "word/media/zeros.bin", b"\0" * (20 * 1024 * 1024))


def huge_picture() -> bytes:
    """A picture of a few bytes that says it has 900 million points."""
    small = png()
    header = b"IHDR" + struct.pack(">II", 30_000, 30_000) + small[24:29]
    return small[:12] + header + struct.pack(">I", zlib.crc32(header)) + small[33:]
