"""Wire copies and updates become one story when they are ingested; other articles stay stories of their own."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakes import HashEmbedder, article, stored

from ingest.find import find
from ingest.pipeline import ingest
from ingest.stories import band_keys, contained, link_stories, shingles
from rag.catalog import Catalog
from rag.library import Library

STORY = (
    "A passenger ferry sank off Port Maren on Monday evening and at least twelve people died, the coast guard"
    " said. The ship was carrying ninety-four passengers and crew when it began to take on water about three"
    " kilometers from the harbour. Rescuers pulled fifty-one survivors from the sea during the night."
)
UPDATE = STORY.replace("twelve", "twenty-seven") + " The captain was questioned for five hours on Tuesday."
OTHER = (
    "Orlan and Castria signed a grain deal on Wednesday under which Orlan will deliver wheat every year. The"
    " agreement runs for five years and replaces a contract that expired in December, both governments said."
)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    with Library.open(tmp_path / "lib", HashEmbedder()) as opened:
        yield opened


def take_in(library: Library, folder: Path, **texts: str) -> dict[str, str]:
    """The stories of articles after they were ingested, by their ids."""
    path = folder / "news.jsonl"
    path.write_text("".join(json.dumps({"id": each, "text": text}) + "\n" for each, text in texts.items()))
    ingest(library, find([str(path)]))
    return library.catalog.stories.of(texts)


def test_a_copy_a_cut_copy_and_an_update_are_one_story_and_another_article_is_none(
    library: Library, tmp_path: Path
) -> None:
    short = STORY.rpartition(" Rescuers")[0]
    stories = take_in(library, tmp_path, first=STORY, cut=short, update=UPDATE, other=OTHER)
    assert stories["first"] == stories["cut"] == stories["update"] != stories["other"]


def test_an_article_that_resembles_two_stories_makes_them_one(library: Library, tmp_path: Path) -> None:
    half = len(STORY) // 2
    head, tail = STORY[: half + 40], STORY[half - 40 :]
    stories = take_in(library, tmp_path, head=head, tail=tail)
    assert stories["head"] != stories["tail"]
    stories = take_in(library, tmp_path, head=head, tail=tail, whole=STORY)
    assert stories["head"] == stories["tail"] == stories["whole"]


def test_a_story_outlives_the_article_that_began_it(library: Library, tmp_path: Path) -> None:
    take_in(library, tmp_path, first=STORY, cut=STORY[:250], update=UPDATE)
    library.delete("first")
    stories = library.catalog.stories.of(["cut", "update"])
    assert stories["cut"] == stories["update"]
    assert library.catalog.check() == []


def test_a_changed_article_is_compared_anew(library: Library, tmp_path: Path) -> None:
    take_in(library, tmp_path, first=STORY, second=UPDATE)
    stories = take_in(library, tmp_path, first=STORY, second=OTHER)
    assert stories["first"] != stories["second"]


def test_short_texts_are_never_alike() -> None:
    assert contained(shingles("The harbour is open again."), shingles("The harbour is open again.")) == 0.0


def test_alike_texts_share_a_key_and_others_share_none() -> None:
    keys = [set(band_keys(shingles(text))) for text in (STORY, UPDATE, OTHER)]
    assert keys[0] & keys[1]
    assert not keys[0] & keys[2]
    assert all(-(2**63) <= key < 2**63 for key in keys[0])


def test_a_catalog_of_the_second_schema_is_linked_at_the_next_ingest(tmp_path: Path) -> None:
    with Library.open(tmp_path / "lib", HashEmbedder()) as library:
        stored(library, article(1, STORY), article(2, UPDATE))
    path = tmp_path / "lib" / "catalog.sqlite3"
    with closing(sqlite3.connect(path)) as db:
        db.executescript("DROP TABLE stories; DROP TABLE story_keys; PRAGMA user_version = 2;")
    with closing(Catalog(path)) as catalog:
        apart = catalog.stories.of(["a1", "a2"])
        assert apart["a1"] != apart["a2"]
        assert link_stories(catalog.stories) == 1
        linked = catalog.stories.of(["a1", "a2"])
        assert linked["a1"] == linked["a2"]
        assert link_stories(catalog.stories) == 0
