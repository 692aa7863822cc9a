#!/usr/bin/env python3
"""Leaks are told apart, known again in another build, and suppressed by the
rules that reports offer: known.py TIDEMARK FOLDER_OF_BUILDS"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent.parent
TIDEMARK, BUILDS = sys.argv[1], pathlib.Path(sys.argv[2])

SCENARIO = """version: 1
name: known
target:
  command: [{service}, "--port={{{{ port }}}}"]
  ready: {{tcp: "127.0.0.1:{{{{ port }}}}"}}
load:
  engine: websocket
  url: "ws://127.0.0.1:{{{{ port }}}}/"
  connections: 60
  close:
    - {{behavior: graceful, weight: 2}}
    - {{behavior: reset, weight: 1}}
{more}"""


def expect(good, what):
    if not good:
        raise AssertionError(what)


def run(folder, build, more="", *arguments):
    """(exit code, record, terminal report, stderr)"""
    folder = pathlib.Path(folder)
    scenario = folder / "known.yaml"
    scenario.write_text(SCENARIO.format(
        service=BUILDS / build / "three_leaks", more=more))
    done = subprocess.run(
        [TIDEMARK, "run", "--quiet", "--records", folder, *arguments,
         scenario], cwd=ROOT, capture_output=True, text=True, timeout=120)
    record = folder / "known.json"
    expect(record.exists(), done.stderr)
    return (done.returncode, json.loads(record.read_text()), done.stdout,
            done.stderr)


def failing(record):
    """{function: finding} of what fails."""
    found = {}
    for finding in record["findings"]:
        if finding["fails"]:
            frame = finding["site"]["frames"][finding["site"]["guilty"]]
            name = frame["function"].split("(")[-2].split("::")[-1]
            found[name.removeprefix("anonymous namespace)::")] = finding
    return found


def rules_in(report):
    """The rules that the terminal report offers, as the file wants them."""
    rules = re.findall(r"^ {7}(- fingerprint: .*\n(?: {9}\w+: .*\n)+)", report,
                       re.MULTILINE)
    return [re.sub(r"^ {9}", "  ", rule, flags=re.MULTILINE) for rule in rules]


def suppression_file(folder, rules):
    path = pathlib.Path(folder) / "rules.yaml"
    path.write_text("version: 1\nsuppressions:\n" + "".join(
        "  " + rule.rstrip().replace("\n", "\n  ") + "\n" for rule in rules))
    return path


def three_leaks_are_three_findings_with_their_members(found):
    expect(set(found) == {"remember", "log_open", "note_break"}, set(found))
    members = found["remember"]["members"]
    expect(len(members) == 3, members)
    expect([m["objects_per_unit"] for m in members] == [1, 1, 1], members)
    expect(sum(m["bytes_per_unit"] for m in members) ==
           found["remember"]["rate"]["bytes_per_unit"], members)
    expect(sum(m["residue"] for m in members) == found["remember"]["residue"],
           members)
    expect(len(found["log_open"]["members"]) == 1, found["log_open"]["members"])
    units = {name: finding["unit"] for name, finding in found.items()}
    expect(units["log_open"] == units["remember"] == "connection", units)
    expect(units["note_break"] == "reset close", units)


def prints(found):
    return {name: finding["fingerprint"] for name, finding in found.items()}


def another_build_has_the_same_fingerprints(plain, moved):
    expect(prints(plain) == prints(moved), (prints(plain), prints(moved)))
    expect(len(set(prints(plain).values())) == 3, prints(plain))


def what_a_report_offers_suppresses_it(folder, rules):
    # The scenario's own file, and the command line's with a rule too many.
    own = suppression_file(folder, rules[:2])
    extra = pathlib.Path(folder) / "extra.yaml"
    extra.write_text(suppression_file(folder, [
        rules[2], "- frames: no_such_function\n  kind: cache\n"
        "  max_bytes_per_connection: 1\n  max_objects_per_connection: 1\n"
    ]).read_text())
    suppression_file(folder, rules[:2])
    code, record, report, _ = run(
        folder, "moved", f"suppressions: {own.name}\n", "--suppressions",
        str(extra))
    expect(code == 0, (code, report))
    expect(record["outcome"] == "pass", record["reason"])
    expect("but for 3 findings that are suppressed" in record["reason"],
           record["reason"])
    flat = " ".join(report.split())
    expect(flat.count(f"; leak ({folder}/") == 3, report)
    expect("(frames no_such_function) fits no finding" in flat, report)
    again = subprocess.run(
        [TIDEMARK, "report", "--format", "junit", f"{folder}/known.json"],
        capture_output=True, text=True, check=True, timeout=60).stdout
    expect('failures="0"' in again and 'skipped="3"' in again, again)
    expect("fits no finding" in again, again)


def one_rule_leaves_the_other_leaks(folder, rules):
    own = suppression_file(folder, [
        rules[0], '- frames: "\\e[2Jnothing"\n  kind: cache\n'
        "  max_bytes_per_connection: 1\n  max_objects_per_connection: 1\n"])
    code, record, _, errors = run(folder, "plain", "", "--format", "json",
                                  "--suppressions", str(own))
    expect(code == 1, code)
    expect(len(failing(record)) == 2, failing(record))
    # What a file says is told, and no terminal acts on it.
    warning, = errors.splitlines()
    expect(warning.endswith("[2Jnothing) fits no finding"), repr(warning))
    expect("\x1b" not in warning, repr(warning))


def main():
    with tempfile.TemporaryDirectory() as folder:
        code, record, report, _ = run(folder, "plain")
        expect(code == 1, report)
        plain = failing(record)
        three_leaks_are_three_findings_with_their_members(plain)
        print("three leaks are three findings, with their members")
        rules = rules_in(report)
        expect(len(rules) == 3, report)
        moved = failing(run(folder, "moved")[1])
        another_build_has_the_same_fingerprints(plain, moved)
        print("another build has the same fingerprints")
        what_a_report_offers_suppresses_it(folder, rules)
        print("what a report offers suppresses it, in another build")
        one_rule_leaves_the_other_leaks(folder, rules)
        print("one rule leaves the other leaks")


if __name__ == "__main__":
    main()
