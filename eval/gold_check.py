"""What looks wrong in a gold set: contradictory repeats, answers that their evidence lacks, lost evidence."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from eval.evidence import Match, resolve
from eval.metrics import containment, normalise_answer
from eval.questions import GoldQuestion, GoldSet
from eval.shelf import Shelf

MOST_NAMED = 10


@dataclass(slots=True)
class Resolved:
    """Ids of the questions whose evidence was found only nearly, or not at all."""

    pieces: int = 0
    fuzzy: list[str] = field(default_factory=list)
    not_found: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def suspicions(questions: Sequence[GoldQuestion]) -> Iterator[str]:
    """Sentences about what the set itself tells: the same question with other answers, odd evidence."""
    first: dict[str, GoldQuestion] = {}
    repeated: list[str] = []
    contradicting: list[str] = []
    for question in questions:
        words = normalise_answer(question.question)
        earlier = first.setdefault(words, question)
        if earlier is not question:
            same = _answers(earlier) & _answers(question) or _answers(earlier) == _answers(question)
            (repeated if same else contradicting).append(f"{question.id} and {earlier.id}")
    absent = [
        question.id
        for question in questions
        if question.answers
        and (quotes := [each.quote for each in question.evidence if each.quote])
        and not any(containment(quote, question.answers) for quote in quotes)
    ]
    yield from _named(repeated, "Questions asked twice, which count twice")
    yield from _named(contradicting, "Questions asked again with other answers")
    yield from _named(absent, "Questions without an answer in the quotes of their evidence")


def check_evidence(gold: GoldSet, shelf: Shelf) -> Resolved:
    """How the evidence of a set is found in the articles of a shelf.

    `absent` are questions none of whose answers stands in any article that their evidence names.
    """
    told = Resolved()
    lists = {Match.FUZZY: told.fuzzy, Match.NOT_FOUND: told.not_found, Match.MISSING: told.missing}
    for question in gold.questions:
        anchors = resolve(question, shelf.text, shelf.canonical, shelf.candidates)
        told.pieces += len(anchors)
        for match in {anchor.match for anchor in anchors} & set(lists):
            lists[match].append(question.id)
        texts = [text for anchor in anchors if (text := shelf.text(anchor.article_id)) is not None]
        if question.answers and texts and not any(containment(text, question.answers) for text in texts):
            told.absent.append(question.id)
    return told


def evidence_notices(told: Resolved) -> Iterator[str]:
    """The same as sentences."""
    yield from _named(told.missing, "Questions that name an article that is not there")
    yield from _named(told.not_found, "Questions with a quote, or offsets, that their article lacks")
    yield from _named(told.fuzzy, "Questions with a quote that its article holds only nearly")
    yield from _named(told.absent, "Questions without an answer in their articles")


def _answers(question: GoldQuestion) -> set[str]:
    return {normalise_answer(answer) for answer in question.answers}


def _named(ids: Sequence[str], what: str) -> Iterator[str]:
    if ids:
        more = f" and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else ""
        yield f"{what} ({len(ids)}): {', '.join(ids[:MOST_NAMED])}{more}."
