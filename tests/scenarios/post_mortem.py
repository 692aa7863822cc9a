#!/usr/bin/env python3
"""A service that dies under load still gives sites and counts: by SIGKILL, by
SIGSEGV, by the limit of its memory cgroup, and by a malloc that fails.
post_mortem.py TIDEMARK HOW, or without HOW all of them."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
GREEDY = "build/release/specimens/greedy"
SKIPPED = 77
PER_CONNECTION = 32808  # what its first line says

SCENARIO = """version: 1
name: dies
target:
  command: {command}
  ready: {{ tcp: "127.0.0.1:{{{{ port }}}}" }}
load:
  engine: websocket
  url: "ws://127.0.0.1:{{{{ port }}}}/"
  connections: 100
cycles: {{ loaded: 40, idle: 0, half: 0 }}
"""


class NotHere(Exception):
    """The machine has not what the case needs."""


def expect(good, what):
    if not good:
        raise AssertionError(what)


def command(prefix=""):
    run = f'exec {GREEDY} --guilty "--port=$0"'
    return ["/bin/sh", "-c", f"{prefix}{run}", "{{ port }}"]


def cycles_in(path):
    try:
        return len(json.loads(path.read_text())["cycles"])
    except (OSError, ValueError, KeyError):
        return 0


def kill_in_cycle_4(run, kept, signal_):
    while cycles_in(kept) < 4 and run.poll() is None:
        time.sleep(0.01)
    expect(run.poll() is None, "it ended before it was killed")
    os.kill(json.loads(kept.read_text())["service"]["pid"], signal_)


def died(tidemark, words, kill=None):
    """(record, report) of a run whose service died."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "dies.yaml"
        path.write_text(SCENARIO.format(command=json.dumps(words)))
        kept = pathlib.Path(folder) / "dies.json"
        run = subprocess.Popen(
            [tidemark, "run", "--quiet", "--records", folder, str(path)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True)
        try:
            if kill:
                kill_in_cycle_4(run, kept, kill)
            out, err = run.communicate(timeout=100)
        finally:
            run.kill()
        expect(run.returncode == 4, f"{run.returncode} {out} {err}")
        return json.loads(kept.read_text()), out


def expect_examined(record, report, by, share=0.9):
    """`share`: so much of what all completed cycles left is still there."""
    expect(record["outcome"] == "error", record["outcome"])
    expect(record["service"]["exit"]["signal"] in by,
           f"{record['service']['exit']} {report}")
    # One line is several sites: its callers, and its stacks from when they
    # were taken.
    frames = {s["id"]: " ".join(f["function"] for f in s["frames"])
              for s in record["sites"]}
    held = [h for h in record["post_mortem"]
            if "greedy_open" in frames[h["site"]]]
    # 100 connections in each cycle that was completed, two buffers each.
    least = 100 * len(record["cycles"])
    objects = sum(h["objects"] for h in held)
    expect(objects > 0 and objects >= share * 2 * least,
           f"{objects} of {2 * least}")
    held = sum(h["bytes"] for h in held)
    expect(held >= share * least * PER_CONNECTION, f"{held} bytes of {least}")
    expect("greedy_open" in report, report)


def killed(tidemark):
    expect_examined(*died(tidemark, command(), signal.SIGKILL),
                    {signal.SIGKILL})


def segfault(tidemark):
    expect_examined(*died(tidemark, command(), signal.SIGSEGV),
                    {signal.SIGSEGV})


def memory_group(name):
    """(folder, file of the limit): cgroup v2 where it has the controller for
    us, else v1; nothing where neither lets us."""
    for root, limit in (("/sys/fs/cgroup", "memory.max"),
                        ("/sys/fs/cgroup/unified", "memory.max"),
                        ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")):
        folder = pathlib.Path(root) / name
        try:
            folder.mkdir()
        except OSError:
            continue
        if (folder / limit).exists():
            return folder, folder / limit
        folder.rmdir()
    return None, None


def memory_limit(tidemark):
    folder, limit = memory_group(f"tidemark-test-{os.getpid()}")
    if folder is None:
        raise NotHere("no memory cgroup may be made here: the limit of the "
                      "address space stands for it (ci/not-run.txt)")
    print(f"by {limit.name}")
    try:
        limit.write_text(str(48 << 20))
        try:
            (folder / "memory.swap.max").write_text("0")
        except OSError:
            pass
        words = command(f"echo $$ > {folder}/cgroup.procs; ")
        expect_examined(*died(tidemark, words), {signal.SIGKILL})
    finally:
        # The last of its processes may be on its way out.
        for _ in range(1000):
            try:
                folder.rmdir()
                break
            except OSError:
                time.sleep(0.01)


def no_address_space(tidemark):
    # The agent's table needs 803 MiB of addresses at least, see
    # agent_protocol.h; the service has what is left.
    words = command("ulimit -v $((900 * 1024)); ")
    # How it dies of an exception is its own affair: greedy ends main(), and
    # dies while its list of buffers, which is damaged, is taken down.
    expect_examined(*died(tidemark, words), {signal.SIGABRT, signal.SIGSEGV},
                    share=0)


CASES = [killed, segfault, memory_limit, no_address_space]


def main():
    tidemark = sys.argv[1]
    cases = [case for case in CASES if sys.argv[2:] in ([], [case.__name__])]
    expect(cases, f"no case {sys.argv[2:]}")
    code = 0
    for case in cases:
        try:
            case(tidemark)
            print(f"{case.__name__}: examined")
        except NotHere as why:
            print(f"{case.__name__}: not run: {why}")
            code = SKIPPED
    return code


if __name__ == "__main__":
    sys.exit(main())
