"""Evaluations from the browser: gold sets that were uploaded, one run at a time with a stop, past runs."""

import json
import logging
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import as_file, files
from itertools import count
from pathlib import Path
from typing import Any

from eval.compare import Earlier, earlier
from eval.folder import MANIFEST, REPORT, SUMMARY
from eval.gold import load_gold
from eval.questions import GoldSet
from eval.run import Answerer, evaluate
from eval.shelf import library_shelf
from rag.catalog import Catalog
from rag.errors import DatelineError, InputError

SAMPLES = "samples"
LARGEST = 50_000_000  # bytes of an uploaded gold set
MOST_GOLD = 100
RUNS_SHOWN = 100
BROKEN = "Something went wrong during the run; the log has the details."

_NAME = re.compile(r"[\w.-]{1,80}")  # of a file or folder below ours: no separators
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """Somebody stopped the run."""


@dataclass(slots=True)
class Progress:
    """How the run that is under way, or the last one, is doing; `error` ends it with a sentence."""

    gold: str = ""
    run: str = ""
    running: bool = False
    done: int = 0
    total: int = 0
    error: str | None = None


class Evaluations:
    """The evaluations of one library, in a folder: `gold/` holds the sets, `runs/` a folder for each run."""

    def __init__(
        self, folder: Path, answerer: Answerer, catalog: Catalog, facts: Mapping[str, object]
    ) -> None:
        self._gold, self._runs = folder / "gold", folder / "runs"
        self._answerer = answerer
        self._catalog = catalog
        self._facts = facts
        self._starting = threading.Lock()
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self.progress = Progress()

    def gold_sets(self) -> list[str]:
        """The names of the sets that can be run."""
        own = sorted(path.name for path in self._gold.iterdir()) if self._gold.is_dir() else []
        return [SAMPLES, *own]

    def add_gold(self, name: str, content: bytes) -> tuple[str, ...]:
        """Keeps an uploaded gold set under its file name, in place of what had that name.

        Gives sentences about what it was taken for and what looks odd. Raises InputError where it is none.
        """
        if not _NAME.fullmatch(name) or name.startswith(".") or name == SAMPLES:
            raise InputError("The file name may only have letters, digits, dots, dashes and underscores.")
        if len(content) > LARGEST:
            raise InputError(f"The gold set is over {LARGEST // 1_000_000} MB: run it with `dateline eval`.")
        self._gold.mkdir(parents=True, exist_ok=True)
        if name not in self.gold_sets() and len(self.gold_sets()) > MOST_GOLD:
            raise InputError(f"{MOST_GOLD} gold sets are kept at most: remove some from {self._gold}.")
        fresh = self._gold.parent / f"checking-{threading.get_ident()}-{name}"
        try:
            fresh.write_bytes(content)
            told = load_gold(fresh)
            fresh.replace(self._gold / name)
        except InputError as error:
            raise InputError(str(error).replace(str(fresh), name)) from None
        finally:
            fresh.unlink(missing_ok=True)
        return (f"{name}: {told.format}, {len(told.questions):,} questions.", *told.notices)

    def start(self, gold: str, against: str | None = None) -> str:
        """Begins a run in the background and gives its name.

        Raises InputError where one is under way or the names are not known.
        """
        with self._starting:
            if self.progress.running:
                raise InputError("A run is under way: wait for its end, or stop it.")
            questions = self._load(gold)
            before = None if against is None else earlier(self._run(against), questions.sha256)
            name = self._fresh_name(gold.split(".")[0])
            self._stop.clear()
            self.progress = Progress(gold, name, running=True, total=len(questions.questions))
            self._thread = threading.Thread(
                target=self._work, args=(questions, before, self.progress), name="dateline-eval", daemon=True
            )
            self._thread.start()
        return name

    def stop(self) -> None:
        """Ends the run that is under way after its present question."""
        self._stop.set()

    def close(self) -> None:
        """Stops, and waits for the end: the library is about to be closed."""
        self.stop()
        if self._thread is not None:
            self._thread.join()

    def runs(self) -> list[dict[str, Any]]:
        """The finished runs, the newest first: `name, gold, sha256, started, questions` and some figures."""
        folders = sorted(self._runs.iterdir(), reverse=True) if self._runs.is_dir() else []
        told = [each for folder in folders if (each := _told(folder)) is not None]
        return sorted(told, key=lambda each: str(each["started"]), reverse=True)[:RUNS_SHOWN]

    def report(self, run: str) -> Path:
        """The report of a run; InputError where there is none."""
        return self._run(run) / REPORT

    def _run(self, name: str) -> Path:
        folder = self._runs / name
        if not _NAME.fullmatch(name) or name.startswith(".") or not (folder / REPORT).is_file():
            raise InputError("There is no such run.")
        return folder

    def _fresh_name(self, gold: str) -> str:
        name = f"{gold}-{datetime.now():%Y%m%d-%H%M%S}"
        taken = {path.name for path in self._runs.iterdir()} if self._runs.is_dir() else set()
        return next(
            each for number in count(1) if (each := f"{name}{f'-{number}' * (number > 1)}") not in taken
        )

    def _load(self, gold: str) -> GoldSet:
        if gold == SAMPLES:
            with as_file(files("eval").joinpath("samples.gold.jsonl")) as path:
                return load_gold(path)
        if gold not in self.gold_sets():
            raise InputError("There is no such gold set: upload it first.")
        return load_gold(self._gold / gold)

    def _work(self, gold: GoldSet, before: Earlier | None, progress: Progress) -> None:
        def note(done: int, total: int) -> None:
            progress.done = done
            if self._stop.is_set() and done < total:
                raise Stopped

        try:
            shelf = library_shelf(self._catalog, gold)
            evaluate(gold, self._answerer, shelf, self._runs / progress.run, self._facts, note, before)
        except Stopped:
            progress.error = f"Stopped after {progress.done} of {progress.total} questions."
        except DatelineError as error:
            progress.error = str(error)
        except Exception:
            _log.exception("an evaluation failed")
            progress.error = BROKEN
        finally:
            progress.running = False


def _told(folder: Path) -> dict[str, Any] | None:
    """What the list of runs says of one; None where it is not finished, or damaged."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
        if not (folder / REPORT).is_file():
            return None
        return {
            "name": folder.name,
            "gold": Path(manifest["gold"]["path"]).name,
            "sha256": manifest["gold"]["sha256"],
            "started": manifest["started"],
            "questions": summary["questions"],
            "right": summary["abstention"]["all"].get("right_rate"),
            "em": summary["reading"]["all"]["em"],
            "f1": summary["reading"]["all"]["f1"],
            "success": summary["retrieval"]["success@5"],
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
