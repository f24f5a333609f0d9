"""The reader quotes whole sentences at their exact place, best first, and never makes anything up."""

import pytest
from fakes import HashEmbedder, article
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.split import split
from rag.sentence_reader import SentenceReader
from rag.types import Article, Evidence

EMBEDDER = HashEmbedder()
READER = SentenceReader(EMBEDDER)


def evidence(*articles: Article) -> list[Evidence]:
    """All passages of the articles, in order."""
    return [
        Evidence(passage, each.info, 1 / rank)
        for rank, each in enumerate(articles, 1)
        for passage in split(each, EMBEDDER.token_starts, 60)
    ]


FERRY = article(1, "It rained.\r\n\r\nThe ferry “Söder” 🙂 was bought by Ada Stone in 1994. It is late.")
BRIDGE = article(2, "The bridge burned. Nobody was hurt.")


def test_nothing_to_read_gives_an_empty_list() -> None:
    assert READER.read("Who bought the ferry?", []) == []
    assert READER.read("Who bought the ferry?", evidence(article(1, " \n "))) == []


@pytest.mark.parametrize(
    ("question", "short"),
    [
        ("Who bought the ferry Söder?", "Ada Stone"),
        ("When was the ferry Söder bought?", "1994"),
        ("Why was the ferry Söder bought?", None),
    ],
)
def test_the_sentence_that_says_what_was_asked_comes_first(question: str, short: str | None) -> None:
    best, *others = READER.read(question, evidence(BRIDGE, FERRY))
    assert best.quote == "The ferry “Söder” 🙂 was bought by Ada Stone in 1994."
    assert best.evidence.article == FERRY.info
    assert best.sentence.of(FERRY.text) == best.quote
    assert best.short == short
    assert all(each.confidence < best.confidence for each in others)


def test_a_sentence_with_the_questions_words_is_surer_than_one_without_them() -> None:
    right, *_ = READER.read("Who bought the ferry?", evidence(FERRY))
    wrong, *_ = READER.read("Who bought the ferry?", evidence(BRIDGE))
    assert wrong.confidence < right.confidence


def test_the_embedder_reads_the_sentences_it_compares_and_no_more_than_it_must() -> None:
    embedder = HashEmbedder()
    many = [article(number) for number in range(100)]
    SentenceReader(embedder).read("Who runs the harbour of Port5?", evidence(*many))
    assert 0 < len(embedder.embedded) < 50
    assert "The harbour of Port5 opened in 1905." in embedder.embedded


def test_a_page_without_sentences_is_not_quoted_whole() -> None:
    page = article(1, " ".join(["ferry"] * 2_000))
    whole = [Evidence(each, page.info, 1.0) for each in split(page, EMBEDDER.token_starts, 5_000)]
    assert len(whole[0].passage.text) > 10_000
    assert READER.read("Who bought the ferry?", whole) == []


PIECES = [
    "Ada Stone ",
    "ferry ",
    "bought ",
    "1994",
    ". ",
    ".\n\n",
    "\r\n",
    "“",
    "”",
    "🙂",
    "The ",
    "in May ",
    "!",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join)
questions = st.sampled_from(
    ["Who bought the ferry?", "When?", "Where is Ada?", "Why?", "how many", "🙂", "?"]
)


@settings(max_examples=60)
@given(questions, st.lists(texts, max_size=3))
def test_whatever_the_texts_quotes_are_verbatim_and_answers_lie_inside_them(
    question: str, given_texts: list[str]
) -> None:
    articles = {f"a{number}": article(number, text or "x") for number, text in enumerate(given_texts)}
    spans = READER.read(question, evidence(*articles.values()))
    assert [each.score for each in spans] == sorted((each.score for each in spans), reverse=True)
    assert [each.confidence for each in spans] == sorted((each.confidence for each in spans), reverse=True)
    passages = [each.evidence.passage.id for each in spans]
    assert len(passages) == len(set(passages))
    for each in spans:
        stored = articles[each.evidence.article.id].text
        assert each.quote == each.sentence.of(stored) != ""
        assert 0 <= each.confidence <= 1
        if each.answer is not None:
            assert each.sentence.start <= each.answer.start < each.answer.end <= each.sentence.end
            assert each.short == each.answer.of(stored)
