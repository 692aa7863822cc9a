#!/usr/bin/env python3
"""What driving costs: tidemark, the peers and a bare epoll loop in turn, the
server on one core and the driver on the other; medians of the rounds.
bench_drivers.py [WORKLOAD…] measures only some."""
import os
import pathlib
import statistics
import sys
import tempfile

sys.dont_write_bytecode = True  # no folder of bytecode in the tree
from driver_peers import (BARE, NODE, ROOT, SERVER, NotMeasured, Service, bare,
                          can_stress, nginx, node, open_many, redis,
                          redis_benchmark, stress_text, tidemark,
                          tidemark_command, wrk)

ROUNDS = int(os.environ.get("TIDEMARK_BENCH_ROUNDS", "7"))
SECONDS = float(os.environ.get("TIDEMARK_BENCH_SECONDS", "2"))
MANY = 10000


def tell(text):
    if sys.stderr.isatty():
        print(f"\r  {text:<60}\r", end="", file=sys.stderr, flush=True)


def measure(drivers):
    """{name: seconds → Run} in turn; {name: (µs per operation, rate)}."""
    figures, failed = {name: [] for name in drivers}, {}
    startup = {}
    for name, run in drivers.items():
        try:
            startup[name] = statistics.median(run(0.001).cpu
                                              for _ in range(3))
        except NotMeasured as why:
            failed[name] = str(why)
    for number in range(ROUNDS):
        for name, run in drivers.items():
            if name in failed:
                continue
            tell(f"round {number + 1} of {ROUNDS}, {name}")
            try:
                done = run(SECONDS)
            except NotMeasured as why:
                failed[name] = str(why)
                continue
            figures[name].append((
                (done.cpu - startup[name]) / done.operations * 1e6,
                done.operations / done.seconds))
    tell("")
    for name, why in failed.items():
        print(f"    {name}: not measured: {why}")
    return {name: tuple(statistics.median(column) for column in zip(*rows))
            for name, rows in figures.items() if name not in failed}


def show(title, figures):
    print(title)
    for name, (cost, rate) in figures.items():
        print(f"    {name:16} {cost:9.2f} us CPU/op {rate:12,.0f} op/s")


class Board:
    def __init__(self):
        self.met = 0
        self.total = 0

    def target(self, what, figure, limit, least=False, unit=""):
        """`figure` None: it could not be measured, which meets nothing."""
        self.total += 1
        bound = f"(at {'least' if least else 'most'} {limit:,.2f}{unit})"
        if figure is None:
            print(f"  MISSED {what}: not measured {bound}")
            return
        good = figure >= limit if least else figure <= limit
        self.met += good
        print(f"  {'met   ' if good else 'MISSED'} {what}: "
              f"{figure:,.2f}{unit} {bound}")

    def cost(self, figures, peer, limit):
        self.target(f"tidemark's CPU per operation / {peer}'s",
                    ratio(figures, peer, 0), limit)

    def done(self):
        print(f"bench drivers: {self.met} of {self.total} targets met")
        return 0 if self.met == self.total else 1


def ratio(figures, peer, column):
    if "tidemark" not in figures or peer not in figures:
        return None
    return figures["tidemark"][column] / figures[peer][column]


def with_tidemark(drivers, run):
    return {"tidemark": run, **drivers} if can_stress() else drivers


def bench_http(board, scratch):
    with nginx(scratch) as service:
        port = service.port
        load = f"  url: \"http://127.0.0.1:{port}/1k\"\n"
        figures = measure(with_tidemark({
            "wrk": lambda s: wrk(port, s),
            "bare loop": lambda s: bare(
                ["http-keepalive", "-p", port, "-u", "/1k"], s),
        }, lambda s: tidemark(load + "  flow: [ { get: /1k } ]\n", s,
                              "requests", ", reuse: true")))
        show("HTTP keep-alive, nginx 1 KB, 50 connections", figures)
        board.cost(figures, "wrk", 1.0)


def bench_close(board, scratch):
    with nginx(scratch) as service:
        port = service.port
        load = (f"  url: \"http://127.0.0.1:{port}/1k\"\n"
                "  headers: { Connection: close }\n"
                "  flow: [ { get: /1k } ]\n"
                "  close: fin\n")
        figures = measure(with_tidemark({
            "wrk": lambda s: wrk(port, s, ("-H", "Connection: close")),
            "bare loop": lambda s: bare(
                ["http-close", "-p", port, "-u", "/1k"], s),
        }, lambda s: tidemark(load, s, "requests", ", reuse: false")))
        show("HTTP connect-GET-close, nginx 1 KB, 50 connections", figures)
        board.cost(figures, "wrk", 1.0)


def bench_redis(board, scratch):
    for pipeline in (1, 16):
        with redis(scratch) as service:
            port = service.port
            load = (f"  engine: redis\n  url: \"redis://127.0.0.1:{port}\"\n"
                    f"  pipeline: {pipeline}\n"
                    "  flow: [ { command: \"SET key:000000000001 VXK\" } ]\n")
            figures = measure(with_tidemark({
                "redis-benchmark":
                    lambda s: redis_benchmark(port, pipeline, s),
                "bare loop": lambda s: bare(
                    ["redis-set", "-p", port, "-P", pipeline], s),
            }, lambda s: tidemark(load, s, "requests", ", reuse: true")))
        show(f"Redis SET, pipeline {pipeline}, 50 connections", figures)
        board.cost(figures, "redis-benchmark", 0.75)


def websocket_load(port, more):
    return (f"  engine: websocket\n  url: \"ws://127.0.0.1:{port}/\"\n{more}")


def bench_echo(board, _):
    with Service([SERVER]) as service:
        port = service.port
        load = websocket_load(port, "  send: { count: 1000, size: 20 }\n")
        figures = measure(with_tidemark({
            "node ws": lambda s: node("echo", port, s),
            "bare loop": lambda s: bare(["ws-echo", "-p", port], s),
        }, lambda s: tidemark(load, s, "requests", ", reuse: true")))
    show("WebSocket echo of 20 B, 50 connections", figures)
    board.cost(figures, "bare loop", 1.3)


CHURN = ("  send: { count: 0 }\n  hold: 0ms\n  close: fin\n"
         "  socket: { sourceIps: [127.0.0.2-127.0.0.9] }\n")


def bench_churn(board, _):
    with Service([SERVER]) as service:
        port = service.port
        load = websocket_load(port, CHURN)
        figures = measure(with_tidemark({
            "node ws": lambda s: node("churn", port, s),
            "bare loop": lambda s: bare(["ws-churn", "-p", port, "-s", 8], s),
        }, lambda s: tidemark(load, s, "connections_opened")))
        show("WebSocket connect-upgrade-close (FIN), 8 source addresses",
             figures)
        board.target("tidemark's rate / node ws's",
                     ratio(figures, "node ws", 1), 5.0, least=True)
        board.cost(figures, "bare loop", 1.4)
        bench_ports(board, load, port)


def bench_ports(board, load, port):
    """Longer than the kernel keeps a port of a closed connection."""
    print("Closes per second over 6 s, from 8 source addresses")
    runs = {"bare loop": lambda: bare(["ws-churn", "-p", port, "-s", 8], 6)}
    if can_stress():
        runs["tidemark"] = lambda: tidemark(load, 6, "connections_opened")
    rate = {}
    for name, run in runs.items():
        try:
            done = run()
            rate[name] = done.operations / done.seconds
            print(f"    {name:16} {rate[name]:12,.0f} /s, none failed")
        except NotMeasured as why:
            print(f"    {name}: not measured: {why}")
    board.target("tidemark's closes per second", rate.get("tidemark"), 14000,
                 least=True)


def tidemark_idle(load_for):
    def command(port, connections, folder):
        path = pathlib.Path(folder) / "idle.yaml"
        path.write_text(stress_text(load_for(port), connections, 20))
        return tidemark_command(path)
    return command


def bench_idle(board, _):
    drivers = {
        "wrk": lambda port, n, _: [
            "wrk", "-t", 1, "-c", n, "-d", "30s",
            f"http://127.0.0.1:{port}/"],
        "bare loop": lambda port, n, _: [
            BARE, "http-idle", "-p", port, "-c", n, "-r", 30],
        "bare loop ws": lambda port, n, _: [
            BARE, "ws-idle", "-p", port, "-c", n, "-r", 30],
        "node ws": lambda port, n, _: [
            "env", f"NODE_PATH={NODE}/node_modules", "node",
            ROOT / "tests/bench/ws_client.js", "idle",
            f"ws://127.0.0.1:{port}/", n, 30],
    }
    if can_stress():
        drivers["tidemark"] = tidemark_idle(
            lambda port: f"  url: \"http://127.0.0.1:{port}/\"\n"
            "  flow: [ { get: / }, { think: 20s } ]\n")
        drivers["tidemark ws"] = tidemark_idle(
            lambda port: websocket_load(port, "  flow: [ { think: 20s } ]\n"))
    rows, failed = {name: [] for name in drivers}, set()
    for number in range(ROUNDS):
        for name, command in drivers.items():
            tell(f"round {number + 1} of {ROUNDS}, {name}")
            try:
                _, least = open_many(command, 1)
                seconds, most = open_many(command, MANY)
                rows[name].append((seconds, (most - least) / (MANY - 1)))
            except NotMeasured as why:
                print(f"    {name}: not measured: {why}")
                failed.add(name)
        for name in failed:
            drivers.pop(name, None)
    tell("")
    print(f"{MANY:,} connections opened and held")
    found = {name: tuple(statistics.median(c) for c in zip(*r))
             for name, r in rows.items() if name not in failed}
    for name, (seconds, size) in found.items():
        print(f"    {name:16} open in {seconds:6.3f} s, {size:9,.0f} B of "
              "driver memory per connection")
    nothing = (None, None)
    for name in ("tidemark", "tidemark ws"):
        seconds, size = found.get(name, nothing)
        board.target(f"{name}: bytes per connection", size, 1024, unit=" B")
        board.target(f"{name}: time to open / wrk's",
                     seconds and seconds / found["wrk"][0], 2.0)


WORKLOADS = {"http": bench_http, "close": bench_close, "redis": bench_redis,
             "echo": bench_echo, "churn": bench_churn, "idle": bench_idle}


def main():
    chosen = sys.argv[1:] or list(WORKLOADS)
    if not set(chosen) <= set(WORKLOADS):
        print(f"usage: ci/bench drivers [{' '.join(WORKLOADS)}]",
              file=sys.stderr)
        return 3
    if len(os.sched_getaffinity(0)) < 2:
        print("bench drivers: needs two cores", file=sys.stderr)
        return 4
    print(f"bench drivers: {ROUNDS} alternating rounds of {SECONDS:g} s, "
          "medians; server and driver have a core each; CPU of the driver "
          "without its start-up")
    if not can_stress():
        print("  no `tidemark stress` here: the peers alone are measured")
    board = Board()
    for name in chosen:
        with tempfile.TemporaryDirectory() as folder:
            os.chmod(folder, 0o755)
            WORKLOADS[name](board, pathlib.Path(folder))
    return board.done()


if __name__ == "__main__":
    sys.exit(main())
