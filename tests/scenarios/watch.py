#!/usr/bin/env python3
"""`tidemark watch` of a real redis-server that others fill: watch.py TIDEMARK
Exits 77 (skipped) where the kernel forbids to attach."""
import contextlib
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from expectations import ROOT
from free_port import free_port

TIDEMARK = sys.argv[1]
PATIENCE = 120


def expect(good, what):
    if not good:
        raise AssertionError(what)


def redis_command(port):
    return ["redis-server", "--port", str(port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--activerehashing", "no"]


@contextlib.contextmanager
def running(command, **options):
    process = subprocess.Popen(command, cwd=ROOT, text=True, **options)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def fill(port, keys, prefix):
    """So many keys of 100 bytes, as one client in one pipeline."""
    said = b"".join(
        b"*3\r\n$3\r\nSET\r\n$%d\r\n%s\r\n$100\r\n%s\r\n"
        % (len(prefix) + 6, prefix + b"%06d" % i, b"x" * 100)
        for i in range(keys))
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as client:
        client.settimeout(PATIENCE)
        client.sendall(said)
        answers = b""
        while answers.count(b"+OK\r\n") < keys:
            answers += client.recv(65536)


def watched(*arguments, **options):
    return running([TIDEMARK, "watch", *map(str, arguments)],
                   stdout=subprocess.PIPE, **options)


def readings_until(process, enough):
    """Readings as they come, up to the first that is enough."""
    seen = []
    for line in process.stdout:
        seen.append(json.loads(line))
        if enough(seen):
            return seen
    raise AssertionError(f"it ended after {seen[-1:]}")


def a_service_that_is_started_shows_its_heap_and_what_grows():
    port, metrics = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder, \
            watched("--every", "1s", "--format", "json", "--records", folder,
                    "--holders", "--metrics", f"127.0.0.1:{metrics}", "--",
                    *redis_command(port), stderr=subprocess.DEVNULL) as watch:
        # The first is always asked who has which page; a busy machine not
        # each time.
        first = readings_until(watch, lambda seen: True)[0]
        expect(first["allocator_bytes"] >= first["live_bytes"], first)
        expect(first["live_bytes"] > 100_000, first)
        expect(first["pss_bytes"] > first["live_bytes"], first)
        fill(port, 20_000, b"key")
        last = readings_until(
            watch, lambda seen: seen[-1]["live_bytes"] > first["live_bytes"]
            + 2_000_000)[-1]
        expect(last["allocator_bytes"] is None
               or last["allocator_bytes"] >= last["live_bytes"], last)
        expect(last["growing"][0]["bytes"] > 1_000_000, last)
        expect(last["processes"] == 1, last)
        metrics_are_served(metrics)
        watch.send_signal(signal.SIGINT)
        expect(watch.wait(PATIENCE) == 0, "an interrupt is its end")
        record = pathlib.Path(folder) / "watch-redis-server.json"
        every_report_reads(record)
    with contextlib.suppress(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), 5).close()
        raise AssertionError("redis-server is still there")


def metrics_are_served(port):
    url = f"http://127.0.0.1:{port}/metrics"
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        expect("openmetrics-text" in answer.headers["Content-Type"],
               answer.headers)
        text = answer.read()
    checked = subprocess.run(["promtool", "check", "metrics"], input=text,
                             capture_output=True, timeout=PATIENCE)
    expect(checked.returncode == 0, checked.stdout + checked.stderr)
    dashboard = (ROOT / "scenarios/services/grafana.json").read_text()
    for name in set(re.findall(r"tidemark_watch_\w+", dashboard)):
        expect(f"\n{name}{{" in text.decode(), f"no {name} in\n{text}")
    # Nor is a page that leads a browser here by another name.
    other = urllib.request.Request(url, headers={"Host": "evil.example:80"})
    try:
        urllib.request.urlopen(other, timeout=PATIENCE)
        raise AssertionError("answered to another name")
    except urllib.error.HTTPError as error:
        expect(error.code == 421, error)
    # A client that says nothing keeps nobody waiting.
    with socket.create_connection(("127.0.0.1", port), PATIENCE):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/x",
                                   timeout=PATIENCE)
        except urllib.error.HTTPError as error:
            expect(error.code == 404, error)


def every_report_reads(record):
    found = json.loads(record.read_text())
    expect(found["watched"] and not found["partial"], found["reason"])
    for name in ("terminal", "json", "junit", "markdown", "openmetrics",
                 "folded"):
        text = subprocess.run(
            [TIDEMARK, "report", "--format", name, str(record)],
            capture_output=True, text=True, timeout=PATIENCE)
        expect(text.returncode in (0, 2), f"{name}: {text.stderr}")
        expect(text.stdout, name)
        if name == "terminal":
            expect(text.stdout.startswith("WATCHED  watch-redis-server"),
                   text.stdout)
    for table in ("top", "tree"):
        text = subprocess.run([TIDEMARK, table, str(record)], timeout=PATIENCE,
                              capture_output=True, text=True)
        expect(text.returncode == 0, text.stderr)


def a_service_that_runs_is_left_alone_unless_asked():
    port = free_port()
    with running(redis_command(port), stdout=subprocess.PIPE) as redis:
        for line in redis.stdout:
            if "Ready to accept connections" in line:
                break
        outside = subprocess.run(
            [TIDEMARK, "watch", "--every", "1s", "--for", "1s", "--format",
             "json", "--records", "", f":{port}"], timeout=PATIENCE,
            capture_output=True, text=True)
        expect(outside.returncode == 0, outside.stderr)
        expect("--attach" in outside.stderr, outside.stderr)
        seen = [json.loads(line) for line in outside.stdout.splitlines()]
        expect(len(seen) == 2, seen)
        expect(seen[0]["live_bytes"] is None and seen[0]["pss_bytes"] > 0,
               seen)
        expect("tidemark" not in maps_of(redis.pid), "it was touched")
        attached = subprocess.run(
            [TIDEMARK, "watch", "--every", "1s", "--for", "2s", "--attach",
             "--format", "json", "--records", "", str(redis.pid)],
            timeout=PATIENCE, capture_output=True, text=True)
        if "ptrace" in attached.stderr and attached.returncode == 4:
            print(attached.stderr)
            sys.exit(77)
        expect(attached.returncode == 0, attached.stderr)
        seen = [json.loads(line) for line in attached.stdout.splitlines()]
        expect(seen[0]["live_bytes"] is not None, seen)
        expect("libtidemark" not in maps_of(redis.pid), "the agent stayed")
        expect(redis.poll() is None, "redis-server ended")


def maps_of(pid):
    return pathlib.Path(f"/proc/{pid}/maps").read_text()


def a_service_that_ends_is_told():
    done = subprocess.run(
        [TIDEMARK, "watch", "--every", "1s", "--records", "", "--",
         "redis-server", "--port", "notaport"], timeout=PATIENCE,
        capture_output=True, text=True)
    expect(done.returncode == 4, (done.returncode, done.stdout, done.stderr))


def wrong_words_are_told_before_anything_is_done():
    for arguments, wanted in (
            (["999999999"], "there is no process"),
            ([f":{free_port()}"], "nothing listens on port"),
            (["192.0.2.1:80"], "a port of this machine"),
            (["--every", "5", str(os.getpid())], "--every"),
            (["--for", "x", str(os.getpid())], "--for"),
            (["--metrics", "0.0.0.0:9464", str(os.getpid())], "--metrics"),
            ([], "required")):
        done = subprocess.run([TIDEMARK, "watch", *arguments],
                              timeout=PATIENCE, capture_output=True, text=True)
        expect(done.returncode == 3, (arguments, done.returncode, done.stderr))
        expect(wanted in done.stderr + done.stdout, done.stderr)


for test in (a_service_that_is_started_shows_its_heap_and_what_grows,
             a_service_that_runs_is_left_alone_unless_asked,
             a_service_that_ends_is_told,
             wrong_words_are_told_before_anything_is_done):
    test()
    print(test.__name__.replace("_", " "), flush=True)
