"""Reading without retrieval: the reader gets the gold evidence, so that its losses show alone."""

from eval.metrics import containment
from eval.questions import GoldQuestion
from eval.rows import GoldFacts, Row, touches
from eval.run import Answerer, Ask, put, row_of
from rag.catalog import Catalog
from rag.retriever import Search
from rag.types import Evidence, Filters

MOST_PASSAGES = 20  # of articles that hold the answer at an unknown place


class GoldSearch:
    """A search that finds the gold evidence of the question it was told of, else what `search` finds.

    Questions without an answer, or whose evidence is not in the library, are retrieved as usual.
    """

    def __init__(self, catalog: Catalog, search: Search) -> None:
        self._catalog = catalog
        self._search = search
        self._gold: list[Evidence] = []

    def expect(self, known: GoldFacts) -> None:
        """Takes in what the next question's gold evidence is."""
        self._gold = gold_passages(self._catalog, known)

    def __call__(self, question: str, filters: Filters | None = None) -> list[Evidence]:
        return self._gold or self._search(question, filters)


def oracle(search: GoldSearch, ask: Ask) -> Answerer:
    """Answers by a system whose search is `search`."""

    def answer(question: GoldQuestion, known: GoldFacts) -> tuple[Row, dict[str, str]]:
        search.expect(known)
        return row_of(question, known, lambda: put(question, ask))

    return answer


def gold_passages(catalog: Catalog, known: GoldFacts) -> list[Evidence]:
    """The passages that hold the gold evidence, in the order of the gold set.

    Where only an article is known, those of its passages that contain an answer, or all of them.
    """
    found: dict[str, Evidence] = {}
    for evidence in known["evidence"] if known["answerable"] else ():
        stored = catalog.passages_of(evidence["article_id"])
        held = [
            Evidence(passage, info, 1.0)
            for passage, info in stored
            if touches(
                {"article_id": info.id, "start": passage.span.start, "end": passage.span.end},
                evidence["article_id"],
                evidence["spans"],
            )
        ]
        if not evidence["spans"]:
            every = [Evidence(passage, info, 1.0) for passage, info in stored]
            held = [each for each in every if containment(each.passage.text, known["answers"])] or every
        found |= {each.passage.id: each for each in held}
    return list(found.values())[:MOST_PASSAGES]
