#!/usr/bin/env python3
"""Every specimen, guilty and innocent, N times in a row, as many at once as
there are processors for: repeat.py TIDEMARK N"""
import concurrent.futures
import os
import sys
import time

from expectations import GUILTY, INNOCENT
from specimen import check


def timed_check(tidemark, name, side):
    """(complaints, seconds)"""
    started = time.monotonic()
    wrong, _ = check(tidemark, name, side)
    return wrong, time.monotonic() - started


def main():
    tidemark, times = sys.argv[1], int(sys.argv[2])
    cases = [(n, "guilty") for n in GUILTY] + [(n, "innocent")
                                               for n in INNOCENT]
    wrong_runs = runs = 0
    longest = 0.0
    pool = concurrent.futures.ThreadPoolExecutor(os.cpu_count())
    for name, side in cases:
        wrong_here = 0
        for wrong, took in pool.map(
                lambda _: timed_check(tidemark, name, side), range(times)):
            longest = max(longest, took)
            runs += 1
            if wrong:
                wrong_here += 1
                print(f"  {name} {side}: {'; '.join(wrong)}", flush=True)
        wrong_runs += wrong_here
        print(f"{name:14} {side:9} {times - wrong_here} of {times} right",
              flush=True)
    print(f"specimens: {wrong_runs} wrong verdicts in {runs} runs, the "
          f"longest took {longest:.1f} s (30 allowed)")
    return 1 if wrong_runs or longest >= 30 else 0


if __name__ == "__main__":
    sys.exit(main())
