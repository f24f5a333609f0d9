"""Whether two runs over the same questions differ by more than chance."""

from math import comb


def mcnemar(fixed: int, broken: int) -> float:
    """The two-sided p-value of the exact McNemar test (McNemar, 1947) in [0, 1].

    `fixed` and `broken` count the questions that only the one run, or only the other, has right: if the runs
    are equally good, each of them is a fair coin. Twice the smaller tail, at most 1.

    >>> mcnemar(5, 0), mcnemar(1, 1)
    (0.0625, 1.0)
    """
    both = fixed + broken
    tail = sum(comb(both, each) for each in range(min(fixed, broken) + 1))
    return min(1.0, float(2 * tail / 2**both))
