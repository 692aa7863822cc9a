#!/usr/bin/env python3
"""`tidemark hunt` on services that nobody here wrote, the whole catalogue, and
what comes of it: ci/hunt_services.py [NAME…]

Prints a line for each. What a service is known for stands in KNOWN, with what
confirms it; anything else is to be examined: it is real, and then a recipe in
scenarios/, or it is a fault of ours, and then a test."""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
TIDEMARK = pathlib.Path(os.environ.get("TIDEMARK_BUILD",
                                       ROOT / "build/release")) / "tidemark"
NODE = pathlib.Path(os.environ.get("TIDEMARK_NODE", ROOT / "build/node"))
MQTT_CONNECT = "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00"

# name: (options, URL, command)
SERVICES = {
    "nginx": ([], "http://127.0.0.1:{port}/",
              ["scenarios/services/nginx.sh", "{port}"]),
    "redis-server": ([], "redis://127.0.0.1:{port}",
                     ["redis-server", "--port", "{port}", "--bind",
                      "127.0.0.1", "--save", "", "--appendonly", "no"]),
    "libwebsockets": ([], "ws://127.0.0.1:{port}/",
                      ["libwebsockets-test-server", "--port={port}"]),
    "mosquitto": (["--say", MQTT_CONNECT], "tcp://127.0.0.1:{port}",
                  ["scenarios/services/mosquitto.sh", "{port}"]),
    "python3-websockets": ([], "ws://127.0.0.1:{port}/",
                           ["/usr/bin/python3",
                            "tests/scenarios/echo_server.py", "{port}"]),
    "node-ws": (["--runtime", "process"], "ws://127.0.0.1:{port}/",
                ["env", "PORT={port}", f"NODE_PATH={NODE}/node_modules",
                 "node", "tests/scenarios/interop/node/ws_server.js"]),
}

# What is real, by the way that brings it about, and who else says so.
KNOWN = {
    "redis-server": {
        "tracking_then_gone": "INFO: tracking_total_items grows while "
                              "tracking_clients is 0 "
                              "(scenarios/recipes/redis_tracking.yaml)",
        "half_open": "tcp-keepalive is 300 s by default, longer than "
                     "--patience",
    },
    "node-ws": {
        # Seen from outside, a heap that is collected when its runtime likes
        # cannot be told from one that leaks: no LEAK, and no word of comfort.
        "undecided": "private memory of V8, whose heap nobody looked into",
        "half_open": "npm's ws sends no pings of its own: its README, `How to "
                     "detect and close broken connections?`",
    },
}


def hunt(name):
    """(exit code, report or None, what went wrong)"""
    options, url, command = SERVICES[name]
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [TIDEMARK, "hunt", "--quiet", "--format", "json", "--out", folder,
             "--max-duration", "30m", *options, url, "--", *command],
            cwd=ROOT, capture_output=True, text=True)
    try:
        return done.returncode, json.loads(done.stdout), done.stderr
    except ValueError:
        return done.returncode, None, done.stderr


def told(finding):
    size = f"{finding.get('bytes_per_unit', 0):.0f} B "
    return (f"{finding['kind']} {size if finding.get('bytes_per_unit') else ''}"
            f"by {','.join(finding['ways'][:3])} ({finding['standing']})")


def main():
    strange = 0
    for name in sys.argv[1:] or SERVICES:
        code, report, trouble = hunt(name)
        if report is None:
            print(f"{name:<20} no report, exit code {code}: {trouble}")
            strange += 1
            continue
        known = KNOWN.get(name, {})
        ways = sum(screen["ways"] for screen in report["screens"])
        print(f"{name:<20} {ways:3} ways, {report['runs']:2} runs, "
              f"{report['seconds']:4.0f} s, exit code {code}", flush=True)
        for finding in report["findings"]:
            why = known.get(finding["kind"], "") or (
                known.get(finding["ways"][0], "")
                if finding["standing"] == "confirmed" else "")
            real = why or finding["standing"] == "released"
            strange += not real
            print(f"  {'known' if real else 'NEW  '} {told(finding)}"
                  f"{': ' + why if why else ''}", flush=True)
    print("nothing is new" if strange == 0 else
          f"{strange} to be examined: each is a recipe or a test")
    return 1 if strange else 0


if __name__ == "__main__":
    sys.exit(main())
