"""Models by name: a folder on this machine, or the Hugging Face cache and then the hub."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import InputError

_WANTED = ["*.json", "*.txt", "*.safetensors", "*.model"]  # no pickles, no code


def model_folder(name: str, role: str, setting: str) -> Path:
    """The folder of a model given by its path or name; `role` and `setting` are for the error's sentence.

    Raises InputError where the model cannot be had.
    """
    folder = Path(name)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

        try:
            folder = Path(snapshot_download(name, allow_patterns=_WANTED))
        except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
            raise InputError(
                f"The {role} {name!r} is neither a folder nor to be had from the hub: check the name"
                f" and the connection, or unset {setting} to use the bundled one."
            ) from error
    return folder


def weights_sha256(folder: Path, name: str, role: str) -> str:
    """The hash of a model's weights; raises InputError where they are no safetensors."""
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise InputError(f"The {role} {name!r} has no model.safetensors: choose another model.")
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def without_progress_bar() -> Iterator[None]:
    """Keeps transformers from drawing one for each model it loads."""
    from transformers.utils import logging

    shown = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def unloadable(name: str, role: str, setting: str, error: Exception) -> InputError:
    """What to tell where a model's folder does not load."""
    brief = " ".join(str(error).split())[:200].rstrip(".")
    return InputError(
        f"The {role} {name!r} cannot be loaded ({brief}): choose another model, or unset"
        f" {setting} to use the bundled one."
    )
