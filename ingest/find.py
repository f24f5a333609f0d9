"""Paths, folders and globs in, a sorted list of article files out."""

import glob
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.load import SUFFIXES, suffix_of
from rag.errors import InputError


@dataclass(frozen=True, slots=True)
class Found:
    """Article files, absolute and each once; the folders searched; how many other files those held."""

    files: list[Path]
    folders: list[Path]
    skipped: int


def find(paths: Sequence[str]) -> Found:
    """The article files that `paths` name: files, folders (searched whole) and globs such as `news/**/*.txt`.

    Files come in the order of `paths`, sorted within a folder or glob. Hidden files and folders, and links
    that lead out of a searched folder, are passed over. Raises InputError for a path that matches
    nothing, a named file of another kind, and a folder that cannot be listed.
    """
    files: dict[Path, None] = {}  # a set that keeps its order
    folders: dict[Path, None] = {}
    others: set[Path] = set()
    for given in paths:
        for path in _named(given):
            found = [path]
            if path.is_dir():
                folders[path] = None
                try:
                    found = sorted(_inside(path))
                except OSError as error:
                    raise _unlisted(error) from None
            files.update(dict.fromkeys(file for file in found if suffix_of(file)))
            others.update(file for file in found if not suffix_of(file))
    return Found(list(files), list(folders), len(others))


def _named(given: str) -> list[Path]:
    """What one argument names, resolved; a name that exists is meant literally, even with `*` in it."""
    try:
        path = Path(given).expanduser()
        if given.strip() and path.exists():
            return [_supported(path.resolve(), given)]
        if glob.has_magic(given):
            return _matches(path, given)
    except (OSError, ValueError, RuntimeError) as error:  # a name too long, with NUL, of an unknown user
        raise InputError(f"{shown(given)} cannot be looked up ({error}): check the path.") from None
    raise InputError(f"{shown(given)} does not exist: check the spelling and the folder you are in.")


def _supported(path: Path, given: str) -> Path:
    if path.is_dir() or (path.is_file() and suffix_of(path)):
        return path
    kinds = ", ".join(sorted(SUFFIXES))
    raise InputError(f"{shown(given)} is not an article file: give a folder, or a file ending in {kinds}.")


def _matches(pattern: Path, given: str) -> list[Path]:
    """The files and folders that a glob matches, expanded here because not every shell does."""
    parts = pattern.parts
    fixed = next(index for index, part in enumerate(parts) if glob.has_magic(part))
    base = Path(*parts[:fixed]).resolve()
    found = [
        path.resolve()
        for path in sorted(base.glob(str(Path(*parts[fixed:]))))
        if not any(_hidden(part) for part in path.relative_to(base).parts)
        and _usable(path)
        and _within(path, base)
    ]
    if not found:
        raise InputError(f"Nothing matches {shown(given)}: check the pattern and the folder you are in.")
    return found


def _inside(folder: Path) -> Iterator[Path]:
    """The files below a resolved folder; folders are not entered through links, so no loop has no end."""
    for root, names, files in os.walk(folder, onerror=_raise):
        names[:] = [name for name in names if not _hidden(name)]
        for name in files:
            path = Path(root, name)
            if _hidden(name) or not path.is_file():
                continue
            if not path.is_symlink():
                yield path
            elif _within(path, folder):
                yield path.resolve()


def _usable(path: Path) -> bool:
    """A file or a folder; a pipe or a device could be read for ever."""
    return path.is_file() or path.is_dir()


def _within(path: Path, base: Path) -> bool:
    """Whether no link on the way leads out of `base`."""
    return path.resolve().is_relative_to(base)


def _hidden(name: str) -> bool:
    return name.startswith((".", "~$"))  # the second is Word's lock beside an open document


def _raise(error: OSError) -> None:
    raise error  # passing over a folder would make its articles look deleted


def _unlisted(error: OSError) -> InputError:
    name = shown(str(error.filename))
    return InputError(f"{name} cannot be searched ({error.strerror}): check its permissions.")


def shown(name: str) -> str:
    """A file name fit for a message: odd names could otherwise write to the terminal as they like."""
    return name if name and name.isprintable() else ascii(name)
