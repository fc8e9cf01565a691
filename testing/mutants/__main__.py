"""`python -m testing.mutants`: breaks a copy of the product, part by part, and prints each break that no test noticed.

Ends with 1 if a safeguard can be taken out unnoticed, or if a row of the list of safeguards is stale.
"""

import argparse
import sys
from collections.abc import Sequence

from testing.mutants.pure import MutmutFailed, survivors
from testing.mutants.safeguards import Safeguard, read, stale
from testing.mutants.trial import Verdict, copied, judge, verdicts

ALL_OF_THEM = 1800
"""Seconds that the tests of all safeguards may take while no safeguard is taken out.

On a quiet machine they take some two minutes.
"""


def main() -> int:
    """Take out safeguards, make small changes, or both, as the command line asks; return the exit status."""
    asked = _arguments()
    well = asked.part == "pure" or _safeguards_hold(asked.only, asked.jobs)
    if asked.part == "safeguards" or asked.only:
        return 0 if well else 1
    return 0 if _pure_rooms(asked) and well else 1


def _safeguards_hold(only: str, jobs: int) -> bool:
    rows = [row for row in read() if only in f"{row.file} {row.what}"]
    if not rows:
        print(f"No row of safeguards.toml has the words: {only}")
    elif gone := stale(rows):
        print("Rows of safeguards.toml that no longer apply:", *gone, sep="\n  ")
    elif failed := _failing_anyway(rows, jobs):
        print("With nothing taken out, these tests should pass:", failed, sep="\n")
    else:
        return _all_noticed(rows, jobs)
    return False


def _failing_anyway(rows: Sequence[Safeguard], jobs: int) -> str:
    """Return the output of the safeguards' tests if they fail in an unbroken copy of the code; else an empty text."""
    every = sorted({test for row in rows for test in row.tests})
    with copied() as tree:
        status, printed = judge(tree, every, "-n", str(jobs), seconds=ALL_OF_THEM)
    return printed[-3000:] if status else ""


def _all_noticed(rows: Sequence[Safeguard], jobs: int) -> bool:
    count = dict.fromkeys(Verdict, 0)
    for row, verdict, printed in verdicts(rows, jobs):
        count[verdict] += 1
        if verdict is not Verdict.NOTICED:
            print(f"{verdict}: {row.what} ({row.file})", flush=True)
        if verdict is Verdict.NOT_TRIED:
            print(printed[-1000:])
    print(f"safeguards: {count[Verdict.NOTICED]} of {len(rows)} noticed", flush=True)
    return count[Verdict.NOTICED] == len(rows)


def _pure_rooms(asked: argparse.Namespace) -> bool:
    """Print the small changes of pure packages that no test noticed; return False if mutmut could not run."""
    with copied() as tree:
        try:
            tried, there, left = survivors(tree, asked.most, asked.seed, asked.jobs)
        except MutmutFailed as failed:
            print(failed)
            return False
    print(*left, sep="\n\n")
    print(f"pure rooms: {tried - len(left)} of {tried} noticed, of {there} (seed {asked.seed})", flush=True)
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m testing.mutants", description=__doc__)
    parser.add_argument("--part", choices=("safeguards", "pure"), help="both, if none is named")
    parser.add_argument("--only", default="", metavar="WORDS", help="only rows whose file or sentence has them")
    parser.add_argument("--most", type=int, default=300, help="changes of the pure rooms; 0 for all")
    parser.add_argument("--seed", type=int, default=1, help="of the sample of changes")
    parser.add_argument("--jobs", type=int, default=2, help="copies that are tried at a time")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
