"""A Word file: its paragraphs, those in tables too, in reading order."""

import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from ingest.formats.fields import article_of_file, first_line
from ingest.formats.reading import read_bytes
from rag.errors import UnreadableFile
from rag.types import Article

MAX_UNPACKED_BYTES = 100_000_000
MAX_XML_BYTES = 10_000_000  # of all parts; parsed, they take some forty times that in memory
MAX_RATIO = 200  # real documents pack ten to thirty times
_SMALL = 1_000_000  # bytes; below this no ratio is dangerous
_DEFAULT_TITLE = "Word Document"  # what the library says where the file has no properties

_PARAGRAPH = qn("w:p")
_TEXT = qn("w:t")
_SPACES = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
# Settings (tab stops among them), text moved elsewhere, and the second copy of a text box for old programs.
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SKIPPED = frozenset({qn("w:pPr"), qn("w:moveFrom"), _FALLBACK})


def read(path: Path) -> Article:
    """The article in a `.docx` file; UnreadableFile where it is broken, locked, empty or a zip bomb.

    The date of creation in the file is when the file was made, which is no publication date: it is not used.
    """
    data = read_bytes(path)
    try:
        _check_archive(data)
        document = Document(BytesIO(data))
        text = "\n\n".join(_paragraphs(document))
        title = document.core_properties.title
        if title == _DEFAULT_TITLE:
            title = ""
    except UnreadableFile:
        raise
    except Exception as error:
        raise UnreadableFile(
            f"Not a readable Word file ({type(error).__name__}): save it anew as .docx."
        ) from error
    if not text:
        raise UnreadableFile("The Word file has no text.")
    return article_of_file(path, text, title=title or first_line(text))


def _check_archive(data: bytes) -> None:
    """Refuse what would unpack or parse to more than memory should hold, before anything is unpacked."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        unpacked = sum(part.file_size for part in parts)
        absurd = any(part.file_size > max(_SMALL, MAX_RATIO * part.compress_size) for part in parts)
        if (
            unpacked > MAX_UNPACKED_BYTES
            or absurd
            or sum(part.file_size for part in parts if _may_be_xml(archive, part)) > MAX_XML_BYTES
        ):
            raise UnreadableFile(
                "The Word file unpacks to far more than an article needs: save only its text."
            )


def _may_be_xml(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Told by its first bytes: a part may have any name, and the parser stops at once on anything else."""
    with archive.open(part) as file:
        head = file.read(64).lstrip(b" \t\r\n\x00")
    return not head or head.startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"))


def _paragraphs(document: WordDocument) -> list[str]:
    found: list[list[str]] = []
    _collect(document.element.body, [], found)
    return [text for pieces in found if (text := "".join(pieces).strip())]


def _collect(element: Any, own: list[str], found: list[list[str]]) -> None:
    """Add an element's text to its `own` paragraph, and each paragraph inside it to `found`.

    Walks the tree itself, because `Document.paragraphs` leaves out tables, accepted insertions,
    content controls and text boxes. The depth is at most 256: the XML parser refuses more.
    """
    for child in element:
        if child.tag == _PARAGRAPH:
            found.append([])
            _collect(child, found[-1], found)
        elif child.tag == _TEXT:
            own.append(child.text or "")
        elif child.tag in _SPACES:
            own.append(_SPACES[child.tag])
        elif child.tag not in _SKIPPED:
            _collect(child, own, found)
