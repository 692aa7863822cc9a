#!/usr/bin/env python3
"""Heap snapshots that Node writes of a known program: our reader counts what
JSON.parse has, constructor by constructor, and what v8.queryObjects says.
v8_numbers.py TIDEMARK V8_COUNTS"""
import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
TIDEMARK = sys.argv[1]
COUNTS = sys.argv[2]


def run(*command, code=0):
    done = subprocess.run([str(word) for word in command], text=True,
                          capture_output=True, timeout=120)
    if done.returncode != code:
        raise AssertionError(f"{command}: exit code {done.returncode}\n"
                             f"{done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def ours(path, piece=65536, *last_ids):
    return json.loads(run(COUNTS, path, piece, *last_ids))


def agree(path):
    """Every number of the one is that of the other."""
    theirs = json.loads(run("node", HERE / "v8_counts.js", path))
    own = ours(path)
    for name in ("nodes", "edges", "weakEdges", "strings"):
        assert own[name] == theirs[name], (path, name, own[name], theirs[name])
    counted = {name: row[:2] for name, row in own["classes"].items()}
    assert counted == theirs["classes"], {
        name: (counted.get(name), theirs["classes"].get(name))
        for name in counted.keys() | theirs["classes"].keys()
        if counted.get(name) != theirs["classes"].get(name)}
    print(f"{path.name}: {own['nodes']:,} nodes, {own['edges']:,} edges and "
          f"{len(counted)} constructors agree")


def count_births(folder):
    """Ids rise: what was born after a snapshot is told from what was before."""
    early = ours(folder / "early.heapsnapshot")
    assert early["classes"]["ChatSession"][0] == 500, \
        early["classes"]["ChatSession"]
    late = ours(folder / "late.heapsnapshot", 65536, early["lastId"])
    assert late["classes"]["ChatSession"][0] == 700
    assert late["classes"]["ChatSession"][2] == [400, 300], \
        late["classes"]["ChatSession"]
    assert late["classes"]["Message"][2] == [0, 41], late["classes"]["Message"]


def count_as_node_does(folder):
    known = json.loads((folder / "counts.json").read_text())
    assert known == {"ChatSession": 700, "Message": 41}, known
    for name in ("late.heapsnapshot", "written.heapsnapshot"):
        counts = ours(folder / name)["classes"]
        for type_name, count in known.items():
            assert counts[type_name][0] == count, (name, counts[type_name])


def find_stacks(folder):
    stacks = ours(folder / "late.heapsnapshot")["stacks"]
    sessions = [row for row in stacks if row[0] == "ChatSession"]
    assert sum(row[1] for row in sessions) == 700, sessions
    functions = {tuple(frame[0] for frame in row[2][:2]) for row in sessions}
    assert functions == {("openSession", "open")}, sessions
    source = (HERE / "v8_program.js").read_text().splitlines()
    for row in sessions:
        assert row[2][0][1].endswith("v8_program.js"), row
        assert "function openSession" in source[row[2][0][2] - 1], row
    text = run(TIDEMARK, "list", "-n", "1000", folder / "late.heapsnapshot",
               "openSession")
    assert " 700 ChatSession, by openSession (" in " ".join(text.split()), text


def hold_as_the_program_does(folder):
    path = folder / "written.heapsnapshot"
    top = run(TIDEMARK, "top", "-n", "1000", path)
    rows = {line.split("  ")[-1]: line for line in top.splitlines()}
    assert " 700  ChatSession" in rows["ChatSession"], rows["ChatSession"]
    assert "global.archive" in rows, top
    tree = run(TIDEMARK, "tree", "-n", "100000", path)
    lines = tree.splitlines()
    assert any(".byName (variable) Map" in line for line in lines), tree
    assert any("[] ChatSession" in line for line in lines), tree


def read_in_small_pieces(folder):
    path = folder / "early.heapsnapshot"
    assert ours(path, 7) == ours(path)


def complain(folder):
    whole = (folder / "written.heapsnapshot").read_bytes()
    broken = folder / "broken.heapsnapshot"
    broken.write_bytes(whole[:len(whole) // 2])
    said = run(TIDEMARK, "top", broken, code=3)
    assert f"ends after {len(whole) // 2} bytes in `edges`" in said \
        or "is not complete" in said, said
    broken.write_bytes(whole.replace(b'"nodes":[9,', b'"nodes":[9x', 1))
    said = run(TIDEMARK, "tree", broken, code=3)
    at = whole.index(b'"nodes":[9,') + len(b'"nodes":[9')
    assert f"broken at byte {at} in `nodes`" in said, said
    for command in (("top", "--focus", "x", broken),
                    ("top", "--finding", "1", broken),
                    ("diff", broken, broken)):
        assert "is a heap " in run(TIDEMARK, *command, code=3), command


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        run("node", HERE / "v8_program.js", folder)
        for snapshot in sorted(folder.glob("*.heapsnapshot")):
            agree(snapshot)
        count_births(folder)
        count_as_node_does(folder)
        find_stacks(folder)
        read_in_small_pieces(folder)
        hold_as_the_program_does(folder)
        complain(folder)
    print("v8_numbers: all agree")


main()
