"""Trains the looks that the package carries: `make looks`, or this for some of them.

The same seed and steps give the same weights on the same machine. Two courses run side by side, each on one
core, which is faster than one on two.
"""

import argparse
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from overglass_protocol.errors import OverglassError
from training.recipes import RECIPES, SHIPPED
from training.shipped import Job, train

WEIGHTS = Path(__file__).parents[1] / "overglass_cloud" / "neural" / "weights"


def main() -> int:
    parser = argparse.ArgumentParser(prog="training", description=__doc__)
    parser.add_argument(
        "names",
        nargs="*",
        default=SHIPPED,
        choices=[*RECIPES, SHIPPED],
        metavar="NAME",
        help="looks; by default the package's",
    )
    parser.add_argument("--clips", nargs="*", type=Path, default=[], help="clips to learn from")
    parser.add_argument("--steps", type=int, default=3500)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="courses at once")
    parser.add_argument("--out", type=Path, default=WEIGHTS)
    parser.add_argument(
        "--work", type=Path, default=Path("build") / "looks", help="previews and saved courses"
    )
    chosen = parser.parse_args()
    chosen.work.mkdir(parents=True, exist_ok=True)
    jobs = [Job(name, tuple(chosen.clips), chosen.steps, chosen.out, chosen.work) for name in chosen.names]
    failed = 0
    with ProcessPoolExecutor(
        chosen.jobs, multiprocessing.get_context("spawn"), max_tasks_per_child=1
    ) as pool:
        for made in as_completed([pool.submit(train, job) for job in jobs]):
            try:
                print(made.result(), flush=True)
            except OverglassError as error:
                failed += 1
                print(error, file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
