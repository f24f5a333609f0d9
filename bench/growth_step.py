"""One step of the growth of a library, in a process of its own: ingest up to a size, or ask at that size."""

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.hash_embedder import HashEmbedder
from bench.measure import disk_mb, peak_mb
from eval.gold import load_gold
from eval.metrics import percentile
from ingest.find import find
from ingest.pipeline import ingest
from rag.chain import answer_chain, ask
from rag.embed import Embedder, SentenceTransformerEmbedder
from rag.library import Library

SLICE = 500  # articles ingested and noted at a time: what a run that is cut short does again
EMBEDDERS: dict[str, Callable[[], Embedder]] = {
    "bundled": SentenceTransformerEmbedder,
    "hash": HashEmbedder,
}


def ends(sizes: Sequence[int]) -> list[int]:
    """Where each slice of the articles ends."""
    return sorted({*range(SLICE, max(sizes), SLICE), *sizes})


def slice_file(out: Path, end: int) -> Path:
    """The articles up to `end`, from where the slice before ended."""
    return out / "articles" / f"{end:06}.jsonl"


def ingest_step(out: Path, size: int, embedder: Embedder, sizes: Sequence[int]) -> dict[str, float]:
    """Bring the library to `size` articles; each slice is noted in `slices.jsonl` as it is done."""
    log = out / "slices.jsonl"
    noted = {json.loads(line)["end"] for line in log.read_text().splitlines()} if log.exists() else set()
    with Library.open(out / "library", embedder) as library:
        for end in ends(sizes):
            if end <= size and end not in noted:
                began = time.perf_counter()
                summary = ingest(library, find([str(slice_file(out, end))]))
                seconds = time.perf_counter() - began
                row = {"end": end, "articles": summary.done, "passages": summary.passages, "seconds": seconds}
                with log.open("a", encoding="ascii") as file:
                    print(json.dumps(row), file=file)
        passages = library.catalog.passage_count()
    return {"ingest_peak_mb": peak_mb(), "disk_mb": disk_mb(out / "library"), "passages": passages}


def ask_step(out: Path, embedder: Embedder, questions: Sequence[str]) -> dict[str, float]:
    """Opening, the first answer, and the times of all others."""
    began = time.perf_counter()
    with Library.open(out / "library", embedder) as library:
        chain = answer_chain(library)
        ask(chain, "Who said so on Tuesday?")
        first = time.perf_counter() - began
        times = []
        for question in questions:
            began = time.perf_counter()
            ask(chain, question)
            times.append(1000 * (time.perf_counter() - began))
    return {
        "first_s": first,
        "ask_p50_ms": percentile(times, 50) or 0.0,
        "ask_p95_ms": percentile(times, 95) or 0.0,
        "ask_peak_mb": peak_mb(),
    }


def main() -> None:
    """Called by `bench.growth` alone, with all it knows as plain arguments."""
    step, size, embedder, out, gold, limit, sizes = sys.argv[1:]
    made = EMBEDDERS[embedder]()
    if step == "ingest":
        found = ingest_step(Path(out), int(size), made, json.loads(sizes))
    else:
        questions = [each.question for each in load_gold(Path(gold)).questions[: int(limit)]]
        found = ask_step(Path(out), made, questions)
    part = Path(out) / f"{step}-{size}.part"
    part.write_text(json.dumps(found), encoding="ascii")
    part.replace(Path(out) / f"{step}-{size}.json")


if __name__ == "__main__":
    main()
