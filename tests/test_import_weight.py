"""Starting the command line imports nothing heavy: help and listing answer at once."""

import subprocess
import sys

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
