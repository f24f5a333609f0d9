"""`dateline articles`: what the library holds; lists, shows and deletes."""

import json
from typing import Annotated

import typer

from rag.as_json import article_to_json
from rag.errors import InputError
from ui.settings import load_settings
from ui.wiring import LibraryOption, open_library

app = typer.Typer(help="List, show or delete the articles of the library.", invoke_without_command=True)
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def default(context: typer.Context) -> None:
    """List, show or delete the articles of the library."""
    if context.invoked_subcommand is None:
        list_articles()


@app.command("list")
def list_articles(as_json: JsonOption = False, library: LibraryOption = None) -> None:
    """List all articles, oldest first: date, id, source and title."""
    with open_library(load_settings(library=library)) as opened:
        articles = opened.catalog.articles()
    for article in articles:
        if as_json:
            typer.echo(json.dumps(article_to_json(article), ensure_ascii=False))
        else:
            published = article.published.isoformat() if article.published else "undated   "
            typer.echo("\t".join([published, article.id, article.source or "-", article.title]))


@app.command("show")
def show_article(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id.")],
    as_json: JsonOption = False,
    library: LibraryOption = None,
) -> None:
    """Print one article whole."""
    with open_library(load_settings(library=library)) as opened:
        article = opened.catalog.article(article_id)
        copies = opened.catalog.copies(article.id) if article else []
    if article is None:
        raise _unknown(article_id)
    facts = article_to_json(article) | {"copies": copies}
    if as_json:
        typer.echo(json.dumps(facts | {"text": article.text}, ensure_ascii=False))
        return
    for name, value in facts.items():
        if value:
            typer.echo(f"{name}: {', '.join(value) if isinstance(value, list) else value}")
    typer.echo(f"\n{article.text}")


@app.command("delete")
def delete_articles(
    article_ids: Annotated[list[str], typer.Argument(metavar="ID...", help="The articles' ids.")],
    library: LibraryOption = None,
) -> None:
    """Delete articles, with every copy of their text, from the catalog and the vectors."""
    with open_library(load_settings(library=library)) as opened:
        for article_id in article_ids:
            if opened.catalog.held(article_id) is None:
                raise _unknown(article_id)
        for article_id in article_ids:
            opened.delete(article_id)
            typer.echo(f"deleted {article_id}")


def _unknown(article_id: str) -> InputError:
    return InputError(f"No article has the id {article_id!r}: `dateline articles list` shows them all.")
