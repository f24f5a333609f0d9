"""Gold candidates: what people said about answers in the chat, kept until somebody reviews it."""

import json
import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from eval.evidence import occurrences, occurrences_normalised
from rag.errors import InputError

FILE = "candidates.jsonl"
NEW, ACCEPTED, REJECTED = "new", "accepted", "rejected"
LONGEST = 2_000  # characters of each text that a person may give
MOST_NEW = 1_000  # so that nobody fills the disk by clicking

_writing = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A question from the chat, what was answered, and what a person thinks is right.

    `verdict` is "wrong" for a thumbs-down alone, "corrected" with an `answer`, "unanswerable" where the
    articles are said not to hold it. The passage is `quote` at `start:end` of `article_id`, None without one.
    """

    id: str
    question: str
    verdict: str
    given: str
    answer: str | None = None
    article_id: str | None = None
    quote: str | None = None
    start: int | None = None
    end: int | None = None
    noted: str = ""
    status: str = NEW

    def gold_row(self, answers: Sequence[str], *, answerable: bool) -> dict[str, Any]:
        """The row of a gold set; the passage is its evidence where the question has an answer."""
        place = {"start": self.start, "end": self.end} if self.start is not None else {}
        cited = [{"article_id": self.article_id, "quote": self.quote, **place}] if self.article_id else []
        return {
            "id": self.id,
            "question": self.question,
            "answers": list(answers),
            "answerable": answerable,
            "evidence": cited if answerable else [],
            "tags": ["from-chat"],
        }


class Candidates:
    """The candidates of one library, in the file `candidates.jsonl` of a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE

    def all(self) -> list[Candidate]:
        """Every candidate in the order of its arrival; InputError where the file is damaged."""
        try:
            lines = self.path.read_text(encoding="utf-8").splitlines()
            return [Candidate(**json.loads(line)) for line in lines if line.strip()]
        except FileNotFoundError:
            return []
        except (OSError, ValueError, TypeError) as error:
            raise InputError(
                f"The candidates {self.path} cannot be read ({error}): move the file away."
            ) from error

    def add(self, candidate: Candidate) -> Candidate:
        """Keeps a candidate under the next free id; InputError where too many wait for review."""
        with _writing:
            known = self.all()
            if sum(each.status == NEW for each in known) >= MOST_NEW:
                raise InputError(f"{MOST_NEW:,} candidates wait for review: review them first.")
            kept = replace(
                candidate,
                id=f"chat-{len(known) + 1}",
                noted=datetime.now(UTC).isoformat(timespec="seconds"),
            )
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with self.path.open("a", encoding="ascii", newline="\n") as file:
                file.write(json.dumps(asdict(kept)) + "\n")
        return kept

    def accept(
        self, candidate_id: str, into: Path, answers: Sequence[str] = (), *, unanswerable: bool = False
    ) -> dict[str, Any]:
        """Adds a candidate to a gold set as a row, which is returned.

        Its answer is the one corrected in the chat unless others are given. Raises InputError where it is
        not known, was reviewed before, or nobody said what the right answer is.
        """
        candidate = self._waiting(candidate_id)
        answers = answers or ([candidate.answer] if candidate.answer else [])
        unanswerable = unanswerable or (candidate.verdict == "unanswerable" and not answers)
        if unanswerable and answers:
            raise InputError(
                f"{candidate_id} cannot have an answer and be unanswerable: give one of the two."
            )
        if not unanswerable and not answers:
            raise InputError(
                f"{candidate_id} has no right answer yet: give it with --answer, or say --unanswerable."
            )
        row = candidate.gold_row(answers, answerable=not unanswerable)
        try:
            with into.open("a", encoding="ascii", newline="\n") as file:
                file.write(json.dumps(row) + "\n")
        except OSError as error:
            raise InputError(f"Cannot write the gold set {into}: {error.strerror or error}.") from error
        self._review(candidate_id, ACCEPTED)
        return row

    def reject(self, candidate_id: str) -> None:
        """Marks a candidate as not to be used."""
        self._waiting(candidate_id)
        self._review(candidate_id, REJECTED)

    def _waiting(self, candidate_id: str) -> Candidate:
        found = next((each for each in self.all() if each.id == candidate_id), None)
        if found is None:
            raise InputError(
                f"No candidate has the id {candidate_id!r}: `dateline gold candidates` lists them."
            )
        if found.status != NEW:
            raise InputError(f"{candidate_id} was {found.status} before.")
        return found

    def _review(self, candidate_id: str, status: str) -> None:
        with _writing:
            reviewed = [
                replace(each, status=status) if each.id == candidate_id else each for each in self.all()
            ]
            fresh = self.path.with_suffix(".new")
            fresh.write_text("".join(json.dumps(asdict(each)) + "\n" for each in reviewed), encoding="ascii")
            fresh.replace(self.path)


def candidate(
    *,
    question: str,
    given: str,
    answer: str = "",
    unanswerable: bool = False,
    article_id: str | None = None,
    passage: str = "",
    text: str | None = None,
) -> Candidate:
    """A candidate from what a person said, not kept yet.

    `passage` is text that the person selected or pasted from the article of `article_id`, whose stored text
    is `text`. Raises InputError where a text is too long, both an answer and "unanswerable" are given, or the
    passage does not stand in the article.
    """
    answer, passage = answer.strip(), passage.strip()
    if max(map(len, (question, answer, passage))) > LONGEST:
        raise InputError(f"That is too long: keep each text within {LONGEST:,} characters.")
    if unanswerable and answer:
        raise InputError("Give the right answer, or say that the articles do not hold it, not both.")
    made = Candidate(
        id="",
        question=question,
        verdict="unanswerable" if unanswerable else "corrected" if answer else "wrong",
        given=given,
        answer=answer or None,
    )
    if not passage:
        return made
    spans = occurrences(passage, text or "") or occurrences_normalised(passage, text or "")
    if not spans or text is None:
        raise InputError("The passage does not stand in that article: select it there, or leave it out.")
    span = spans[0]
    return replace(made, article_id=article_id, quote=span.of(text), start=span.start, end=span.end)
