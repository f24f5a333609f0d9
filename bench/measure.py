"""Measures one system in this process: `python -m bench.measure SYSTEM DATA ...`, written to SYSTEM.json."""

import argparse
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

from bench.kept_vectors import KeptVectors
from bench.material import Material, gather
from bench.system import System, system_named
from eval.gold import GoldQuestion
from eval.metrics import containment, exact_match, token_f1, unique

DEPTHS = (1, 5, 10)
_WARM = "Who said so on Tuesday?"


def measure(system: System, folder: Path, material: Material, *, kept: bool = False) -> dict[str, Any]:
    """All that is shown of a system; `results` has a row a question, by question set.

    With `kept` vectors, which took no embedding, there is no ingest rate and no memory to compare.
    """
    before = peak_mb()
    began = time.perf_counter()
    system.ingest(material.articles)
    seconds = time.perf_counter() - began
    ingest_peak = peak_mb()
    system.ask(_WARM)
    results = {
        name: [_asked(system, question, material) for question in questions]
        for name, questions in material.questions.items()
    }
    return {
        "settings": system.settings,
        "articles": len(material.articles),
        "ingest_seconds": seconds,
        "articles_per_second": None if kept else len(material.articles) / seconds,
        "start_mb": before,
        "ingest_peak_mb": ingest_peak,
        "peak_mb": None if kept else peak_mb(),
        "disk_mb": disk_mb(folder),
        "results": results,
    }


def _asked(system: System, question: GoldQuestion, material: Material) -> dict[str, Any]:
    """Rank of the first right article and of the first passage with the answer (from 1, None: not found)."""
    began = time.perf_counter()
    answer = system.ask(question.question, question.asked_on)
    seconds = time.perf_counter() - began
    hits = system.ranked(question.question)
    wanted = material.wanted(question)
    articles = unique(material.canonical[hit.article_id] for hit in hits)
    read = answer if system.reads and question.answers else None
    return {
        "id": question.id,
        "article_rank": next((rank for rank, each in enumerate(articles, 1) if each in wanted), None),
        "answer_rank": next(
            (rank for rank, hit in enumerate(hits, 1) if containment(hit.text, question.answers)), None
        )
        if question.answers
        else None,
        "em": None if read is None else exact_match(read, question.answers),
        "f1": None if read is None else token_f1(read, question.answers),
        "ask_ms": 1000 * seconds,
    }


def peak_mb() -> float:
    """The most memory, in MB, that this process and the largest of its ended children held so far."""
    unit = 2**20 if sys.platform == "darwin" else 2**10
    used = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used) / unit


def disk_mb(folder: Path) -> float:
    """What a folder takes on disk, in MB."""
    return sum(each.stat().st_size for each in folder.rglob("*") if each.is_file()) / 2**20


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line; `bench.__main__` calls it for each system in a process of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("system")
    add_material(parser)
    parser.add_argument("--out", type=Path, required=True)
    args = parser.parse_args(arguments)
    material = gather(args.data, args.articles, args.questions, args.limit)
    made: Callable[..., System] = system_named(args.system)
    if args.vectors and "kept" in signature(made).parameters:
        made = partial(made, kept=KeptVectors(args.vectors))
    folder = args.out / "work" / label(args.system)
    folder.mkdir(parents=True)
    system = made(folder)
    try:
        found = measure(system, folder, material, kept=args.vectors is not None)
    finally:
        system.close()
    # Written last and whole: a file that is there is a measurement that is done.
    part = args.out / f"{label(args.system)}.part"
    part.write_text(json.dumps(found, indent=1), encoding="utf-8")
    part.replace(args.out / f"{label(args.system)}.json")


def add_material(parser: argparse.ArgumentParser) -> None:
    """The options that say what is measured on."""
    parser.add_argument("data", type=Path, help="a file or folder of articles")
    parser.add_argument("--articles", type=int, help="how many of them, from the first; all without")
    parser.add_argument("--questions", type=Path, nargs="+", required=True, help="gold sets")
    parser.add_argument("--limit", type=int, help="how many questions of each set; all without")
    parser.add_argument(
        "--vectors", type=Path, help="vectors of the chunks, from `python -m bench.kept_vectors`"
    )


def label(system: str) -> str:
    """A system's name in tables and file names."""
    return system.rpartition(":")[2]


if __name__ == "__main__":
    main()
