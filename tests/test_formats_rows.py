"""JSON Lines and CSV: the row format, what refuses one row, and what refuses the file."""

import csv
import gzip
import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.formats import csv_table, json_lines
from ingest.formats.row import Refused
from rag.errors import UnreadableFile
from rag.types import Article

ROW = {
    "id": "a-1",
    "title": " Talks\n in Munich ",
    "text": "They met.\r\n\n ",
    "url": "https://example.com/a",
    "source": "Lantern Post",
    "published": "2009-11-23T08:00:00+01:00",
}
ARTICLE = Article(
    id="a-1",
    title="Talks in Munich",
    text="They met.\r\n\n ",
    url="https://example.com/a",
    source="Lantern Post",
    published=date(2009, 11, 23),
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1).filter(
    lambda text: not text.isspace()
)


def rows(path: Path, content: str | bytes) -> list[Article | Refused]:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    reader = csv_table if path.suffix == ".csv" else json_lines
    return list(reader.read(path))


def refused(path: Path, content: str | bytes) -> list[tuple[str, str]]:
    return [(row.where, row.reason) for row in rows(path, content) if isinstance(row, Refused)]


@pytest.fixture
def jsonl(tmp_path: Path) -> Path:
    return tmp_path / "news.jsonl"


@pytest.fixture
def table(tmp_path: Path) -> Path:
    return tmp_path / "news.csv"


class TestJsonLines:
    def test_a_full_row_is_an_article(self, jsonl: Path) -> None:
        assert rows(jsonl, json.dumps(ROW) + "\n") == [ARTICLE]

    def test_a_gzipped_file_is_the_same(self, tmp_path: Path) -> None:
        assert rows(tmp_path / "news.jsonl.gz", gzip.compress(json.dumps(ROW).encode())) == [ARTICLE]

    @pytest.mark.parametrize("name", ["news.jsonl", "news.jsonl.gz", "NEWS.JSONL.GZ"])
    def test_a_row_of_text_alone_gets_an_id_that_stays(self, tmp_path: Path, name: str) -> None:
        line = json.dumps({"text": "Talks\nThey met."}).encode()
        (article,) = rows(tmp_path / name, gzip.compress(line) if name.lower().endswith("gz") else line)
        assert isinstance(article, Article)
        digest = sha256(b"Talks\nThey met.").hexdigest()[:12]
        assert article.id == f"{name.split('.')[0]}-{digest}"
        assert article.title == "Talks"
        assert (article.source, article.url, article.published) == (None, None, None)

    @pytest.mark.parametrize("empty", [None, "", " "])
    def test_null_and_blank_fields_are_missing(self, jsonl: Path, empty: str | None) -> None:
        row = {"text": "123", "id": empty, "title": empty, "url": empty, "source": empty, "published": empty}
        (article,) = rows(jsonl, json.dumps(row))
        assert isinstance(article, Article)
        assert article.id.startswith("news-")
        assert article.title == article.id
        assert (article.source, article.url, article.published) == (None, None, None)

    def test_a_number_may_be_an_id_and_unknown_columns_are_ignored(self, jsonl: Path) -> None:
        (article,) = rows(jsonl, '{"id": 17, "text": "x", "author": {"name": ["Y"]}}')
        assert isinstance(article, Article)
        assert article.id == "17"

    def test_a_doubtful_address_is_dropped_not_the_row(self, jsonl: Path) -> None:
        (article,) = rows(jsonl, '{"text": "x", "url": "javascript:alert(1)"}')
        assert isinstance(article, Article)
        assert article.url is None

    def test_blank_lines_count_but_are_not_rows(self, jsonl: Path) -> None:
        content = '\ufeff{"text": "a"}\r\n\r\n  \n{"text": ""}\n{"text": "b"}'
        loaded = rows(jsonl, content)
        assert [row.text for row in loaded if isinstance(row, Article)] == ["a", "b"]
        assert loaded[1] == Refused("line 4", "The text is empty.")

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("{", "Not valid JSON"),
            ("[1, 2]", "not a JSON object"),
            ('"text"', "not a JSON object"),
            ("null", "not a JSON object"),
            ("[" * 100_000, "nested too deeply"),
            ('{"text": ' * 100_000, "nested too deeply"),
            ('{"n": ' + "9" * 5000 + "}", "a number is too long"),
            ("{}", "The row has no text"),
            ('{"text": null}', "The row has no text"),
            ('{"text": " \\n"}', "The text is empty"),
            ('{"text": 5}', "The field text must be a string, not int"),
            ('{"text": ["x"]}', "The field text must be a string, not list"),
            ('{"text": "a\\u0000b"}', "NUL characters"),
            ('{"text": "a\\ud800b"}', "The text has a broken character at offset 1"),
            ('{"text": "x", "title": "\\udc00"}', "The title has a broken character at offset 0"),
            ('{"text": "x", "title": {}}', "The field title must be a string, not dict"),
            ('{"text": "x", "url": 1}', "The field url must be a string, not int"),
            ('{"text": "x", "source": true}', "The field source must be a string, not bool"),
            ('{"text": "x", "id": 1.5}', "The field id must be a string, not float"),
            ('{"text": "x", "id": true}', "The field id must be a string, not bool"),
            ('{"text": "x", "id": "a\\nb"}', "The id is blank or contains control"),
            (json.dumps({"text": "x", "id": "i" * 201}), "longer than 200"),
            ('{"text": "x", "published": "yesterday"}', "The date 'yesterday' is not an ISO date"),
            ('{"text": "x", "published": 20230501}', "The field published must be a string, not int"),
        ],
    )
    def test_a_bad_row_is_refused_and_the_next_is_read(self, jsonl: Path, line: str, reason: str) -> None:
        loaded = rows(jsonl, f'{{"text": "a"}}\n{line}\n{{"text": "b"}}\n')
        assert [row.text for row in loaded if isinstance(row, Article)] == ["a", "b"]
        bad = loaded[1]
        assert isinstance(bad, Refused)
        assert bad.where == "line 2"
        assert reason in bad.reason

    def test_bad_utf8_names_the_byte(self, jsonl: Path) -> None:
        assert refused(jsonl, b'{"text": "caf\xe9"}\n') == [
            ("line 1", "Not UTF-8 at byte 13: save the file as UTF-8.")
        ]

    @pytest.mark.parametrize("content", [b"", b"\n\n  \n"])
    def test_a_file_without_rows_is_refused(self, jsonl: Path, content: bytes) -> None:
        with pytest.raises(UnreadableFile, match="The file is empty"):
            rows(jsonl, content)

    def test_a_line_over_the_limit_is_passed_over_in_bounded_memory(self, tmp_path: Path) -> None:
        packed = io.BytesIO()
        with gzip.open(packed, "wb", compresslevel=1) as file:
            file.write(b'{"text": "')
            for _ in range(90):
                file.write(b"a" * 1_000_000)
            file.write(b'"}\n{"text": "b"}\n')
        path = tmp_path / "bomb.jsonl.gz"
        path.write_bytes(packed.getvalue())
        tracemalloc.start()
        loaded = list(json_lines.read(path))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert loaded[0] == Refused("line 1", "The line is over 20 MB.")
        assert len(loaded) == 2
        assert isinstance(loaded[1], Article)
        assert loaded[1].text == "b"
        assert peak < 70_000_000

    def test_rows_stream_before_the_file_is_read(self, jsonl: Path) -> None:
        jsonl.write_text('{"text": "a"}\n' * 10_000)
        stream = json_lines.read(jsonl)
        assert isinstance(stream, Iterator)
        tracemalloc.start()
        next(stream)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        stream.close()  # type: ignore[attr-defined]
        assert peak < 100_000

    def test_a_truncated_gzip_file_gives_what_is_whole(self, tmp_path: Path) -> None:
        lines = [json.dumps({"text": f"{n} {sha256(str(n).encode()).hexdigest()}"}) for n in range(2000)]
        packed = gzip.compress("\n".join(lines).encode())
        loaded = rows(tmp_path / "cut.jsonl.gz", packed[: len(packed) // 2])
        good, rest = loaded[:-1], loaded[-1]
        assert len(good) > 500
        assert all(isinstance(row, Article) and row.text.startswith(f"{n} ") for n, row in enumerate(good))
        assert isinstance(rest, Refused)
        assert rest.where == f"line {len(good) + 1}"
        assert "cut off" in rest.reason

    def test_a_damaged_gzip_file_is_said(self, tmp_path: Path) -> None:
        packed = bytearray(gzip.compress(b'{"text": "a"}\n'))
        packed[-6] ^= 1  # the checksum
        assert rows(tmp_path / "bad.jsonl.gz", bytes(packed))[-1] == Refused(
            "line 2", "The file is damaged or cut off from here on: get it again."
        )

    def test_what_is_no_gzip_file_is_refused_whole(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableFile, match="Not a gzipped file"):
            rows(tmp_path / "plain.jsonl.gz", '{"text": "a"}')

    @given(text=TEXTS)
    def test_any_text_is_kept_whole(self, tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
        (article,) = rows(tmp_path_factory.getbasetemp() / "any.jsonl", json.dumps({"text": text}))
        assert isinstance(article, Article)
        assert article.text == text


class TestCsv:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    def test_a_full_row_is_an_article(self, table: Path, delimiter: str) -> None:
        content = io.StringIO(newline="")
        writer = csv.writer(content, delimiter=delimiter)
        writer.writerow([name.upper() for name in ROW])
        writer.writerow(ROW.values())
        assert rows(table, "\ufeff" + content.getvalue()) == [ARTICLE]

    def test_a_row_of_text_alone_gets_an_id_and_title(self, table: Path) -> None:
        (article,) = rows(table, "text\nThey met.\n")
        assert isinstance(article, Article)
        assert article.id == f"news-{sha256(b'They met.').hexdigest()[:12]}"
        assert article.title == "They met."

    def test_a_header_in_quotes_with_spaces_and_strangers(self, table: Path) -> None:
        (article,) = rows(table, '\n"Author"; " Text ";"ID"\nY;x, y, z;7\n'.replace("; ", ";"))
        assert isinstance(article, Article)
        assert (article.id, article.text) == ("7", "x, y, z")

    def test_a_quoted_text_keeps_its_lines_and_rows_keep_their_line_numbers(self, table: Path) -> None:
        content = 'id,text\r\n1,"one\r\ntwo\n\n""three"""\r\n\r\n2,\r\n3,c\r\n'
        loaded = rows(table, content)
        assert [row.text for row in loaded if isinstance(row, Article)] == ['one\r\ntwo\n\n"three"', "c"]
        assert loaded[1] == Refused("line 7", "The row has no text.")

    def test_a_field_may_be_longer_than_the_modules_default(self, table: Path) -> None:
        (article,) = rows(table, "text\n" + "a" * 200_000)
        assert isinstance(article, Article)
        assert len(article.text) == 200_000

    @pytest.mark.parametrize(
        ("line", "reason"),
        [
            ("2,x,yesterday", "is not an ISO date"),
            ("2,x,2020-01-01,more", "4 values for 3 columns: put text with a comma in quotes"),
            ("2", "The row has no text"),
            ("2,a\x00b,", "NUL characters"),
            ('2,"x"y,', "Not valid CSV"),
            ("2,x\ry,", "Not valid CSV"),
            ("\x07,x,", "The id is blank or contains control"),
        ],
    )
    def test_a_bad_row_is_refused_and_the_next_is_read(self, table: Path, line: str, reason: str) -> None:
        loaded = rows(table, f"id,text,published\n1,a,\n{line}\n3,b,\n")
        assert [row.text for row in loaded if isinstance(row, Article)] == ["a", "b"]
        bad = loaded[1]
        assert isinstance(bad, Refused)
        assert bad.where == "line 3"
        assert reason in bad.reason

    def test_bad_utf8_refuses_its_row_and_names_the_byte(self, table: Path) -> None:
        loaded = rows(table, b'text\na\n"caf\xe9\nau lait"\nb\n')
        assert [row.text for row in loaded if isinstance(row, Article)] == ["a", "b"]
        assert loaded[1] == Refused("line 3", "Not UTF-8 at byte 11: save the file as UTF-8.")

    def test_a_quote_never_closed_is_said(self, table: Path) -> None:
        assert refused(table, 'text\na\n"b\nc\n') == [("line 3", "Not valid CSV (unexpected end of data).")]

    @pytest.mark.parametrize("filler", [b"a" * 999_999 + b"\n", b"a" * 1_000_000])
    def test_a_row_over_the_limit_ends_the_reading(self, table: Path, filler: bytes) -> None:
        loaded = rows(table, b'text\na\n"' + filler * 21 + b'"\nb\n')
        assert isinstance(loaded[0], Article)
        assert loaded[1:] == [
            Refused("line 3", "The row is over 20 MB (a quote not closed?): the rest is not read.")
        ]

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"", "The file is empty"),
            (b"\n \n", "The file is empty"),
            (b"id,title\n1,x\n", "has no column text: it may name id, title, text"),
            (b"t\xe9xt\nx\n", "Not UTF-8 at byte 1"),
            (b'text,"x"y\nx\n', "header line is not valid CSV"),
            (b"id\rtext\rx", "header line is not valid CSV"),
        ],
    )
    def test_a_file_without_a_usable_header_is_refused(
        self, table: Path, content: bytes, reason: str
    ) -> None:
        with pytest.raises(UnreadableFile, match=reason):
            rows(table, content)

    @given(text=TEXTS)
    def test_any_text_in_quotes_is_kept_whole(
        self, tmp_path_factory: pytest.TempPathFactory, text: str
    ) -> None:
        quoted = text.replace('"', '""')
        (article,) = rows(tmp_path_factory.getbasetemp() / "any.csv", f'id,text\n1,"{quoted}"\n')
        assert isinstance(article, Article)
        assert article.text == text
