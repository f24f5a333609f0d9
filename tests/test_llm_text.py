"""Of a model's sentence its plain words are left: no link, image, element, marker or control code."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.llm_text import plain_sentence

KEPT = [
    "The U.S. said at 5 a.m. that 12.4 million (a third) of it was gone, e.g. Baku's share.",
    "Costs rose by <5% & fell by >3% — “so far”, Çavuşoğlu said; it's over!",
    "Chapter 3: the end (again).",
    "دبي 🙂 Владимир Путин",
]


@pytest.mark.parametrize("text", KEPT)
def test_plain_words_stay_as_they_are(text: str) -> None:
    assert plain_sentence(text) == text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It [reopened](http://a.example/(b)?c=1) today [12].", "It reopened today."),
        ("It ![a](http://a.example/p.png)reopened", "It reopened"),
        ("See www.a.example, mailto:x@y.example and a.example/x.", "See and"),
        ("It <a href='javascript:x'>reopened</a><script>x()", "It reopened"),
        ("It &lt;b&gt;reopened&lt;/b&gt;", "It reopened"),
        ("**It** _reopened_ `today` ~~or~~ __not__", "It reopened today or not"),
        ("1. It reopened", "It reopened"),
        ("It\u202e re\0opened\n\ntoday", "It reopened today"),
        ("It </ reopened 1http:// www.", "It"),
        ("&amp;amp;amp;amp;amp;amp;amp;lt;b&gt; It", ""),
    ],
)
def test_markup_goes(text: str, left: str) -> None:
    assert plain_sentence(text) == left


def test_keys_go() -> None:
    assert plain_sentence("It reopened (bcdfghjk, zzzz).", ("bcdfghjk", "zzzz")) == "It reopened."


@given(st.text(alphabet="<>[]()!&;lgt/:.hpw@a1`*{}\\【】\u202e\x1b\n ", max_size=120))
def test_nothing_that_links_loads_or_cites_is_left(text: str) -> None:
    left = plain_sentence(text)
    assert not re.search(r"<[a-z/!]|!\[|\]\(|https?://|\bwww\.|[\[\]`*{}\x00-\x1f\u202e]", left)
    assert left == " ".join(left.split())


@pytest.mark.parametrize(
    "piece", ["<", "![", "[a](", "&lt;", "((", "<!--", "a.", "](", "\\a{", "<script>", "@a", "【"]
)
def test_a_long_hostile_sentence_is_read_to_its_end(piece: str) -> None:
    plain_sentence(piece * (500 // len(piece)))
