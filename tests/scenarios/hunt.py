#!/usr/bin/env python3
"""Hunts specimens without a scenario and compares what is found with the first
line of their source; then runs the scenarios that the hunt wrote, on the
guilty and on the innocent one: hunt.py TIDEMARK [--whole] [NAME…]

Without --whole, few ways are tried and nothing is waited for, to be quick."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from expectations import ROOT, TOLD, named_function

# Those that need nobody else: no service of theirs has to be played.
GUILTY = ("chat", "greedy", "session_log", "ticker", "error_path", "prefork",
          "big_message", "crowd", "tls_failure", "fragile")
INNOCENT = GUILTY + ("pool", "lru", "slow_release", "pinned")
# What the quick test tries, and on whom.
QUICK = {"session_log": "reset,fin,utf8_overlong,no_key",
         "fragile": "reset,printf_directives,nuls,huge_key"}
# A file that is in the folder before the hunt, as what it would write.
KEPT = {"fragile": "fragile-printf_directives-death.yaml"}
QUICK_INNOCENT = {"session_log": "reset,fin,utf8_overlong,no_key"}
SECONDS = 1500


def command(name, side):
    return [f"build/release/specimens/{name}", f"--{side}", "--port={port}"]


def hunt(tidemark, name, side, only, folder):
    """(exit code, report, seconds)"""
    words = [tidemark, "hunt", "--quiet", "--format", "json", "--out", folder]
    if only:
        words += ["--only", only, "--patience", "0"]
    began = time.monotonic()
    done = subprocess.run(words + ["127.0.0.1:{port}", "--"]
                          + command(name, side),
                          cwd=ROOT, capture_output=True, text=True,
                          timeout=SECONDS)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        raise AssertionError(f"no report, exit code {done.returncode}: "
                             f"{done.stderr}") from None
    return done.returncode, report, time.monotonic() - began


def run_exit_code(tidemark, path, side):
    """Of the scenario, with the service that is guilty or innocent."""
    text = pathlib.Path(path).read_text()
    if side == "innocent":
        text = text.replace("--guilty", "--innocent")
        path += ".innocent.yaml"
        pathlib.Path(path).write_text(text)
    return subprocess.run(
        [tidemark, "run", "--quiet", "--records", "", path], cwd=ROOT,
        capture_output=True, timeout=300).returncode


def is_the_truth(name, finding):
    if finding["standing"] != "confirmed":
        return False
    if name == "fragile":
        return finding["kind"] == "death" and \
            "printf_directives" in finding["ways"]
    return named_function(name) in finding.get("allocated_by", "")


def complaints_guilty(tidemark, name, code, report):
    wrong = []
    if code != 1:
        wrong.append(f"exit code {code}, wanted 1")
    true = [f for f in report["findings"] if is_the_truth(name, f)]
    if not true:
        wrong.append(f"what {name} is guilty of was not found")
    for finding in true:
        wanted = 4 if finding["kind"] == "death" else 1
        for side, want in (("guilty", wanted), ("innocent", 0)):
            found = run_exit_code(tidemark, finding["file"], side)
            if found != want:
                wrong.append(f"{finding['file']} ends with {found} on the "
                             f"{side} one, wanted {want}")
    return wrong


def complaints_overwritten(name, report, mine):
    """What is there already stays, and the hunt takes the next free name."""
    if name not in KEPT:
        return []
    if mine.read_text() != "mine":
        return [f"{mine} was overwritten"]
    files = [f["file"] for f in report["findings"]]
    wanted = str(mine.with_name(mine.stem + "-2.yaml"))
    return [] if wanted in files else [f"wanted {wanted}, found {files}"]


def check(tidemark, name, side, only):
    with tempfile.TemporaryDirectory() as folder:
        mine = pathlib.Path(folder) / KEPT.get(name, "none")
        if name in KEPT and only:
            mine.write_text("mine")
        code, report, took = hunt(tidemark, name, side, only, folder)
        if side == "guilty" and name not in TOLD:
            wrong = complaints_guilty(tidemark, name, code, report)
        else:
            wrong = [] if code == 0 else [f"exit code {code}, wanted 0"]
        # What the whole catalogue finds has another name.
        if only:
            wrong += complaints_overwritten(name, report, mine)
    found = "; ".join(
        f"{f['kind']} by {','.join(f['ways'][:3])} ({f['standing']})"
        for f in report["findings"]) or "nothing"
    print(f"{'FAIL' if wrong else 'pass'}  {name:<14}{side:<10}{took:6.0f} s  "
          f"{report['runs']:3} runs  {found}"
          + "".join(f"\n      {w}" for w in wrong), flush=True)
    if wrong:
        print(json.dumps(report, indent=1))
    return not wrong


# What is refused before anything is started or sent: the service would leave
# a file behind.
REFUSED = (["ws://10.0.0.1:80/"], ["foo://127.0.0.1:1"], ["no-port"],
           ["tcp://127.0.0.1:{port}/path"], ["--patience", "5", "{port}"],
           ["--max-duration", "long", "{port}"], ["--format", "xml", "{port}"],
           ["--runtime", "jvm", "{port}"], ["--say", "xy", "{port}"],
           ["--header", "nothing", "{port}"])


def check_refusals(tidemark):
    with tempfile.TemporaryDirectory() as folder:
        started = pathlib.Path(folder) / "started"
        wrong = []
        for words in REFUSED:
            done = subprocess.run(
                [tidemark, "hunt", *words, "--", "touch", started],
                capture_output=True, timeout=60)
            if done.returncode != 3 or not done.stderr or started.exists():
                wrong.append(f"{words}: exit code {done.returncode}, wanted 3")
    print(f"{'FAIL' if wrong else 'pass'}  refusals"
          + "".join(f"\n      {w}" for w in wrong), flush=True)
    return not wrong


def main():
    arguments = sys.argv[1:]
    whole = "--whole" in arguments
    tidemark, *names = [a for a in arguments if a != "--whole"]
    if whole:
        cases = [(n, "guilty", None) for n in GUILTY]
        cases += [(n, "innocent", None) for n in INNOCENT]
    else:
        cases = [(n, "guilty", only) for n, only in QUICK.items()]
        cases += [(n, "innocent", only) for n, only in QUICK_INNOCENT.items()]
    bad = [case for case in cases if not names or case[0] in names
           if not check(tidemark, *case)]
    refused = whole or names or check_refusals(tidemark)
    return 1 if bad or not refused else 0


if __name__ == "__main__":
    sys.exit(main())
