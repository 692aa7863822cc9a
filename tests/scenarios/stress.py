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

# Answers with what was loaded into it, or dies.
HTTP = """import os, socketserver, sys
class Serve(socketserver.StreamRequestHandler):
    def handle(self):
        body = os.environ.get("LD_PRELOAD", "").encode()
        while self.rfile.readline():
            while self.rfile.readline().strip():
                pass
            if "dies" in sys.argv:
                print("PANIC no more", flush=True)
                os._exit(9)
            self.wfile.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d"
                             b"\\r\\n\\r\\n%s" % (len(body), body))
class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100
Server(("127.0.0.1", int(sys.argv[1])), Serve).serve_forever()
"""
ONE = """load:
  url: "http://127.0.0.1:{{ port }}/"
  flow: [ { get: { url: /, expect: { contains: "%s" } } } ]
  stress: { rate: 20/s, duration: 50ms }
"""

SCENARIO = """version: 1
name: case
target:
  command: [/usr/bin/python3, -c, {service}, "{{{{ port }}}}", {word}]
  ready: {{ tcp: "127.0.0.1:{{{{ port }}}}" }}
{target}{load}"""


def limited(soft, hard):
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def stress(service, load, target="", word="lives", **more):
    """What the program did, and its report."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "case.yaml"
        path.write_text(SCENARIO.format(service=json.dumps(service),
                                        load=load, target=target, word=word))
        done = subprocess.run(
            [TIDEMARK, "stress", "--quiet", "--format", "json", str(path)],
            cwd=ROOT, timeout=120, capture_output=True, text=True, **more)
    return done, json.loads(done.stdout) if done.stdout else None


def check_schema(path):
    subprocess.run(
        ["/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i",
         str(path), str(ROOT / "harness/report/stress_report.schema.json")],
        check=True)


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


def the_allocator_is_the_scenarios():
    allocator = "/lib/x86_64-linux-gnu/libm.so.6"
    done, record = stress(HTTP, ONE % allocator,
                          f"  allocator: {allocator}\n")
    checks = record["metrics"]["checks"]
    expect((checks["passes"], checks["total"]) == (1, 1), record["reason"])
    done, record = stress(HTTP, ONE % "", "  allocator: /no/such/object.so\n")
    expect(done.returncode == 3, done.returncode)
    expect("there is no file /no/such/object.so" in done.stderr, done.stderr)


def an_exit_code_that_is_not_the_expected_one_is_told():
    done, record = stress(HTTP, ONE % "", "  stop: { expectExitCode: 77 }\n")
    expect(done.returncode == 4, done.returncode)
    expect("ended with signal 15, target.stop.expectExitCode is 77"
           in record["reason"], record["reason"])


def a_death_at_the_very_end_is_a_death():
    done, record = stress(HTTP, ONE % "", word="dies")
    expect(done.returncode == 4, f"{done.returncode} {record['reason']}")
    expect(record["reason"] == "the service died during the run: it ended "
           "with exit code 9; its last output:\n  | PANIC no more",
           record["reason"])
    expect("tidemark run" in record["error"]["hint"], record["error"])


def the_report_is_as_its_schema_says_and_no_record():
    with tempfile.TemporaryDirectory() as folder:
        for word in ("lives", "dies"):
            done, record = stress(HTTP, ONE % "" + "thresholds:\n"
                                  "  requests: [\"count>0\"]\n", word=word)
            path = pathlib.Path(folder) / "stress.json"
            path.write_text(done.stdout)
            check_schema(path)
        done = subprocess.run([TIDEMARK, "report", str(path)], cwd=ROOT,
                              timeout=60, capture_output=True, text=True)
    expect(done.returncode == 3, done.returncode)
    expect("it is the report of a stress run" in done.stderr, done.stderr)


def main():
    failed = 0
    for name, case in list(globals().items()):
        if not callable(case) or name in ("main", "stress", "expect",
                                          "limited", "check_schema"):
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
