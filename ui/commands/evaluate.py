"""`dateline eval`: runs a gold set and writes a run folder with its figures and report."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress

from rag.errors import InputError
from ui.settings import Settings, load_settings
from ui.wiring import LibraryOption, open_desk, open_library

if TYPE_CHECKING:
    from eval.compare import Earlier
    from eval.judge import Judge
    from eval.questions import GoldSet
    from eval.run import RunResult

SAMPLES = "samples"  # the word for the gold set that comes with the sample articles


def eval_command(
    gold: Annotated[
        str, typer.Argument(metavar="GOLD", help="A gold set of any format, or the word `samples`.")
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="The run folder. [runs/GOLD-TIME]")] = None,
    against: Annotated[
        Path | None, typer.Option(metavar="RUN", help="Compare with this run; exit 1 if it was better.")
    ] = None,
    fail_under: Annotated[
        list[str] | None,
        typer.Option(metavar="METRIC=VALUE", help="Exit 1 if a figure is lower, as em=0.4; may be repeated."),
    ] = None,
    fail_on_regression: Annotated[
        bool | None,
        typer.Option(help="Exit 1 if more questions broke than were fixed. [with --against: yes]"),
    ] = None,
    predictions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Score these answers of another system instead.")
    ] = None,
    oracle: Annotated[
        bool, typer.Option("--oracle", help="Read the gold evidence instead of retrieving.")
    ] = False,
    articles_from_gold: Annotated[
        bool,
        typer.Option("--articles-from-gold", help="First ingest the articles that the set brings along."),
    ] = False,
    always_answer: Annotated[
        bool,
        typer.Option("--always-answer", help="Answer however unsure: shows what each threshold would give."),
    ] = False,
    judge: Annotated[
        str | None,
        typer.Option(metavar="PROVIDER:MODEL", help="Also ask a chat model whether each answer is right."),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Score the answers to a gold set of questions."""
    from eval.compare import earlier
    from eval.folder import REPORT
    from eval.gates import missed, parse_gate
    from eval.terminal import format_summary

    if predictions is not None and (oracle or always_answer or articles_from_gold):
        raise InputError(
            "--predictions asks no system: it goes without the options that change how it answers."
        )
    if fail_on_regression and against is None:
        raise InputError("--fail-on-regression needs a run to compare with: give --against RUN.")
    gates = [parse_gate(each) for each in fail_under or ()]
    settings = load_settings(library=library)
    questions = load_named(gold)
    before = None if against is None else earlier(against, questions.sha256)
    out = out or Path("runs") / f"{Path(gold).name.split('.')[0]}-{datetime.now():%Y%m%d-%H%M%S}"
    show_gold(questions)
    opinion = None if judge is None else chat_judge(judge)
    if predictions is not None:
        result = _score_predictions(settings, questions, predictions, out, before, opinion)
    else:
        how = {"oracle": oracle, "always_answer": always_answer, "articles_from_gold": articles_from_gold}
        result = _ask_all(settings, questions, how, out, before, opinion)
    typer.echo(format_summary(result.summary))
    typer.echo(f"\nThe report is {result.folder / REPORT}.")
    if result.comparison is not None:
        typer.echo(f"Against {against}: {result.comparison}")
    short = list(missed(gates, result.summary))
    for sentence in short:
        typer.echo(sentence, err=True)
    if result.summary["system_errors"]:
        raise typer.Exit(3)
    regressed = (
        result.comparison is not None and result.comparison.regressed and fail_on_regression is not False
    )
    if short or regressed:
        raise typer.Exit(1)


def load_named(gold: str) -> "GoldSet":
    """The gold set at a path, or the one that the word `samples` stands for."""
    from eval.gold import load_gold

    if gold == SAMPLES and not Path(gold).exists():
        with as_file(files("eval").joinpath("samples.gold.jsonl")) as path:
            return load_gold(path)
    return load_gold(Path(gold))


def show_gold(gold: "GoldSet") -> None:
    """Says on stderr what a set was taken for, and what looks wrong in it."""
    brought = f", {len(gold.articles):,} articles" if gold.articles else ""
    typer.echo(f"{gold.path}: {gold.format}, {len(gold.questions):,} questions{brought}", err=True)
    if gold.format != "gold.jsonl":
        for field, origin in gold.mapping:
            typer.echo(f"  {field} <- {origin}", err=True)
    for notice in gold.notices:
        typer.echo(notice, err=True)


def chat_judge(name: str) -> "Judge":
    """A judge by a chat model's name such as `openai:gpt-5`; InputError where it cannot be had."""
    from langchain.chat_models import init_chat_model

    from eval.judge import Judge

    try:
        return Judge(init_chat_model(name), name)
    except (ImportError, ValueError) as error:
        raise InputError(f"The judge {name} cannot be had: {' '.join(str(error).split())}") from error


def _ask_all(
    settings: Settings,
    gold: "GoldSet",
    how: dict[str, bool],
    out: Path,
    before: "Earlier | None",
    judge: "Judge | None",
) -> "RunResult":
    from eval.run import evaluate
    from eval.shelf import library_shelf
    from ui.asking import answerer_of
    from ui.gold_articles import ingest_gold_articles

    began = time.perf_counter()
    create = how["articles_from_gold"]
    with open_desk(settings, create=create, always_answer=how["always_answer"]) as desk:
        if how["articles_from_gold"]:
            typer.echo(f"{ingest_gold_articles(desk.library, gold):,} articles of the set are in.", err=True)
            began = time.perf_counter()
        desk.warm()
        facts = {**desk.facts(), "how": how, "cold_start_ms": round((time.perf_counter() - began) * 1000, 1)}
        answerer = answerer_of(desk, oracle=how["oracle"])
        shelf = library_shelf(desk.library.catalog, gold)
        with _shown(gold, out) as progress:
            return evaluate(gold, answerer, shelf, out, facts, progress, before, judge)


def _score_predictions(
    settings: Settings,
    gold: "GoldSet",
    path: Path,
    out: Path,
    before: "Earlier | None",
    judge: "Judge | None",
) -> "RunResult":
    """Scores a file against the library's articles; without a library, against those of the set itself."""
    from eval.predictions import load_predictions, predicted
    from eval.run import evaluate
    from eval.shelf import gold_shelf, library_shelf

    told = load_predictions(path, gold)
    if told.unknown:
        typer.echo(f"{len(told.unknown):,} predictions are of questions that the gold set lacks.", err=True)
    facts = {"predictions": str(path)}
    with _shown(gold, out) as progress:
        if not (settings.library.expanduser() / "catalog.sqlite3").is_file():
            shelf = gold_shelf(gold)
            return evaluate(gold, predicted(told, shelf.text), shelf, out, facts, progress, before, judge)
        with open_library(settings) as library:
            shelf = library_shelf(library.catalog, gold)
            return evaluate(gold, predicted(told, shelf.text), shelf, out, facts, progress, before, judge)


@contextmanager
def _shown(gold: "GoldSet", out: Path) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal; Ctrl-C says where the questions answered so far are."""
    from eval.folder import RESULTS

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("Asking", total=len(gold.questions))
        try:
            yield lambda done, total: bar.update(task, completed=done)
        except KeyboardInterrupt:
            typer.echo(f"Stopped: the questions that were answered are in {out / RESULTS}.", err=True)
            raise typer.Exit(130) from None
