"""`python -m bench.growth DATA... --out DIR`: what ingesting and asking cost as a library grows."""

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.copies import enough
from bench.growth_step import EMBEDDERS, ends, slice_file
from bench.growth_table import figures, table
from bench.material import read
from bench.quiet import QUIET
from bench.systems.dateline import write_rows
from rag.types import Article

SIZES = (1_000, 5_000, 25_000)


def main(arguments: Sequence[str] | None = None) -> None:
    """The command line: each step in a process of its own, those that are done passed over."""
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description=__doc__)
    parser.add_argument("data", type=Path, nargs="+", help="files or folders of articles")
    parser.add_argument("--questions", type=Path, required=True, help="a gold set to ask from")
    parser.add_argument(
        "--limit", type=int, default=60, help="how many of its questions are asked at each size"
    )
    parser.add_argument("--out", type=Path, required=True, help="a folder; a run goes on there")
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), help="articles")
    parser.add_argument("--embedder", choices=list(EMBEDDERS), default="bundled")
    parser.add_argument("--no-plot", action="store_true", help="only the table: the plot needs matplotlib")
    args = parser.parse_args(arguments)
    sizes = sorted(args.sizes)
    write_slices(args.data, args.out, sizes)
    for size in sizes:
        for step in ("ingest", "ask"):
            if not (args.out / f"{step}-{size}.json").exists():
                print(f"{step} {size:,} ...", file=sys.stderr, flush=True)
                command = [sys.executable, "-m", "bench.growth_step", step, str(size), args.embedder]
                command += [str(args.out), str(args.questions), str(args.limit), json.dumps(sizes)]
                subprocess.run(command, env=os.environ | QUIET, check=True)
    found = [figures(args.out, size) for size in sizes]
    (args.out / "growth.md").write_text(table(found), encoding="utf-8")
    print(table(found))
    if not args.no_plot:
        from bench.growth_plot import draw

        draw(found, args.out)


def write_slices(data: Sequence[Path], out: Path, sizes: Sequence[int]) -> None:
    """The articles in files of a few hundred, the same ones whenever they are written."""
    (out / "articles").mkdir(parents=True, exist_ok=True)
    if all(slice_file(out, end).exists() for end in ends(sizes)):
        return
    articles = enough(list(_distinct(data)), max(sizes))
    begin = 0
    for end in ends(sizes):
        write_rows(slice_file(out, end), [next(articles) for _ in range(end - begin)])
        begin = end


def _distinct(data: Sequence[Path]) -> Iterator[Article]:
    """Articles whose ids and texts did not come before."""
    seen: set[str] = set()
    for path in data:
        for article in read(path):
            if article.id not in seen and article.text not in seen:
                seen |= {article.id, article.text}
                yield article


if __name__ == "__main__":
    main()
