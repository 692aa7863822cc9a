#!/usr/bin/env python3
"""Sweeps of real specimens: what is told of the cells, and what an interrupted
one does when it is called again: sweep.py TIDEMARK"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]
SCHEMA = ROOT / "harness/report/sweep_report.schema.json"

# Each connection takes --read-buffer bytes, and no more of anything.
BUFFERS = """version: 1
name: buffers
matrix:
  buffer: [256KiB, 16KiB]
  many: [20, 40]
  exclude: [{buffer: 16KiB, many: 40}]
  repeat: 2
  forConnections: 1000
target:
  command: [build/release/specimens/feed_client, --innocent, "--port={{ port }}",
            "--feed-port={{ feed.port }}", "--buffer={{ buffer.bytes }}"]
  ready: {tcp: "127.0.0.1:{{ port }}"}
standins:
  feed: {engine: websocket}
load:
  engine: http
  url: "http://127.0.0.1:{{ port }}/"
  connections: "{{ many }}"
  flow:
    - {get: /feed}
    - loop:
        - {get: /feed}
      count: 20
cycles: {warmup: 1, loaded: 3, idle: 1, half: 0, linger: 0s}
"""


def expect(good, what):
    if not good:
        raise AssertionError(what)


def scenario(folder, text=BUFFERS):
    build = os.environ.get("TIDEMARK_BUILD", "build/release")
    path = folder / "buffers.yaml"
    path.write_text(text.replace("build/release", build))
    return path


def sweep(folder, *arguments):
    return subprocess.run(
        [TIDEMARK, "sweep", "--quiet", "--records", str(folder / "records"),
         *map(str, arguments)],
        cwd=ROOT, timeout=250, capture_output=True, text=True)


def cells_of(answer):
    return {(c["levels"]["buffer"], c["levels"]["many"]): c
            for c in answer["cells"]}


def every_cell_is_measured(folder):
    report = folder / "report.json"
    done = sweep(folder, "--format", "json", "-o", report, scenario(folder))
    expect(done.returncode == 0, (done.returncode, done.stderr))
    subprocess.run(["/usr/bin/python3", "-W", "ignore", "-m", "jsonschema",
                    "-i", str(report), str(SCHEMA)], check=True)
    answer = json.loads(report.read_text())
    cells = cells_of(answer)
    expect(set(cells) == {("256KiB", "20"), ("256KiB", "40"), ("16KiB", "20")},
           set(cells))
    expect(answer["runs"] == answer["wanted"] == 6, answer["runs"])
    for (buffer, many), cell in cells.items():
        each = 2 * int(buffer.removesuffix("KiB")) * 1024
        heap = cell["figures"]["open_heap_bytes"]["median"]
        # Sockets, handlers and the like beside the two buffers.
        expect(each <= heap <= each + 32 * 1024, (buffer, many, heap))
        # Asio keeps a block or two for its next handler, of up to 688 B, and
        # may have replaced them after the baseline: 18 B for each of 60.
        expect(cell["figures"]["residue_bytes"]["median"] < 20, cell)
        expect(cell["figures"]["error_share"]["median"] == 0, cell)
        for figure in ("replies_per_second", "reply_median_seconds",
                       "cpu_seconds_per_reply", "allocations_per_reply",
                       "peak_rss_bytes"):
            expect(cell["figures"][figure]["median"] > 0, (figure, cell))
        sums = cell["arithmetic"]
        expect(sums["connections"] == int(many), sums)
        expect([s["place"].split(" ")[0] for s in sums["sites"][:2]]
               in (["feed_reader", "feed_writer"],
                   ["feed_writer", "feed_reader"]), sums["sites"])
        if buffer == "256KiB":
            expect(sums["explained"] >= 0.95 * sums["heap"], sums)
    expect(len(list((folder / "records/buffers").glob("cell-*.json"))) == 6,
           "six records")


def its_text_answers(folder):
    done = sweep(folder, "--report", folder / "buffers.yaml")
    expect(done.returncode == 0, (done.returncode, done.stderr))
    for words in ("SWEEP  buffers: ", "open heap", "knee", "arithmetic",
                  "feed_reader", "1,000 connections: ", "effect",
                  "6 of 6 runs, 2 of each of 3 cells"):
        expect(words in done.stdout, (words, done.stdout))
    done = sweep(folder, "--report", "--format", "markdown",
                 folder / "buffers.yaml")
    expect(done.stdout.startswith("**sweep** buffers: "), done.stdout)
    done = sweep(folder, "--report", "--format", "junit", "-o",
                 folder / "cells.xml", folder / "buffers.yaml")
    expect(done.returncode == 0, done.stderr)
    subprocess.run(["xmllint", "--noout", "--schema",
                    ROOT / "tests/scenarios/junit.xsd", folder / "cells.xml"],
                   check=True)
    expect('tests="3" failures="0"' in (folder / "cells.xml").read_text(),
           (folder / "cells.xml").read_text())


def started(folder):
    """The runs that there are, by file, with when they began."""
    found = {}
    for path in (folder / "records/buffers").glob("cell-*.json"):
        try:
            record = json.loads(path.read_text())
        except ValueError:
            continue
        expect(not record.get("error"), (path.name, record.get("error")))
        if not record["partial"]:
            found[path.name] = record["started_at"], path.stat().st_mtime_ns
    return found


def a_killed_one_goes_on(folder):
    path = scenario(folder)
    process = subprocess.Popen(
        [TIDEMARK, "sweep", "--records", str(folder / "records"), str(path)],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    for line in process.stderr:  # its progress
        if line.startswith("run 3 of 6"):
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stderr.close()
    before = started(folder)
    expect(2 <= len(before) < 6, before)
    done = sweep(folder, path)
    expect(done.returncode == 0, (done.returncode, done.stderr))
    expect(f"goes on with {len(before)} of 6 runs done" in done.stderr,
           done.stderr)
    expect("6 of 6 runs" in done.stdout, done.stdout)
    after = started(folder)
    expect(len(after) == 6, after)
    # What was there was not done again.
    expect(all(after[name] == when for name, when in before.items()),
           (before, after))


def another_text_begins_anew(folder):
    path = scenario(folder, BUFFERS.replace("repeat: 2", "repeat: 1"))
    before = started(folder)
    done = sweep(folder, path)
    expect(done.returncode == 0, (done.returncode, done.stderr))
    expect("3 of 3 runs" in done.stdout, done.stdout)
    expect("the scenario is another now: 6 runs" in done.stderr, done.stderr)
    after = started(folder)
    expect(len(after) == 3, after)
    expect(not set(after.values()) & set(before.values()), (before, after))


def what_is_in_doubt_is_run_again(folder):
    """Buffers that are all large enough: whether one of them loses a
    thousandth, three rounds cannot tell."""
    text = (BUFFERS.replace("[256KiB, 16KiB]", "[256KiB, 128KiB, 64KiB]")
            .replace("[20, 40]", "[20]")
            .replace("  exclude: [{buffer: 16KiB, many: 40}]\n", "")
            .replace("repeat: 2", "repeat: {min: 2, max: 3}\n  maxLoss: 0.1%"))
    path = scenario(folder, text)
    done = sweep(folder, "--format", "json", path)
    expect(done.returncode == 0, (done.returncode, done.stderr))
    answer = json.loads(done.stdout)
    runs = {c["levels"]["buffer"]: len(c["runs"]) for c in answer["cells"]}
    expect(runs["256KiB"] == 3 and sum(runs.values()) >= 8, runs)
    expect(answer["runs"] == answer["wanted"] == sum(runs.values()), answer)
    for cell in answer["cells"]:
        figure = cell["figures"]["replies_per_second"]
        expect(len(figure["runs"]) == len(figure["rounds"]), figure)
    done = sweep(folder, "--report", path)
    expect("in doubt" in done.stdout and "2 to 3 of each" in done.stdout,
           done.stdout)


def one_cell_is_run_alone(folder):
    path = scenario(folder)
    done = subprocess.run(
        [TIDEMARK, "run", "--quiet", "--records", "", "--format", "json",
         "--set", "buffer=16KiB", path], cwd=ROOT, timeout=100,
        capture_output=True, text=True)
    record = json.loads(done.stdout)
    expect(record["cell"] == {"buffer": "16KiB", "many": "20"}, record["cell"])
    expect("--buffer=16384" in record["service"]["command"],
           record["service"]["command"])


def a_cell_that_cannot_start_is_given_up(folder):
    text = BUFFERS.replace("--innocent", '"--{{ side }}"').replace(
        "  many: [20, 40]\n", "  many: [20]\n  side: [innocent, port=1x]\n"
    ).replace("  exclude: [{buffer: 16KiB, many: 40}]\n", "").replace(
        "buffer: [256KiB, 16KiB]", "buffer: [16KiB]")
    done = sweep(folder, "--format", "json", scenario(folder, text))
    expect(done.returncode == 0, (done.returncode, done.stderr))
    answer = json.loads(done.stdout)
    bad = [c for c in answer["cells"] if c["levels"]["side"] == "port=1x"]
    expect(len(bad) == 1 and len(bad[0]["runs"]) == 1, bad)
    expect("a run failed: " in bad[0]["given_up"], bad[0]["given_up"])
    expect(answer["runs"] == answer["wanted"] == 3, answer["runs"])


def mistakes_are_told(folder):
    done = sweep(folder, "tests/specimens/chat/innocent.yaml")
    expect(done.returncode == 3 and "no `matrix`" in done.stderr, done.stderr)
    done = subprocess.run([TIDEMARK, "run", str(scenario(folder))], cwd=ROOT,
                          capture_output=True, text=True, timeout=100)
    expect(done.returncode == 3 and "tidemark sweep" in done.stderr,
           done.stderr)
    done = subprocess.run([TIDEMARK, "validate", str(folder / "buffers.yaml")],
                          cwd=ROOT, capture_output=True, text=True, timeout=100)
    expect(done.returncode == 0, done.stderr)
    done = sweep(folder / "elsewhere", "--report", folder / "buffers.yaml")
    expect(done.returncode == 3 and "has no runs" in done.stderr, done.stderr)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        every_cell_is_measured(folder)
        its_text_answers(folder)
    for check in (a_killed_one_goes_on, what_is_in_doubt_is_run_again,
                  one_cell_is_run_alone,
                  a_cell_that_cannot_start_is_given_up, mistakes_are_told):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            check(folder)
            if check is a_killed_one_goes_on:
                another_text_begins_anew(folder)
    print("sweep: as it should")


if __name__ == "__main__":
    main()
