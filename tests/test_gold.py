"""Gold sets: what is read, what is refused and with which words."""

import hashlib
import json
from datetime import date
from pathlib import Path

import pytest
from scripted import write_gold

from eval.gold import GoldEvidence, GoldQuestion, load_gold
from rag.errors import InputError
from rag.types import Span

ROW = {"id": "q1", "question": "Where?", "answers": ["Munich"]}


def refused(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        load_gold(path)
    return str(caught.value)


def test_a_full_row_is_read_with_every_field(tmp_path: Path) -> None:
    row = {
        "id": "q1",
        "question": "Where did they meet?",
        "answers": ["Munich", "in Munich"],
        "answerable": True,
        "evidence": [{"article_id": "a", "quote": "Munich", "start": 3, "end": 9}, {"article_id": "b"}],
        "asked_on": "2023-01-05",
        "tags": ["place"],
        "choices": ["Munich", "Vienna"],
    }
    path = write_gold(tmp_path / "gold.jsonl", row)
    gold = load_gold(path)
    assert gold.questions == (
        GoldQuestion(
            id="q1",
            question="Where did they meet?",
            answers=("Munich", "in Munich"),
            answerable=True,
            evidence=(GoldEvidence("a", "Munich", Span(3, 9)), GoldEvidence("b")),
            asked_on=date(2023, 1, 5),
            tags=("place",),
        ),
    )
    assert gold.path == path
    assert gold.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert gold.notices == ()


def test_without_the_key_a_question_with_answers_is_answerable(tmp_path: Path) -> None:
    path = write_gold(tmp_path / "gold.jsonl", ROW, {"id": "q2", "question": "Who?", "answers": []})
    assert [question.answerable for question in load_gold(path).questions] == [True, False]


def test_byte_order_mark_blank_lines_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(ROW).encode() + b"\r\n\r\n")
    assert load_gold(path).questions[0].id == "q1"


def test_a_line_separator_inside_a_question_does_not_split_the_row(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({**ROW, "question": "One\u2028two?"}, ensure_ascii=False), encoding="utf-8")
    assert load_gold(path).questions[0].question == "One\u2028two?"


def test_a_whole_number_is_taken_as_an_id(tmp_path: Path) -> None:
    path = write_gold(tmp_path / "gold.jsonl", {**ROW, "id": 7, "evidence": [{"article_id": 12}]})
    question = load_gold(path).questions[0]
    assert (question.id, question.evidence[0].article_id) == ("7", "12")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "is not a JSON object"),
        (json.dumps({**ROW, "id": ""}), "`id` is missing"),
        (json.dumps({**ROW, "id": True}), "`id` is missing"),
        (json.dumps({**ROW, "question": "  "}), "`question` is missing"),
        (json.dumps({**ROW, "question": "\ud800?"}), "holds half of a surrogate pair"),
        (json.dumps({**ROW, "answers": "Munich"}), "`answers` must be a list"),
        (json.dumps({**ROW, "answers": [1]}), "`answers` must be a list of texts"),
        (json.dumps({**ROW, "answerable": "yes"}), "`answerable` must be"),
        (json.dumps({**ROW, "answerable": False}), "not answerable, but with `answers`"),
        (json.dumps({**ROW, "answerable": True, "answers": [" "]}), "answerable, but without"),
        (json.dumps({**ROW, "evidence": ["a"]}), "each `evidence` must be an object"),
        (json.dumps({**ROW, "evidence": [{"quote": "x"}]}), "`article_id` is missing"),
        (json.dumps({**ROW, "evidence": [{"article_id": "a", "quote": ""}]}), "`quote` must be text"),
        (json.dumps({**ROW, "evidence": [{"article_id": "a", "start": 3}]}), "`start` and `end`"),
        (json.dumps({**ROW, "evidence": [{"article_id": "a", "start": 3, "end": 3}]}), "`start` and `end`"),
        (json.dumps({**ROW, "asked_on": 2023}), "`asked_on` must be"),
        (json.dumps({**ROW, "asked_on": "last Tuesday"}), "`asked_on` must be a date as text, like"),
        (json.dumps({**ROW, "tags": "place"}), "`tags` must be a list"),
    ],
)
def test_a_bad_row_is_refused_with_its_line_and_reason(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_text(json.dumps({**ROW, "id": "first"}) + "\n" + line + "\n", encoding="utf-8")
    message = refused(path)
    assert f"line 2: {reason}" in message


def test_only_the_first_five_bad_rows_are_named(tmp_path: Path) -> None:
    message = refused(write_gold(tmp_path / "gold.jsonl", ROW, *range(7)))
    assert "line 6: is not a JSON object; and 2 more" in message
    assert "line 7" not in message


def test_the_same_question_twice_is_refused(tmp_path: Path) -> None:
    message = refused(write_gold(tmp_path / "gold.jsonl", ROW, ROW))
    assert "line 2: repeats the id 'q1' and the question of line 1" in message


def test_two_questions_under_one_id_both_count_and_are_told_apart(tmp_path: Path) -> None:
    other = {**ROW, "question": "When?"}
    third = {**ROW, "question": "Why?"}
    gold = load_gold(write_gold(tmp_path / "gold.jsonl", ROW, other, {**ROW, "id": "q1#2"}, third))
    assert [question.id for question in gold.questions] == ["q1", "q1#3", "q1#2", "q1#4"]
    assert "Line 2 has the id 'q1' of line 1 but another question" in gold.notices[0]


def test_what_is_no_gold_set_is_one_clear_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").write_text("\n", encoding="utf-8")
    (tmp_path / "latin.jsonl").write_bytes(b'{"question": "Caf\xe9?"}')
    assert "holds no questions" in refused(tmp_path / "empty.jsonl")
    assert "is not UTF-8" in refused(tmp_path / "latin.jsonl")
    assert "No such file" in refused(tmp_path / "absent.jsonl")
    assert "is no gold set: a BEIR folder has" in refused(tmp_path)
