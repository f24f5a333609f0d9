"""What kind of answer a question wants: a fact, several things, an explanation, what changes with time."""

import re

_SEVERAL = re.compile(
    r"""^\W*(?:
      (?:[Ww]hich|[Ww]hat)\s+(?:(?:two|three|four|five|six|seven|eight|\d+)\s+)?(?:[\w-]+\s+)?(?P<noun>[a-z]+(?:s|men|women|people))\s
        (?:have|are|were|do|did|will|would|could|can|had|[a-z]+ed|sent|took|take|won|make|made|belong|went)\b
      |[Ww]ho\s+(?:are|were|have\s+been)\s
      |[Ww]hat\s+(?:are|were)\s+the\s+(?:names|members|parts|demands|conditions|results)\b
      |(?:[Nn]ame|[Ll]ist)\s+(?:the|all)\b
    )""",
    re.VERBOSE,
)
_NAMED = re.compile(
    r"^\W*(?:who|(?:which|what)\s+(?:\w+\s+){0,2}?(?:countries|nations|states|cities|towns|teams|clubs|parties"
    r"|companies|firms|ministers|leaders|officials|players|people|men|women|outlets|newspapers|banks|towns))\b",
    re.IGNORECASE,
)
_SINGULAR = frozenset(
    "was is has does news series politics species business class process campus virus crisis".split()
)
_PAIR = re.compile(r"^\W*[Ww]ho\b.*\bfor [A-Z]\w+ and [A-Z]\w+")
_WHY = re.compile(
    r"^\W*(?:why|how\s+come|for what reason|what\s+(?:\w+\s+)?(?:caused|causes|led\s+to"
    r"|is the (?:cause|reason)"
    r"|was the (?:cause|reason))"
    r"|what\s+(?:started|sparked|triggered|prompted)(?!\s+(?:in|on|at|after|as|with)\b))\b",
    re.IGNORECASE,
)
_HOW = re.compile(
    r"^\W*how\s+(?:did|do|does|was|were|is|are|will|would|has|have|had|can|could)\b"
    r"(?!.*\b(?:describe|call|answer|respond|react|rate|sum up|put it|phrase|explain)\b)",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"^\W*what(?:['’]s|\s+has|\s+had|\s+is)?\s+(?:happen(?:ed|s|ing)?|became\s+of)\b", re.I
)
_STATED = re.compile(
    r"\baccording to\b|\bin the words of\b"
    r"|\b(?:did|does|do|has|have|had|would)\b.*\b(?:say|said|tell|told|warn|warned|announce|describe|call|promise"
    r"|comment|claim|explain)\b",
    re.IGNORECASE,
)
_TOLL = re.compile(
    r"\b(?:dead|die|died|deaths?|kill(?:ed)?|victims?|lives|toll|injured|wounded|missing|displaced|homeless"
    r"|casualties|infected|infections|cases)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\bhow many\b|\btoll\b|\bnumber of\b", re.IGNORECASE)
_NOW = re.compile(r"\b(?:now|current|currently|so far|at present|today)\b")
_OFFICE = re.compile(
    r"^\W*(?:who\s+(?:is\s+(?:the\b|.*['’]s\b|\w+\s+of\b)|holds|leads|heads|runs|owns|chairs|commands"
    r"|coaches|governs|manages|won|has won)\b|who['’]s\s+the\b"
    r"|which\s+(?:\w+\s+){1,2}(?:holds|leads|heads|owns)\b)",
    re.IGNORECASE,
)
_FIGURE = re.compile(
    r"^\W*(?:how\s+(?:much|many|strong|large|big|high|long|far|old|tall|fast)\b|what\s+(?:is|was|were|are)\s+.*\b"
    r"(?:magnitude|cost|price|deficit|rate|turnout|share|number|size|population|toll|value|budget|percentage)\b"
    r"|what\s+(?:percentage|share|proportion|number|amount)\b|at\s+(?:least|most)\s+how\b)",
    re.IGNORECASE,
)
_DATE = re.compile(
    r"^\W*(?:when|(?:on|in|by|since|until|from)\s+(?:what|which)\s+(?:day|date|month|year)|what\s+(?:day|date|month|year))\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^\W*(?:who|whom|whose|who['’]s)\b", re.IGNORECASE)


def wants_several(question: str) -> bool:
    """Whether it asks for several things: "which countries ...", "who are ...", "who signed for A and B"."""
    match = _SEVERAL.search(question)
    if match is None:
        return _PAIR.search(question) is not None
    return match["noun"] is None or match["noun"] not in _SINGULAR


def wants_names(question: str) -> bool:
    """Whether it asks for several that have names: countries, teams, ministers."""
    return _NAMED.search(question) is not None


def wants_story(question: str) -> bool:
    """Whether it asks what happened."""
    return _HAPPENED.search(question) is not None


def wants_statement(question: str) -> bool:
    """Whether it asks what somebody said: a sentence as a whole is the answer."""
    return _STATED.search(question) is not None


def wants_reason(question: str) -> bool:
    """Whether it asks why."""
    return _WHY.search(question) is not None


def wants_explanation(question: str) -> bool:
    """Whether it asks why, how, or what happened: more than one sentence may be due."""
    return any(each.search(question) for each in (_WHY, _HOW, _HAPPENED))


def wants_figure(question: str) -> bool:
    """Whether it asks for a number."""
    return _FIGURE.search(question) is not None


def wants_date(question: str) -> bool:
    """Whether it asks for a day, a month or a year."""
    return _DATE.search(question) is not None


def lies_ahead(question: str) -> bool:
    """Whether it asks when something will be: plans are put off, so the newest report counts."""
    return (
        wants_date(question)
        and re.search(r"\b(?:will|due to|going to|to be)\b|\b(?:is|are)\b.* to ", question) is not None
    )


def wants_person(question: str) -> bool:
    """Whether it asks for a person, or what acts as one."""
    return _PERSON.search(question) is not None


def wants_toll(question: str) -> bool:
    """Whether it asks for a count of victims: it goes on changing after the event."""
    return bool(_COUNTED.search(question) and _TOLL.search(question))


def changes_with_time(question: str) -> bool:
    """Whether what it asks about may be another thing tomorrow: an office, a toll, whatever is "now"."""
    return bool(wants_toll(question) or _NOW.search(question) or _OFFICE.search(question))
