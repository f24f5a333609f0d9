"""The fields of a row, checked; a ValueError says what is wrong with one."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any


def id_of(row: Mapping[str, Any], key: str) -> str:
    """An id as text; whole numbers are accepted, as many sets number their questions."""
    value = row.get(key)
    return str(value) if type(value) is int else text_of(row, key)


def text_of(row: Mapping[str, Any], key: str) -> str:
    """Text that is not blank."""
    value = row.get(key)
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"`{key}` is missing or not text")
    return value


def list_of(row: Mapping[str, Any], key: str) -> list[Any]:
    """A list, empty where the key is missing or null."""
    value = row.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise ValueError(f"`{key}` must be a list")
    return value


def strings_of(row: Mapping[str, Any], key: str) -> list[str]:
    """A list of texts, empty where the key is missing or null."""
    values = list_of(row, key)
    if not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{key}` must be a list of texts")
    return values


def day_of(value: object) -> date | None:
    """A date as sets write it, None where there is none; a ValueError where it is something else.

    >>> day_of("2023-01-05"), day_of("2023/1/5"), day_of("2023-01-05T10:00")
    (datetime.date(2023, 1, 5), datetime.date(2023, 1, 5), datetime.date(2023, 1, 5))
    """
    if value is None or value == "":
        return None
    text = value.strip() if isinstance(value, str) else ""
    if found := re.fullmatch(r"(\d{4})[/.](\d{1,2})[/.](\d{1,2})", text):
        text = "-".join((found[1], found[2].zfill(2), found[3].zfill(2)))
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        raise ValueError("`asked_on` must be a date as text, like 2022-03-29") from None
