"""`dateline eval`: runs a gold set and writes a run folder with its figures and report."""

from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from ui.settings import load_settings
from ui.wiring import LibraryOption, open_desk

SAMPLES = "samples"  # the word for the gold set that comes with the sample articles


def eval_command(
    gold: Annotated[str, typer.Argument(metavar="GOLD", help="A gold.jsonl, or the word `samples`.")],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The run folder. [runs/GOLD-TIME]")] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Compare with this run; exit 1 if it was better.")
    ] = None,
    always_answer: Annotated[
        bool,
        typer.Option("--always-answer", help="Answer however unsure: shows what each threshold would give."),
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Score the answers to a gold set of questions."""
    from eval.compare import compare, verdicts
    from eval.gold import load_gold
    from eval.run import REPORT, RESULTS, run
    from eval.terminal import format_summary

    settings = load_settings(library=library)
    if gold == SAMPLES and not Path(gold).exists():
        with as_file(files("eval").joinpath("samples.gold.jsonl")) as path:
            questions = load_gold(path)
    else:
        questions = load_gold(Path(gold))
    out = out or Path("runs") / f"{Path(gold).name.split('.')[0]}-{datetime.now():%Y%m%d-%H%M%S}"
    before = None if against is None else verdicts(against, questions.sha256)
    for notice in questions.notices:
        typer.echo(notice, err=True)
    console = Console(stderr=True)
    with (
        open_desk(settings, always_answer=always_answer) as desk,
        Progress(console=console, transient=True, disable=not console.is_terminal) as bar,
    ):
        desk.warm()
        task = bar.add_task("Asking", total=len(questions.questions))
        try:
            result = run(
                questions,
                desk.ask,
                desk.library.catalog.text,
                out,
                desk.facts(),
                lambda done, total: bar.update(task, completed=done),
                desk.library.catalog.canonical,
            )
        except KeyboardInterrupt:
            typer.echo(f"Stopped: the questions that were answered are in {out / RESULTS}.", err=True)
            raise typer.Exit(130) from None
    typer.echo(format_summary(result.summary))
    typer.echo(f"\nThe report is {result.folder / REPORT}.")
    regressed = False
    if before is not None:
        comparison = compare(result.rows, before)
        regressed = comparison.regressed
        typer.echo(f"Against {against}: {comparison}")
    if result.summary["system_errors"]:
        raise typer.Exit(3)
    if regressed:
        raise typer.Exit(1)
