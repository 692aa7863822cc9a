#!/usr/bin/env python3
"""No packet leaves for an address that is not ours: in a network namespace
of its own, whose only way out counts what is sent: namespace.py TIDEMARK
Exits 77 (skipped) where the kernel refuses such a namespace."""
import os
import pathlib
import socket
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
OUT = "out0"
FAR = "192.0.2.99"  # RFC 5737: an example's, nobody's
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
    words("ip", "address", "add", "192.0.2.1/24", "dev", OUT)
    words("ip", "link", "set", OUT, "up")
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
            the_counter_counts()
            print("ok   a packet that leaves is counted")
        finally:
            words("umount", "/etc/hosts")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
