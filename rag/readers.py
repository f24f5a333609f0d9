"""Readers by the names that settings use."""

from rag.errors import InputError
from rag.span_model import OnnxSpanModel, SpanModel
from rag.span_reader import SpanReader

BUNDLED_READER = "bundled"
_HUB = "hf:"


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
        raise InputError(
            f"There is no reader {name!r}: DATELINE_READER is `{BUNDLED_READER}` or `{_HUB}NAME_OR_PATH`."
        )
    return SpanReader(model)
