"""Every format of gold sets is told apart by its content, read in full, and refused with its place."""

import doctest
import json
from datetime import date
from pathlib import Path

import pytest

import eval.formats.fields
from eval.gold import GoldEvidence, GoldSet, load_gold
from rag.errors import InputError
from rag.types import Span

CONTEXT = "The harbour bridge reopened in May. It cost 12.4 million crowns."
SQUAD = {
    "version": "v2.0",
    "data": [
        {
            "title": "Harbour_bridge",
            "paragraphs": [
                {
                    "context": CONTEXT,
                    "qas": [
                        {
                            "id": "s1",
                            "question": "When did it reopen?",
                            "answers": [
                                {"text": "May", "answer_start": 31},
                                {"text": "in May", "answer_start": 28},
                                {"text": "May", "answer_start": 31},
                            ],
                        },
                        {
                            "id": "s2",
                            "question": "Who designed it?",
                            "is_impossible": True,
                            "answers": [],
                            "plausible_answers": [{"text": "May", "answer_start": 31}],
                        },
                    ],
                }
            ],
        }
    ],
}


def load(path: Path, text: str, *, bom: bool = False) -> GoldSet:
    path.write_text(text, encoding="utf-8-sig" if bom else "utf-8")
    return load_gold(path)


def refused(path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        load(path, text)
    return str(caught.value)


def test_the_examples_in_the_docstrings_hold() -> None:
    assert doctest.testmod(eval.formats.fields).failed == 0


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_squad_gives_questions_answers_offsets_and_articles(tmp_path: Path, indent: int | None) -> None:
    gold = load(tmp_path / "dev.json", json.dumps(SQUAD, indent=indent), bom=True)
    when, who = gold.questions
    assert gold.format == "SQuAD"
    assert (when.id, when.answers, when.answerable) == ("s1", ("May", "in May"), True)
    assert when.evidence == (GoldEvidence("Harbour_bridge-1", "May", Span(31, 34)),)
    assert (who.answers, who.answerable, who.evidence) == ((), False, ())
    (article,) = gold.articles
    assert (article.id, article.title, article.text) == ("Harbour_bridge-1", "Harbour bridge", CONTEXT)
    assert ("answerable", "not qas[].is_impossible") in gold.mapping


def test_paragraphs_of_a_title_that_comes_twice_are_told_apart(tmp_path: Path) -> None:
    again = json.loads(json.dumps(SQUAD))
    again["data"].append(json.loads(json.dumps(again["data"][0])))
    again["data"][1]["paragraphs"][0]["context"] = "Another text. In May."
    again["data"][1]["paragraphs"][0]["qas"] = []
    gold = load(tmp_path / "dev.json", json.dumps(again))
    assert [article.id for article in gold.articles] == ["Harbour_bridge-1", "Harbour_bridge-2"]


def test_a_bad_part_of_squad_is_refused_with_its_place(tmp_path: Path) -> None:
    broken = json.loads(json.dumps(SQUAD))
    del broken["data"][0]["paragraphs"][0]["qas"][1]["question"]
    message = refused(tmp_path / "dev.json", json.dumps(broken))
    assert "data[0].paragraphs[0].qas[1]: `question` is missing" in message
    broken["data"] = ["no object"]
    assert "data[0]: " in refused(tmp_path / "dev.json", json.dumps(broken))


def test_realtime_qa_answers_are_choices(tmp_path: Path) -> None:
    row = {
        "question_id": "20230106_0",
        "question_date": "2023/01/06",
        "question_source": "CNN",
        "question_sentence": "Which team?",
        "choices": ["Bills", "Jets", "None of the above"],
        "answer": ["0"],
        "evidence": "",
    }
    none = {**row, "question_id": "x", "question_sentence": "Which other?", "answer": ["2"]}
    gold = load(tmp_path / "qa.jsonl", json.dumps(row) + "\n" + json.dumps(none) + "\n")
    first, second = gold.questions
    assert gold.format == "RealTime QA"
    assert (first.answers, first.asked_on, first.tags) == (("Bills",), date(2023, 1, 6), ("CNN",))
    assert (second.answers, second.answerable) == ((), False)
    message = refused(tmp_path / "qa.jsonl", json.dumps({**row, "answer": ["3"]}))
    assert "line 1: `answer` must count `choices` from 0" in message


@pytest.mark.parametrize("listed", [True, False])
def test_ragas_samples_of_both_versions(tmp_path: Path, listed: bool) -> None:
    rows = [
        {"user_input": "When?", "reference": "In May.", "reference_contexts": [CONTEXT], "response": "June"},
        {"user_input": "Who?", "reference": "", "reference_contexts": []},
    ]
    old = [{"question": "When?", "ground_truths": ["May", "in May"], "contexts": ["retrieved"]}]
    text = json.dumps(rows) if listed else "".join(json.dumps(row) + "\n" for row in rows)
    gold = load(tmp_path / "samples.json", text)
    assert gold.format == "ragas"
    assert [(each.answers, each.answerable) for each in gold.questions] == [(("In May.",), True), ((), False)]
    assert gold.questions[0].evidence == (GoldEvidence(None, CONTEXT),)
    assert [article.text for article in gold.articles] == [CONTEXT]
    older = load(tmp_path / "old.json", json.dumps(old))
    assert (older.format, older.questions[0].answers) == ("ragas", ("May", "in May"))
    assert older.articles == ()


def beir(folder: Path, qrels: str) -> Path:
    (folder / "qrels").mkdir(parents=True)
    (folder / "corpus.jsonl").write_text(
        json.dumps({"_id": "d1", "title": "Bridge", "text": CONTEXT})
        + "\n"
        + json.dumps({"_id": "d2", "title": "", "text": "Ferry news.\nMore."})
    )
    (folder / "queries.jsonl").write_text(
        "".join(json.dumps({"_id": each, "text": f"{each}?"}) + "\n" for each in ("q1", "q2"))
    )
    (folder / "qrels" / "test.tsv").write_text(qrels)
    return folder


def test_beir_folders_judge_retrieval_by_grade(tmp_path: Path) -> None:
    gold = load_gold(beir(tmp_path / "set", "query-id\tcorpus-id\tscore\nq1\td1\t2\nq1\td2\t1\nq1\td3\t0\n"))
    (question,) = gold.questions
    assert gold.format == "BEIR folder"
    assert question.evidence == (GoldEvidence("d1", grade=2), GoldEvidence("d2"))
    assert (question.answers, question.answerable) == ((), True)
    assert [(article.id, article.title) for article in gold.articles] == [
        ("d1", "Bridge"),
        ("d2", "Ferry news."),
    ]
    assert gold.notices == ("1 of 2 queries have no judgement in test.tsv: left out.",)
    with pytest.raises(InputError, match="qrels line 2: is not"):
        load_gold(beir(tmp_path / "bad", "q1\td1\t1\nq2 d1 1\n"))


TABLE = [
    ["question", "answer", "source", "quote", "note"],
    ["When did it reopen?", "May|in May", "bridge.txt", "reopened in May", "x"],
    ["Who designed it?", "", "", "", ""],
]


@pytest.mark.parametrize(
    ("delimiter", "name"), [(",", "g.csv"), (";", "g.csv"), ("\t", "g.tsv"), (";", "g.txt")]
)
def test_tables_of_every_delimiter(tmp_path: Path, delimiter: str, name: str) -> None:
    text = "\r\n".join(delimiter.join(row) for row in TABLE)
    gold = load(tmp_path / name, text, bom=True)
    when, who = gold.questions
    assert gold.format == "table"
    assert (when.id, when.answers) == ("1", ("May", "in May"))
    assert when.evidence == (GoldEvidence("bridge.txt", "reopened in May"),)
    assert (who.answerable, who.evidence) == (False, ())
    assert gold.mapping == (
        ("question", "question"),
        ("answers", "answer"),
        ("source", "source"),
        ("quote", "quote"),
    )


def test_a_quoted_field_may_hold_line_breaks_and_the_line_is_told(tmp_path: Path) -> None:
    text = 'question,answer,answerable\n"Two\nlines?",yes,\n,no question,\nWhy?,because,perhaps\n'
    message = refused(tmp_path / "g.csv", text)
    assert "line 4: `question` is missing; line 5: `answerable` must be" in message


def test_a_table_without_questions_is_refused(tmp_path: Path) -> None:
    assert "has no column `question`" in refused(tmp_path / "g.csv", "frage,antwort\nWo?,Da\n")


def test_dateline_own_format_stays_the_one_for_everything_else(tmp_path: Path) -> None:
    row = {"id": "q", "question": "Where?", "answers": ["Munich"]}
    assert load(tmp_path / "gold.jsonl", json.dumps(row)).format == "gold.jsonl"
    assert (
        load(tmp_path / "gold.json", json.dumps([row, {**row, "id": "r", "question": "?x"}])).format
        == "gold.jsonl"
    )
    assert "line 1: is not JSON" in refused(tmp_path / "gold.jsonl", "Where did they meet?")
