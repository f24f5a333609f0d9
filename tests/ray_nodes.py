"""A Ray cluster of two machines' worth of processes on loopback, for tests that use it from other processes."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chroma_server import free_port

ROOT = Path(__file__).parents[1]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("DATELINE_")} | {
    "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "HF_HUB_OFFLINE": "1",
}


@contextmanager
def ray_cluster(folder: Path) -> Iterator[str]:
    """Two nodes of one processor each; gives the address."""
    port = free_port()
    address = f"127.0.0.1:{port}"
    head = ["--head", f"--port={port}", f"--temp-dir={folder}", "--include-dashboard=false"]
    nodes: list[subprocess.Popen[bytes]] = []
    try:
        for joining in (head, [f"--address={address}"]):
            nodes.append(_node(*joining))
            _wait_for(len(nodes), address, nodes)
        yield address
    finally:
        for node in reversed(nodes):
            node.terminate()
        for node in nodes:
            node.wait(60)


def _node(*joining: str) -> subprocess.Popen[bytes]:
    """A node in the foreground: it takes its processes with it when it ends."""
    command = [Path(sys.executable).with_name("ray"), "start", "--block", "--num-cpus=1", *joining]
    memory = ["--node-ip-address=127.0.0.1", "--object-store-memory=100000000", "--disable-usage-stats"]
    return subprocess.Popen(
        [*command, *memory], env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _wait_for(count: int, address: str, nodes: list[subprocess.Popen[bytes]]) -> None:
    look = (
        f"import ray; ray.init(address={address!r}, log_to_driver=False, logging_level='ERROR');"
        "print(sum(node['Alive'] for node in ray.nodes()))"
    )
    plain = ENVIRONMENT | {"RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0"}
    deadline = time.monotonic() + 120
    while True:
        try:
            seen = subprocess.run(
                [sys.executable, "-c", look], env=plain, capture_output=True, text=True, timeout=60
            )
            if seen.stdout.strip() == str(count):
                return
        except subprocess.TimeoutExpired:
            pass  # the head does not listen yet
        assert all(node.poll() is None for node in nodes), "a node ended"
        assert time.monotonic() < deadline, "the cluster does not start"
