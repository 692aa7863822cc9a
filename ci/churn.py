#!/usr/bin/env python3
"""Ordinary churn on real services that nobody here wrote, under default
settings: connect, use, close in every graceful and abrupt way, each run with
another mix. None may be called a LEAK.   ci/churn [RUNS] [--seed=N]"""
import argparse
import collections
import concurrent.futures
import os
import pathlib
import random
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
NODE = pathlib.Path(os.environ.get("TIDEMARK_NODE", ROOT / "build/node"))
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from run_text import run_text  # noqa: E402

WS = ["graceful", "close_no_wait", "fin", "reset", "half_close", "ignore_close",
      "abort_mid_handshake", "abort_mid_frame", "abort_mid_fragment",
      "slow_reader", "stall"]
HTTP = ["graceful", "fin", "reset", "half_close", "abort_mid_handshake",
        "unread_body", "stall", "slow_reader"]
REDIS = ["graceful", "fin", "reset", "half_close", "abort_mid_command",
         "unread_replies", "subscribed_then_gone", "stall"]
TCP = ["graceful", "fin", "reset", "half_close", "abort_mid_message", "stall"]

# name: (target, load without closes, ways)
# redis-server without its slow log: that keeps up to 128 commands which took
# longer than 10 ms, and how many do is the machine's doing. A run beside four
# busy processes filled half of it, and was right to call it growth.
SERVICES = {
    "nginx": ("""
  command: [scenarios/services/nginx.sh, "{{ port }}"]
  ready: {tcp: "127.0.0.1:{{ port }}"}
  stop: {signal: SIGQUIT}""", """
  url: "http://127.0.0.1:{{ port }}/"
  flow:
    - get: /
    - get: {url: /big, expect: {statusCode: 200}}""", HTTP),
    "redis-server": ("""
  command: [redis-server, --port, "{{ port }}", --bind, 127.0.0.1, --save, "",
            --appendonly, "no", --slowlog-log-slower-than, "-1"]""", """
  url: "redis://127.0.0.1:{{ port }}/0"
  flow:
    - {command: "SET greeting 'hello there'", expect: {equals: OK}}
    - {command: "SET blob", size: 512B, expect: {equals: OK}}
    - {command: "LPUSH list a b c"}
    - {command: "LTRIM list 0 9"}
    - {command: "GET blob"}""", REDIS),
    "libwebsockets": ("""
  command: [libwebsockets-test-server, "--port={{ port }}"]
  ready: {tcp: "127.0.0.1:{{ port }}"}
  stop: {signal: SIGTERM, timeout: 5s}""", """
  engine: websocket
  url: "ws://127.0.0.1:{{ port }}/"
  subprotocols: [lws-mirror-protocol]
  send: {count: 2, size: 64B, binary: false, expect: ignore}""", WS),
    "mosquitto": ("""
  command: [mosquitto, -p, "{{ port }}"]
  ready: {tcp: "127.0.0.1:{{ port }}"}""", """
  engine: tcp
  url: "tcp://127.0.0.1:{{ port }}"
  flow:
    - send: {hex: "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00",
             expect: {hex: "20 02 00 00"}}
    - send: {hex: "c0 00", expect: {hex: "d0 00"}}""", TCP),
    "python3-websockets": ("""
  command: [/usr/bin/python3, tests/scenarios/echo_server.py, "{{ port }}"]
  ready: {output: "ready"}""", """
  engine: websocket
  url: "ws://127.0.0.1:{{ port }}/"
  send: {count: 2, size: 300B}""", WS),
    "node ws": ("""
  command: [node, tests/scenarios/node_ws.js, "{{ port }}"]
  environment: {NODE_PATH: "%s"}
  runtime: process
  ready: {output: "ready"}""" % (NODE.resolve() / "node_modules"), """
  engine: websocket
  url: "ws://127.0.0.1:{{ port }}/"
  send: {count: 2, size: 300B}""", WS),
}


def scenario_of(name, draw):
    target, load, ways = SERVICES[name]
    chosen = draw.sample(ways, draw.randint(2, min(5, len(ways))))
    closes = "".join(
        f"\n    - {{behavior: {way}, weight: {draw.randint(1, 4)}, hold: 50ms}}"
        if way in ("half_close", "stall", "slow_reader", "ignore_close")
        else f"\n    - {{behavior: {way}, weight: {draw.randint(1, 4)}}}"
        for way in chosen)
    return (f"version: 1\nname: churn\ntarget:{target}\nload:{load}"
            f"\n  connections: {draw.choice((40, 100, 150, 200))}"
            f"\n  close:{closes}\n"), chosen


def run_one(name, seed):
    text, ways = scenario_of(name, random.Random(f"{name} {seed}"))
    record, done, took = run_text(BUILD / "tidemark", text)
    if not record:
        record = {"reason": done.stderr.strip()[:300]}
    return {"name": name, "seed": seed, "ways": ways, "text": text,
            "code": done.returncode, "reason": record.get("reason"),
            "error": record.get("error"),
            "cycles": len(record.get("cycles", [])), "took": took}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("runs", type=int, nargs="?", default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--service", choices=SERVICES)
    parser.add_argument("--keep", help="folder for scenarios that did not pass")
    options = parser.parse_args()
    names = [options.service] if options.service else list(SERVICES)
    jobs = [(names[i % len(names)], options.seed + i // len(names))
            for i in range(options.runs)]
    sums = collections.defaultdict(collections.Counter)
    seconds = collections.defaultdict(float)
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for result in pool.map(lambda job: run_one(*job), jobs):
            name = result["name"]
            word = {0: "pass", 1: "LEAK", 2: "inconclusive"}.get(
                result["code"], "failed")
            sums[name][word] += 1
            sums[name]["cycles"] += result["cycles"]
            seconds[name] += result["took"]
            if word == "pass":
                continue
            print(f"{name}, seed {result['seed']}: {word}: "
                  f"{result['reason'] or result['error']}\n  "
                  f"{', '.join(result['ways'])}", flush=True)
            if options.keep:
                kept = pathlib.Path(options.keep)
                kept.mkdir(parents=True, exist_ok=True)
                (kept / f"{name.replace(' ', '-')}-{result['seed']}.yaml"
                 ).write_text(result["text"])
    print(f"\n{'':20}{'runs':>6}{'pass':>6}{'LEAK':>6}{'doubt':>6}{'failed':>8}"
          f"{'cycles':>8}{'s':>7}")
    wrong = failed = 0
    for name in names:
        count = sums[name]
        runs = count["pass"] + count["LEAK"] + count["inconclusive"] + \
            count["failed"]
        wrong += count["LEAK"]
        failed += count["failed"]
        print(f"{name:20}{runs:6}{count['pass']:6}{count['LEAK']:6}"
              f"{count['inconclusive']:6}{count['failed']:8}"
              f"{count['cycles'] / max(runs, 1):8.1f}"
              f"{seconds[name] / max(runs, 1):7.1f}")
    print(f"churn: {wrong} wrong LEAK in {len(jobs)} runs, {failed} failed")
    return 1 if wrong or failed else 0


if __name__ == "__main__":
    sys.exit(main())
