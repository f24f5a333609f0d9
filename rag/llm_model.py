"""Chat models by the names that settings use: `openai:MODEL`, `ollama:MODEL`, `anthropic:MODEL`."""

from typing import Any
from urllib.parse import urlsplit

from langchain_core.language_models import BaseChatModel

from rag.errors import InputError

_OLLAMA_CONTEXT = 8_192  # tokens; Ollama silently cuts a longer prompt, and its own limit may be lower
_RETRIES = 1


def chat_model(name: str, *, base_url: str | None = None, timeout: float) -> BaseChatModel:
    """The chat model of a provider, at its usual address or at `base_url`; `timeout` in seconds.

    Raises InputError where the extra is not installed, the address is none, or the provider's own settings
    (its key) are missing. Nothing connects yet.
    """
    from langchain.chat_models import init_chat_model

    provider = name.partition(":")[0]
    settings = _settings(provider, timeout)
    if base_url is not None:
        settings["base_url"] = _checked(base_url)
    try:
        # Never with configurable fields: callers of the chain could send the key elsewhere.
        model: BaseChatModel = init_chat_model(name, **settings)
    except ImportError:
        raise InputError(
            f"DATELINE_READER={name} needs the extra `{provider}`: pip install 'dateline[{provider}]'."
        ) from None
    except Exception as error:  # each provider's own
        key = f"{provider.upper()}_API_KEY"
        raise InputError(
            f"DATELINE_READER={name} cannot be used ({type(error).__name__}): set {key} (to any word where"
            " the server of DATELINE_LLM_BASE_URL needs none)."
        ) from None
    return model


def _settings(provider: str, timeout: float) -> dict[str, Any]:
    if provider == "ollama":
        return {"client_kwargs": {"timeout": timeout}, "num_ctx": _OLLAMA_CONTEXT, "temperature": 0}
    # Some models of the others refuse a temperature.
    settings: dict[str, Any] = {"timeout": timeout, "max_retries": _RETRIES}
    if provider == "openai":
        settings["stream_usage"] = True  # left out otherwise for another address than OpenAI's own
    return settings


def _checked(base_url: str) -> str:
    try:
        parts = urlsplit(base_url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, usable = None, False
    if parts is None or not usable or base_url.split() != [base_url]:
        raise InputError("DATELINE_LLM_BASE_URL is no address: give one like http://127.0.0.1:8000/v1.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise InputError(
            "DATELINE_LLM_BASE_URL holds more than an address, which would be written into run folders: keep"
            " keys in the provider's own variable, such as OPENAI_API_KEY."
        )
    return base_url
