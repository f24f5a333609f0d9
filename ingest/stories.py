"""Links wire copies and updates of one article into stories: MinHash finds them, shingles decide."""

import re
from functools import lru_cache
from hashlib import blake2b

from rag.stories import Stories

SHINGLE = 4  # words
BANDS, ROWS = 24, 3  # two articles that share half of their shingles share a key in 24 of 25 cases
ALIKE = 0.6  # of the shorter article's shingles are in the other: a copy cut short, an update that grew
_FEWEST = 12  # shingles: shorter texts are alike by accident
_READ = 200_000  # characters of an article that are compared: bounds the memory
_MOST_COMPARED = 50  # articles with a key in common; only boilerplate is shared by more


def link_stories(stories: Stories) -> int:
    """Compare every article that was not compared yet with all others; returns how many joined a story."""
    stored = lru_cache(maxsize=32)(lambda other: shingles(stories.text(other)))
    joined = 0
    for number, text in stories.uncompared():
        own = shingles(text)
        keys = band_keys(own) if len(own) >= _FEWEST else []
        near = stories.sharing(keys)[:_MOST_COMPARED] if keys else []
        alike = [each for each in near if contained(own, stored(each)) >= ALIKE]
        stories.link(number, keys, alike)
        joined += bool(alike)
    return joined


def shingles(text: str) -> frozenset[str]:
    """Every run of four words, without case and punctuation, of the beginning of a very long text."""
    said = re.findall(r"\w+", text[:_READ].lower())
    return frozenset(" ".join(said[at : at + SHINGLE]) for at in range(len(said) - SHINGLE + 1))


def contained(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the smaller set that the other has too, in [0, 1] (Broder, 1997)."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= _FEWEST else 0.0


def band_keys(own: frozenset[str]) -> list[int]:
    """The keys of an article's MinHash bands: what two articles share the likelier, the more alike they are.

    The signature is cut into bands, each hashed with its number (Leskovec, Rajaraman and Ullman, 2014).
    """
    from datasketch import MinHash  # it imports scipy

    # The scheme is named since keys are stored: another default of a later version would match none of them.
    signature = MinHash(num_perm=BANDS * ROWS, seed=1, scheme="affine32")
    signature.update_batch([each.encode() for each in own])
    bands = signature.hashvalues.reshape(BANDS, ROWS)
    return [_key(band, row.tobytes()) for band, row in enumerate(bands)]


def _key(band: int, values: bytes) -> int:
    """64 bits as SQLite's signed integer."""
    digest = blake2b(bytes([band]) + values, digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
