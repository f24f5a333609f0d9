"""What a run was made with: versions, commit, machine, gold set; enough to make it again."""

import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from eval.questions import GoldSet

DISTRIBUTIONS = ("dateline", "chromadb", "sentence-transformers", "langchain-core", "gradio")


def environment(given: Mapping[str, object], gold: GoldSet) -> dict[str, object]:
    """The caller's facts (settings, library, models) with those of the gold set and of this machine."""
    return {
        **given,
        "gold": {
            "path": str(gold.path),
            "sha256": gold.sha256,
            "questions": len(gold.questions),
            "format": gold.format,
        },
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in DISTRIBUTIONS}},
        "git_commit": git_commit(Path(__file__).parents[1]),
        "platform": platform.platform(),
    }


def peak_memory_mb() -> float | None:
    """The most memory this process has held so far, in MB (10^6 bytes); None where that is not told."""
    if sys.platform == "win32":
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1_000_000


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def git_commit(folder: Path) -> str | None:
    """The commit checked out in a folder that is itself a git checkout, None for an installed copy.

    Read from git's files: git itself would look in the parent folders too, and name the commit of whatever
    project an installed copy lies in.
    """
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text(encoding="utf-8").strip()
        if not head.startswith("ref: "):
            return head
        reference = head.removeprefix("ref: ")
        loose = git / reference
        if loose.is_file():
            return loose.read_text(encoding="utf-8").strip()
        packed = (git / "packed-refs").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((line.split(" ")[0] for line in packed if line.endswith(f" {reference}")), None)
