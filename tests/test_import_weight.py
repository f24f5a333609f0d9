"""Starting the command line imports nothing heavy, and asking does without torch."""

import subprocess
import sys
from pathlib import Path

from fakes import article, stored

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library

HEAVY = {
    "torch",
    "transformers",
    "sentence_transformers",
    "gradio",
    "chromadb",
    "langchain_core",
    "trafilatura",
    "pypdf",
}


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = "import sys, ui.cli; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not HEAVY & set(loaded.split())


def test_asking_imports_no_torch(embedder: SentenceTransformerEmbedder, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with Library.open(folder, embedder) as library:
        stored(library, article(1))
    code = (
        "import sys, ui.cli\n"
        f"sys.argv = ['dateline', 'ask', 'Who runs the harbour of Port1?', '--library', {str(folder)!r}]\n"
        "try:\n    ui.cli.main()\n"
        "finally:\n    print(*{name.partition('.')[0] for name in sys.modules})"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Ada1 Stone" in ran.stdout, ran.stderr
    assert not {"torch", "transformers", "sentence_transformers"} & set(ran.stdout.split())
