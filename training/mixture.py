"""The training mixture: short crops first, then whole passages, neighbours and retrieved near misses."""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from training import sources
from training.bm25 import Bm25
from training.searched import by_answer, chosen, load
from training.sources import Example
from training.text import find_all, sentences, windows

LONGEST = 1100
QUIZ = "quiz"  # the source, where passages are read together, of those for a question of the quiz
_SEARCHED = 0.5  # of the questions for which something was searched, in one pass
_OTHERS_TOGETHER = 0.2  # of the written questions for which nothing was searched


class Passage(NamedTuple):
    """A window of an article that may be put beside, or instead of, a question's own passage."""

    article: str
    title: str
    text: str


class Mixture:
    """All training examples and, for each question, windows that a retriever would take for its own."""

    def __init__(self, folder: Path, searched: Path, swapped: Path) -> None:
        """`folder` is the data; `searched` and `swapped` are what the modules of that name wrote."""
        self.written = sources.written(folder, validation=False)
        self.qed = sources.qed(folder, validation=False)
        self.news = sources.news(folder, "2022") + sources.news(folder, "2024")
        self.qamr = sources.qamr(folder)
        self.searched, self.swapped = load(searched), load(swapped)
        pool = {Passage(e.article, e.title, e.text) for e in (*self.written, *self.qed)}
        for article in sources.news_articles(folder, "2022").values():
            for start, end in windows(article["text"]):
                if 300 < end - start < 1200:
                    pool.add(Passage(article["title"], article["title"], article["text"][start:end]))
        self.pool = sorted(pool)
        index = Bm25([f"{p.title} {p.text}" for p in self.pool])
        questions = [f"{e.question} {e.title}" if i % 2 else e.question for i, e in enumerate(self.written)]
        self.near = [[int(n) for n in best] for best in index.top(questions, 12)]

    def phase(self, name: str, seed: int) -> list[Example]:
        """One pass over the examples of a phase, in random order: the same for the same seed."""
        rng = random.Random(f"{name}-{seed}")
        made = self._short(rng) if name == "short" else self._whole(rng)
        rng.shuffle(made)
        return made

    def _short(self, rng: random.Random) -> list[Example]:
        """Mostly one to three sentences: the cheapest way to learn to match a question with a span."""
        out = [self._untitled(crop(e, rng, rng.randint(120, 420)), rng, 0.5) for e in self.written]
        out += [
            self._joined(e, rng) if rng.random() < 0.3 else e
            for e in rng.sample(self.qamr, min(5_000, len(self.qamr)))
        ]
        out += [crop(e, rng, rng.randint(120, 420)) for e in (*self.qed, *self.news)]
        return [self._missed(e, i, rng, 280) if rng.random() < 0.08 else e for i, e in enumerate(out)]

    def _whole(self, rng: random.Random) -> list[Example]:
        """Passages as the product reads them, some with neighbours, some that only look right."""
        out: list[Example] = []
        for number, example in enumerate(self.written):
            chance = rng.random()
            if chance < 0.30:
                made = self._missed(example, number, rng, rng.randint(250, 800))
            elif chance < 0.40:
                made = self._extended(example, number, rng)
            elif chance < 0.84:
                made = crop(example, rng, rng.randint(200, 480))
            else:
                made = example
            out.append(self._untitled(made, rng, 0.15))
        out += self.news
        out += [crop(e, rng, rng.randint(200, 480)) for e in self.news if e.spans]
        out += self.qed
        out += [self._joined(e, rng) for e in rng.sample(self.qamr, min(1_000, len(self.qamr)))]
        return out

    def together(self, seed: int) -> list[list[Example]]:
        """One pass over questions with several passages each, as the search brings them, in random order.

        Each pass has some of the searched ones. Beside them one of Natural Questions has its paragraph, one
        about a swapped name the passage that has another, a written one on an encyclopedia's page three near
        misses too, and one of the quiz of 2024 up to two windows that hold the answer and three that do not.
        """
        rng = random.Random(f"together-{seed}")
        out = [[each] for each in self.qed]
        for some in rng.sample(self.searched, math.ceil(_SEARCHED * len(self.searched))):
            size = rng.choice((LONGEST, rng.randint(300, 600)))
            made = [crop(each, rng, size) for each in chosen(some, rng)]
            written = some[0].source == "written"
            out.append(made if written else [replace(each, source=QUIZ) for each in made])
        for (each,) in self.swapped:
            size = rng.choice((LONGEST, rng.randint(200, 600)))
            out.append([replace(crop(each, rng, size), spans=())])
        sought = {some[0].question for some in self.searched}
        for number, own in enumerate(self.written):
            if own.question not in sought and rng.random() < _OTHERS_TOGETHER:
                near = list(self._nears(own, self.near[number]))[:6]
                near = rng.sample(near, min(3, len(near)))
                out.append([own, *(crop(_asked_of(each, own), rng, 800) for each in near)])
        quiz: dict[str, list[Example]] = {}
        for each in self.news:
            if each.source == "news-2024":
                quiz.setdefault(each.question, []).append(replace(each, source=QUIZ))
        for some in quiz.values():
            holding, missing = by_answer(some)
            out.append(rng.sample(holding, min(2, len(holding))) + rng.sample(missing, min(3, len(missing))))
        rng.shuffle(out)
        return out

    def _untitled(self, example: Example, rng: random.Random, chance: float) -> Example:
        return replace(example, title="") if rng.random() < chance else example

    def _near(self, example: Example, number: int, rng: random.Random) -> Passage | None:
        """A retrieved window that does not hold the answer and is not the question's own passage."""
        return next(iter(self._nears(example, rng.sample(self.near[number], len(self.near[number])))), None)

    def _nears(self, example: Example, numbers: Sequence[int]) -> Iterator[Passage]:
        for passage in (self.pool[n] for n in numbers):
            own = passage.text[:120] in example.text or example.text[:120] in passage.text
            held = any(find_all(passage.text, a, ignore_case=True) for a in example.answers)
            if not own and not held:
                yield passage

    def _missed(self, example: Example, number: int, rng: random.Random, size: int) -> Example:
        """The question with a near miss instead of its own passage."""
        if example.source != "written" or not example.answers:
            return example
        passage = self._near(example, number, rng)
        if passage is None:
            return example
        return crop(_asked_of(passage, example), rng, size)

    def _extended(self, example: Example, number: int, rng: random.Random) -> Example:
        """The passage with part of a near miss before or after it, so that answers stand anywhere."""
        passage = self._near(example, number, rng)
        room = LONGEST - len(example.text)
        if passage is None or room < 80:
            return example
        text = _clip(passage.text, min(room, rng.randint(150, 450)))
        return join(example, text, before=rng.random() < 0.5)

    def _joined(self, example: Example, rng: random.Random) -> Example:
        """A QAMR sentence between one or two other sentences."""
        for _ in range(rng.randint(1, 2)):
            other = rng.choice(self.qamr).text
            if not any(find_all(other, a) for a in example.answers):
                example = join(example, other, before=rng.random() < 0.5)
        return example


def _asked_of(passage: Passage, example: Example) -> Example:
    """The question asked of a passage that does not answer it."""
    return Example("near-miss", passage.article, example.question, passage.title, passage.text, (), ())


def _clip(text: str, size: int) -> str:
    kept = [(s, e) for s, e in sentences(text) if e <= size]
    return text[: kept[-1][1]] if kept else text[:size]


def join(example: Example, other: str, *, before: bool) -> Example:
    """The example with another text put before or after its own."""
    if not before:
        return replace(example, text=f"{example.text}\n{other}")
    shift = len(other) + 1
    spans = tuple((s + shift, e + shift) for s, e in example.spans)
    return replace(example, text=f"{other}\n{example.text}", spans=spans)


def crop(example: Example, rng: random.Random, size: int) -> Example:
    """Whole sentences, about `size` characters, around one place of the answer (or anywhere without one)."""
    parts: Sequence[tuple[int, int]] = sentences(example.text)
    if len(example.text) <= size or len(parts) < 2:
        return example
    if example.spans:
        start, end = rng.choice(example.spans)
        inside = [i for i, (s, e) in enumerate(parts) if s < end and e > start]
        if not inside:
            return example
        first, last = inside[0], inside[-1]
    else:
        first = last = rng.randrange(len(parts))
    while True:
        room = size - (parts[last][1] - parts[first][0])
        sides = [
            i for i in (first - 1, last + 1) if 0 <= i < len(parts) and parts[i][1] - parts[i][0] <= room
        ]
        if not sides:
            break
        side = rng.choice(sides)
        first, last = min(first, side), max(last, side)
    low, high = parts[first][0], parts[last][1]
    spans = tuple((s - low, e - low) for s, e in example.spans if low <= s and e <= high)
    return (
        replace(example, text=example.text[low:high], spans=spans) if spans or not example.spans else example
    )
