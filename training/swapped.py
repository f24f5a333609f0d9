"""Questions about another name or year than their passage: `python -m training.swapped DATA MODEL --work W`.

A passage that answers "Who is Norland's president?" seldom says who is Sudland's; a reader that finds the
same words for both does not look at the name. Such questions are kept, with no answer.
"""

import argparse
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from eval.metrics import token_f1
from rag.days import MONTHS, WEEKDAYS, YEAR
from rag.phrases import NAME
from rag.processors import processors
from rag.span_model import OnnxSpanModel
from rag.terms import STOPWORDS, words
from training import sources
from training.reads import by_graphs
from training.searched import save
from training.sources import Example

_MONTH = "|".join(each.title() for each in MONTHS if each != "may")  # which is a verb too
_WHEN = re.compile(rf"\b(?:(?P<year>{YEAR})|(?P<month>{_MONTH})|{'|'.join(map(str.title, WEEKDAYS))})\b")
_INSIDE = re.compile(r"(?<=[\w,] )(?:" + NAME.pattern + ")")  # not at the start of a sentence
_PLACED = re.compile(r"\b(?:in|from|to|at) \Z")
_OWNING = re.compile(r"['’]s?$")
_PEOPLE = re.compile(r"\w{3,}(?:an|ish|ese)$")
_A_PLACE = 0.15  # of the times that a name is written, those after "in" or the like, from which it is a place
_OWN_PASSAGE = 0.4  # of the names put in, those that the passage has too
_NO_NAMES = STOPWORDS | set("may rep sen gov dr mr mrs ms st jr gen lt col capt sgt us no".split())
_FEWEST = 3  # times that a name is written which is put in place of any other
_FOOLED = -1.0  # margin of the old answer from which the reader has not seen the difference


class Names:
    """The names of some texts by their kind, each as often as it is written."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        placed: Counter[str] = Counter()
        for text in texts:
            for name, after_place_word in mentions(text):
                counts[name] += 1
                placed[name] += after_place_word
        self.places = {name for name, count in counts.items() if placed[name] >= _A_PLACE * count}
        self.by_kind: dict[str, list[str]] = {}
        for name, count in counts.items():
            if count >= _FEWEST:
                self.by_kind.setdefault(self.kind(name), []).extend([name] * count)

    def kind(self, name: str) -> str:
        """Names of one kind may stand for each other: two places or two years, not a place and a year."""
        if when := _WHEN.fullmatch(name):
            return when.lastgroup or "weekday"
        if " " not in name and _PEOPLE.search(name) and name not in self.places:
            return "people"
        return ("place" if name in self.places else "other") + " several" * (" " in name)


def mentions(text: str) -> list[tuple[str, bool]]:
    """Each name, year, month and day of the week within a text, and whether it stands as a place does."""
    every = [*_INSIDE.finditer(text), *_WHEN.finditer(text)]
    named = [(_OWNING.sub("", m.group()), _PLACED.search(text[: m.start()]) is not None) for m in every]
    return [each for each in named if "." not in each[0] and each[0].lower() not in _NO_NAMES]


def swap(example: Example, known: Names, rng: random.Random) -> Example | None:
    """The question about another name of its kind, from its passage or from any; None where there is none.

    Its `spans` are still the places of what was the answer, and `answers` is empty.
    """
    held = {name for name, _ in mentions(f" {example.question}")}
    old = rng.choice(sorted(held)) if held else ""
    kind = known.kind(old)
    own = sorted({name for name, _ in mentions(example.text) if known.kind(name) == kind})
    others = own if rng.random() < _OWN_PASSAGE else known.by_kind.get(kind, [])
    taken = {word.lower() for text in (example.question, *example.answers) for word in words(text)}
    new = rng.choice(others) if others else ""
    if not old or not new or not taken.isdisjoint(word.lower() for word in words(new)):
        return None
    asked = re.sub(rf"\b{re.escape(old)}\b", new, example.question)
    return replace(example, source="swapped", question=asked, answers=())


def fooling(model: OnnxSpanModel, every: Sequence[tuple[Example, Example]]) -> list[Example]:
    """Of pairs of an example and its swapped one, the latter where a model still finds the old answer."""
    reads = by_graphs(model)

    def fooled(pair: tuple[Example, Example]) -> bool:
        old, new = pair
        (span,) = reads([(new.question, new.title, new.text)])
        return span.margin > _FOOLED and token_f1(old.text[span.start : span.end], old.answers) >= 0.5

    with ThreadPoolExecutor(processors()) as pool:
        return [new for (_, new), kept in zip(every, pool.map(fooled, every), strict=True) if kept]


def swapped(examples: Sequence[Example], seed: int) -> list[tuple[Example, Example]]:
    """Each example that has an answer and a name to swap, with its swapped one."""
    rng, known = random.Random(seed), Names(dict.fromkeys(each.text for each in examples))
    return [(each, new) for each in examples if each.spans and (new := swap(each, known, rng))]


def swap_all(data: Path, model: OnnxSpanModel, work: Path, seed: int) -> Path:
    """Swap a name in every written question that has one, and keep what fools the model; gives the file."""
    pairs = swapped(sources.written(data, validation=False), seed)
    kept = fooling(model, pairs)
    print(f"{len(pairs)} questions swapped, {len(kept)} of them not noticed")
    out = work / "swapped.jsonl"
    save(out, ([each] for each in kept))
    return out


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("model", type=Path, help="an exported model, whose blindness is looked for")
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=5)
    args = parser.parse_args()
    print(swap_all(args.data, OnnxSpanModel(args.model, None), args.work, args.seed))


if __name__ == "__main__":
    main()
