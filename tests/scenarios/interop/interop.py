#!/usr/bin/env python3
"""`tidemark stress` on real services, plain, over TLS and over Unix sockets:
interop.py TIDEMARK. With --services it only shows, by sockets of its own,
that every service answers as the scenarios expect."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True  # no folder of bytecode in the tree
from authority import Certificates
from services import ROOT, Services, connect

ARRIVALS = 300  # in one second
TIMEOUT = 30


class Case:
    """One load on one address. `ask` and `answer` are for the services' own
    proof; `per_arrival` is how many requests one iteration makes."""

    def __init__(self, name, load, place, ask, answer, authority=None,
                 per_arrival=1, served=None):
        self.name, self.load, self.place = name, load, place
        self.ask, self.answer, self.authority = ask, answer, authority
        self.per_arrival, self.served = per_arrival, served


def address(scheme, place, path=""):
    if isinstance(place, int):
        return f"{scheme}://127.0.0.1:{place}{path}"
    return f"{scheme}+unix:{place}{':' + path if path else ''}"


def scenario_text(name, load, checked, rate=ARRIVALS):
    """The one place that knows how a stress scenario is written."""
    thresholds = ("thresholds:\n  request_errors: [\"count==0\"]\n"
                  "  dropped_iterations: [\"count==0\"]\n")
    if checked:
        thresholds += "  checks: [\"rate==1\"]\n"
    return (f"version: 1\nname: {name}\nload:\n{load}"
            f"  stress: {{ executor: constant-arrival-rate, rate: {rate}, "
            f"duration: 1s, reuse: false }}\n{thresholds}")


def tls_text(certificates, *, authority=None, more=""):
    return f"  tls: {{ caFile: \"{authority or certificates.authority}\"" \
           f"{more} }}\n"


# --- what is asked of each service ------------------------------------------

HTTP_ASK = b"GET /1k HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
HTTP_FLOW = ("  flow: [ { get: { url: /1k, expect: { statusCode: 200, "
             "size: 1024 } } } ]\n")
REDIS_FLOW = ("  flow:\n"
              "    - { command: \"SET interop one\", "
              "expect: { equals: \"OK\" } }\n"
              "    - { command: \"GET interop\", expect: { equals: one } }\n")
MEMCACHED_FLOW = (
    "  flow:\n"
    "    - send:\n"
    "        text: \"set interop 0 0 3\\r\\none\\r\\n\"\n"
    "        expect: { equals: \"STORED\\r\\n\" }\n"
    "    - send:\n"
    "        text: \"get interop\\r\\n\"\n"
    "        expect:\n"
    "          equals: \"VALUE interop 0 3\\r\\none\\r\\nEND\\r\\n\"\n")
# MQTT 3.1.1: CONNECT of a clean session without a name, and its CONNACK.
MQTT_CONNECT = bytes.fromhex("100c00044d5154540402003c0000")
MQTT_CONNACK = bytes.fromhex("20020000")
MQTT_FLOW = ("  subprotocols: [mqtt]\n  flow:\n"
             f"    - {{ send: {{ hex: \"{MQTT_CONNECT.hex()}\", "
             f"expect: {{ hex: \"{MQTT_CONNACK.hex()}\" }} }} }}\n")
ECHO = "  send: { count: 2, size: 100 }\n"


def upgrade(subprotocol="", frame=b""):
    protocol = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" \
        if subprotocol else ""
    return (f"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n{protocol}"
            f"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
            ).encode(), frame


def masked(payload):
    """A binary frame; the mask is zero, which is as good as any."""
    return bytes([0x82, 0x80 | len(payload), 0, 0, 0, 0]) + payload


def proves(case):
    """Asks with a plain socket; raises if the answer is another."""
    asks = case.ask if isinstance(case.ask, tuple) else (case.ask,)
    answers = case.answer if isinstance(case.answer, tuple) \
        else (case.answer,)
    with connect(case.place, case.authority) as s:
        for ask, answer in zip(asks, answers):
            s.sendall(ask)
            got = b""
            while answer not in got:
                more = s.recv(65536)
                if not more:
                    raise AssertionError(f"{case.name}: wanted {answer!r}, "
                                         f"got {got[-300:]!r}")
                got += more


# --- the cases ----------------------------------------------------------------

def http_cases(services, certificates):
    plain, secure, path = services.nginx()
    front, secure_front = services.haproxy(plain)
    tls = tls_text(certificates)
    log = services.folder / "access.log"

    def served():
        return log.read_text().count("GET /1k 200") if log.exists() else 0

    for name, scheme, place in (
            ("nginx-http", "http", plain), ("nginx-https", "https", secure),
            ("nginx-unix", "http", path), ("haproxy-http", "http", front),
            ("haproxy-https", "https", secure_front)):
        ca = certificates.authority if scheme == "https" else None
        yield Case(name, f"  url: \"{address(scheme, place, '/1k')}\"\n" +
                   (tls if ca else "") + HTTP_FLOW, place, HTTP_ASK,
                   b"x" * 1024, ca, served=served)


def redis_cases(services, certificates):
    plain, secure, path = services.redis()
    ask = (b"SET interop one\r\n", b"GET interop\r\n")
    answer = (b"+OK\r\n", b"$3\r\none\r\n")

    def served():
        with connect(plain) as s:
            s.sendall(b"INFO commandstats\r\nQUIT\r\n")
            text = b"".join(iter(lambda: s.recv(65536), b"")).decode()
        return sum(int(line.partition("calls=")[2].partition(",")[0])
                   for line in text.splitlines()
                   if line.startswith(("cmdstat_set:", "cmdstat_get:")))

    for name, scheme, place, more in (
            ("redis-tcp", "redis", plain, ""),
            ("redis-resp3", "redis", plain, "  resp: 3\n"),
            ("redis-tls", "rediss", secure, tls_text(certificates)),
            ("redis-unix", "redis", path, "")):
        ca = certificates.authority if scheme == "rediss" else None
        yield Case(name, f"  engine: redis\n  url: "
                   f"\"{address(scheme, place)}\"\n{more}{REDIS_FLOW}", place,
                   ask, answer, ca, per_arrival=2, served=served)


def memcached_cases(services, certificates):
    plain, path = services.memcached()
    secure = services.memcached_tls()
    ask = (b"set interop 0 0 3\r\none\r\n", b"get interop\r\n")
    answer = (b"STORED\r\n", b"VALUE interop 0 3\r\none\r\nEND\r\n")
    for name, scheme, place, more in (
            ("memcached-tcp", "tcp", plain, ""),
            ("memcached-tls", "tls", secure, tls_text(certificates)),
            ("memcached-unix", "tcp", path, "")):
        ca = certificates.authority if scheme == "tls" else None
        yield Case(name, f"  engine: tcp\n  url: "
                   f"\"{address(scheme, place)}\"\n{more}{MEMCACHED_FLOW}",
                   place, ask, answer, ca, per_arrival=2)


def websocket_load(scheme, place, more):
    return (f"  engine: websocket\n  url: "
            f"\"{address(scheme, place, '/')}\"\n{more}")


def mosquitto_cases(services, certificates):
    plain, secure = services.mosquitto()
    for name, scheme, place in (("mosquitto-ws", "ws", plain),
                                ("mosquitto-wss", "wss", secure)):
        ca = certificates.authority if scheme == "wss" else None
        yield Case(name, websocket_load(
            scheme, place, (tls_text(certificates) if ca else "") +
            MQTT_FLOW), place, upgrade("mqtt", masked(MQTT_CONNECT)),
            (b"Protocol: mqtt\r\n", b"\x82\x04" + MQTT_CONNACK), ca)


def libwebsockets_cases(services, certificates):
    plain, secure = services.libwebsockets()
    # Its mirror tells everybody what anybody said: replies are not ours.
    flow = ("  subprotocols: [lws-mirror-protocol]\n"
            "  send: { count: 2, size: 64B, binary: false, "
            "expect: ignore }\n")
    tls = tls_text(certificates)
    for name, scheme, place in (("libwebsockets-ws", "ws", plain),
                                ("libwebsockets-wss", "wss", secure)):
        ca = certificates.authority if scheme == "wss" else None
        yield Case(name, websocket_load(scheme, place,
                                        (tls if ca else "") + flow), place,
                   upgrade("lws-mirror-protocol")[:1],
                   b"otocol: lws-mirror-protocol\r\n", ca, per_arrival=2)


def echo_cases(services, certificates):
    for who, (plain, secure) in (("node", services.node()),
                                 ("python", services.python())):
        for name, scheme, place in ((f"{who}-ws", "ws", plain),
                                    (f"{who}-wss", "wss", secure)):
            ca = certificates.authority if scheme == "wss" else None
            tls = tls_text(certificates, more=", serverName: localhost")
            yield Case(name, websocket_load(
                scheme, place, (tls if ca else "") + ECHO), place,
                upgrade(frame=masked(b"tide")), (b" 101 ", b"\x82\x04tide"),
                ca, per_arrival=2)


ALL = (http_cases, redis_cases, memcached_cases, mosquitto_cases,
       libwebsockets_cases, echo_cases)


# --- tidemark on them ---------------------------------------------------------

def stress(tidemark, folder, name, text):
    path = folder / f"{name}.yaml"
    path.write_text(text)
    return subprocess.run(
        [tidemark, "stress", str(path), "--format", "json"], cwd=ROOT,
        timeout=TIMEOUT, capture_output=True, text=True)


def expect(good, what):
    if not good:
        raise AssertionError(what)


def settled(count, wanted):
    """nginx writes its log after the answer is out."""
    limit = time.monotonic() + 5
    while count() < wanted and time.monotonic() < limit:
        os.sched_yield()
    return count()


def passes(tidemark, folder, case):
    text = scenario_text(case.name, case.load, "expect:" in case.load and
                         "expect: ignore" not in case.load)
    for last in (False, True):
        before = case.served() if case.served else 0
        done = stress(tidemark, folder, case.name, text)
        # 6: the machine had no time for the driver; once is an accident.
        if done.returncode != 6 or last:
            break
    # Twice is the machine, which says nothing about what the two have said.
    expect(done.returncode in (0, 6),
           f"exit code {done.returncode}: {(done.stderr + done.stdout)[-900:]}")
    record = json.loads(done.stdout)
    expect(all(threshold["met"] for threshold in record["thresholds"]), record)
    counts = {name: record["metrics"].get(name, {}).get("count")
              for name in ("iterations", "requests", "connections_opened")}
    arrived = counts["iterations"] or 0
    # The last arrival may fall on the end of the second.
    expect(abs(arrived - ARRIVALS) <= 1, counts)
    expect(counts["requests"] == arrived * case.per_arrival, counts)
    expect(counts["connections_opened"] == arrived, counts)
    if case.served:
        served = settled(case.served, before + counts["requests"]) - before
        expect(served == counts["requests"],
               f"{served} were served, {counts['requests']} counted")


def refuses(tidemark, folder, case, name, tls):
    """Nobody is asked anything when the certificate is not to be trusted."""
    before = case.served() if case.served else 0
    load = "".join(tls if line.startswith("  tls:") else line
                   for line in case.load.splitlines(True))
    done = stress(tidemark, folder, name,
                  scenario_text(name, load, True, rate=20))
    said = (done.stdout + done.stderr).lower()
    expect(done.returncode in (1, 4),
           f"exit code {done.returncode}: {said[-900:]}")
    expect("certificate" in said or "host name" in said,
           f"no word about the certificate: {said[-900:]}")
    if case.served:
        expect(case.served() == before, "it asked all the same")


def trust_checks(tidemark, folder, cases, certificates):
    wrong = tls_text(certificates, authority=certificates.other)
    named = tls_text(certificates, more=", serverName: wrong.example")
    anyone = "  tls: { rejectUnauthorized: false }\n"
    for case in cases:
        if case.name not in ("nginx-https", "redis-tls", "memcached-tls",
                             "node-wss"):
            continue
        yield (f"{case.name} refused: another authority",
               lambda c=case: refuses(tidemark, folder, c,
                                      f"{c.name}-authority", wrong))
        yield (f"{case.name} refused: another name",
               lambda c=case: refuses(tidemark, folder, c, f"{c.name}-name",
                                      named))
        if case.name == "nginx-https":
            trusting = Case("anyone", "".join(
                anyone if line.startswith("  tls:") else line
                for line in case.load.splitlines(True)), case.place, case.ask,
                case.answer, case.authority, served=case.served)
            yield (f"{case.name} trusted: rejectUnauthorized is false",
                   lambda c=trusting: passes(tidemark, folder, c))


def main():
    only_services = sys.argv[1:] == ["--services"]
    failed = 0

    def told(name, check):
        try:
            check()
            print(f"ok   {name}", flush=True)
            return 0
        except Exception as error:  # each is told, then the next runs
            print(f"FAIL {name}: {error}", flush=True)
            return 1

    with tempfile.TemporaryDirectory(prefix="tidemark-interop-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        certificates = Certificates(folder)
        with Services(folder, certificates) as services:
            cases = []
            for each in ALL:
                failed += told(f"{each.__name__} start", lambda:
                               cases.extend(each(services, certificates)))
            for case in cases:
                failed += told(f"{case.name} answers", lambda: proves(case))
            if only_services:
                return 1 if failed else 0
            for case in cases:
                failed += told(case.name, lambda: passes(sys.argv[1], folder,
                                                         case))
            for what, check in trust_checks(sys.argv[1], folder, cases,
                                            certificates):
                failed += told(what, check)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
