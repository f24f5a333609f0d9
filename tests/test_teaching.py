"""What a larger network says is what the reader learns, and training goes on from what was exported."""

import hashlib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch
from transformers import MPNetConfig, MPNetModel

import training.teacher
from tests.test_training import example, network, tokenizer
from training.encode import collate, encode_together
from training.export import export
from training.model import loss
from training.restore import restore
from training.sources import Example
from training.taught import load, read
from training.teacher import PACKAGES, Teacher, unpack
from training.workers import save_whole

WORDS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "bridge", "mayor")


def teacher(words: int = 30_522) -> Teacher:
    torch.manual_seed(2)
    config = MPNetConfig(
        vocab_size=words,
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        attn_implementation="eager",
    )
    return Teacher(MPNetModel(config, add_pooling_layer=False), torch.arange(words)).eval()


def test_a_teacher_knows_the_readers_words_by_its_own_numbers(tmp_path: Path) -> None:
    (tmp_path / "base").mkdir()
    (tmp_path / "base" / "vocab.txt").write_text("\n".join(WORDS))
    tiny = teacher(8)
    tiny.encoder.save_pretrained(tmp_path / "large")
    (tmp_path / "large" / "vocab.txt").write_text("<s>\n<pad>\n</s>\n[UNK]\nmayor\nbridge\n<mask>")
    made = Teacher.start(tmp_path / "large", tmp_path / "base")
    assert made.numbers.tolist() == [1, 3, 0, 2, 5, 4]


def test_only_the_published_weights_are_put_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w") as made:
        made.writestr("all-mpnet-base-v2/model.safetensors", b"weights")
    content, parts = whole.read_bytes(), {}
    for number, name in enumerate(PACKAGES):
        part = tmp_path / f"{name}.zip.00{number}"
        part.write_bytes(content[number * 40 : (number + 1) * 40 if number < 4 else None])
        parts[name] = SimpleNamespace(files=[SimpleNamespace(name=part.name, locate=lambda part=part: part)])
    monkeypatch.setattr(training.teacher, "distribution", parts.__getitem__)
    with pytest.raises(ValueError, match="does not hold the weights that were published"):
        unpack(tmp_path)
    monkeypatch.setattr(training.teacher, "SHA256", hashlib.sha256(b"weights").hexdigest())
    assert (unpack(tmp_path) / "model.safetensors").read_bytes() == b"weights"


def test_a_teacher_is_never_rounded() -> None:
    teacher().round(False)
    with pytest.raises(ValueError, match="--rounded-from"):
        teacher().round(True)


def test_what_the_teacher_says_of_each_sequence_is_kept_with_it(tmp_path: Path) -> None:
    other = Example("n", "a", "How?", "", "Nobody fell.", (), ())
    questions = encode_together(tokenizer(), [[example("2014,"), other], [other, example()]])
    large = teacher()
    made = read(large, questions, workers=2)
    save_whole(made, tmp_path / "0-000000.pt")
    kept = load(tmp_path)
    assert [[each.ids for each in some] for some in kept] == [
        [each.ids for each in some] for some in questions
    ]
    assert [[each.asked for each in some] for some in kept] == [[1, 1], [2, 2]]
    for some in kept:
        for each in some:
            alone = collate([each])
            with torch.no_grad():
                starts, ends = large(alone.ids, alone.mask, alone.types)[1]
            assert each.scores is not None
            assert torch.allclose(each.scores.float(), torch.cat((starts, ends)), atol=5e-2)


def test_a_reader_that_says_what_the_teacher_says_has_nothing_to_learn() -> None:
    reader = network()
    wrong = Example("n", "a", "How much was it?", "", "Nobody fell.", (), ())
    (question,) = encode_together(tokenizer(), [[example("2014,"), wrong]])
    batch = collate(question)
    with torch.no_grad():
        scores = torch.stack(reader(batch.ids, batch.mask, batch.types)[1])
    batch.known[:] = True
    for taught, still in ((scores, True), (scores.flip(-1), False)):
        batch.taught = taught
        reader.zero_grad()
        loss(reader, batch, early_share=0.0, teacher_share=1.0).backward()  # type: ignore[no-untyped-call]
        steepest = max(float(p.grad.abs().max()) for p in reader.parameters() if p.grad is not None)
        assert (steepest < 1e-5) is still


def test_what_the_teacher_has_not_read_is_learnt_from_its_answer_alone() -> None:
    reader = network()
    plain, other = encode_together(tokenizer(), [[example("2014,")], [example()]])
    (made,) = read(teacher(), [plain], workers=1)
    parts = [
        float(loss(reader, collate(some), teacher_share=share).detach())
        for some, share in ((made, 1.0), (other, 1.0), ([*made, *other], 1.0), (plain, 1.0), (made, 0.0))
    ]
    assert parts[2] == pytest.approx((parts[0] + parts[1]) / 2, rel=1e-4)
    assert parts[3] == pytest.approx(parts[4], rel=1e-4) != pytest.approx(parts[0], rel=1e-2)


@pytest.mark.parametrize("small", [True, False])
def test_training_goes_on_from_an_exported_model(small: bool, tmp_path: Path) -> None:
    reader = network()
    reader.encoder.save_pretrained(tmp_path / "base")
    weights = {name: value.numpy() for name, value in reader.state_dict().items()}
    export(weights, tmp_path / "m", small=small, exempt=("0.output.dense",), deep=1.0)
    again = restore(tmp_path / "m", tmp_path / "base")
    assert again.keys() == weights.keys()
    export(
        {n: v.numpy() for n, v in again.items()},
        tmp_path / "n",
        small=small,
        exempt=("0.output.dense",),
        deep=1.0,
    )
    if small:
        for part in ("lower.onnx", "upper.onnx"):
            assert (tmp_path / "n" / part).read_bytes() == (tmp_path / "m" / part).read_bytes()
    else:
        assert all((again[name].numpy() == value).all() for name, value in weights.items())
