"""Two runs of the same gold set: which questions were fixed, which broken."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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

    def __str__(self) -> str:
        """The counts, then the ids, a line each."""
        lines = [f"{len(self.fixed)} questions fixed, {len(self.broken)} broken, of {self.paired}."]
        lines += [f"  fixed: {', '.join(self.fixed)}"] if self.fixed else []
        lines += [f"  broken: {', '.join(self.broken)}"] if self.broken else []
        return "\n".join(lines)


def is_right(row: Row) -> bool | None:
    """Whether a question is answered correctly or rightly declined; None where that cannot be judged."""
    scores = row["scores"]
    if scores is None or scores["outcome"] is None:
        return None
    return scores["outcome"] in (Outcome.RIGHT, Outcome.DECLINED_UNANSWERABLE)


def verdicts(folder: Path, gold_sha256: str) -> dict[str, bool | None]:
    """Which questions of an earlier run are right, by id, as `is_right` says.

    Raises InputError where the folder is no finished run, or one of another gold set.
    """
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        lines = (folder / RESULTS).read_text(encoding="utf-8").splitlines()
        before = {row["id"]: is_right(row) for row in map(json.loads, lines)}
        made_with = manifest["gold"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{folder} is no run folder ({error}): give one that `dateline eval` wrote."
        ) from error
    if made_with != gold_sha256:
        raise InputError(f"{folder} is a run of another gold set: compare runs of the same one.")
    return before


def compare(rows: Sequence[Row], before: Mapping[str, bool | None]) -> Comparison:
    """The rows of a run against the `verdicts` of an earlier one, question by question."""
    pairs = [(row["id"], before.get(row["id"]), is_right(row)) for row in rows]
    both = [(each, was, now) for each, was, now in pairs if was is not None and now is not None]
    return Comparison(
        paired=len(both),
        fixed=tuple(each for each, was, now in both if now and not was),
        broken=tuple(each for each, was, now in both if was and not now),
    )
