"""`dateline ask`: one question, answered with its citations as text or as the JSON contract."""

import json
from datetime import date
from typing import Annotated

import typer

from rag.errors import InputError
from rag.types import Answer, ArticleInfo, Citation, Exchange, Filters
from ui.settings import load_settings
from ui.wiring import LibraryOption, open_desk

_NEAREST = 3  # passages shown where the answer is declined


def ask_command(
    question: Annotated[str, typer.Argument(help="What you want to know.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    since: Annotated[str | None, typer.Option(metavar="D", help="Only articles from this date on.")] = None,
    until: Annotated[str | None, typer.Option(metavar="D", help="Only articles up to this date.")] = None,
    source: Annotated[
        list[str] | None, typer.Option(metavar="S", help="Only articles of this source; may be repeated.")
    ] = None,
    asked_on: Annotated[
        str | None, typer.Option(metavar="D", help="The day that “this week” is meant from; default: today.")
    ] = None,
    after: Annotated[
        list[str] | None,
        typer.Option(metavar="Q", help="A question before this one, which may lean on it; may be repeated."),
    ] = None,
    library: LibraryOption = None,
) -> None:
    """Answer a question from the articles, or say why they do not answer it."""
    filters = Filters(
        since=parse_date(since, "--since"),
        until=parse_date(until, "--until"),
        sources=tuple(source or ()),
        asked_on=parse_date(asked_on, "--asked-on") or date.today(),
    )
    with open_desk(load_settings(library=library)) as desk:
        history: list[Exchange] = []
        for earlier in after or ():
            before = desk.ask(earlier, filters, history)
            history.append(Exchange(before.searched_for, before.short_answer))
        answer = desk.ask(question, filters, history)
    if as_json:
        from rag.as_json import answer_to_json

        typer.echo(json.dumps(answer_to_json(answer), ensure_ascii=False))
    else:
        typer.echo(as_text(answer))


def parse_date(given: str | None, option: str) -> date | None:
    """An ISO date; raises InputError that names the option."""
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise InputError(f"{option} takes a date like 2022-03-29, not {given!r}.") from error


def as_text(answer: Answer) -> str:
    """The short answer, the sentences that carry it with [numbers], and what the numbers stand for.

    Sentences of a language model stand without quotation marks; the quotations stand with the numbers. What
    explains the answer stands beside it: what was searched for, dates, speakers, reports that differ.
    """
    searched = [f"Searching for: {answer.searched_for}"] if answer.searched_for != answer.question else []
    if answer.abstention is not None:
        nearest = [
            f"  {each.passage.text[:200].strip()} …\n  — {_origin(each.article)}"
            for each in answer.evidence[:_NEAREST]
        ]
        heading = ["Nearest passages:"] if nearest else []
        return "\n\n".join([*searched, answer.text, *answer.notes, *heading, *nearest])
    opened, closed = ("“", "”") if answer.model is None else ("", "")
    claims = [
        f"{opened}{claim.text}{closed} "
        + "".join(f"[{index + 1}]" for index in claim.citations)
        + _beside(answer.citations[claim.citations[0]])
        for claim in answer.claims
    ]
    sources = [
        f"[{number}] {_origin(citation.article)}\n"
        + ("" if answer.model is None else f"    “{' '.join(citation.quote.split())}”\n")
        + f"    article {citation.article.id}, characters {citation.span.start}-{citation.span.end}"
        for number, citation in enumerate(answer.citations, 1)
    ]
    short = [answer.short_answer] if answer.short_answer and answer.short_answer != answer.text else []
    worded = [] if answer.model is None else [f"Worded by {answer.model}, quotations checked."]
    agree = [f"{answer.stories} independent stories agree."] if answer.stories > 1 else []
    notes = [*answer.notes, *agree, *worded]
    parts = [*searched, *short, *claims, *_readings(answer), "\n".join(notes), "\n".join(sources)]
    return "\n\n".join(filter(None, parts))


def _beside(citation: Citation) -> str:
    """Who said a quote and what its dates mean, on a line of its own; empty where there is neither."""
    said = [f"said by {citation.speaker}"] if citation.speaker else []
    told = [*said, *(f"“{note.words}” is {note.meaning}" for note in citation.dates)]
    return f"\n    ({'; '.join(told)})" if told else ""


def _readings(answer: Answer) -> list[str]:
    """The reports that differ, a line each."""
    if not answer.differing:
        return []
    lines = [
        f"  {each.value} — {_origin(each.citation.article)}{' (newest)' if each.newest else ''}\n"
        f"    “{' '.join(each.citation.quote.split())}”"
        for each in answer.differing
    ]
    return ["\n".join(["Reports differ:", *lines])]


def _origin(article: ArticleInfo) -> str:
    published = article.published.isoformat() if article.published else "undated"
    return ", ".join(filter(None, [article.title, article.source, published, article.url]))
