"""Saved web pages: the article without the page around it, and only stated metadata."""

import json
from datetime import date
from pathlib import Path

import pytest

from ingest.formats import web_page
from rag.errors import UnreadableFile
from rag.types import Article

BODY = """
<p>Two presidents met in Munich on Sunday to talk about the conflict over the mountain region, and for
once the go-betweens sounded hopeful about the <a href="/next">next round</a>.</p>
<p>A spokesman said that a number of difficulties had come to light on 3 February 2001, and that the
three mediators will now prepare the next meeting of the two leaders.</p>
"""


def page(head: str = "", body: str = BODY, before: str = "", after: str = "") -> str:
    return (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>{head}</head><body>"
        f"<nav><ul><li><a href='/'>Home</a></li><li><a href='/sport'>Sport pages</a></li></ul></nav>{before}"
        f"<article>{body}</article>{after}<footer><p>Rights reserved 2024-05-05.</p></footer></body></html>"
    )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "munich.html"


def read(file: Path, html: str) -> Article:
    file.write_text(html, encoding="utf-8")
    return web_page.read(file)


def json_ld(content: object) -> str:
    return f'<script type="application/ld+json">{json.dumps(content)}</script>'


def test_the_text_is_the_article_without_the_page(file: Path) -> None:
    comments = "<div id='comments'><p>First! I was there and I saw the two of them shake hands.</p></div>"
    script = "<script>track('reader')</script><style>p {color: red}</style>"
    article = read(file, page(body=BODY + script, after=comments))
    assert article.text.startswith("Two presidents met in Munich on Sunday")
    assert article.text.endswith("the next meeting of the two leaders.")
    assert "next round" in article.text
    for boilerplate in ("Sport", "Rights", "First!", "track", "color", "/next", "<", "]("):
        assert boilerplate not in article.text


def test_metadata_comes_from_the_markup(file: Path) -> None:
    head = """<title>Talks in Munich | Lantern Post</title>
    <meta property="og:title" content="Talks &amp; hopes in Munich">
    <meta property="og:site_name" content="Lantern Post">
    <meta property="og:url" content="https://example.com/2001/02/03/munich">
    <meta property="article:published_time" content="2009-11-23T08:00:00+01:00">"""
    article = read(file, page(head))
    assert article.title == "Talks & hopes in Munich"
    assert article.source == "Lantern Post"
    assert article.url == "https://example.com/2001/02/03/munich"
    assert article.published == date(2009, 11, 23)
    assert article.id == "munich"


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title>U.S. envoys in Munich</title>", "U.S. envoys in Munich"),
        ("<title>Envoys in Munich</title>", "Envoys in Munich"),
        ("", "munich.html"),
    ],
)
def test_the_title_falls_back_to_the_title_element_and_the_file_name(
    file: Path, head: str, title: str
) -> None:
    assert read(file, page(head)).title == title


@pytest.mark.parametrize(
    "head",
    [
        '<meta property="article:published_time" content="2009-11-23T08:00:00Z">',
        '<meta name="Date" content="2009-11-23">',
        '<meta name="citation_publication_date" content="2009/11/23">',
        '<meta itemprop="datePublished" content="2009-11-23">',
        '<meta name="date" content="soon"><meta name="dc.date" content="2009-11-23">',
        json_ld({"@type": "NewsArticle", "datePublished": "2009-11-23T08:00:00.000Z"}),
        json_ld([{"@type": "Organization"}, {"@type": ["Article"], "datePublished": "2009-11-23"}]),
        json_ld({"@graph": [{"@type": "WebPage", "datePublished": "2009-11-23"}]}),
        "<script type='application/ld+json'>{broken</script>"
        + json_ld({"@type": "BlogPosting", "datePublished": "2009-11-23"}),
    ],
)
def test_a_stated_date_is_taken(file: Path, head: str) -> None:
    assert read(file, page(head)).published == date(2009, 11, 23)


@pytest.mark.parametrize(
    "before",
    [
        '<h1>Talks</h1><time datetime="2009-11-23T08:00">last Monday</time>',
        '<p class="byline">By A. Reporter, <time datetime="2009-11-23">23 November</time></p>',
        '<p>It began on <time datetime="2009-11-23" itemprop="datePublished">Monday</time>.</p>',
        '<time datetime="2009-11-23">23 November</time><time datetime="2009-11-23T09:00">9:00</time>',
        '<time datetime="2009-11-23">a</time><time datetime="2009-11-30" itemprop="dateModified">b</time>',
    ],
)
def test_a_time_element_that_stands_by_itself_is_a_stated_date(file: Path, before: str) -> None:
    assert read(file, page(before=before)).published == date(2009, 11, 23)


@pytest.mark.parametrize(
    ("head", "before"),
    [
        ("", ""),
        ("", "<p>Published on 23 November 2009</p>"),
        ("", "<span class='date'>2009-11-23</span>"),
        ("", "<div class='published'>November 23, 2009</div>"),
        ("<title>Talks of 23 November 2009</title>", ""),
        ('<link rel="canonical" href="https://example.com/2009/11/23/munich">', ""),
        ('<meta property="og:url" content="https://example.com/2009/11/23/munich">', ""),
        ('<meta property="article:modified_time" content="2009-11-23">', ""),
        ('<meta name="date" content="last Monday">', ""),
        ('<meta name="copyright" content="2009-11-23">', ""),
        (json_ld({"@type": "VideoObject", "datePublished": "2009-11-23"}), ""),
        (json_ld({"@type": "Article", "dateModified": "2009-11-23"}), ""),
        (json_ld({"@type": "Article", "datePublished": 2009}), ""),
        ("<script type='application/ld+json'>" + "[" * 100_000 + "</script>", ""),
        ("", '<p>The war ended on <time datetime="1918-11-11">11 November 1918</time>.</p>'),
        ("", '<ul><li>Related story <time datetime="2009-11-23">Monday</time></li></ul>'),
        ("", '<time datetime="2009-11-23">a</time> <time datetime="2010-01-05">b</time>'),
        ("", '<time datetime="soon">soon</time>'),
    ],
)
def test_a_date_is_never_guessed(file: Path, head: str, before: str) -> None:
    assert read(file, page(head, before=before)).published is None


def test_a_link_that_is_no_web_address_is_dropped(file: Path) -> None:
    assert read(file, page('<meta property="og:url" content="javascript:alert(1)">')).url is None


def test_a_profile_address_is_no_source(file: Path) -> None:
    head = '<meta property="article:publisher" content="https://social.example/lantern">'
    assert read(file, page(head)).source is None


@pytest.mark.parametrize(
    "html",
    [
        "just words, no markup",
        "<html><body></body></html>",
        "<html><head><title>Empty</title></head><body><script>x()</script></body></html>",
        "<html>" + "<frameset>" * 3,
        "{}",
    ],
)
def test_a_page_without_an_article_is_refused(file: Path, html: str) -> None:
    with pytest.raises(UnreadableFile, match="found"):
        read(file, html)


def test_bad_bytes_are_refused_with_their_place(file: Path) -> None:
    file.write_bytes(page().encode().replace(b"Munich", b"M\xfcnchen"))
    with pytest.raises(UnreadableFile, match=r"Not UTF-8 at byte \d+: save the file as UTF-8"):
        web_page.read(file)
    with pytest.raises(UnreadableFile, match="NUL"):
        read(file, page(body=BODY + "\x00"))


@pytest.mark.parametrize(
    "body",
    ["<p>" + "<b>a</b> " * 6_000 + "</p>", ("<div>" + "<p>a</p>" * 4_900 + "</div>") * 11],
    ids=["children of one element", "elements"],
)
def test_a_page_that_would_take_for_ever_is_refused(file: Path, body: str) -> None:
    with pytest.raises(UnreadableFile, match="too many elements"):
        read(file, page(body=f"<div>{body}</div>"))


def test_a_page_over_the_limit_is_refused_before_it_is_parsed(file: Path) -> None:
    with pytest.raises(UnreadableFile, match="over 10 MB"):
        read(file, page(body=BODY + " " * 10_000_000))


def test_deeply_nested_markup_ends(file: Path) -> None:
    read(file, page(body="<div>" * 100_000 + BODY))


def test_what_trips_the_extractor_is_a_refusal(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def trip(*_: object, **__: object) -> None:
        raise RecursionError("maximum recursion depth exceeded")

    monkeypatch.setattr(web_page, "bare_extraction", trip)
    with pytest.raises(UnreadableFile, match="cannot be taken apart"):
        read(file, page())


def test_complaints_of_the_extractor_stay_quiet(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UnreadableFile):
        read(file, "<html><body></body></html>")
    assert caplog.records == []
