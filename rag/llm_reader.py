"""The language model as a reader: it words the answer, and every sentence is carried by checked quotes."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import Runnable, RunnableConfig, RunnableLambda, run_in_executor

from rag.llm_call import Call, CallFailed, Failure
from rag.llm_draft import Draft
from rag.llm_follow_up import Completed, completed
from rag.llm_prompt import make_prompt
from rag.llm_reply import Reply
from rag.types import Answer, Exchange

TIMEOUT = 60.0  # seconds for the whole reply
_FOLLOW_UP_SHARE = 1 / 3  # of that, for one line before anything is searched
_INSTEAD = "what follows is quoted from the articles without it."


class LlmReader:
    """Words an answer with any LangChain chat model, over one that a reader gave from the same evidence.

    The reader's answer decides whether there is one at all, orders the evidence that the model gets, gives
    the confidence, and stands where the model fails, which the answer's `notes` say. Of what the model says,
    only sentences are shown whose quotations stand in the articles and carry them; others are left out.
    """

    def __init__(self, model: BaseChatModel, *, name: str | None = None, timeout: float = TIMEOUT) -> None:
        self.name = name or _name_of(model)
        self._model = model
        self._timeout = timeout

    def as_step(self) -> Runnable[Mapping[str, Any], Answer]:
        """A step for a chain whose state has an `answer`; it streams that answer as it grows."""
        # Generators with a config work, as the tests show; the types of RunnableLambda do not know them.
        return RunnableLambda(self._step, self._astep, name="llm")  # type: ignore[arg-type]

    def reword(self, answer: Answer, config: RunnableConfig | None = None) -> Iterator[Answer]:
        """The answer with each further sentence that is checked, then the finished one.

        The last item is the answer that counts; a reply that turns out unusable takes the others back.
        An abstention is given back as it is: no model is asked then.
        """
        if answer.abstention is not None:
            yield answer
            return
        begun = perf_counter()
        prompt = make_prompt(answer.searched_for, answer.evidence)
        draft = Draft(answer, prompt.shown, self.name)
        reply, call = Reply(), Call(self._model, self._timeout, answer.usage)
        try:
            for piece in call.stream(prompt.messages, config):
                for claim in reply.feed(piece):
                    if draft.add(claim):
                        yield draft.answer()
            finished = _finished(draft, reply)
        except CallFailed as failed:
            finished = replace(answer, notes=(*answer.notes, f"{failed.told}; {_INSTEAD}"))
        timings = {stage: ms for stage, ms in answer.timings_ms.items() if stage != "total"}
        timings["llm"] = (perf_counter() - begun) * 1_000
        yield replace(finished, usage=call.usage, timings_ms={**timings, "total": sum(timings.values())})

    def complete(
        self,
        question: str,
        history: Sequence[Exchange],
        ruled: str,
        config: RunnableConfig | None = None,
    ) -> Completed:
        """A follow-up made to stand alone, in part of the time limit; `ruled` where the model is no help."""
        call = Call(self._model, self._timeout * _FOLLOW_UP_SHARE)
        return completed(call, question, history, ruled, config)

    def _step(self, state: Mapping[str, Any], config: RunnableConfig) -> Iterator[Answer]:
        yield from self.reword(state["answer"], config)

    async def _astep(self, state: Mapping[str, Any], config: RunnableConfig) -> AsyncIterator[Answer]:
        answers = self._step(state, config)
        while (answer := await run_in_executor(config, next, answers, None)) is not None:
            yield answer


def _finished(draft: Draft, reply: Reply) -> Answer:
    """The whole answer; raises CallFailed where the reply makes none."""
    if not reply.complete:
        raise CallFailed(Failure.BROKEN_OFF)
    if not reply.objects:
        raise CallFailed(Failure.UNREADABLE)
    if not draft.claims:
        raise CallFailed(Failure.UNVERIFIED if draft.left_out else Failure.NO_ANSWER)
    return draft.answer(reply.short, finished=True)


def _name_of(model: BaseChatModel) -> str:
    """What the model calls itself, else its class."""
    given = getattr(model, "model_name", None) or getattr(model, "model", None)
    return given if isinstance(given, str) else type(model).__name__
