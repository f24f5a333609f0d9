"""Questions for several things: every one that the evidence holds, each with the sentence that names it."""

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from rag.days import COUNTS
from rag.differing import rank
from rag.predicates import subject_in
from rag.terms import OPENERS, names, plain, stem, words
from rag.types import AnswerSpan, Span
from rag.unrivalled import confidence_without

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
    if back and back.group().split(",")[0].lower() in OPENERS:
        back = None
    whole = Span(offset + (back.start() if back else start), offset + (on.end() if on else end))
    return replace(span, answer=whole)


def named_with(span: AnswerSpan) -> list[str]:
    """Names that the span's sentence goes on with: "Lesko signed for Orlan, and Paolo Ferri for ..."."""
    if span.answer is None or not (span.short or "")[:1].isupper():
        return []
    rest = span.quote[span.answer.end - span.sentence.start :]
    return [_TITLED.sub("", match["name"]) for match in _GOES_ON.finditer(rest)]


def is_item(each: AnswerSpan, lead: AnswerSpan) -> bool:
    """Whether a span may be another thing of the list that the lead begins: as likely, and as much a name."""
    alike = (each.short or "")[:1].isupper() == (lead.short or "")[:1].isupper()
    return each.short is not None and alike and rank(lead) - rank(each) <= _NEAR


def further(question: str, lead: AnswerSpan, spans: Sequence[AnswerSpan]) -> list[AnswerSpan]:
    """Other things that answer too, the surest first; none where the lead holds as many as were asked for."""
    wanted = _wanted(question)
    told = [*_items(lead.short), *(plain(each) for each in named_with(lead))]
    items = {id(each) for each in spans if is_item(each, lead)}
    found: list[AnswerSpan] = []
    for each in spans:
        quoted = any(each.quote == other.quote for other in (lead, *found))
        if quoted or id(each) not in items or len(told) >= wanted:
            continue
        new = _items(each.short)
        repeats = any(item in known or known in item for item in new for known in told)
        if not repeats and _is_sure(question, each, spans, items):
            told += new
            found.append(each)
    return found


def _is_sure(question: str, span: AnswerSpan, spans: Sequence[AnswerSpan], items: Set[int]) -> bool:
    """Whether a thing is sure enough: by itself, in the question's own words, or where its sentence names
    all that the question names, without the other things of the list."""
    if span.confidence >= _SURE or subject_in(question, span.quote) is not None:
        return True
    named = set(map(stem, names(question)))
    about = bool(named) and named <= set(map(stem, words(span.quote)))
    return about and confidence_without(span, spans, items) >= _SURE


def _wanted(question: str) -> int:
    match = _ASKED.search(question)
    if match is None:
        return _MOST
    count = match["count"].lower()
    return int(count) if count.isdigit() else COUNTS[count]


def _items(short: str | None) -> list[str]:
    return [plain(each) for each in re.split(r",\s+(?:and\s+)?|\s+and\s+", short or "") if each.strip()]
