"""The catalog keeps articles whole, finds their words, and forgets them without a trace."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fakes import HashEmbedder, article

from ingest.split import split
from rag.catalog import Catalog, Change, article_hash
from rag.errors import LibraryDamaged, LibraryError
from rag.types import Article

EMBEDDER = HashEmbedder()


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    opened = Catalog(tmp_path / "catalog.sqlite3")
    yield opened
    opened.close()


def put(catalog: Catalog, each: Article, origin: str = "f") -> Change:
    return catalog.put(each, split(each, EMBEDDER.token_starts, 100), origin=origin)


def test_gives_back_an_article_unchanged(catalog: Catalog) -> None:
    text = "\r\n  Çavuşoğlu met 🙂 Mirzoyan.\n\n\tIt went “well”.  "
    given = article(1, text, source="S", url="https://example.com", published=date(2022, 3, 14))
    put(catalog, given)
    assert catalog.article("a1") == given
    assert catalog.article("a2") is None


def test_passages_come_back_with_their_exact_text_after_characters_of_any_width(catalog: Catalog) -> None:
    given = article(1, "🙂🙂 Ünlü söz. " * 30)
    passages = split(given, EMBEDDER.token_starts, 60)
    catalog.put(given, passages, origin="f")
    found = catalog.passages([each.id for each in passages] + ["unknown"])
    assert len(passages) > 2
    assert {key: passage for key, (passage, _) in found.items()} == {each.id: each for each in passages}


def test_replacing_an_article_forgets_the_words_of_the_old_one(catalog: Catalog) -> None:
    put(catalog, article(1, "The old harbour burned."))
    change = put(catalog, article(1, "The new airport opened."))
    assert len(change.gone) == 1
    assert not catalog.words.mentions("burned")
    assert catalog.words.mentions("airport")
    assert catalog.check() == []


def test_putting_the_same_article_again_loses_no_passage(catalog: Catalog) -> None:
    put(catalog, article(1))
    assert put(catalog, article(1)).gone == ()
    assert catalog.passage_count() == 1


def test_a_copy_is_found_by_its_own_id_and_takes_over_when_the_first_goes(catalog: Catalog) -> None:
    first = article(1, "The same wire story.", title="First title", source="A")
    second = article(2, "The same wire story.", title="Second heading", source="B")
    put(catalog, first, origin="one")
    catalog.put_copy(second, of="a1", origin="two")
    assert catalog.canonical("a2") == "a1"
    assert catalog.copies("a1") == ["a2"]
    assert catalog.held("a2") == (article_hash(second), "two")
    assert catalog.article_count() == 1

    change = catalog.release(["a1"])

    assert change.gone == ()
    assert len(change.relabelled) == 1
    assert catalog.article("a2") == second
    assert catalog.article("a1") is None
    assert catalog.words.mentions("heading")
    assert not catalog.words.mentions("First")
    assert catalog.check() == []


def test_deleting_removes_every_copy_of_the_text(catalog: Catalog) -> None:
    put(catalog, article(1, "The same wire story."))
    catalog.put_copy(article(2, "The same wire story."), of="a1", origin="two")
    change = catalog.delete("a2")
    assert len(change.gone) == 1
    assert catalog.article_count() == 0
    assert catalog.article("a2") is None
    assert not catalog.words.mentions("wire")


def test_a_deleted_article_makes_its_file_count_as_new(catalog: Catalog) -> None:
    put(catalog, article(1), origin="one")
    catalog.record_file("one", "abc")
    catalog.delete("a1")
    assert catalog.file_hash("one") is None


def test_a_transaction_that_fails_changes_nothing(catalog: Catalog) -> None:
    put(catalog, article(1))
    with pytest.raises(RuntimeError), catalog.transaction():
        catalog.delete("a1")
        raise RuntimeError
    assert catalog.article("a1") == article(1)
    assert catalog.words.mentions("harbour")


def test_a_catalog_of_the_first_schema_is_brought_to_this_one(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    with closing(Catalog(path)) as catalog:
        put(catalog, article(1))
    with closing(sqlite3.connect(path)) as db:
        db.executescript(
            "DROP TABLE article_words; DROP TABLE stories; DROP TABLE story_keys; PRAGMA user_version = 1;"
        )
    with closing(Catalog(path)) as catalog:
        assert len(catalog.words.passages(["harbour"])) == 1
        assert set(catalog.words.articles(["harbour"], ["a1", "a2"])) == {"a1"}
        assert catalog.words.mentions("Port1")
        catalog.delete("a1")
        assert not catalog.words.mentions("Port1")
    with closing(Catalog(path)) as catalog:
        assert catalog.check() == []


def test_another_schema_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "catalog.sqlite3"
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 99")
        db.execute("CREATE TABLE t (x)")
    db.close()
    with pytest.raises(LibraryError, match="schema 99"):
        Catalog(path)


@pytest.mark.parametrize("damage", [b"this is no database" * 500, b""], ids=["other bytes", "truncated"])
def test_a_damaged_catalog_is_said(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "catalog.sqlite3"
    catalog = Catalog(path)
    for number in range(50):
        put(catalog, article(number))
    catalog.close()
    content = path.read_bytes()
    path.write_bytes(damage or content[: len(content) // 2])
    with pytest.raises(LibraryDamaged, match="damaged"), closing(Catalog(path)) as broken:
        if broken.check():
            raise LibraryDamaged("damaged")
