"""Reading many (question, title, text) at once: by torch while training, by the exported graphs after."""

from collections.abc import Callable, Sequence

import torch
from tokenizers import Tokenizer

from rag.span_model import BREVITY, OnnxSpanModel
from rag.spans import Found, best_spans
from rag.windows import Window, windows
from training.model import Network

Triple = tuple[str, str, str]
Reads = Callable[[Sequence[Triple]], list[Found]]
NOTHING = Found(0, 0, -1e4, 0.0)
_BATCH_TOKENS = 2_500


def by_torch(network: Network, tokenizer: Tokenizer, *, early: bool = False) -> Reads:
    """The best span of each text by the network as it stands, by its early or its final head."""

    def reads(triples: Sequence[Triple]) -> list[Found]:
        best = [NOTHING] * len(triples)
        for batch in _batches(windows(tokenizer, triples)):
            ids, mask, types = _padded(batch)
            with torch.inference_mode():
                heads = network(ids, mask, types)
            starts, ends = (side.float().numpy() for side in heads[0 if early else 1])
            for row, window in enumerate(batch):
                inside = slice(window.first, len(window.ids) - 1)
                null = float(starts[row, 0] + ends[row, 0])
                text = triples[window.text][2]
                sides = starts[row, inside], ends[row, inside]
                spans = best_spans(text, window.offsets, *sides, null, 1, BREVITY)
                best[window.text] = max([best[window.text], *spans], key=lambda found: found.margin)
        return best

    return reads


def by_graphs(model: OnnxSpanModel) -> Reads:
    """The best span of each text by the exported model, every text read to the top."""

    def reads(triples: Sequence[Triple]) -> list[Found]:
        best = [NOTHING] * len(triples)
        for window in windows(model.tokenizer, triples):
            spans = model.look(window, triples[window.text][2], model.glance(window)[1])
            best[window.text] = max([best[window.text], *spans], key=lambda found: found.margin)
        return best

    return reads


def _batches(every: list[Window]) -> list[list[Window]]:
    made: list[list[Window]] = [[]]
    for window in sorted(every, key=lambda each: len(each.ids)):
        if made[-1] and (len(made[-1]) + 1) * len(window.ids) > _BATCH_TOKENS:
            made.append([])
        made[-1].append(window)
    return made


def _padded(batch: Sequence[Window]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    shape = (len(batch), max((len(each.ids) for each in batch), default=0))
    ids, mask, types = (torch.zeros(shape, dtype=torch.long) for _ in range(3))
    for row, window in enumerate(batch):
        length = len(window.ids)
        ids[row, :length] = torch.tensor(window.ids)
        mask[row, :length] = 1
        types[row, :length] = torch.tensor(window.types)
    return ids, mask, types
