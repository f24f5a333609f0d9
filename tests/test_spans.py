"""The best spans of a text are those with the highest scores, in whole words, and never overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rag.spans import MAX_ANSWER, Found, best_margin, best_spans, distinct

TEXT = "Ada Stone bought the ferry in 1994."
OFFSETS = [(0, 3), (4, 9), (10, 16), (17, 20), (21, 26), (27, 29), (30, 32), (32, 34), (34, 35)]


def scores(*marked: tuple[int, float]) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    made = np.zeros(len(OFFSETS), dtype=np.float32)
    for place, score in marked:
        made[place] = score
    return made


def texts(found: list[Found]) -> list[str]:
    return [TEXT[each.start : each.end] for each in found]


def test_the_span_with_the_best_sum_comes_first_and_its_margin_is_over_no_answer() -> None:
    found = best_spans(TEXT, OFFSETS, scores((0, 5), (4, 2)), scores((1, 4), (4, 1)), 3.0, 2)
    assert texts(found) == ["Ada Stone", "ferry"]
    assert [each.margin for each in found] == [6.0, 0.0]
    assert best_margin(scores((0, 5)), scores((1, 4)), 3.0) == 6.0


def test_an_end_before_its_start_or_too_far_behind_it_makes_no_span() -> None:
    assert best_margin(scores((4, 5)), scores((1, 5)), 0.0) == 5.0  # one of the two, never both
    far = np.zeros(MAX_ANSWER + 1, dtype=np.float32)
    starts, ends = far.copy(), far.copy()
    starts[0] = ends[-1] = 5
    assert best_margin(starts, ends, 0.0) == 5.0
    assert best_margin(starts[:-1], ends[1:], 0.0) == 10.0


def test_a_span_that_ends_within_a_word_takes_the_whole_word() -> None:
    assert texts(best_spans(TEXT, OFFSETS, scores((7, 9)), scores((7, 9)), 0.0, 1)) == ["1994"]
    assert texts(best_spans(TEXT, OFFSETS, scores((6, 9)), scores((6, 9)), 0.0, 1)) == ["1994"]


def test_of_nearly_equal_spans_the_shorter_one_is_preferred() -> None:
    sides = scores((0, 5.0), (3, 4.5)), scores((4, 5.0))
    assert texts(best_spans(TEXT, OFFSETS, *sides, 0.0, 1)) == ["Ada Stone bought the ferry"]
    (found,) = best_spans(TEXT, OFFSETS, *sides, 0.0, 1, brevity=0.7)
    assert TEXT[found.start : found.end] == "the ferry"
    assert found.score == pytest.approx(9.5 - 0.7 * np.log(2), abs=1e-5)


def test_a_span_lies_in_one_paragraph() -> None:
    text = "It stormed.\n\nAda left."
    offsets = [(0, 2), (3, 10), (10, 11), (13, 16), (17, 21), (21, 22)]
    starts = np.array([0, 5, 0, 3, 0, 0], dtype=np.float32)
    ends = np.array([0, 1, 0, 5, 0, 0], dtype=np.float32)
    found = best_spans(text, offsets, starts, ends, 0.0, 2)
    assert [text[each.start : each.end] for each in found] == ["Ada", "stormed"]


def test_a_text_without_tokens_has_no_span() -> None:
    nothing = np.zeros(0, dtype=np.float32)
    assert best_spans("", [], nothing, nothing, 0.0, 2) == []
    assert best_margin(nothing, nothing, 0.0) == -np.inf


def test_of_overlapping_spans_the_one_with_the_better_margin_is_kept() -> None:
    good, worse, apart = Found(0, 9, 5.0, 0.0), Found(4, 9, 9.0, 6.0), Found(21, 26, 1.0, 0.0)
    assert distinct([apart, worse, good]) == [good, apart]


finite = st.floats(-20, 20, width=32)
sides = arrays.arrays(np.float32, len(OFFSETS), elements=finite)


@given(sides, sides, finite, st.integers(1, 4))
def test_spans_are_whole_words_in_order_of_their_scores(
    starts: np.ndarray[tuple[int], np.dtype[np.float32]],
    ends: np.ndarray[tuple[int], np.dtype[np.float32]],
    null_score: float,
    count: int,
) -> None:
    found = best_spans(TEXT, OFFSETS, starts, ends, null_score, count)
    assert 1 <= len(found) <= count
    assert found[0].margin == pytest.approx(best_margin(starts, ends, null_score), abs=1e-4)
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)
    assert distinct(found) == found
    words = {(0, 3), (4, 9), (10, 16), (17, 20), (21, 26), (27, 29), (30, 34), (34, 35)}
    for each in found:
        assert each.start in {start for start, _ in words}
        assert each.end in {end for _, end in words}
