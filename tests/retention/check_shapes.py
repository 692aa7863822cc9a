#!/usr/bin/env python3
"""Compares who holds a block with the truth, shape by shape:

  check_shapes.py SHAPES AGENT WHO_HOLDS [NAME…]
  check_shapes.py SHAPES AGENT --self [NAME…]

AGENT may go on with ":" and an allocator's library. Each shape runs under both
and says the truth about one block on its first line. `WHO_HOLDS PID ADDRESS` prints one JSON object: held (reachable,
doubtful, unreachable), root_kind, root, path: a list of {bytes, offset,
interior, type, repeated} from the root's first block to the one in question.
`WHO_HOLDS --wake PID` comes before the shape allocates anything: as tidemark
does, it lets the agent know that it will be asked.
With --self nobody is asked: the truths themselves are proven against the
memory of the shapes (memory.py)."""
import json
import re
import select
import subprocess
import sys

from live import PATIENCE
from memory import complaints_memory

HELD = ("reachable", "doubtful", "unreachable")
KINDS = ("global", "thread-local", "stack", "register", "mapping",
         "allocator")


class Running:
    """A shape under the agent, from its first line to its end."""

    def __init__(self, shapes, agent, name):
        self.process = subprocess.Popen(
            [shapes, "--wait", name], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LD_PRELOAD": agent})

    def __enter__(self):
        return self

    def line(self):
        out = self.process.stdout
        if not select.select([out], [], [], PATIENCE)[0]:
            raise ValueError(f"no line in {PATIENCE} s")
        line = out.readline()
        if not line:
            raise ValueError("ended early: "
                             + self.process.stderr.read().decode())
        return line

    def truth(self):
        """Lets it go on up to its truth."""
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return json.loads(self.line())

    def end(self):
        """Ends its input; its exit code."""
        self.process.stdin.close()
        return self.process.wait(PATIENCE)

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def complaints_truth(name, truth):
    """Whether the line says all that it must."""
    wrong = []
    if truth["shape"] != name:
        wrong.append(f"it calls itself {truth['shape']}")
    if truth["held"] not in HELD or not set(truth["also"]) <= set(HELD):
        wrong.append(f"held {truth['held']}, also {truth['also']}")
    if truth["bytes"] <= 0 or truth["count"] != 1:
        wrong.append(f"{truth['bytes']} bytes, {truth['count']} blocks")
    if truth["held"] != "unreachable" and truth["root_kind"] not in KINDS:
        wrong.append(f"root_kind {truth['root_kind']}")
    path = truth.get("path")
    if path and path[-1]["bytes"] != truth["bytes"]:
        wrong.append(f"the path ends with {path[-1]}")
    return wrong


def plain_name(name):
    """(name, offset) of "(anonymous namespace)::g_rooms+16 (chat.cc)"."""
    name = re.sub(r" \([^()]*\.\w+\)$", "", name.strip())
    for noise in ("(anonymous namespace)::", "[abi:cxx11]"):
        name = name.replace(noise, "")
    found = re.fullmatch(r"(.*?)\+(0x[0-9a-f]+|\d+)", name)
    return (found[1], int(found[2], 0)) if found else (name, 0)


def complaints_root(truth, answer):
    root = answer.get("root", "")
    if answer["root_kind"] in ("stack", "register"):
        if str(truth["thread"]) not in re.findall(r"\d+", root):
            return [f"root {root}, wanted thread {truth['thread']}"]
        return []
    if "root" not in truth:
        return []
    wanted, _ = plain_name(truth["root"])
    if answer["root_kind"] == "thread-local":
        # Whose it is may stand beside the variable's name.
        good = wanted in plain_name(root)[0]
        return [] if good else [f"root {root}, wanted {truth['root']}"]
    name, offset = plain_name(root)
    if name != wanted:
        return [f"root {root}, wanted {truth['root']}"]
    # In the name, or of the pointer to the first holder.
    offset += (answer.get("path") or [{}])[0].get("offset", 0)
    if offset != truth.get("root_offset", offset):
        return [f"root {root}, wanted +{truth['root_offset']}"]
    return []


def unrolled(path):
    """Runs of alike holders as so many holders: how they are grouped is the
    reader's taste."""
    return [step for step in path for _ in range(step.get("repeated", 1))]


def complaints_type(wanted, found):
    if all(word in found.lower() for word in wanted.lower().split()):
        return []
    return [f"type {found or 'none'}, wanted {wanted}"]


def complaints_path(truth, answer):
    wanted, found = unrolled(truth["path"]), unrolled(answer.get("path", []))
    if len(found) != len(wanted):
        return [f"{len(found)} blocks on the way, wanted {len(wanted)}"]
    wrong = []
    for index, (want, step) in enumerate(zip(wanted, found)):
        for field in ("bytes", "offset", "interior"):
            # The offset in a root and in a run's first node is the root's.
            if field == "offset" and index and wanted[index - 1] is want:
                continue
            if field in want and step.get(field) != want[field]:
                wrong.append(f"holder {index}: {field} {step.get(field)}, "
                             f"wanted {want[field]}")
        if "type" in want:
            wrong += complaints_type(want["type"], step.get("type", ""))
    return list(dict.fromkeys(wrong))


def complaints(truth, answer):
    """What is wrong with the answer."""
    if answer["held"] not in [truth["held"], *truth["also"]]:
        return [f"{answer['held']}, wanted {truth['held']}"]
    if answer["held"] == "unreachable" or truth["held"] == "unreachable":
        return []
    kinds = [truth["root_kind"], truth.get("also_kind")]
    if answer["root_kind"] not in kinds:
        return [f"root kind {answer['root_kind']}, wanted {kinds[0]}"]
    if answer["root_kind"] != kinds[0]:
        return []
    wrong = complaints_root(truth, answer)
    if "path" in truth:
        wrong += complaints_path(truth, answer)
    return wrong


def asked(who_holds, *words):
    done = subprocess.run(
        [who_holds, *map(str, words)], capture_output=True, text=True,
        timeout=PATIENCE)
    if done.returncode != 0:
        raise ValueError(f"{who_holds}: exit code {done.returncode}: "
                         f"{done.stderr.strip()}")
    return done.stdout


def told(answer):
    """An answer in a few words."""
    words = [answer.get("root", ""), *(
        f"{step.get('type') or step['bytes']}"
        + (f" ×{step['repeated']}" if step.get("repeated", 1) > 1 else "")
        for step in answer.get("path", []))]
    return " → ".join(word for word in words if word)[:72]


def check(shapes, agent, judge, name):
    """(complaints, the answer in words)"""
    try:
        with Running(shapes, agent, name) as running:
            pid = running.process.pid
            running.line()  # it waits
            if judge != "--self":
                asked(judge, "--wake", pid)
            truth = running.truth()
            wrong = complaints_truth(name, truth)
            if judge == "--self":
                answer = truth
                wrong += complaints_memory(pid, truth)
            else:
                answer = json.loads(asked(judge, pid, truth["block"]))
                wrong += complaints(truth, answer)
            code = running.end()
            if code != 0:
                wrong.append(f"exit code {code}")
            return wrong, f"{answer['held']:11} {told(answer)}"
    except (OSError, ValueError, KeyError, subprocess.SubprocessError) as error:
        return [f"{type(error).__name__}: {error}"], "-"


def main():
    shapes, agent, judge, *names = sys.argv[1:]
    if not names:
        names = [line.split()[0] for line in subprocess.run(
            [shapes, "--list"], capture_output=True, text=True,
            check=True).stdout.splitlines()]
    right = 0
    for name in names:
        wrong, answer = check(shapes, agent, judge, name)
        right += not wrong
        print(f"{'FAIL' if wrong else 'ok':4} {name:27} {answer}", flush=True)
        for each in wrong:
            print(f"     {each}")
    print(f"{right} of {len(names)} shapes")
    return 0 if right == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
