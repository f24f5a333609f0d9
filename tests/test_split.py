"""Passages: exact offsets in any text, whole sentences, within the embedder's limit."""

import pytest
from fakes import HashEmbedder
from hypothesis import given, settings
from hypothesis import strategies as st
from test_sentences import odd_texts

from ingest.split import TITLE_TOKENS, split
from rag.embed import tokens_in
from rag.sentences import sentences
from rag.types import Article

EMBEDDER = HashEmbedder()


def passages_of(text: str, max_tokens: int = 100) -> list[str]:
    found = split(Article(id="a", title="t", text=text), EMBEDDER.token_starts, max_tokens)
    for passage in found:
        assert text[passage.span.start : passage.span.end] == passage.text
    return [passage.text for passage in found]


def check(text: str, max_tokens: int) -> None:
    found = split(Article(id="a", title="t", text=text), EMBEDDER.token_starts, max_tokens)
    starts = EMBEDDER.token_starts(text)
    last, covered = 0, set()
    for passage in found:
        assert text[passage.span.start : passage.span.end] == passage.text
        assert passage.span.start >= last
        assert tokens_in(starts, passage.span.start, passage.span.end) <= max(16, max_tokens - TITLE_TOKENS)
        last = passage.span.end
        covered |= set(range(passage.span.start, passage.span.end))
    assert all(text[index].isspace() for index in range(len(text)) if index not in covered)
    assert len({passage.id for passage in found}) == len(found)


@given(odd_texts, st.sampled_from([60, 100, 256]))
@settings(max_examples=200)
def test_passages_are_exact_disjoint_complete_and_small_in_any_text(text: str, max_tokens: int) -> None:
    check(text, max_tokens)


@pytest.mark.parametrize(
    "text",
    ["word " * 20_000, "x" * 100_000, "…" * 100_000, "He said so. " * 9_000, "🙂" * 30_000],
    ids=["no punctuation", "one word", "only punctuation", "repeated", "emoji"],
)
def test_a_line_of_100_kilobytes_is_cut_exactly(text: str) -> None:
    check(text, 256)


def test_sentences_are_never_cut_where_they_fit() -> None:
    text = " ".join(f"Sentence number {n} has exactly eight words inside." for n in range(40))
    ends = {span.end for span in sentences(text)}
    found = split(Article(id="a", title="t", text=text), EMBEDDER.token_starts, 100)
    assert len(found) > 3
    assert {passage.span.end for passage in found} <= ends


def test_a_paragraph_that_does_not_fit_whole_starts_a_passage_of_its_own() -> None:
    first = " ".join("one two three four five six seven eight nine." for _ in range(4))
    second = " ".join("uno dos tres cuatro cinco seis siete ocho nueve." for _ in range(4))
    assert passages_of(f"{first}\n\n{second}") == [first, second]


def test_short_paragraphs_share_a_passage() -> None:
    assert passages_of("One.\n\nTwo.\n\nThree.") == ["One.\n\nTwo.\n\nThree."]


def test_the_id_changes_with_the_title_since_that_is_embedded_too() -> None:
    ids = {
        split(Article(id="a", title=title, text="Same."), EMBEDDER.token_starts, 100)[0].id for title in "xy"
    }
    assert len(ids) == 2
