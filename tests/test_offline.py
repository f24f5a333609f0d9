"""From the install on, nothing connects to another machine: ingest, ask and chat run with the network cut."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from importlib.resources import files
from pathlib import Path

ROOT = Path(__file__).parents[1]

# Every attempt to reach another machine is written down before it is refused.
GUARD = """
import os, socket, sys

def local(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost", "", "0.0.0.0")

def hook(event, arguments):
    if event == "socket.connect" and not local(arguments[1]):
        attempt = arguments[1]
    elif event == "socket.getaddrinfo" and arguments[0] not in ("127.0.0.1", "::1", "localhost", None, ""):
        attempt = arguments[0]
    else:
        return
    with open(os.environ["ATTEMPTS"], "a") as file:
        print(event, attempt, file=file)
    raise OSError("the network is cut")

sys.addaudithook(hook)
"""


def run(tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    code = f"{GUARD}\nsys.argv = ['dateline', *sys.argv[1:]]\nfrom ui.cli import main\nmain()"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "DATELINE_"))
    }
    environment |= {"ATTEMPTS": str(tmp_path / "attempts"), "PYTHONPATH": str(ROOT)}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, text=True, env=environment, timeout=300
    )


def test_the_guard_sees_an_attempt(tmp_path: Path) -> None:
    code = f"{GUARD}\nimport urllib.request\nurllib.request.urlopen('http://example.com')"
    environment = os.environ | {"ATTEMPTS": str(tmp_path / "attempts")}
    subprocess.run([sys.executable, "-c", code], capture_output=True, env=environment, timeout=60)
    assert "example.com" in (tmp_path / "attempts").read_text()


def test_ingesting_and_asking_with_the_real_models_reach_for_no_other_machine(tmp_path: Path) -> None:
    samples = str(files("ingest").joinpath("samples"))
    library = str(tmp_path / "lib")
    ingested = run(tmp_path, "ingest", samples, "--library", library)
    assert ingested.returncode == 0, ingested.stderr
    asked = run(
        tmp_path,
        "ask",
        "Who brokered the cease-fire that ended the 2020 war?",
        "--json",
        "--library",
        library,
    )
    assert asked.returncode == 0, asked.stderr
    assert "Putin" in json.loads(asked.stdout)["answer"]
    assert not (tmp_path / "attempts").exists(), (tmp_path / "attempts").read_text()


def test_a_second_process_is_refused_by_the_command_line(tmp_path: Path) -> None:
    code = (
        f"{GUARD}\nfrom pathlib import Path\nfrom fakes import HashEmbedder, library_of, article\n"
        "with library_of(Path(sys.argv[1]), article(1)):\n    print('open', flush=True)\n    sys.stdin.read()"
    )
    environment = os.environ | {"ATTEMPTS": str(tmp_path / "attempts")}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    holder = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "lib")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "open\n"
        refused = run(tmp_path, "ask", "Who?", "--library", str(tmp_path / "lib"))
    finally:
        holder.communicate("")
    assert refused.returncode == 3
    assert refused.stderr == (
        f"dateline: The library {(tmp_path / 'lib').resolve()} is in use by process {holder.pid}: wait until it is"
        " done or stop it, or give another library with --library.\n"
    )


def test_the_chat_serves_its_page_and_answers_nobody_else(tmp_path: Path) -> None:
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("HF_", "GRADIO_"))
    }
    environment |= {"ATTEMPTS": str(tmp_path / "attempts"), "PYTHONPATH": str(ROOT)}
    code = f"{GUARD}\nsys.argv = ['dateline', *sys.argv[1:]]\nfrom ui.cli import main\nmain()"
    arguments = ["chat", "--port", "0", "--no-browser", "--library", str(tmp_path / "lib")]
    with (tmp_path / "said").open("w") as said:
        chat = subprocess.Popen([sys.executable, "-c", code, *arguments], stderr=said, env=environment)
    try:
        address = None
        deadline = time.monotonic() + 240
        while address is None and time.monotonic() < deadline and chat.poll() is None:
            time.sleep(0.2)
            address = re.search(r"answers at (http://127\.0\.0\.1:\d+)", (tmp_path / "said").read_text())
        assert address is not None, (tmp_path / "said").read_text()
        with urllib.request.urlopen(address.group(1), timeout=60) as page:
            assert b"Dateline" in page.read()
    finally:
        chat.terminate()
        chat.wait(30)
    assert not (tmp_path / "attempts").exists(), (tmp_path / "attempts").read_text()
