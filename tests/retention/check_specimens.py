#!/usr/bin/env python3
"""Whether the guilty specimens' memory is told as held by what they declare
themselves (tests/specimens/common/retainer.h):

  check_specimens.py FOLDER AGENT WHO_HOLDS [NAME…]

Each runs under the agent and is given a few connections of the kind that
leaves something behind. Nine in ten of the blocks of that size must be on
paths of the declared root, and the chain must name the declared containers."""
import base64
import hashlib
import json
import os
import sys
import time

from check_shapes import plain_name
from live import (PATIENCE, Service, Upstream, connect, gone, good_bye,
                  read_head, request, web_socket)

CONNECTIONS = 40
ENOUGH = 0.9


def leave_politely(port):
    for _ in range(CONNECTIONS):
        good_bye(web_socket(port))


def leave_abruptly(port):
    for _ in range(CONNECTIONS):
        gone(web_socket(port))


def send_unmasked(port):
    for _ in range(CONNECTIONS):
        connection = web_socket(port)
        connection.sendall(b"\x81\x02hi")
        gone(connection)


def ask_for_work(port):
    for _ in range(CONNECTIONS):
        connection, head = request(port, "/work")
        if b" 200 " not in head:
            raise ValueError(f"no work: {head}")
        gone(connection)


def send_large(port):
    for _ in range(CONNECTIONS):
        connection = web_socket(port)
        # 8 KiB, masked with zeros.
        connection.sendall(b"\x82\xfe\x20\0\0\0\0\0" + bytes(8192))
        good_bye(connection)


def come_all_at_once(port):
    """There are 120 seats."""
    crowd = [web_socket(port) for _ in range(120 + CONNECTIONS)]
    for connection in crowd:
        good_bye(connection)


def alert_at_once(port):
    for _ in range(CONNECTIONS):
        connection = connect(port)
        connection.sendall(b"\x15\x03\x01\0\x02\x02\x28")
        gone(connection)


KEPT_OPEN = []


def ask_for_feeds(port):
    for _ in range(CONNECTIONS):
        connection, head = request(port, "/feed")
        if b" 200 " not in head:
            raise ValueError(f"no feed: {head}")
        KEPT_OPEN.append(connection)


def be_redis(connection):
    """Two replies to what the specimen asks at once."""
    while connection.recv(4096):
        connection.sendall(b"+PONG\r\n$-1\r\n")


def be_feed(connection):
    key = next(line.split(b": ")[1] for line in
               read_head(connection).split(b"\r\n")
               if line.lower().startswith(b"sec-websocket-key"))
    connection.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade\r\nSec-WebSocket-Accept: "
        + accept_of(key) + b"\r\n\r\n")
    while connection.recv(4096):
        pass


def accept_of(key):
    magic = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
    return base64.b64encode(hashlib.sha1(key + magic).digest())


def tick(_):
    """It does so by itself."""


# What is done to each, the size of what it keeps, and its upstream.
SPECIMENS = {
    "chat": (leave_politely, 104),
    "greedy": (leave_politely, 16384),
    "session_log": (leave_abruptly, 48),
    "ticker": (tick, 80),
    "error_path": (send_unmasked, 176),
    "big_message": (send_large, 112),
    "crowd": (come_all_at_once, 136),
    "tls_failure": (alert_at_once, 208),
    "redis_pool": (ask_for_work, 4096, "--redis-port", be_redis),
    "feed_client": (ask_for_feeds, 1024 * 1024, "--feed-port", be_feed),
}


def in_order(words, types):
    """Each word is in a type behind the one before's."""
    types = iter(types)
    return all(any(word in each for each in types) for word in words)


def complaints(declared, found):
    if declared["held"] == "unreachable":
        part = found["unreachable"] / found["objects"]
        return [] if part >= ENOUGH else [
            f"{part:.0%} are unreachable: {found}"]
    good = [path for path in found["paths"]
            if path["root_kind"] == declared["root_kind"]
            and plain_name(path["root"]) == plain_name(declared["root"])]
    part = sum(path["objects"] for path in good) / found["objects"]
    if part < ENOUGH:
        return [f"{part:.0%} are held by {declared['root']}: {found}"]
    types = [step["type"] for step in good[0]["path"]]
    if not in_order(declared["through"], types):
        return [f"through {types}, wanted {declared['through']}"]
    return []


def told(found):
    if not found["paths"]:
        return f"{found['unreachable']} unreachable"
    path = found["paths"][0]
    steps = [step["type"] or str(step["bytes"]) for step in path["path"]]
    return f"{path['objects']} of {found['objects']}: " + " → ".join(
        [path["root"], *steps])


def check(folder, agent, who_holds, name):
    drive, size, *upstream = SPECIMENS[name]
    words = [os.path.join(folder, name), "--guilty"]
    if upstream:
        words.append(f"{upstream[0]}={Upstream(upstream[1]).port}")
    with Service(agent, words) as service:
        declared = json.loads(service.line("retainer: ").split(": ", 1)[1])
        port = int(service.line("listening on").rsplit(":", 1)[1])
        service.wake(who_holds)
        drive(port)
        found = {"objects": 0}
        until = time.monotonic() + PATIENCE
        while found["objects"] < CONNECTIONS:
            if time.monotonic() > until:
                raise ValueError(f"{name} keeps {found['objects']} blocks of "
                                 f"{size} after {PATIENCE} s: {found}")
            found = service.new_blocks(who_holds, size)
    return complaints(declared, found), told(found)


def main():
    folder, agent, who_holds, *names = sys.argv[1:]
    right = 0
    names = names or list(SPECIMENS)
    for name in names:
        wrong, words = check(folder, agent, who_holds, name)
        print(f"{'FAIL' if wrong else 'ok':4} {name:12} {words}", flush=True)
        for each in wrong:
            print(f"     {each}")
        right += not wrong
    print(f"{right} of {len(names)} specimens")
    return 0 if right == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
