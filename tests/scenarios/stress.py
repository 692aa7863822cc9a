#!/usr/bin/env python3
"""`tidemark stress` from the outside, on services that behave badly:
stress.py TIDEMARK"""
import json
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]

# The kernel accepts for it, and nobody ever answers.
DEAF = """import socket, sys, signal
s = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4000)
signal.pause()
"""

SCENARIO = """version: 1
name: case
target:
  command: [/usr/bin/python3, -c, {service}, "{{{{ port }}}}"]
  ready: {{ tcp: "127.0.0.1:{{{{ port }}}}" }}
{load}"""


def limited(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def stress(service, load, **more):
    """What the program did, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "case.yaml"
        path.write_text(SCENARIO.format(service=json.dumps(service),
                                        load=load))
        done = subprocess.run(
            [TIDEMARK, "stress", "--quiet", "--format", "json", str(path)],
            cwd=ROOT, timeout=120, capture_output=True, text=True, **more)
    return done, json.loads(done.stdout) if done.stdout else None


def expect(good, what):
    if not good:
        raise AssertionError(what)


def an_error_of_one_flow_ends_the_others():
    done, record = stress(DEAF, """flows:
  patient:
    url: "http://127.0.0.1:{{ port }}/"
    flow: [ { get: / } ]
    stress: { rate: 10/s, duration: 60s }
  greedy:
    url: "http://127.0.0.1:{{ port }}/"
    flow: [ { get: / } ]
    stress: { rate: 800/s, duration: 2s, maxConnections: 5000 }
""", preexec_fn=limited(160, 160))
    expect(done.returncode == 4, f"{done.returncode} {done.stderr}")
    expect("Too many open files" in record["reason"], record["reason"])
    tried = record["metrics"]["connections_attempted{flow:patient}"]["count"]
    expect("wanted up to 5000 connections" in record["reason"],
           record["reason"])
    expect("lower `maxConnections`" in record["error"]["hint"],
           record["error"]["hint"])
    expect(tried < 600, f"{tried} connections: it went on to its end")


def arrivals_may_have_as_many_descriptors_as_they_need():
    done, record = stress(DEAF, """load:
  url: "http://127.0.0.1:{{ port }}/"
  flow: [ { get: / } ]
  stress: { rate: 400/s, duration: 1s, gracefulStop: 1ms }
""", preexec_fn=limited(160, 4096))
    expect("Too many" not in record["reason"], record["reason"])
    opened = record["metrics"]["connections_opened"]["count"]
    expect(opened == 400, f"{opened} connections")


def main():
    failed = 0
    for name, case in list(globals().items()):
        if not callable(case) or name in ("main", "stress", "expect",
                                          "limited"):
            continue
        try:
            case()
            print(f"ok   {name}", flush=True)
        except Exception as error:  # each case is told, then the next runs
            failed += 1
            print(f"FAIL {name}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
