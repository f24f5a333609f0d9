"""BM25 over many windows at once, to find the near misses that a retriever would find."""

import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy import sparse

_WORD = re.compile(r"\w+")
_STOP = frozenset(
    "a an and are as at be by did do does for from had has have how in is it its of on or that the their "
    "this to was were what when where which who whom whose why will with".split()
)


def words(text: str) -> list[str]:
    """The lower-case words of `text` without the commonest function words."""
    return [w for w in _WORD.findall(text.lower()) if w not in _STOP]


class Bm25:
    """An in-memory index of texts; `top` ranks all of them for many queries by one sparse product."""

    def __init__(self, texts: Sequence[str], k1: float = 1.2, b: float = 0.75) -> None:
        self.vocabulary: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        counts: list[float] = []
        lengths = np.zeros(max(len(texts), 1), dtype=np.float32)
        for row, text in enumerate(texts):
            tally = Counter(words(text))
            lengths[row] = sum(tally.values())
            for word, count in tally.items():
                rows.append(row)
                columns.append(self.vocabulary.setdefault(word, len(self.vocabulary)))
                counts.append(count)
        tf = np.array(counts, dtype=np.float32)
        norm = k1 * (1 - b + b * lengths / max(float(lengths.mean()), 1.0))
        weights = tf * (k1 + 1) / (tf + norm[rows])
        seen = np.bincount(columns, minlength=len(self.vocabulary))
        self._idf = np.log(1 + (len(texts) - seen + 0.5) / (seen + 0.5)).astype(np.float32)
        shape = (len(texts), len(self.vocabulary))
        self._terms = sparse.csr_matrix((weights, (rows, columns)), shape=shape).T.tocsr()

    def top(self, queries: Sequence[str], k: int, chunk: int = 128) -> list[npt.NDArray[np.int64]]:
        """For each query the numbers of the (at most) `k` best texts, best first."""
        out: list[npt.NDArray[np.int64]] = []
        for start in range(0, len(queries), chunk):
            some = queries[start : start + chunk]
            cells = [
                (i, self.vocabulary[w])
                for i, q in enumerate(some)
                for w in set(words(q))
                if w in self.vocabulary
            ]
            columns = [c for _, c in cells]
            query = sparse.csr_matrix(
                (self._idf[columns], ([i for i, _ in cells], columns)),
                shape=(len(some), len(self.vocabulary)),
            )
            for scores in np.asarray((query @ self._terms).todense()):
                best = np.argpartition(-scores, min(k, len(scores) - 1))[:k]
                best = best[np.argsort(-scores[best], kind="stable")]
                out.append(best[scores[best] > 0].astype(np.int64))
        return out
