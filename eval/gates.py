"""Bounds that a run must reach: `metric=value`, checked when the command starts and again at its end."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from eval.figures import CHECKS, GROUPS, RANKED, READING
from eval.tables import at
from rag.errors import InputError

SHORT = {
    **{name: f"retrieval.{name}" for name in (*RANKED, "mrr")},
    **{name: f"reading.all.{name}" for name in READING},
    **{name: f"citations.{name}" for name in CHECKS},
    "claim_recall": "citations.claim_recall",
    "citation_precision": "citations.citation_precision",
    "precision": "abstention.all.precision",
    "recall": "abstention.all.recall",
    "answered_rate": "abstention.all.answered_rate",
    "right_of_answered": "abstention.all.right_of_answered",
    "right_rate": "abstention.all.right_rate",
}
FULL = frozenset(
    {*SHORT.values()}
    | {f"retrieval_by_evidence.{name}" for name in (*RANKED, "mrr")}
    | {path.replace(".all.", f".{group}.") for path in SHORT.values() for group in GROUPS if ".all." in path}
)
"""The figures of which more is better, by their paths in summary.json."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A figure, by its path in the summary, and the least that it must be."""

    path: str
    least: float


def parse_gate(given: str) -> Gate:
    """`em=0.4` or `reading.with_evidence.em=0.4`; InputError where there is no such figure or no number."""
    name, _, value = given.partition("=")
    path = SHORT.get(name.strip(), name.strip())
    if path not in FULL:
        raise InputError(
            f"--fail-under knows no figure {name.strip()!r}: give one of {', '.join(sorted(SHORT))},"
            " or its path in summary.json such as reading.with_evidence.em."
        )
    try:
        least = float(value)
    except ValueError:
        raise InputError(f"--fail-under takes METRIC=VALUE such as em=0.4, not {given!r}.") from None
    if not 0 <= least <= 1:
        raise InputError(f"--fail-under takes a value from 0 to 1, not {value.strip()}.")
    return Gate(path, least)


def missed(gates: Sequence[Gate], summary: Mapping[str, Any]) -> Iterator[str]:
    """A sentence for each bound that a run does not reach; a figure that it does not have reaches none."""
    for gate in gates:
        value = at(summary, gate.path)
        if value is None:
            yield f"{gate.path} has no question to be measured on, and must be at least {gate.least:g}."
        elif value < gate.least:
            yield f"{gate.path} is {value:.4f}, under {gate.least:g}."
