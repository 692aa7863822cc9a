#!/usr/bin/env python3
"""Every specimen, guilty and innocent, N times: repeat.py TIDEMARK N"""
import sys
import time

from expectations import GUILTY, INNOCENT
from specimen import check


def main():
    tidemark, times = sys.argv[1], int(sys.argv[2])
    cases = [(n, "guilty") for n in GUILTY] + [(n, "innocent")
                                               for n in INNOCENT]
    wrong_runs = runs = 0
    longest = 0.0
    for name, side in cases:
        wrong_here = 0
        for _ in range(times):
            started = time.monotonic()
            wrong, _ = check(tidemark, name, side)
            longest = max(longest, time.monotonic() - started)
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
