#!/usr/bin/env python3
"""How much of a service's PSS the memory account explains, at every moment of
a run: the specimens, redis-server, nginx, mosquitto, and one specimen with
each allocator. The target is 95 %: `ci/memory_account.py` prints a row per
service, or only for those that its arguments are a part of the name of, and
ends with 1 if one is below; rows() is for ci/bench."""
import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/scenarios"))
from run_text import run_text  # noqa: E402

BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
TARGET = 0.95
PARTS = ("live", "rounding", "pinned", "free", "stacks", "mappings",
         "modules", "agent", "unexplained")
CYCLES = "\ncycles: {warmup: {min: 1, max: 3}, loaded: 2, idle: 1, half: 1}\n"

# An MQTT client that has no name of its own is let in.
MOSQUITTO = """version: 1
name: mosquitto
target:
  command: [mosquitto, -p, "{{ port }}"]
  ready: {tcp: "127.0.0.1:{{ port }}"}
load:
  engine: tcp
  url: "tcp://127.0.0.1:{{ port }}"
  connections: 100
  flow:
    - send: {hex: "10 0c 00 04 4d 51 54 54 04 02 00 3c 00 00",
             expect: {hex: "20 02 00 00"}}
"""


def scenarios():
    """(name, text) of everything that is measured."""
    for folder in sorted((ROOT / "tests/specimens").iterdir()):
        for side in ("guilty", "innocent"):
            path = folder / f"{side}.yaml"
            if path.exists():
                # Plans of its own take longer and tell the same.
                text = path.read_text().partition("\ncycles:")[0]
                yield f"{folder.name} {side}", text + CYCLES
    chat = (ROOT / "tests/specimens/chat/guilty.yaml").read_text()
    for allocator in ("jemalloc", "mimalloc", "tcmalloc"):
        yield f"chat guilty, {allocator}", chat.replace(
            "\ntarget:\n", f"\ntarget:\n  allocator: {allocator}\n") + CYCLES
    for name, path in (("redis-server", "scenarios/first_steps/04_redis.yaml"),
                       ("nginx", "scenarios/first_steps/03_http.yaml")):
        yield name, (ROOT / path).read_text() + CYCLES
    yield "mosquitto", MOSQUITTO + CYCLES


def run(text):
    """The record, or why there is none."""
    record, done, _ = run_text(BUILD / "tidemark", text, timeout=120)
    return record, "" if record else done.stderr


def row(name, text):
    """{service, moments: {moment: (pss, explained)}, least, wrong}"""
    record, why = run(text)
    moments = {}
    wrong = [] if record else [f"no record: {why}"]
    if record.get("error"):
        wrong.append(record["error"]["message"])
    for account in record.get("memory", []):
        pss = account["pss"]
        if sum(account[part] for part in PARTS) != pss:
            wrong.append(f"{account['moment']}: its parts are not its PSS")
        share = 1 - abs(account["unexplained"]) / pss if pss else 0
        moments[account["moment"]] = (pss, share)
    if not {"start", "baseline", "open", "settled"} <= set(moments):
        wrong.append(f"accounts of {sorted(moments)} only")
    least = min((share for _, share in moments.values()), default=0)
    return {"service": name, "moments": moments, "least": least,
            "target": TARGET, "wrong": wrong}


def rows(only=()):
    """One per service; `only`: those with one of these in their names."""
    for name, text in scenarios():
        if not only or any(part in name for part in only):
            yield row(name, text)


def main():
    print(f"{'service':<24}{'PSS settled':>14}{'explained':>11}"
          f"{'least':>9}  target {TARGET:.0%} at every moment")
    failed = 0
    for one in rows(sys.argv[1:]):
        pss, share = one["moments"].get("settled", (0, 0))
        bad = one["wrong"] or one["least"] < TARGET
        failed += bool(bad)
        print(f"{one['service']:<24}{pss / 1024:>10.0f} KiB{share:>11.2%}"
              f"{one['least']:>9.2%}  {'BELOW' if bad else 'ok'}"
              f"{''.join('; ' + w for w in one['wrong'])}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
