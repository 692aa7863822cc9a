#!/usr/bin/env python3
"""ci/bench retention: who holds it, in a service of four sizes up to 5 million
blocks and 2 GB: how long the service does not answer, how long the answer
takes, what it costs tidemark, and how each grows. `ci/bench_retention.py
BLOCKS…` measures those sizes alone; the targets are the largest one's."""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
SIZES = (625_000, 1_250_000, 2_500_000, 5_000_000)

PAUSE_MS = 100
ANSWER_S = 30
BYTES_PER_BLOCK = 64
# A size twice as big takes twice as long, and a little for caches that miss.
GROWTH = 2.6
# Shorter than this is the machine's, not the size's.
FLOOR_MS = 20
PATIENCE = 600
KEYS = 1_000_000


def measured(blocks):
    """The figures of one size, by name."""
    with tempfile.TemporaryDirectory() as scratch:
        socket = os.path.join(scratch, "socket")
        with subprocess.Popen(
                [BUILD / "retention_service", socket, str(blocks)],
                stdout=subprocess.PIPE, text=True,
                env={**os.environ,
                     "LD_PRELOAD": str(BUILD / "libtidemark_agent.so")}
        ) as service:
            try:
                if service.stdout.readline() != "ready\n":
                    sys.exit(f"the service of {blocks:,} blocks did not start")
                done = subprocess.run(
                    [BUILD / "retention_live", str(service.pid), socket],
                    capture_output=True, text=True, timeout=PATIENCE)
            finally:
                service.kill()
    if done.returncode != 0:
        sys.exit(f"{blocks:,} blocks: {done.stderr}")
    return {name: float(value) for name, value in
            (line.split() for line in done.stdout.splitlines())}


def grown(figures, name):
    """The largest growth from one size to the next, for a doubling."""
    worst = 0
    for one, next_ in zip(figures, figures[1:]):
        doublings = next_["blocks"] / one["blocks"] / 2
        before = max(one[name], FLOOR_MS)
        worst = max(worst, max(next_[name], FLOOR_MS) / before / doublings)
    return worst


def main():
    sizes = [int(word) for word in sys.argv[1:]] or SIZES
    met = total = 0

    def target(what, figure, good):
        nonlocal met, total
        total += 1
        met += good
        print(f"  {'met   ' if good else 'MISSED'} {what}: {figure}")

    figures = []
    for blocks in sizes:
        figures.append(measured(blocks))
        each = figures[-1]
        print(f"{each['blocks']:,.0f} blocks, {each['live_bytes'] / 1e9:.2f} "
              f"GB: pause {each['pause_ms']:.1f} ms (alone "
              f"{each['alone_ms']:.1f} ms), "
              f"answer {each['answer_ms'] / 1e3:.2f} s, "
              f"{each['harness_bytes_per_block']:.1f} B per block", flush=True)
    most = figures[-1]
    target(f"longest time without an answer, < {PAUSE_MS} ms wanted",
           f"{most['pause_ms']:.1f} ms", most["pause_ms"] < PAUSE_MS)
    target(f"whole answer, < {ANSWER_S} s wanted",
           f"{most['answer_ms'] / 1e3:.2f} s",
           most["answer_ms"] < ANSWER_S * 1e3)
    target(f"memory of tidemark per block, < {BYTES_PER_BLOCK} B wanted",
           f"{most['harness_bytes_per_block']:.1f} B",
           most["harness_bytes_per_block"] < BYTES_PER_BLOCK)
    part = most["held_by_kept"] / max(most["asked_about"], 1)
    target("told as held by the map that holds it", f"{part:.1%}",
           part > 0.99)
    if len(figures) > 1:
        known = subprocess.run(
            [ROOT / "tests/retention/check_services.py",
             BUILD / "libtidemark_agent.so", BUILD / "who_holds",
             f"--keys={KEYS}"],
            capture_output=True, text=True, timeout=PATIENCE)
        print(known.stdout, end="")
        target(f"redis-server with {KEYS:,} keys and python3, held by what "
               "their sources say", f"exit code {known.returncode}",
               known.returncode == 0)
        for name, what in (("pause_ms", "pause"), ("answer_ms", "answer")):
            worst = grown(figures, name)
            target(f"growth of the {what} for twice the blocks, "
                   f"< {GROWTH} wanted", f"{worst:.2f}", worst < GROWTH)
    print(f"bench retention: {met} of {total} targets met")
    return 0 if met == total else 1


if __name__ == "__main__":
    sys.exit(main())
