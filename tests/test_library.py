"""The two stores stay the same, one process owns them, and opening mends what a crash left."""

import os
import subprocess
import sys
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fakes import HashEmbedder, article, library_of, stored

from ingest.reindex import reindex
from ingest.split import split
from rag.doctor import examine
from rag.errors import LibraryDamaged, LibraryError, LibraryLocked, LibraryMismatch
from rag.library import Library, embedded_text
from rag.types import Article, Filters, Passage


class OtherEmbedder(HashEmbedder):
    """Another model: other weights, another dimension."""

    name = "other"
    fingerprint = "other-32"
    dimension = 32
    max_tokens = 60


def nearest(library: Library, text: str, filters: Filters | None = None) -> list[str]:
    """The articles of the nearest passages, nearest first."""
    ids = list(library.vectors.search(library.embedder.embed_query(text), 5, filters))
    found = library.catalog.passages(ids)
    return list(dict.fromkeys(found[each][1].id for each in ids))


def consistent(library: Library) -> bool:
    """Whether both stores hold the same passages and every vector finds itself."""
    ids = set(library.catalog.infos())
    return set(library.vectors.labels()) == ids and library.vectors.lost(sorted(ids)) == []


def test_an_added_article_is_found_in_both_stores_and_after_reopening(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        assert nearest(library, "harbour Port2")[0] == "a2"
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        assert nearest(library, "harbour Port2")[0] == "a2"
        assert not library.mended
        assert consistent(library)


def test_passages_are_embedded_with_their_title(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", article(1, "It is busy.", title="Harbour")) as library:
        assert library.embedder.embedded == [embedded_text("Harbour", "It is busy.")]  # type: ignore[attr-defined]


def test_a_replaced_article_leaves_no_vector_behind(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        stored(library, article(1, "An airport instead."))
        assert library.vectors.count() == library.catalog.passage_count() == 2
        assert nearest(library, "airport")[0] == "a1"
        assert consistent(library)


def test_a_deleted_article_is_gone_from_every_store(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        library.delete("a1")
        assert nearest(library, "harbour Port1") == ["a2"]
        assert library.catalog.article("a1") is None
        assert not library.catalog.words.mentions("Port1")
        assert consistent(library)


def test_filters_restrict_the_vectors_as_they_do_the_words(tmp_path: Path) -> None:
    dated = [
        article(1, published=date(2020, 1, 1), source="A"),
        article(2, published=date(2020, 1, 2), source="B"),
        article(3, source="A"),
    ]
    with library_of(tmp_path / "lib", *dated) as library:
        assert set(nearest(library, "harbour")) == {"a1", "a2", "a3"}
        assert nearest(library, "harbour", Filters(since=date(2020, 1, 2))) == ["a2"]
        assert nearest(library, "harbour", Filters(until=date(2020, 1, 1))) == ["a1"]
        assert set(nearest(library, "harbour", Filters(sources=("A",)))) == {"a1", "a3"}
        assert nearest(library, "harbour", Filters(sources=("A",), since=date(2020, 1, 1))) == ["a1"]


def test_a_copy_that_takes_over_is_filtered_by_its_own_date(tmp_path: Path) -> None:
    first = article(1, "A wire story.", published=date(2020, 1, 1), source="A")
    second = Article(id="a2", title="Copy", text="A wire story.", published=None, source="B")
    with library_of(tmp_path / "lib", first) as library:
        library.apply(library.catalog.put_copy(second, of="a1", origin="g"))
        library.apply(library.catalog.release(["a1"]))
        assert nearest(library, "wire", Filters(since=date(2019, 1, 1))) == []
        assert nearest(library, "wire", Filters(sources=("B",))) == ["a2"]
        assert consistent(library)


def test_a_second_process_is_refused_in_one_sentence_that_names_the_first(tmp_path: Path) -> None:
    folder = tmp_path / "lib"
    code = (
        "import sys; sys.path[:0] = sys.argv[2:]\n"
        "from pathlib import Path; from fakes import HashEmbedder; from rag.library import Library\n"
        "from rag.errors import LibraryLocked\n"
        "try:\n    Library.open(Path(sys.argv[1]), HashEmbedder()).__enter__()\n"
        "except LibraryLocked as error:\n    print(error)"
    )
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    with library_of(folder, article(1)):
        told = subprocess.run(
            [sys.executable, "-c", code, str(folder), *paths], capture_output=True, text=True, check=True
        ).stdout
        with pytest.raises(LibraryLocked):
            Library.open(folder, HashEmbedder()).__enter__()
    assert f"in use by process {os.getpid()}" in told
    assert "--library" in told
    with Library.open(folder, HashEmbedder()) as library:
        assert consistent(library)


def test_another_embedder_is_refused_and_the_sentence_names_the_command(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", article(1)):
        pass
    with (
        pytest.raises(LibraryMismatch, match=r"made with the embedder 'hash'.*dateline doctor --reindex"),
        Library.open(tmp_path / "lib", OtherEmbedder()),
    ):
        pass


def test_reindexing_makes_the_library_the_other_embedders_own(tmp_path: Path) -> None:
    long = article(1, "Ada Stone runs the harbour of Port1 well. " * 20)
    with library_of(tmp_path / "lib", long, article(2)) as library:
        before = library.catalog.passage_count()
    with Library.open(tmp_path / "lib", OtherEmbedder(), check=False) as library:
        made = reindex(library)
        assert made.embedded == library.catalog.passage_count() > before  # its passages are shorter
    with Library.open(tmp_path / "lib", OtherEmbedder()) as library:
        assert nearest(library, "Port2")[0] == "a2"
        assert consistent(library)
        assert library.catalog.check() == []
        assert library.catalog.article("a1") == long


def test_reindexing_that_was_interrupted_can_be_run_again_with_yet_another_embedder(tmp_path: Path) -> None:
    class Interrupted(OtherEmbedder):
        dimension = 16

        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            if len(self.embedded):
                raise KeyboardInterrupt
            return super().embed_documents(texts)

    with library_of(tmp_path / "lib", *(article(n, f"Story {n} goes on. " * 300) for n in range(20))):
        pass
    with (
        pytest.raises(KeyboardInterrupt),
        Library.open(tmp_path / "lib", Interrupted(), check=False) as library,
    ):
        reindex(library)
    with Library.open(tmp_path / "lib", OtherEmbedder(), check=False) as library:
        reindex(library)
    with Library.open(tmp_path / "lib", OtherEmbedder()) as library:
        assert consistent(library)


class Stopped(BaseException):
    """Stands for a process that ends at once."""


@pytest.mark.parametrize("step", ["embed", "put", "delete vectors"])
def test_a_crash_at_any_step_leaves_an_article_old_or_new_and_opening_mends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def crash(*args: object, **kwargs: object) -> None:
        raise Stopped

    old, new = article(1), article(1, "An airport instead. " * 30)
    with library_of(tmp_path / "lib", old, article(2)):
        pass
    with pytest.raises(Stopped), Library.open(tmp_path / "lib", HashEmbedder()) as library:
        target = {
            "embed": (library.embedder, "embed_documents"),
            "put": (library.catalog, "put"),
            "delete vectors": (library.vectors, "delete"),
        }[step]
        monkeypatch.setattr(*target, crash)
        stored(library, new)
    monkeypatch.undo()
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        assert library.catalog.article("a1") == (new if step == "delete vectors" else old)
        assert library.catalog.article("a2") == article(2)
        assert bool(library.mended) == (step != "embed")
        assert consistent(library)
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        assert not library.mended


def test_vectors_that_were_lost_are_embedded_again_when_the_last_writing_was_cut_short(
    tmp_path: Path,
) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        library.vectors.delete(list(library.catalog.infos())[:1])
        library.catalog.set_meta(state="writing")
        library._settle = lambda: None  # type: ignore[method-assign]
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        assert library.mended.embedded == 1
        assert consistent(library)


def test_a_vector_that_its_own_search_does_not_find_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        (first, _) = library.catalog.infos()
        answers = [[first], []]  # lost, then found again
        monkeypatch.setattr(library.vectors, "lost", lambda ids: answers.pop(0))
        assert library.repair().embedded == 1
        assert answers == []
        monkeypatch.undo()
        assert consistent(library)


def test_where_making_a_vector_anew_does_not_help_all_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library_of(tmp_path / "lib", article(1), article(2)) as library:
        monkeypatch.setattr(library.vectors, "lost", lambda ids: list(ids)[:1])
        assert library.repair().embedded == 2
        assert consistent(library)


def test_vectors_that_are_not_numbers_are_refused_before_anything_is_stored(tmp_path: Path) -> None:
    class Broken(HashEmbedder):
        def embed_documents(self, texts):  # type: ignore[no-untyped-def]
            return np.full((len(texts), 64), np.nan, dtype=np.float32)

    with Library.open(tmp_path / "lib", Broken()) as library:
        with pytest.raises(LibraryError, match="not numbers"):
            stored(library, article(1))
        assert library.catalog.article_count() == 0


@pytest.mark.parametrize("damage", ["emptied", "other bytes", "removed"])
def test_the_doctor_rebuilds_damaged_vectors_from_the_catalog(tmp_path: Path, damage: str) -> None:
    with library_of(tmp_path / "lib", *map(article, range(5))):
        pass
    for file in sorted((tmp_path / "lib" / "chroma").rglob("*")):
        if file.is_file():
            if damage == "removed":
                file.unlink()
            else:
                file.write_bytes(b"" if damage == "emptied" else b"x" * file.stat().st_size)
    with Library.open(tmp_path / "lib", HashEmbedder(), check=False) as library:
        findings = list(examine(library))
        assert not all(finding.sound for finding in findings)
        assert findings[-1].sound
        assert consistent(library)
        assert nearest(library, "harbour Port3")[0] == "a3"


def test_the_doctor_finds_nothing_to_mend_in_a_sound_library(tmp_path: Path) -> None:
    with library_of(tmp_path / "lib", *map(article, range(5))) as library:
        assert all(finding.sound for finding in examine(library))


def test_the_doctor_says_that_a_broken_catalog_cannot_be_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with library_of(tmp_path / "lib", article(1)) as library:
        monkeypatch.setattr(library.catalog, "check", lambda: ["row 3 missing from index"])
        with pytest.raises(LibraryDamaged, match="row 3 missing"):
            next(examine(library))


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with (
        pytest.raises(LibraryError, match="--library"),
        Library.open(tmp_path / "file" / "lib", HashEmbedder()),
    ):
        pass


def test_a_thousand_passages_each_find_themselves(tmp_path: Path) -> None:
    """Chroma keeps its first thousand rows in another way than the rest."""
    embedder = HashEmbedder()
    many = [article(n, f"Word{n} and term{n * 7} met in place{n * 3}.") for n in range(1_100)]

    def passages(each: Article) -> list[Passage]:
        return split(each, embedder.token_starts, embedder.max_tokens)

    with Library.open(tmp_path / "lib", embedder) as library:
        library.add([(each, passages(each), "f") for each in many])
        assert consistent(library)
        library.add(
            [
                (article(n, f"Changed{n} text."), passages(article(n, f"Changed{n} text.")), "f")
                for n in range(200)
            ]
        )
        assert consistent(library)
