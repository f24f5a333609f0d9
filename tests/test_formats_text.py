"""Plain text and Markdown files, and the rules that all fields keep."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import markdown, plain_text
from ingest.formats.fields import clean_line, clean_source, clean_url, first_line, published_date
from rag.errors import UnreadableFile

ANY_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1)


def written(path: Path, content: str | bytes) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


class TestPlainText:
    def test_the_text_is_the_file_exactly(self, tmp_path: Path) -> None:
        content = "\r\n  Talks in Munich  \r\n\r\nThey met.\r\n\t \n"
        article = plain_text.read(written(tmp_path / "munich.2009.txt", content))
        assert article.text == content
        assert article.id == "munich.2009"
        assert article.title == "Talks in Munich"
        assert (article.published, article.source, article.url) == (None, None, None)

    def test_a_byte_order_mark_is_dropped(self, tmp_path: Path) -> None:
        article = plain_text.read(written(tmp_path / "a.txt", b"\xef\xbb\xbfTalks\n"))
        assert (article.text, article.title) == ("Talks\n", "Talks")

    def test_a_long_first_line_is_cut_at_a_word(self, tmp_path: Path) -> None:
        article = plain_text.read(written(tmp_path / "a.txt", "word " * 50))
        assert article.title == "word " * 18 + "word word…"

    def test_a_date_in_the_text_is_not_taken(self, tmp_path: Path) -> None:
        assert plain_text.read(written(tmp_path / "a.txt", "Munich, 22 November 2009\n")).published is None

    @pytest.mark.parametrize("first", ["2009-11-22", "* * *", "-----", "\u202e"])
    def test_a_first_line_without_letters_gives_way_to_the_file_name(
        self, tmp_path: Path, first: str
    ) -> None:
        assert plain_text.read(written(tmp_path / "munich.txt", f"{first}\nTalks")).title == "munich.txt"

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "is empty"),
            (b"\xef\xbb\xbf", "is empty"),
            (b" \r\n\t\n", "is empty"),
            (b"a\x00b", "NUL characters: is it a binary file"),
            (b"caf\xe9 au lait", "Not UTF-8 at byte 3: save the file as UTF-8"),
            (b"\xef\xbb\xbfcaf\xe9", "Not UTF-8 at byte 6"),
            ("Talks".encode("utf-16"), "Not UTF-8 at byte 0"),
            ("Talks".encode("utf-16-le"), "NUL characters"),
        ],
    )
    def test_what_is_no_text_is_refused(self, tmp_path: Path, content: bytes, reason: str) -> None:
        with pytest.raises(UnreadableFile, match=reason):
            plain_text.read(written(tmp_path / "a.txt", content))

    @pytest.mark.parametrize(
        "name", ["a\nb.txt", "a\x1b[31m.txt", "a\u202eb.txt", " .txt", "x" * 201 + ".txt"]
    )
    def test_a_name_that_cannot_be_an_id_is_refused(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UnreadableFile, match=r"The file name is .*: (change|shorten) it"):
            plain_text.read(written(tmp_path / name, "Talks"))

    def test_a_megabyte_in_one_line_is_one_article(self, tmp_path: Path) -> None:
        article = plain_text.read(written(tmp_path / "a.txt", "a" * 1_000_000))
        assert len(article.text) == 1_000_000
        assert article.title == "a" * 99 + "…"

    @given(text=ANY_TEXT.filter(lambda text: not text.isspace() and not text.startswith("\ufeff")))
    def test_any_text_is_kept_whole(self, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
        path = tmp_path_factory.getbasetemp() / "any.txt"
        assert plain_text.read(written(path, text)).text == text


FRONT = """---
Title: "Talks in Munich: day one"
date: 2009-11-23
source: Lantern Post
url: https://example.com/munich
tags: [talks, munich]
---

    indented first line

# A heading

Body.  \t

"""


class TestMarkdown:
    def read(self, tmp_path: Path, content: str):  # type: ignore[no-untyped-def]
        return markdown.read(written(tmp_path / "munich.md", content))

    def test_front_matter_is_metadata_and_the_body_is_kept(self, tmp_path: Path) -> None:
        article = self.read(tmp_path, FRONT)
        assert article.title == "Talks in Munich: day one"
        assert article.published == date(2009, 11, 23)
        assert article.source == "Lantern Post"
        assert article.url == "https://example.com/munich"
        assert article.text == "    indented first line\n\n# A heading\n\nBody."
        assert article.id == "munich"

    def test_line_ends_of_the_body_stay(self, tmp_path: Path) -> None:
        assert (
            self.read(tmp_path, "---\r\ntitle: T\r\n---\r\n\r\nOne.\r\n\r\nTwo.\r\n").text
            == "One.\r\n\r\nTwo."
        )

    @pytest.mark.parametrize(
        ("front", "expected"),
        [
            ("published: 2022-03-14T23:30:00-05:00", date(2022, 3, 14)),
            ("published: '2022-03-14'", date(2022, 3, 14)),
            ("date: 2022-03-14 08:00:00\npublished: 2001-01-01", date(2022, 3, 14)),
            ("date:", None),
            ("date: ''\n", None),
            ("title: no date", None),
        ],
    )
    def test_the_date_is_the_day_as_written(self, tmp_path: Path, front: str, expected: date | None) -> None:
        assert self.read(tmp_path, f"---\n{front}\n---\nBody").published == expected

    def test_other_names_for_source_and_link(self, tmp_path: Path) -> None:
        article = self.read(tmp_path, "---\noutlet: Post\nlink: http://example.com/a\n---\nBody")
        assert (article.source, article.url) == ("Post", "http://example.com/a")

    @pytest.mark.parametrize(
        ("content", "title"),
        [
            ("---\ntitle: 1984\n---\n# Heading", "1984"),
            ("---\ntitle: ''\n---\nLead\n\n# Heading #\n", "Heading"),
            ("Lead\n\n#hashtag\n\n## Second", "Lead"),
            ("## Second level\ntext", "Second level"),
            ("> Quoted lead", "Quoted lead"),
            ("2009\n\nBody", "munich.md"),
        ],
    )
    def test_the_title_falls_back_to_heading_line_and_name(
        self, tmp_path: Path, content: str, title: str
    ) -> None:
        assert self.read(tmp_path, content).title == title

    @pytest.mark.parametrize(
        "content",
        [
            "---\nProse between rules\n---\nBody",
            "---\n\nOnly one rule",
            "Title\n---\nBody\n---\n",
            "--- a\nb",
        ],
    )
    def test_rules_are_not_front_matter(self, tmp_path: Path, content: str) -> None:
        assert self.read(tmp_path, content).text == content.rstrip()

    @pytest.mark.parametrize(
        ("front", "reason"),
        [
            ("title: 'open\n", "not valid YAML"),
            ("a: b\ntitle: x: y\n", r"not valid YAML \(line 3\)"),
            ("date: soon", "The date 'soon' is not an ISO date: write it as YYYY-MM-DD"),
            ("date: 20220314", "not an ISO date"),
            ("date: 2022-02-30", "not valid YAML"),
            ("title: [a, b]", "title must be one line of text"),
            ("url: {a: b}", "url must be one line of text"),
            ("n: " + "9" * 5000, "not valid YAML"),
            ("title: &a x\nsource: *a", "aliases"),
            ("a: " + "[" * 49_000, "nested deeper"),
            ("a: " + "x" * 60_000, "longer than"),
            ("title: \x01", "not valid YAML"),
        ],
    )
    def test_bad_front_matter_is_refused_with_its_reason(
        self, tmp_path: Path, front: str, reason: str
    ) -> None:
        with pytest.raises(UnreadableFile, match=reason):
            self.read(tmp_path, f"---\n{front}\n---\nBody")

    @pytest.mark.parametrize("call", ["os.system", "subprocess.check_output"])
    def test_front_matter_makes_no_python_objects(self, tmp_path: Path, call: str) -> None:
        mark = tmp_path / "made"
        with pytest.raises(UnreadableFile, match="not valid YAML"):
            self.read(tmp_path, f"---\ntitle: !!python/object/apply:{call} ['touch {mark}']\n---\nBody")
        assert not mark.exists()

    def test_multiplying_merge_keys_are_refused(self, tmp_path: Path) -> None:
        levels = "\n".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 12))
        with pytest.raises(UnreadableFile, match="aliases"):
            self.read(tmp_path, f"---\na0: &a0 {{k: v}}\n{levels}\n---\nBody")

    def test_front_matter_alone_is_no_article(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="empty"):
            self.read(tmp_path, "---\ntitle: T\n---\n\n")


class TestFields:
    def test_a_line_loses_what_cannot_be_shown(self) -> None:
        assert (
            clean_line(" Talks\u202e\tin\n\x1b[31m  Munich\ud800 👨‍👩‍👧 ", 300)
            == "Talks in [31m Munich 👨‍👩‍👧"
        )
        assert clean_line(" \u200f\x07 ", 300) is None

    @given(st.text(), st.integers(min_value=2, max_value=40))
    def test_a_line_is_short_clean_and_stays_so(self, raw: str, limit: int) -> None:
        line = clean_line(raw, limit)
        if line is not None:
            assert 0 < len(line) <= limit
            assert clean_line(line, limit) == line
            assert line.split() == line.split(" ")

    def test_a_cut_keeps_whole_words_where_there_are_any(self) -> None:
        assert clean_line("the talks in Munich", 12) == "the talks…"
        assert clean_line("the talks in Munich", 10) == "the talks…"
        assert clean_line("a" * 30, 10) == "a" * 9 + "…"
        assert clean_line("日本 " + "長" * 30, 10) == "日本 " + "長" * 6 + "…"
        assert clean_line("exactly", 7) == "exactly"

    @pytest.mark.parametrize("text", ["", "\n\n", "1, 2, 3\nwords"])
    def test_no_letters_no_title(self, text: str) -> None:
        assert first_line(text) is None

    @pytest.mark.parametrize(
        "url",
        ["https://example.com/a?b=c#d", "http://example.com:8080", "HTTPS://Example.com", "http://[::1]/"],
    )
    def test_web_addresses_are_kept(self, url: str) -> None:
        assert clean_url(f" {url}\n") == url

    @pytest.mark.parametrize(
        "url",
        [
            None,
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "//example.com",
            "/relative",
            "http://",
            "http://example.com:port/",
            "http://[::1",
            "https://exa mple.com",
            "https://example.com/\u202egpj",
            "java\nscript:alert(1)",
            "https://example.com/" + "a" * 2000,
        ],
    )
    def test_nothing_else_becomes_a_link(self, url: str | None) -> None:
        assert clean_url(url) is None

    @given(st.text())
    def test_no_text_breaks_the_address_check(self, raw: str) -> None:
        url = clean_url(raw)
        assert url is None or url.lower().startswith(("http://", "https://"))

    def test_an_address_is_no_source(self) -> None:
        assert clean_source("https://social.example/daily") is None
        assert clean_source(" The\nDaily ") == "The Daily"

    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            ("2023-05-01", date(2023, 5, 1)),
            (" 2023-05-01T23:59:59Z ", date(2023, 5, 1)),
            ("2023-05-01T00:30:00+14:00", date(2023, 5, 1)),
            ("2023-05-01 10:00:00.123456789", date(2023, 5, 1)),
            ("20230501", date(2023, 5, 1)),
            ("", None),
            ("  ", None),
            (None, None),
        ],
    )
    def test_iso_dates_are_the_day_as_written(self, raw: str | None, expected: date | None) -> None:
        assert published_date(raw) == expected

    @pytest.mark.parametrize(
        "raw", ["May 1, 2023", "2023-05", "01/05/2023", "2023-02-30", 20230501, 1.5, True, []]
    )
    def test_other_dates_are_refused(self, raw: object) -> None:
        with pytest.raises(UnreadableFile, match="not an ISO date"):
            published_date(raw)
