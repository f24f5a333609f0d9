"""How a run asks the library: by its chain as it is, or with the gold evidence in place of the search."""

from eval.run import Answerer, asking
from rag.types import Answer, Filters
from ui.wiring import Desk


def answerer_of(desk: Desk, *, oracle: bool = False) -> Answerer:
    """What answers each question of a gold set."""
    if not oracle:
        return asking(desk.ask)
    from eval.oracle import GoldSearch
    from eval.oracle import oracle as reading_gold
    from rag.chain import answer_chain, ask
    from rag.search import HybridSearch

    search = GoldSearch(desk.library.catalog, HybridSearch(desk.library))
    chain = answer_chain(desk.library, desk.readers.span, threshold=desk.threshold, search=search)

    def read(question: str, filters: Filters) -> Answer:
        return ask(chain, question, filters)

    return reading_gold(search, read)
