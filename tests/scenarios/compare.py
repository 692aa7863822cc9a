#!/usr/bin/env python3
"""Two versions of a service compared by whole runs, and by their records:
compare.py TIDEMARK"""
import json
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]
GUILTY = "tests/specimens/chat/guilty.yaml"
INNOCENT = "tests/specimens/chat/innocent.yaml"
SCHEMA = ROOT / "harness/report/compare_report.schema.json"


def expect(good, what):
    if not good:
        raise AssertionError(what)


def run(*arguments):
    return subprocess.run([TIDEMARK, *map(str, arguments)], cwd=ROOT,
                          timeout=250, capture_output=True, text=True)


def compare(*arguments):
    return run("compare", "--quiet", *arguments)


def names_the_new_finding(comparison):
    found = comparison["findings"]
    expect([f["change"] for f in found if f["fails"]] == ["new"], found)
    expect(found[0]["place"].startswith("chat_join ("), found[0])
    expect(found[0]["new"]["value"] == 104, found[0])
    expect(found[0]["fingerprint"], found[0])


def a_new_leak_is_named_and_fails(folder):
    report = folder / "report.json"
    done = compare("--records", folder, "--format", "json", "-o", report,
                   "--junit", folder / "junit.xml", INNOCENT, GUILTY)
    expect(done.returncode == 1, (done.returncode, done.stderr))
    subprocess.run(["/usr/bin/python3", "-W", "ignore", "-m", "jsonschema",
                    "-i", str(report), str(SCHEMA)], check=True)
    comparison = json.loads(report.read_text())
    expect(comparison["outcome"] == "worse", comparison["reason"])
    names_the_new_finding(comparison)
    # In turns: OLD NEW OLD NEW.
    old, new = comparison["old"]["runs"], comparison["new"]["runs"]
    expect([r["outcome"] for r in old] == ["pass"] * 2, old)
    expect([r["outcome"] for r in new] == ["leak"] * 2, new)
    order = [r["started_at"] for pair in zip(old, new) for r in pair]
    expect(order == sorted(order), order)
    # The hunt's load is timed.
    figures = {f["figure"] for f in comparison["figures"]}
    expect(figures == {"peak_per_connection", "throughput", "reply_median",
                       "reply_p99", "handshake_median"}, figures)
    expect("failure message=\"new, leak per connection by chat_join"
           in (folder / "junit.xml").read_text(), "junit")


def records_say_the_same(folder):
    old, new = folder / "compare-old-1.json", folder / "compare-new-1.json"
    done = compare("--format", "json", old, new)
    expect(done.returncode == 1, (done.returncode, done.stderr))
    names_the_new_finding(json.loads(done.stdout))
    done = compare(old, folder / "compare-old-2.json")
    expect(done.returncode == 0, (done.returncode, done.stdout))
    done = compare("--format", "json", new, folder / "compare-new-2.json")
    expect(done.returncode == 0, (done.returncode, done.stdout))
    known = json.loads(done.stdout)["findings"]
    expect([f["change"] for f in known] == ["same"], known)
    done = compare("--format", "json", new, old)
    expect(done.returncode == 0, (done.returncode, done.stdout))
    gone = json.loads(done.stdout)["findings"]
    expect([f["change"] for f in gone] == ["gone"], gone)


def the_same_version_twice_is_not_worse(folder):
    done = compare("--records", folder, "--rounds", 1, GUILTY, GUILTY)
    expect(done.returncode == 0, (done.returncode, done.stdout, done.stderr))
    expect(done.stdout.startswith("NOTHING WORSE"), done.stdout)


def with_rate(record, factor, path):
    """The record as if its leak had been so many times as large."""
    text = json.loads(record.read_text())
    for finding in text["findings"]:
        for key in finding["rate"]:
            if key != "exact":
                finding["rate"][key] *= factor
    path.write_text(json.dumps(text))
    return path


def a_baseline_knows_what_it_has(folder):
    """Known: 0. More than known: 1. Less: 0, and the file is tighter."""
    guilty = folder / "compare-new-1.json"
    record = folder / "chat-guilty.json"

    def judged(baseline, *more):
        return run("run", "--quiet", "--records", folder, "--baseline",
                   baseline, *more, GUILTY)
    higher = with_rate(guilty, 2, folder / "higher.json")
    done = judged(higher, "--update-baseline")
    expect(done.returncode == 0, (done.returncode, done.stdout))
    expect("is tighter: 1 lower, 0 gone" in done.stderr, done.stderr)
    known = json.loads(record.read_text())["findings"][0]
    expect(known["suppressed"]["kind"] == "known", known["suppressed"])
    kept = json.loads(higher.read_text())["findings"]
    expect([f["rate"]["high"] for f in kept] == [104], kept)
    # Tight now: the same leak again is known, and changes nothing.
    before = higher.read_text()
    done = judged(higher, "--update-baseline")
    expect(done.returncode == 0, (done.returncode, done.stdout))
    expect(higher.read_text() == before, "rewritten without a cause")
    lower = with_rate(guilty, 0.5, folder / "lower.json")
    before = lower.read_text()
    done = judged(lower, "--update-baseline")
    expect(done.returncode == 1, (done.returncode, done.stdout))
    expect("it allows 52.52 B" in " ".join(done.stdout.split()), done.stdout)
    expect(lower.read_text() == before, "a run that fails wrote the baseline")
    clean = folder / "compare-old-1.json"
    expect(judged(clean).returncode == 1, "a new finding did not fail")
    done = run("run", "--baseline", clean, GUILTY, INNOCENT)
    expect(done.returncode == 3, done.returncode)
    expect(run("run", "--baseline", "none.json", GUILTY).returncode == 3,
           "no such baseline")
    expect(run("run", "--update-baseline", GUILTY).returncode == 3,
           "which baseline?")


def a_record_says_how_long_memory_lasts(folder):
    """104 B for each of 40 connections/s: 2**29 / 4160 s = 35.8 hours."""
    leak, clean = folder / "compare-new-1.json", folder / "compare-old-1.json"
    done = run("report", "--forecast", "40/s,512MiB", leak)
    told = " ".join(done.stdout.split())
    expect("At 40 connections/s 512.0 MiB last 35.8 hours." in told, told)
    done = run("report", "--format", "json", "--forecast", "40/s", leak)
    forecast = json.loads(done.stdout)["forecast"]
    expect(forecast["headroom"] > 0 and forecast["headroom_of"], forecast)
    done = run("report", "--forecast", "40/s,512MiB", clean)
    expect("at least: nothing was found" in " ".join(done.stdout.split()),
           done.stdout)
    done = run("run", "--forecast", "often", INNOCENT)
    expect(done.returncode == 3, done.returncode)


def what_cannot_be_compared_is_said(folder):
    record = folder / "compare-old-1.json"
    done = compare(record, INNOCENT)
    expect(done.returncode == 3, done.returncode)
    expect("--baseline" in done.stderr, done.stderr)
    expect(compare(INNOCENT).returncode == 3, "one version")
    expect(compare("none.yaml", INNOCENT).returncode == 3, "no such file")
    expect(compare("--rounds", 0, INNOCENT, INNOCENT).returncode == 3, "rounds")
    partial = json.loads(record.read_text())
    partial["partial"] = True
    (folder / "partial.json").write_text(json.dumps(partial))
    done = compare(folder / "partial.json", record)
    expect(done.returncode == 3, (done.returncode, done.stdout))
    expect("did not come to a verdict" in done.stderr, done.stderr)
    broken = folder / "broken.yaml"
    broken.write_text((ROOT / INNOCENT).read_text().replace(
        "specimens/chat,", "specimens/no-such-service,"))
    done = compare("--records", "", broken, INNOCENT)
    expect(done.returncode == 4, (done.returncode, done.stdout, done.stderr))
    expect("OLD run 1 of 2" in done.stderr, done.stderr)


def new_is_read_before_old_is_run(folder):
    mark = folder / "started"
    old = folder / "old.yaml"
    old.write_text((ROOT / INNOCENT).read_text().replace(
        "build/release/specimens/chat,", f"touch, {mark},"))
    expect("touch" in old.read_text(), old.read_text())
    new = folder / "broken.yaml"
    new.write_text("version: 1\ntarget:\n  comand: [x]\n")
    done = compare("--records", "", old, new)
    expect(done.returncode == 3, (done.returncode, done.stderr))
    expect("comand" in done.stderr, done.stderr)
    expect(not mark.exists(), "OLD was started")


def records_of_other_scenarios_are_told(folder):
    guilty, clean = folder / "guilty.json", folder / "clean.json"
    for record, scenario in ((guilty, GUILTY), (clean, INNOCENT)):
        done = run("run", "--quiet", "--records", "", "--format", "json",
                   "-o", record, scenario)
        expect(done.returncode in (0, 1), done.stderr)
    done = compare(clean, guilty)
    expect("records of two scenarios, `chat-innocent` and `chat-guilty`"
           in " ".join(done.stdout.split()), done.stdout)
    expect("two scenarios" not in compare(guilty, guilty).stdout, "the same")
    before = guilty.read_text()
    words = ["run", "--quiet", "--records", "", "--baseline", guilty]
    done = run(*words, "--update-baseline", INNOCENT)
    expect(done.returncode == 3, (done.returncode, done.stderr))
    expect("scenario `chat-guilty`, and not of `chat-innocent`" in done.stderr,
           done.stderr)
    expect(guilty.read_text() == before, "the baseline is another")
    done = run(*words, INNOCENT)
    expect(done.returncode == 0, (done.returncode, done.stderr))
    expect("tidemark: warning: " in done.stderr, done.stderr)
    done = run(*words, GUILTY)
    expect(done.returncode == 0, (done.returncode, done.stderr))
    expect("warning" not in done.stderr, done.stderr)


def help_teaches(_):
    done = run("compare", "--help")
    expect(done.returncode == 0, done.returncode)
    for part in ("OLD", "NEW", "--rounds", "--max-slowdown", "exit code 1",
                 "GITHUB_STEP_SUMMARY"):
        expect(part in done.stdout, part)


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        for check in (a_new_leak_is_named_and_fails, records_say_the_same,
                      a_record_says_how_long_memory_lasts,
                      a_baseline_knows_what_it_has,
                      what_cannot_be_compared_is_said,
                      new_is_read_before_old_is_run,
                      records_of_other_scenarios_are_told,
                      the_same_version_twice_is_not_worse, help_teaches):
            check(folder)
            print("ok", check.__name__, flush=True)


if __name__ == "__main__":
    main()
