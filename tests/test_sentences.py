"""Sentences are exact, disjoint and complete, also in odd texts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.sentences import paragraph_starts, sentences

PIECES = ["He said so. ", "He said so. ", "“Really?” ", "Mr. Stone left", ".", "!\n", "\r\n", "\n\n", "🙂🇦🇲 ", "a.m. ",
          "'x' ", "。「はい。」", "\u2028", "\t", "3.5 ", "No. 7 ", "É", "\u202e", " "]  # fmt: skip
odd_texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=8)), max_size=40).map("".join)


def found(text: str) -> list[str]:
    return [span.of(text) for span in sentences(text)]


@given(odd_texts)
def test_spans_are_ordered_disjoint_trimmed_and_cover_all_but_white_space(text: str) -> None:
    spans = sentences(text)
    covered = set()
    last = 0
    for span in spans:
        assert span.start >= last
        last = span.end
        assert span.of(text) == span.of(text).strip() != ""
        covered |= set(range(span.start, span.end))
    assert all(text[index].isspace() for index in range(len(text)) if index not in covered)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. It stopped.", ["It rained.", "It stopped."]),
        ("Mr. Stone met Gen. Ada J. Wells in the U.S. capital. He left.", ["Mr. Stone met Gen. Ada J. Wells in the U.S. capital.", "He left."]),
        ("“It is over,” he said. “We won.” Then he left.", ["“It is over,” he said.", "“We won.”", "Then he left."]),
        ("They met on Jan. 14 in Moscow. It went well.", ["They met on Jan. 14 in Moscow.", "It went well."]),
        ("He said no. Then he left.", ["He said no.", "Then he left."]),
        ("It was No. 7 again. Good.", ["It was No. 7 again.", "Good."]),
        ("It cost $3.5 million. Fine.", ["It cost $3.5 million.", "Fine."]),
        ("A headline\n\nThe text goes on.", ["A headline", "The text goes on."]),
        ("First line.\nSecond line.", ["First line.", "Second line."]),
        ("The text was broken by an editor at the end of a line and\ngoes on here.", ["The text was broken by an editor at the end of a line and\ngoes on here."]),
        ("Really?! Yes… and no.", ["Really?!", "Yes… and no."]),
        ("戦争は終わった。交渉が始まる。", ["戦争は終わった。", "交渉が始まる。"]),
        ("no punctuation at all", ["no punctuation at all"]),
        ("  \r\n\t ", []),
    ],
)  # fmt: skip
def test_ends_a_sentence_where_a_reader_would(text: str, expected: list[str]) -> None:
    assert found(text) == expected


def test_a_paragraph_starts_after_a_blank_line_whatever_the_line_ends() -> None:
    assert paragraph_starts("a\n\nb\r\n\r\nc\nd") == {3, 8}
