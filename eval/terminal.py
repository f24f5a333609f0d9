"""The summary of a run as aligned tables of plain text, for the terminal."""

from collections.abc import Mapping
from typing import Any

from eval.tables import Table, notes, tables


def format_summary(summary: Mapping[str, Any]) -> str:
    """The figures of `summarise`, without a final line break; rates are in per cent."""
    size = (
        f"{summary['questions']} questions: {summary['answerable']} answerable"
        f" ({summary['with_evidence']} with gold evidence), {summary['unanswerable']} unanswerable"
    )
    head = "\n".join([size, *notes(summary)])
    return "\n\n".join([head, *map(_as_text, tables(summary))])


def _as_text(table: Table) -> str:
    rows = [(table.title, table.heads), *table.lines]
    first = max(len(name) for name, _ in rows)
    return "\n".join(
        (name.ljust(first) + "".join(f"  {cell:>15}" for cell in cells)).rstrip() for name, cells in rows
    )
