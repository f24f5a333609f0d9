"""What the embedder learns from: questions, passages that answer them, and near misses from the search."""

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library, embedded_text
from rag.search import HybridSearch
from training import sources
from training.held_out import Asked, fill

_SKIPPED, _MINED = 3, 40  # of the passages that a search finds, those between may be near misses
_KEPT = 12


@dataclass(frozen=True, slots=True)
class Group:
    """Questions, texts that answer each of them, of which a step takes one, and near misses, which do not."""

    key: str
    questions: tuple[str, ...]
    texts: tuple[str, ...]
    misses: tuple[str, ...] = ()


def written(data: Path) -> list[tuple[Group, Asked]]:
    """The training questions of written-qa by passage, and the first of each as the search is asked it."""
    out = []
    for row in sources.written_rows(data):
        qas = [qa for qa in row["qas"] if qa["answer"]]
        unseen = row["batch"] in (sources.VALIDATION_BATCH, *sources.SEARCH_BATCHES)
        if qas and not unseen and row["title"] not in sources.test_year(data):
            text = embedded_text(row["title"], row["text"])
            group = Group(row["title"], tuple(qa["question"] for qa in qas), (text,))
            out.append((group, Asked(qas[0]["question"], (qas[0]["answer"],), frozenset())))
    return out


def others(data: Path) -> list[Group]:
    """Natural Questions and quiz questions of 2024 that are not held out."""
    out = []
    for example in sources.qed(data, validation=False):
        text = embedded_text(example.title, example.text)
        out.append(Group(example.title, (example.question,), (text,)))
    held: dict[str, list[sources.Example]] = {}
    for example in sources.news(data, "2024"):
        if example.spans:
            held.setdefault(example.question, []).append(example)
    for question, examples in held.items():
        texts = tuple(embedded_text(each.title, each.text) for each in examples)
        out.append(Group(examples[0].article, (question,), texts))
    return out


def mined(search: HybridSearch, group: Group, first: Asked) -> Group:
    """The group with near misses: what the search finds for its first question and holds no answer to it."""
    found = first.without_answer(search(first.question)[_SKIPPED:_MINED])
    misses = (
        embedded_text(each.article.title, each.passage.text)
        for each in found
        if each.article.title != group.key
    )
    return replace(group, misses=tuple(misses)[:_KEPT])


def with_misses(data: Path, work: Path) -> list[Group]:
    """All groups, the written ones with near misses from the news of 2022; kept in `work` for next time."""
    kept = work / "groups.jsonl"
    if not kept.exists():
        folder = work / "large"  # as `training.calibrate` makes it
        folder.mkdir(parents=True, exist_ok=True)
        with Library.open(folder / "library", SentenceTransformerEmbedder()) as library:
            fill(library, data, folder)
            search = HybridSearch(library)
            made = [mined(search, *each) for each in written(data)] + others(data)
        kept.write_text("".join(json.dumps(asdict(each)) + "\n" for each in made))
    return [
        Group(row["key"], *(tuple(row[part]) for part in ("questions", "texts", "misses")))
        for row in sources.rows(kept)
    ]
