"""Renders a run as one HTML file that needs no network and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.charts import charts
from eval.rows import Row, gold_articles, retrieved_articles
from eval.summary import lost_at
from eval.terminal import percent

FOLDER = Path(__file__).parent
ARTICLES_SHOWN = 10
TONES = ("good", "quiet", "bad", "error")


def render_report(
    summary: Mapping[str, Any], rows: Sequence[Row], manifest: Mapping[str, Any], titles: Mapping[str, str]
) -> str:
    """The report as HTML text.

    Every value is escaped by the template; its content security policy allows the page's own style sheet and
    script by their hashes and nothing else, so that no text of an article can run, load or send anything.

    Args:
        summary: as `summarise` gives it.
        rows: the results, scored.
        manifest: as it is written to the run folder.
        titles: of articles by id; the id is shown where there is none.
    """
    # jinja escapes what it inserts; these two files are ours, and their hashes count their exact text
    style, script = _own("report.css"), _own("report.js")
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = percent
    return environment.get_template("report.html.j2").render(
        summary=summary,
        style=style,
        script=script,
        policy=_policy(style, script),
        name=Path(str(manifest["gold"]["path"])).name,
        when=_when(manifest["started"]),
        facts=json.dumps(manifest, ensure_ascii=False, indent=2, default=str),
        charts=charts(summary),
        tones={label: _tone(label) for label in summary["losses"]},
        losses=sorted(summary["losses"].items(), key=lambda item: TONES.index(_tone(item[0]))),
        questions=[_view(row, titles) for row in rows],
    )


def _own(name: str) -> Markup:
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    """The source expression by which a content security policy allows exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _when(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _tone(label: str) -> str:
    """The colour class of a label: good, quiet (declined), bad (a wrong answer was given) or error."""
    if label.endswith("rightly"):
        return "good"
    if label.startswith("declined"):
        return "quiet"
    return "bad" if label.startswith("answered") else "error"


def _view(row: Row, titles: Mapping[str, str]) -> dict[str, Any]:
    """What the template shows of one question."""
    gold = gold_articles(row)
    label = lost_at(row)
    answer = row["short_answer"] or row["prediction"]
    return {
        **row,
        "label": label,
        "tone": _tone(label),
        "answer": answer,
        "quotes": [
            {**citation, "parts": _marked(citation["quote"], answer)} for citation in row["citations"]
        ],
        "articles": [
            {"id": article_id, "title": titles.get(article_id), "gold": article_id in gold}
            for article_id in retrieved_articles(row)[:ARTICLES_SHOWN]
        ],
        "missed": [
            {"id": article_id, "title": titles.get(article_id)}
            for article_id in sorted(gold - set(retrieved_articles(row)[:ARTICLES_SHOWN]))
        ],
    }


def _marked(quote: str, answer: str) -> tuple[str, str, str]:
    """The quote before, at and after the answer; the last two are empty where the answer is not in it."""
    return quote.partition(answer) if answer else (quote, "", "")
