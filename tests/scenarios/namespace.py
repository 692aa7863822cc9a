#!/usr/bin/env python3
"""No packet leaves for an address that is not ours, and with leave from the
command line none but the question whether the target agrees: in a network
namespace of its own, whose only way out counts what is sent:
namespace.py TIDEMARK
Exits 77 (skipped) where the kernel refuses such a namespace."""
import hashlib
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OUT = "out0"
FAR = "192.0.2.99"  # RFC 5737: an example's, nobody's
NEAR = "192.0.2.1"  # this machine's, and yet not loopback
ALLOW = ["--allow-target", "192.0.2.0/24"]
SKIPPED = 77

# localhost is a lie here: whoever trusts the name sends a packet.
NAMES = f"""{FAR} localhost
{FAR} far.example
127.0.0.1 both.example
{FAR} both.example
"""

# What a scenario may call, and how its load goes on.
LOADS = {
    "websocket": "engine: websocket, url: \"ws://{host}:8080/\"",
    "websocket-tls": "engine: websocket, url: \"wss://{host}:8443/\"",
    "http": "engine: http, url: \"http://{host}:8080/\", "
            "flow: [ {{ get: / }} ]",
    "redis": "engine: redis, url: \"redis://{host}:6379\", "
             "flow: [ {{ command: PING }} ]",
    "tcp": "engine: tcp, url: \"tcp://{host}:7\", "
           "flow: [ {{ send: {{ text: hello }} }} ]",
}


def enter():
    """Into the namespace, by running this file again inside of it."""
    command = ["unshare", "--net", "--mount"]
    tried = subprocess.run([*command, "true"], capture_output=True, text=True)
    if tried.returncode != 0:
        print("not run: no network namespace to be had: "
              f"{tried.stderr.strip()} (ci/not-run.txt)")
        sys.exit(SKIPPED)
    os.execvp("unshare", [*command, sys.executable, *sys.argv, "--inside"])


def words(*command):
    subprocess.run(command, check=True, capture_output=True, text=True)


def prepare(folder):
    """lo, one way out with a default route, and names of our own."""
    for scope in ("all", "default"):
        # IPv6 announces itself on a new interface, which would be counted.
        path = pathlib.Path(f"/proc/sys/net/ipv6/conf/{scope}/disable_ipv6")
        if path.exists():
            path.write_text("1")
    words("ip", "link", "set", "lo", "up")
    # The other end of the pair stays without an address: packets that leave
    # are counted and end there.
    words("ip", "link", "add", OUT, "type", "veth", "peer", "name", "peer0")
    words("ip", "link", "set", "peer0", "up")
    words("ip", "address", "add", f"{NEAR}/24", "dev", OUT)
    words("ip", "link", "set", OUT, "up")
    # So that it is packets that leave, and not questions for a neighbour.
    words("ip", "neighbour", "add", FAR, "lladdr", "02:00:00:00:00:63",
          "dev", OUT)
    words("ip", "route", "add", "default", "via", "192.0.2.2")
    hosts = folder / "hosts"
    hosts.write_text(NAMES)
    words("mount", "--bind", str(hosts), "/etc/hosts")
    found = {entry[4][0] for entry in
             socket.getaddrinfo("both.example", 80, socket.AF_INET)}
    if found != {"127.0.0.1", FAR}:
        raise RuntimeError(f"/etc/hosts is not asked: {found}")


def sent():
    statistics = pathlib.Path(f"/sys/class/net/{OUT}/statistics")
    if not statistics.exists():  # sysfs of the outer namespace
        return _sent_by_proc()
    return int((statistics / "tx_packets").read_text())


def _sent_by_proc():
    for line in pathlib.Path("/proc/self/net/dev").read_text().splitlines():
        name, _, numbers = line.partition(":")
        if name.strip() == OUT:
            return int(numbers.split()[9])
    raise RuntimeError(f"no counter of {OUT}")


def the_counter_counts():
    """Else 0 would say nothing."""
    before = sent()
    with socket.socket() as s:
        s.setblocking(False)
        s.connect_ex((FAR, 8080))
        # Asking for the neighbour's address is what leaves first.
        for _ in range(1000):
            if sent() > before:
                return
            os.sched_yield()
            subprocess.run(["true"], check=True)
    raise AssertionError("a connection went out and was not counted")


def scenario(command, load):
    if command == "run":
        return ("version: 1\nname: far\ntarget:\n"
                "  command: [tail, -f, /dev/null]\n"
                "  ready: { timeout: 200ms }\n"
                f"load: {{ {load} }}\n")
    return (f"version: 1\nname: far\nload: {{ {load}, stress: {{ executor: "
            "constant-connections, connections: 5, duration: 200ms } }\n")


def refused(tidemark, folder, command, load, allowed):
    path = folder / "far.yaml"
    path.write_text(scenario(command, load))
    before = sent()
    options = ["--records", ""] if command == "run" else []
    done = subprocess.run([tidemark, command, *options, str(path)], cwd=ROOT,
                          timeout=60, capture_output=True, text=True)
    said = done.stdout + done.stderr
    if sent() != before:
        return f"{sent() - before} packets left: {said[-400:]}"
    if done.returncode not in allowed:
        return f"exit code {done.returncode}: {said[-400:]}"
    if done.returncode == 3 and "loopback" not in said:
        return f"does not say what is allowed: {said[-400:]}"
    return None


class Frames:
    """Everything that leaves, as it is on the wire."""

    def __enter__(self):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                    socket.htons(3))  # ETH_P_ALL
        self.socket.bind((OUT, 0))
        self.socket.setblocking(False)
        return self

    def __exit__(self, *_):
        self.socket.close()

    def take(self):
        while True:
            try:
                yield self.socket.recv(65536)
            except BlockingIOError:
                return


def is_question(frame, port):
    """A SYN to FAR: nothing but the attempt to connect."""
    if frame[12:14] != b"\x08\x00" or frame[23] != socket.IPPROTO_TCP:
        return False
    tcp = frame[14 + (frame[14] & 15) * 4:]
    return (frame[30:34] == socket.inet_aton(FAR)
            and int.from_bytes(tcp[2:4], "big") == port and tcp[13] == 0x02)


def polite(command, load):
    """The same scenario within the caps, and ready without being called."""
    text = scenario(command, load)
    if command == "stress":
        return text
    return text.replace("[tail, -f, /dev/null]",
                        "[sh, -c, 'echo ready; exec sleep 60']").replace(
        "timeout: 200ms", "output: ready").replace(
        f"load: {{ {load}", f"load: {{ {load}, connectRate: 100/s")


def asked(tidemark, folder, command, load, port):
    """With the first key alone, only the second is asked for."""
    path = folder / "far.yaml"
    path.write_text(polite(command, load))
    options = ["--records", ""] if command == "run" else []
    with Frames() as frames:
        done = subprocess.run([tidemark, command, *options, *ALLOW, str(path)],
                              cwd=ROOT, timeout=60, capture_output=True,
                              text=True)
        left = list(frames.take())
    said = done.stdout + done.stderr
    stray = [frame.hex() for frame in left if not is_question(frame, port)]
    if stray:
        return f"{len(stray)} packets left, the first {stray[0][:160]}"
    if not left:
        return f"the target was not asked: {said[-400:]}"
    if done.returncode != 3:
        return f"exit code {done.returncode}: {said[-400:]}"
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    if digest not in [line.strip() for line in said.splitlines()]:
        return f"does not say what to do: {said[-800:]}"
    return None


class Owner(http.server.BaseHTTPRequestHandler):
    """A target with a file for whom it lets load it."""
    protocol_version = "HTTP/1.1"
    file = ""
    loaded = 0

    def do_GET(self):
        if self.path == "/.well-known/tidemark.txt":
            body = Owner.file.encode()
        else:
            Owner.loaded += 1
            body = b"hello"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def near(tidemark, folder, port, close, lines):
    """Loads this machine by its other address; (exit code, words, loads)."""
    load = (f"engine: http, url: \"http://{NEAR}:{port}/\", "
            f"flow: [ {{ get: / }} ], close: {{ behavior: {close} }}")
    path = folder / "near.yaml"
    path.write_text(scenario("stress", load))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    Owner.file = "".join(line.format(digest=digest) + "\n" for line in lines)
    Owner.loaded = 0
    done = subprocess.run([tidemark, "stress", "--format", "json", *ALLOW,
                           str(path)], cwd=ROOT, timeout=60,
                          capture_output=True, text=True)
    return done, Owner.loaded


def agreed(tidemark, folder):
    """What the target's file says is what is done. Yields complaints."""
    server = http.server.ThreadingHTTPServer((NEAR, 0), Owner)
    server.handle_error = lambda *_: None  # a reset is what is asked for
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = server.server_address[1]
    try:
        for close, lines, wanted in (
                ("graceful", ["{digest}"], 0),
                ("graceful", ["# no fingerprint"], 3),
                ("reset", ["{digest}"], 3),
                ("reset", ["{digest}", "tidemark: hostile"], 0)):
            done, loaded = near(tidemark, folder, port, close, lines)
            name = f"stress {NEAR} {close}, file {lines}"
            wrong = None
            if done.returncode != wanted:
                wrong = f"exit code {done.returncode}: {done.stderr[-400:]}" \
                        f"{done.stdout[-400:]}"
            elif (loaded > 0) != (wanted == 0):
                wrong = f"{loaded} requests"
            elif wanted == 0 and "--allow-target 192.0.2.0/24" not in \
                    json.loads(done.stdout)["audit"]:
                wrong = "no audit line"
            # 200 new connections per second, in 200 ms.
            elif loaded > 50:
                wrong = f"{loaded} connections: too fast"
            yield name, wrong
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main():
    if "--inside" not in sys.argv:
        enter()
    tidemark = sys.argv[1]
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        prepare(folder)
        try:
            for command in ("run", "stress"):
                for engine, load in LOADS.items():
                    for host in ("far.example", "both.example", FAR,
                                 "localhost"):
                        # 4: localhost was taken for 127.0.0.1, where
                        # nobody listens.
                        allowed = (3, 4) if host == "localhost" else (3,)
                        wrong = refused(tidemark, folder, command,
                                        load.format(host=host), allowed)
                        failed += wrong is not None
                        print(f"{'FAIL' if wrong else 'ok  '} {command} "
                              f"{engine} {host}"
                              f"{': ' + wrong if wrong else ''}", flush=True)
            for command, engine in (("stress", "websocket"),
                                    ("stress", "http"), ("stress", "redis"),
                                    ("run", "tcp"), ("run", "http")):
                # far.example is FAR: the name is asked of nobody.
                load = LOADS[engine].format(host="far.example")
                wrong = asked(tidemark, folder, command, load,
                              8080 if engine == "http" else 80)
                failed += wrong is not None
                print(f"{'FAIL' if wrong else 'ok  '} {command} {engine} with "
                      f"one key{': ' + wrong if wrong else ''}", flush=True)
            for name, wrong in agreed(tidemark, folder):
                failed += wrong is not None
                print(f"{'FAIL' if wrong else 'ok  '} {name}"
                      f"{': ' + wrong if wrong else ''}", flush=True)
            the_counter_counts()
            print("ok   a packet that leaves is counted")
        finally:
            words("umount", "/etc/hosts")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
