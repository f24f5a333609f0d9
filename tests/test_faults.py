"""A process that is killed at any moment of an ingest loses nothing it had acknowledged."""

import json
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fakes import HashEmbedder

from ingest.find import find
from ingest.pipeline import ingest
from rag.library import Library

# Stores batches of articles for ever, in versions that replace each other; says what is acknowledged.
WRITER = """
import sys
sys.path[:0] = sys.argv[3:]
from pathlib import Path
from fakes import HashEmbedder, article, stored
from rag.library import Library
with Library.open(Path(sys.argv[1]), HashEmbedder()) as library:
    version = int(sys.argv[2])
    while True:
        for start in range(0, 60, 6):
            numbers = range(start, start + 6)
            stored(library, *(article(n, f"Version {version} of story {n}. It is long enough. " * 9) for n in numbers))
            for n in numbers:
                print(n, version, flush=True)
        version += 1
"""

# Ingests a file; says how many articles are stored whenever that is told.
INGESTER = """
import sys
sys.path[:0] = sys.argv[3:]
from pathlib import Path
from fakes import HashEmbedder
from ingest.find import find
from ingest.pipeline import ingest
from rag.library import Library
with Library.open(Path(sys.argv[1]), HashEmbedder()) as library:
    ingest(library, find([sys.argv[2]]), progress=lambda summary, path: print(summary.added, flush=True))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; Windows ends processes in another way")
def test_an_ingest_that_is_killed_between_its_stages_goes_on_from_what_was_told(tmp_path: Path) -> None:
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    # Texts unlike each other: an approximate index may miss one of many that are nearly the same.
    rows = [{"id": f"a{n}", "text": " ".join(f"word{n * 900 + k}" for k in range(900))} for n in range(400)]
    file = tmp_path / "rows.jsonl"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    told = 0
    for stop in (40, 150):
        process = subprocess.Popen(
            [sys.executable, "-c", INGESTER, str(tmp_path / "lib"), str(file), *paths],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        counts = [int(process.stdout.readline())]
        while counts[-1] < stop:
            counts.append(int(process.stdout.readline()))
        process.kill()
        process.stdout.close()
        process.wait()
        told += counts[-1]
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        assert told <= library.catalog.article_count() < 400
        held = library.catalog.article_count()
        summary = ingest(library, find([str(file)]))
        assert (summary.unchanged, summary.added) == (held, 400 - held)
        ids = set(library.catalog.infos())
        assert set(library.vectors.labels()) == ids
        assert library.vectors.lost(sorted(ids)) == []
        assert ingest(library, find([str(file)])).unchanged == 400


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is POSIX; Windows ends processes in another way")
def test_a_killed_ingest_loses_no_acknowledged_article_and_the_next_start_repairs(tmp_path: Path) -> None:
    paths = [str(Path(__file__).parent), str(Path(__file__).parents[1])]
    chance = random.Random(7)
    version = 1
    acknowledged: dict[int, int] = {}
    for _ in range(5):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / "lib"), str(version), *paths],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(chance.randrange(1, 90))]
        time.sleep(chance.random() * 0.05)
        writer.kill()
        lines += writer.stdout.readlines()
        writer.stdout.close()
        writer.wait()
        acknowledged |= {int(n): int(v) for n, v in (line.split() for line in lines if line.endswith("\n"))}
        version = max(acknowledged.values()) + 1

        with Library.open(tmp_path / "lib", HashEmbedder()) as library:
            for number, told in acknowledged.items():
                article = library.catalog.article(f"a{number}")
                assert article is not None
                written = {
                    int(sentence.split()[1]) for sentence in article.text.split(". ") if "Version" in sentence
                }
                assert len(written) == 1, "an article is old or new, never mixed"
                assert written.pop() >= told
            ids = set(library.catalog.infos())
            assert set(library.vectors.labels()) == ids
            assert library.vectors.lost(sorted(ids)) == []
            assert library.catalog.check() == []
