"""Questions for several things: every one that the evidence holds, each with the sentence that names it."""

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.days import COUNTS
from rag.differing import rank
from rag.terms import plain
from rag.types import AnswerSpan, Span

_SURE = 0.15  # confidence that a further thing must have
_NEAR = 3.5  # ranks that it may be below the first
_MOST = 8
_ITEM = r"(?:(?:the|an?|its|their)\s+)?[^\W\d_]\w*(?:[\s’'.-]+[^\W\d_]\w*){0,4}"
_PROPER_ITEM = r"(?:the\s+)?[^\W\d_a-z][\w’'.-]*(?:\s+(?:of\s+)?[^\W\d_a-z][\w’'.-]*){0,4}"
_ON = re.compile(rf"(?:,\s+{_PROPER_ITEM})*,?\s+and\s+{_PROPER_ITEM}(?!['’])\b")
_BACK = re.compile(rf"(?:{_PROPER_ITEM},\s+)*{_PROPER_ITEM}(?:,|,?\s+and)\s+\Z")
_NAME = r"[^\W\d_a-z][\w’'.-]*"
_GOES_ON = re.compile(rf",\s+and\s+(?P<name>{_NAME}(?:\s+{_NAME}){{1,4}})(?=\s+(?:for|from|of|with)\s)")
_TITLED = re.compile(r"^.*\b(?:Minister|President|Senator|Secretary|Chancellor|Governor)\s+(?=\S+\s+\S)")
_OPENERS = frozenset("still however meanwhile instead today yesterday moreover nevertheless so then".split())
_ON_PLAIN = re.compile(rf"(?:,\s+{_ITEM})*,?\s+and\s+{_ITEM}(?=\s*[.;])")
_ASKED = re.compile(rf"\b(?:which|what|name|the)\s+(?P<count>{'|'.join(COUNTS)}|\d{{1,2}})\s+[a-z]", re.I)


def whole_list(span: AnswerSpan) -> AnswerSpan:
    """The span with the rest of its enumeration: "Orlan" becomes "Orlan, Velmark and Castria"."""
    if span.answer is None:
        return span
    quote, offset = span.quote, span.sentence.start
    start, end = span.answer.start - offset, span.answer.end - offset
    proper, ended = quote[start : start + 1].isupper(), " and " in quote[start:end]
    on = None if ended else (_ON if proper else _ON_PLAIN).match(quote, end)
    back = _BACK.search(quote[:start]) if proper else None
    if back and back.group().split(",")[0].lower() in _OPENERS:
        back = None
    whole = Span(offset + (back.start() if back else start), offset + (on.end() if on else end))
    return replace(span, answer=whole)


def named_with(span: AnswerSpan) -> list[str]:
    """Names that the span's sentence goes on with: "Lesko signed for Orlan, and Paolo Ferri for ..."."""
    if span.answer is None or not (span.short or "")[:1].isupper():
        return []
    rest = span.quote[span.answer.end - span.sentence.start :]
    return [_TITLED.sub("", match["name"]) for match in _GOES_ON.finditer(rest)]


def further(question: str, lead: AnswerSpan, spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """Other things that answer too, the surest first; none where the lead holds as many as were asked for."""
    wanted = _wanted(question)
    told = _items(lead)
    found: list[AnswerSpan] = []
    for each in spans:
        if each is lead or each.short is None or len(told) >= wanted:
            continue
        new = _items(each)
        repeats = any(item in known or known in item for item in new for known in told)
        alike = (each.short[:1].isupper()) == (lead.short or "")[:1].isupper()
        if alike and each.confidence >= _SURE and rank(lead) - rank(each) <= _NEAR and not repeats:
            told += new
            found.append(each)
    return found


def _wanted(question: str) -> int:
    match = _ASKED.search(question)
    if match is None:
        return _MOST
    count = match["count"].lower()
    return int(count) if count.isdigit() else COUNTS[count]


def _items(span: AnswerSpan) -> list[str]:
    return [plain(each) for each in re.split(r",\s+(?:and\s+)?|\s+and\s+", span.short or "") if each.strip()]
