"""The servers and drivers of ci/bench_drivers.py: how each is started, and
what it says it did."""
import json
import os
import pathlib
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from free_port import free_port  # noqa: E402
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
TIDEMARK = os.environ.get("TIDEMARK", str(BUILD / "tidemark"))
BARE = str(BUILD / "bare_loop")
SERVER = str(BUILD / "ws_server")
NODE = pathlib.Path(os.environ.get("TIDEMARK_NODE", ROOT / "build/node"))
SERVER_CORE, DRIVER_CORE = 0, 1
CONNECTIONS = 50
PATIENCE = 60.0


class NotMeasured(Exception):
    """A driver that could not be run, or that failed."""


class Run:
    def __init__(self, operations, seconds, cpu):
        self.operations = operations
        self.seconds = seconds
        self.cpu = cpu


def start(command, core, **more):
    return subprocess.Popen(
        [str(word) for word in command], text=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}), **more)


def end(process, sig=signal.SIGTERM):
    if process.poll() is None:
        process.send_signal(sig)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream:
            stream.close()


def drive(command):
    """Runs a driver to its end; its output and all of its CPU time."""
    environment = {**os.environ, "NODE_PATH": str(NODE / "node_modules")}
    with tempfile.TemporaryFile("w+") as complaints:
        process = start(command, DRIVER_CORE, stdout=subprocess.PIPE,
                        stderr=complaints, env=environment)
        watchdog = threading.Timer(PATIENCE, process.kill)
        watchdog.start()
        # No communicate(): it would reap, and the rusage would be lost.
        output = process.stdout.read()
        watchdog.cancel()
        process.stdout.close()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        complaints.seek(0)
        if process.returncode != 0:
            raise NotMeasured(
                f"{command[0]} {command[1]} ended with {process.returncode}: "
                f"{(complaints.read() + output)[-600:].strip()}")
    return output, usage.ru_utime + usage.ru_stime


def wait_for(port):
    for _ in range(1000):
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            return
        except OSError:
            time.sleep(0.01)
    raise NotMeasured(f"nothing listens on {port}")


class Service:
    """A server on its core for as long as the block lasts."""

    def __init__(self, command, port=None):
        self.command, self.port = command, port

    def __enter__(self):
        self.process = start(
            self.command, SERVER_CORE, stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL if self.port else subprocess.PIPE)
        if self.port:
            wait_for(self.port)
        else:
            self.port = int(self.process.stdout.readline().split()[1])
        return self

    def __exit__(self, *_):
        end(self.process)

    def milestone(self):
        """Waits until the echo server says that all are open."""
        if not select.select([self.process.stdout], [], [], PATIENCE)[0]:
            raise NotMeasured(f"not all were open after {PATIENCE:.0f} s")
        return float(self.process.stdout.readline().split()[2])


def nginx(scratch):
    port = free_port()
    (scratch / "1k").write_text("x" * 1024)
    user = "user root;" if os.geteuid() == 0 else ""
    (scratch / "nginx.conf").write_text(f"""
{user} daemon off; master_process off; worker_processes 1;
pid {scratch}/pid; error_log {scratch}/error.log error;
worker_rlimit_nofile 20000;
events {{ worker_connections 15000; }}
http {{
  access_log off; sendfile on; keepalive_requests 1000000000;
  client_body_temp_path {scratch}/b; proxy_temp_path {scratch}/p;
  fastcgi_temp_path {scratch}/f; uwsgi_temp_path {scratch}/u;
  scgi_temp_path {scratch}/s;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {scratch}; }}
}}
""")
    return Service(["nginx", "-c", scratch / "nginx.conf", "-e",
                    scratch / "error.log"], port)


def redis(scratch):
    port = free_port()
    return Service(["redis-server", "--port", port, "--save", "",
                    "--appendonly", "no", "--dir", scratch], port)


# --- the drivers: each takes seconds and gives a Run, CPU not yet corrected --

def tidemark_command(path):
    return [TIDEMARK, "stress", path, "--format", "json"]


def stress_text(load, connections, seconds, extra=""):
    """The one place that knows how tidemark is told what to do."""
    return (f"version: 1\nname: bench\nload:\n{load}"
            f"  stress: {{ executor: constant-connections, connections: "
            f"{connections}, duration: {max(1, round(seconds * 1e3))}ms"
            f"{extra} }}\n")


def can_stress():
    return pathlib.Path(TIDEMARK).exists() and subprocess.run(
        [TIDEMARK, "stress", "--help"], capture_output=True).returncode == 0


def tidemark(load, seconds, counted, extra=""):
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "bench.yaml"
        path.write_text(stress_text(load, CONNECTIONS, seconds, extra))
        output, cpu = drive(tidemark_command(path))
    try:
        record = json.loads(output)
        metrics = record["metrics"]
        errors = metrics.get("request_errors", {}).get("count", 0)
        done = Run(metrics[counted]["count"], metrics["duration"]["value"],
                   cpu)
    except (ValueError, KeyError) as why:
        raise NotMeasured(f"no {why} in {output[:300]}") from why
    if record["outcome"] != "pass" or errors:
        raise NotMeasured(f"outcome {record['outcome']}, {errors} errors")
    return done


def bare(arguments, seconds):
    output, cpu = drive([BARE, *arguments, "-r", seconds])
    told = json.loads(output)
    return Run(told["operations"], told["seconds"], cpu)


def node(mode, port, seconds):
    output, cpu = drive(["node", ROOT / "tests/bench/ws_client.js", mode,
                         f"ws://127.0.0.1:{port}/", CONNECTIONS, seconds])
    told = json.loads(output)
    return Run(told["operations"], told["seconds"], cpu)


def wrk(port, seconds, headers=()):
    """wrk knows whole seconds only; 0 is a run that nobody answers."""
    with socket.socket() as silent:
        if seconds < 1:
            silent.bind(("127.0.0.1", 0))
            silent.listen(1024)
            port = silent.getsockname()[1]
        output, cpu = drive(
            ["wrk", "-t", 1, "-c", CONNECTIONS, "-d",
             f"{max(1, round(seconds))}s", *headers,
             f"http://127.0.0.1:{port}/1k"])
    count = int(re.search(r"(\d+) requests in", output).group(1))
    trouble = re.search(r"Non-2xx.*", output)
    if trouble:
        raise NotMeasured(f"wrk: {trouble.group(0)}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output).group(1))
    return Run(count, count / rate if rate else seconds, cpu)


def redis_benchmark(port, pipeline, seconds):
    """It takes a count, not a time: what the bare loop does in about that."""
    per_second = 100000 if pipeline == 1 else 1400000
    count = max(CONNECTIONS, round(per_second * seconds))
    output, cpu = drive(["redis-benchmark", "-p", port, "-t", "set", "-c",
                         CONNECTIONS, "-P", pipeline, "-n", count, "--csv"])
    rate = float(output.splitlines()[-1].split(",")[1].strip('"'))
    return Run(count, count / rate, cpu)


def rss(pid):
    text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Rss:\s+(\d+) kB", text, re.M).group(1)) * 1024


def open_many(command_for, connections):
    """Seconds from the first accept to the last first answer, and the
    driver's resident memory then."""
    with Service([SERVER, 0, connections]) as service:
        with tempfile.TemporaryDirectory() as folder:
            process = start(command_for(service.port, connections, folder),
                            DRIVER_CORE, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
            try:
                seconds = service.milestone()
                # The last answers are still on their way to the driver.
                time.sleep(0.3)
                return seconds, rss(process.pid)
            except OSError as gone:
                raise NotMeasured(f"the driver ended early: {gone}") from gone
            finally:
                # At once: a good-bye of 10,000 is not what is measured.
                end(process, signal.SIGKILL)
