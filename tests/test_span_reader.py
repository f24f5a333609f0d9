"""The reader quotes exact places, compares passages on one scale and is surer of what more speaks for."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from fakes import HashEmbedder, article
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.split import split
from rag.span_model import OnnxSpanModel
from rag.span_reader import Clues, SpanReader, Traits
from rag.spans import Found
from rag.types import Article, Evidence

QUESTION = "Who bought the ferry Söder?"
FERRY = article(1, "It rained.\r\n\r\nThe ferry “Söder” 🙂 was bought by Ada Stone in 1994. It is late.")
BRIDGE = article(2, "The bridge burned. Nobody was hurt.")


NOTHING = Traits(*[0.0] * len(Traits._fields))


class MarkedModel:
    """Finds `<margin|answer>` wherever a text has it."""

    name = fingerprint = "marked"

    def __init__(self, **calibration: Any) -> None:
        self.calibration = {"weights": NOTHING._replace(margin=1.0), **calibration}
        self.read_texts: list[str] = []
        self.questions: list[str] = []

    def read(self, question: str, texts: Sequence[tuple[str, str]]) -> list[list[Found]]:
        self.read_texts += [text for _, text in texts]
        self.questions.append(question)
        made = []
        for _, text in texts:
            spans = []
            for piece in text.split("<")[1:]:
                margin, _, rest = piece.partition("|")
                answer = rest.partition(">")[0]
                start = text.index(f"|{answer}>") + 1
                spans.append(Found(start, start + len(answer), float(margin), 0.0))
            made.append(sorted(spans, key=lambda found: -found.margin))
        return made


def evidence(*articles: Article) -> list[Evidence]:
    """All passages of the articles, in order."""
    embedder = HashEmbedder()
    return [
        Evidence(passage, each.info, 1 / rank)
        for rank, each in enumerate(articles, 1)
        for passage in split(each, embedder.token_starts, 60)
    ]


def marked(*texts: str) -> list[Evidence]:
    return evidence(*(article(number, text) for number, text in enumerate(texts, 1)))


def answers(reader: SpanReader, *texts: str) -> list[str | None]:
    return [each.short for each in reader.read("Who?", marked(*texts))]


def test_the_answer_is_quoted_with_the_sentence_around_it(span_model: OnnxSpanModel) -> None:
    best, *_ = SpanReader(span_model).read(QUESTION, evidence(BRIDGE, FERRY))
    assert best.short == "Ada Stone"
    assert best.quote == "The ferry “Söder” 🙂 was bought by Ada Stone in 1994."
    assert best.sentence.of(FERRY.text) == best.quote
    assert best.evidence.article == FERRY.info


def test_nothing_to_read_gives_an_empty_list(span_model: OnnxSpanModel) -> None:
    reader = SpanReader(span_model)
    assert reader.read(QUESTION, []) == []
    assert reader.read(QUESTION, evidence(article(1, " \n "))) == []


@pytest.mark.parametrize(
    ("texts", "read", "said"),
    [
        (["<1|one>", "<5|two>"], 1, ["one"]),
        (["<-1|one>", "<5|two>"], 2, ["two", "one"]),
        (["none", "<-5|two>", "<-4|three>"], 3, ["three", "two"]),
        (["<1|one>"], 1, ["one"]),
    ],
)
def test_no_more_is_read_once_the_first_passages_answer_surely(
    texts: list[str], read: int, said: list[str]
) -> None:
    model = MarkedModel(first=1, threshold=0.5)
    assert answers(SpanReader(model), *texts) == said
    assert model.read_texts == texts[:read]


@pytest.mark.parametrize(("margin", "read"), [(-3, 1), (-1, 2), (3, 1)])
def test_no_more_is_read_where_the_first_passages_leave_no_hope(margin: int, read: int) -> None:
    model = MarkedModel(
        first=1, threshold=0.7, hopeless=0.2
    )  # a margin of -3 is a confidence of .05, -1 of .27
    texts = [f"<{margin}|one>", "<5|two>"]
    answers(SpanReader(model), *texts)
    assert model.read_texts == texts[:read]


def test_a_patient_reader_reads_on_and_stops_where_it_is_sure() -> None:
    hopeless, sure = MarkedModel(first=1, hopeless=0.3), MarkedModel(first=1, hopeless=0.3)
    assert answers(SpanReader(hopeless).patient(), "<-3|one>", "<5|two>") == ["two", "one"]
    answers(SpanReader(sure).patient(), "<3|one>", "<5|two>")
    assert sure.read_texts == ["<3|one>"]


@pytest.mark.parametrize(
    ("clue", "question", "days", "expected"),
    [
        ("fresh", "Who?", (0, 9), "a"),
        ("fresh", "Who?", (9, 0), "b"),
        ("fresh", "Who?", (None, 30), "b"),
        ("fresh", "Who?", (None, None), "b"),
        ("timely", "Who won this week?", (0, 9), "a"),
        ("timely", "Who won in 2019?", (0, 9), "b"),
    ],
)
def test_news_of_the_day_is_preferred_as_far_as_it_is_weighted(
    clue: str, question: str, days: tuple[int | None, int | None], expected: str
) -> None:
    reader = SpanReader(MarkedModel(ranking=Clues(margin=1.0)._replace(**{clue: 1.0})))
    found = [replace(each, days=day) for each, day in zip(marked("<1|a>", "<1.5|b>"), days, strict=True)]
    assert reader.read(question, found)[0].short == expected


def test_an_answer_over_two_sentences_is_quoted_with_both() -> None:
    (found,) = SpanReader(MarkedModel()).read("Who?", marked("One. Here <1|it is. And> there. Four."))
    assert found.quote == "Here <1|it is. And> there."


def test_all_spans_found_are_ordered_by_margin_those_of_one_passage_too() -> None:
    reader = SpanReader(MarkedModel())
    assert answers(reader, "<1|one> <3|three>", "<2|two>", "none") == ["three", "two", "one"]


IN_2009 = "Who won the cup in 2009?"


def of_day(text: str, published: date | None) -> list[Evidence]:
    return evidence(article(1, text, published=published))


def test_an_article_of_the_time_asked_about_is_read_without_it_and_covers_it() -> None:
    for published, asked, surer in (
        (date(2009, 5, 1), "Who won the cup?", True),
        (date(2010, 5, 1), IN_2009, False),
        (None, IN_2009, False),
    ):
        model = MarkedModel(weights=NOTHING._replace(covered=1.0))
        (found,) = SpanReader(model).read(IN_2009, of_day("<1|Ada> won the cup.", published))
        assert model.questions == [asked]
        assert (found.confidence > 0.73) is surer  # all terms are covered


def test_a_question_that_says_nothing_but_its_time_is_read_too() -> None:
    (found,) = SpanReader(MarkedModel()).read(
        "What happened in 2009?", of_day("<1|Ada> won.", date(2009, 5, 1))
    )
    assert found.short == "Ada"


def test_passages_of_different_times_keep_their_places() -> None:
    dated = [
        article(number, text, published=date(year, 5, 1))
        for number, text, year in (
            (1, "<1|Ada> won.", 2008),
            (2, "<3|Bo> won.", 2009),
            (3, "<2|Cy> won.", 2008),
        )
    ]
    spans = SpanReader(MarkedModel()).read(IN_2009, evidence(*dated))
    assert [(each.short, each.evidence.article.id) for each in spans] == [
        ("Bo", "a2"),
        ("Cy", "a3"),
        ("Ada", "a1"),
    ]


def test_that_something_took_place_need_not_be_in_the_text() -> None:
    reader = SpanReader(MarkedModel(weights=NOTHING._replace(covered=1.0)))
    sure = [
        reader.read(question, marked("The signing was on <1|Monday>."))[0].confidence
        for question in ("When did the signing take place?", "When did the signing fall apart?")
    ]
    assert sure[0] > sure[1]


@pytest.mark.parametrize(
    ("clue", "question", "first", "second"),
    [
        ("found", "Who?", "<1|a b>", "<1.5|c d>"),
        ("covered", "Who bought the ferry?", "<1|a b> bought the ferry", "<1.5|c d> spoke"),
        ("titled", "What is Port1 like?", "<1|a b>", "<1.5|c d>"),
    ],
)
def test_each_clue_lifts_a_span_as_far_as_it_is_weighted(
    clue: str, question: str, first: str, second: str
) -> None:
    passages = marked(first, second)
    lifted = Clues(margin=1.0)._replace(**{clue: 2.0})
    for ranking, expected in ((Clues(margin=1.0), ["c d", "a b"]), (lifted, ["a b", "c d"])):
        found = SpanReader(MarkedModel(ranking=ranking)).read(question, passages)
        assert [each.short for each in found] == expected


def test_an_answer_that_repeats_the_question_falls() -> None:
    passages = marked("<1.5|the ferry>", "<1|Ada Stone>")
    for weight, first in ((0.0, "the ferry"), (-2.0, "Ada Stone")):
        reader = SpanReader(MarkedModel(ranking=Clues(margin=1.0, echo=weight)))
        assert reader.read("Who bought the ferry?", passages)[0].short == first


def test_an_answer_that_several_articles_give_rises() -> None:
    texts = ["<2|One man>", "<1.9|The Mayor>", "<1.5|mayor.>"]
    agreeing = SpanReader(MarkedModel(ranking=Clues(margin=1.0, agreement=1.0)))
    assert answers(SpanReader(MarkedModel()), *texts)[0] == "One man"
    assert answers(agreeing, *texts)[:2] == ["The Mayor", "mayor."]
    weak = ["<2|One man>", "<1.9|Mayor>", "<-3|mayor>"]
    assert answers(agreeing, *weak)[0] == "One man"


@pytest.mark.parametrize(
    ("trait", "more", "less"),
    [
        ("margin", ["<2|a b>"], ["<1|a b>"]),
        ("odds", ["<2|a b>", "<1|c d>"], ["<2|a b>", "<1.5|c d>"]),
        ("odds", ["<2|a b>", "<1|c d>", "<1|a b>"], ["<2|a b>", "<1|c d>", "<1|e f>"]),
        ("found", ["<2|a b>", "none"], ["none", "<2|a b>"]),
        ("agreement", ["<2|a b>", "<1|a b>"], ["<2|a b>", "<1|c d>"]),
        ("covered", ["<2|a b> ferry"], ["<2|a b> bridge"]),
    ],
)
def test_each_trait_makes_the_confidence_rise(trait: str, more: list[str], less: list[str]) -> None:
    reader = SpanReader(MarkedModel(weights=NOTHING._replace(**{trait: 1.0})))
    surer, doubtful = (reader.read("Which ferry?", marked(*each))[0].confidence for each in (more, less))
    assert 0 < doubtful < surer < 1


def test_the_threshold_is_the_models() -> None:
    assert SpanReader(MarkedModel(threshold=0.7)).threshold == 0.7
    assert SpanReader(MarkedModel()).threshold == 0.5


PIECES = [
    "Ada Stone ",
    "ferry ",
    "bought ",
    "1994",
    ". ",
    ".\n\n",
    "\r\n",
    "“",
    "”",
    "🙂",
    "The ",
    "in May ",
    "!",
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map("".join)
questions = st.sampled_from([QUESTION, "When?", "Where is Ada?", "Why?", "how many", "🙂", "?"])


@settings(max_examples=60, deadline=None)
@given(questions, st.lists(texts, max_size=3))
def test_whatever_the_texts_quotes_are_verbatim_and_answers_lie_inside_them(
    span_model: OnnxSpanModel, question: str, given_texts: list[str]
) -> None:
    articles = {f"a{number}": article(number, text or "x") for number, text in enumerate(given_texts)}
    spans = SpanReader(span_model).read(question, evidence(*articles.values()))
    ranks = [each.score - each.null_score for each in spans]
    assert ranks == sorted(ranks, reverse=True)
    for one, other in combinations(spans, 2):
        if one.evidence.article == other.evidence.article:
            assert one.answer is not None
            assert other.answer is not None
            assert not one.answer.overlap(other.answer)
    for each in spans:
        stored = articles[each.evidence.article.id].text
        assert each.quote == each.sentence.of(stored) != ""
        assert 0 <= each.confidence <= 1
        assert each.answer is not None
        assert each.sentence.start <= each.answer.start < each.answer.end <= each.sentence.end
        assert each.short == each.answer.of(stored)
