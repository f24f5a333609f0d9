"""A language model's reply, read while it grows: the claims in it that are complete."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_DEEPEST = 8  # the form asked for is three deep
_MOST_QUOTES = 4  # of one claim: whoever quotes everything can claim anything
_THINKING, _THOUGHT = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class RawClaim:
    """A claim as the model wrote it, nothing in it trusted: `quotes` are pairs of key and quotation."""

    text: str
    quotes: tuple[tuple[str, str], ...]


class Reply:
    """A reply that comes in pieces; finds JSON objects in it whatever stands around them.

    Whoever asks for one object may get it in a code fence, after a preamble, after a `<think>` block, or in
    several objects one a line: every complete object that has the form of a claim is one.
    """

    def __init__(self) -> None:
        self.text = ""
        self.short: str | None = None
        self.objects = 0
        self._read = 0
        self._open: list[int] = []  # where the objects start that are not closed yet
        self._in_string = False
        self._escaped = False

    @property
    def complete(self) -> bool:
        """Whether every object that was begun is closed."""
        return not self._open

    def feed(self, piece: str) -> Iterator[RawClaim]:
        """The claims that the next piece of the reply completes."""
        self.text += piece
        if self._read == 0 and (start := after_thought(self.text)) is not None:
            self._read = start
        elif self._read == 0:
            return
        for place in range(self._read, len(self.text)):
            if self._closes_object(self.text[place], place):
                yield from self._claims(self._open.pop(), place + 1)
        self._read = len(self.text)

    def _closes_object(self, character: str, place: int) -> bool:
        """Whether an object ends here; quotation marks mean strings inside of objects only."""
        if self._escaped:
            self._escaped = False
        elif self._in_string:
            self._escaped = character == "\\"
            self._in_string = character != '"'
        elif character == '"':
            self._in_string = bool(self._open)
        elif character == "{":
            self._open.append(place)
        return character == "}" and not self._in_string and bool(self._open)

    def _claims(self, start: int, end: int) -> Iterator[RawClaim]:
        if len(self._open) > _DEEPEST:
            return
        try:
            found = json.loads(self.text[start:end], strict=False)
        except (ValueError, RecursionError):
            return
        self.objects += 1
        if isinstance(found.get("short"), str):
            self.short = found["short"]
        if (claim := _raw_claim(found)) is not None:
            yield claim


def after_thought(text: str) -> int | None:
    """Where a reply starts behind what the model thinks aloud; None while that may still go on."""
    begun = text.lstrip()
    if not begun.startswith(_THINKING):
        return None if _THINKING.startswith(begun) else 0
    end = text.find(_THOUGHT)
    return None if end < 0 else end + len(_THOUGHT)


def _raw_claim(found: dict[str, Any]) -> RawClaim | None:
    """The claim that an object of the reply is; None for any other object."""
    text, quotes = found.get("text"), found.get("quotes")
    if not isinstance(text, str) or not isinstance(quotes, list):
        return None
    pairs = [
        (each["key"], each["quote"])
        for each in quotes
        if isinstance(each, dict) and isinstance(each.get("key"), str) and isinstance(each.get("quote"), str)
    ]
    return RawClaim(text, tuple(pairs[:_MOST_QUOTES]))
