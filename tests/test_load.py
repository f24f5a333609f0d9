"""Loading by ending: every supported format, what is refused whole, and the real collections."""

import gzip
import json
import os
from contextlib import suppress
from pathlib import Path

import docx
import pytest

from ingest.formats import reading
from ingest.load import SUFFIXES, Refused, load, suffix_of
from rag.errors import UnreadableFile
from rag.types import Article

TEXT = "Two presidents met in Munich on Sunday. They spoke for four hours about the conflict."


def articles(path: Path) -> list[Article]:
    return [item for item in load(path) if isinstance(item, Article)]


def test_the_supported_endings_are_pinned() -> None:
    assert sorted(SUFFIXES) == sorted(
        ".txt .md .markdown .html .htm .pdf .docx .jsonl .jsonl.gz .csv".split()
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.txt", ".txt"),
        ("a.TXT", ".txt"),
        ("a.b.Jsonl.GZ", ".jsonl.gz"),
        ("2023.01.05 talks.md", ".md"),
        ("a.gz", None),
        ("a.txt.gz", None),
        ("txt", None),
        (".txt", None),
        ("a.json", None),
    ],
)
def test_the_ending_decides_in_any_case(name: str, expected: str | None) -> None:
    assert suffix_of(Path(name)) == expected


def test_each_format_gives_its_text(tmp_path: Path) -> None:
    page = f"<html><head><title>Talks</title></head><body><article><p>{TEXT}</p></article></body></html>"
    row = json.dumps({"text": TEXT})
    contents = {
        "a.txt": TEXT,
        "a.md": TEXT,
        "a.markdown": TEXT,
        "a.html": page,
        "a.htm": page,
        "a.jsonl": row,
        "a.csv": f'text\n"{TEXT}"\n',
    }
    for name, content in contents.items():
        (tmp_path / name).write_text(content)
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress(row.encode()))
    document = docx.Document()
    document.add_paragraph(TEXT)
    document.save(str(tmp_path / "a.docx"))
    for file in tmp_path.iterdir():
        assert [article.text for article in articles(file)] == [TEXT], file.name


def test_a_pdf_is_read_as_one(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_text(TEXT)
    with pytest.raises(UnreadableFile, match="PDF is broken"):
        articles(tmp_path / "a.pdf")


def test_another_kind_is_refused_with_the_supported_ones(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"must end in \.csv, \.docx"):
        load(tmp_path / "a.exe")


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_a_missing_file_is_refused(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(UnreadableFile, match="cannot be read: No such file"):
        articles(tmp_path / f"gone{suffix}")


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_an_empty_file_is_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(b"")
    with pytest.raises(UnreadableFile):
        articles(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_random_bytes_are_refused(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").write_bytes(bytes(range(255, -1, -1)) * 40)
    found: list[Article] = []
    with suppress(UnreadableFile):
        found = articles(tmp_path / f"a{suffix}")
    assert found == []


@pytest.mark.skipif(os.name == "nt", reason="no such device there")
@pytest.mark.parametrize("suffix", sorted(SUFFIXES))
def test_a_device_is_refused_before_it_is_opened(tmp_path: Path, suffix: str) -> None:
    (tmp_path / f"a{suffix}").symlink_to("/dev/null")
    with pytest.raises(UnreadableFile, match="not a regular file"):
        articles(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".txt", ".md", ".html", ".pdf", ".docx"])
def test_a_file_over_the_limit_is_refused_by_its_size(tmp_path: Path, suffix: str) -> None:
    with (tmp_path / f"a{suffix}").open("wb") as file:
        file.truncate(50_000_001)
    with pytest.raises(UnreadableFile, match=r"over \d+ MB"):
        articles(tmp_path / f"a{suffix}")


def test_a_file_over_the_limit_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "a.txt").open("wb") as file:
        file.truncate(50_000_001)
    monkeypatch.setattr(Path, "open", None)
    with pytest.raises(UnreadableFile, match="over 50 MB"):
        load(tmp_path / "a.txt")


def test_a_file_that_grows_past_the_limit_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.txt").write_text("x" * 11)
    assert len(reading.read_bytes(tmp_path / "a.txt", limit=11)) == 11
    monkeypatch.setattr(reading, "check_regular", lambda path: 0)  # its size when it was looked up
    with pytest.raises(UnreadableFile, match="over"):
        reading.read_bytes(tmp_path / "a.txt", limit=10)


def test_the_real_collection_loads_whole() -> None:
    folder = os.environ.get("REAL_COLLECTION")
    if not folder:
        pytest.skip("set REAL_COLLECTION to a folder with articles.jsonl.gz to load a real collection")
    path = Path(folder) / "articles.jsonl.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    loaded = list(load(path))
    assert not [item for item in loaded if isinstance(item, Refused)]
    assert [item.text for item in loaded if isinstance(item, Article)] == texts
