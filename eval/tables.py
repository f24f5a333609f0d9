"""The figures of a run as small tables of text, which the terminal and the report both show."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.figures import GROUPS
from eval.summary import RISKS

Summary = Mapping[str, Any]
INTERVAL = "95 % interval"


@dataclass(frozen=True, slots=True)
class Table:
    """A title, the heads of the columns after the first, and lines of a name and its cells."""

    title: str
    heads: tuple[str, ...]
    lines: tuple[tuple[str, tuple[str, ...]], ...]


def percent(rate: float | None) -> str:
    """A rate in [0, 1] as per cent with one decimal, a dash where there is none."""
    return "-" if rate is None else f"{100 * rate:.1f} %"


def interval(summary: Summary, path: str, scale: float = 100, places: int = 1) -> str:
    """The 95 % interval of a figure, times `scale`: `44.0-51.5`; a dash where there is none."""
    told = summary["intervals"].get(path)
    if told is None or told["low"] is None:
        return "-"
    return f"{scale * told['low']:.{places}f}-{scale * told['high']:.{places}f}"


def at(summary: Summary, path: str) -> Any:
    """What stands at a path such as `reading.all.em`; None where nothing does."""
    value: Any = summary
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def tables(summary: Summary) -> list[Table]:
    """All tables that have something to show, in the order of the pipeline."""
    drawn = [*_retrieval(summary), _reading(summary), _citations(summary), _declining(summary)]
    drawn += [_confidence(summary), _losses(summary), _latency(summary), _judge(summary)]
    return [table for table in drawn if table.lines]


def _retrieval(summary: Summary) -> Iterator[Table]:
    for kind, by in (("retrieval", "article"), ("retrieval_by_evidence", "evidence span")):
        lines = []
        for name, figure in summary[kind].items():
            if figure is not None:
                shown = percent(figure) if name[:4] in ("succ", "reca") else f"{figure:.3f}"
                scale, places = (100, 1) if shown.endswith("%") else (1, 3)
                sure = interval(summary, f"{kind}.{name}", scale, places)
                lines.append(("MRR" if name == "mrr" else name.replace("ndcg", "nDCG"), (shown, sure)))
        yield Table(f"Retrieval, by {by}", ("", INTERVAL), tuple(lines))


def _reading(summary: Summary) -> Table:
    names = {"em": "exact match", "f1": "token F1", "containment": "answer contained in the text"}
    lines = [_both(summary, "reading", key, label) for key, label in names.items()]
    words = tuple(
        cell
        for group in GROUPS
        for cell in (
            _number(summary["reading"][group]["words"], 1),
            interval(summary, f"reading.{group}.words", 1),
        )
    )
    squad = summary["squad2"]["em"]
    lines.append(("words of an answer", words))
    if squad is not None and summary["unanswerable"]:
        lines.append(("EM with the unanswerable (SQuAD 2.0)", (percent(squad), "", "", "")))
        lines.append(("F1 with the unanswerable (SQuAD 2.0)", (percent(summary["squad2"]["f1"]), "", "", "")))
    return Table("Reading, answerable questions", _heads(), tuple(lines))


def _citations(summary: Summary) -> Table:
    figures = summary["citations"]
    names = {
        "resolves": "article exists",
        "verbatim": "quote verbatim",
        "contains_answer": "quote contains the answer",
        "overlaps_evidence": "overlaps the gold evidence",
        "citation_precision": "carries the answer (precision)",
    }
    by_answer = {
        "answers_with_containing": "answers with a quote that contains it",
        "answers_with_overlapping": "answers with gold evidence cited",
        "claim_recall": "sentences carried by a citation (recall)",
    }
    lines = [
        (label, (percent(figures[key]), interval(summary, f"citations.{key}")))
        for key, label in (names | by_answer).items()
    ]
    if figures["iou"] is not None:
        sure = interval(summary, "citations.iou", 1, 3)
        lines.append(("characters shared with gold (IoU)", (f"{figures['iou']:.3f}", sure)))
    if figures["uncited_answers"]:
        lines.append(("answers without a citation", (str(figures["uncited_answers"]), "")))
    return Table(
        f"Citations ({figures['citations']} of {figures['answers']} answers)",
        ("", INTERVAL),
        tuple(lines) if figures["answers"] else (),
    )


def _declining(summary: Summary) -> Table:
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
        "right_of_answered": "right among these answered",
    }
    groups = [summary["abstention"][group] for group in GROUPS]
    lines = [
        (label, tuple(cell for group in groups for cell in (str(group[key]), "")))
        for key, label in counts.items()
    ]
    lines += [_both(summary, "abstention", key, label) for key, label in rates.items()]
    return Table("Answering and declining", _heads(), tuple(lines))


def _confidence(summary: Summary) -> Table:
    names = {"aurc": "area under risk-coverage", "ece": "calibration error (ECE)", "brier": "Brier score"}
    lines = []
    for key, label in names.items():
        cells: list[str] = []
        for group in GROUPS:
            figure = summary["confidence"][group][key]
            cells.append(_number(figure, 3))
            cells.append(interval(summary, f"confidence.{group}.{key}", 1, 3))
        lines.append((label, tuple(cells)))
    for risk in (f"{risk * 100:g}" for risk in RISKS):
        shares = [summary["confidence"][group][f"coverage@risk{risk}"] for group in GROUPS]
        label = f"answered at {risk} % wrong at most"
        lines.append((label, tuple(cell for share in shares for cell in (percent(share), ""))))
    told = any(summary["confidence"][group]["known_coverage"] for group in GROUPS)
    return Table("Confidence", _heads(), tuple(lines) if told else ())


def _losses(summary: Summary) -> Table:
    lines = tuple((label, (str(count),)) for label, count in summary["losses"].items())
    return Table("Where questions end", ("questions",), lines)


def _latency(summary: Summary) -> Table:
    lines = [
        (stage, (f"{figures['p50']:.0f}", f"{figures['p95']:.0f}"))
        for stage, figures in summary["latency_ms"].items()
    ]
    cold, peak = (summary["resources"].get(name) for name in ("cold_start_ms", "peak_memory_mb"))
    lines += [("cold start, once", (f"{cold:.0f}", ""))] if cold is not None and lines else []
    lines += [("peak memory, MB", (f"{peak:.0f}", ""))] if peak is not None and lines else []
    return Table("Time (milliseconds a question), memory", ("median", "95th percentile"), tuple(lines))


def _judge(summary: Summary) -> Table:
    judged = summary.get("judge")
    if not judged:
        return Table("", (), ())
    lines = [
        ("judged correct", (percent(judged["correct"]),)),
        ("agrees with the answers' words", (percent(judged["agreement"]),)),
        ("judged", (str(judged["scored"]),)),
        ("not scored (the judge failed)", (str(judged["not_scored"]),)),
    ]
    return Table(f"A model's opinion ({judged['model']})", ("answers",), tuple(lines))


def _number(figure: float | None, places: int) -> str:
    return "-" if figure is None else f"{figure:.{places}f}"


def _heads() -> tuple[str, ...]:
    return tuple(head for group in GROUPS for head in (group.replace("_", " "), INTERVAL))


def _both(summary: Summary, kind: str, key: str, label: str) -> tuple[str, tuple[str, ...]]:
    return label, tuple(
        cell
        for group in GROUPS
        for cell in (percent(summary[kind][group][key]), interval(summary, f"{kind}.{group}.{key}"))
    )


def notes(summary: Summary) -> Sequence[str]:
    """What one must know before believing the figures, a sentence each."""
    told = []
    if summary["few"]:
        told.append(
            f"Only {summary['questions']} questions:"
            " the intervals are wide, and small differences mean nothing."
        )
    if summary["system_errors"]:
        told.append(
            f"The system failed on {summary['system_errors']} of {summary['questions']} questions."
            " Those are listed, and in no figure."
        )
    gold = summary["gold"]
    if gold["unresolved"]:
        told.append(
            f"Gold evidence not found: {gold['unresolved']} of {gold['evidence']}"
            f" (article not in the library: {gold['article_missing']},"
            f" quote not in its article: {gold['not_found']})."
        )
    if gold["fuzzy"]:
        told.append(f"Gold evidence found only nearly: {gold['fuzzy']} of {gold['evidence']}.")
    return told
