"""Cases that a careful reader would check: dates, differences, copies, follow-ups, reasons to decline.

`python -m eval.careful tests/careful` asks them all and names each that fails, by kind.
"""

import json
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from ingest.find import find
from ingest.pipeline import ingest
from rag.library import Library
from rag.terms import plain
from rag.types import Answer, Exchange, Filters

CASES, ARTICLES = "cases.jsonl", "articles.jsonl"

Ask = Callable[[str, Filters, Sequence[Exchange], date | None], Answer]


@dataclass(frozen=True, slots=True)
class Case:
    """The questions of one conversation, and what must hold of the answer to the last."""

    id: str
    kind: str
    turns: tuple[str, ...]
    expect: Mapping[str, Any]
    filters: Filters
    asked_on: date | None
    empty_library: bool


def load_cases(path: Path) -> list[Case]:
    """The cases of a JSON Lines file: `id, kind, turns, expect`, optional `filters, asked_on, library`."""
    return [_case(json.loads(line)) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def failures_of(case: Case, ask: Ask) -> list[str]:
    """What does not hold of the case, a sentence each; empty where all does."""
    history: list[Exchange] = []
    for turn in case.turns:
        answer = ask(turn, case.filters, history, case.asked_on)
        history.append(Exchange(answer.searched_for, answer.short_answer))
    return [told for name, wanted in case.expect.items() if (told := _CHECKS[name](answer, wanted))]


@contextmanager
def opened(folder: Path) -> Iterator[tuple[Ask, Ask]]:
    """What asks the sample articles together with those of a folder, and what asks an empty library."""
    from rag.chain import answer_chain, ask
    from rag.embed import SentenceTransformerEmbedder
    from rag.readers import reader_named

    embedder, reader = SentenceTransformerEmbedder(), reader_named()
    with (
        tempfile.TemporaryDirectory() as scratch,
        as_file(files("ingest").joinpath("samples")) as samples,
        Library.open(Path(scratch) / "full", embedder) as full,
        Library.open(Path(scratch) / "empty", embedder) as empty,
    ):
        ingest(full, find([str(samples), str(folder / ARTICLES)]))
        chains = answer_chain(full, reader), answer_chain(empty, reader)

        def of(chain: Any) -> Ask:
            return lambda question, filters, history, asked_on: ask(
                chain, question, filters, history=history, asked_on=asked_on
            )

        yield of(chains[0]), of(chains[1])


def main(folder: Path) -> int:
    """Ask every case of a folder; prints the failures by kind. Exit code 1 where fewer than 90 % hold."""
    cases = load_cases(folder / CASES)
    wrong: dict[str, list[str]] = defaultdict(list)
    with opened(folder) as (ask, ask_empty):
        for case in cases:
            for told in failures_of(case, ask_empty if case.empty_library else ask):
                wrong[case.id].append(told)
    for kind in dict.fromkeys(case.kind for case in cases):
        ids = [case.id for case in cases if case.kind == kind]
        failed = [each for each in ids if each in wrong]
        print(f"{kind:15} {len(ids) - len(failed):3} of {len(ids)}")
        for case in (each for each in cases if each.id in failed):
            print(f"    {case.id}: {' / '.join(case.turns)}")
            for told in wrong[case.id]:
                print(f"        {told}")
    share = 1 - len(wrong) / len(cases)
    print(f"{len(cases) - len(wrong)} of {len(cases)} right ({share:.1%})")
    return 0 if share >= 0.9 else 1


def _case(row: Mapping[str, Any]) -> Case:
    chosen = row.get("filters", {})
    dates = {name: date.fromisoformat(chosen[name]) for name in ("since", "until") if name in chosen}
    return Case(
        id=row["id"],
        kind=row["kind"],
        turns=tuple(row["turns"]),
        expect=row["expect"],
        filters=Filters(sources=tuple(chosen.get("sources", ())), **dates),
        asked_on=date.fromisoformat(row["asked_on"]) if "asked_on" in row else None,
        empty_library=row.get("library") == "empty",
    )


def _short(answer: Answer, wanted: Sequence[str]) -> str:
    """The short answer is one of these, but for words like "about" around it."""
    given = plain(answer.short_answer or "")
    accepted = [plain(each) for each in wanted]
    close = any(each in given and len(given) <= len(each) + 12 for each in accepted)
    return "" if given and close else f"the short answer is {_given(answer)}, not {' or '.join(wanted)}"


def _lacks(answer: Answer, unwanted: Sequence[str]) -> str:
    held = [each for each in unwanted if each in (answer.short_answer or "")]
    return f"the short answer holds {held[0]}" if held else ""


def _items(answer: Answer, wanted: Sequence[str]) -> str:
    missing = [each for each in wanted if plain(each) not in plain(answer.short_answer or "")]
    return f"the short answer {_given(answer)} lacks {', '.join(missing)}" if missing else ""


def _text(answer: Answer, wanted: Sequence[str]) -> str:
    missing = [each for each in wanted if answer.abstention or each.lower() not in answer.text.lower()]
    return f"the answer {answer.text!r} lacks {', '.join(missing)}" if missing else ""


def _abstained(answer: Answer, wanted: str) -> str:
    reason = answer.abstention.reason.value if answer.abstention else f"answered {answer.short_answer!r}"
    return "" if reason == wanted else f"{reason}, not {wanted}"


def _message(answer: Answer, wanted: Sequence[str]) -> str:
    missing = [each for each in wanted if each not in answer.text]
    return f"the message {answer.text!r} lacks {', '.join(missing)}" if missing else ""


def _nearest(answer: Answer, _: bool) -> str:
    return "" if answer.evidence else "no nearest passages"


def _differing(answer: Answer, wanted: Sequence[Mapping[str, Any]]) -> str:
    """Exactly these readings, each with its outlet, its date and whether it is the newest."""
    given = [
        (each.value, each.citation.article.source, str(each.citation.article.published), each.newest)
        for each in answer.differing
    ]
    held = all(
        any(
            each["value"] in one[0] and (each["source"], each["published"], each["newest"]) == one[1:]
            for one in given
        )
        for each in wanted
    )
    return "" if held and len(given) == len(wanted) else f"the readings are {given}"


def _differing_values(answer: Answer, wanted: Sequence[str]) -> str:
    given = [each.value for each in answer.differing]
    missing = [each for each in wanted if not any(each in one for one in given)]
    return f"the readings are {given} ({_given(answer)})" if missing else ""


def _dates(answer: Answer, wanted: Mapping[str, str]) -> str:
    """Some citation explains these words so."""
    notes = [note for each in answer.citations for note in each.dates]
    for words, meaning in wanted.items():
        if not any(words.lower() in note.words.lower() and meaning in note.meaning for note in notes):
            given = [(each.words, each.meaning) for each in notes]
            return f"“{words}” is not explained as {meaning}: {given} ({_given(answer)})"
    return ""


def _no_dates(answer: Answer, _: bool) -> str:
    return "a date is explained" if any(each.dates for each in answer.citations) else ""


def _notes(answer: Answer, wanted: Sequence[str]) -> str:
    missing = [each for each in wanted if not any(each in note for note in answer.notes)]
    return f"the notes {list(answer.notes)} lack {missing[0]}" if missing else ""


def _as_of(answer: Answer, wanted: str) -> str:
    return "" if str(answer.as_of) == wanted else f"as of {answer.as_of}"


def _stories(answer: Answer, wanted: int) -> str:
    return "" if answer.stories == wanted else f"{answer.stories} stories, not {wanted} ({_given(answer)})"


def _cites(answer: Answer, wanted: Sequence[str]) -> str:
    missing = set(wanted) - {each.article.id for each in answer.citations}
    return f"{', '.join(missing)} is not cited" if missing else ""


def _first(answer: Answer, wanted: str) -> str:
    first = answer.citations[0].article.id if answer.citations else None
    return "" if first == wanted else f"{first} is cited first"


def _searched(answer: Answer, wanted: Sequence[str]) -> str:
    return "" if answer.searched_for in wanted else f"searched for {answer.searched_for!r}"


def _searched_has(answer: Answer, wanted: Sequence[str]) -> str:
    return (
        "" if all(each in answer.searched_for for each in wanted) else f"searched for {answer.searched_for!r}"
    )


def _searched_lacks(answer: Answer, unwanted: Sequence[str]) -> str:
    return (
        f"searched for {answer.searched_for!r}"
        if any(each in answer.searched_for for each in unwanted)
        else ""
    )


def _speaker(answer: Answer, wanted: str | None) -> str:
    speaker = answer.citations[0].speaker if answer.citations else "(declined)"
    held = speaker is None if wanted is None else wanted in (speaker or "")
    return "" if held else f"the speaker is {speaker} ({_given(answer)})"


def _sentences(answer: Answer, wanted: Sequence[int]) -> str:
    return "" if wanted[0] <= len(answer.claims) <= wanted[1] else f"{len(answer.claims)} sentences"


def _given(answer: Answer) -> str:
    return (
        repr(answer.short_answer)
        if answer.abstention is None
        else f"declined ({answer.abstention.reason.value})"
    )


_CHECKS: Mapping[str, Callable[[Answer, Any], str]] = {
    "short": _short, "lacks": _lacks, "items": _items, "text": _text, "abstained": _abstained,
    "message": _message, "nearest": _nearest, "differing": _differing, "differing_values": _differing_values,
    "dates": _dates, "no_dates": _no_dates, "notes": _notes, "as_of": _as_of, "stories": _stories,
    "cites": _cites, "first": _first, "searched": _searched, "searched_has": _searched_has,
    "searched_lacks": _searched_lacks, "speaker": _speaker, "sentences": _sentences,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
