"""The core: question -> evidence -> answer with citations; knows no other package.

The public names are looked up when they are first used, so that `import rag.types` stays light.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rag.chain import answer_chain as answer_chain
    from rag.chain import ask as ask
    from rag.embed import SentenceTransformerEmbedder as SentenceTransformerEmbedder
    from rag.library import Library as Library
    from rag.message import as_message as as_message
    from rag.types import Answer as Answer
    from rag.types import Filters as Filters

_HOMES = {
    "Answer": "rag.types",
    "Filters": "rag.types",
    "Library": "rag.library",
    "SentenceTransformerEmbedder": "rag.embed",
    "answer_chain": "rag.chain",
    "as_message": "rag.message",
    "ask": "rag.chain",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
