"""Questions about another name than their passage: of the same kind, and kept where a model is fooled."""

import random
from dataclasses import replace

from rag.span_model import OnnxSpanModel
from training import text
from training.sources import Example
from training.swapped import Names, fooling, swap

ABROAD = (
    "The president of Norland, Ada Stone, opened a school in 2014. She then went to Sudland by train and back"
    " to Norland by air. In 2016 a school in Sudland was opened too."
)


def test_a_swapped_question_is_about_another_name_of_the_kind() -> None:
    known = Names([ABROAD, ABROAD])
    assert known.kind("Norland") == known.kind("Sudland") == "place" != known.kind("Ada Stone")
    asked = Example(
        "written",
        "a",
        "Who led Norland in 2014?",
        "",
        ABROAD,
        text.find_all(ABROAD, "Ada Stone"),
        ("Ada Stone",),
    )
    made = {new.question for seed in range(20) if (new := swap(asked, known, random.Random(seed)))}
    assert made == {"Who led Sudland in 2014?", "Who led Norland in 2016?"}


def test_what_a_model_does_not_notice_is_kept_without_an_answer(span_model: OnnxSpanModel) -> None:
    own = Example(
        "written", "a", "Who led Norland?", "", ABROAD, text.find_all(ABROAD, "Ada Stone"), ("Ada Stone",)
    )
    same = replace(own, answers=())  # nothing to notice
    other = replace(same, question="How tall is the tower of Sudland?")
    assert fooling(span_model, [(own, same), (own, other)]) == [same]
