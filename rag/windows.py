"""Question, title and text as token ids, long texts as windows that overlap."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

CLS, SEP = 101, 102
MAX_TOKENS, MAX_QUESTION, MAX_TITLE, OVERLAP = 320, 64, 24, 128


@dataclass(frozen=True, slots=True)
class Window:
    """One sequence to read: `[CLS] question [SEP] title [SEP] text [SEP]`.

    `ids[first:-1]` are the tokens of the text, `offsets` their places in it; `text` is the text's number.
    """

    text: int
    ids: list[int]
    types: list[int]
    first: int
    offsets: list[tuple[int, int]]


def windows(tokenizer: Tokenizer, pairs: Sequence[tuple[str, str, str]]) -> list[Window]:
    """The windows of each (question, title, text) in order; none for a text without tokens.

    A question and a title are cut off after `MAX_QUESTION` and `MAX_TITLE` tokens.
    """
    parts = [tokenizer.encode_batch([pair[i] for pair in pairs], add_special_tokens=False) for i in range(3)]
    made: list[Window] = []
    for number, (question, title, text) in enumerate(zip(*parts, strict=True)):
        asked = [CLS, *question.ids[:MAX_QUESTION], SEP]
        head = [*asked, *title.ids[:MAX_TITLE], SEP]
        room = MAX_TOKENS - len(head) - 1
        for low in range(0, max(1, len(text.ids) - OVERLAP), room - OVERLAP):
            body = text.ids[low : low + room]
            if body:
                ids = [*head, *body, SEP]
                types = [0] * len(asked) + [1] * (len(ids) - len(asked))
                made.append(Window(number, ids, types, len(head), text.offsets[low : low + room]))
    return made
