"""A PDF file: the text of its pages, lines joined back into paragraphs."""

import logging
import re
import unicodedata
from io import BytesIO
from pathlib import Path

from pypdf import PasswordType, PdfReader
from pypdf.errors import DependencyError

from ingest.formats.fields import MAX_TITLE_CHARS, article_of_file, clean_line, first_line, has_letters
from ingest.formats.reading import read_bytes
from rag.errors import UnreadableFile
from rag.types import Article

MAX_PAGES = 1_000
MAX_CHARS = 5_000_000

_BROKEN = re.compile(r"[\x00-\x08\x0e-\x1f\ud800-\udfff]")
_LIGATURES = re.compile("[ﬀ-ﬆ]")
_SENTENCE_END = re.compile(r"[.!?:][\"'”’)\]]*$")
_CUT_WORD = re.compile(r"(?<=\w)-\n(?=\w)")
_SHORT_LINE = 0.75  # of the usual line; typeset lines vary less than that
# Titles that a word processor left behind name a file, not an article.
_FILE_TITLE = re.compile(
    r"(?i)^(untitled|microsoft word - .*|.*\.(docx?|pdf|indd|odt|rtf|tex|qxd|txt|html?))$"
)

# What it complains about reaches the user as one sentence of ours.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)


def read(path: Path) -> Article:
    """The article in a PDF file; UnreadableFile where it is locked, broken or only pictures.

    The creation date in the file is when the file was made, which is no publication date: it is not used.
    """
    data = read_bytes(path)
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and reader.decrypt("") == PasswordType.NOT_DECRYPTED:
            raise UnreadableFile("The PDF needs a password: save a copy without one.")
        text = _text(reader)
        title = reader.metadata.title if reader.metadata else None
    except UnreadableFile:
        raise
    except DependencyError:
        raise UnreadableFile("The PDF is encrypted: save a copy without encryption.") from None
    except Exception as error:  # a broken file makes the parser trip over almost anything
        raise UnreadableFile(f"The PDF is broken ({type(error).__name__}): save it anew.") from error
    if not text:
        raise UnreadableFile("The PDF has no text, only pictures perhaps: run text recognition on it first.")
    return article_of_file(path, text, title=_sensible(title) or first_line(text))


def _text(reader: PdfReader) -> str:
    if len(reader.pages) > MAX_PAGES:
        raise UnreadableFile(f"The PDF has more than {MAX_PAGES} pages: split it into one file an article.")
    pages: list[str] = []
    size = 0
    for page in reader.pages:
        text = rejoin(page.extract_text())
        size += len(text)
        if size > MAX_CHARS:
            raise UnreadableFile(f"The PDF has more than {MAX_CHARS} characters: split it.")
        pages.append(text)
    return "\n\n".join(filter(None, pages))


def rejoin(page: str) -> str:
    """The lines of one page as paragraphs with a blank line between; words cut at a line end are whole again.

    >>> rejoin("The two presi-\\ndents met in Nagorno-\\nKarabakh.")
    'The two presidents met in Nagorno-Karabakh.'
    """
    readable = _LIGATURES.sub(lambda found: unicodedata.normalize("NFKC", found[0]), _BROKEN.sub("", page))
    lines = [" ".join(line.split()) for line in readable.splitlines()]
    lengths = sorted(len(line) for line in lines if line)
    short = _SHORT_LINE * lengths[len(lengths) * 3 // 4] if lengths else 0
    paragraphs: list[list[str]] = [[]]
    for line, follows in zip(lines, [*lines[1:], ""], strict=False):
        if line:
            paragraphs[-1].append(line)
        ends = _SENTENCE_END.search(line) or not follows[:1].islower()
        if not line or (ends and len(line) < short):
            paragraphs.append([])
    return "\n\n".join(_joined("\n".join(paragraph)) for paragraph in paragraphs if paragraph)


def _joined(lines: str) -> str:
    return _CUT_WORD.sub(_mended, lines).replace("\xad\n", "").replace("\xad", "").replace("\n", " ")


def _mended(cut: re.Match[str]) -> str:
    """A hyphen between two lower-case letters was put there by the typesetter; others belong to the word."""
    before, after = cut.string[cut.start() - 1], cut.string[cut.end()]
    return "" if before.islower() and after.islower() else "-"


def _sensible(title: str | None) -> str | None:
    line = clean_line(title, MAX_TITLE_CHARS)
    return line if line and has_letters(line) and not _FILE_TITLE.match(line) else None
