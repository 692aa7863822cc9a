#!/usr/bin/env python3
"""What the agent costs: bare, behind a pass-through preload, under the agent
and under heaptrack, alternating in one run; medians of the rounds."""
import json
import os
import pathlib
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from free_port import free_port  # noqa: E402
BUILD = ROOT / "build/release"
AGENT = str(BUILD / "libtidemark_agent.so")
PASS = str(BUILD / "libbench_passthrough.so")
HEAPTRACK = "/usr/lib/heaptrack/libheaptrack_preload.so"
ROUNDS = int(os.environ.get("TIDEMARK_BENCH_ROUNDS", "7"))
MODES = ("bare", "pass", "agent", "stacks", "heaptrack")


def environment(mode, scratch):
    env = dict(os.environ)
    env.pop("LD_PRELOAD", None)
    if mode == "pass":
        env["LD_PRELOAD"] = PASS
    elif mode in ("agent", "stacks"):
        env["LD_PRELOAD"] = AGENT
        env["TIDEMARK_AGENT"] = "stacks=always" if mode == "stacks" else ""
    elif mode == "heaptrack":
        env["LD_PRELOAD"] = HEAPTRACK
        env["DUMP_HEAPTRACK_OUTPUT"] = str(scratch / "heaptrack.out")
    return env


def cpu_of_child(command, env, **more):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=env, check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL, **more)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime +
            after.ru_stime - before.ru_stime)


def pairs(mode, scratch):
    out = subprocess.run(
        [str(BUILD / "malloc_bench"), "--benchmark_format=json"],
        env=environment(mode, scratch), check=True, capture_output=True,
        text=True).stdout
    return {b["name"]: b["cpu_time"]
            for b in json.loads(out)["benchmarks"]}


def alternating(modes, measure, rounds=None):
    """measure(mode) in turn for every mode; {mode: [values]}."""
    rounds = rounds or ROUNDS
    values = {mode: [] for mode in modes}
    for number in range(rounds):
        for mode in modes:
            values[mode].append(measure(mode))
            print(f"\r  round {number + 1} of {rounds}, {mode}      ",
                  end="", file=sys.stderr, flush=True)
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr)
    return values


def medians(values):
    return {mode: statistics.median(v) for mode, v in values.items()}


def process_cpu(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text() \
        .rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def redis_cpu(mode, scratch, pipeline, requests, keys):
    """The server's CPU time; server and client each have a core."""
    port = free_port()
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--save", "", "--appendonly",
         "no", "--dir", str(scratch)],
        env=environment(mode, scratch), stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        # Not taskset: heaptrack follows no wrapper's exec.
        preexec_fn=lambda: os.sched_setaffinity(0, {0}))
    try:
        for _ in range(1000):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.01)
        before = process_cpu(server.pid)
        subprocess.run(
            ["taskset", "-c", "1", "redis-benchmark", "-p", str(port), "-t",
             "set", "-P", str(pipeline), "-n", str(requests), "-q", *keys],
            check=True, stdout=subprocess.DEVNULL)
        return process_cpu(server.pid) - before
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def compiler_input(scratch):
    """A large translation unit, preprocessed once."""
    source = scratch / "large.cc"
    source.write_text(
        "#include <algorithm>\n#include <functional>\n#include <iostream>\n"
        "#include <map>\n#include <regex>\n#include <string>\n"
        "#include <unordered_map>\n#include <variant>\n#include <vector>\n" +
        "".join(
            f"std::map<int, std::vector<std::string>> f{i}(int x) {{"
            f" std::map<int, std::vector<std::string>> m; m[x].push_back("
            f"std::to_string(x + {i})); std::sort(m[x].begin(), m[x].end());"
            f" return m; }}\n"
            for i in range(400)) +
        "bool g(const std::string& s) { return std::regex_match(s, "
        "std::regex(\"a+b*\")); }\n")
    ready = scratch / "large.ii"
    subprocess.run(["g++", "-std=c++20", "-E", str(source), "-o", str(ready)],
                   check=True)
    return ready


class Board:
    def __init__(self):
        self.met = 0
        self.total = 0

    def target(self, what, figure, limit, note=""):
        self.total += 1
        good = figure <= limit
        self.met += good
        print(f"  {'met   ' if good else 'MISSED'} {what}: {figure:.2f}"
              f" (at most {limit:.2f}){note}")

    def done(self):
        print(f"bench agent: {self.met} of {self.total} targets met")
        return 0 if self.met == self.total else 1


def show(title, median, unit):
    bare = median["bare"]
    print(title)
    for mode, value in median.items():
        print(f"    {mode:10} {value:10.3f} {unit}   {value / bare:5.2f} x")


def bench_pairs(board, scratch):
    modes = [m for m in MODES if m != "stacks"]
    rounds = alternating(modes, lambda mode: pairs(mode, scratch))
    for name, limit in (("pairs/1000/min_time:0.200/threads:1", 1.25),
                        ("pairs/1000/min_time:0.200/threads:2", 1.25),
                        ("pairs/100000/min_time:0.300/threads:1", 2.0)):
        median = medians({m: [r[name] for r in v] for m, v in rounds.items()})
        show(f"malloc/free {name.replace('/min_time:0.200', '').replace('/min_time:0.300', '')}",
             median, "ns")
        board.target("agent / bare", median["agent"] / median["bare"], limit)


def bench_redis(board, scratch, pipeline, requests, limit, keys=()):
    median = medians(alternating(
        MODES, lambda m: redis_cpu(m, scratch, pipeline, requests, keys)))
    show(f"redis-server, redis-benchmark -t set -P {pipeline} "
         f"-n {requests} {' '.join(keys)}", median, "s CPU")
    if limit is None:
        return
    board.target("agent / bare", median["agent"] / median["bare"], limit)
    if pipeline > 1:
        added = median["stacks"] - median["bare"]
        peers = median["heaptrack"] - median["bare"]
        board.target("stacks: always, added / heaptrack's added",
                     added / peers, 0.5)


def bench_compiler(board, scratch):
    ready = compiler_input(scratch)
    cc1plus = subprocess.run(["g++", "-print-prog-name=cc1plus"], check=True,
                             capture_output=True, text=True).stdout.strip()
    command = [cc1plus, "-quiet", "-std=c++20", "-fpreprocessed", str(ready),
               "-o", str(scratch / "large.s")]
    median = medians(alternating(
        MODES, lambda m: cpu_of_child(command, environment(m, scratch))))
    show("cc1plus on a large file", median, "s CPU")
    board.target("agent / bare", median["agent"] / median["bare"], 1.12)
    board.target("stacks: always / bare", median["stacks"] / median["bare"],
                 1.5)


def bench_snapshot(board):
    out = subprocess.run(
        [str(BUILD / "snapshot_bench"), AGENT, str(BUILD / "bench_blocks")],
        check=True, capture_output=True, text=True).stdout
    figures = {k: float(v) for k, v in
               (line.split() for line in out.splitlines())}
    print("snapshot of a million live blocks, the service answering meanwhile")
    for key in ("snapshot_first_ms", "snapshot_blocks", "answers_meanwhile",
                "longest_answer_ms"):
        print(f"    {key} {figures[key]:g}")
    board.target("milliseconds to read it", figures["snapshot_ms"], 100)
    print("tracker memory per block, by mean size")
    for key, value in figures.items():
        if key.startswith("tracker_bytes_per_block_"):
            print(f"    {key.rpartition('_')[2]:>6} B  {value:8.1f} B")


def main():
    print(f"bench agent: {ROUNDS} alternating rounds, medians; ratios count, "
          "absolute times are this machine's")
    board = Board()
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        bench_pairs(board, scratch)
        bench_redis(board, scratch, 16, 1000000, 1.15)
        # Harder than the target's command: keys and cells all over memory.
        bench_redis(board, scratch, 16, 1000000, None,
                    ("-r", "100000", "-d", "64"))
        bench_redis(board, scratch, 1, 200000, 1.05)
        bench_compiler(board, scratch)
    bench_snapshot(board)
    return board.done()


if __name__ == "__main__":
    sys.exit(main())
