"""A Markdown table."""

from collections.abc import Sequence


def as_table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A head line, and a line for each row."""
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
