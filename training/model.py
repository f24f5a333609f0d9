"""The span reader: a small BERT encoder with start and end scores half way up and at the top."""

from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel, MPNetModel

from training.encode import Batch

EARLY = 3
"""The number of layers below the early head, which says cheaply which passages deserve the others."""

_NEVER = -1e4
Scores = tuple[Tensor, Tensor]
Weights = dict[str, Tensor]


class RoundedLinear(nn.Linear):
    """A dense layer that, while `rounded`, computes as its 8-bit twin in the exported graph will.

    Weights get 127 levels a column, activations 256 levels a sequence, as onnxruntime's DynamicQuantizeLinear
    sets them; gradients pass straight through the rounding (Bengio et al., 2013, arXiv:1308.3432).
    """

    rounded = False

    def forward(self, x: Tensor) -> Tensor:
        """The product, of shape [..., out_features]."""
        if not self.rounded:
            return super().forward(x)
        return functional.linear(_straight(x, _round_rows(x)), self._weight(), self.bias)

    def _weight(self) -> Tensor:
        scale = self.weight.detach().abs().amax(1, keepdim=True).clamp(min=1e-8) / 63
        return _straight(self.weight, (self.weight.detach() / scale).round() * scale)


def _round_rows(x: Tensor) -> Tensor:
    """`x` [batch, length, size] on 256 levels between each sequence's smallest and largest value."""
    fixed = x.detach().float()
    low = fixed.amin((1, 2), keepdim=True).clamp(max=0)
    scale = (fixed.amax((1, 2), keepdim=True).clamp(min=0) - low).clamp(min=1e-8) / 255
    zero = (-low / scale).round()
    return (((fixed / scale).round() + zero).clamp(0, 255) - zero) * scale


def _straight(exact: Tensor, rounded: Tensor) -> Tensor:
    """The rounded value, with the gradient of the exact one."""
    return exact + (rounded - exact).detach()


def published(folder: Path) -> BertModel:
    """The encoder of a sentence embedder, without dropout (faster, and the data are many)."""
    encoder: BertModel = BertModel.from_pretrained(
        folder, add_pooling_layer=False, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    return encoder


class Network(Protocol):
    """What is trained: token ids, mask and types [batch, length] to early and final scores."""

    def __call__(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Scores, Scores]:
        """The early and the final start and end scores, each of shape [batch, length]."""


class Reader(nn.Module):
    """MiniLM with two linear heads; the scores of [CLS] stand for "no answer here"."""

    def __init__(self, encoder: BertModel) -> None:
        super().__init__()
        self.encoder = encoder
        for module in list(encoder.encoder.modules()):
            if isinstance(module, nn.Linear):
                module.__class__ = RoundedLinear
        self.early = new_head(encoder)
        self.head = new_head(encoder)

    @classmethod
    def start(cls, folder: Path) -> "Reader":
        """A reader on the encoder of a sentence embedder."""
        return cls(published(folder))

    @classmethod
    def load(cls, folder: Path, weights: Weights) -> "Reader":
        """A reader with the shape given by the embedder's folder and the weights given."""
        reader = cls.shaped(folder)
        reader.load_state_dict(weights)
        return reader

    @classmethod
    def shaped(cls, folder: Path) -> "Reader":
        """A reader with the shape given by the embedder's folder and random weights."""
        config = BertConfig.from_pretrained(
            folder, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager"
        )
        return cls(BertModel(config, add_pooling_layer=False))

    def round(self, rounded: bool) -> None:
        """Compute as the 8-bit model will, or exactly."""
        for module in self.modules():
            if isinstance(module, RoundedLinear):
                module.rounded = rounded

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Scores, Scores]:
        """The early and the final start and end scores, each of shape [batch, length]."""
        hidden = self.encoder(
            input_ids=input_ids,
            attention_mask=attention_mask,
            token_type_ids=token_type_ids,
            output_hidden_states=True,
        ).hidden_states
        early, final = self.early(hidden[EARLY]), self.head(hidden[-1])
        return (early[..., 0], early[..., 1]), (final[..., 0], final[..., 1])


def freeze(encoder: BertModel | MPNetModel, layers: int) -> None:
    """Leave the embeddings and the first `layers` layers of an encoder out of training."""
    for part in (encoder.embeddings, *encoder.encoder.layer[:layers]):
        part.requires_grad_(False)


def new_head(encoder: BertModel | MPNetModel) -> nn.Linear:
    """A linear head that gives each token a start and an end score, not trained yet."""
    head = nn.Linear(encoder.config.hidden_size, 2)
    nn.init.normal_(head.weight, std=0.02)
    nn.init.zeros_(head.bias)
    return head


def loss(reader: Network, batch: Batch, early_share: float = 0.2, teacher_share: float = 0.7) -> Tensor:
    """Minus the log-probability of any right start and any right end, among [CLS] and the text's tokens.

    Half of it is taken over each passage, half over all passages of a question, whose scores, each less its
    [CLS], stand beside one "nowhere" of 0 (shared normalisation: Clark and Gardner, 2018, arXiv:1710.10723);
    the halves are the same for a passage on its own. The early head's loss counts `early_share` of the whole.
    Where a teacher has read a passage, or all of a question's, the cross-entropy with its probabilities of
    the same places counts `teacher_share` (distillation: Hinton et al., 2015, arXiv:1503.02531).
    """
    early, final = (_loss(s, batch, teacher_share) for s in reader(batch.ids, batch.mask, batch.types))
    return early_share * early + (1 - early_share) * final


def _loss(scores: Scores, batch: Batch, teacher_share: float) -> Tensor:
    total = torch.zeros(())
    apart = torch.eye(len(batch.ids), dtype=torch.bool)
    for side, (every, right) in enumerate(zip(scores, (batch.starts, batch.ends), strict=True)):
        margins = _margins(every.float(), batch)
        text = margins.logsumexp(-1)
        held = margins.masked_fill(~right[:, 1:], _NEVER).logsumexp(-1)
        for rows in (apart, batch.together):
            value = _surprise(text, held, rows)
            if batch.known.any():
                taught = _from_teacher(margins, _margins(batch.taught[side], batch), rows)
                share = teacher_share * ~(rows & ~batch.known).any(1)
                value = share * taught + (1 - share) * value
            total = total + value.mean()
    return total / 4


def _margins(scores: Tensor, batch: Batch) -> Tensor:
    """[batch, length - 1]: by how much each token of the text beats [CLS]."""
    return (scores[:, 1:] - scores[:, :1]).masked_fill(~batch.allowed[:, 1:], _NEVER)


def _all_places(text: Tensor, rows: Tensor) -> Tensor:
    """[questions]: what all tokens of the passages in `rows` and "nowhere" weigh, in logs."""
    every = torch.where(rows, text, _NEVER).logsumexp(-1)
    return torch.logaddexp(every, torch.zeros(len(rows)))


def _surprise(text: Tensor, held: Tensor, rows: Tensor) -> Tensor:
    """[questions]: what the right places weigh against all places and "nowhere", minus the log of it.

    `text` and `held` [batch] are what all and the right tokens of each passage weigh, in logs; `rows`
    [questions, batch] says which passages count. "Nowhere" is right where no passage holds an answer.
    """
    right = torch.where(rows, held, _NEVER).logsumexp(-1)
    return _all_places(text, rows) - torch.where(right > _NEVER / 2, right, torch.zeros(len(rows)))


def _from_teacher(margins: Tensor, taught: Tensor, rows: Tensor) -> Tensor:
    """[questions]: the cross-entropy of all places and "nowhere" with a teacher's probabilities of them.

    Both margins are of shape [batch, length - 1], and each passage is in one of the `rows`.
    """
    whole = _all_places(taught.logsumexp(-1), rows)
    chances = (taught - whole[rows.int().argmax(0)][:, None]).exp()
    return _all_places(margins.logsumexp(-1), rows) - rows.float() @ (chances * margins).sum(-1)
