#!/usr/bin/env python3
"""Runs every scenario of scenarios/first_steps, recipes, sweeps and
field_cases, made short, and compares the exit code with the verdict that the file's first line
declares (# EXPECT pass); what a file needs beforehand stands in a line
`# PREPARE COMMAND`. recipes.py TIDEMARK [NAME...]"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
CODES = {"pass": 0, "leak": 1, "inconclusive": 2, "error": 4, "invalid": 6}
# Enough to tell a leak from none; three are the fewest that count.
CYCLES = ("cycles: { warmup: { min: 3, max: 4 }, loaded: 3, idle: 1, half: 1,"
          " linger: 200ms }\n")
TIMEOUT = 120
SWEEP_TIMEOUT = 150  # several runs
# A machine that is busy with other tests makes the driver late, which is
# INVALID and says nothing about the recipe.
TRIES = 3
MARK = f"TIDEMARK_RECIPES={os.getpid()}"


def first_line(text):
    found = re.match(r"# EXPECT (\w+)\n", text)
    if not found or found[1] not in CODES:
        raise AssertionError("the first line is not `# EXPECT VERDICT`")
    return found[1]


def is_stress(text):
    return re.search(r"^ +stress:", text, re.M) is not None


def is_sweep(text):
    return re.search(r"^matrix:", text, re.M) is not None


def shortened(text):
    """The same scenario in a fraction of the time and with a fraction of the
    connections; what is asked, and of whom, stays."""
    if is_stress(text):
        text = re.sub(r"(duration: )\d+s", r"\g<1>1s", text)
        # How long an answer takes here is the machine's, not the recipe's.
        text = re.sub(r"((?:p\(\d+\)|med)<)(\d+)", r"\g<1>\g<2>00", text)
        return re.sub(r"(delayAbortEval: )\d+s", r"\g<1>500ms", text)
    text = re.sub(r"^(  repeat: ).*", r"\g<1>1", text, flags=re.M)
    if is_sweep(text):  # how fast it is, nobody asks here
        text = re.sub(r"(count: )\d+0", r"\g<1>20", text)
    text = re.sub(r"^(  connections: )5000", r"\g<1>1000", text, flags=re.M)
    # A plan knows how many cycles a leak takes to be known.
    if first_line(text) == "leak" or re.search(r"^cycles:", text, re.M):
        return text
    return text + CYCLES


def prepare(text):
    for command in re.findall(r"^# PREPARE (.+)$", text, re.M):
        subprocess.run(shlex.split(command), cwd=ROOT, check=True, timeout=20)


def run(tidemark, path):
    """(complaint or None, seconds)."""
    for _ in range(TRIES):
        complaint, took = run_once(tidemark, path)
        if complaint is None or not complaint.startswith("exit code 6"):
            break
    return complaint, took


def run_once(tidemark, path):
    """(complaint or None, seconds). The short one is written to a folder of
    its own, beside the same neighbours."""
    text = path.read_text()
    began = time.monotonic()
    wanted = first_line(text)
    prepare(text)
    with tempfile.TemporaryDirectory() as folder:
        for neighbour in [*path.parent.glob("*.csv"),
                          *path.parent.glob("*.in")]:
            (pathlib.Path(folder) / neighbour.name).symlink_to(neighbour)
        short = pathlib.Path(folder) / path.name
        short.write_text(shortened(text))
        command = [tidemark, "stress" if is_stress(text)
                   else "sweep" if is_sweep(text) else "run",
                   "--quiet", str(short)]
        if not is_stress(text):
            command += ["--records", folder if is_sweep(text) else ""]
        timeout = SWEEP_TIMEOUT if is_sweep(text) else TIMEOUT
        name, _, value = MARK.partition("=")
        try:
            done = subprocess.run(
                command, cwd=ROOT, capture_output=True, text=True,
                errors="replace", timeout=timeout,
                env={**os.environ, name: value})
        except subprocess.TimeoutExpired:
            return f"not done after {timeout} s", time.monotonic() - began
    took = time.monotonic() - began
    said = done.stdout + done.stderr
    if done.returncode == 4 and "needs a cgroup" in said:
        print(f"{path.name}: not run, no cgroup can be made here")
        return None, took
    if done.returncode != CODES[wanted]:
        return (f"exit code {done.returncode}, wanted {CODES[wanted]} "
                f"({wanted}):\n{said}"), took
    # A run whose load went wrong shows nobody how it is done.
    if "wrong or missing replies" in said:
        return f"replies are wrong:\n{said}", took
    return None, took


def left_behind():
    """Processes that the runs started and that are still there."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if MARK.encode() in (folder / "environ").read_bytes():
                command = (folder / "cmdline").read_bytes()
                found.append((int(folder.name), command.replace(
                    b"\0", b" ").decode(errors="replace")))
        except OSError:
            pass
    return found


def main():
    tidemark, names = os.path.abspath(sys.argv[1]), sys.argv[2:]
    paths = [path
             for folder in ("first_steps", "recipes", "sweeps", "field_cases")
             for path in sorted((ROOT / "scenarios" / folder).glob("*.yaml"))
             if not names or path.stem in names]
    failed = 0
    # Two at a time: a hunt mostly waits for counters to come to rest.
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for path, (complaint, took) in zip(
                paths, pool.map(lambda path: run(tidemark, path), paths)):
            failed += complaint is not None
            print(f"{'FAIL' if complaint else 'pass'} "
                  f"{path.relative_to(ROOT)} ({took:.1f} s)"
                  f"{chr(10) + complaint if complaint else ''}", flush=True)
    for pid, command in left_behind():
        failed += 1
        print(f"FAIL still running: {pid} {command}")
        os.kill(pid, signal.SIGKILL)
    if not paths:
        print("no such scenario")
    return 1 if failed or not paths else 0


if __name__ == "__main__":
    sys.exit(main())
