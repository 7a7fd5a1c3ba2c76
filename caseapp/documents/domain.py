"""Which files are taken, and what is done to them before they are kept. The content says what a file is, never its
name: a name that says otherwise is refused, and so is everything that can run.

Pictures are drawn anew, so that nothing but what is seen is kept: no place, no camera, no second file behind the first.
"""

import hashlib
import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

LARGEST = 10 * 1024 * 1024
MOST_FILES = 10
LONGEST_NAME = 120
# 50 million points are what a telephone takes at its finest; three bytes each fit beside the other requests.
MOST_POINTS = 50_000_000
# An office file of 10 MB holds less than this; a bomb says more, and is never unpacked.
MOST_UNPACKED = 200 * 1024 * 1024
MOST_PARTS = 3000
MOST_RATIO = 250
_CONTENT_TYPES = "[Content_Types].xml"
_CONTENT_TYPES_LENGTH = 500_000

TAKEN = "PDF, JPEG, PNG, Word (DOCX), Excel (XLSX) and plain text (TXT)"
NOT_TAKEN = f"We can take {TAKEN}. Save it as one of these, or as a PDF, and attach that"
TOO_LARGE = "This file is larger than 10 MB. Make it smaller, or send it in parts"
EMPTY = "This file is empty"
DAMAGED = "This file is damaged: it could not be opened. Save it again and attach that"
HAS_PROGRAM = "This file has a program in it (a macro, a script or another file). Print it as a PDF and attach that"
LOCKED = "This file has a password. Take the password off, or print it as a PDF, and attach that"
HEIC = "We can’t read HEIC pictures. Send it as JPEG (on an iPhone: Settings, Camera, Formats, Most compatible)"
TOO_MANY_POINTS = "This picture has too many points. Make it smaller and attach that"


class Unfit(ValueError):
    """A file that is not taken; `str(error)` says why and what to do."""


@dataclass(frozen=True)
class Kind:
    """One kind of file that is taken: the key that is stored, its words, what it is sent as, the endings it may have
    (the first is put where there is none)."""

    key: str
    words: str
    mimetype: str
    endings: tuple[str, ...]


@dataclass(frozen=True)
class Fit:
    """A file as it will be kept."""

    name: str
    kind: Kind
    content: bytes

    @property
    def digest(self) -> str:
        """What makes it the same file as another: SHA-256 of its bytes, in hex."""
        return hashlib.sha256(self.content).hexdigest()


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("pdf", "PDF", "application/pdf", ("pdf",)),
        Kind("jpeg", "Picture", "image/jpeg", ("jpg", "jpeg", "jpe", "jfif")),
        Kind("png", "Picture", "image/png", ("png",)),
        Kind(
            "docx",
            "Word document",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            ("docx",),
        ),
        Kind("xlsx", "Excel sheet", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",)),
        Kind("text", "Text", "text/plain; charset=utf-8", ("txt",)),
    )
}
ENDINGS = {ending: kind for kind in KINDS.values() for ending in kind.endings}
ACCEPT = ",".join(f".{ending}" for ending in ENDINGS)

_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"hevx", b"mif1", b"msf1", b"heim", b"heis", b"avif")
_WRITTEN = frozenset({"html", "htm", "xhtml", "mhtml", "svg", "xml", "rtf", "ps", "sh", "php", "py", "bat", "js"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NOT_IN_NAMES = re.compile(r'[<>:"|?*]')
_PDF_RUNS = re.compile(rb"/(?:JavaScript|JS|Launch|EmbeddedFile|RichMedia)\b")
_OFFICE_RUNS = re.compile(
    r"vbaproject|vbadata|activex|oleobject|/embeddings/.*\.(?!(?:docx|xlsx|pptx)$)|macrosheets|\.exe$|\.dll$", re.I
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


def inspect(name: str, content: bytes) -> Fit:
    """A file as it will be kept, from the name and the bytes that were sent. Raises Unfit with the words for the
    sender."""
    if not content:
        raise Unfit(EMPTY)
    if len(content) > LARGEST:
        raise Unfit(TOO_LARGE)
    kind = _kind_of(content)
    shown, ending = clean_name(name)
    if ending and ENDINGS.get(ending) is not kind:
        raise Unfit(_lie(ending, kind))
    kept = _CLEANERS[kind.key](content)
    if len(kept) > LARGEST:
        raise Unfit(TOO_LARGE)
    return Fit(f"{shown}.{ending or kind.endings[0]}", kind, kept)


def clean_name(given: str) -> tuple[str, str]:
    """The name of a file without its path, hidden characters and what a computer can't keep, and its ending in small
    letters ("" if there is none)."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", given))[-1]
    visible = "".join(ch if unicodedata.category(ch)[0] != "C" else " " for ch in last)
    plain = " ".join(_NOT_IN_NAMES.sub("-", visible).split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,8}", ending):
        stem, ending = plain, ""
    return stem[:LONGEST_NAME].strip(". ") or "file", ending.lower()


def size_words(size: int) -> str:
    """`820 bytes`, `14 KB`, `2.3 MB`."""
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:.0f} KB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"


def _lie(ending: str, kind: Kind) -> str:
    if ending in ENDINGS or ending in ("docm", "xlsm"):
        return f"Its name says .{ending}, but it is another kind of file ({kind.words}). Save it again and attach that"
    return NOT_TAKEN


def _kind_of(content: bytes) -> Kind:
    """What the bytes are. Raises Unfit for anything that is not taken."""
    if content.startswith(b"%PDF-"):
        return KINDS["pdf"]
    if content.startswith(b"\xff\xd8\xff"):
        return KINDS["jpeg"]
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return KINDS["png"]
    if content.startswith(b"PK\x03\x04"):
        return _office(content)
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        raise Unfit(HEIC)
    if content.startswith(_OLE):
        raise Unfit(f"This is an old Office file, an Outlook message, or has a password. {NOT_TAKEN}")
    words = _text(content)
    if words is not None and not _is_something(words):
        return KINDS["text"]
    raise Unfit(NOT_TAKEN)


def _is_something(words: str) -> bool:
    """True for what reads like text but is a page, a program or another format (HTML, RTF, SVG, a script)."""
    import puremagic

    if words.lstrip().startswith(("<", "{\\rtf", "#!", "MZ", "%!")):
        return True
    try:
        # A note that begins with "BM" would pass for a bitmap: only what is written as text counts.
        return puremagic.from_string(words[:4096].encode()).lstrip(".") in _WRITTEN
    except (puremagic.PureError, ValueError):
        return False


def _text(content: bytes) -> str | None:
    """The text that these bytes are, or None."""
    for mark, encoding in ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"", "utf-8-sig"), (b"", "cp1252")):
        if content.startswith(mark):
            try:
                words = content.decode(encoding)
            except UnicodeDecodeError:
                continue
            return None if _CONTROLS.search(words) else words
    return None


# What file systems allow; Word and Excel stay far below it.
LONGEST_PART_NAME = 255


def _office(content: bytes) -> Kind:
    """Word or Excel, by what the package holds. Only its list of parts is read, and one part that is small."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
            names = [part.filename for part in parts]
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED or unpacked > MOST_RATIO * len(content):
                raise Unfit(DAMAGED)
            # A pattern is looked for in each name below: a name as long as a file may be costs minutes.
            if any(len(name) > LONGEST_PART_NAME for name in names):
                raise Unfit(DAMAGED)
            kind = "docx" if "word/document.xml" in names else "xlsx" if "xl/workbook.xml" in names else ""
            if not kind or _CONTENT_TYPES not in names:
                raise Unfit(NOT_TAKEN)
            if any(part.flag_bits & 1 for part in parts):
                raise Unfit(LOCKED)
            with package.open(_CONTENT_TYPES) as part:
                types = part.read(_CONTENT_TYPES_LENGTH).lower()
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, Unfit):
            raise
        raise Unfit(DAMAGED) from error
    if b"macroenabled" in types or any(_OFFICE_RUNS.search(name) for name in names):
        raise Unfit(HAS_PROGRAM)
    return KINDS[kind]


def _keep(content: bytes) -> bytes:
    return content


def _keep_pdf(content: bytes) -> bytes:
    if _PDF_RUNS.search(content):
        raise Unfit(HAS_PROGRAM)
    return content


def _keep_text(content: bytes) -> bytes:
    return (_text(content) or "").encode()


def _redraw(written_as: str) -> Callable[[bytes], bytes]:
    def redraw(content: bytes) -> bytes:
        """The picture drawn anew, the right way up, with nothing beside it."""
        from PIL import Image, ImageOps

        try:
            with Image.open(io.BytesIO(content), formats=[written_as]) as picture:
                if picture.width * picture.height > MOST_POINTS:
                    raise Unfit(TOO_MANY_POINTS)
                upright = ImageOps.exif_transpose(picture)
                plain = upright.convert(_mode(written_as, upright.mode))
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise Unfit(TOO_MANY_POINTS) from error
        except Unfit:
            raise
        # Pillow raises whatever a broken file makes of it, from SyntaxError to struct.error.
        except Exception as error:
            raise Unfit(DAMAGED) from error
        plain.info.clear()
        drawn = io.BytesIO()
        plain.save(drawn, format=written_as, **({"quality": 90} if written_as == "JPEG" else {}))
        return drawn.getvalue()

    return redraw


def _mode(written_as: str, mode: str) -> str:
    if mode == "L":
        return "L"
    return "RGB" if written_as == "JPEG" or mode not in ("RGBA", "LA", "P", "PA") else "RGBA"


_CLEANERS: dict[str, Callable[[bytes], bytes]] = {
    "pdf": _keep_pdf,
    "jpeg": _redraw("JPEG"),
    "png": _redraw("PNG"),
    "docx": _keep,
    "xlsx": _keep,
    "text": _keep_text,
}
