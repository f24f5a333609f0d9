"""A passage is shown in its article with every mark in its place."""

from hypothesis import given
from hypothesis import strategies as st

from eval.context import AROUND, Marks, in_context
from rag.types import Span


def test_marks_that_overlap_share_a_piece() -> None:
    text = "The bridge cost 12 crowns in May."
    pieces = in_context(text, Span(0, 25), Marks([Span(0, 25)], [Span(16, 29)], [Span(16, 25)]))
    assert pieces == [
        ("The bridge cost ", "cited"),
        ("12 crowns", "cited gold answer"),
        (" in ", "gold"),
        ("May.", ""),
    ]


def test_a_long_article_is_cut_at_words_on_both_sides() -> None:
    text = "word " * 500
    pieces = in_context(text, Span(1000, 1004), Marks([Span(1000, 1004)]))
    assert pieces[0].text == "… "
    assert pieces[-1].text == " …"
    assert pieces[1].text.startswith("word ")
    assert AROUND - 10 < len(pieces[1].text) <= AROUND


SPANS = st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda pair: Span(min(pair), max(pair)))


@given(st.text(max_size=99), SPANS, st.lists(SPANS, max_size=3), st.lists(SPANS, max_size=3))
def test_no_character_is_lost_or_doubled(text: str, shown: Span, cited: list[Span], gold: list[Span]) -> None:
    pieces = in_context(text, shown, Marks(cited, gold))
    assert "".join(piece.text for piece in pieces) == text
