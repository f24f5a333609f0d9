"""From the steps of a growing library to figures a size, and a Markdown table of them."""

import json
from pathlib import Path

from bench.markdown import as_table

LAST = 1_000  # articles: the cost at a size is that of the last ones that led there

Figures = dict[str, float]

COLUMNS = {
    "articles": "articles",
    "passages": "passages",
    "articles/s": "articles_per_second",
    "ms an article": "ms_an_article",
    "ms a passage": "ms_a_passage",
    "ingest peak MB": "ingest_peak_mb",
    "disk MB": "disk_mb",
    "open and first answer s": "first_s",
    "ask p50 ms": "ask_p50_ms",
    "ask p95 ms": "ask_p95_ms",
    "ask peak MB": "ask_peak_mb",
}


def figures(out: Path, size: int) -> Figures:
    """All figures at one size; rate and costs are those of the last articles before it."""
    steps = {
        name: value
        for step in ("ingest", "ask")
        for name, value in json.loads((out / f"{step}-{size}.json").read_text()).items()
    }
    slices = [json.loads(line) for line in (out / "slices.jsonl").read_text().splitlines()]
    last = [each for each in slices if size - LAST < each["end"] <= size]
    articles = sum(each["articles"] for each in last)
    passages = sum(each["passages"] for each in last)
    seconds = sum(each["seconds"] for each in last)
    return {
        "articles": size,
        "articles_per_second": articles / seconds,
        "ms_an_article": 1000 * seconds / articles,
        "ms_a_passage": 1000 * seconds / max(1, passages),
        **steps,
    }


def table(found: list[Figures]) -> str:
    """A row a size; costs a passage also as a ratio to the first size, since article lengths differ."""
    first = found[0]["ms_a_passage"]
    body = []
    for each in found:
        values = [f"{each[key]:,.0f}" if each[key] >= 100 else f"{each[key]:.2f}" for key in COLUMNS.values()]
        body.append([*values, f"{each['ms_a_passage'] / first:.2f}×"])
    return as_table([*COLUMNS, "cost a passage, ratio"], body)
