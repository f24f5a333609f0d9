"""The bundled span model is the released one, finds plain answers, and says when a text has none."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rag.errors import LibraryDamaged
from rag.span_model import BUNDLED, OnnxSpanModel

QUESTION = "Who bought the ferry?"
FERRY = ("A sale", "It rained. The ferry “Söder” 🙂 was bought by Ada Stone in 1994. It is late.")
BRIDGE = ("A fire", "The bridge burned. Nobody was hurt, the fire brigade said on Monday.")


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (QUESTION, "Ada Stone"),
        ("When was the ferry bought?", "1994"),
        ("What is the name of the ferry?", "Söder"),
    ],
)
def test_plain_questions_get_the_words_that_answer_them(
    span_model: OnnxSpanModel, question: str, answer: str
) -> None:
    (found,) = span_model.read(question, [FERRY])
    assert FERRY[1][found[0].start : found[0].end] == answer
    assert found[0].margin > 0


def test_a_text_without_the_answer_has_a_negative_margin(span_model: OnnxSpanModel) -> None:
    ferry, bridge = span_model.read(QUESTION, [FERRY, BRIDGE])
    assert bridge[0].margin < 0 < ferry[0].margin


def test_what_is_read_beside_a_text_does_not_change_its_scores(span_model: OnnxSpanModel) -> None:
    alone = span_model.read(QUESTION, [FERRY])[0]
    assert span_model.read(QUESTION, [BRIDGE, FERRY, ("", FERRY[1] * 40)])[1] == alone


def test_of_many_texts_only_the_likeliest_are_read_to_the_top(span_model: OnnxSpanModel) -> None:
    others = [("Weather", f"It will rain in Port{number} on Sunday and Monday.") for number in range(25)]
    found = span_model.read(QUESTION, [*others, FERRY])
    assert FERRY[1][found[-1][0].start : found[-1][0].end] == "Ada Stone"
    assert 2 <= sum(map(bool, found)) <= 12


def test_a_late_answer_of_a_long_text_is_found_by_its_place(span_model: OnnxSpanModel) -> None:
    text = "The weather was fine on all days. " * 150 + FERRY[1]
    (found,) = span_model.read(QUESTION, [("A sale", text)])
    start = text.index("Ada Stone")
    assert start > 5_000
    assert found[0].start == start < found[0].end <= start + len("Ada Stone")


@pytest.mark.parametrize("text", ["", " \n", "🙂", "\u202e", "[SEP] [CLS]", "a" * 5_000])
def test_any_text_can_be_read(span_model: OnnxSpanModel, text: str) -> None:
    (found,) = span_model.read(QUESTION, [("", text)])
    assert all(0 <= each.start < each.end <= len(text) for each in found)


def test_nothing_to_read_gives_nothing(span_model: OnnxSpanModel) -> None:
    assert span_model.read(QUESTION, []) == []


@pytest.mark.parametrize("name", ["manifest.json", "lower.onnx", "upper.onnx", "tokenizer.json"])
def test_a_file_that_was_changed_or_lost_is_refused_by_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / "weights"
    shutil.copytree(BUNDLED, folder)
    OnnxSpanModel(folder)
    with (folder / name).open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x2a")
    with pytest.raises(LibraryDamaged, match=f"{name}.*reinstall"):
        OnnxSpanModel(folder)
    (folder / name).unlink()
    with pytest.raises(LibraryDamaged, match=name):
        OnnxSpanModel(folder)


def test_the_weights_stay_small_and_their_card_tells_their_hashes() -> None:
    assert sum(each.stat().st_size for each in BUNDLED.iterdir()) <= 30_000_000
    manifest = json.loads((BUNDLED / "manifest.json").read_text())
    card = (BUNDLED / "MODEL_CARD.md").read_text()
    for name, sha256 in manifest["files"].items():
        assert sha256 in card, name


def test_reading_imports_neither_torch_nor_transformers() -> None:
    code = (
        "import sys; from rag.readers import reader_named;"
        "reader_named().model.read('Who?', [('', 'Ada did.')]);"
        "print(*{name.partition('.')[0] for name in sys.modules})"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert "onnxruntime" in loaded.split()
    assert not {"torch", "transformers", "sentence_transformers"} & set(loaded.split())
