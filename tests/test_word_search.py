"""The word index: BM25 of passages and articles, the same best ones whether common terms are scored or not."""

import math
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from fakes import HashEmbedder, article

from ingest.split import split
from rag.catalog import Catalog
from rag.types import Article, Filters

EMBEDDER = HashEmbedder()
MANY = 260  # more articles with a telling term than are ranked


@pytest.fixture
def catalog(tmp_path: Path) -> Iterator[Catalog]:
    with closing(Catalog(tmp_path / "catalog.sqlite3")) as opened:
        yield opened


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalog]:
    """A catalog in which every passage has "council", and one in twenty-two "harbour", some with "crane"."""
    with (
        closing(Catalog(tmp_path_factory.mktemp("town") / "catalog.sqlite3")) as opened,
        opened.transaction(),
    ):
        for number in range(MANY * 22):
            text = f"The council met for item{number}. " + "It was long. " * (number % 7)
            if number % 22 == 0:
                text += "The harbour " * (1 + number % 3) + ("crane fell." if number % 5 == 0 else "froze.")
            put(opened, article(number, text, title="News", published=date(2020 + number % 2, 1, 1)))
        yield opened


def put(catalog: Catalog, each: Article) -> None:
    catalog.put(each, split(each, EMBEDDER.token_starts, 100), origin="f")


def test_finds_words_by_their_stem_in_text_and_title_with_the_title_first(catalog: Catalog) -> None:
    put(catalog, article(1, "Talks were brokered in Moscow.", title="News"))
    put(catalog, article(2, "Other things happened elsewhere.", title="Who brokers talks"))
    put(catalog, article(3, "Nothing of the kind here.", title="News"))
    ids = list(catalog.words.passages(["brokering"]))
    assert [info.id for _, info in map(catalog.passages(ids).get, ids)] == ["a2", "a1"]  # type: ignore[misc]
    assert catalog.words.mentions("MOSCOW")
    assert not catalog.words.mentions("harbour")


def test_the_article_that_is_about_it_scores_higher_than_one_that_mentions_it(catalog: Catalog) -> None:
    line = "The harbour opened again."
    put(catalog, article(1, f"{line}\n\n" + "Rain fell on the hills. " * 60, title="News"))
    put(catalog, article(2, f"{line}\n\n" + "The harbour is long. " * 60, title="News"))
    put(catalog, article(3, "Nothing of the kind.", title="News"))
    about = catalog.words.articles(["opened", "harbour"], ["a1", "a2", "a3"])
    assert about["a2"] > about["a1"] > 0
    assert "a3" not in about


def test_accents_do_not_matter_to_a_search(catalog: Catalog) -> None:
    put(catalog, article(1, "Mevlüt Çavuşoğlu spoke."))
    assert catalog.words.mentions("cavusoglu")
    assert not catalog.words.mentions("cavus")


@pytest.mark.parametrize(
    "term", ['"', "*", "NEAR", "a:b", "(", "'; DROP TABLE articles; --", "^x", "-", "{a b}: c", "\0"]
)
def test_no_term_is_an_operator(catalog: Catalog, term: str) -> None:
    put(catalog, article(1))
    catalog.words.passages([term])
    catalog.words.articles([term], ["a1"])
    catalog.words.mentions(term)
    assert catalog.article_count() == 1


def test_filters_hold_at_their_borders_and_leave_out_what_has_no_date(catalog: Catalog) -> None:
    put(catalog, article(1, "Harbour one.", published=date(2020, 1, 1), source="A"))
    put(catalog, article(2, "Harbour two.", published=date(2020, 1, 2), source="B"))
    put(catalog, article(3, "Harbour three.", source="A"))

    def found(**filters: object) -> set[str]:
        ids = list(catalog.words.passages(["harbour"], Filters(**filters)))  # type: ignore[arg-type]
        return {info.id for _, info in catalog.passages(ids).values()}

    assert found() == {"a1", "a2", "a3"}
    assert found(since=date(2020, 1, 2)) == {"a2"}
    assert found(until=date(2020, 1, 1)) == {"a1"}
    assert found(sources=("A",)) == {"a1", "a3"}
    assert found(sources=("A",), since=date(2019, 1, 1)) == {"a1"}
    assert catalog.matching_articles(Filters(sources=("C",))) == 0


def test_the_best_passages_are_those_of_all_terms_scored_everywhere(town: Catalog) -> None:
    """The score of several terms is the sum of what each scores; common ones are scored where telling ones are."""
    found = town.words.passages(["council", "harbour", "crane", "unheard"])
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert len(found) == 200
    by_article = {info.id: passage for passage, (_, info) in town.passages(list(found)).items()}
    expected = expected_scores(town)
    best = sorted(expected.values(), reverse=True)[:200]
    assert list(found.values()) == pytest.approx(best, rel=1e-3)
    assert all(
        found[passage] == pytest.approx(expected[each], rel=1e-3) for each, passage in by_article.items()
    )


def expected_scores(town: Catalog) -> dict[str, float]:
    """BM25 as FTS5 defines it (k1 1.2, b 0.75), for every article of the town, one passage each."""
    texts = {f"a{number}": town.text(f"a{number}") or "" for number in range(MANY * 22)}
    words = {each: ["news", *text.lower().replace(".", " ").split()] for each, text in texts.items()}
    mean = sum(map(len, words.values())) / len(words)
    idf = {}
    for term in ("council", "harbour", "crane"):
        having = sum(term in each for each in words.values())
        idf[term] = max(math.log((len(words) - having + 0.5) / (having + 0.5)), 1e-6)
    return {
        each: sum(
            idf[term] * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * len(some) / mean))
            for term in idf
            if (count := some.count(term))
        )
        for each, some in words.items()
    }


def test_passages_with_common_terms_alone_are_found_where_telling_ones_are_too_few(town: Catalog) -> None:
    only = Filters(since=date(2021, 1, 1))
    assert len(town.words.passages(["council"])) == 200
    assert len(town.words.passages(["council", "crane"])) == 200
    assert len(town.words.passages(["council", "harbour"], only)) == 200
    found = town.passages(list(town.words.passages(["council", "harbour"], only)))
    assert {info.published for _, info in found.values()} == {date(2021, 1, 1)}
    assert town.words.passages([]) == town.words.passages(["unheard"]) == {}


def test_only_the_articles_that_are_asked_for_are_scored(town: Catalog) -> None:
    assert set(town.words.articles(["council"], ["a1", "a2", "a1", "gone"])) == {"a1", "a2"}
    assert town.words.articles(["council"], []) == town.words.articles([], ["a1"]) == {}
