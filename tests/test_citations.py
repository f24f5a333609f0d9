"""A citation is judged against the stored text and the gold set, never believed."""

from typing import Any

import pytest

from eval.citations import judge_citations
from eval.rows import CitationVerdict, GoldFacts

TEXT = "The harbour bridge cost 12.4 million crowns. It reopened in May."


def facts(**changes: Any) -> GoldFacts:
    evidence = [{"article_id": "bridge", "match": "offsets", "spans": [[24, 43]]}]
    gold: GoldFacts = {"answerable": True, "answers": ["12.4 million"], "evidence": evidence, "tags": []}
    gold.update(changes)  # type: ignore[typeddict-item]
    return gold


def verdict(start: int, end: int, quote: str, article_id: str = "bridge", **changes: Any) -> CitationVerdict:
    citation = {"article_id": article_id, "start": start, "end": end, "quote": quote}
    (judged,) = judge_citations([citation], facts(**changes), {"bridge": TEXT, "other": TEXT}.get)
    return judged


def test_a_good_citation_passes_all_four() -> None:
    assert verdict(0, 44, TEXT[:44]) == {
        "resolves": True,
        "verbatim": True,
        "contains_answer": True,
        "overlaps_evidence": True,
        "iou": 19 / 44,
    }


@pytest.mark.parametrize(
    ("start", "end", "quote"),
    [
        (0, 44, TEXT[:43] + "!"),
        (1, 45, TEXT[:44]),
        (45, 99, TEXT[45:]),
        (5, 5, ""),
    ],
)
def test_a_quote_that_is_not_exactly_the_stored_text_is_not_verbatim(
    start: int, end: int, quote: str
) -> None:
    assert verdict(start, end, quote)["verbatim"] is False


def test_a_negative_start_is_outside_though_python_would_count_it_from_the_end() -> None:
    assert TEXT[-19:64] == "It reopened in May."
    judged = verdict(-19, 64, "It reopened in May.")
    assert (judged["verbatim"], judged["overlaps_evidence"]) == (False, False)


def test_a_citation_of_a_deleted_article_does_not_resolve() -> None:
    judged = verdict(0, 44, TEXT[:44], article_id="gone")
    assert (judged["resolves"], judged["verbatim"], judged["overlaps_evidence"]) == (False, False, False)


def test_a_quote_without_the_answer_does_not_contain_it() -> None:
    judged = verdict(45, 64, TEXT[45:])
    assert (judged["verbatim"], judged["contains_answer"], judged["overlaps_evidence"]) == (
        True,
        False,
        False,
    )


def test_touching_the_gold_span_is_no_overlap_and_one_shared_character_is() -> None:
    assert verdict(43, 64, TEXT[43:])["overlaps_evidence"] is False
    assert verdict(42, 64, TEXT[42:])["overlaps_evidence"] is True


def test_the_same_words_in_another_article_do_not_overlap() -> None:
    judged = verdict(0, 44, TEXT[:44], article_id="other")
    assert (judged["contains_answer"], judged["overlaps_evidence"]) == (True, False)


def test_without_a_known_span_the_same_article_is_enough() -> None:
    evidence = [{"article_id": "bridge", "match": "article_only", "spans": []}]
    assert verdict(45, 64, TEXT[45:], evidence=evidence)["overlaps_evidence"] is True


def test_what_the_gold_set_does_not_know_is_not_judged() -> None:
    judged = verdict(0, 44, TEXT[:44], answerable=False, answers=[], evidence=[])
    assert (judged["contains_answer"], judged["overlaps_evidence"]) == (None, None)
    assert judged["verbatim"] is True
