"""What is shown of a language model's sentence: plain words on one line that link, load and cite nothing."""

import html
import re
import unicodedata

_ROUNDS = 5  # of removing what removing uncovers
_BRACKETS = str.maketrans("［〔⟦〚【］〕⟧〛】", "[[[[[]]]]]")

_REMOVED = re.compile(
    # elements with all that is in them, comments, tags, or what is left of one
    r"<(script|style|template|iframe|svg|object)\b.*?(?:</\1\s*>|\Z)"
    r"|<!--.*?(?:-->|\Z)"
    r"|<[/a-z!?][^<>]*(?:>|(?=<)|\Z)"
    # an image with its text, which nobody is to see; where a link leads
    r"|!\[[^\[\]]*\]\s*(?:\([^()]*\)?|\[[^\[\]]*\])?"
    r"|(?<=\])\s*\((?:[^()\s]|\([^()]*\))*(?:\s[^()]*)?\)"
    # citation markers
    r"|\[\s*(?:\^?\d[^\[\]]*|\^\w+|(?:sources?|refs?|cite|citations?|keys?|passages?|quotes?)\b[^\[\]]*)\]"
    r"|\(\s*(?:sources?|refs?|cite|citations?|keys?|passages?|quotes?)\b[^()]*\)"
    r"|\(\s*\d{1,2}(?:\s*[,;–-]\s*\d{1,2})*\s*\)"
    r"|\\\w+\{[^{}]*\}"
    # addresses
    r"|(?:[a-z0-9+.-]*://|\bwww\.)[^\s()<>\[\]]*"
    r"|\b(?:javascript|vbscript|data|mailto|file|blob):\S+"
    r"|\S+@\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b(?:[/?#:]\S*)?",
    re.IGNORECASE | re.DOTALL,
)
_FORMATTING = re.compile(r"[*`_~#|]{2,}|[*`\[\]{}†‡⁰¹²³⁴-⁹①-⑳]|^\s*(?:[-+>#•]+|\d+[.)])\s+|(?<!\w)_|_(?!\w)")
_EMPTY_BRACKETS = re.compile(r"\([\s,;]*\)")
_SPACE_BEFORE_STOP = re.compile(r"\s+(?=[.,;:!?](?:\s|$))")


def plain_sentence(text: str, keys: tuple[str, ...] = ()) -> str:
    """The words of a model's sentence, without markup, addresses, citation markers, `keys` and control codes.

    What a reader may click on, load or take for a citation is made of citations that were checked, never of
    this text; whoever shows it escapes it besides.

    >>> plain_sentence("It **reopened** [1] ![x](http://evil.example/?q=1) <b>today</b>.")
    'It reopened today.'
    """
    for _ in range(_ROUNDS):
        before, text = text, _stripped(text, keys)
        if text == before:
            return text
    return ""  # nobody who means well wraps a sentence that often


def _stripped(text: str, keys: tuple[str, ...]) -> str:
    text = _REMOVED.sub(" ", html.unescape(text).translate(_BRACKETS))
    for key in keys:
        text = text.replace(key, " ")
    text = "".join(each for each in text if each.isspace() or unicodedata.category(each)[0] != "C")
    text = _EMPTY_BRACKETS.sub(" ", _FORMATTING.sub("", text))
    return _SPACE_BEFORE_STOP.sub("", " ".join(text.split()))
