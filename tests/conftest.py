"""What all tests share: no network but loopback, a clean environment, the real embedder loaded once."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from llm_cases import newsstand
from llm_server import LlmServer, llm_server
from pytest_socket import socket_allow_hosts

from rag.embed import SentenceTransformerEmbedder
from rag.library import Library
from rag.span_model import OnnxSpanModel

for proxy in [name for name in os.environ if name.lower().endswith("_proxy")]:
    del os.environ[proxy]  # the loopback servers of the tests are reached directly
os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "ANONYMIZED_TELEMETRY": "False", "HF_HUB_OFFLINE": "1"}


@pytest.fixture(autouse=True)
def _loopback_only() -> None:
    """Any connection to another machine is an error."""
    socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True)
def _clean_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in list(os.environ):
        if name.startswith("DATELINE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def embedder() -> SentenceTransformerEmbedder:
    """The bundled embedder."""
    return SentenceTransformerEmbedder()


@pytest.fixture(scope="session")
def span_model() -> OnnxSpanModel:
    """The bundled span model."""
    return OnnxSpanModel()


@pytest.fixture(scope="module")
def newsstand_library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    """A library of the articles that language models are asked about."""
    with newsstand(tmp_path_factory.mktemp("newsstand") / "library") as library:
        yield library


@pytest.fixture(scope="module")
def chat_server() -> Iterator[LlmServer]:
    """A chat model's server on this machine, which replies by script."""
    with llm_server() as server:
        yield server
