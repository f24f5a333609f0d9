"""The report shows a run, runs nothing but its own script, and asks no network for anything."""

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from browsing import find_browser
from scripted import (
    GOLD,
    REOPENED,
    WINTER,
    answered,
    article_text,
    cite,
    scripted_ask,
    six_questions,
    write_gold,
)

from eval.charts import Chart, Line, calibration, charts, risk_coverage, success, threshold_rates
from eval.gold import load_gold
from eval.run import run
from eval.terminal import format_summary
from rag.types import Answer, ArticleInfo, Citation, Filters, Reading, Span

ATTACK = '"><script>document.title="ran"</script><img src=x onerror="document.title=\'ran\'">'


def report(folder: Path, ask: Callable[[str, Filters], Answer] = scripted_ask) -> str:
    result = run(six_questions(folder), ask, article_text, folder / "run", {"library": "abc"})
    return (result.folder / "report.html").read_text(encoding="utf-8")


def attacked(folder: Path) -> Path:
    """The report of a run in which every text from outside holds markup."""
    row = {"id": ATTACK, "question": f"Who? {ATTACK}", "answers": [f"gold {ATTACK}"], "tags": [ATTACK]}
    broken = {
        "id": "b",
        "question": "broken",
        "answers": ["x"],
        "evidence": [{"article_id": f"lost {ATTACK}"}],
    }
    info = ArticleInfo(
        id=f"id {ATTACK}", title=f"title {ATTACK}", source=f"source {ATTACK}", url="javascript:x"
    )
    cited = Citation(info, Span(0, 9), f"quote {ATTACK}")

    def ask(question: str, filters: Filters) -> Answer:
        if question == "broken":
            raise RuntimeError(f"error {ATTACK}")
        told = answered(question, f"short {ATTACK}", cited, 0.5)
        return replace(told, notes=(f"note {ATTACK}",), differing=(Reading(f"reading {ATTACK}", cited),))

    gold = load_gold(write_gold(folder / "gold<img src=x>.jsonl", row, broken))
    result = run(gold, ask, lambda article_id: None, folder / "run", {"library": f"facts {ATTACK}"})
    return result.folder / "report.html"


def rendered(path: Path, profile: Path) -> str:
    """The page's markup after a real browser has run its scripts."""
    command = [find_browser(), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={profile}"]
    shown = subprocess.run(
        [*command, "--dump-dom", path.as_uri()], capture_output=True, timeout=60, check=True
    )
    return shown.stdout.decode()


def test_each_question_is_shown_with_answer_gold_quote_and_articles(tmp_path: Path) -> None:
    page = unescape(report(tmp_path))
    assert page.count('<details class="question"') == 6
    first = page[page.index("What did the bridge cost?") :]
    first = first[: first.index("</details>")]
    quoted = '<mark class="cited">The harbour bridge cost </mark>'
    assert quoted + '<mark class="cited gold answer">12.4 million crowns</mark>' in first
    assert " It reopened in May." in first  # and the text around the quote
    assert "Old bridge reopens" in first
    assert "Courier · 2021-03-14" in re.sub(r"<[^>]+>", "", first)
    # the retrieved articles, each once and in their order, the gold one marked
    articles = re.findall(r"<li>(.*?)</li>", first, re.DOTALL)
    assert [re.sub(r"<[^>]+>", "", article) for article in articles] == [
        "Ferry to run all winter ferry",
        "Old bridge reopens bridge gold",
    ]
    assert "RuntimeError: it broke in two lines" in page
    assert "declined as not stated" in page


def test_what_stands_beside_an_answer_is_shown(tmp_path: Path) -> None:
    def ask(question: str, filters: Filters) -> Answer:
        told = answered(question, "May", cite("bridge", REOPENED), 0.9)
        readings = (
            Reading("May", cite("bridge", REOPENED), newest=True),
            Reading("June", cite("ferry", WINTER)),
        )
        return replace(told, notes=("As of 14 March 2021.",), differing=readings)

    page = re.sub(r"<[^>]+>", "", unescape(report(tmp_path, ask)))
    assert "reports differ: May · Courier · 2021-03-14 · newest" in page
    assert "reports differ: June" in page
    assert "As of 14 March 2021." in page
    (tmp_path / "plain").mkdir()
    assert "Beside it" not in report(tmp_path / "plain")


def test_headline_figures_are_those_of_the_summary(tmp_path: Path) -> None:
    page = report(tmp_path)
    figures = re.findall(r'<dt>(.*?)</dt><dd><span class="figure">(.*?)</span>', page)
    assert dict(figures) == {
        "Right article in the first 5": "100.0 %",
        "Exact match of the short answer": "50.0 %",
        "Answer contained in the text": "50.0 %",
        "Answers that are right": "50.0 %",
        "Quotes that are verbatim": "66.7 %",
        "Unanswerable questions declined": "50.0 %",
        "Time a question, median": "60 ms",
    }
    assert "The system failed on 1 of 6 questions." in page
    assert "article not in the library: 1," in page
    assert "Only 6 questions" in page


def test_every_text_from_outside_is_escaped(tmp_path: Path) -> None:
    page = attacked(tmp_path).read_text(encoding="utf-8")
    assert page.count("<script") == 1
    assert "<img" not in page
    assert "javascript:" not in page
    for place in (
        "Who? ",
        "gold ",
        "short ",
        "quote ",
        "title ",
        "source ",
        "id ",
        "error ",
        "lost ",
        "note ",
        "reading ",
    ):
        assert f"{place}&#34;&gt;&lt;script&gt;" in page, place


def test_the_page_names_no_address_it_could_load(tmp_path: Path) -> None:
    page = report(tmp_path)
    assert not re.findall(r"""\b(?:src|href|action|srcset)\s*=|@import|url\(|https?:""", page)


@pytest.mark.browser
def test_in_a_browser_the_attack_stays_text_and_the_filter_works(tmp_path: Path) -> None:
    page = rendered(attacked(tmp_path), tmp_path / "profile")
    assert "<title>gold&lt;img src=x&gt;.jsonl · Dateline evaluation</title>" in page
    assert "<img" not in page
    assert re.search(r'id="shown"[^>]*>2 of 2<', page)  # written by the page's own script


@pytest.mark.browser
def test_in_a_browser_the_policy_stops_markup_that_slipped_through(tmp_path: Path) -> None:
    path = attacked(tmp_path)
    page = path.read_text(encoding="utf-8").replace("<main>", f"<main>{ATTACK[2:]}")
    path.write_text(page, encoding="utf-8")
    assert "<title>ran</title>" not in rendered(path, tmp_path / "profile")
    unguarded = re.sub(r"<meta http-equiv=[^>]*>", "", page)
    assert unguarded != page
    path.write_text(unguarded, encoding="utf-8")
    assert "<title>ran</title>" in rendered(path, tmp_path / "profile")


def test_a_run_in_which_everything_failed_still_has_a_report(tmp_path: Path) -> None:
    def ask(question: str, filters: Filters) -> Answer:
        raise RuntimeError("no model")

    page = report(tmp_path, ask)
    assert "The system failed on 6 of 6 questions." in page
    assert "<polyline" not in page


def test_an_answer_that_is_not_in_its_quote_marks_nothing(tmp_path: Path) -> None:
    def ask(question: str, filters: Filters) -> Answer:
        return replace(scripted_ask(GOLD[0]["question"], filters), short_answer="nowhere")  # type: ignore[arg-type]

    page = report(tmp_path, ask)
    assert '<mark class="cited gold">12.4 million crowns</mark>' in page
    assert "answer" not in "".join(re.findall(r'<mark class="([^"]*)"', page[page.index('id="questions"') :]))
    assert "The harbour bridge cost 12.4 million crowns." in page


COUNTS = {
    "answered_right": 3.0,
    "answered_wrong": 1.0,
    "abstained_answerable": 2.0,
    "abstained_unanswerable": 2.0,
    "false_answer": 0.0,
}


def test_the_dot_of_the_risk_line_is_the_run_itself() -> None:
    drawn = risk_coverage([[0.25, 0.0], [0.5, 0.25]], COUNTS)
    assert drawn is not None
    assert drawn.lines[0].points == ((0.25, 0.0), (0.5, 0.25))
    assert drawn.dot == (0.5, 0.25)  # 4 of 8 answered, 1 of 4 wrong
    assert drawn.top == 0.4


def test_a_chart_with_nothing_to_draw_is_left_out() -> None:
    one_kind = {"threshold": 0.0, "answered_rate": 1.0, "false_answer_rate": None}
    assert risk_coverage([[1.0, 0.5]], COUNTS) is None
    assert threshold_rates([one_kind]) is None
    assert calibration([[3, 0.5, 1.0]]) is None
    assert success({"retrieval": [], "retrieval_by_evidence": []}) is None


def test_the_success_line_starts_at_the_first_and_ends_at_the_deepest() -> None:
    drawn = success({"retrieval": [0.5, 0.75, 1.0], "retrieval_by_evidence": []})
    assert drawn is not None
    (line,) = drawn.lines
    assert line.points == ((0, 0.5), (0.5, 0.75), (1, 1))
    assert drawn.x_marks == ((0, "1"),)


def test_a_chart_maps_its_corners_into_the_drawing() -> None:
    chart = Chart("t", "x", "y", (Line("l", "good", ((0, 0), (1, 0.5))),), top=0.5)
    assert chart.at((0, 0)) == (44, 220)
    assert chart.at((1, 0.5)) == (398, 14)
    assert chart.path(chart.lines[0]) == "44,220 398,14"
    assert [text for _, text in chart.y_ticks()] == ["0 %", "12.5 %", "25 %", "37.5 %", "50 %"]


def test_the_charts_of_a_run_show_its_own_place_on_the_curve(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    deep, risk, reliable, rates = charts(summary)
    assert deep.lines[0].points[:2] == ((0, 0.5), (1 / 19, 1))
    assert reliable.lines[0].points == ((0.5, 0), (0.6, 0), (0.9, 1))
    # of the 4 with evidence or without an answer 3 were answered, 2 of these not rightly
    assert risk.dot == (3 / 4, 2 / 3)
    assert [line.name for line in rates.lines] == [
        "answerable questions answered",
        "unanswerable questions answered",
    ]


def test_the_terminal_table_says_the_figures(tmp_path: Path) -> None:
    summary = run(six_questions(tmp_path), scripted_ask, article_text, tmp_path / "run", {}).summary
    told = [" ".join(line.split()) for line in format_summary(summary).splitlines()]
    for line in (
        "6 questions: 4 answerable (3 with gold evidence), 2 unanswerable",
        "The system failed on 1 of 6 questions. Those are listed, and in no figure.",
        "Only 6 questions: the intervals are wide, and small differences mean nothing.",
        "Gold evidence not found: 1 of 3 (article not in the library: 1, quote not in its article: 0).",
        "success@1 50.0 % 0.0-100.0",
        "MRR 0.750 0.500-1.000",
        "exact match 33.3 % 0.0-100.0 50.0 % 0.0-100.0",
        "quote verbatim 66.7 % 0.0-100.0",
        "answers with gold evidence cited 50.0 % 0.0-100.0",
        "declined though answerable 1 0",
        "recall of declining 50.0 % 0.0-100.0 50.0 % 0.0-100.0",
        "system error 1",
        "read 30 40",
    ):
        assert line in told, (line, told)
