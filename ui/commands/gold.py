"""`dateline gold`: checks gold sets, and reviews the candidates that come from the chat."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from rag.errors import InputError
from ui.settings import Settings, load_settings
from ui.wiring import LibraryOption, open_library

app = typer.Typer(help="Check gold sets, and review the candidates from the chat.", no_args_is_help=True)
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="The candidate's id.")]


@app.command("check")
def check(
    gold: Annotated[str, typer.Argument(metavar="GOLD", help="A gold set, or the word `samples`.")],
    library: LibraryOption = None,
) -> None:
    """Say what a gold set is taken for and what looks wrong; exit 1 if its evidence is not all found.

    Evidence is looked up in the articles that the set brings along, else in the library.
    """
    from eval.gold_check import check_evidence, evidence_notices
    from eval.shelf import gold_shelf, library_shelf
    from ui.commands.evaluate import load_named

    settings = load_settings(library=library)
    questions = load_named(gold)
    typer.echo(f"{questions.path}: {questions.format}, {len(questions.questions):,} questions")
    for field, origin in questions.mapping:
        typer.echo(f"  {field} <- {origin}")
    answerable = sum(question.answerable for question in questions.questions)
    typer.echo(f"{answerable:,} answerable, {len(questions.questions) - answerable:,} not")
    if questions.articles:
        told = check_evidence(questions, gold_shelf(questions))
    elif (settings.library.expanduser() / "catalog.sqlite3").is_file():
        with open_library(settings) as opened:
            told = check_evidence(questions, library_shelf(opened.catalog, questions))
    else:
        typer.echo("There is no library, so the evidence was not looked up: give --library.", err=True)
        told = None
    for notice in (*questions.notices, *(evidence_notices(told) if told else ())):
        typer.echo(notice)
    if told is not None:
        typer.echo(f"{told.pieces:,} pieces of evidence looked up.")
        if told.missing or told.not_found:
            raise typer.Exit(1)


@app.command("candidates")
def list_candidates(
    everything: Annotated[bool, typer.Option("--all", help="Also those reviewed before.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False,
    library: LibraryOption = None,
) -> None:
    """List what people said about answers in the chat and nobody has reviewed yet."""
    from eval.candidates import NEW, Candidates

    found = Candidates(evaluation_folder(load_settings(library=library))).all()
    for each in found:
        if not everything and each.status != NEW:
            continue
        if as_json:
            typer.echo(json.dumps(asdict(each), ensure_ascii=False))
            continue
        said = {"corrected": f"right is: {each.answer}", "unanswerable": "not in the articles"}.get(
            each.verdict, "wrong"
        )
        lines = [f"{each.id}  {each.question}", f"  answered: {each.given}", f"  said: {said}"]
        if each.quote:
            lines.append(f"  passage: {each.article_id} {each.start}-{each.end} “{each.quote}”")
        typer.echo("\n".join(" ".join(line.split("\n")) for line in lines))


@app.command("accept")
def accept(
    candidate_id: IdArgument,
    into: Annotated[Path, typer.Option(metavar="FILE", help="The gold.jsonl that it is added to.")],
    answer: Annotated[
        list[str] | None, typer.Option(metavar="TEXT", help="The right answer; may be repeated.")
    ] = None,
    unanswerable: Annotated[
        bool, typer.Option("--unanswerable", help="The articles do not hold the answer.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Add a candidate to a gold set."""
    from eval.candidates import Candidates

    if any(not each.strip() for each in answer or ()):
        raise InputError("--answer takes text that is not empty.")
    candidates = Candidates(evaluation_folder(load_settings(library=library)))
    candidates.accept(candidate_id, into, answer or (), unanswerable=unanswerable)
    typer.echo(f"{candidate_id} is in {into}.")


@app.command("reject")
def reject(candidate_id: IdArgument, library: LibraryOption = None) -> None:
    """Mark a candidate as not to be used."""
    from eval.candidates import Candidates

    Candidates(evaluation_folder(load_settings(library=library))).reject(candidate_id)
    typer.echo(f"{candidate_id} is rejected.")


def evaluation_folder(settings: Settings) -> Path:
    """Where a library keeps its candidates, uploaded gold sets and the runs of the browser app."""
    return settings.library.expanduser() / "evaluation"
