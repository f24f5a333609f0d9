"""A saved web page: the article's text without boilerplate, and only the metadata that its markup states."""

import json
import logging
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from trafilatura import bare_extraction
from trafilatura.settings import Document
from trafilatura.utils import load_html

from ingest.formats.fields import article_of_file, published_date
from ingest.formats.reading import read_text
from rag.errors import UnreadableFile
from rag.types import Article

# Extraction keeps several copies of the tree and takes time quadratic in the children of one element.
MAX_HTML_BYTES = 10_000_000
MAX_ELEMENTS = 50_000
MAX_CHILDREN = 5_000

_PUBLISHED_META = frozenset(
    """article.published article:published article:published_date article:published_time citation_date
    citation_online_date citation_publication_date date date_published datepublished dc.date dc.date.issued
    dc:date dcterms.created dcterms.date dcterms.issued og:article:published_time og:pubdate
    parsely-pub-date pubdate publication_date publish-date publish_date publishdate sailthru.date""".split()
)
_PAGE_TYPE = re.compile(r"Article|Posting|Report|WebPage")
_SENTENCE = re.compile(r"[.!?][\"'”’)\]]*\s*$")
_ASIDE = frozenset("aside nav footer li blockquote figure".split())

# What they complain about reaches the user as one sentence of ours.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
logging.getLogger("htmldate").setLevel(logging.CRITICAL)


def read(path: Path) -> Article:
    """The article in an HTML file; UnreadableFile where the page holds none."""
    html = read_text(path, MAX_HTML_BYTES)
    if "\x00" in html:  # the parser would drop them silently
        raise UnreadableFile("The text contains NUL characters: is it a binary file?")
    tree = load_html(html)
    if tree is None:
        raise UnreadableFile("No HTML is found in the file.")
    _check_size(tree)
    page = _extract(tree)
    if page is None or not page.text:
        raise UnreadableFile("No article text is found on the page.")
    return article_of_file(
        path,
        page.text,
        title=page.title,
        source=page.sitename,
        url=page.url,
        published=stated_date(tree),
    )


def _check_size(tree: Any) -> None:
    for count, element in enumerate(tree.iter(), start=1):
        if count > MAX_ELEMENTS or len(element) > MAX_CHILDREN:
            raise UnreadableFile("The page has too many elements to be one article.")


def _extract(tree: Any) -> Document | None:
    try:
        page = bare_extraction(
            tree,
            include_comments=False,
            include_links=False,
            with_metadata=True,
            # Its date is never used: it may come from anywhere in the text.
            date_extraction_params={"extensive_search": False},
        )
    except Exception as error:  # whatever a strange page trips in the extractor, the other files go on
        raise UnreadableFile(f"The page cannot be taken apart ({type(error).__name__}).") from error
    return page if isinstance(page, Document) else None


def stated_date(tree: Any) -> date | None:
    """The publication day that the page's markup states: meta tags, then JSON-LD, then `<time datetime>`."""
    for candidates in (_meta_dates(tree), _json_ld_dates(tree), _marked_times(tree)):
        for raw in candidates:
            if (day := _day(raw)) is not None:
                return day
    days = {day for raw in _byline_times(tree) if (day := _day(raw)) is not None}
    return days.pop() if len(days) == 1 else None  # several days: which one is meant would be a guess


def _day(raw: object) -> date | None:
    try:
        return published_date(raw.replace("/", "-") if isinstance(raw, str) else None)
    except UnreadableFile:
        return None


def _meta_dates(tree: Any) -> Iterator[str | None]:
    for meta in tree.iter("meta"):
        names = (meta.get(key, "").lower() for key in ("property", "name", "itemprop"))
        if not _PUBLISHED_META.isdisjoint(names):
            yield meta.get("content")


def _json_ld_dates(tree: Any) -> Iterator[object]:
    for script in tree.iter("script"):
        if script.get("type", "").lower() != "application/ld+json":
            continue
        try:
            loaded = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        nodes = loaded if isinstance(loaded, list) else [loaded]
        for node in nodes:
            for item in [node, *_graph(node)]:
                # Comments, videos and listed offers have dates too.
                if isinstance(item, dict) and _PAGE_TYPE.search(str(item.get("@type"))):
                    yield item.get("datePublished")


def _graph(node: object) -> list[object]:
    graph = node.get("@graph") if isinstance(node, dict) else None
    return graph if isinstance(graph, list) else []


def _marked_times(tree: Any) -> Iterator[str | None]:
    for time in tree.iter("time"):
        if time.get("itemprop") == "datePublished" or time.get("pubdate") is not None:
            yield time.get("datetime")


def _byline_times(tree: Any) -> Iterator[str | None]:
    """Times that stand by themselves; one inside a sentence or a list dates something else."""
    for time in tree.iter("time"):
        around = list(time.iterancestors())
        if time.get("itemprop") == "dateModified" or any(element.tag in _ASIDE for element in around):
            continue
        paragraph = next((element for element in around if element.tag == "p"), None)
        if paragraph is None or not _SENTENCE.search(paragraph.text_content()):
            yield time.get("datetime")
