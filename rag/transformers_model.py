"""Any extractive question-answering model that transformers can load, as a span model."""

from collections.abc import Sequence
from typing import Any

from rag.errors import InputError
from rag.hub import model_folder, unloadable, weights_sha256, without_progress_bar
from rag.processors import processors
from rag.spans import Found, best_spans, distinct

_ROLE, _SETTING = "reader", "DATELINE_READER"
_OVERLAP = 128
_LONGEST = 512  # tokens; also where a tokenizer names no limit
_BATCH = 4


class TransformersSpanModel:
    """A model by folder or hub name: safetensors and a fast tokenizer, no code of its own.

    The score of the first token, [CLS] in most models, stands for "no answer here", as in training on SQuAD
    2.0; a model trained without unanswerable questions answers more than it should. The title is not read.
    Raises InputError where the model cannot be had or loaded.
    """

    calibration: dict[str, Any] = {}  # noqa: RUF012 - never changed

    def __init__(self, name: str) -> None:
        self.name = name
        folder = model_folder(name, _ROLE, _SETTING)
        self.fingerprint = weights_sha256(folder, name, _ROLE)
        import torch
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        options = {"local_files_only": True, "trust_remote_code": False}
        try:
            self._tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, **options)
            with without_progress_bar():
                self._model, loaded = AutoModelForQuestionAnswering.from_pretrained(
                    folder, use_safetensors=True, output_loading_info=True, **options
                )
        except Exception as error:  # what a broken or foreign folder raises is of many kinds
            raise unloadable(name, _ROLE, _SETTING, error) from error
        if not self._tokenizer.is_fast:
            raise InputError(f"The reader {name!r} has no fast tokenizer: choose another model.")
        if loaded["missing_keys"]:
            raise InputError(
                f"The reader {name!r} was not trained to answer questions (it lacks"
                f" {sorted(loaded['missing_keys'])[0]}): choose an extractive question-answering model."
            )
        self._model.eval()
        self._longest = min(_LONGEST, self._tokenizer.model_max_length)
        torch.set_num_threads(processors())

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[list[Found]]:
        """The best spans of each text by sliding windows, in batches of like length."""
        import torch

        found: list[list[Found]] = [[] for _ in texts]
        if not texts:
            return found
        encoded = self._tokenizer(
            [self._start_of(question)] * len(texts),
            [text for _, text in texts],
            truncation="only_second",
            max_length=self._longest,
            stride=min(_OVERLAP, self._longest // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )
        windows = sorted(range(len(encoded["input_ids"])), key=lambda each: len(encoded["input_ids"][each]))
        names = [name for name in self._tokenizer.model_input_names if name in encoded]
        for start in range(0, len(windows), _BATCH):
            batch = windows[start : start + _BATCH]
            inputs = self._tokenizer.pad(
                {name: [encoded[name][each] for each in batch] for name in names}, return_tensors="pt"
            )
            with torch.inference_mode():
                scores = self._model(**inputs)
            for row, each in enumerate(batch):
                inside = [place for place, part in enumerate(encoded.sequence_ids(each)) if part == 1]
                shift = inputs["input_ids"].shape[1] - len(encoded["input_ids"][each])
                left = shift if self._tokenizer.padding_side == "left" else 0
                starts, ends = (
                    side[row, left:].float().numpy() for side in (scores.start_logits, scores.end_logits)
                )
                number = encoded["overflow_to_sample_mapping"][each]
                found[number] += best_spans(
                    texts[number][1],
                    [encoded["offset_mapping"][each][place] for place in inside],
                    starts[inside],
                    ends[inside],
                    float(starts[0] + ends[0]),
                    count=2,
                )
        return [distinct(each) for each in found]

    def _start_of(self, question: str) -> str:
        """As much of a question as leaves most of a window to the text."""
        most = self._longest // 4
        offsets = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)[
            "offset_mapping"
        ]
        return question if len(offsets) <= most else question[: offsets[most - 1][1]]
