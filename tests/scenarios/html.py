#!/usr/bin/env python3
"""The HTML report in a real browser: pages of real runs, and one of 5,000 sites
whose names are hostile: html.py TIDEMARK [--out FOLDER] [--time]

Pages and screenshots stay in FOLDER (build/html). With --time it says how long
the large page takes to open, and judges nothing."""
import argparse
import copy
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PACKAGES = pathlib.Path(os.environ.get("TIDEMARK_BROWSER",
                                       ROOT / "build/browser"))
CHROMIUM = pathlib.Path(os.environ.get("TIDEMARK_CHROMIUM",
                                       "/usr/bin/chromium"))
CHECK = pathlib.Path(__file__).parent / "browser/check.cjs"

SITES, CYCLES = 5000, 200
HOSTILE = [
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<!--<script>alert(3)//-->",
    "--><img src=x onerror=alert(4)>",
    "\"><svg onload=alert(5)>",
    "'\"`onmouseover=alert(6) x=\"",
    "javascript:alert(7)",
    "]]>&lt;b&gt;&#60;b>\\u003cscript>",
    "\u2028\u2029 line separators",
    "\x00\x01\x1b[31m\x7f control",
    "\u202egnp.exe overridden",
    "</style></title></textarea>",
    "__proto__",
    "constructor",
    "{{7*7}}${7*7}",
    "n" * 10_000,
    "<" * 10_000,
]

SWEEP = """version: 1
name: buffers
matrix:
  buffer: [64KiB, 16KiB, 4KiB]
  many: [10, 20]
  repeat: 1
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
cycles: {warmup: 1, loaded: 2, idle: 1, half: 0, linger: 0s}
"""


class Maker:
    def __init__(self, tidemark, out):
        self.tidemark = tidemark
        self.out = out

    def call(self, *words, good=(0,)):
        done = subprocess.run([self.tidemark, *map(str, words)], cwd=ROOT,
                              capture_output=True, text=True, timeout=200)
        if done.returncode not in good:
            raise AssertionError(f"{words}: {done.returncode} {done.stderr}")
        return done

    def report(self, record, page):
        self.call("report", "--format", "html", "-o", self.out / page, record)

    def run(self, side, code):
        self.call("run", "--quiet", "--records", self.out, "--format", "html",
                  "-o", self.out / f"{side}.html",
                  f"tests/specimens/chat/{side}.yaml", good=(code,))
        return self.out / f"chat-{side}.json"

    def sweep(self):
        build = os.environ.get("TIDEMARK_BUILD", "build/release")
        path = self.out / "buffers.yaml"
        path.write_text(SWEEP.replace("build/release", build))
        self.call("sweep", "--quiet", "--fresh", "--records",
                  self.out / "records", "--format", "html", "-o",
                  self.out / "sweep.html", path)


def hostile_name(i):
    return HOSTILE[i % len(HOSTILE)] if i % 40 < len(HOSTILE) else f"fn_{i}"


def large_record(record):
    """The same run, with 200 cycles, 5,000 sites in 40 findings, and names
    that nobody should run, or believe."""
    big = copy.deepcopy(record)
    frames = copy.deepcopy(max((s["frames"] for s in record["sites"]), key=len))
    big["sites"] = []
    for i in range(SITES):
        own = copy.deepcopy(frames)
        for depth, frame in enumerate(own):
            if depth % 3 == 0:
                frame["function"] = f"layer_{depth}_{i % (7 + 5 * depth)}"
        own[0] = {"function": hostile_name(i),
                  "file": hostile_name(i) if i % 3 == 0 else f"src/{i % 97}.cc",
                  "line": i + 1, "module": hostile_name(i + 1),
                  "inlined": False, "library": False}
        big["sites"].append({"id": 1000 + i, "kind": "heap", "size": 16 + i % 512,
                             "zoomed": True, "truncated": False, "frames": own,
                             "guilty": 0})
    loaded = next(c for c in record["cycles"] if c["kind"] == "loaded")
    big["cycles"], big["kernel"] = [], []
    for i in range(1, CYCLES + 1):
        cycle = copy.deepcopy(loaded)
        cycle |= {"index": i, "kind": ("loaded", "idle", "half")[i % 3],
                  "started_ns": i * 10**8, "finished_ns": i * 10**8 + 9 * 10**7,
                  "live_bytes": 10**6 + i * 4096}
        big["cycles"].append(cycle)
        for moment in ("open", "settled"):
            sample = copy.deepcopy(record["kernel"][-1])
            sample |= {"cycle": i, "moment": moment,
                       "pss": 3 * 10**6 + i * 5000 + 10**5 * (moment == "open")}
            big["kernel"].append(sample)
    finding = copy.deepcopy(record["findings"][0])
    finding["rings"] = [{"cycle": i, "connections": 100, "bytes": 10_400,
                         "objects": 100} for i in range(4, CYCLES + 1)]
    big["findings"] = []
    for number in range(40):
        mine = big["sites"][number::40]
        one = copy.deepcopy(finding)
        one["site"], one["sites"] = mine[0], mine[1:]
        one["fingerprint"] = f"{number:016x}"
        one["explanation"] = hostile_name(number)
        one["members"] = [
            {"bytes_per_unit": s["size"], "objects_per_unit": 1,
             "residue": 100 * s["size"], "objects": 100,
             "shares": [{"site": s["id"], "bytes": 100 * s["size"],
                         "objects": 100}]} for s in mine]
        if one["retention"]:
            for path in one["retention"]["paths"]:
                path["root_name"] = hostile_name(number)
                for holder in path["holders"]:
                    holder |= {"site": mine[0]["id"],
                               "type": hostile_name(number + 1)}
        big["findings"].append(one)
    big["allocated"] = [{"site": s["id"], "objects": 100,
                         "bytes": 100 * s["size"]} for s in big["sites"][:1000]]
    big["scenario_name"] = HOSTILE[0]
    big["reason"] = "it keeps " + HOSTILE[1]
    big["stopped_because"] = HOSTILE[3]
    big["service"]["command"] = HOSTILE
    big["service"]["last_output"] = HOSTILE
    big["service"]["allocator"] = HOSTILE[4]
    big["phases"] = [{"name": HOSTILE[i], "started_ns": i * 2 * 10**9,
                      "finished_ns": (i + 1) * 2 * 10**9} for i in range(9)]
    for account in big["memory"]:
        account |= {"live_sites": [], "pinning_sites": []}
    big["open_memory"] = big["held"] = None
    return big


def make_large(maker, record):
    path = maker.out / "large.json"
    path.write_text(json.dumps(large_record(json.loads(record.read_text()))))
    maker.report(path, "large.html")
    path.unlink()  # 95 MB


def make_pages(maker):
    guilty = maker.run("guilty", 1)
    innocent = maker.run("innocent", 0)
    maker.call("compare", "--format", "html", "-o", maker.out / "compare.html",
               innocent, guilty, good=(0, 1, 2))
    maker.report("tests/approved/full/died.json", "died.html")
    maker.report("tests/approved/full/leak.json", "leak.html")
    maker.sweep()
    make_large(maker, guilty)


def a_terminal_takes_no_page(tidemark):
    script = [tidemark, "report", "--format", "html", "tests/approved/leak.json"]
    done = subprocess.run(
        ["script", "-qec", " ".join(script), "/dev/null"], cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    if done.returncode != 3 or "-o page.html" not in done.stdout:
        raise AssertionError(f"a page on a terminal: {done}")


def several_records_are_no_page(tidemark):
    record = "tests/approved/leak.json"
    done = subprocess.run(
        [tidemark, "report", "--format", "html", record, record], cwd=ROOT,
        capture_output=True, text=True, timeout=60)
    if done.returncode != 3 or done.stdout or "compare" not in done.stderr:
        raise AssertionError(f"two records in a page: {done}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("tidemark")
    parser.add_argument("--out", type=pathlib.Path,
                        default=ROOT / "build/html")
    parser.add_argument("--time", action="store_true")
    options = parser.parse_args()
    if not (PACKAGES / "node_modules/playwright-core").exists():
        sys.exit(f"playwright-core is not in {PACKAGES}: run ci/setup")
    if not CHROMIUM.exists():
        sys.exit(f"{CHROMIUM} is not there: run ci/setup")
    out = options.out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    maker = Maker(options.tidemark, out)
    if options.time:
        make_large(maker, maker.run("guilty", 1))
    else:
        a_terminal_takes_no_page(options.tidemark)
        several_records_are_no_page(options.tidemark)
        make_pages(maker)
    sys.exit(subprocess.run(
        ["node", CHECK, out, *(["--time"] if options.time else [])],
        env={**os.environ, "NODE_PATH": str(PACKAGES / "node_modules"),
             "TIDEMARK_CHROMIUM": str(CHROMIUM)},
        timeout=300).returncode)


if __name__ == "__main__":
    main()
