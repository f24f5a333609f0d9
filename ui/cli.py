"""The command line `dateline`: gathers the commands and turns errors into one sentence and an exit code."""

import os
import sys
from importlib.metadata import version
from typing import Annotated

import typer

from rag.errors import DatelineError
from ui.commands import articles, ask, chat, doctor, evaluate, gold, ingest

app = typer.Typer(
    name="dateline",
    help="Ask a collection of news articles; every sentence of an answer cites an exact passage.",
    epilog="Exit codes: 0 done; 1 some files failed, or the gold set regressed; 2 bad usage or input;"
    " 3 the library is unusable or locked, or failed on questions of a gold set; 130 stopped by Ctrl-C.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("ingest")(ingest.ingest_command)
app.command("ask")(ask.ask_command)
app.command("chat")(chat.chat_command)
app.command("eval")(evaluate.eval_command)
app.add_typer(gold.app, name="gold")
app.add_typer(articles.app, name="articles")
app.command("doctor")(doctor.doctor_command)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"dateline {version('dateline')}")
        raise typer.Exit


@app.callback()
def root(
    show_version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Ask a collection of news articles; every sentence of an answer cites an exact passage."""


def main() -> None:
    """Run the command line."""
    # Nothing that Dateline runs on may call home; these are read when the libraries are imported.
    os.environ |= {
        "ANONYMIZED_TELEMETRY": "False",
        "GRADIO_ANALYTICS_ENABLED": "False",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "RAY_USAGE_STATS_ENABLED": "0",
        "TOKENIZERS_PARALLELISM": "false",
        "TRANSFORMERS_VERBOSITY": "error",
    }
    try:
        app()
    except DatelineError as error:
        typer.echo(f"dateline: {error}", err=True)
        sys.exit(error.exit_code)
