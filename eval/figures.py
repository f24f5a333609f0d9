"""Each figure that is a mean or a rate as two numbers a question: what its intervals and differences need."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from eval.abstention import Outcome
from eval.citations import supported
from eval.intervals import Numbers
from eval.rows import CitationVerdict, Row, Scores, has_evidence
from eval.scoring import DEPTHS

RANKED = tuple(f"{name}@{depth}" for name in ("success", "recall", "ndcg") for depth in DEPTHS)
READING = ("em", "f1", "containment")
CHECKS = ("resolves", "verbatim", "contains_answer", "overlaps_evidence", "iou")
GROUPS = ("all", "with_evidence")


class Figure(NamedTuple):
    """A figure's path in the summary and its parts: it is `sum(parts) / sum(wholes)` over the questions."""

    path: str
    parts: Numbers
    wholes: Numbers

    @property
    def value(self) -> float | None:
        """The figure; None where no question is eligible."""
        whole = self.wholes.sum()
        return float(self.parts.sum() / whole) if whole else None

    @property
    def eligible(self) -> int:
        """How many questions it rests on."""
        return int(np.count_nonzero(self.wholes))

    @property
    def is_rate(self) -> bool:
        """Whether it counts questions that pass among questions, so that Wilson's interval holds."""
        return bool(np.isin(self.wholes, (0, 1)).all() and np.isin(self.parts, (0, 1)).all())


Part = tuple[float, float] | None  # of one question: (part, whole), None where it is not eligible
Measure = Callable[[Row, Scores], Part]


def figures(rows: Sequence[Row]) -> list[Figure]:
    """Every figure of `summarise` that is a ratio of sums over questions, in the summary's order."""
    return [_figure(path, measure, rows) for path, measure in _measures()]


def in_group(group: str, row: Row) -> bool:
    """Whether a question belongs to a group.

    `all` holds every question; `with_evidence` leaves out the answerable ones for which the gold set names
    no evidence, as nobody knows whether the library holds their answer.
    """
    return group == "all" or has_evidence(row) or not row["gold"]["answerable"]


def _figure(path: str, measure: Measure, rows: Iterable[Row]) -> Figure:
    told = [None if row["scores"] is None else measure(row, row["scores"]) for row in rows]
    return Figure(
        path,
        np.array([0.0 if each is None else each[0] for each in told]),
        np.array([0.0 if each is None else each[1] for each in told]),
    )


def _measures() -> Iterator[tuple[str, Measure]]:
    for name in RANKED:
        yield f"retrieval.{name}", _ranked("retrieval", name)
    yield "retrieval.mrr", _ranked("retrieval", "reciprocal_rank")
    for name in RANKED:
        yield f"retrieval_by_evidence.{name}", _ranked("retrieval_by_evidence", name)
    yield "retrieval_by_evidence.mrr", _ranked("retrieval_by_evidence", "reciprocal_rank")
    for group in GROUPS:
        for name in READING:
            yield f"reading.{group}.{name}", _grouped(group, _read(name))
        yield f"reading.{group}.words", _grouped(group, _words)
    for name in CHECKS:
        yield f"citations.{name}", _checked(name)
    yield "citations.claim_recall", _claim_recall
    yield "citations.citation_precision", _citation_precision
    yield "citations.answers_with_containing", _any_citation("contains_answer")
    yield "citations.answers_with_overlapping", _any_citation("overlaps_evidence")
    for group in GROUPS:
        for name, (kinds, among) in _DECLINING.items():
            yield f"abstention.{group}.{name}", _grouped(group, _outcome(kinds, among))


_DECLINED = {Outcome.DECLINED_ANSWERABLE, Outcome.DECLINED_UNANSWERABLE}
_UNANSWERABLE = {Outcome.DECLINED_UNANSWERABLE, Outcome.FALSE_ANSWER}
_ANSWERED = {Outcome.RIGHT, Outcome.WRONG}
_DECLINING = {
    "precision": ({Outcome.DECLINED_UNANSWERABLE}, _DECLINED),
    "recall": ({Outcome.DECLINED_UNANSWERABLE}, _UNANSWERABLE),
    "false_answer_rate": ({Outcome.FALSE_ANSWER}, _UNANSWERABLE),
    "answered_rate": (_ANSWERED, _ANSWERED | {Outcome.DECLINED_ANSWERABLE}),
    "right_of_answered": ({Outcome.RIGHT}, _ANSWERED),
    "right_rate": ({Outcome.RIGHT, Outcome.DECLINED_UNANSWERABLE}, set(Outcome)),
}


def _ranked(kind: str, name: str) -> Measure:
    def measure(row: Row, scores: Scores) -> Part:
        told = scores.get(kind)
        # a row of an older run may lack a figure that came later
        return (told[name], 1.0) if isinstance(told, dict) and name in told else None

    return measure


def _grouped(group: str, measure: Measure) -> Measure:
    return lambda row, scores: measure(row, scores) if in_group(group, row) else None


def _read(name: str) -> Measure:
    return lambda row, scores: None if scores["reading"] is None else (scores["reading"][name], 1.0)


def _words(row: Row, scores: Scores) -> Part:
    """The length of an answer that was given, the short one if there is one, in words."""
    if row["abstained"] or scores["reading"] is None:
        return None
    short = row["short_answer"] if row["short_answer"] is not None else row["prediction"]
    return float(len(short.split())), 1.0


def _checked(name: str) -> Measure:
    def measure(row: Row, scores: Scores) -> Part:
        passed = [each for verdict in scores["citations"] or () if (each := _get(verdict, name)) is not None]
        return (float(sum(passed)), float(len(passed))) if passed else None

    return measure


def _any_citation(name: str) -> Measure:
    def measure(row: Row, scores: Scores) -> Part:
        eligible = bool(row["gold"]["answers"]) if name == "contains_answer" else has_evidence(row)
        if scores["citations"] is None or not eligible:
            return None
        return float(any(_get(verdict, name) for verdict in scores["citations"])), 1.0

    return measure


def _claim_recall(row: Row, scores: Scores) -> Part:
    """Sentences with a citation that carries the answer, of the sentences of answers that have gold."""
    verdicts = scores["citations"]
    if verdicts is None or not row["gold"]["answerable"]:
        return None
    claims = row.get("claims") or [{"citations": range(len(verdicts))}]
    carried = [
        any(supported(verdicts[each]) for each in claim["citations"] if each < len(verdicts))
        for claim in claims
    ]
    return float(sum(carried)), float(len(carried))


def _citation_precision(row: Row, scores: Scores) -> Part:
    """Citations that carry the answer, of those of answers that have gold."""
    told = [each for verdict in scores["citations"] or () if (each := supported(verdict)) is not None]
    return (float(sum(told)), float(len(told))) if told and row["gold"]["answerable"] else None


def _outcome(kinds: set[Outcome], among: set[Outcome]) -> Measure:
    def measure(row: Row, scores: Scores) -> Part:
        outcome = scores["outcome"]
        return (float(outcome in kinds), 1.0) if outcome in among else None

    return measure


def _get(verdict: CitationVerdict, name: str) -> float | None:
    value = verdict.get(name)
    return float(value) if isinstance(value, bool | float | int) else None
