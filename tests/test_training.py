"""The training code on tiny data: spans stay on their answers, the graph equals the network."""

import gzip
import json
import random
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertModel

from rag.span_model import OnnxSpanModel
from rag.spans import Found
from rag.types import ArticleInfo, Evidence, Passage, Span
from training import sources, text
from training.bm25 import Bm25
from training.calibrate import Read, logistic, point, unanswerable
from training.embedder_groups import with_misses, written
from training.encode import batches, batches_together, collate, encode, encode_together
from training.evaluate import auc, figures
from training.export import export
from training.held_out import Asked
from training.mixture import Mixture, crop, join
from training.model import EARLY, Reader, loss
from training.reads import by_graphs, by_torch
from training.searched import Sought, chosen, load, passages, search_all
from training.sources import Example
from training.train import Settings, learning_rate

STORY = "The mayor opened the bridge on Monday. It cost $5 million. Crowds came in 2014, not 14. Nobody fell."


def example(answer: str = "$5 million", body: str = STORY) -> Example:
    return Example(
        "written", "a", "How much was it?", "A bridge", body, text.find_all(body, answer), (answer,)
    )


def tokenizer() -> Tokenizer:
    """Words to numbers from 200 on, by first sight."""
    words = {w: 200 + i for i, w in enumerate(dict.fromkeys(f"{STORY} A bridge How much was it ?".split()))}
    made = Tokenizer(models.WordLevel({"[UNK]": 199, **words}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return made


def network() -> Reader:
    torch.manual_seed(1)
    config = BertConfig(
        vocab_size=30_522,
        hidden_size=64,
        num_hidden_layers=EARLY + 1,
        num_attention_heads=2,
        intermediate_size=128,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    return Reader(BertModel(config, add_pooling_layer=False))


def test_windows_are_whole_sentences_and_lose_no_word() -> None:
    cut = text.windows(STORY, 60)
    assert all(end - start <= 60 for start, end in cut)
    assert " ".join(STORY[s:e] for s, e in cut).split() == STORY.split()


def test_answers_are_found_as_whole_words_first() -> None:
    assert text.find_all(STORY, "14") == ((STORY.index("not 14") + 4, STORY.index("not 14") + 6),)
    assert text.find_all("Xerox2014", "14")


@pytest.mark.parametrize("seed", range(8))
def test_crops_and_neighbours_keep_the_answer_under_its_span(seed: int) -> None:
    rng = random.Random(seed)
    made = join(crop(example(), rng, rng.randint(20, 90)), "Other news.", before=bool(seed % 2))
    assert {made.text[s:e] for s, e in made.spans} == {"$5 million"}


def test_encoded_answers_are_the_tokens_of_the_span() -> None:
    made = encode(tokenizer(), [example("2014,"), Example("n", "a", "How?", "", STORY, (), ())])
    assert [tokenizer().id_to_token(made[0].ids[i]) for i in made[0].starts] == ["2014,"]
    assert (made[1].starts, made[1].ends) == ([0], [0])


def test_batches_hold_every_example_once_within_the_token_limit() -> None:
    made = encode(tokenizer(), [example(body=" ".join([STORY] * (1 + i % 3))) for i in range(20)])
    cut = batches(made, 120, random.Random(1))
    assert sum(map(len, cut)) == 20
    assert all(len(b) == 1 or len(b) * max(len(e.ids) for e in b) <= 120 for b in cut)


def test_passages_of_one_question_stay_in_one_batch_under_one_number() -> None:
    none = Example("n", "a", "How?", "", STORY, (), ())
    made = encode_together(tokenizer(), [[example("2014,"), none]] * 3 + [[none]])
    assert [[each.asked for each in some] for some in made] == [[1, 1], [2, 2], [3, 3], [4]]
    longest = len(made[0][0].ids)
    cut = batches_together(made, 4 * longest, random.Random(1))
    assert sorted(each.asked for batch in cut for each in batch) == [1, 1, 2, 2, 3, 3, 4]
    assert all(
        len(batch) <= 4
        and {e.asked for e in batch}.isdisjoint(e.asked for other in cut if other is not batch for e in other)
        for batch in cut
    )
    together = collate(made[0] + made[3]).together
    assert together.tolist() == [[True, True, False], [False, False, True]]


def test_passages_of_one_question_compete_for_its_answer() -> None:
    reader = network()
    right = encode(tokenizer(), [example("2014,")])[0]
    wrong = encode(tokenizer(), [Example("n", "a", "How much was it?", "", "Nobody fell.", (), ())])[0]
    apart, joined = (collate([replace(each, asked=number) for each in (right, wrong)]) for number in (0, 7))
    text_tokens = joined.allowed.clone()
    text_tokens[:, 0] = False
    with torch.no_grad():
        _, final = reader(joined.ids, joined.mask, joined.types)
        shared = []
        for scores, places in zip(final, (joined.starts, joined.ends), strict=True):
            margins = scores - scores[:, :1]
            every = torch.cat([margins[text_tokens], torch.zeros(1)]).logsumexp(0)
            shared.append(float(every - margins[places & text_tokens].logsumexp(0)))
        alone, together = (float(loss(reader, batch, early_share=0.0)) for batch in (apart, joined))
    assert together == pytest.approx((alone + sum(shared) / 2) / 2, rel=1e-4)


def test_loss_falls_when_the_right_span_is_learnt() -> None:
    reader = network()
    batch = collate(encode(tokenizer(), [example("2014,")] * 2))
    optimizer = torch.optim.AdamW(reader.parameters(), 1e-3)
    first = float(loss(reader, batch).detach())
    for _ in range(30):
        optimizer.zero_grad()
        loss(reader, batch).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert float(loss(reader, batch).detach()) < 0.5 * first


@pytest.mark.parametrize(("small", "most"), [(False, 1e-4), (True, 2e-2)])
def test_the_graphs_score_as_the_network_does_rounded_where_they_are(
    small: bool, most: float, tmp_path: Path
) -> None:
    reader = network().eval()
    reader.encoder.save_pretrained(tmp_path / "base")
    export(
        {k: v.numpy() for k, v in reader.state_dict().items()},
        tmp_path / "m",
        small=small,
        exempt=(),
        deep=1.0,
    )
    model = OnnxSpanModel(tmp_path / "m", None)
    triples = [("How much was it?", "A bridge", STORY), ("Who fell?", "", STORY[:40])]
    reader.round(small)
    exact = by_torch(reader.eval(), model.tokenizer)(triples)
    for mine, theirs in zip(by_graphs(model)(triples), exact, strict=True):
        assert (mine.start, mine.end) == (theirs.start, theirs.end)
        assert mine.margin == pytest.approx(theirs.margin, abs=most)


def test_weights_are_rounded_to_few_levels_and_still_learn() -> None:
    reader = network()
    layer = reader.encoder.encoder.layer[0].output.dense
    with torch.no_grad():
        x = torch.randn(2, 5, 128)
        exact = layer(x)
        reader.round(True)
        rounded = layer(x)
    assert 0 < float((exact - rounded).abs().max()) < 0.05
    assert all(len(np.unique(row)) <= 127 for row in layer._weight().detach().numpy())
    loss(reader, collate(encode(tokenizer(), [example("2014,")]))).backward()  # type: ignore[no-untyped-call]
    assert float(layer.weight.grad.abs().sum()) > 0


def test_the_rate_rises_then_falls_to_almost_nothing() -> None:
    rates = [learning_rate(Settings(rate=1.0, warmup=0.1), done) for done in (0.05, 0.1, 0.5, 1.0)]
    assert rates == pytest.approx([0.5, 1.0, 0.5 / 0.9, 0.02])


def test_figures_count_only_answerable_questions_as_right() -> None:
    examples = [example("2014,"), Example("n", "a", "How?", "", "Nobody fell.", (), ())]
    start = STORY.index("2014")
    made = figures(examples, [Found(start, start + 4, 5.0, 1.0), Found(0, 6, 0.0, 1.0)])
    assert (made.em, made.f1, made.auc) == (100.0, 100.0, 1.0)
    assert auc([1.0, 2.0], [1.0, 0.0]) == 0.875


def test_calibration_gives_the_share_that_is_right() -> None:
    traits = np.array([[1.0]] * 4 + [[-1.0]] * 4)
    bias, weights = logistic(traits, np.array([1, 1, 1, 0, 0, 0, 0, 1]))
    assert 1 / (1 + np.exp(-(weights[0] + bias))) == pytest.approx(0.75, abs=0.01)


def test_bm25_ranks_the_text_that_shares_rare_words_first() -> None:
    index = Bm25(["the mayor spoke", "the bridge opened", "the mayor opened the bridge"])
    assert index.top(["bridge mayor"], 2)[0][0] == 2


def write(path: Path, rows: list[object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "".join(json.dumps(r) + "\n" for r in rows).encode()
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One passage, sentence, page and article for each set; one article of 2022 is also in the test year."""
    data = tmp_path / "reader-training"
    qas = [
        {"question": "How much was it?", "answer": "$5 million"},
        {"question": "Who fell?", "answer": None},
    ]
    row = {"passage_id": "n-1", "title": "A bridge", "text": STORY, "qas": qas}
    write(data / "written-qa.jsonl", [{**row, "batch": "01"}, {**row, "batch": "00", "title": "Kept back"}])
    old = {"id": "x", "url": "u", "title": "Same", "text": "Same words."}
    new = {
        "id": "y",
        "url": "v",
        "title": "A bridge",
        "text": STORY + " " + STORY.replace("Monday", "May") * 5,
    }
    gold = {
        "id": "q",
        "question": "When did the bridge open?",
        "answers": ["Monday"],
        "asked_on": "2022-06-01",
        "evidence": [{"article_id": "y"}],
    }
    for year in ("2022", "2024"):
        write(data / f"realtimeqa-{year}.articles.jsonl.gz", [old, new])
        write(data / f"realtimeqa-{year}.gold.jsonl", [gold])
    write(tmp_path / "realtimeqa-2023h1" / "articles.jsonl.gz", [old])
    write(tmp_path / "realtimeqa-2023h1" / "gold.jsonl", [{**gold, "evidence": []}])
    write(data / "qed-dev.jsonl", [])
    (data / "qamr-wiki-sentences.tsv").write_text("s1\tIt cost `` much '' -LRB- $ 5 -RRB- .\n")
    line = "s1\t0\t1\t0\t0\tHow much did it cost?\t3\ta:3\tb:3\n"
    for part in ("dev", "test"):
        (data / f"qamr-filtered-{part}.tsv").write_text(line)
    return data


def test_the_test_year_and_the_validation_batch_stay_out_of_training(folder: Path) -> None:
    assert set(sources.news_articles(folder, "2022")) == {"y"}
    assert {e.title for e in sources.written(folder, validation=False)} == {"A bridge"}
    assert {e.title for e in sources.written(folder, validation=True)} == {"Kept back"}


def test_the_embedder_learns_from_no_batch_on_which_search_or_reader_are_fitted(
    folder: Path, tmp_path: Path
) -> None:
    row = json.loads((folder / "written-qa.jsonl").read_text().splitlines()[0])
    write(folder / "written-qa.jsonl", [{**row, "batch": batch} for batch in ("00", "01", "04", "05")])
    write(folder / "realtimeqa-2024.gold.jsonl", [])
    ((group, first),) = written(folder)
    assert (group.questions, group.texts) == (("How much was it?",), (f"A bridge\n{STORY}",))
    assert first.answers == ("$5 million",)
    made = with_misses(folder, tmp_path / "work")
    assert made == [group]  # all that the search finds is the article itself
    assert with_misses(folder, tmp_path / "work") == made


def found(article: str, body: str) -> Evidence:
    info = ArticleInfo(id=article, title="A bridge", source=None, url=None, published=date(2022, 6, 1))
    return Evidence(Passage("p", article, Span(0, len(body)), body), info, 1.0)


def test_what_the_search_brings_is_right_in_the_words_of_the_own_passage_and_else_must_not_answer() -> None:
    asked = Asked("How much was it?", ("$5 million",), frozenset({"own"}))
    each = Sought(asked, example())
    evidence = [
        found("own", STORY + " Later on it rained."),
        found("own", "A toll of $5 million was asked for."),  # another place of the answer's words
        found("other", STORY),
        found("other", "Nobody fell."),
        found("unseen", "Nobody rose."),
    ]
    own, right, wrong = passages(each, evidence, frozenset({"own", "other"}))
    assert own == example()
    assert [right.text[s:e] for s, e in right.spans] == ["$5 million"]
    assert (wrong.text, wrong.spans, wrong.answers) == ("Nobody fell.", (), ())


def test_taking_the_answer_away_leaves_the_other_passages_as_they_were_read() -> None:
    asked = Asked("How much was it?", ("$5 million",), frozenset({"own"}))
    evidence = [
        replace(each, passage=replace(each.passage, id=f"p{number}"))
        for number, each in enumerate((found("own", "It rained."), found("b", "Snow."), found("c", STORY)))
    ]
    evidence.append(replace(found("d", "Hail."), score=0.5))
    spans = [Found(0, 1, 2.0, 1.0)]
    read = Read(
        asked, asked.answers, evidence, [(0, 9.0, spans), (1, 1.0, []), (2, 8.0, spans), (3, 2.0, spans)]
    )
    left = read.without_answer()
    assert (left.asked, left.answers) == (asked, ())
    assert left.evidence == [evidence[1], evidence[3]]
    assert left.windows == [(0, 1.0, []), (1, 2.0, spans)]


def test_questions_written_without_an_answer_count_as_much_as_those_that_lost_theirs() -> None:
    kinds = {"answered": ("a", "a"), "lost": ("a", ""), "never had": ("", "")}
    reads = [
        Read(Asked("Who?", (had,) if had else (), frozenset()), (left,) if left else (), [], [])
        for had, left in (kinds["answered"], *[kinds["lost"]] * 4, *[kinds["never had"]] * 2)
    ]
    counts = unanswerable(reads)
    assert counts.tolist() == [0.0, *[0.25] * 4, *[0.5] * 2]
    chance = np.array([0.8, 0.7, 0.6, 0.1, 0.1, 0.9, 0.2])
    at = point(0.25, chance, counts, np.array([True, *[False] * 6]))
    assert 0.7 < at["threshold"] < 0.8  # one of two is answered, of four none
    assert (at["answered"], at["right_of_answered"]) == (1.0, 1.0)


def test_right_passages_are_chosen_beside_the_first_of_the_wrong_ones() -> None:
    wrong = [replace(example(), text=f"Nobody fell {n} times.", spans=(), answers=()) for n in range(12)]
    drawn = [chosen([example(), *wrong], random.Random(seed)) for seed in range(60)]
    assert all(
        len(some) == 4 and some[0] == example() and not any(e.spans for e in some[1:]) for some in drawn
    )
    counts = [sum(each in some for some in drawn) for each in wrong]
    assert counts[0] > counts[3] > counts[11]
    assert chosen(wrong, random.Random(1)) == chosen(wrong, random.Random(1))


def test_the_products_search_brings_training_questions_passages(folder: Path, tmp_path: Path) -> None:
    made = load(search_all(folder, tmp_path / "work"))
    assert {some[0].question for some in made} == {
        "How much was it?",
        "Who fell?",
        "When did the bridge open?",
    }
    assert all(each.article in {"A bridge", "y"} for some in made for each in some)
    assert {e.text[s:t] for some in made for e in some for s, t in e.spans} == {"$5 million", "Monday"}
    assert any(each.source == "searched" for some in made for each in some)


def test_questions_are_read_together_with_near_misses_that_do_not_hold_the_answer(
    folder: Path, tmp_path: Path
) -> None:
    own, miss = example(), replace(example(), text="Nobody fell.", spans=(), answers=())
    searched = tmp_path / "searched.jsonl"
    searched.write_text(json.dumps([asdict(own), asdict(miss)]) + "\n[]\n")
    swapped = tmp_path / "swapped.jsonl"
    other = replace(own, question="How much was the other bridge?", answers=())
    swapped.write_text(json.dumps([asdict(other)]))
    mixture = Mixture(folder, searched, swapped)
    made = mixture.together(3)
    assert made == mixture.together(3)
    assert [own, miss] in made
    ((unanswered,),) = [some for some in made if some[0].question == other.question]
    assert "$5 million" in unanswered.text
    assert not unanswered.spans
    assert all(len({each.question for each in some}) == 1 for some in made)
    several = [some for some in made if len(some) > 1]
    assert several
    for some in several:
        answers = [answer for each in some for answer in each.answers]
        assert all(each.spans or not any(text.find_all(each.text, a) for a in answers) for each in some)


@pytest.mark.parametrize("phase", ["short", "whole"])
def test_each_phase_is_the_same_for_the_same_seed_and_its_spans_are_answers(
    folder: Path, tmp_path: Path, phase: str
) -> None:
    nothing = tmp_path / "nothing.jsonl"
    nothing.touch()
    mixture = Mixture(folder, nothing, nothing)
    made = mixture.phase(phase, 3)
    assert made == mixture.phase(phase, 3)
    assert {e.text[s:t] for e in made for s, t in e.spans} <= {"$5 million", "Monday", "much"}
    assert any(not e.spans for e in made)


def test_penn_tokens_are_joined_into_ordinary_spelling(folder: Path) -> None:
    assert sources.qamr(folder)[0].text == 'It cost "much" ($5).'
