"""Two runs of the same gold set: which questions were fixed, which broken."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from eval.abstention import Outcome
from eval.rows import Row
from eval.run import MANIFEST, RESULTS
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Comparison:
    """Ids of questions that one run has right and the other has not, of the `paired` ones."""

    paired: int
    fixed: tuple[str, ...]
    broken: tuple[str, ...]

    @property
    def regressed(self) -> bool:
        """Whether more was broken than fixed."""
        return len(self.broken) > len(self.fixed)


def is_right(row: Row) -> bool | None:
    """Whether a question is answered correctly or rightly declined; None where that cannot be judged."""
    scores = row["scores"]
    if scores is None or scores["outcome"] is None:
        return None
    return scores["outcome"] in (Outcome.RIGHT, Outcome.DECLINED_UNANSWERABLE)


def compare(rows: Sequence[Row], gold_sha256: str, against: Path) -> Comparison:
    """The rows of a run against those of an earlier run folder, question by question.

    A question is right where it is answered correctly or rightly declined. Raises InputError where the folder
    is no finished run, or one of another gold set.
    """
    try:
        manifest = json.loads((against / MANIFEST).read_text(encoding="utf-8"))
        lines = (against / RESULTS).read_text(encoding="utf-8").splitlines()
        before: dict[str, Any] = {row["id"]: row for row in map(json.loads, lines)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{against} is no run folder ({error}): give one that `dateline eval` wrote."
        ) from error
    if manifest["gold"]["sha256"] != gold_sha256:
        raise InputError(f"{against} is a run of another gold set: compare runs of the same one.")
    pairs = [(row["id"], is_right(before[row["id"]]), is_right(row)) for row in rows if row["id"] in before]
    both = [(each, was, now) for each, was, now in pairs if was is not None and now is not None]
    return Comparison(
        paired=len(both),
        fixed=tuple(each for each, was, now in both if now and not was),
        broken=tuple(each for each, was, now in both if was and not now),
    )
