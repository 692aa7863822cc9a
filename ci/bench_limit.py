#!/usr/bin/env python3
"""ci/bench limit: as many WebSocket connections as the descriptor limit
allows, in one run, from several source addresses, gone in every way there
is, and counted to zero by the kernel. Service and driver are processes of
their own, so each has the whole limit."""
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
# Descriptors that are not connections: ours and the service's.
SPARE = 300
MOST = 200_000  # beyond, the machine's memory is the limit

WAYS = ("graceful", "close_no_wait", "fin", "reset", "half_close", "stall",
        "slow_reader", "ignore_close", "abort_mid_frame",
        "abort_mid_fragment")

SCENARIO = """version: 1
name: limit
target:
  command: [{service}, --innocent, "--port={{{{ port }}}}"]
  ready: {{tcp: "127.0.0.1:{{{{ port }}}}"}}
load:
  url: "ws://127.0.0.1:{{{{ port }}}}/"
  connections: {connections}
  socket: {{sourceIps: [127.0.0.2-127.0.0.9]}}
  send: {{count: 1}}
  close: [{ways}]
cycles: {{warmup: {{min: 1, max: 2}}, loaded: 2, idle: 1, half: 1}}
"""


def half_open_allowed():
    """TCP_REPAIR: 19 of IPPROTO_TCP."""
    import socket
    with socket.socket() as probe:
        try:
            probe.setsockopt(socket.IPPROTO_TCP, 19, 1)
            return True
        except OSError:
            return False


def run(connections, scratch):
    scenario = pathlib.Path(scratch) / "limit.yaml"
    scenario.write_text(SCENARIO.format(
        service=BUILD / "specimens/chat", connections=connections,
        ways=", ".join(WAYS)))
    done = subprocess.run(
        [BUILD / "tidemark", "run", "--quiet", "--records", "", "--format",
         "json", scenario], capture_output=True, text=True, timeout=600)
    if not done.stdout:
        sys.exit(f"no record: {done.stderr}")
    return json.loads(done.stdout), done.returncode


def main():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    wanted = min(limit, MOST) - SPARE
    print(f"descriptor limit {limit:,}: {wanted:,} connections wanted; "
          "half_open is left out, as its sockets stay with the service"
          + ("" if half_open_allowed() else " (and this kernel refuses it)"))
    met = total = 0

    def target(what, figure, good):
        nonlocal met, total
        total += 1
        met += good
        print(f"  {'met   ' if good else 'MISSED'} {what}: {figure}")

    with tempfile.TemporaryDirectory() as scratch:
        record, code = run(wanted, scratch)
    load = record["connections"]
    open_ = record["open_memory"]["connections"]
    last = record["kernel"][-1]
    base = next(s for s in record["kernel"] if s["moment"] == "baseline")
    left = sum(count for state, count in last["sockets"].items()
               if state != "LISTEN")
    target(f"open at once, {wanted:,} wanted", f"{open_:,}", open_ == wanted)
    target("opened of those tried", f"{load['opened']:,} of "
           f"{load['attempted']:,}", load["opened"] == load["attempted"])
    missing = [way for way in WAYS if not load["closed_by"].get(way)]
    target("ways to go that occurred",
           f"{len(WAYS) - len(missing)} of {len(WAYS)}", not missing)
    target("sockets of the service left, by the kernel", left, left == 0)
    more = sum(last["fds"].values()) - sum(base["fds"].values())
    target("descriptors more than at the baseline", more, more == 0)
    target("verdict", record["outcome"],
           record["outcome"] == "pass" and code == 0)
    print(f"  {record['took_ns'] / 1e9:.1f} s for {len(record['cycles'])} "
          f"cycles")
    print(f"bench limit: {met} of {total} targets met")
    return 0 if met == total else 1


if __name__ == "__main__":
    sys.exit(main())
