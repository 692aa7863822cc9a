#!/usr/bin/env python3
"""ci/bench runtimes [specimens|sampled|dumps …] [--runs=N] [--jobs=N]
[--only=REGEX]: managed runtimes.

specimens  every specimen N times in a row (20): no wrong verdict, no doubt
sampled    Go at its default rate, 1 KiB left per connection, N times (100): the
           stated interval holds it in 95 of 100
dumps      ci/bench_dumps.py: large HPROF files and V8 snapshots"""
import concurrent.futures
import json
import os
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
sys.path.insert(0, str(ROOT / "tests/scenarios/managed"))
import managed_specimen  # noqa: E402

LONGEST = 900  # columns of a reason
LEFT = 1024  # bytes that each connection leaves, sampled
WANTED = 0.95


def cases(only):
    found = []
    for scenario in sorted(managed_specimen.SPECIMENS.glob("*/*/*.yaml")):
        runtime, name = scenario.parts[-3:-1]
        if re.search(only, f"{runtime} {name} {scenario.stem}"):
            found.append((runtime, name, scenario.stem))
    return found


def kind_of(record, wrong):
    """right, doubt or WRONG: no doubt is a wrong verdict."""
    if not wrong:
        return "right"
    return "doubt" if record.get("outcome") == "inconclusive" else "WRONG"


def specimens(options):
    tidemark = str(BUILD / "tidemark")
    all_right = none_wrong = total = 0
    with concurrent.futures.ThreadPoolExecutor(options["jobs"]) as pool:
        for case in cases(options["only"]):
            done = list(pool.map(
                lambda _: managed_specimen.run(tidemark, *case),
                range(options["runs"] or 20)))
            kinds = [kind_of(record, wrong) for wrong, record, _ in done]
            seconds = statistics.median(took for *_, took in done)
            total += 1
            all_right += kinds.count("right") == len(kinds)
            none_wrong += "WRONG" not in kinds
            print(f"{' '.join(case):40}{kinds.count('right'):4} of {len(kinds)}"
                  f" right, {kinds.count('doubt')} in doubt, "
                  f"{kinds.count('WRONG')} wrong{seconds:8.1f} s", flush=True)
            for (wrong, _, _), kind in zip(done, kinds):
                if wrong:
                    print(f"    {kind}: {'; '.join(wrong)[:LONGEST]}",
                          flush=True)
    return [(none_wrong == total,
             f"specimens without a wrong verdict: {none_wrong} of {total}"),
            (all_right == total,
             f"specimens right each time: {all_right} of {total}")]


def sampled_scenario():
    """The session list at Go's own rate, with connections enough."""
    text = (managed_specimen.SPECIMENS /
            "go/session_list/guilty.yaml").read_text()
    text = text.replace("  connections: 30\n", "  connections: 1500\n")
    return text.replace("  runtime: go\n",
                        "  runtime: go\n  pprof: {rate: default}\n")


def sampled_run(_):
    with tempfile.TemporaryDirectory() as scratch:
        scenario = pathlib.Path(scratch) / "sampled.yaml"
        scenario.write_text(sampled_scenario())
        done = subprocess.run(
            [BUILD / "tidemark", "run", "--quiet", "--records", scratch,
             "--format", "json", scenario], cwd=ROOT, capture_output=True,
            text=True)
    try:
        record = json.loads(done.stdout)
    except ValueError:
        return {"error": done.stderr[:LONGEST]}
    grown = [finding for finding in record["findings"]
             if finding["class"] in ("leak", "undecided", "time growth")
             and finding["residue"] > 0]
    best = max(grown, key=lambda one: one["residue"], default=None)
    said = any("connections" in fact and "sample" in fact
               for fact in record["service"]["facts"])
    if not best:
        return {"error": f"nothing was found: {record['reason']}"}
    rate = best["rate"]
    return {"low": rate["low"],
            "high": rate["high"],
            "rate": rate["bytes_per_connection"], "class": best["class"],
            "said": said,
            "connections": record["detection_limit"]["connections"]}


def sampled(options):
    runs = options["runs"] or 100
    held = said = 0
    with concurrent.futures.ThreadPoolExecutor(options["jobs"]) as pool:
        for number, run in enumerate(pool.map(sampled_run, range(runs)), 1):
            if "error" in run:
                print(f"{number:5}  {run['error']}", flush=True)
                continue
            # An interval from nothing says nothing.
            holds = 0 < run["low"] <= LEFT <= run["high"]
            held += holds
            said += run["said"]
            print(f"{number:5}  {run['rate']:8.1f} B ({run['low']:.0f} … "
                  f"{run['high']:.0f}) per connection, {run['class']}, "
                  f"{run['connections']} connections"
                  f"{'' if holds else '   NOT HELD'}", flush=True)
    return [(held >= WANTED * runs,
             f"the stated interval holds {LEFT} B: {held} of {runs} runs "
             f"(at least {WANTED * 100:.0f} %)"),
            (said == runs,
             f"it is said beforehand how many connections it takes: {said} of "
             f"{runs} runs")]


def dumps(_):
    done = subprocess.run([sys.executable, ROOT / "ci/bench_dumps.py"],
                          cwd=ROOT, stdout=subprocess.PIPE, text=True)
    rows = [line.strip() for line in done.stdout.splitlines()]
    print(done.stdout, end="")
    return [(row.startswith("met"), "dumps: " + row.split(None, 1)[1])
            for row in rows if re.match(r"(met|MISSED)\s", row)]


PARTS = {"specimens": specimens, "sampled": sampled, "dumps": dumps}


def main():
    options = {"runs": 0, "jobs": 1, "only": ""}
    parts = []
    for word in sys.argv[1:]:
        key, equals, value = word.removeprefix("--").partition("=")
        if equals and key in options:
            options[key] = value if key == "only" else int(value)
        elif word in PARTS:
            parts.append(word)
        else:
            print(f"bench runtimes: no `{word}`\n{__doc__}", file=sys.stderr)
            return 3
    targets = []
    for part in parts or PARTS:
        targets += PARTS[part](options)
    for met, text in targets:
        print(f"  {'met ' if met else 'MISS'}  {text}")
    met = sum(met for met, _ in targets)
    print(f"bench runtimes: {met} of {len(targets)} targets met")
    return 0 if met == len(targets) else 1


if __name__ == "__main__":
    sys.exit(main())
