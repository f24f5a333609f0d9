"""Readers by the names that settings use."""

from typing import TYPE_CHECKING, NamedTuple

from rag.errors import InputError
from rag.span_model import OnnxSpanModel, SpanModel
from rag.span_reader import SpanReader

if TYPE_CHECKING:
    from rag.llm_reader import LlmReader

BUNDLED_READER = "bundled"
_HUB = "hf:"
_PROVIDERS = ("openai", "ollama", "anthropic")


class Readers(NamedTuple):
    """What reads: always a span reader, and the language model that words its answers where one is set."""

    span: SpanReader
    llm: "LlmReader | None" = None


def readers_named(
    name: str = BUNDLED_READER, *, base_url: str | None = None, timeout: float = 60.0
) -> Readers:
    """The readers for a setting: those of `reader_named`, or `openai:`, `ollama:`, `anthropic:MODEL`.

    A language model comes with the bundled reader; `base_url` and `timeout` (seconds) are for it alone.
    Raises InputError where there is no such reader, it cannot be loaded, or its extra is not installed.
    """
    provider, _, model = name.partition(":")
    if provider not in _PROVIDERS or not model.strip():
        return Readers(reader_named(name))
    from rag.llm_model import chat_model
    from rag.llm_reader import LlmReader

    chat = chat_model(name, base_url=base_url, timeout=timeout)
    return Readers(reader_named(), LlmReader(chat, name=name, timeout=timeout))


def reader_named(name: str = BUNDLED_READER) -> SpanReader:
    """The bundled reader, or `hf:NAME_OR_PATH`: an extractive question-answering model for transformers.

    Raises InputError where there is no such reader, or it cannot be loaded.
    """
    model: SpanModel
    if name == BUNDLED_READER:
        model = OnnxSpanModel()
    elif name.startswith(_HUB) and name != _HUB:
        from rag.transformers_model import TransformersSpanModel

        model = TransformersSpanModel(name.removeprefix(_HUB))
    else:
        llms = ", ".join(f"`{each}:MODEL`" for each in _PROVIDERS)
        raise InputError(
            f"There is no reader {name!r}: DATELINE_READER is `{BUNDLED_READER}`, `{_HUB}NAME_OR_PATH`,"
            f" {llms}."
        )
    return SpanReader(model)
