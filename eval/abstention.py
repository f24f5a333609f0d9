"""Answering against declining: the five outcomes, precision and recall of declining, the threshold sweep."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from eval.metrics import mean, ratio

THRESHOLDS = tuple(step / 50 for step in range(51))


class Outcome(StrEnum):
    """What became of one question; the first and the fourth are what one wants."""

    RIGHT = "answered_right"
    WRONG = "answered_wrong"
    DECLINED_ANSWERABLE = "abstained_answerable"
    DECLINED_UNANSWERABLE = "abstained_unanswerable"
    FALSE_ANSWER = "false_answer"


def outcome(*, answerable: bool, abstained: bool, right: bool) -> Outcome:
    """The outcome of one question; `right` matters only where an answerable question was answered."""
    if abstained:
        return Outcome.DECLINED_ANSWERABLE if answerable else Outcome.DECLINED_UNANSWERABLE
    if not answerable:
        return Outcome.FALSE_ANSWER
    return Outcome.RIGHT if right else Outcome.WRONG


def abstention_figures(outcomes: Iterable[Outcome]) -> dict[str, float | None]:
    """Counts of the five outcomes and how well declining was done.

    `precision`: of the questions declined, the share that has no answer. `recall`: of the questions that
    have no answer, the share declined; `false_answer_rate` is 1 - recall. `answered_rate`: of the
    answerable questions, the share answered. (Definitions as in Rajpurkar et al., 2018, for "no answer".)
    """
    counts = Counter(outcomes)
    declined_rightly, declined_wrongly = (
        counts[Outcome.DECLINED_UNANSWERABLE],
        counts[Outcome.DECLINED_ANSWERABLE],
    )
    false, answered = counts[Outcome.FALSE_ANSWER], counts[Outcome.RIGHT] + counts[Outcome.WRONG]
    return {
        **{kind.value: counts[kind] for kind in Outcome},
        "precision": ratio(declined_rightly, declined_rightly + declined_wrongly),
        "recall": ratio(declined_rightly, declined_rightly + false),
        "false_answer_rate": ratio(false, declined_rightly + false),
        "answered_rate": ratio(answered, answered + declined_wrongly),
    }


@dataclass(frozen=True, slots=True)
class Decision:
    """One question as the sweep sees it.

    `confidence` in [0, 1] is that of the best span, also of one that was rejected. `right` and `em` are None
    where the run declined an answerable question: the rejected text is not known, so nobody can judge it.
    """

    confidence: float
    answerable: bool
    right: bool | None = None
    em: float | None = None


def sweep(
    decisions: Sequence[Decision], thresholds: Sequence[float] = THRESHOLDS
) -> list[dict[str, float | None]]:
    """What each threshold would have given, if a question is answered when `confidence >= threshold`.

    Per threshold: `coverage`, the share of all questions answered; `answered_rate`, the same among the
    answerable; `false_answer_rate`, the same among the unanswerable; `em`, mean exact match of the
    answerable ones answered; `risk`, the share of given answers that are not right, answers to unanswerable
    questions among them (the risk-coverage curve of El-Yaniv & Wiener, 2010). `unjudged` counts questions
    that would be answered but were declined in this run: where it is not 0, `em` and `risk` are None, for
    over the others alone they would flatter. A run of a reader that never declines has none.
    """
    points: list[dict[str, float | None]] = []
    answerable = sum(decision.answerable for decision in decisions)
    for threshold in thresholds:
        answered = [decision for decision in decisions if decision.confidence >= threshold]
        known = [decision for decision in answered if decision.answerable]
        false = len(answered) - len(known)
        unjudged = sum(decision.right is None for decision in known)
        wrong = false + sum(decision.right is False for decision in known)
        points.append(
            {
                "threshold": threshold,
                "coverage": ratio(len(answered), len(decisions)),
                "answered_rate": ratio(len(known), answerable),
                "false_answer_rate": ratio(false, len(decisions) - answerable),
                "em": None if unjudged else mean(decision.em for decision in known),
                "risk": None if unjudged else ratio(wrong, len(answered)),
                "unjudged": unjudged,
            }
        )
    return points
