"""An ingest brings a library up to date with files, whatever happened to them, and loses nothing."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from fakes import HashEmbedder

from ingest.count import count_articles
from ingest.crew import Loading, ThisProcess
from ingest.find import find
from ingest.load import Refused, load
from ingest.pipeline import Summary, ingest
from rag.library import Library
from rag.types import Article


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "lib", HashEmbedder()) as opened:
        yield opened


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "one.txt").write_text("Talks in Munich\n\nThe leaders met on Sunday.", encoding="utf-8")
    (folder / "two.txt").write_text("A harbour opens\n\nAda Stone cut the ribbon.", encoding="utf-8")
    return folder


def run(library: Library, *paths: Path, prune: bool = False) -> Summary:
    return ingest(library, find([str(path) for path in paths]), prune=prune)


def rows(path: Path, *given: dict[str, object]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in given), encoding="utf-8")
    return path


def ids(library: Library) -> set[str]:
    return {info.id for info in library.catalog.articles()}


def test_the_id_is_the_name_without_its_ending_and_the_text_is_the_file(library: Library, news: Path) -> None:
    summary = run(library, news)
    assert (summary.added, summary.passages, summary.failures) == (2, 2, [])
    stored = library.catalog.article("one")
    assert stored is not None
    assert stored.text == (news / "one.txt").read_text(encoding="utf-8")
    assert (stored.title, stored.published) == ("Talks in Munich", None)


def test_an_unchanged_file_is_neither_read_again_nor_embedded(library: Library, news: Path) -> None:
    run(library, news)
    embedded = list(library.embedder.embedded)  # type: ignore[attr-defined]
    summary = run(library, news)
    assert (summary.unchanged, summary.added, summary.replaced) == (2, 0, 0)
    assert library.embedder.embedded == embedded  # type: ignore[attr-defined]


def test_a_changed_file_replaces_its_article_only(library: Library, news: Path) -> None:
    run(library, news)
    (news / "one.txt").write_text("Talks in Vienna\n\nThe envoys met.", encoding="utf-8")
    summary = run(library, news)
    assert (summary.replaced, summary.unchanged, summary.added) == (1, 1, 0)
    assert library.catalog.words.mentions("Vienna")
    assert not library.catalog.words.mentions("Munich")
    assert library.vectors.count() == 2


def test_a_file_that_is_gone_is_counted_and_pruned_only_on_request(library: Library, news: Path) -> None:
    run(library, news)
    (news / "one.txt").unlink()
    assert run(library, news).missing == 1
    assert ids(library) == {"one", "two"}
    assert run(library, news, prune=True).removed == 1
    assert ids(library) == {"two"}
    assert library.vectors.count() == 1


def test_pruning_leaves_articles_of_other_folders_alone(library: Library, news: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "three.txt").write_text("Third story.", encoding="utf-8")
    run(library, news, other)
    (other / "three.txt").unlink()
    assert run(library, news, prune=True).removed == 0
    assert "three" in ids(library)


def test_a_row_that_is_gone_from_a_changed_file_is_pruned_on_request(
    library: Library, tmp_path: Path
) -> None:
    path = rows(tmp_path / "a.jsonl", {"id": "x", "text": "First."}, {"id": "y", "text": "Second."})
    run(library, path)
    rows(path, {"id": "x", "text": "First."})
    assert run(library, path).missing == 1
    rows(path, {"id": "x", "text": "First."}, {"id": "z", "text": "Third."})
    summary = run(library, path, prune=True)
    assert (summary.removed, summary.added, summary.unchanged) == (1, 1, 1)
    assert ids(library) == {"x", "z"}


def test_a_bad_file_is_named_with_its_reason_and_the_rest_goes_on(library: Library, news: Path) -> None:
    (news / "bad.txt").write_bytes(b"caf\xe9 \xff\xfe")
    (news / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    summary = run(library, news)
    assert summary.added == 2
    assert {Path(failure.path).name for failure in summary.failures} == {"bad.txt", "broken.pdf"}
    assert all(failure.reason for failure in summary.failures)


def test_a_file_with_a_bad_row_is_read_again_next_time(library: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"id": "x", "text": "First."}\nnot json\n', encoding="utf-8")
    for added in (1, 0):
        summary = run(library, path)
        assert summary.added == added
        assert [failure.where for failure in summary.failures] == ["line 2"]


def test_the_same_text_is_stored_once_and_known_by_both_ids(library: Library, tmp_path: Path) -> None:
    path = rows(
        tmp_path / "a.jsonl", {"id": "x", "text": "A wire story."}, {"id": "y", "text": "A wire story."}
    )
    summary = run(library, path)
    assert (summary.added, summary.copies) == (1, 1)
    assert library.catalog.canonical("y") == "x"
    assert library.vectors.count() == 1
    assert run(library, path).unchanged == 2


def test_a_copy_survives_when_the_file_of_the_first_is_pruned(library: Library, news: Path) -> None:
    (news / "zopy.txt").write_text((news / "one.txt").read_text(encoding="utf-8"), encoding="utf-8")
    run(library, news)
    (news / "one.txt").unlink()
    run(library, news, prune=True)
    assert ids(library) == {"two", "zopy"}
    assert library.catalog.words.mentions("Munich")
    assert not library.repair()


def test_files_of_one_name_in_two_folders_are_both_kept(library: Library, news: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "one.txt").write_text("Another story of that name.", encoding="utf-8")
    summary = run(library, news, other)
    assert summary.added == 3
    [(renamed, new_id)] = summary.renamed
    assert renamed.endswith("other/one.txt")
    assert new_id.startswith("one-")
    again = run(library, news, other)
    assert (again.unchanged, again.added) == (3, 0)


def test_a_moved_file_keeps_its_article(library: Library, news: Path, tmp_path: Path) -> None:
    run(library, news)
    other = tmp_path / "elsewhere"
    other.mkdir()
    (news / "one.txt").rename(other / "one.txt")
    summary = run(library, other)
    assert (summary.unchanged, summary.added, summary.renamed) == (1, 0, [])
    assert run(library, news, prune=True).removed == 0
    assert ids(library) == {"one", "two"}


def test_an_id_that_stands_twice_in_a_file_is_refused_the_second_time(
    library: Library, tmp_path: Path
) -> None:
    path = rows(tmp_path / "a.jsonl", {"id": "x", "text": "First."}, {"id": "x", "text": "Second."})
    summary = run(library, path)
    assert "stands twice" in summary.failures[0].reason
    article = library.catalog.article("x")
    assert article is not None
    assert article.text == "First."


def test_an_interruption_keeps_what_is_stored_and_the_next_run_goes_on(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rows(tmp_path / "a.jsonl", *({"id": f"x{n}", "text": f"Story {n}. " * 40} for n in range(200)))
    embed, calls = library.embedder.embed_documents, []

    def interrupted(texts: list[str]) -> object:
        calls.append(len(texts))
        if len(calls) == 6:  # in the second batch
            raise KeyboardInterrupt
        return embed(texts)

    monkeypatch.setattr(library.embedder, "embed_documents", interrupted)
    summary = run(library, path)
    assert summary.interrupted
    assert 0 < summary.added == library.catalog.article_count() < 200
    assert library.vectors.count() == library.catalog.passage_count()
    done = summary.added
    again = run(library, path)
    assert (again.unchanged, again.added) == (done, 200 - done)
    assert library.catalog.article_count() == 200


def test_progress_is_told_for_each_article(library: Library, news: Path) -> None:
    seen: list[str] = []
    ingest(library, find([str(news)]), progress=lambda summary, path: seen.append(path.name))
    assert set(seen) == {"one.txt", "two.txt"}


def test_articles_are_counted_before_they_are_read(tmp_path: Path, news: Path) -> None:
    path = rows(tmp_path / "a.jsonl", {"text": "a"}, {"text": "b"}, {"text": "c"})
    table = tmp_path / "a.csv"
    table.write_text("text\na\nb\n", encoding="utf-8")
    broken = tmp_path / "b.jsonl.gz"
    broken.write_bytes(b"no gzip")
    assert [count_articles(each) for each in (news / "one.txt", path, table, broken)] == [1, 3, 2, 0]


def test_a_copy_and_the_replacement_of_what_it_copies_may_be_on_their_way_together(
    library: Library, tmp_path: Path
) -> None:
    run(library, rows(tmp_path / "a.jsonl", {"id": "x", "text": "A wire story."}))
    summary = run(
        library,
        rows(
            tmp_path / "b.jsonl",
            {"id": "y", "text": "A wire story."},
            {"id": "x", "text": "Another story."},
            {"id": "z", "text": "A wire story."},
        ),
    )
    assert (summary.copies, summary.replaced, summary.added) == (2, 1, 0)
    texts = {each: library.catalog.text(each) for each in ("x", "y", "z")}
    assert texts == {"x": "Another story.", "y": "A wire story.", "z": "A wire story."}
    assert library.vectors.count() == library.catalog.passage_count() == 2
    assert not library.repair()


def test_only_a_few_batches_are_held_at_a_time(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rows(tmp_path / "a.jsonl", *({"id": f"x{n}", "text": f"Story {n}. " * 40} for n in range(900)))
    read: list[str] = []
    stored_after: list[int] = []
    embed = library.embedder.embed_documents

    def counted(texts: list[str]) -> object:
        stored_after.append(len(read) - library.catalog.article_count())
        return embed(texts)

    class Recorded(ThisProcess):
        def load(self, path: Path) -> Loading:
            def articles() -> Iterator[Article | Refused]:
                for each in load(path):
                    read.append("one")
                    yield each

            return articles

    monkeypatch.setattr(library.embedder, "embed_documents", counted)
    crew = Recorded(library.embedder)
    summary = ingest(library, find([str(path)]), crew=crew)
    assert summary.added == 900
    assert (
        max(stored_after) <= 256 / 2 * 5
    )  # two passages an article, three batches on the line, two at its ends
