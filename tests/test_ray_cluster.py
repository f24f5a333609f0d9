"""A Ray cluster loads and embeds for an ingest: the library comes out the same, and what is wrong is said."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from chroma_server import free_port
from fakes import HashEmbedder
from numpy.typing import NDArray
from ray_nodes import ENVIRONMENT, ray_cluster

from ingest.ray_cluster import RayCluster
from rag.embed import SentenceTransformerEmbedder
from rag.errors import InputError
from rag.library import Library

DATELINE = [sys.executable, "-c", "from ui.cli import main; main()"]

# Ingests with the hash embedder; prints how many machines worked, what was added and what was replaced.
SPREAD = """
import sys
from pathlib import Path
from fakes import HashEmbedder
from ingest.find import find
from ingest.pipeline import ingest
from ingest.ray_cluster import RayCluster
from rag.library import Library
crew = RayCluster(sys.argv[1], HashEmbedder, HashEmbedder.fingerprint)
machines = len(crew._workers)
with Library.open(Path(sys.argv[3]), HashEmbedder()) as library:
    library.embedder.embed_documents = None  # whoever embeds here fails
    summary = ingest(library, find([sys.argv[2]]), crew=crew)
print(machines, summary.added, summary.replaced)
"""
OTHER_WEIGHTS = """
import sys
from fakes import HashEmbedder
from ingest.ray_cluster import RayCluster
RayCluster(sys.argv[1], HashEmbedder, "other")
"""


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    # Ray's sockets need a short path.
    with ray_cluster(tmp_path_factory.mktemp("r")) as address:
        yield address


@pytest.fixture
def news(tmp_path: Path) -> Path:
    folder = tmp_path / "news"
    folder.mkdir()
    for number in range(6):
        (folder / f"port{number}.txt").write_text(
            f"Port{number} news\n\nThe harbour of Port{number} opened in {1900 + number}.", encoding="utf-8"
        )
    (folder / "page.html").write_text(
        "<html><head><title>A ferry sails</title></head><body><article><p>The ferry to Quay sails all winter,"
        " its operator said on Monday, and tickets stay at four crowns.</p></article></body></html>",
        encoding="utf-8",
    )
    (folder / "bad.txt").write_bytes(b"caf\xe9 \xff\xfe")
    rows = [{"id": f"row{n}", "title": f"Row {n}", "text": f"Envoy {n} spoke. " * 60} for n in range(8)]
    rows.append({**rows[0], "id": "copy"})
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def ran(
    command: list[str], *arguments: str, folder: Path | None = None, program: str | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*command, *arguments],
        executable=program,
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=120,
    )


def contents(folder: Path, embedder: SentenceTransformerEmbedder) -> tuple[object, NDArray[np.float32]]:
    """All that the catalog says, in its own order, and the vectors in that order."""
    with Library.open(folder, embedder) as library:
        catalog = library.catalog
        articles = [
            (article, origin, catalog.held(article.id), catalog.copies(article.id), catalog.file_hash(origin))
            for article, origin in catalog.all_articles()
        ]
        passages = catalog.passages(list(catalog.infos()))
        got = library.vectors._collection.get(ids=list(passages), include=["embeddings"])
        vectors = dict(zip(got["ids"], np.asarray(got["embeddings"]), strict=True))
        return (articles, passages), np.stack([vectors[each] for each in passages])


def test_the_library_is_the_same_as_without_a_cluster(
    cluster: str, news: Path, tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    summaries = []
    for name, options in (("alone", []), ("spread", ["--ray", cluster])):
        done = ran(DATELINE, "ingest", str(news), "--json", "--library", str(tmp_path / name), *options)
        assert done.returncode == 1, done.stderr  # one file is refused
        summaries.append({**json.loads(done.stdout), "seconds": 0})
    assert summaries[0] == summaries[1]
    assert summaries[0]["added"] == 15
    assert summaries[0]["copies"] == 1
    alone, spread = contents(tmp_path / "alone", embedder), contents(tmp_path / "spread", embedder)
    assert alone[0] == spread[0]
    np.testing.assert_allclose(alone[1], spread[1], atol=1e-4)


def test_the_work_is_done_on_every_machine_and_again_only_for_what_changed(
    cluster: str, news: Path, tmp_path: Path
) -> None:
    (news / "bad.txt").unlink()
    first = ran([sys.executable, "-c", SPREAD], cluster, str(news), str(tmp_path / "lib"))
    assert first.stdout.split() == ["2", "15", "0"], first.stderr
    (news / "port3.txt").write_text("Port3 news\n\nThe harbour is closed.", encoding="utf-8")
    again = ran([sys.executable, "-c", SPREAD], cluster, str(news), str(tmp_path / "lib"))
    assert again.stdout.split() == ["2", "0", "1"], again.stderr


def test_machines_with_other_weights_are_refused(cluster: str) -> None:
    done = ran([sys.executable, "-c", OTHER_WEIGHTS], cluster)
    assert "has Dateline" in done.stderr
    assert "with the weights hash-64, this one" in done.stderr


def test_under_uv_run_the_machines_use_what_is_installed_there(cluster: str, tmp_path: Path) -> None:
    """Ray looks for `uv run` among the processes above: Python is one here that runs the file `run`."""
    driver = [sys.executable, "-c", OTHER_WEIGHTS, cluster]
    (tmp_path / "run").write_text(
        f"import subprocess; subprocess.run({driver!r}, timeout=60)", encoding="utf-8"
    )
    done = ran(["uv", "run"], folder=tmp_path, program=sys.executable)
    assert "with the weights hash-64, this one" in done.stderr


def test_a_cluster_that_is_away_is_one_sentence(news: Path, tmp_path: Path) -> None:
    address = f"127.0.0.1:{free_port()}"
    done = ran(DATELINE, "ingest", str(news), "--ray", address, "--library", str(tmp_path / "lib"))
    assert done.returncode == 2
    assert done.stderr.startswith(f"dateline: There is no Ray cluster at {address} (")
    assert "ray start --head" in done.stderr
    assert not (tmp_path / "lib").exists()


@pytest.mark.parametrize("address", ["nowhere", "127.0.0.1", "ray://"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InputError, match="host:port"):
        RayCluster(address, HashEmbedder, "hash-64")


def test_without_ray_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(InputError, match=r'pip install "dateline\[ray\]"'):
        RayCluster("auto", HashEmbedder, "hash-64")
