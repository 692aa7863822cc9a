#!/usr/bin/env python3
"""Checks that tests/agent/edge_cases.md has a line for each of the 58 cases
and that every test it names exists: ci/edge_cases.py BUILD_FOLDER"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def main():
    table = (ROOT / "tests/agent/edge_cases.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", table, re.M)
    wrong = []
    if [int(number) for number, _, _ in rows] != list(range(1, 59)):
        wrong.append("the table does not have the lines 1 to 58 in order")
    listing = subprocess.run(["ctest", "-N"], cwd=sys.argv[1], check=True,
                             capture_output=True, text=True).stdout
    tests = re.findall(r"Test\s+#\d+: (\S+)", listing)
    for number, _, cover in rows:
        for name in re.findall(r"`([A-Za-z_]+[.*]?[A-Za-z0-9_*]*)`", cover):
            if "." not in name and "*" not in name and "fuzz" not in name:
                continue
            pattern = re.escape(name).replace(r"\*", ".*")
            if not any(re.search(rf"(^|/){pattern}(/|$)", t) or
                       (name.endswith("*") and re.search(pattern, t))
                       for t in tests):
                wrong.append(f"case {number}: there is no test {name}")
    print("\n".join(wrong) if wrong else
          f"edge cases: {len(rows)} lines, every named test exists")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
