#!/usr/bin/env python3
"""Attaches to services that run already and leaves them as they were:
attach.py TIDEMARK CASE, or without CASE all of them. Exits 77 (skipped) where
the kernel forbids it."""
import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

from expectations import ROOT, complaints_site, named_function
from free_port import free_port

SPECIMENS = "build/release/specimens"


def expect(good, what):
    if not good:
        raise AssertionError(what)


SKIPPED = 77

# How long this machine may be busy with something else.
PATIENCE = 300


def listens(pid, port):
    """Whether it is this process, or a child of it, and no stranger."""
    wanted = set()
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        words = line.split()
        if words[3] == "0A" and int(words[1].split(":")[1], 16) == port:
            wanted.add(f"socket:[{words[9]}]")
    for one in family(pid):
        for fd in pathlib.Path(f"/proc/{one}/fd").glob("*"):
            with contextlib.suppress(OSError):
                if os.readlink(fd) in wanted:
                    return True
    return False


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 5).close()
        return True
    except OSError:
        return False


def started(command_for):
    """A process that listens, and its port: with another one if the first was
    taken meanwhile."""
    end = time.monotonic() + PATIENCE
    while True:
        port = free_port()
        command = command_for(port)
        process = subprocess.Popen(command, cwd=ROOT,
                                   stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None and time.monotonic() < end:
            if listens(process.pid, port):
                return process, port
            time.sleep(0.01)
        process.kill()
        process.wait()
        expect(time.monotonic() < end, f"{command} does not listen")


@contextlib.contextmanager
def service(command_for):
    """Of a port, the command; gives the process and its port."""
    process, port = started(command_for)
    try:
        yield process, port
        expect(process.poll() is None, "the service did not survive")
        expect(answers(port), "the service does not answer any more")
    finally:
        process.terminate()
        process.wait()


def specimen(name):
    return lambda port: [f"{SPECIMENS}/{name}", "--guilty", f"--port={port}"]


def text_of(path):
    """Nothing if it has gone meanwhile: threads and processes end."""
    try:
        return path.read_text()
    except OSError:
        return ""


def link_of(path):
    try:
        return os.readlink(path)
    except OSError:
        return ""


def family(pid):
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in pathlib.Path(f"/proc/{parent}/task").glob("*"):
            found += map(int, text_of(task / "children").split())
    return found


def traces(pid):
    """What of tidemark's is in these processes."""
    left = []
    for one in family(pid):
        folder = pathlib.Path(f"/proc/{one}")
        left += [line for line in text_of(folder / "maps").splitlines()
                 if "tidemark" in line and "/specimens/" not in line]
        left += [f"thread {name}"
                 for name in map(text_of, folder.glob("task/*/comm"))
                 if "tidemark" in name]
        left += [f"descriptor {link}"
                 for link in map(link_of, folder.glob("fd/*"))
                 if "tidemark" in link]
    return left


def hunt(tidemark, pid, load, exit_code, *, target="pid"):
    """The record of a run that attaches, by the command line or the file."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "attach.yaml"
        own = f"target: {{ pid: {pid} }}\n" if target == "pid" else ""
        path.write_text(f"version: 1\nname: attach\n{own}load: {load}\n")
        words = [] if own else ["--pid", str(pid)]
        run = subprocess.run(
            [tidemark, "run", "--quiet", "--records", folder, "--format",
             "json", *words, str(path)],
            cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE)
    expect(run.returncode == exit_code,
           f"exit code {run.returncode}: {run.stdout[-2000:]} {run.stderr}")
    record = json.loads(run.stdout)
    expect(record["service"]["attached"], record["service"])
    expect(record["service"]["left_behind"] == [], record["service"])
    expect(traces(pid) == [], traces(pid))
    return record


def websocket(port):
    return (f'{{ engine: websocket, url: "ws://127.0.0.1:{port}/", '
            "connections: 50 }")


def expect_leak(name, record, each):
    top = record["findings"][0]
    expect(top["class"] == "leak" and top["rate"]["exact"], top)
    expect(top["rate"]["bytes_per_unit"] == each, top["rate"])
    wrong = complaints_site(name, top["site"], named_function(name))
    expect(wrong == [], wrong)


def chat_guilty(tidemark):
    """Twice in a row: the second run finds the service as the first did."""
    with service(specimen("chat")) as (process, port):
        for target in ("pid", "option"):
            record = hunt(tidemark, process.pid, websocket(port), 1,
                          target=target)
            expect_leak("chat", record, 104)


def greedy_guilty(tidemark):
    with service(specimen("greedy")) as (process, port):
        record = hunt(tidemark, process.pid, websocket(port), 1)
        # Two buffers and what holds them, of one function.
        top = record["findings"][0]
        wrong = complaints_site("greedy", top["site"], "greedy_open")
        expect(wrong == [], wrong)


def prefork_guilty(tidemark):
    """The workers were forked before tidemark came."""
    with service(specimen("prefork")) as (process, port):
        record = hunt(
            tidemark, process.pid,
            f'{{ engine: tcp, url: "tcp://127.0.0.1:{port}", '
            "connections: 50 }", 1)
        expect_leak("prefork", record, 96)
        expect(len(record["service"]["processes"]) == 4,
               record["service"]["processes"])


def redis(tidemark):
    def command(port):
        return ["redis-server", "--port", str(port), "--save", "",
                "--appendonly", "no", "--bind", "127.0.0.1"]

    with service(command) as (process, port):
        record = hunt(
            tidemark, process.pid,
            f'{{ engine: redis, url: "redis://127.0.0.1:{port}", '
            "connections: 50 }", 0)
        expect(record["service"]["allocator"] == "jemalloc",
               record["service"])
        expect(record["heap_counters"]["allocations"] > 1000,
               record["heap_counters"])


def nginx(tidemark):
    """The master and two workers; a leak would be nginx's."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        configuration = pathlib.Path(folder) / "nginx.conf"

        def command(port):
            configuration.write_text(
                f"daemon off; worker_processes 2; pid {folder}/pid;\n"
                f"error_log {folder}/error.log; events {{}}\n"
                f"http {{ access_log off; server {{ listen 127.0.0.1:{port};\n"
                'location / { return 200 "here"; } } }\n')
            return ["nginx", "-c", str(configuration)]

        with service(command) as (process, port):
            record = hunt(
                tidemark, process.pid,
                f'{{ engine: http, url: "http://127.0.0.1:{port}/", '
                "connections: 50 }", 0)
            expect(len(record["service"]["processes"]) == 3,
                   record["service"]["processes"])
            expect(record["heap_counters"]["allocations"] > 50,
                   record["heap_counters"])


def killed_tidemark(tidemark):
    """By SIGKILL: the agent leaves by itself, the service goes on."""
    with service(specimen("chat")) as (process, port), \
            tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "attach.yaml"
        path.write_text(f"version: 1\nname: attach\nload: {websocket(port)}\n")
        kept = pathlib.Path(folder) / "attach.json"
        run = subprocess.Popen(
            [tidemark, "run", "--quiet", "--records", folder, "--pid",
             str(process.pid), str(path)],
            cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while not (text_of(kept) and json.loads(kept.read_text())["cycles"]):
            expect(run.poll() is None, "it ended before it was killed")
            time.sleep(0.01)
        run.send_signal(signal.SIGKILL)
        run.wait()
        end = time.monotonic() + PATIENCE
        tasks = pathlib.Path(f"/proc/{process.pid}/task")
        while any("tidemark" in text_of(comm) for comm in tasks.glob("*/comm")):
            expect(time.monotonic() < end, "the agent's thread lives on")
            time.sleep(0.05)
        descriptors = [d for d in traces(process.pid)
                       if d.startswith("descriptor")]
        expect(descriptors == [], descriptors)
        for _ in range(20):
            expect(answers(port), "the service does not answer any more")


def refusals(tidemark):
    """What is said where the process does not let the agent in."""
    def said(pid, *words):
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "attach.yaml"
            path.write_text("version: 1\nname: attach\nload: "
                            f"{websocket(1)}\n")
            run = subprocess.run(
                [tidemark, "run", "--quiet", "--records", "", "--pid",
                 str(pid), *words, str(path)], cwd=ROOT, capture_output=True,
                text=True, timeout=PATIENCE)
        expect(run.returncode in (3, 4), run)
        return " ".join((run.stdout + run.stderr).split())

    expect("there is no process 4194304" in said(4194304), said(4194304))
    with subprocess.Popen(["sleep", "100"]) as sleeper:
        try:
            os.kill(sleeper.pid, signal.SIGSTOP)
            while "T (stopped)" not in pathlib.Path(
                    f"/proc/{sleeper.pid}/status").read_text():
                time.sleep(0.01)
            expect("it is stopped" in said(sleeper.pid), said(sleeper.pid))
        finally:
            sleeper.kill()
    if shutil.which("busybox"):
        with subprocess.Popen(["busybox", "sleep", "100"]) as static:
            try:
                text = said(static.pid)
                if "libc.so" in text_of(
                        pathlib.Path(f"/proc/{static.pid}/maps")):
                    return  # a dynamic one
                expect("no glibc loaded" in text, text)
            finally:
                static.kill()


CASES = [chat_guilty, greedy_guilty, prefork_guilty, redis, nginx,
         killed_tidemark, refusals]


def may_attach():
    """Yama lets an ordinary user trace descendants alone, which tidemark's
    are not here."""
    scope = text_of(pathlib.Path("/proc/sys/kernel/yama/ptrace_scope")).strip()
    return scope in ("", "0") or (os.geteuid() == 0 and scope != "3")


def main():
    tidemark = sys.argv[1]
    if not may_attach():
        print("skipped: kernel.yama.ptrace_scope forbids to attach")
        return SKIPPED
    for case in CASES:
        if len(sys.argv) > 2 and case.__name__ != sys.argv[2]:
            continue
        case(tidemark)
        print(f"{case.__name__}: as it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
