"""Windows hold question, title and text in the form that the model learnt, and together the whole text."""

import itertools

import pytest

from rag.span_model import OnnxSpanModel
from rag.windows import CLS, MAX_QUESTION, MAX_TITLE, MAX_TOKENS, SEP, windows


def test_a_short_text_is_one_window_whose_offsets_are_its_words(span_model: OnnxSpanModel) -> None:
    text = "The  ferry\nsank 🙂 in Genève."
    (made,) = windows(span_model.tokenizer, [("Who sank?", "A ferry", text)])
    assert made.ids[0] == CLS
    assert [place for place, each in enumerate(made.ids) if each == SEP] == [4, 7, len(made.ids) - 1]
    assert made.types == [0] * 5 + [1] * (len(made.ids) - 5)
    assert [text[start:end] for start, end in made.offsets][:3] == ["The", "ferry", "sank"]
    assert len(made.offsets) == len(made.ids) - made.first - 1


def test_nothing_is_lost_of_a_long_text_and_neighbours_overlap(span_model: OnnxSpanModel) -> None:
    text = " ".join(f"w{number}" for number in range(700))
    made = windows(span_model.tokenizer, [("Who?", "t", text), ("Who?", "t", ""), ("Who?", "t", "short")])
    long = [each for each in made if each.text == 0]
    assert [each.text for each in made] == [0] * len(long) + [2]
    assert all(len(each.ids) <= MAX_TOKENS for each in made)
    covered = {place for each in long for start, end in each.offsets for place in range(start, end)}
    assert covered == {place for place, letter in enumerate(text) if letter != " "}
    for one, following in itertools.pairwise(long):
        assert one.offsets[0] < following.offsets[0] < one.offsets[-1] < following.offsets[-1]


@pytest.mark.parametrize("length", [1, 100, 311, 312, 313, 500])
def test_the_last_window_is_no_part_of_the_one_before(span_model: OnnxSpanModel, length: int) -> None:
    made = windows(span_model.tokenizer, [("Who?", "t", "word " * length)])
    assert made[-1].offsets[-1][1] == 5 * length - 1
    assert len(made) == 1 or made[-1].offsets[-1] not in made[-2].offsets


def test_a_long_question_and_a_long_title_leave_room_for_the_text(span_model: OnnxSpanModel) -> None:
    (made,) = windows(span_model.tokenizer, [("why " * 2_000, "title " * 2_000, "word " * 50)])
    assert made.first == MAX_QUESTION + MAX_TITLE + 3
    assert len(made.offsets) == 50
