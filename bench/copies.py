"""More articles than there are: copies with other names and numbers, the same ones every time."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.types import Article

_NAME = re.compile(r"\b[A-Z][a-z]{3,}\b")
_NUMBER = re.compile(r"\d+")


def enough(articles: Sequence[Article], count: int) -> Iterator[Article]:
    """`count` articles with distinct ids: those given, then altered copies of them in rounds."""
    names = sorted({name for article in articles for name in _NAME.findall(article.text)}) or ["Name"]
    for number in range(count):
        turn, index = divmod(number, len(articles))
        article = articles[index]
        if turn == 0:
            yield article
        else:
            yield altered(article, turn, names)


def altered(article: Article, turn: int, names: Sequence[str]) -> Article:
    """The article with every name changed for another of `names` and every number for another."""

    def other_name(found: re.Match[str]) -> str:
        digest = hashlib.sha256(f"{turn} {found[0]}".encode()).digest()
        return names[int.from_bytes(digest[:4]) % len(names)]

    def other_number(found: re.Match[str]) -> str:
        return str(int(found[0][:9]) + turn)

    def changed(text: str) -> str:
        return _NUMBER.sub(other_number, _NAME.sub(other_name, text))

    return replace(
        article, id=f"{article.id}-{turn}", title=changed(article.title), text=f"{changed(article.text)}\n"
    )
