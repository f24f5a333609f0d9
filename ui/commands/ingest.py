"""`dateline ingest`: article files into the library, with a progress bar and a summary."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated

import typer

from ui.settings import load_settings
from ui.wiring import LibraryOption, open_crew, open_library

if TYPE_CHECKING:
    from ingest.find import Found
    from ingest.pipeline import Progress as OnProgress
    from ingest.pipeline import Summary


def ingest_command(
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, folders or globs.")],
    prune: Annotated[
        bool, typer.Option("--prune", help="Remove articles whose file is gone from the folders given.")
    ] = False,
    ray: Annotated[
        str | None,
        typer.Option(
            "--ray",
            metavar="ADDRESS",
            help="Load and embed on a Ray cluster: host:port, ray://host:port or auto.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as one JSON object.")] = False,
    library: LibraryOption = None,
) -> None:
    """Bring articles into the library: .txt .md .html .pdf .docx .jsonl .jsonl.gz .csv."""
    from ingest.find import find
    from ingest.pipeline import ingest

    settings = load_settings(library=library)
    found = find(paths)
    started = time.monotonic()
    crew = open_crew(settings, ray) if ray else None
    with _stoppable(), open_library(settings, create=True) as opened, _shown(found) as progress:
        summary = ingest(opened, found, prune=prune, progress=progress, crew=crew)
    seconds = time.monotonic() - started
    for failure in summary.failures:
        place = f"{failure.path}, {failure.where}" if failure.where else failure.path
        typer.echo(f"refused {place}: {failure.reason}", err=True)
    if as_json:
        typer.echo(json.dumps({**asdict(summary), "seconds": round(seconds, 2)}, ensure_ascii=False))
    else:
        typer.echo(_sentence(summary, found.skipped, seconds))
    if summary.interrupted:
        raise typer.Exit(130)
    if summary.failures:
        raise typer.Exit(1)


def _sentence(summary: "Summary", skipped: int, seconds: float) -> str:
    """The summary in words; counts of nothing are left out."""
    counts = [
        (summary.added, "added"),
        (summary.replaced, "replaced"),
        (summary.unchanged, "unchanged"),
        (summary.copies, "copies of another article's text"),
        (summary.removed, "removed"),
        (len(summary.failures), "refused"),
    ]
    said = ", ".join(f"{count:,} {what}" for count, what in counts if count) or "nothing to do"
    lines = [f"{said} ({summary.passages:,} passages embedded in {seconds:.1f} s)."]
    lines += [
        f"{path} is stored as {new}: its name is another article's id." for path, new in summary.renamed
    ]
    if summary.missing:
        lines.append(f"{summary.missing:,} articles are no longer in these files; --prune removes them.")
    if skipped:
        lines.append(f"{skipped:,} files of other kinds were passed over.")
    if summary.interrupted:
        lines.insert(0, "Stopped: what was finished is kept, and the same command goes on from there.")
    return "\n".join(lines)


@contextmanager
def _shown(found: "Found") -> Iterator["OnProgress"]:
    """A progress bar on a terminal, silence in a pipe."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from ingest.count import count_articles

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda summary, path: None
        return
    rate = TextColumn("{task.fields[rate]:.1f} articles/s")
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        rate,
        TimeRemainingColumn(),
    )
    started = time.monotonic()
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("Reading", total=sum(map(count_articles, found.files)), rate=0.0)

        def show(summary: "Summary", path: Path) -> None:
            rate = summary.done / max(1e-3, time.monotonic() - started)
            bar.update(task, completed=summary.done, description=path.name[:30], rate=rate)

        yield show


@contextmanager
def _stoppable() -> Iterator[None]:
    """A polite kill stops as Ctrl-C does: what is finished is kept."""

    def stop(signum: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop) if sys.platform != "win32" else None
    try:
        yield
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
