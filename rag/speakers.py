"""Who said what a sentence says, where the article names the speaker: "according to the Foreign Ministry"."""

import re

from rag.phrases import CAPITAL
from rag.sentences import sentences
from rag.types import Span

_SAID = (
    r"(?:said|says|told|declared|announced|warned|argued|claimed|insisted|replied|promised|admitted|reckons"
    r"|reported|noted|stated|charged|added|called)"
)
_WORD = r"[\w’'&./-]*\w(?:\.(?=\s[A-Z]))?"
_WHO = rf"(?:{_WORD}\s+){{0,8}}?{_WORD}"
_PROPER = rf"{CAPITAL}{_WORD}(?:\s{CAPITAL}{_WORD})*"
_LEADING = re.compile(
    r"^(?:(?:and|but|as|while|when|after|because|that|then|or|so|for|if|since)"
    r"|(?:last|this) (?:week|month|year)|on \w+day|yesterday)\s+",
    re.IGNORECASE,
)
_ACCORDING = re.compile(
    rf"\b(?:[Aa]ccording to|[Ii]n the words of)\s+(?P<who>{_WHO}(?:,\s{_PROPER})?)"
    r"(?=\s*(?:[,.;:)”\"]|$|\s(?:which|who|that|in|on|at)\s))"
)
_APPOSED = re.compile(rf"(?:^|[,;]\s)(?P<who>{_WHO},\s{_PROPER}),\s+{_SAID}\b")
_BEFORE = re.compile(rf"(?:^|[,;:]\s|[—–”\"]\s*)(?P<who>{_WHO})\s+(?:also\s+|then\s+|later\s+)?{_SAID}\b")
_AFTER = re.compile(
    rf"(?:,\s+{_SAID}\s+(?P<who>{_PROPER})|[”\"]\s+{_SAID}\s+(?P<quoted>(?:the\s+)?{_WHO}))"
    r"(?=\s*(?:[,.;:]|$|\s(?:at|on|in|after|during|to|who)\s))"
)
_PRONOUN = re.compile(r"(?:he|she|they|it|i|we)", re.IGNORECASE)
_NO_SPEAKER = frozenset(
    "who which that this these those there what where had has have was were is are be".split()
)
_NAME = re.compile(rf"\b{CAPITAL}[\w’'-]+(?:\s+{CAPITAL}[\w’'-]+)+")
_QUOTED = re.compile(r"[“\"][^”\"]{8,}[”\"]")
_STARTS = frozenset("the a an on in at but and when if as after its his her this that".split())


def speaker_of(text: str, sentence: Span) -> str | None:
    """Who the article says said a sentence, in the article's words; None where it names nobody.

    Args:
        text: the passage that the sentence stands in.
        sentence: where it stands in that text.

    "She said" is told as the person named last before it. A sentence that is all quotation may be attributed
    by its neighbour.
    """
    quote = sentence.of(text)
    who = _attributed(quote)
    if who is None and _QUOTED.search(quote):
        who = _attributed_nearby(text, sentence)
    if who is not None and _PRONOUN.fullmatch(who):
        return _named_before(text, sentence, who)
    return who


def _attributed(quote: str) -> str | None:
    """The speaker that a sentence itself gives; a pronoun where it gives no more."""
    outside = _QUOTED.sub(lambda match: '"' + " " * (len(match.group()) - 2) + '"', quote)
    for pattern in (_ACCORDING, _APPOSED, _BEFORE, _AFTER):
        for match in pattern.finditer(outside):
            said_by = next(group for group in match.groups() if group)
            who = _LEADING.sub("", " ".join(said_by.split()))
            if _is_speaker(who):
                return who
    return None


def _is_speaker(who: str) -> bool:
    """Whether words can name a speaker: a pronoun, a name, or "the ministry"; no clause."""
    said = who.lower().split()
    if not said or any(word in _NO_SPEAKER for word in said):
        return False
    bare_plural = len(said) <= 3 and said[-1].endswith("s") and said[0].isalpha()
    named = any(word[0].isupper() for word in who.split())
    return (
        bool(_PRONOUN.fullmatch(who)) or named or said[0] in ("the", "its", "their", "a", "an") or bare_plural
    )


def _attributed_nearby(text: str, sentence: Span) -> str | None:
    """The speaker in the sentence right after a quotation, or right before it."""
    others = sentences(text)
    after = [each for each in others if each.start >= sentence.end][:1]
    before = [each for each in others if each.end <= sentence.start][-1:]
    return next((who for each in (*after, *before) if (who := _attributed(each.of(text)))), None)


def _named_before(text: str, sentence: Span, pronoun: str) -> str | None:
    """The person that "he" or "she" stands for: who began, or was quoted in, the nearest sentence before."""
    if pronoun.lower() not in ("he", "she"):
        return None
    before = text[: sentence.start]
    names = [match.group() for match in _NAME.finditer(_without_sentence_starts(before))]
    families = {name.split()[-1]: name for name in names}
    for each in reversed(sentences(before)):
        said = each.of(before)
        first = re.match(rf"{_PROPER}", said)
        subject = first and families.get(first.group().split()[-1])
        if subject or ((who := _attributed(said)) and who.split()[-1] in families):
            return subject or who
    return names[-1] if names else None


def _without_sentence_starts(text: str) -> str:
    """The text with "The" and its like in lower case, so that they begin no name."""
    return re.sub(
        r"\b[A-Z]\w*\b", lambda m: m.group().lower() if m.group().lower() in _STARTS else m.group(), text
    )
