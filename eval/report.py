"""Renders a run as one HTML file that needs no network and runs no script but its own."""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from eval.charts import charts
from eval.compare import Comparison, Earlier
from eval.report_rows import ArticleText, View, tone, view
from eval.rows import Row
from eval.tables import interval, notes, percent, tables

FOLDER = Path(__file__).parent
TONES = ("good", "quiet", "bad", "error")


def render_report(
    summary: Mapping[str, Any],
    rows: Sequence[Row],
    manifest: Mapping[str, Any],
    titles: Mapping[str, str],
    article_text: ArticleText,
    before: Earlier | None = None,
    comparison: Comparison | None = None,
) -> str:
    """The report as HTML text.

    Every value is escaped by the template; its content security policy allows the page's own style sheet and
    script by their hashes and nothing else, so that no text of an article can run, load or send anything.

    Args:
        summary: as `summarise` gives it.
        rows: the results, scored.
        manifest: as it is written to the run folder.
        titles: of articles by id; the id is shown where there is none.
        article_text: the stored text of an article, for the passages around quotes.
        before: the run to show side by side, with its `comparison`.
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
    tones = {label: tone(label) for label in summary["losses"]}
    return environment.get_template("report.html.j2").render(
        summary=summary,
        style=style,
        script=script,
        policy=content_security_policy(),
        name=Path(str(manifest["gold"]["path"])).name,
        when=_when(manifest["started"]),
        facts=json.dumps(manifest, ensure_ascii=False, indent=2, default=str),
        notes=notes(summary),
        sure=partial(interval, summary),
        tables=[table for table in tables(summary) if table.title != "Where questions end"],
        charts=charts(summary),
        tones=tones,
        losses=sorted(summary["losses"].items(), key=lambda item: TONES.index(tones[item[0]])),
        slowest=max((each["p95"] for each in summary["latency_ms"].values()), default=0) or 1,
        before=before,
        comparison=comparison,
        questions=_views(rows, titles, article_text, before, comparison),
    )


def content_security_policy() -> str:
    """The policy of every report: its own style and script, and nothing from anywhere."""
    style, script = _own("report.css"), _own("report.js")
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _views(
    rows: Sequence[Row],
    titles: Mapping[str, str],
    article_text: ArticleText,
    before: Earlier | None,
    comparison: Comparison | None,
) -> list[View]:
    old = {} if before is None else {row["id"]: row for row in before.rows}
    changes = {}
    if comparison is not None:
        changes = dict.fromkeys(comparison.fixed, "fixed") | dict.fromkeys(comparison.broken, "broken")
    views = []
    for row in rows:
        was = old.get(row["id"])
        views.append(
            view(row, titles, article_text)
            | {
                "before": None if was is None else view(was, titles, article_text),
                "change": changes.get(row["id"], ""),
            }
        )
    return views


def _own(name: str) -> Markup:
    return Markup((FOLDER / name).read_text(encoding="utf-8"))


def _hash(text: str) -> str:
    """The source expression by which a content security policy allows exactly this inline text."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _when(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return f"{at.day} {at:%B %Y, %H:%M} UTC"
