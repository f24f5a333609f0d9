"""`dateline doctor`: says what is where, checks the library, mends what can be mended."""

from typing import Annotated

import typer

from rag.library import Library
from ui.settings import Settings, load_settings
from ui.wiring import LibraryOption, open_library, readers_for


def doctor_command(
    again: Annotated[
        bool, typer.Option("--reindex", help="Split and embed every article anew, with the embedder set now.")
    ] = False,
    library: LibraryOption = None,
) -> None:
    """Check the library and repair it."""
    settings = load_settings(library=library)
    with open_library(settings, check=False) as opened:
        if again:
            from ingest.reindex import reindex

            made = reindex(opened)
            typer.echo(f"mended  every article is split and embedded anew ({made.embedded:,} passages)")
        else:
            from rag.doctor import examine

            opened.check_identity()
            for finding in examine(opened):
                typer.echo(f"{'ok    ' if finding.sound else 'mended'}  {finding.what}")
        for name, value in _facts(opened, settings).items():
            typer.echo(f"{name + ':':<10}{value}")


def _facts(library: Library, settings: Settings) -> dict[str, str]:
    readers = readers_for(settings)
    model, llm = readers.span.model, readers.llm
    catalog = library.catalog
    span = catalog.date_range()
    size = sum(each.stat().st_size for each in library.folder.rglob("*") if each.is_file())
    return {
        "library": str(library.folder),
        "articles": f"{catalog.article_count():,} in {catalog.passage_count():,} passages",
        "dates": f"{span[0]} to {span[1]}" if span else "none",
        "sources": f"{len(catalog.sources()):,}",
        "vectors": f"on the Chroma server {library.server}" if library.server else "in the library",
        "embedder": f"{catalog.meta('embedder')} ({(catalog.meta('embedder_sha256') or '')[:12]})",
        "reader": f"{model.name} ({model.fingerprint[:12]})",
        **({} if llm is None else {"llm": f"{llm.name} at {settings.llm_base_url or 'its usual address'}"}),
        "disk": f"{size / 2**20:,.1f} MiB",
    }
