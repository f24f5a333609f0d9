"""What people say about answers becomes a gold candidate, and counts only once somebody accepts it."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from eval.candidates import LONGEST, MOST_NEW, Candidate, Candidates, candidate
from eval.gold import load_gold
from rag.errors import InputError
from rag.types import Span

TEXT = "The bridge cost 12 crowns.  It reopened in “May”."


def corrected(passage: str = "The bridge cost 12 crowns. It") -> Candidate:
    return candidate(
        question="What did it cost?",
        given="13 crowns",
        answer=" 12 crowns ",
        article_id="bridge",
        passage=passage,
        text=TEXT,
    )


def test_a_correction_with_a_passage_becomes_a_gold_row_when_it_is_accepted(tmp_path: Path) -> None:
    candidates = Candidates(tmp_path / "evaluation")
    kept = candidates.add(corrected())
    assert (kept.id, kept.verdict, kept.status) == ("chat-1", "corrected", "new")
    assert (kept.start, kept.end, kept.quote) == (0, 30, TEXT[:30])  # the article's own words
    assert candidates.all() == [kept]
    into = tmp_path / "mine.gold.jsonl"
    candidates.accept("chat-1", into)
    (question,) = load_gold(into).questions
    assert (question.answers, question.answerable) == (("12 crowns",), True)
    assert question.evidence[0].span == Span(0, 30)
    assert candidates.all()[0].status == "accepted"
    with pytest.raises(InputError, match="was accepted before"):
        candidates.accept("chat-1", into)


def test_a_thumbs_down_alone_needs_the_right_answer_before_it_counts(tmp_path: Path) -> None:
    candidates, into = Candidates(tmp_path), tmp_path / "g.jsonl"
    for _ in range(2):
        candidates.add(candidate(question="Who?", given="Ada"))
    with pytest.raises(InputError, match="no right answer yet"):
        candidates.accept("chat-1", into)
    assert not into.exists()
    candidates.accept("chat-1", into, ["Eve", "Eve Stone"])
    candidates.accept("chat-2", into, unanswerable=True)
    rows = [json.loads(line) for line in into.read_text().splitlines()]
    assert [(row["answers"], row["answerable"]) for row in rows] == [
        (["Eve", "Eve Stone"], True),
        ([], False),
    ]


def test_what_the_articles_do_not_hold_is_an_unanswerable_row(tmp_path: Path) -> None:
    candidates = Candidates(tmp_path)
    candidates.add(candidate(question="Who?", given="Ada", unanswerable=True))
    assert candidates.accept("chat-1", tmp_path / "g.jsonl")["answerable"] is False


def test_a_rejected_candidate_stays_rejected(tmp_path: Path) -> None:
    candidates = Candidates(tmp_path)
    candidates.add(corrected())
    candidates.reject("chat-1")
    assert candidates.all()[0].status == "rejected"
    for again in (candidates.reject, lambda each: candidates.accept(each, tmp_path / "g.jsonl")):
        with pytest.raises(InputError, match="was rejected before"):
            again("chat-1")
    with pytest.raises(InputError, match="No candidate has the id 'chat-9'"):
        candidates.reject("chat-9")


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        (lambda: corrected("It sank."), "does not stand in that article"),
        (lambda: candidate(question="Who?", given="", answer="x", unanswerable=True), "not both"),
        (lambda: candidate(question="Who?", given="", answer="x" * (LONGEST + 1)), "too long"),
        (lambda: candidate(question="Who?", given="", passage="x", article_id="gone"), "does not stand"),
    ],
)
def test_what_cannot_be_kept_is_said(made: object, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        made()  # type: ignore[operator]


def test_the_file_cannot_grow_without_end_and_damage_is_said(tmp_path: Path) -> None:
    candidates = Candidates(tmp_path)
    row = json.dumps({"id": "x", "question": "?", "verdict": "wrong", "given": ""}) + "\n"
    candidates.path.write_text(row * MOST_NEW)
    with pytest.raises(InputError, match="wait for review"):
        candidates.add(replace(corrected(), id="y"))
    candidates.path.write_text("{}\n")
    with pytest.raises(InputError, match="cannot be read"):
        candidates.all()
