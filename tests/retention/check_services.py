#!/usr/bin/env python3
"""Whether the memory of well-known services is told as held by what their
sources say holds it:

  check_services.py AGENT WHO_HOLDS [--keys=N] [NAME…]

redis-server: its keyspace, by `server`, as far as its symbols tell. Python:
what a handler of http.server puts into a list. Its objects lie in arenas that
CPython maps, and its own pointers say which arena and not whose object: the
mapping's owner is what can be known without asking the interpreter."""
import os
import socket
import sys

from live import Service, gone, request

KEYS = 10_000  # unless --keys says otherwise
TOGETHER = 10_000
REQUESTS = 200
KEPT = 5001  # of a bytearray of 5000
KEEPING = """
import http.server
kept = []
class Keeping(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kept.append(bytearray(5000))
        self.send_response(200)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Keeping)
print("port", server.server_port, flush=True)
server.serve_forever()
"""


def fill(path):
    """Keys with values that no small string is made of."""
    with socket.socket(socket.AF_UNIX) as redis:
        redis.connect(path)
        for first in range(0, KEYS, TOGETHER):
            some = range(first, min(first + TOGETHER, KEYS))
            redis.sendall(b"".join(b"SET key:%d %s\r\n" % (i, b"v" * 100)
                                   for i in some))
            answers = b""
            while answers.count(b"\r\n") < len(some):
                answers += redis.recv(65536)
            if answers != b"+OK\r\n" * len(some):
                raise ValueError(f"redis says {answers[:200]}")


def redis(agent, who_holds):
    command = ["redis-server", "--port", "0", "--unixsocket", "socket",
               "--save", "", "--appendonly", "no"]
    with Service(agent, command) as service:
        service.line("ready to accept connections")
        service.wake(who_holds)
        fill(os.path.join(service.folder.name, "socket"))
        return service.new_blocks(who_holds)


def complaints_redis(found):
    """server.db → redisDb → dict → table → dictEntry … → robj → sds, where
    each 10,000 are of a kind."""
    wrong = []
    if found["objects"] < 4 * KEYS:
        wrong.append(f"{found['objects']} new blocks")
    if found["unreachable"] or found["doubtful"] > found["objects"] / 100:
        wrong.append(f"{found['unreachable']} unreachable, "
                     f"{found['doubtful']} doubtful")
    of_keys = [path for path in found["paths"] if path["objects"] >= KEYS / 2]
    if sum(path["objects"] for path in of_keys) < 3.5 * KEYS:
        wrong.append(f"few are alike: {found['paths']}")
    for path in of_keys:
        db, table = path["path"][0], path["path"][2]
        if path["root"].split(" (")[0] != "server" or \
                path["root_kind"] != "global":
            wrong.append(f"held by {path['root']}")
        # The first of its data bases is at the beginning of the array, and
        # the table of so many keys has so many entries.
        if db["offset"] == 0 or table["bytes"] < 8 * KEYS:
            wrong.append(f"through {path['path']}")
    return wrong


def python(agent, who_holds):
    with Service(agent, ["python3", "-c", KEEPING]) as service:
        port = int(service.line("port").split()[1])
        service.wake(who_holds)
        for _ in range(REQUESTS):
            gone(request(port, "/")[0])
        return service.new_blocks(who_holds, KEPT)


def complaints_python(found):
    wrong = []
    if found["objects"] != REQUESTS:
        wrong.append(f"{found['objects']} kept, wanted {REQUESTS}")
    if found["unreachable"] or found["doubtful"]:
        wrong.append(f"{found['unreachable']} unreachable, "
                     f"{found['doubtful']} doubtful")
    # Arenas are of 256 KiB or of 1 MiB, by the version.
    in_arenas = sum(
        path["objects"] for path in found["paths"]
        if path["root_kind"] == "mapping"
        or any(step["bytes"] in (1 << 18, 1 << 20) for step in path["path"]))
    if in_arenas < 0.9 * REQUESTS:
        wrong.append(f"{in_arenas} by objects in arenas: {found['paths']}")
    return wrong


SERVICES = {"redis": (redis, complaints_redis),
            "python": (python, complaints_python)}


def main():
    global KEYS
    agent, who_holds, *names = sys.argv[1:]
    if names and names[0].startswith("--keys="):
        KEYS = int(names.pop(0).removeprefix("--keys="))
    good = True
    for name in names or SERVICES:
        run, complaints = SERVICES[name]
        found = run(agent, who_holds)
        wrong = complaints(found)
        top = found["paths"][0]
        steps = [step["type"] or str(step["bytes"]) for step in top["path"]]
        print(f"{'FAIL' if wrong else 'ok':4} {name:7} {top['objects']} of "
              f"{found['objects']}: " + " → ".join([top["root"], *steps]))
        for each in wrong:
            print(f"     {each}")
        good = good and not wrong
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
