#!/usr/bin/env python3
"""Real services that nobody here wrote pass, as they are and with another
allocator: services.py TIDEMARK"""
import sys

from run_text import ROOT, run_text


def run(tidemark, scenario, allocator):
    text = (ROOT / scenario).read_text().replace(
        "\ntarget:\n", f"\ntarget:\n  allocator: {allocator}\n")
    record, done, _ = run_text(tidemark, text)
    return record, done


def complaints(record, done, scenario, allocator):
    if not record:
        return [f"no record, exit code {done.returncode}: {done.stderr}"]
    wrong = []
    if record["outcome"] != "pass":
        wrong.append(f"outcome {record['outcome']}: {record.get('reason')}")
    if done.returncode != 0:
        wrong.append(f"exit code {done.returncode}")
    found = record["service"]["allocator"]
    wanted = "glibc" if allocator == "system" else allocator
    if found != wanted:
        wrong.append(f"allocator {found}, wanted {wanted}")
    load = record["connections"]
    for trouble in ("refused", "failed", "early_closed"):
        if load[trouble]:
            wrong.append(f"{load[trouble]} connections {trouble}: "
                         f"{load.get('reasons')}")
    if record["service"]["invisible"]:
        wrong.append(f"invisible: {record['service']['invisible']}")
    # Python's arenas are mappings of its own; they must be named.
    if "python" in scenario and not any(
            "python" in row["module"] and row["bytes"] >= 1 << 20
            for row in record["memory"][-1]["mappings_by_module"]):
        wrong.append(f"no arenas of python in {record['memory']}")
    return wrong


def main():
    tidemark = sys.argv[1]
    failed = 0
    for scenario in ("tests/scenarios/python_echo.yaml",
                     "tests/scenarios/libwebsockets.yaml"):
        for allocator in ("system", "jemalloc", "mimalloc"):
            record, done = run(tidemark, scenario, allocator)
            wrong = complaints(record, done, scenario, allocator)
            failed += bool(wrong)
            limit = record.get("detection_limit", {}).get(
                "bytes_per_connection", 0)
            print(f"{'FAIL' if wrong else 'pass'} {scenario} {allocator}"
                  f" (down to {limit:.2f} B per connection)"
                  f"{''.join(chr(10) + '  ' + w for w in wrong)}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
