"""`dateline chat`: the browser app over a library; an empty one gets the sample articles first."""

import sys
import threading
import webbrowser
from collections.abc import Iterator, Sequence
from importlib.resources import as_file, files
from typing import Annotated

import typer

from rag.errors import InputError
from rag.types import Answer, Exchange, Filters
from ui.settings import Settings, load_settings
from ui.turns import Ask, AskStepwise
from ui.wiring import Desk, LibraryOption, open_desk

EXAMPLES = (
    "Who brokered the cease-fire that ended the 2020 war?",
    "When did Turkey and Armenia sign the protocols?",
    "How many terms did Azerbaijan attach to normal relations with Armenia?",
    "What is the capital of Georgia?",
)


def chat_command(
    host: Annotated[
        str | None, typer.Option(metavar="H", help="The address to serve on. [127.0.0.1]")
    ] = None,
    port: Annotated[
        int | None, typer.Option(metavar="P", help="The port; 0 takes a free one. [7860]")
    ] = None,
    browser: Annotated[
        bool | None, typer.Option(help="Open the page in a browser. [on a terminal: yes]")
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Chat with the articles in a browser."""
    from eval.candidates import Candidates
    from eval.run import asking
    from ui.app import build_app, serve
    from ui.commands.gold import evaluation_folder
    from ui.evaluations import Evaluations

    settings = load_settings(library=library, host=host, port=port)
    auth = _auth(settings)
    with open_desk(settings, create=True) as desk:
        sampled = with_samples(desk)
        ask, ask_stepwise = one_at_a_time(desk)
        evaluations = Evaluations(
            evaluation_folder(settings), asking(ask), desk.library.catalog, desk.facts()
        )
        app = build_app(
            ask=ask,
            shelf=desk.library.catalog,
            examples=EXAMPLES if sampled else (),
            warm=desk.warm,
            auth=auth,
            evaluations=evaluations,
            candidates=Candidates(evaluation_folder(settings)),
            ask_stepwise=ask_stepwise,
        )

        def ready(address: str) -> None:
            typer.echo(f"Dateline answers at {address} (Ctrl-C stops it).", err=True)
            if sys.stdout.isatty() if browser is None else browser:
                # A browser in the terminal would hold up the server until it is left.
                threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()

        try:
            serve(app, host=settings.host, port=settings.port, on_ready=ready)
        finally:
            evaluations.close()


def one_at_a_time(desk: Desk) -> tuple[Ask, AskStepwise]:
    """The desk's, for the chat and an evaluation to share: a question waits for the one before it."""
    answering = threading.Lock()

    def ask(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Answer:
        with answering:
            return desk.ask(question, filters, history)

    def ask_stepwise(question: str, filters: Filters, history: Sequence[Exchange] = ()) -> Iterator[Answer]:
        with answering:
            yield from desk.ask_stepwise(question, filters, history)

    return ask, ask_stepwise


def with_samples(desk: Desk) -> bool:
    """Whether the library holds the sample articles, which an empty one gets here."""
    from ingest.find import find
    from ingest.pipeline import ingest

    with as_file(files("ingest").joinpath("samples")) as folder:
        samples = {each.stem for each in folder.glob("*.md")}
        if not desk.library.catalog.article_count():
            typer.echo("The library is empty: the sample articles go in.", err=True)
            ingest(desk.library, find([str(folder)]))
    return any(desk.library.catalog.held(each) for each in samples)


def _auth(settings: Settings) -> tuple[str, str] | None:
    if settings.user is None and settings.password is None:
        return None
    if settings.user is None or settings.password is None:
        raise InputError("A user needs a password and a password a user: set both, or neither.")
    return settings.user, settings.password.get_secret_value()
