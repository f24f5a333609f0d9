"""Two runs of the same gold set: questions fixed and broken, and by how much each figure changed."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.abstention import Outcome
from eval.figures import Figure, figures
from eval.folder import MANIFEST, RESULTS
from eval.intervals import Interval, Resamples, cluster_of
from eval.paired import mcnemar
from eval.rows import Row
from rag.errors import InputError

COMPARED = (
    "retrieval.success@1",
    "retrieval.success@5",
    "retrieval.mrr",
    "retrieval_by_evidence.success@5",
    "reading.all.em",
    "reading.all.f1",
    "reading.all.containment",
    "citations.verbatim",
    "citations.answers_with_overlapping",
    "abstention.all.right_rate",
    "abstention.all.answered_rate",
    "abstention.all.false_answer_rate",
)


@dataclass(frozen=True, slots=True)
class Earlier:
    """A finished run to compare with: its folder, manifest and rows."""

    folder: Path
    manifest: dict[str, Any]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both runs over the questions that both can be scored on, in the units of the figure.

    `interval` is that of `after - before`, by the paired bootstrap over articles.
    """

    path: str
    before: float
    after: float
    interval: Interval | None
    questions: int

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.interval is not None and (self.interval.low > 0 or self.interval.high < 0)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids of questions that one run has right and the other has not, of the `paired` ones."""

    paired: int
    fixed: tuple[str, ...]
    broken: tuple[str, ...]
    differences: tuple[Difference, ...] = ()

    @property
    def regressed(self) -> bool:
        """Whether more was broken than fixed."""
        return len(self.broken) > len(self.fixed)

    @property
    def p_value(self) -> float:
        """The chance of so uneven a split of fixed and broken, or a more uneven one, between equal runs."""
        return mcnemar(len(self.fixed), len(self.broken))

    def __str__(self) -> str:
        """The counts, then the ids, then the figures that clearly changed, a line each."""
        lines = [
            f"{len(self.fixed)} questions fixed, {len(self.broken)} broken, of {self.paired}"
            f" (exact McNemar p = {self.p_value:.3g})."
        ]
        lines += [f"  fixed: {', '.join(self.fixed)}"] if self.fixed else []
        lines += [f"  broken: {', '.join(self.broken)}"] if self.broken else []
        lines += [
            f"  {each.path}: {each.before:.4f} -> {each.after:.4f}"
            f" ({each.after - each.before:+.4f}, 95 % {each.interval.low:+.4f} to {each.interval.high:+.4f})"
            for each in self.differences
            if each.clear and each.interval is not None
        ]
        return "\n".join(lines)


def is_right(row: Row) -> bool | None:
    """Whether a question is answered correctly or rightly declined; None where that cannot be judged."""
    scores = row["scores"]
    if scores is None or scores["outcome"] is None:
        return None
    return scores["outcome"] in (Outcome.RIGHT, Outcome.DECLINED_UNANSWERABLE)


def earlier(folder: Path, gold_sha256: str) -> Earlier:
    """A finished run, of this version or an older one.

    Raises InputError where the folder is no finished run, or one of another gold set.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        lines = (folder / RESULTS).read_text(encoding="utf-8").splitlines()
        rows = tuple(json.loads(line) for line in lines)
        for row in rows:
            is_right(row)
        made_with, finished = manifest["gold"]["sha256"], manifest["finished"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is no run folder ({error}): give one that `dateline eval` wrote."
        ) from error
    if made_with != gold_sha256:
        raise InputError(f"{folder} is a run of another gold set: compare runs of the same one.")
    if finished is None:
        raise InputError(f"The run in {folder} was stopped before its end: run it again, then compare.")
    return Earlier(folder, manifest, rows)


def compare(rows: Sequence[Row], before: Sequence[Row]) -> Comparison:
    """The rows of a run against those of an earlier one, question by question, paired by their ids."""
    old = {row["id"]: row for row in before}
    pairs = [(old[row["id"]], row) for row in rows if row["id"] in old]
    judged = [(now["id"], is_right(was), is_right(now)) for was, now in pairs]
    both = [(each, was, now) for each, was, now in judged if was is not None and now is not None]
    return Comparison(
        paired=len(both),
        fixed=tuple(each for each, was, now in both if now and not was),
        broken=tuple(each for each, was, now in both if was and not now),
        differences=_differences([was for was, _ in pairs], [now for _, now in pairs]),
    )


def _differences(before: Sequence[Row], after: Sequence[Row]) -> tuple[Difference, ...]:
    """The figures of `COMPARED`; a question for which only one of the runs has a figure does not count."""
    if not after:
        return ()
    resamples = Resamples([cluster_of(row) for row in after])
    old = {figure.path: figure for figure in figures(before)}
    told = []
    for now in figures(after):
        if now.path in COMPARED:
            was, now = _paired(old[now.path], now)
            if was.value is not None and now.value is not None:
                interval = resamples.difference((now.parts, now.wholes), (was.parts, was.wholes))
                told.append(Difference(now.path, was.value, now.value, interval, now.eligible))
    return tuple(told)


def _paired(was: Figure, now: Figure) -> tuple[Figure, Figure]:
    both = (was.wholes > 0) & (now.wholes > 0)
    return (
        Figure(was.path, was.parts * both, was.wholes * both),
        Figure(now.path, now.parts * both, now.wholes * both),
    )
