"""`python -m bench DATA --questions GOLD --out DIR`: every system in turn, then a table and a plot."""

import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.measure import add_material, label
from bench.quiet import QUIET
from bench.system import SYSTEMS
from bench.table import figures, load_measured, table


def main() -> None:
    """The command line. A system whose JSON is in the folder is not measured again."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    add_material(parser)
    parser.add_argument("--out", type=Path, required=True, help="a folder for results; a run goes on there")
    parser.add_argument(
        "--systems", nargs="+", default=list(SYSTEMS), help="names, or module:class; ratios are to the first"
    )
    parser.add_argument("--no-plot", action="store_true", help="only the table: the plot needs matplotlib")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    _same_run(args)
    failed = [system for system in args.systems if not _measured(system, args)]
    measured = load_measured(args.out, [label(each) for each in args.systems if each not in failed])
    if measured:
        text = table(figures(measured))
        (args.out / "table.md").write_text(text, encoding="utf-8")
        print(text)
        if not args.no_plot:
            from bench.plot import draw

            draw(figures(measured), args.out / "bench.png")
    if failed:
        sys.exit(f"Not measured: {', '.join(failed)}; the reasons are above.")


def _same_run(args: argparse.Namespace) -> None:
    """Ends the program where the folder holds figures of other articles or questions."""
    wanted = json.dumps({"data": args.data, "questions": args.questions, **_optional(args)}, default=str)
    note = args.out / "run.txt"
    if note.exists() and note.read_text(encoding="utf-8") != wanted:
        sys.exit(f"{args.out} holds figures of another run: give another --out.")
    note.write_text(wanted, encoding="utf-8")


def _optional(args: argparse.Namespace) -> dict[str, object]:
    return {"--articles": args.articles, "--limit": args.limit, "--vectors": args.vectors}


def _measured(system: str, args: argparse.Namespace) -> bool:
    """Whether the system's figures are there, after measuring it in its own process where they are not."""
    if (args.out / f"{label(system)}.json").exists():
        return True
    print(f"Measuring {system} ...", file=sys.stderr, flush=True)
    shutil.rmtree(args.out / "work" / label(system), ignore_errors=True)  # of a run that was cut short
    command = [sys.executable, "-m", "bench.measure", system, str(args.data), "--out", str(args.out)]
    command += ["--questions", *map(str, args.questions)]
    for option, value in _optional(args).items():
        if value is not None:
            command += [option, str(value)]
    return subprocess.run(command, env=os.environ | QUIET).returncode == 0


if __name__ == "__main__":
    main()
