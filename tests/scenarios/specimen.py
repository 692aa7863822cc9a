#!/usr/bin/env python3
"""Runs one specimen's scenario and compares the record with the truth:
specimen.py TIDEMARK NAME guilty|innocent"""
import json
import subprocess
import sys
import tempfile

from expectations import (ROOT, TOLD, complaints_guilty,
                          complaints_innocent)


def check(tidemark, name, side):
    """(complaints, record)"""
    with tempfile.TemporaryDirectory() as records:
        run = subprocess.run(
            [tidemark, "run", "--quiet", "--records", records, "--format",
             "json", f"tests/specimens/{name}/{side}.yaml"],
            cwd=ROOT, capture_output=True, text=True)
    try:
        record = json.loads(run.stdout)
    except ValueError:
        return [f"no record, exit code {run.returncode}: {run.stderr}"], {}
    wanted = 1 if side == "guilty" and name not in TOLD else 0
    judge = complaints_guilty if side == "guilty" else complaints_innocent
    wrong = judge(name, record)
    if run.returncode != wanted:
        wrong.append(f"exit code {run.returncode}, wanted {wanted}")
    return wrong, record


def main():
    tidemark, name, side = sys.argv[1:4]
    wrong, record = check(tidemark, name, side)
    if wrong:
        print("\n".join(wrong))
        print(f"again: {tidemark} run tests/specimens/{name}/{side}.yaml")
        return 1
    print(f"{name} {side}: {record['outcome']}, as it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
