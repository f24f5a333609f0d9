"""The words of the system as types: article, span, passage, evidence, answer span, claim, answer."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open character offsets `[start, end)` into `Article.text`."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start <= self.end:
            raise ValueError(f"a span needs 0 <= start <= end, not {self.start}:{self.end}")

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        """The part of an article's text that this span covers."""
        return text[self.start : self.end]

    def overlap(self, other: "Span") -> int:
        """How many characters the two spans share."""
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleInfo:
    """What identifies an article and says where it is from, without its text."""

    id: str
    title: str
    source: str | None = None
    url: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Article(ArticleInfo):
    """One article as the catalog keeps it: `text` whole and unchanged, all offsets count into it."""

    text: str

    @property
    def info(self) -> ArticleInfo:
        """The same article without its text."""
        return ArticleInfo(
            id=self.id, title=self.title, source=self.source, url=self.url, published=self.published
        )


@dataclass(frozen=True, slots=True)
class Passage:
    """A span of one article, on sentence borders; `article.text[span.start:span.end] == text`."""

    id: str
    article_id: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage found for one question; ranks count from 1, None where that retriever missed it.

    `days` lie between the article's publication and the day of the question, whichever is first; None where
    either is unknown.
    """

    passage: Passage
    article: ArticleInfo
    score: float
    dense_rank: int | None = None
    lexical_rank: int | None = None
    days: int | None = None

    def text_at(self, span: Span) -> str:
        """The article's text at `span` (article offsets), which must lie inside the passage."""
        outer = self.passage.span
        if not outer.start <= span.start <= span.end <= outer.end:
            raise ValueError(f"{span} is outside the passage {outer}")
        return self.passage.text[span.start - outer.start : span.end - outer.start]


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """What a reader found in one piece of evidence; all spans are article offsets.

    `sentence` is what gets quoted, `answer` the shortest span inside it that answers (None where only the
    sentence as a whole does). `score` and `null_score` are logits on one scale across passages: the span
    beats "not here" by their difference. `confidence` is in [0, 1].
    """

    evidence: Evidence
    sentence: Span
    answer: Span | None
    score: float
    null_score: float
    confidence: float

    @property
    def quote(self) -> str:
        """The sentence, verbatim."""
        return self.evidence.text_at(self.sentence)

    @property
    def short(self) -> str | None:
        """The shortest answer, verbatim."""
        return None if self.answer is None else self.evidence.text_at(self.answer)


@dataclass(frozen=True, slots=True)
class DateNote:
    """What a relative date means, told from the day its article was published.

    `span` (article offsets) covers `words`; `meaning` names the time from `first` to `last`, both inclusive.
    """

    words: str
    span: Span
    meaning: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Citation:
    """An exact passage: `quote` is the stored text of the article at `span`.

    `dates` explains the relative dates in the quote, `speaker` is who said it where the article names one.
    """

    article: ArticleInfo
    span: Span
    quote: str
    dates: tuple[DateNote, ...] = ()
    speaker: str | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer and the indices, into `Answer.citations`, that carry it."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """One of several answers that differ: what an article gives, and the passage that gives it.

    `stories` counts the independent stories that give it; exactly one reading of an answer is the `newest`.
    """

    value: str
    citation: Citation
    stories: int = 1
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Period:
    """The time that a question asks about, in its own `words`: inclusive days, None where it is open."""

    words: str
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Exchange:
    """An earlier question of a conversation, as it was searched for, and the short answer to it, if any."""

    question: str
    short_answer: str | None = None


class Reason(StrEnum):
    """Why an answer is declined."""

    EMPTY_LIBRARY = "empty_library"
    NOT_MENTIONED = "not_mentioned"
    NOT_STATED = "not_stated"
    OUTSIDE_DATES = "outside_dates"
    UNCLEAR = "unclear_question"


@dataclass(frozen=True, slots=True)
class Abstention:
    """A declined answer: the reason as a code, and as one sentence for the person who asked."""

    reason: Reason
    message: str


@dataclass(frozen=True, slots=True)
class Usage:
    """The tokens that a language model counted for one answer: of what it was sent, and of its reply."""

    input_tokens: int
    output_tokens: int

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the chain gives back for one question.

    Either `claims` or `abstention` is set, never both. `confidence` is in [0, 1], also for an abstention
    (that of the best span, which was not enough). `timings_ms` maps a stage to milliseconds.

    `stories` counts the independent stories that give the answer. `differing` holds every reading, the
    answer's own too, where reports differ, newest first; else it is empty. `as_of` is the day of the report
    that a changing fact was taken from, `period` the time that the question asks about.

    `model` names the language model that worded the claims; where it is None they are quotations. `usage` is
    what asking one took. A `partial` answer is streamed while a language model still writes; the next one
    replaces it. `notes` are sentences that say what a reader should know of how the answer came about.
    """

    question: str
    searched_for: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    short_answer: str | None = None
    abstention: Abstention | None = None
    confidence: float = 0.0
    stories: int = 0
    differing: tuple[Reading, ...] = ()
    notes: tuple[str, ...] = ()
    as_of: date | None = None
    period: Period | None = None
    evidence: tuple[Evidence, ...] = ()
    timings_ms: dict[str, float] = field(default_factory=dict)
    model: str | None = None
    usage: Usage | None = None
    partial: bool = False

    @property
    def text(self) -> str:
        """The answer as plain text: the claims in order, or the sentence that declines."""
        if self.abstention is not None:
            return self.abstention.message
        return " ".join(claim.text for claim in self.claims)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Restricts the evidence; dates are inclusive, an article without a date never passes a date filter.

    The day of the question, `asked_on`, restricts nothing: what was published around it is preferred.
    """

    since: date | None = None
    until: date | None = None
    sources: Sequence[str] = ()
    asked_on: date | None = None

    def __bool__(self) -> bool:
        return bool(self.since or self.until or self.sources)
