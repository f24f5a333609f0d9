"""Vectors are used only by the catalog that they belong to, in the library's folder or on a Chroma server."""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from chroma_server import ChromaServer, chroma_server
from fakes import HashEmbedder, article, stored
from typer.testing import CliRunner

from ingest.reindex import reindex
from rag.doctor import examine
from rag.embed import SentenceTransformerEmbedder
from rag.errors import InputError, LibraryDamaged, LibraryError, LibraryMismatch
from rag.library import Library, embedded_text
from rag.types import Filters
from ui.cli import app

ARTICLES = [
    article(n, source=("Wire" if n % 2 else "Post"), published=date(2023, 1, 1 + n % 28)) for n in range(40)
]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ChromaServer]:
    with chroma_server(tmp_path / "server") as running:
        yield running


def found(library: Library, text: str, filters: Filters | None = None) -> list[str]:
    return library.vectors.search(library.embedder.embed_query(text), 5, filters)


def nearness(library: Library, text: str, filters: Filters | None) -> list[float]:
    """How near the nearest passages are, nearest first: unlike their ids, the same where several are as near."""
    found_ids = found(library, text, filters)
    passages = library.catalog.passages(found_ids)
    texts = [
        embedded_text(info.title, passage.text) for passage, info in (passages[each] for each in found_ids)
    ]
    query = library.embedder.embed_query(text)
    return [round(float(vector @ query), 5) for vector in library.embedder.embed_documents(texts)]


def sound(library: Library) -> bool:
    ids = set(library.catalog.infos())
    return set(library.vectors.labels()) == ids and library.vectors.lost(sorted(ids)) == []


def fill(folder: Path, server: ChromaServer | None, count: int = 40) -> Path:
    url = server.url if server else None
    with Library.open(folder, HashEmbedder(), server=url) as library:
        stored(library, *ARTICLES[:count])
    return folder


def test_a_server_gives_the_same_passages_as_the_folder(tmp_path: Path, server: ChromaServer) -> None:
    fill(tmp_path / "here", None)
    fill(tmp_path / "there", server)
    assert not (tmp_path / "there" / "chroma").exists()
    with (
        Library.open(tmp_path / "here", HashEmbedder()) as here,
        Library.open(tmp_path / "there", HashEmbedder(), server=server.url) as there,
    ):
        assert here.vectors.labels() == there.vectors.labels()
        for filters in (None, Filters(sources=("Wire",)), Filters(since=date(2023, 1, 20))):
            for number in (3, 17, 31):
                query = f"harbour Port{number} Ada{number} Stone"
                assert nearness(here, query, filters) == nearness(there, query, filters)


def test_a_library_on_a_server_is_changed_repaired_and_reopened(tmp_path: Path, server: ChromaServer) -> None:
    folder = fill(tmp_path / "lib", server)
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        stored(library, article(3, "An airport instead."))
        library.delete("a4")
        library.vectors.delete(list(library.catalog.infos())[:5])
        assert library.repair().embedded == 5
        assert sound(library)
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        assert library.vectors.count() == library.catalog.passage_count() == 39


def test_libraries_that_share_a_server_do_not_see_each_other(tmp_path: Path, server: ChromaServer) -> None:
    fill(tmp_path / "one", server, 10)
    fill(tmp_path / "two", server, 20)
    for name, count in (("one", 10), ("two", 20)):
        with Library.open(tmp_path / name, HashEmbedder(), server=server.url) as library:
            assert library.vectors.count() == count
            reindex(library)
            assert sound(library)


def test_a_copied_library_does_not_touch_the_vectors_of_the_first(
    tmp_path: Path, server: ChromaServer
) -> None:
    first = fill(tmp_path / "first", server, 10)
    copy = tmp_path / "copy"
    shutil.copytree(first, copy)
    fill(first, server, 12)
    with Library.open(copy, HashEmbedder(), server=server.url) as library:
        with pytest.raises(LibraryMismatch, match=r"another copy .* `dateline doctor --reindex`"):
            found(library, "harbour")
        with pytest.raises(LibraryMismatch, match="another copy"):
            list(examine(library))
        with pytest.raises(LibraryMismatch, match="another copy"):
            stored(library, ARTICLES[20])
        assert library.catalog.article_count() == 10
        reindex(library)
        assert sound(library)
    with Library.open(first, HashEmbedder(), server=server.url) as library:
        assert library.vectors.count() == 12
        assert sound(library)


def test_a_server_that_is_away_is_one_sentence_and_nothing_is_changed(
    tmp_path: Path, server: ChromaServer
) -> None:
    folder = fill(tmp_path / "lib", server, 10)
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        found(library, "harbour")
        server.stop()
        told = f"{re.escape(server.url)} does not answer .*: start it, or set DATELINE_CHROMA"
        for attempt in (
            lambda: found(library, "harbour"),
            lambda: stored(library, ARTICLES[11]),
            lambda: library.delete("a1"),
        ):
            with pytest.raises(LibraryError, match=told):
                attempt()
    with (
        Library.open(folder, HashEmbedder(), server=server.url, check=False) as library,
        pytest.raises(LibraryError, match=told),
    ):
        found(library, "harbour")
    server.start()
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        assert "a11" not in {info.id for info in library.catalog.articles()}
        assert sound(library)


def test_a_server_that_lost_its_data_is_told_and_the_doctor_makes_it_anew(
    tmp_path: Path, server: ChromaServer
) -> None:
    folder = fill(tmp_path / "lib", server, 10)
    server.forget()
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        with pytest.raises(LibraryMismatch, match=r"not on the Chroma server .* `dateline doctor`"):
            found(library, "harbour")
        assert not all(finding.sound for finding in examine(library))
        assert sound(library)


def test_a_library_moves_to_a_server_and_back_with_the_doctor(tmp_path: Path, server: ChromaServer) -> None:
    folder = fill(tmp_path / "lib", None, 10)
    with Library.open(folder, HashEmbedder(), server=server.url) as library:
        with pytest.raises(LibraryMismatch, match="not on the Chroma server"):
            found(library, "harbour")
        list(examine(library))
        stored(library, ARTICLES[10])
        assert sound(library)
    with Library.open(folder, HashEmbedder()) as library:
        with pytest.raises(LibraryDamaged, match="not those of its catalog: run `dateline doctor`"):
            found(library, "harbour")
        list(examine(library))
        assert sound(library)
        assert library.vectors.count() == 11


def test_vectors_that_were_removed_from_the_folder_are_not_taken_for_an_empty_library(tmp_path: Path) -> None:
    folder = fill(tmp_path / "lib", None, 10)
    shutil.rmtree(folder / "chroma")
    with (
        Library.open(folder, HashEmbedder()) as library,
        pytest.raises(LibraryMismatch, match="not in its folder"),
    ):
        found(library, "harbour")


def test_a_crash_between_the_two_stamps_is_mended_when_the_library_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = fill(tmp_path / "lib", None, 10)

    def crash(stamp: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), Library.open(folder, HashEmbedder()) as library:
        monkeypatch.setattr(library.vectors, "set_stamp", crash)
        stored(library, ARTICLES[10])
    with Library.open(folder, HashEmbedder()) as library:
        assert sound(library)
        assert library.catalog.article_count() == 10
    with Library.open(folder, HashEmbedder()) as library:
        assert len(found(library, "harbour")) == 5


@pytest.mark.parametrize(
    "address", ["127.0.0.1:8000", "ftp://127.0.0.1", "http://", "http://h:port", "http://u:p@h"]
)
def test_an_address_that_is_none_is_refused_with_an_example(tmp_path: Path, address: str) -> None:
    with (
        Library.open(tmp_path / "lib", HashEmbedder(), server=address) as library,
        pytest.raises(InputError, match=r"http://127\.0\.0\.1:8000"),
    ):
        found(library, "harbour")


def test_the_commands_use_the_server_of_the_settings_and_the_doctor_names_it(
    tmp_path: Path,
    server: ChromaServer,
    monkeypatch: pytest.MonkeyPatch,
    embedder: SentenceTransformerEmbedder,
) -> None:
    monkeypatch.setenv("DATELINE_CHROMA", server.url)
    monkeypatch.setattr("ui.wiring.SentenceTransformerEmbedder", lambda name: embedder)
    (tmp_path / "port.txt").write_text("Port news\n\nThe harbour of Ellen opened in 1987.", encoding="utf-8")
    library = ["--library", str(tmp_path / "lib")]
    ingested = CliRunner().invoke(app, ["ingest", str(tmp_path / "port.txt"), *library])
    assert ingested.exit_code == 0, ingested.output
    asked = CliRunner().invoke(app, ["ask", "When did the harbour of Ellen open?", *library])
    assert "1987" in asked.output
    examined = CliRunner().invoke(app, ["doctor", *library])
    assert f"on the Chroma server {server.url}" in examined.output
    assert not (tmp_path / "lib" / "chroma").exists()
