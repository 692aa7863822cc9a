#!/usr/bin/env python3
"""A service that outgrows target.memoryLimit: memory_limit.py TIDEMARK
Exits 77 (skipped) where no cgroup can be made."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from expectations import ROOT

TIDEMARK = sys.argv[1]
BUILD = os.environ.get("TIDEMARK_BUILD", "build/release")

GREEDY = f"""version: 1
name: too-small
target:
  command: [{BUILD}/specimens/greedy, --innocent, "--port={{{{ port }}}}",
            --read-buffer=1048576, --write-buffer=1048576]
  ready: {{tcp: "127.0.0.1:{{{{ port }}}}"}}
  memoryLimit: 8MiB
load:
  engine: websocket
  url: "ws://127.0.0.1:{{{{ port }}}}/"
  connections: 40
"""


def expect(good, what):
    if not good:
        raise AssertionError(what)


def cgroups_of(pid):
    """Folders that this run of tidemark has made and not removed."""
    return list(pathlib.Path("/sys/fs/cgroup").glob(f"**/tidemark-{pid}-*"))


with tempfile.TemporaryDirectory() as folder:
    scenario = pathlib.Path(folder) / "too_small.yaml"
    scenario.write_text(GREEDY)
    run = subprocess.Popen(
        [TIDEMARK, "run", "--quiet", "--records", folder, str(scenario)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    said, _ = run.communicate(timeout=120)
    if "needs a cgroup" in said:
        print(said)
        sys.exit(77)
    expect(run.returncode == 4, (run.returncode, said))
    for words in ("was killed by signal 9", "target.memoryLimit is 8.0 MiB",
                  "Memory limit 8.0 MiB", "the kernel killed 1 process"):
        expect(words in " ".join(said.split()), said)
    record = json.loads((pathlib.Path(folder) / "too-small.json").read_text())
    use = record["service"]["memory_limit"]
    expect(use["limit"] == 8 << 20 and use["kills"] >= 1, use)
    expect(not cgroups_of(run.pid), cgroups_of(run.pid))
print("a service that outgrows its limit is told from one that dies")
