#!/usr/bin/env python3
"""Checks that tests/agent/edge_cases.md has a line for each of the 58 cases
and that every test it names exists, in ctest or in the unit tests' program
(which ctest runs as one): ci/edge_cases.py BUILD_FOLDER UNIT_PROGRAM"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent


def ctests(folder):
    listing = subprocess.run(["ctest", "-N"], cwd=folder, check=True,
                             capture_output=True, text=True).stdout
    return re.findall(r"Test\s+#\d+: (\S+)", listing)


def unit_tests(program):
    """`Suite.Name` of each line `  Name` below a line `Suite.`"""
    if not pathlib.Path(program).exists():
        sys.exit(f"{program} is missing: ci/build asan tidemark_unit makes it")
    listing = subprocess.run([program, "--gtest_list_tests"], check=True,
                             capture_output=True, text=True).stdout
    suite, tests = "", []
    for line in listing.splitlines():
        word = line.split("#")[0].strip()
        if line.startswith("  "):
            tests.append(suite + word)
        elif word.endswith("."):
            suite = word
    return tests


def main():
    table = (ROOT / "tests/agent/edge_cases.md").read_text()
    rows = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", table, re.M)
    wrong = []
    if [int(number) for number, _, _ in rows] != list(range(1, 59)):
        wrong.append("the table does not have the lines 1 to 58 in order")
    tests = ctests(sys.argv[1]) + unit_tests(sys.argv[2])
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
