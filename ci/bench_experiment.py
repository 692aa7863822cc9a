#!/usr/bin/env python3
"""ci/bench experiment: how long a planned run takes to a correct verdict, beside
a fixed plan of 60 cycles, on every specimen; the two take turns."""
import os
import pathlib
import statistics
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from expectations import (GUILTY, INNOCENT, TOLD,  # noqa: E402
                          complaints_guilty, complaints_innocent)
from run_text import run_text  # noqa: E402

FIXED = "warmup: 10, loaded: 30, idle: 10, half: 10"  # 60 in all
MOST = 0.5  # of the fixed plan's time


def fixed(text):
    """The scenario with 60 cycles, its factors kept."""
    head, found, rest = text.partition("\ncycles:\n")
    if not found:
        return f"{text}\ncycles: {{{FIXED}}}\n"
    lines = "".join(f"\n  {part}" for part in FIXED.split(", "))
    return f"{head}\ncycles:{lines}\n{rest}"


def is_right(name, side, record):
    judge = complaints_guilty if side == "guilty" else complaints_innocent
    return bool(record) and not judge(name, record)


def main():
    names = sys.argv[1:]
    cases = [(n, "guilty") for n in GUILTY if n not in TOLD]
    cases += [(n, "innocent") for n in INNOCENT]
    ratios, wrong = [], 0
    print(f"{'':14}{'':10}{'planned':>9}{'cycles':>8}{'fixed':>9}{'cycles':>8}"
          f"{'ratio':>8}")
    for name, side in cases:
        if names and name not in names:
            continue
        text = (ROOT / f"tests/specimens/{name}/{side}.yaml").read_text()
        record, _, took = run_text(BUILD / "tidemark", text)
        record_fixed, _, took_fixed = run_text(BUILD / "tidemark", fixed(text))
        right = is_right(name, side, record)
        wrong += not right
        ratios.append(took / took_fixed)
        print(f"{name:14}{side:10}{took:8.1f}s{len(record.get('cycles', [])):8}"
              f"{took_fixed:8.1f}s{len(record_fixed.get('cycles', [])):8}"
              f"{ratios[-1]:8.2f}{'' if right else '   WRONG verdict'}",
              flush=True)
    median = statistics.median(ratios)
    met = [median <= MOST, wrong == 0]
    print(f"  {'met ' if met[0] else 'MISS'}  time to the verdict, of a fixed "
          f"plan of 60 cycles, median: {median:.2f} (at most {MOST})")
    print(f"  {'met ' if met[1] else 'MISS'}  wrong verdicts: {wrong} of "
          f"{len(ratios)} (none)")
    print(f"bench experiment: {sum(met)} of {len(met)} targets met")
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
