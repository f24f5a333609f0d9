"""The rules that every article field keeps, whatever file format it came from."""

import hashlib
import re
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urlsplit

from rag.errors import UnreadableFile
from rag.types import Article

MAX_ID_CHARS = 200
MAX_TITLE_CHARS = 300
MAX_LINE_TITLE_CHARS = 100
MAX_URL_CHARS = 2_000

# Control characters, the bidirectional controls that can make a title read as another, byte-order
# marks and unpaired surrogates; joiners stay, because emoji and several scripts need them.
_UNSHOWABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
_LETTER = re.compile(r"[^\W\d_]")
_FIRST_LINE = re.compile(r"\S[^\r\n]{0,1000}")


def article_of_file(
    path: Path,
    text: str,
    *,
    title: str | None = None,
    source: str | None = None,
    url: str | None = None,
    published: date | None = None,
) -> Article:
    """The one article of a file, under the file's name; `title` falls back to that name too."""
    return Article(
        id=checked_id(path.stem, "file name"),
        title=clean_line(title, MAX_TITLE_CHARS) or path.name,
        text=checked_text(text),
        source=clean_source(source),
        url=clean_url(url),
        published=published,
    )


def checked_text(text: str) -> str:
    """`text` itself, unchanged; UnreadableFile where it is no text that can be kept and searched."""
    if "\x00" in text:
        raise UnreadableFile("The text contains NUL characters: is it a binary file?")
    if not text or text.isspace():
        raise UnreadableFile("The text is empty.")
    return text


def check_encodable(value: str, field: str) -> None:
    """UnreadableFile where a string holds half of a surrogate pair, which no store can keep."""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise UnreadableFile(
            f"The {field} has a broken character at offset {error.start} (half of a surrogate pair)."
        ) from None


def checked_id(raw: str, field: str = "id") -> str:
    """`raw` itself; UnreadableFile where it cannot identify an article."""
    if len(raw) > MAX_ID_CHARS:
        raise UnreadableFile(f"The {field} is longer than {MAX_ID_CHARS} characters: shorten it.")
    if not raw.strip() or _UNSHOWABLE.search(raw):
        raise UnreadableFile(f"The {field} is blank or contains control characters: change it.")
    return raw


def derived_id(stem: str, text: str) -> str:
    """The id of a row that has none: the same text in the same file gets the same id again."""
    return checked_id(f"{stem}-{hashlib.sha256(text.encode()).hexdigest()[:12]}")


def clean_line(raw: str | None, limit: int) -> str | None:
    """One line fit to show: white space collapsed, nothing invisible, cut at a word to `limit` characters."""
    if raw is None:
        return None
    # Far more than the limit is never shown, so a title of megabytes costs nothing.
    line = " ".join(_UNSHOWABLE.sub("", " ".join(raw[: 20 * limit].split())).split())
    if len(line) <= limit:
        return line or None
    cut = line[: limit - 1]
    border = cut.rfind(" ") if line[limit - 1] != " " else limit
    # Scripts without spaces have no word border worth going back to.
    return cut[: border if border > limit // 2 else limit].rstrip(" ,;:-–—") + "…"


def first_line(text: str) -> str | None:
    """A title from a text's first line that is not blank; None where that line has no letters."""
    found = _FIRST_LINE.search(text)
    return clean_line(found[0], MAX_LINE_TITLE_CHARS) if found and has_letters(found[0]) else None


def has_letters(line: str) -> bool:
    """Whether a line could be a title at all: a number or a row of dashes is none."""
    return _LETTER.search(line) is not None


def clean_source(raw: str | None) -> str | None:
    """The name of an outlet; an address in its place (a social-media profile, mostly) is dropped."""
    source = clean_line(raw, MAX_TITLE_CHARS)
    return None if source and source.lower().startswith(("http:", "https:")) else source


def clean_url(raw: str | None) -> str | None:
    """An absolute http(s) address, or None: nothing else may become a link."""
    url = (raw or "").strip()
    if not url or len(url) > MAX_URL_CHARS or not url.isprintable() or re.search(r"\s", url):
        return None
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018  (reading it is the check: a bad port raises)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def published_date(raw: object) -> date | None:
    """The day of an ISO date or datetime as written (no time zone applied); None for null and blank."""
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return None
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    try:
        if isinstance(raw, str):
            return datetime.fromisoformat(raw.strip()).date()
    except ValueError:
        pass
    shown = clean_line(repr(raw), 40)
    raise UnreadableFile(f"The date {shown} is not an ISO date: write it as YYYY-MM-DD.")
