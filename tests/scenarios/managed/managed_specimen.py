#!/usr/bin/env python3
"""Runs one scenario of a specimen in a managed runtime's language and compares
the record with what its EXPECT lines say (expect_lines.py):
managed_specimen.py TIDEMARK go|jvm|v8 NAME guilty|innocent [TIMES]

A side whose name ends in _real wants a real redis-server: one is started at a
free port, which takes the place of Redis's own in the scenario."""
import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

from expect_lines import OPEN, read_expectations
from redis_server import redis_server

ROOT = pathlib.Path(__file__).resolve().parents[3]
SPECIMENS = ROOT / "tests/specimens/managed"
SUFFIXES = (".go", ".java", ".js", ".cjs", ".mjs")
COLLECTIVE = {"objects": None, "goroutines": "thread", "threads": "thread"}


def folder_of(runtime, name):
    return SPECIMENS / runtime / name


def sources_of(runtime, name):
    return sorted(path for path in folder_of(runtime, name).iterdir()
                  if path.suffix in SUFFIXES)


def expectations(runtime, name, side):
    scenario = (folder_of(runtime, name) / f"{side}.yaml").read_text()
    wanted = read_expectations(scenario, "#")
    if wanted is not None:
        return wanted
    told = [read_expectations(source.read_text(), "//")
            for source in sources_of(runtime, name)]
    told = [wanted for wanted in told if wanted is not None]
    if len(told) != 1:
        raise ValueError(f"{len(told)} sources of {name} have EXPECT lines")
    wanted, = told
    # What much is allocated and freed again is no guilt.
    return [one for one in wanted
            if side.startswith("guilty") or one.kind == "churn"]


def is_called(full, name):
    """"main.join" is called join, "chat.Session" Session."""
    plain = full.split("(anonymous namespace)::")[-1]
    return plain == name or re.search(
        rf"[.$:/]{re.escape(name)}(\(.*\))?$", plain) is not None


def shown(site):
    """The frame that people are told: the first that is no library's."""
    own = [frame for frame in site["frames"] if not frame["library"]]
    return (own or site["frames"])[0]


def names_of(site):
    return {site["frames"][0]["function"], shown(site)["function"]}


def is_at(site, names):
    return any(is_called(full, name) for full in names_of(site)
               for name in names.split("|"))


def lines_of(source, function):
    """Of the source; None: it is not defined there."""
    lines = source.read_text().splitlines()
    start = next((i for i, line in enumerate(lines) if re.search(
        rf"\b{re.escape(function)}\(.*\{{$", line)), None)
    if start is None:
        return None
    indent = re.match(r"\s*", lines[start])[0]
    end = next(i for i in range(start + 1, len(lines))
               if lines[i].startswith(indent + "}"))
    return range(start + 1, end + 2)


def complaints_line(runtime, name, site, place):
    """Whether a frame in a source of the specimen is within its function."""
    frame = shown(site)
    for source in sources_of(runtime, name):
        if pathlib.Path(frame["file"]).name != source.name or \
                not is_called(frame["function"], place):
            continue
        lines = lines_of(source, place)
        if lines and frame["line"] not in lines:
            return [f"line {frame['line']} is not in {place}, {lines}"]
    return []


class Found:
    """A finding with its sites at hand."""

    def __init__(self, finding, record):
        self.finding = finding
        known = {site["id"]: site for site in record["sites"]}
        first = finding["site"]
        self.sites = ([first] if first else []) + finding["sites"]
        known.update((site["id"], site) for site in self.sites)
        # (site, bytes and objects per unit) of each place
        self.members = [
            (known[share["site"]], member)
            for member in finding["members"] for share in member["shares"][:1]]

    def rate(self, what):
        """Bytes and objects per unit: of all, or of one kind or class."""
        rate = self.finding["rate"]
        if what == "objects":
            return rate["bytes_per_unit"], rate["objects_per_unit"]
        kind = COLLECTIVE.get(what)
        some = [member for site, member in self.members
                if (site["kind"] == kind if kind else
                    site["kind"] == "class" and is_at(site, what))]
        return (sum(member["bytes_per_unit"] for member in some),
                sum(member["objects_per_unit"] for member in some))


def complaints_holders(finding, holders):
    if not holders:
        return []
    retention = finding.get("retention")
    if not retention or not retention["paths"]:
        return ["nothing is said of who holds it"]
    wrong = []
    for path in retention["paths"]:
        parts = [path["root_name"]]
        for holder in path["holders"]:
            parts += [holder.get("member", ""), holder["type"]]
        at = 0
        for holder in holders:
            at = next((i for i in range(at, len(parts)) if holder in parts[i]),
                      None)
            if at is None:
                wrong.append(f"held by {parts}, wanted {holders}")
                break
        else:
            return []
    return wrong[:1]


def complaints(runtime, name, wanted, found):
    """What keeps this finding from being the wanted one."""
    finding, wrong = found.finding, []
    if finding["class"] != wanted.kind:
        wrong.append(f"class {finding['class']}, wanted {wanted.kind}")
    if wanted.units and finding["unit"] not in wanted.units:
        wrong.append(f"unit {finding['unit']}, wanted {wanted.units}")
    bytes_, objects = found.rate(wanted.what)
    if wanted.bytes and not wanted.bytes.has(bytes_):
        wrong.append(f"{bytes_} B per {finding['unit']}, wanted "
                     f"{wanted.bytes}")
    if wanted.objects and not wanted.objects.has(objects):
        wrong.append(f"{objects} {wanted.what} per {finding['unit']}, wanted "
                     f"{wanted.objects}")
    for i, (place, _) in enumerate(wanted.places):
        some = [site for site in (found.sites[:1] if i == 0 else found.sites)
                if is_at(site, place)]
        if not some:
            told = [sorted(names_of(site)) for site in found.sites]
            wrong.append(f"{place} is not named {'first ' if i == 0 else ''}"
                         f"in {told}")
        for site in some:
            wrong += complaints_line(runtime, name, site, place)
    if wanted.creator and not any(
            is_called(site["frames"][-1]["function"], wanted.creator)
            for site in found.sites):
        wrong.append(f"created by {wanted.creator}: "
                     f"{[site['frames'][-1] for site in found.sites]}")
    return wrong + complaints_holders(finding, wanted.holders)


def complaints_open(wanted, record):
    """Of memory of open connections: the places that have most of it."""
    open_ = record["open_memory"]
    if not open_:
        return ["nothing is said of open connections"]
    sites = {site["id"]: site for site in record["sites"]}
    top = open_["open_sites"][:len(wanted.places)]
    wrong = []
    for place, each in wanted.places:
        bytes_ = sum(one["bytes_per_connection"] for one in top
                     if is_called(sites[one["site"]]["frames"][0]["function"],
                                  place))
        if not bytes_ or each and not each.has(bytes_):
            wrong.append(f"{bytes_} B per open connection at {place}, wanted "
                         f"{each}: {top}")
    total = sum(one["bytes_per_connection"] for one in top)
    if not wanted.bytes.has(total):
        wrong.append(f"{total} B per open connection, wanted {wanted.bytes}")
    return wrong


def is_known(wanted, found):
    """Whether the place of it is one where more may stay."""
    return any(is_at(site, place) for one in wanted if one.kind == "also"
               for place, _ in one.places for site in found.sites[:1])


def complaints_findings(runtime, name, wanted, record):
    """Each that is wanted is found, and no other fails the run."""
    all_ = [Found(finding, record) for finding in record["findings"]
            if finding["fails"] or finding["class"] in ("undecided", "churn")]
    wrong, explained = [], []
    for one in wanted:
        if one.kind == "also":
            continue
        judged = [(complaints(runtime, name, one, found), found)
                  for found in all_]
        if OPEN in one.units:
            judged = [((["not of open connections"]
                        if found.finding["unit"] != OPEN else
                        complaints_open(one, record)), found)
                      for found in all_]
        judged.sort(key=lambda pair: len(pair[0]))
        if not judged:
            wrong.append(f"not found: {one}")
        elif judged[0][0]:
            wrong += [f"not found: {one}; the nearest:"] + judged[0][0]
        else:
            explained.append(judged[0][1])
    for found in all_:
        if found in explained or found.finding["class"] == "churn" or \
                is_known(wanted, found):
            continue
        wrong.append(f"not wanted: {found.finding['class']} per "
                     f"{found.finding['unit']}: "
                     f"{found.finding['explanation']} at "
                     f"{[sorted(names_of(site)) for site in found.sites]}")
    return wrong


def judge(runtime, name, side, record, code):
    wanted = expectations(runtime, name, side)
    guilty = any(one.kind != "churn" for one in wanted)
    outcome, right_code = ("leak", 1) if guilty else ("pass", 0)
    wrong = []
    if record["outcome"] != outcome:
        wrong.append(f"outcome {record['outcome']}, wanted {outcome}: "
                     f"{record.get('reason') or record.get('error')}")
    if code != right_code:
        wrong.append(f"exit code {code}, wanted {right_code}")
    load = record["connections"]
    for trouble in ("refused", "failed", "early_closed", "reply_errors"):
        if load[trouble]:
            wrong.append(f"{load[trouble]} {trouble}: {load.get('reasons')}")
    return wrong + complaints_findings(runtime, name, wanted, record)


def run(tidemark, runtime, name, side):
    """(complaints, record, seconds)"""
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as scratch:
        scenario = folder_of(runtime, name) / f"{side}.yaml"
        with redis_server(side.endswith("_real")) as port:
            if port:
                text = scenario.read_text().replace("=6379", f"={port}")
                scenario = pathlib.Path(scratch) / scenario.name
                scenario.write_text(text)
            done = subprocess.run(
                [tidemark, "run", "--quiet", "--records", scratch, "--format",
                 "json", str(scenario)], cwd=ROOT, capture_output=True,
                text=True)
    took = time.monotonic() - started
    try:
        record = json.loads(done.stdout)
    except ValueError:
        return ([f"no record, exit code {done.returncode}: {done.stderr}"], {},
                took)
    return judge(runtime, name, side, record, done.returncode), record, took


def main():
    tidemark, runtime, name, side = sys.argv[1:5]
    times = int(sys.argv[5]) if len(sys.argv) > 5 else 1
    failed = 0
    for _ in range(times):
        wrong, record, took = run(tidemark, runtime, name, side)
        failed += bool(wrong)
        print(f"{name} {side}: {record.get('outcome')} in {took:.1f} s, "
              f"{'WRONG' if wrong else 'as it should'}"
              f"{''.join(chr(10) + '  ' + each for each in wrong)}", flush=True)
    if failed:
        print(f"again: {tidemark} run "
              f"tests/specimens/managed/{runtime}/{name}/{side}.yaml")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
