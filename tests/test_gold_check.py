"""A gold set is checked: repeats, contradictions, answers that stand nowhere, evidence that is lost."""

from pathlib import Path

import pytest
from fakes import article, library_of
from scripted import TEXTS, write_gold

from eval.evidence import Match, nearly, resolve
from eval.gold import GoldEvidence, GoldQuestion, load_gold
from eval.gold_check import check_evidence, evidence_notices
from eval.shelf import Shelf, gold_shelf, library_shelf
from rag.types import Span

LONG = "The harbour bridge, which carried the coast road for ninety years, was closed for repairs in March."


def row(number: int, question: str, *answers: str, **evidence: object) -> dict[str, object]:
    return {
        "id": f"q{number}",
        "question": question,
        "answers": list(answers),
        "evidence": [{"article_id": "bridge", **evidence}] if evidence else [],
    }


def test_contradictory_repeats_and_answers_absent_from_their_quote_are_reported(tmp_path: Path) -> None:
    path = write_gold(
        tmp_path / "gold.jsonl",
        row(1, "What did the bridge cost?", "12.4 million crowns"),
        row(2, "what did bridge cost", "13 million"),
        row(3, "When did it reopen?", "May", quote="It reopened in June."),
        row(4, "When did it reopen?", "May", "in May"),
        row(5, "Who designed the ferry?"),
        row(6, "Who designed the ferry?"),
    )
    assert load_gold(path).notices == (
        "Questions asked twice, which count twice (2): q4 and q3, q6 and q5.",
        "Questions asked again with other answers (1): q2 and q1.",
        "Questions without an answer in the quotes of their evidence (1): q3.",
    )


def test_evidence_is_found_exactly_nearly_or_not_at_all(tmp_path: Path) -> None:
    texts = {"bridge": f"News. {LONG} More."}
    path = write_gold(
        tmp_path / "gold.jsonl",
        row(1, "Exact?", "ninety years", quote="ninety years"),
        row(2, "Normalised?", "March", quote="closed for\u00a0repairs  in March"),
        row(3, "Nearly?", "March", quote=LONG.replace("carried", "carries")),
        row(4, "Nowhere?", "ninety", quote="a tunnel under the harbour was dug"),
        {**row(5, "Gone?", "x"), "evidence": [{"article_id": "ferry"}]},
        row(6, "Absent?", "a hundred", quote="ninety years"),
    )
    told = check_evidence(load_gold(path), Shelf(texts.get))
    assert (told.pieces, told.fuzzy, told.not_found, told.missing, told.absent) == (
        6,
        ["q3"],
        ["q4"],
        ["q5"],
        ["q6"],
    )
    assert len(list(evidence_notices(told))) == 4


@pytest.mark.parametrize(
    ("quote", "found"),
    [
        (LONG, Span(6, 6 + len(LONG))),
        (LONG.replace("ninety", "90"), Span(6, 6 + len(LONG))),
        ("The weather will be fine in most places until Thursday evening.", None),
        ("too short", None),
    ],
)
def test_a_quote_is_found_by_likeness(quote: str, found: Span | None) -> None:
    spans = nearly(quote, f"News. {LONG} More.")
    if found is None:
        assert spans == ()
    else:
        assert abs(spans[0].start - found.start) <= 4
        assert abs(spans[0].end - found.end) <= 4


def test_evidence_without_an_article_is_found_by_its_quote() -> None:
    question = GoldQuestion(
        id="q", question="?", answers=("May",), evidence=(GoldEvidence(None, "reopened in May"),)
    )
    (anchor,) = resolve(question, TEXTS.get, candidates=lambda quote: ["ferry", "gone", "bridge"])
    assert (anchor.article_id, anchor.match) == ("bridge", Match.EXACT)
    (lost,) = resolve(question, TEXTS.get)
    assert lost.match is Match.MISSING


def test_a_library_knows_its_articles_by_id_title_address_and_file_name(tmp_path: Path) -> None:
    gold = load_gold(write_gold(tmp_path / "gold.jsonl", row(1, "?x", "y")))
    with library_of(tmp_path / "lib", article(1, url="https://x.example/1"), article(2)) as library:
        shelf = library_shelf(library.catalog, gold)
        given = ("a1", "a1.txt", "news/a1.txt", "Port1 news", "port1 NEWS", "https://x.example/1")
        assert {shelf.canonical(each) for each in given} == {"a1"}
        assert shelf.canonical("a3") == "a3"
        assert next(iter(shelf.candidates("Ada2 Stone runs it"))) == "a2"
        assert shelf.text("a2") == article(2).text


def test_the_articles_of_a_set_are_found_under_the_id_that_the_library_gave_them(tmp_path: Path) -> None:
    squad = (
        '{"data": [{"title": "T", "paragraphs": [{"context": %s, "qas": [{"id": "1", "question": "Who?",'
        ' "answers": [{"text": "Ada1 Stone", "answer_start": 35}]}]}]}]}'
    )
    import json

    (tmp_path / "dev.json").write_text(squad % json.dumps(article(1).text))
    gold = load_gold(tmp_path / "dev.json")
    with library_of(tmp_path / "lib", article(1)) as library:
        assert library_shelf(library.catalog, gold).canonical("T-1") == "a1"
    assert gold_shelf(gold).text("T-1") == article(1).text
