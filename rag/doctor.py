"""Checks a library and mends what can be mended: the vectors always, from the catalog."""

from collections.abc import Iterator
from dataclasses import dataclass

from rag.errors import LibraryDamaged
from rag.library import Library


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at, and whether it is as it should be now."""

    what: str
    sound: bool


def examine(library: Library) -> Iterator[Finding]:
    """Look at both stores; what is wrong with the vectors is mended on the way.

    Raises LibraryDamaged where the catalog itself is broken: it is the truth, nothing can rebuild it.
    """
    problems = library.catalog.check()
    if problems:
        raise LibraryDamaged(
            f"The catalog of {library.folder} is damaged ({problems[0]}): restore it from a copy, or ingest"
            " the articles into a new library."
        )
    yield Finding("the catalog is sound", True)
    try:
        mended = library.repair()
        if mended:
            yield Finding(
                f"the vectors differed from the catalog: {mended.embedded} passages embedded,"
                f" {mended.removed} removed, {mended.relabelled} relabelled",
                False,
            )
        lost = library.vectors.lost(sorted(library.catalog.infos()))
    except LibraryDamaged as error:
        yield Finding(str(error), False)
        lost = ["all"]
    if lost:
        made = library.rebuild()
        yield Finding(f"the vectors could not all be found: {made.embedded} passages embedded anew", False)
    yield Finding("every passage is found by its vector", True)
