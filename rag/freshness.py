"""How near in time an article is to its question, and whether the question says that this matters."""

import math
import re
from datetime import date

_UNDATED = 365  # days between article and question where either's date is unknown
# What a question says that means the time at which it is asked.
_NOW = re.compile(
    r"\b(?:this (?:week|weekend|month|morning|past)|(?:last|past|next) (?:week|weekend|month|night|few)"
    r"|today|yesterday|tonight|recently|latest)\b",
    re.IGNORECASE,
)


def days_apart(one: date | None, other: date | None) -> int | None:
    """The days between two dates, whichever is first; None where either is unknown."""
    return None if one is None or other is None else abs((one - other).days)


def freshness(days: int | None) -> float:
    """Minus the logarithm of the days between article and question: 0 for news of the day, else below."""
    return -math.log1p(_UNDATED if days is None else days)


def is_about_now(question: str) -> bool:
    """Whether a question names a time that is counted from the day it is asked, as "this week" does."""
    return bool(_NOW.search(question))
