"""The files of a run folder and the way they are written."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import InputError

MANIFEST, RESULTS, SUMMARY, REPORT = "manifest.json", "results.jsonl", "summary.json", "report.html"


@contextmanager
def writing(out: Path) -> Iterator[None]:
    """Whatever keeps the folder from being written becomes one sentence, an InputError."""
    try:
        yield
    except OSError as error:
        raise InputError(
            f"Cannot write the run folder {out}: {error.strerror or error}; give another with --out."
        ) from error


def write_json(path: Path, value: object) -> None:
    """JSON in ASCII: no character of an article can break a line, or the encoding, of whoever reads it."""
    path.write_text(json.dumps(value, indent=2) + "\n", encoding="ascii", newline="\n")
