#!/usr/bin/env python3
"""What other programs read: profiles by a reader that shares no code with their
writer and by `go tool pprof`, metrics by promtool: profile.py TIDEMARK"""
import gzip
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]
RECORD = "tests/approved/leak.json"
RECORDS = (RECORD, "tests/approved/full/leak.json",
           "tests/approved/full/died.json")


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            return value, at


def fields(data):
    """(number, value) of a message; bytes for nested ones."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        if key & 7 == 0:
            value, at = varint(data, at)
        elif key & 7 == 2:
            size, at = varint(data, at)
            value = data[at:at + size]
            if len(value) != size:
                raise ValueError("a field ends behind its message")
            at += size
        else:
            raise ValueError(f"wire type {key & 7}")
        yield key >> 3, value


def message(data):
    found = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def packed(values):
    numbers = []
    for value in values:
        if isinstance(value, int):
            numbers.append(value)
            continue
        at = 0
        while at < len(value):
            number, at = varint(value, at)
            numbers.append(number)
    return numbers


def decode(path):
    """The profile as plain values, every reference resolved."""
    top = message(gzip.decompress(pathlib.Path(path).read_bytes()))
    strings = [value.decode() for value in top[6]]
    assert strings[0] == "", strings[0]

    def text(found, number):
        return strings[found.get(number, [0])[0]]

    functions = {}
    for data in top.get(5, []):
        f = message(data)
        functions[f[1][0]] = (text(f, 2), text(f, 4))
    mappings = {}
    for data in top.get(3, []):
        m = message(data)
        mappings[m[1][0]] = text(m, 5)
    locations = {}
    for data in top.get(4, []):
        found = message(data)
        lines = [message(line) for line in found[4]]
        locations[found[1][0]] = (
            mappings.get(found[2][0], ""),
            [(*functions[line[1][0]], line.get(2, [0])[0]) for line in lines])
    samples = []
    for data in top.get(2, []):
        found = message(data)
        labels = {}
        for label in map(message, found.get(3, [])):
            labels[text(label, 1)] = (text(label, 2) if 2 in label
                                      else label[3][0])
        samples.append({"stack": [locations[i] for i in packed(found[1])],
                        "values": packed(found[2]), "labels": labels})
    types = [(text(message(t), 1), text(message(t), 2)) for t in top[1]]
    return {"types": types, "samples": samples,
            "default": text(top, 14),
            "comments": [strings[i] for i in packed(top.get(13, []))],
            "time": top.get(9, [0])[0], "duration": top.get(10, [0])[0]}


def expect_equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"\n found {found}\nwanted {wanted}")


def report(folder, *arguments):
    path = pathlib.Path(folder) / "heap.pb.gz"
    subprocess.run([TIDEMARK, "report", "-o", str(path), *arguments, RECORD],
                   cwd=ROOT, check=True, timeout=60)
    return path


def who_allocated_is_the_residue_by_stack():
    with tempfile.TemporaryDirectory() as folder:
        profile = decode(report(folder, "--format", "pprof"))
    expect_equal(profile["types"],
                 [("retained_space", "bytes"), ("residue_objects", "count"),
                  ("residue_space", "bytes")])
    expect_equal(profile["default"], "residue_space")
    expect_equal(profile["time"], 1767323045 * 10**9)
    expect_equal(profile["duration"], 3210 * 10**6)
    expect_equal(profile["comments"], [
        "chat: leak: the service keeps 110 B for every abnormal close"])
    labels = {"finding": "00c0ffee00c0ffee", "class": "leak",
              "unit": "abnormal close"}
    string = ("std::string::_M_create",
              "/usr/include/c++/12/bits/basic_string.tcc", 155)
    join = "chat_join"
    samples = sorted(profile["samples"], key=lambda s: s["values"])
    # A run of inlined frames is one location with the function they are in.
    expect_equal(samples[2], {
        "stack": [("", [("g_rooms (chat.cc)", "", 0)])],
        "values": [10500, 0, 0], "labels": {"root": "global"}})
    expect_equal(samples[1], {
        "stack": [("/srv/chat", [string, (join, "src/chat.cc", 39)]),
                  ("/srv/chat", [("main", "src/chat.cc", 63)])],
        "values": [0, 100, 8000], "labels": {**labels, "bytes": 80}})
    expect_equal(samples[0]["values"], [0, 100, 3000])
    expect_equal(samples[0]["labels"], {**labels, "bytes": 30})
    expect_equal(len(samples), 3)


def who_holds_is_the_way_from_the_block_to_the_root():
    with tempfile.TemporaryDirectory() as folder:
        profile = decode(report(folder, "--format", "pprof-holders"))
    labels = {"finding": "00c0ffee00c0ffee", "class": "leak",
              "unit": "abnormal close"}
    samples = sorted(profile["samples"], key=lambda s: s["values"])
    block = ("/srv/chat", [("block by chat_join", "src/chat.cc", 39)])
    expect_equal(samples, [
        {"stack": [("", [("g_rooms (chat.cc)", "", 0)])],
         "values": [0, 0, 10500, 10500], "labels": {"root": "global"}},
        {"stack": [block, ("", [("lost: no pointer to it is left", "", 0)])],
         "values": [10, 500, 0, 0], "labels": labels},
        {"stack": [block,
                   ("/srv/chat", [("std::unordered_map node by chat_join",
                                   "src/chat.cc", 41)]),
                   ("", [("g_rooms (chat.cc)", "", 0)])],
         "values": [190, 10500, 0, 0],
         "labels": {**labels, "root": "global"}}])


def one_record_gives_one_file():
    with tempfile.TemporaryDirectory() as one, \
            tempfile.TemporaryDirectory() as two:
        expect_equal(report(one, "--format", "pprof").read_bytes(),
                     report(two, "--format", "pprof").read_bytes())


def pprof_command():
    if shutil.which("go"):
        return ["go", "tool", "pprof"]
    for path in sorted(pathlib.Path("/usr/lib").glob(
            "go-*/pkg/tool/linux_*/pprof")):
        return [str(path)]
    raise AssertionError("no `go tool pprof` here: ci/setup installs it")


def pprof_reads_it():
    command = pprof_command()
    with tempfile.TemporaryDirectory() as folder:
        path = report(folder, "--format", "pprof")
        top = subprocess.run(
            [*command, "-text", "-nodefraction=0", "-sample_index=residue_space",
             "-unit=bytes", str(path)], capture_output=True, text=True,
            check=True, timeout=120,
            env={"HOME": folder, "PATH": "/usr/bin:/bin",
                 "PPROF_TMPDIR": folder}).stdout
    for part in ("Type: residue_space", "11000B total", "chat_join",
                 "Showing nodes accounting for 11000B, 100%"):
        if part not in top:
            raise AssertionError(f"no `{part}` in\n{top}")


def metrics(record):
    return subprocess.run(
        [TIDEMARK, "report", "--format", "openmetrics", record], cwd=ROOT,
        capture_output=True, check=True, timeout=60).stdout


def metrics_are_what_prometheus_reads():
    for record in RECORDS:
        checked = subprocess.run(["promtool", "check", "metrics"],
                                 input=metrics(record), capture_output=True,
                                 timeout=60)
        if checked.returncode != 0 or checked.stdout or checked.stderr:
            raise AssertionError(f"promtool of {record}: {checked}")


def the_dashboard_asks_for_metrics_that_there_are():
    # Those of a watch are asked for by its own test.
    asked = {name for name in re.findall(
        r"tidemark_[a-z_]+[a-z]",
        (ROOT / "scenarios/services/grafana.json").read_text())
        if not name.startswith("tidemark_watch_")}
    with tempfile.TemporaryDirectory() as folder:
        record = json.loads((ROOT / RECORD).read_text())
        record["open_memory"] = {"connections": 100, "bytes": 4096,
                                 "sites": []}
        with_open = pathlib.Path(folder) / "open.json"
        with_open.write_text(json.dumps(record))
        told = {name.decode() for path in (*RECORDS, str(with_open))
                for name in re.findall(rb"^(tidemark_[a-z_]+)[{ ]",
                                       metrics(path), re.MULTILINE)}
    if len(asked) < 3 or not asked <= told:
        raise AssertionError(f"asked {sorted(asked)}, told {sorted(told)}")


CASES = (who_allocated_is_the_residue_by_stack,
         who_holds_is_the_way_from_the_block_to_the_root, one_record_gives_one_file,
         pprof_reads_it, metrics_are_what_prometheus_reads,
         the_dashboard_asks_for_metrics_that_there_are)


def main():
    for case in CASES:
        case()
        print(case.__name__.replace("_", " "))


if __name__ == "__main__":
    main()
