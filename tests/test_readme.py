"""The README stays true: its LangChain example runs, its commands and settings exist."""

import re
from importlib.resources import files
from pathlib import Path

import pytest

from ingest.find import find
from ingest.pipeline import ingest
from rag.embed import SentenceTransformerEmbedder
from rag.library import Library
from ui.settings import Settings

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def test_the_langchain_example_runs_as_printed(
    embedder: SentenceTransformerEmbedder, capsys: pytest.CaptureFixture[str]
) -> None:
    with Library.open(Path("library"), embedder) as library:
        ingest(library, find([str(files("ingest").joinpath("samples"))]))
    (example,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len([line for line in example.splitlines() if line and not line.startswith("from")]) <= 10
    exec(example, {})
    said = capsys.readouterr().out
    assert "Putin" in said
    assert "'type': 'citation'" in said


def test_every_setting_is_named() -> None:
    named = set(re.findall(r"DATELINE_([A-Z_]+)", README))
    assert named == {name.upper() for name in Settings.model_fields}


def test_every_file_it_shows_is_there() -> None:
    for path in re.findall(r"\]\(((?!https?:)[^)#]+)\)", README):
        assert (Path(__file__).parents[1] / path).is_file(), path
