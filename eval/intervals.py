"""How sure a figure is: the clustered bootstrap, and Wilson's interval for rates."""

import math
from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from eval.rows import Row

RESAMPLES = 1_000
SEED = 20_09  # fixed, so that a run gives the same intervals again
CONFIDENCE = 0.95
FEW = 100  # under so many questions an interval says little more than that it is wide

Numbers = NDArray[np.float64]


class Interval(NamedTuple):
    """The bounds of a 95 % interval."""

    low: float
    high: float


def wilson(successes: float, trials: int) -> Interval:
    """The score interval of a rate (Wilson, 1927); within [0, 1], and of a width also at 0 and at 1.

    >>> wilson(0, 10)
    Interval(low=0.0, high=0.2775327998628892)
    """
    z2 = 1.959963984540054**2
    middle = (successes + z2 / 2) / (trials + z2)
    half = math.sqrt(z2 * (successes * (trials - successes) / trials + z2 / 4)) / (trials + z2)
    return Interval(max(0.0, middle - half), min(1.0, middle + half))


def cluster_of(row: Row) -> str:
    """What a question is resampled with: the questions about one article stand or fall together."""
    named = [evidence["article_id"] for evidence in row["gold"]["evidence"] if evidence["article_id"]]
    return f"article {named[0]}" if named else f"question {row['id']}"


class Resamples:
    """Samples of whole clusters with replacement (Field & Welsh, 2007): how often each question is drawn.

    Args:
        clusters: the cluster of each question, in their order.
    """

    def __init__(self, clusters: Sequence[Hashable], count: int = RESAMPLES, seed: int = SEED) -> None:
        numbers = {cluster: number for number, cluster in enumerate(dict.fromkeys(clusters))}
        self.members = np.array([numbers[cluster] for cluster in clusters], dtype=np.intp)
        size = len(numbers)
        even = np.full(size, 1 / size) if size else np.zeros(0)
        # (resamples, clusters): how often each cluster is drawn, as many draws as there are clusters
        self.draws = np.random.default_rng(seed).multinomial(size, even, size=count).astype(np.float64)

    def ratio(self, parts: Numbers, wholes: Numbers) -> Interval | None:
        """The interval of `sum(parts) / sum(wholes)`, both one number a question; None where it is none."""
        drawn = self.ratios(parts, wholes)
        return _bounds(drawn)

    def ratios(self, parts: Numbers, wholes: Numbers) -> Numbers:
        """The ratio in each resample; resamples without any whole are nan."""
        part, whole = self.draws @ self._by_cluster(parts), self.draws @ self._by_cluster(wholes)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(part / whole)

    def difference(self, now: tuple[Numbers, Numbers], before: tuple[Numbers, Numbers]) -> Interval | None:
        """The interval of the difference of two ratios over the same questions (the paired bootstrap)."""
        return _bounds(self.ratios(*now) - self.ratios(*before))

    def quantile(self, values: Numbers, q: float) -> Interval | None:
        """The interval of the q-quantile (q in [0, 1]) of the values that are not nan."""
        known = ~np.isnan(values)
        if not known.any():
            return None
        order = np.argsort(values[known])
        sorted_values, members = values[known][order], self.members[known][order]
        drawn = []
        for draws in self.draws:  # one at a time: all together would hold resamples x questions numbers
            reached = np.cumsum(draws[members])
            if reached[-1] > 0:
                drawn.append(sorted_values[np.searchsorted(reached, q * reached[-1])])
        return _bounds(np.array(drawn))

    def area(self, confidence: Numbers, wrong: Numbers, known: NDArray[np.bool_]) -> Interval | None:
        """The interval of the area under the risk-coverage curve over the questions that are `known`.

        Equal confidences are taken in the order of the questions: over many questions that is as good as
        spreading them.
        """
        order = np.argsort(-confidence, kind="stable")
        order = order[known[order]]
        members, errors = self.members[order], wrong[order]
        drawn = []
        for draws in self.draws:
            weights = draws[members]
            answered = np.cumsum(weights)
            risks = np.cumsum(weights * errors)[weights > 0] / answered[weights > 0]
            drawn.append(np.average(risks, weights=weights[weights > 0]) if risks.size else np.nan)
        return _bounds(np.array(drawn))

    def calibration(self, bins: NDArray[np.intp], gaps: Numbers, known: Numbers) -> Interval | None:
        """The interval of the expected calibration error.

        Args:
            bins: the bin of each question.
            gaps: confidence - right, 0 where `known` is 0.
            known: 1 for a question that counts.
        """
        total = np.zeros(len(self.draws))
        for each in np.unique(bins):
            total += np.abs(self.draws @ self._by_cluster(np.where(bins == each, gaps, 0.0)))
        with np.errstate(invalid="ignore", divide="ignore"):
            return _bounds(total / (self.draws @ self._by_cluster(known)))

    def _by_cluster(self, values: Numbers) -> Numbers:
        return np.asarray(np.bincount(self.members, values, self.draws.shape[1]), dtype=np.float64)


def _bounds(drawn: Numbers) -> Interval | None:
    """The percentile interval of resampled figures, those that exist."""
    drawn = drawn[np.isfinite(drawn)]
    if not drawn.size:
        return None
    tail = 50 * (1 - CONFIDENCE)
    low, high = np.percentile(drawn, [tail, 100 - tail])
    return Interval(float(low), float(high))
