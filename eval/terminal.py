"""The summary of a run as an aligned table of plain text, for the terminal."""

from collections.abc import Mapping, Sequence
from typing import Any


def format_summary(summary: Mapping[str, Any]) -> str:
    """The figures of `summarise` in about 40 lines, without a final line break; rates are in per cent."""
    blocks = [_size(summary), _retrieval(summary), _reading(summary), _citations(summary)]
    blocks += [_abstention(summary), _losses(summary), _latency(summary)]
    return "\n\n".join(block for block in blocks if block)


def percent(rate: float | None) -> str:
    """A rate in [0, 1] as per cent with one decimal, a dash where there is none."""
    return "-" if rate is None else f"{100 * rate:.1f} %"


def _table(title: str, heads: Sequence[str], lines: Sequence[tuple[str, Sequence[str]]]) -> str:
    rows = [(title, heads), *lines]
    first = max(len(name) for name, _ in rows)
    return "\n".join(
        (name.ljust(first) + "".join(f"  {cell:>13}" for cell in cells)).rstrip() for name, cells in rows
    )


def _size(summary: Mapping[str, Any]) -> str:
    gold = summary["gold"]
    lines = [
        f"{summary['questions']} questions: {summary['answerable']} answerable"
        f" ({summary['with_evidence']} with gold evidence), {summary['unanswerable']} unanswerable"
    ]
    if summary["system_errors"]:
        lines.append(f"system failed, not scored: {summary['system_errors']}")
    if gold["unresolved"]:
        lines.append(
            f"gold evidence not found: {gold['unresolved']} of {gold['evidence']}"
            f" (article not in the library: {gold['article_missing']},"
            f" quote not in its article: {gold['not_found']})"
        )
    return "\n".join(lines)


def _retrieval(summary: Mapping[str, Any]) -> str:
    lines = [(name, [percent(figure)]) for name, figure in summary["retrieval"].items() if name != "mrr"]
    mrr = summary["retrieval"]["mrr"]
    lines.append(("MRR", ["-" if mrr is None else f"{mrr:.3f}"]))
    return _table("Retrieval, by article", ["with evidence"], lines)


def _reading(summary: Mapping[str, Any]) -> str:
    groups = summary["reading"]
    names = {"em": "exact match", "f1": "token F1", "containment": "answer contained in the text"}
    lines = [(label, [percent(group[key]) for group in groups.values()]) for key, label in names.items()]
    return _table("Reading, answerable questions", ["all", "with evidence"], lines)


def _citations(summary: Mapping[str, Any]) -> str:
    figures = summary["citations"]
    names = {
        "resolves": "article exists",
        "verbatim": "quote verbatim",
        "contains_answer": "quote contains the answer",
        "overlaps_evidence": "overlaps the gold evidence",
    }
    by_answer = {
        "contains_answer": "answers_with_containing",
        "overlaps_evidence": "answers_with_overlapping",
    }
    lines = [
        (label, [percent(figures[key]), percent(figures[by_answer[key]]) if key in by_answer else ""])
        for key, label in names.items()
    ]
    table = _table(f"Citations ({figures['citations']})", ["of citations", "of answers"], lines)
    uncited = figures["uncited_answers"]
    return f"{table}\n{uncited} answers have no citation" if uncited else table


def _abstention(summary: Mapping[str, Any]) -> str:
    groups = summary["abstention"].values()
    counts = {
        "answered_right": "answered rightly",
        "answered_wrong": "answered wrongly",
        "abstained_answerable": "declined though answerable",
        "abstained_unanswerable": "declined rightly",
        "false_answer": "answered though unanswerable",
    }
    rates = {
        "precision": "precision of declining",
        "recall": "recall of declining",
        "false_answer_rate": "false answers among unanswerable",
        "answered_rate": "answered among answerable",
    }
    lines = [(label, [str(group[key]) for group in groups]) for key, label in counts.items()]
    lines += [(label, [percent(group[key]) for group in groups]) for key, label in rates.items()]
    return _table("Answering and declining", ["all", "with evidence"], lines)


def _losses(summary: Mapping[str, Any]) -> str:
    lines = [(label, [str(count)]) for label, count in summary["losses"].items()]
    return _table("Where questions end", ["questions"], lines)


def _latency(summary: Mapping[str, Any]) -> str:
    lines = [
        (stage, [f"{figures['p50']:.0f}", f"{figures['p95']:.0f}"])
        for stage, figures in summary["latency_ms"].items()
    ]
    return _table("Milliseconds a question", ["p50", "p95"], lines) if lines else ""
