"""A Markdown file: YAML front matter for the metadata, the body for the text."""

import re
from collections.abc import Mapping
from pathlib import Path

import yaml
from frontmatter.default_handlers import YAMLHandler

from ingest.formats.fields import article_of_file, first_line, published_date
from ingest.formats.reading import read_text
from rag.errors import UnreadableFile
from rag.types import Article

MAX_FRONT_MATTER_CHARS = 50_000
MAX_DEPTH = 10

_HEADING = re.compile(r"^#[ \t]+(\S[^\r\n]*?)[ \t]*#*[ \t]*\r?$", re.MULTILINE)
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\r?\n)+")
_MARKS = "#>*-_ \t"


def read(path: Path) -> Article:
    """The article in a Markdown file; UnreadableFile where its front matter cannot be used."""
    metadata, body = split_front_matter(read_text(path))
    text = _BLANK_LINES.sub("", body).rstrip()
    heading = _HEADING.search(text)
    return article_of_file(
        path,
        text,
        title=_scalar(metadata, "title") or (heading[1] if heading else first_line(text.lstrip(_MARKS))),
        source=_scalar(metadata, "source", "publisher", "outlet"),
        url=_scalar(metadata, "url", "link"),
        published=published_date(_first(metadata, "date", "published")),
    )


def split_front_matter(text: str) -> tuple[Mapping[str, object], str]:
    """The front matter as a mapping with lower-case keys, and the rest of the text unchanged."""
    handler = YAMLHandler()
    if not handler.detect(text.lstrip()):
        return {}, text
    try:
        front, body = handler.split(text.lstrip())
    except ValueError:  # the opening line has no closing one: it is a rule, not front matter
        return {}, text
    try:
        _check_shape(front)
        loaded = handler.load(front)
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a day such as 2023-02-30
        raise UnreadableFile(f"The front matter is not valid YAML{_place(error)}.") from None
    if loaded is None:
        return {}, body
    if not isinstance(loaded, dict):  # prose between two rules
        return {}, text
    return {str(key).lower(): value for key, value in loaded.items()}, body


def _check_shape(front: str) -> None:
    """Refuse what takes the YAML parser down: deep nesting, on which it crashes, and multiplying aliases."""
    if len(front) > MAX_FRONT_MATTER_CHARS:
        raise UnreadableFile(f"The front matter is longer than {MAX_FRONT_MATTER_CHARS} characters.")
    depth = 0
    for event in yaml.parse(front, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableFile("The front matter uses YAML aliases: write the value out.")
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise UnreadableFile(f"The front matter is nested deeper than {MAX_DEPTH} levels.")


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    # The mark counts from the line of the opening rule, which is line 1 of the file.
    return f" (line {mark.line + 1})" if mark is not None else f" ({error})"


def _first(metadata: Mapping[str, object], *names: str) -> object:
    return next((value for name in names if (value := metadata.get(name)) not in (None, "")), None)


def _scalar(metadata: Mapping[str, object], *names: str) -> str | None:
    """A value as text: YAML reads `title: 1984` as a number, which nobody means."""
    value = _first(metadata, *names)
    if isinstance(value, (list, dict)):
        raise UnreadableFile(f"The front matter's {names[0]} must be one line of text.")
    return None if value is None else str(value)
