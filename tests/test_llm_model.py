"""A chat model is named by the settings; a mistake in them is one sentence, and no key is in it."""

import sys
from typing import Any

import pytest

from rag.errors import InputError
from rag.llm_model import chat_model
from rag.llm_reader import LlmReader
from rag.readers import readers_named
from rag.span_model import OnnxSpanModel

HERE = "http://127.0.0.1:9/v1"


@pytest.fixture(autouse=True)
def _keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-1234")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-secret-1234")


@pytest.mark.parametrize(
    ("name", "kind", "model"),
    [
        ("openai:gpt-4o-mini", "ChatOpenAI", "gpt-4o-mini"),
        ("ollama:llama3.2:3b", "ChatOllama", "llama3.2:3b"),
        ("anthropic:claude-sonnet", "ChatAnthropic", "claude-sonnet"),
    ],
)
def test_a_provider_and_its_model_come_with_the_bundled_reader(name: str, kind: str, model: str) -> None:
    readers = readers_named(name, base_url=HERE, timeout=7.5)
    assert isinstance(readers.span.model, OnnxSpanModel)
    assert isinstance(readers.llm, LlmReader)
    assert (readers.llm.name, readers.llm._timeout) == (name, 7.5)
    made: Any = readers.llm._model
    assert type(made).__name__ == kind
    assert model in (made.model, getattr(made, "model_name", None))


def test_the_address_the_timeout_and_what_counts_tokens_reach_the_clients() -> None:
    openai: Any = chat_model("openai:m", base_url=HERE, timeout=7.5)
    assert (openai.openai_api_base, openai.request_timeout, openai.max_retries) == (HERE, 7.5, 1)
    assert openai.stream_usage is True
    ollama: Any = chat_model("ollama:m", base_url=HERE, timeout=7.5)
    assert (ollama.base_url, ollama.client_kwargs, ollama.num_ctx) == (HERE, {"timeout": 7.5}, 8192)
    anthropic: Any = chat_model("anthropic:m", base_url=HERE, timeout=7.5)
    assert (anthropic.anthropic_api_url, anthropic.default_request_timeout) == (HERE, 7.5)


def test_no_caller_of_the_chain_can_send_the_key_to_another_address() -> None:
    model = chat_model("openai:m", base_url=HERE, timeout=5)
    fields = {each.id for each in model.config_specs}
    assert fields == set()
    assert type(model).__name__ == "ChatOpenAI"  # not a configurable stand-in for one


@pytest.mark.parametrize("provider", ["openai", "ollama", "anthropic"])
def test_a_missing_extra_is_told_with_what_to_install(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    package = f"langchain_{provider}"
    for name in [each for each in sys.modules if each.partition(".")[0] == package]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    from langchain.chat_models import base

    base._get_chat_model_creator.cache_clear()
    with pytest.raises(InputError) as caught:
        readers_named(f"{provider}:m")
    base._get_chat_model_creator.cache_clear()
    assert str(caught.value) == (
        f"DATELINE_READER={provider}:m needs the extra `{provider}`: pip install 'dateline[{provider}]'."
    )


def test_a_missing_key_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY")
    with pytest.raises(InputError, match=r"^DATELINE_READER=openai:m cannot be used .*set OPENAI_API_KEY"):
        readers_named("openai:m", base_url=HERE)


@pytest.mark.parametrize(
    "address",
    ["", "nonsense", "127.0.0.1:8000", "ftp://127.0.0.1/v1", "http://", "http:///v1", "http://a b/v1", "http://[::1/v1",
     "http://h:99999/v1", "http://h:0/v1", "file:///etc/passwd", "http://h/\nv1"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InputError, match=r"^DATELINE_LLM_BASE_URL is no address"):
        readers_named("openai:m", base_url=address)


@pytest.mark.parametrize(
    "address",
    ["http://ada:secret-word@h/v1", "http://ada@h/v1", "http://h/v1?key=secret-word", "http://h/v1#x"],
)
def test_an_address_that_holds_a_secret_is_refused_and_not_repeated(address: str) -> None:
    with pytest.raises(InputError, match="more than an address") as caught:
        readers_named("openai:m", base_url=address)
    assert "secret-word" not in str(caught.value)


@pytest.mark.parametrize(
    "name", ["openai:", "openai: ", "openai", "Openai:m", "mistralai:m", "gpt-4o", "ollama"]
)
def test_any_other_name_is_no_reader(name: str) -> None:
    with pytest.raises(InputError, match=r"no reader.*`openai:MODEL`, `ollama:MODEL`, `anthropic:MODEL`"):
        readers_named(name)


def test_without_a_language_model_there_is_the_span_reader_alone() -> None:
    readers = readers_named()
    assert readers.llm is None
    assert isinstance(readers.span.model, OnnxSpanModel)
