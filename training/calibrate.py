"""Fit ranks, confidence and threshold of an exported model on questions that training never saw."""

import argparse
import itertools
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from eval.metrics import containment, exact_match, token_f1
from eval.selective import calibration_error
from rag.embed import SentenceTransformerEmbedder
from rag.library import Library
from rag.processors import processors
from rag.question_time import put_to
from rag.search import HybridSearch
from rag.span_model import OnnxSpanModel, deep_count, likeliest
from rag.span_reader import Calibration, Candidate, Traits, confidence, rank, traits
from rag.spans import Found, distinct
from rag.types import Evidence
from rag.windows import windows
from training.export import write_manifest
from training.held_out import Asked, fill, questions

Array = npt.NDArray[np.float64]
FALSE_ANSWERS = 0.10
READ = 20  # passages in whose reading the clues are weighed
MOST = 10  # passages read for a question
HOPELESS = 0.1  # the confidence in the first of them below which no others are read


@dataclass(frozen=True, slots=True)
class Plan:
    """Which windows go through the upper layers; see `Calibration.first` and `OnnxSpanModel`."""

    first: int
    deep: float
    order_weight: float


@dataclass(frozen=True, slots=True)
class Read:
    """One question with its evidence, read to the top: a lower margin and spans for each window."""

    asked: Asked
    answers: tuple[str, ...]  # none where the evidence was taken away
    evidence: list[Evidence]
    windows: list[tuple[int, float, list[Found]]]  # place in the evidence, lower margin, spans

    def first(self, count: int) -> "Read":
        """The same question with so much of its evidence."""
        windows = [each for each in self.windows if each[0] < count]
        return replace(self, evidence=self.evidence[:count], windows=windows)

    def without_answer(self) -> "Read":
        """The same question with the passages taken away that hold its answer."""
        left = self.asked.without_answer(self.evidence)
        places = {each.passage.id: place for place, each in enumerate(left)}
        windows = [
            (places[held], margin, spans)
            for place, margin, spans in self.windows
            if (held := self.evidence[place].passage.id) in places
        ]
        return Read(self.asked, (), left, windows)

    def spans(self, plan: Plan, *, rounds: int) -> list[list[Found]]:
        """What the model would give of the `first` passages, and in a second round of the others."""
        found: list[list[Found]] = [[] for _ in self.evidence]
        for low, high in ((0, plan.first), (plan.first, len(found)))[:rounds]:
            some = [each for each in self.windows if low <= each[0] < high]
            glances = [(place - low, margin) for place, margin, _ in some]
            for index in likeliest(glances, deep_count(plan.deep, high - low), plan.order_weight):
                found[some[index][0]].extend(some[index][2])
        return [distinct(each) for each in found]


def read_all(model: OnnxSpanModel, search: HybridSearch, every: Sequence[Asked]) -> list[Read]:
    """Each question with its evidence, and each answerable one once more without what holds the answer."""

    def read(asked: Asked) -> Read:
        evidence = search(asked.question, asked.filters)[:READ]
        pairs = [
            (put_to(asked.question, each.article, each.passage.text), each.article.title, each.passage.text)
            for each in evidence
        ]
        found = []
        for window in windows(model.tokenizer, pairs):
            margin, hidden = model.glance(window)
            found.append((window.text, margin, model.look(window, pairs[window.text][2], hidden)))
        return Read(asked, asked.answers, evidence, found)

    with ThreadPoolExecutor(processors()) as pool:
        reads = list(pool.map(read, every))
    return reads + [each.without_answer() for each in reads if each.answers]


def ranked_spans(read: Read, calibration: Calibration, plan: Plan) -> list[tuple[Candidate, str]]:
    """Every candidate, best first, with the words of its span, as `SpanReader` would find them."""
    every: list[Candidate] = []
    for rounds in (1, 2):
        found = read.spans(plan, rounds=rounds)
        every = rank(read.asked.question, read.evidence, found, calibration.ranking)
        if calibration.first and every and calibration.settles(confidence(calibration, every[0], every)):
            break
    return [(each, each.evidence.passage.text[each.found.start : each.found.end]) for each in every]


def quality(sets: Sequence[Sequence[Read]], calibration: Calibration, plan: Plan) -> dict[str, float]:
    """Percent of answerable questions, all of them answered; sets count equally.

    EM, F1 and containment of the short answer, and how often the first and the first five articles of the
    evidence, in the reader's order, hold the answer.
    """
    said = []
    for reads in sets:
        rows = []
        for each in reads:
            if each.answers:
                spans = ranked_spans(each, calibration, plan)
                text = spans[0][1] if spans else ""
                order = [span.evidence.article.id for span, _ in spans]
                order = list(dict.fromkeys([*order, *(other.article.id for other in each.evidence)]))
                rows.append(
                    (
                        exact_match(text, each.answers),
                        token_f1(text, each.answers),
                        containment(text, each.answers),
                        *(bool(each.asked.articles & set(order[:k])) for k in (1, 5)),
                    )
                )
        said.append(np.mean(rows, axis=0))
    names = ("em", "f1", "contained", "success@1", "success@5")
    return {
        name: round(100 * float(value), 1) for name, value in zip(names, np.mean(said, axis=0), strict=True)
    }


def softmax_weights(
    groups: Sequence[tuple[Array, npt.NDArray[np.bool_]]], ridge: float = 1e-3
) -> list[float]:
    """Weights under which right candidates have the greatest chance among those of their question.

    Each group is a question's candidates, clues [count, size] and which are right; some must be (conditional
    logit: McFadden, 1974).
    """

    def loss(weights: Array) -> tuple[float, Array]:
        total, slope = ridge * float(weights @ weights), 2 * ridge * weights
        for clues, right in groups:
            scores = clues @ weights
            every, best = logsumexp(scores), logsumexp(scores[right])
            total += (every - best) / len(groups)
            expected = np.exp(scores - every) @ clues - np.exp(scores[right] - best) @ clues[right]
            slope = slope + expected / len(groups)
        return total, slope

    start = np.zeros(groups[0][0].shape[1])
    return [round(float(each), 4) for each in minimize(loss, start, jac=True, method="BFGS").x]


def logistic(traits: Array, right: npt.NDArray[Any], ridge: float = 1e-2) -> tuple[float, list[float]]:
    """Bias and weights of the logistic curve that gives the chance of being right, by Newton's method."""
    x = np.hstack([traits, np.ones((len(traits), 1))])
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        chance = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (right - chance) - ridge * weights
        curve = (x * (chance * (1 - chance))[:, None]).T @ x + ridge * np.eye(x.shape[1])
        weights = weights + np.linalg.solve(curve, slope)
    return float(weights[-1]), [float(each) for each in weights[:-1]]


def groups_of(sets: Sequence[Sequence[Read]], plan: Plan) -> list[tuple[Array, npt.NDArray[np.bool_]]]:
    """The candidates of each question that has a right one; a smaller set's are repeated to weigh as much."""
    made = []
    for reads in sets:
        own = []
        for each in reads:
            spans = ranked_spans(each, Calibration(), plan)
            right = np.array([token_f1(text, each.answers) >= 0.5 for _, text in spans], dtype=bool)
            if right.any():
                own.append((np.array([span.clues for span, _ in spans]), right))
        made.append(own)
    most = max(map(len, made))
    return [each for own in made for each in itertools.islice(itertools.cycle(own), most)]


def calibration_of(sets: Sequence[Sequence[Read]], plan: Plan) -> tuple[Calibration, dict[str, Any]]:
    """The weights of the clues, then the confidence on them, then the threshold.

    The clues are weighed on the first two sets, of the large library, and on more passages than are read when
    it counts, where there is most to choose among; confidence and threshold come from all sets.
    """
    ranking = softmax_weights(groups_of(sets[:2], plan))
    reads, rows, right = [], [], []
    for each in (each.first(MOST) for one in sets for each in one):
        spans = ranked_spans(each, Calibration(ranking), plan)
        if spans and not each.answers and token_f1(spans[0][1], each.asked.answers) >= 0.5:
            continue  # what was taken away still stands elsewhere in other words: not unanswerable after all
        reads.append(each)
        if spans:
            rows.append(traits(spans[0][0], [span for span, _ in spans]))
            right.append(bool(each.answers) and token_f1(spans[0][1], each.answers) >= 0.5)
        else:
            rows.append(Traits(-20.0, odds=0.0, found=0.0, agreement=0.0, covered=0.0, timely=0.0))
            right.append(False)
    table, truth = np.array(rows), np.array(right)
    bias, weights = logistic(table, truth)
    chance = 1 / (1 + np.exp(-(table @ np.array(weights) + bias)))
    none = unanswerable(reads)
    curve = [point(share, chance, none, truth) for share in (0.02, 0.05, FALSE_ANSWERS, 0.2, 0.3)]
    threshold = next(each["threshold"] for each in curve if each["false_answers"] == FALSE_ANSWERS)
    fitted = Calibration(
        tuple(ranking), round(bias, 4), tuple(round(each, 4) for each in weights), round(threshold, 2)
    )
    return fitted, {"risk_coverage": curve, "ece": calibration_error(list(zip(chance, truth, strict=True)))}


def unanswerable(reads: Sequence[Read]) -> Array:
    """How much each question counts among those without an answer; 0 for the others.

    Those that were written to have none, near misses all, count together as much as those whose passages
    were taken away: there are far fewer, but they are what a threshold is for.
    """
    written = np.array([not each.answers and not each.asked.answers for each in reads], dtype=float)
    taken = np.array([not each.answers and bool(each.asked.answers) for each in reads], dtype=float)
    counts: Array = written / max(1.0, written.sum()) + taken / max(1.0, taken.sum())
    return counts


def point(share: float, chance: Array, none: Array, right: npt.NDArray[np.bool_]) -> dict[str, float]:
    """The threshold at which `share` of the unanswerable questions are answered, and what else is.

    `none` says how much each question counts among the unanswerable ones.
    """
    order = np.argsort(-chance)
    within = np.cumsum(none[order]) <= share * none.sum()
    threshold = float(chance[order][np.argmin(within)]) + 1e-6
    answered = (none == 0) & (chance >= threshold)
    return {
        "false_answers": share,
        "threshold": threshold,
        "answered": float(answered.sum() / (none == 0).sum()),
        "right_of_answered": float(right[answered].mean()) if answered.any() else float("nan"),
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("model", type=Path, help="the folder of an exported model; its manifest is rewritten")
    parser.add_argument(
        "--work", type=Path, required=True, help="a folder for the library, kept for next time"
    )
    parser.add_argument("--first", type=int, default=4, help="passages that are read first")
    parser.add_argument("--deep", type=float, default=0.3, help="windows that go through all layers, a text")
    args = parser.parse_args()
    model = OnnxSpanModel(args.model, None)
    sets = []
    for size in ("large", "small"):
        (args.work / size).mkdir(parents=True, exist_ok=True)
        with Library.open(args.work / size / "library", SentenceTransformerEmbedder()) as library:
            fill(library, args.data, args.work / size, small=size == "small")
            search = HybridSearch(library)
            sets += [read_all(model, search, every) for every in questions(args.data).values()]
    plans = [Plan(args.first, args.deep, weight) for weight in (1, 2, 3)]
    fits = {plan: calibration_of(sets, plan) for plan in plans}
    sets = [[each.first(MOST) for each in one] for one in sets]
    plan = max(plans, key=lambda each: quality(sets, fits[each][0], each)["f1"])
    fitted, report = fits[plan]
    for deep in (0.2, 0.3, 0.4, 0.6, 1.0):
        report[f"deep {deep}"] = quality(sets, fitted, replace(plan, deep=deep))
    fitted = replace(fitted, first=args.first, most=MOST, hopeless=HOPELESS)
    report["as shipped"] = quality(sets, fitted, plan)
    values = {"deep": args.deep, "order_weight": plan.order_weight, "calibration": asdict(fitted)}
    print(json.dumps({**values, **report}, indent=2))
    print("manifest", write_manifest(args.model, values))


if __name__ == "__main__":
    main()
