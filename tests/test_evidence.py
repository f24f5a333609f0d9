"""Gold evidence finds its place in the stored articles, or is said not to."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eval.evidence import Anchor, Match, occurrences, occurrences_normalised, resolve
from eval.gold import GoldEvidence, GoldQuestion
from rag.types import Span

TEXT = "He said: “We’ll  meet\nin Zürich – soon.” Then soon came, and soon went."


def anchor(evidence: GoldEvidence, texts: dict[str, str] | None = None) -> Anchor:
    question = GoldQuestion(id="q", question="?", evidence=(evidence,))
    stored = {"a": TEXT} if texts is None else texts
    return resolve(question, stored.get)[0]


def spans(found: Anchor) -> list[str]:
    return [span.of(TEXT) for span in found.spans]


def test_offsets_that_hold_the_quote_are_kept() -> None:
    assert anchor(GoldEvidence("a", "said", Span(3, 7))) == Anchor("a", Match.OFFSETS, (Span(3, 7),))


def test_offsets_without_a_quote_are_kept_inside_the_article_only() -> None:
    assert anchor(GoldEvidence("a", None, Span(3, 7))).match is Match.OFFSETS
    assert anchor(GoldEvidence("a", None, Span(3, len(TEXT) + 1))) == Anchor("a", Match.NOT_FOUND)


def test_wrong_offsets_fall_back_to_the_nearest_occurrence_of_the_quote() -> None:
    near_the_second = TEXT.index("Then soon")
    found = anchor(GoldEvidence("a", "soon", Span(near_the_second, near_the_second + 4)))
    assert found.match is Match.EXACT
    assert found.spans == (Span(near_the_second + 5, near_the_second + 9),)


def test_a_quote_alone_stands_for_each_of_its_occurrences() -> None:
    found = anchor(GoldEvidence("a", "soon"))
    assert found.match is Match.EXACT
    assert spans(found) == ["soon", "soon", "soon"]


def test_a_quote_that_differs_in_quotes_dashes_spaces_and_accents_is_found_normalised() -> None:
    decomposed = unicodedata.normalize("NFD", "Zürich")
    found = anchor(GoldEvidence("a", f'"We\'ll meet in {decomposed} - soon."'))
    assert found.match is Match.NORMALISED
    assert spans(found) == ["“We’ll  meet\nin Zürich – soon.”"]


def test_a_quote_that_ends_before_a_combining_accent_takes_the_accent_along() -> None:
    assert occurrences_normalised("caf\u00e9", "the cafe\u0301 bar") == (Span(4, 9),)


def test_evidence_that_cannot_be_found_says_why() -> None:
    assert anchor(GoldEvidence("a", "never said")) == Anchor("a", Match.NOT_FOUND)
    assert anchor(GoldEvidence("b", "said")) == Anchor("b", Match.MISSING)
    assert anchor(GoldEvidence("a")) == Anchor("a", Match.ARTICLE)
    assert anchor(GoldEvidence("a", "\u200b")) == Anchor("a", Match.NOT_FOUND)


def test_a_copy_is_looked_up_under_the_id_that_keeps_its_text() -> None:
    question = GoldQuestion(id="q", question="?", evidence=(GoldEvidence("copy", "said"),))
    (found,) = resolve(question, {"a": TEXT}.get, {"copy": "a"}.__getitem__)
    assert found == Anchor("a", Match.EXACT, (Span(3, 7),))


@given(st.text(min_size=1, max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_every_occurrence_is_verbatim_and_the_planted_one_is_not_lost(
    quote: str, before: str, after: str
) -> None:
    text = before + quote + after
    places = occurrences(quote, text)
    assert places
    assert all(place.of(text) == quote for place in places)


@pytest.mark.parametrize("space", [" ", "\n", "\u00a0", "\r\n\t"])
@given(st.lists(st.text("abcÅéß", min_size=1, max_size=6), min_size=1, max_size=5), st.data())
def test_changed_spaces_do_not_move_the_offsets(space: str, words: list[str], data: st.DataObject) -> None:
    quote = " ".join(words)
    prefix = data.draw(st.text("XYZ “”…½", max_size=10))
    text = f"{prefix}|{space.join(words)}|"
    assert Span(len(prefix) + 1, len(text) - 1) in occurrences_normalised(quote, text)
