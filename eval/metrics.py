"""The figures of reading, retrieval and latency as pure functions, each defined where it is computed."""

import math
import re
import string
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np


def normalise_answer(text: str) -> str:
    """Lower case, without ASCII punctuation, without the words a, an, the, single spaces.

    `normalize_answer` of the evaluation script of SQuAD v1.1 (Rajpurkar et al., 2016).

    >>> normalise_answer("The  U.S. Senate!")
    'us senate'
    """
    bare = "".join(character for character in text.lower() if character not in string.punctuation)
    return " ".join(re.sub(r"\b(a|an|the)\b", " ", bare).split())


def exact_match(prediction: str, answers: Iterable[str]) -> float:
    """1 if the prediction equals one of the answers after normalisation, else 0 (SQuAD v1.1).

    >>> exact_match("the Buffalo Bills.", ["Buffalo Bills", "Bills"])
    1.0
    """
    found = normalise_answer(prediction)
    return float(any(found == normalise_answer(answer) for answer in answers))


def token_f1(prediction: str, answers: Iterable[str]) -> float:
    """The best F1 of shared words with one of the answers, in [0, 1] (SQuAD v1.1).

    Words are those of the normalised texts and count as often as they occur; without a shared word it is 0.

    >>> token_f1("President Vladimir Putin", ["Vladimir Putin of Russia"])  # 2 of 3 words, 2 of 4 words
    0.5714285714285715
    """
    return max((_f1(prediction, answer) for answer in answers), default=0.0)


def _f1(prediction: str, answer: str) -> float:
    found, wanted = normalise_answer(prediction).split(), normalise_answer(answer).split()
    shared = sum((Counter(found) & Counter(wanted)).values())
    if shared == 0:
        return 0.0
    precision, recall = shared / len(found), shared / len(wanted)
    return 2 * precision * recall / (precision + recall)


def containment(text: str, answers: Iterable[str]) -> float:
    """1 if one of the answers stands in the text as whole words, else 0.

    Both sides are normalised as for an exact match, after the possessive `'s` and Unicode's punctuation and
    currency signs (curly quotation marks, too) are dropped, hyphens and dashes opened: "Biden's" holds
    "Biden" and "85-year-old" holds "85", but "10" does not hold "1". An empty answer is in no text.

    >>> containment("It was signed in Moscow's Kremlin on 9 November.", ["Moscow"])
    1.0
    """
    found = f" {_opened(text)} "
    return float(any(f" {wanted} " in found for answer in answers if (wanted := _opened(answer))))


def _opened(text: str) -> str:
    bare = re.sub(r"['’]s\b", " ", text.lower())
    return normalise_answer("".join(map(_open, bare)))


def _open(character: str) -> str:
    kind = unicodedata.category(character)
    if kind == "Pd" or character == "−":  # dashes and the minus sign
        return " "
    return "" if kind[0] == "P" or kind == "Sc" else character


def unique(article_ids: Iterable[str]) -> list[str]:
    """The ids in their order, each at its first place: passages ranked become articles ranked.

    >>> unique(["b", "a", "b"])
    ['b', 'a']
    """
    return list(dict.fromkeys(article_ids))


def success_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """1 if one of the first k articles is a relevant one, else 0.

    `ranked` holds each article once, best first. One relevant article is enough, as one answers a question;
    this is "hit rate" or "success@k", not recall@k.

    >>> success_at_k(["b", "a"], {"a"}, 1), success_at_k(["b", "a"], {"a"}, 5)
    (0.0, 1.0)
    """
    return float(any(article_id in relevant for article_id in ranked[:k]))


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """1 / the rank of the first relevant article, counted from 1; 0 if none was retrieved.

    `ranked` holds each article once, best first. Its mean over questions is the MRR (Voorhees, 1999), cut
    at the depth that was retrieved.

    >>> reciprocal_rank(["b", "a"], {"a"})
    0.5
    """
    return next((1 / rank for rank, found in enumerate(ranked, start=1) if found in relevant), 0.0)


def recall_at_k(ranked: Sequence[str], relevant: Collection[str], k: int) -> float:
    """The share of the relevant ids that stand among the first k; `relevant` is not empty.

    >>> recall_at_k(["b", "a"], {"a", "c"}, 2)
    0.5
    """
    return len(set(ranked[:k]) & set(relevant)) / len(relevant)


def ndcg_at_k(ranked: Sequence[str], grades: Mapping[str, int], k: int) -> float:
    """Discounted gain of the first k over that of the best order, in [0, 1]; one grade is above 0.

    A gain is the grade itself, its discount log2(rank + 1), rank from 1 (Järvelin & Kekäläinen, 2002, with
    the linear gain of trec_eval). `ranked` holds each id once; ids without a grade gain nothing.

    >>> ndcg_at_k(["b", "a"], {"a": 1}, 5)
    0.6309297535714575
    """
    best = _discounted(sorted(grades.values(), reverse=True)[:k])
    return _discounted([grades.get(each, 0) for each in ranked[:k]]) / best


def _discounted(gains: Sequence[int]) -> float:
    return sum(max(0, gain) / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def percentile(values: Sequence[float], q: float) -> float | None:
    """The q-th percentile (0 to 100), interpolated linearly between neighbours; None without values.

    >>> percentile([10.0, 20.0, 40.0], 50), percentile([10.0, 20.0], 95)
    (20.0, 19.5)
    """
    return float(np.percentile(values, q)) if values else None


def mean(values: Iterable[float | None]) -> float | None:
    """The mean of the values that are there; None when none is, as a question without a score is no zero.

    >>> mean([1.0, None, 0.0]), mean([None])
    (0.5, None)
    """
    scored = [value for value in values if value is not None]
    return sum(scored) / len(scored) if scored else None


def ratio(part: int, whole: int) -> float | None:
    """`part / whole`, None over zero.

    >>> ratio(1, 4), ratio(0, 0)
    (0.25, None)
    """
    return part / whole if whole else None
