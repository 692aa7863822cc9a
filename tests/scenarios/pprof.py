#!/usr/bin/env python3
"""Google's pprof, built here from Debian's sources, and tidemark read the same
profiles: each row and number of the one is that of the other.
pprof.py TIDEMARK BUILD"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]
BUILD = pathlib.Path(sys.argv[2]).resolve() / "pprof"
GO = "/usr/lib/go-1.19/bin/go"
SOURCES = "/usr/share/gocode"
EVERYTHING = ("-nodefraction=0", "-edgefraction=0", "-nodecount=1000000")
ALL_ROWS = ("-n", "1000000")


def go_environment():
    return {"HOME": str(BUILD), "PATH": "/usr/bin:/bin", "GO111MODULE": "off",
            "GOPATH": SOURCES, "GOFLAGS": "", "GOCACHE": str(BUILD / "cache"),
            "GOPROXY": "off"}


def build_go(name, package):
    """A program from a package of Debian's, or a file; once."""
    program = BUILD / name
    source = pathlib.Path(package)
    if program.exists() and not (
            source.exists()
            and source.stat().st_mtime > program.stat().st_mtime):
        return program
    BUILD.mkdir(parents=True, exist_ok=True)
    subprocess.run([GO, "build", "-o", str(program), package], cwd=BUILD,
                   env=go_environment(), check=True, timeout=300)
    return program


def pprof(*arguments):
    done = subprocess.run(
        [str(BUILD / "pprof"), "-symbolize=none", *map(str, arguments)],
        capture_output=True, text=True, timeout=120, cwd=ROOT,
        env={"HOME": str(BUILD), "PATH": "/usr/bin:/bin", "TZ": "UTC",
             "PPROF_TMPDIR": str(BUILD / "tmp")})
    return done


def tidemark(*arguments, code=0):
    done = subprocess.run([TIDEMARK, *map(str, arguments)], cwd=ROOT,
                          capture_output=True, text=True, timeout=300)
    if done.returncode != code:
        raise AssertionError(f"tidemark {arguments}: exit code "
                             f"{done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout if code == 0 else done.stderr


def table(text):
    """The rows under the line of columns, and the line of the sum."""
    lines = text.splitlines()
    head = next((i for i, line in enumerate(lines)
                 if line.startswith("      flat  flat%")), None)
    if head is None:
        raise AssertionError(f"no table in\n{text}")
    sums = [line for line in lines if line.startswith("Showing nodes")]
    return sums + lines[head + 1:]


def same(ours, theirs, what):
    if ours == theirs:
        return
    for mine, other in zip(ours, theirs):
        if mine != other:
            raise AssertionError(f"{what}\n ours {mine}\npprof {other}")
    raise AssertionError(f"{what}: {len(ours)} rows, pprof {len(theirs)}")


def calls_in_order(rows):
    """Of differences: pprof has 5 and -5 in any order."""
    ordered, calls = [], []
    for row in rows:
        if " |   " in row:
            calls.append(row)
            continue
        ordered += sorted(calls) + [row]
        calls = []
    return ordered + sorted(calls)


def checked(done):
    if done.returncode != 0:
        raise AssertionError(f"{done.args}: {done.stderr}")
    return done.stdout


def sample_types(path):
    """As pprof itself lists them."""
    lines = checked(pprof("-raw", path)).splitlines()
    line = lines[lines.index("Samples:") + 1]
    return [word.split("/")[0] for word in line.split()]


def compare(path, theirs=(), ours=(), types=None, least_rows=1):
    """top and tree, for each sample type; how many rows there were."""
    rows = 0
    for kind in types or sample_types(path):
        wanted = table(checked(pprof("-top", *EVERYTHING,
                                     f"-sample_index={kind}", *theirs, path)))
        found = table(tidemark("top", *ALL_ROWS, "--sample-type", kind, *ours,
                               path))
        same(found, wanted, f"top {kind} {ours} of {path}")
        rows += len(found) - 1
        same(table(tidemark("top", *ALL_ROWS, "--cum", "--sample-type", kind,
                            *ours, path)),
             table(checked(pprof("-top", "-cum", *EVERYTHING,
                                 f"-sample_index={kind}", *theirs, path))),
             f"top --cum {kind} of {path}")
        wanted = table(checked(pprof("-tree", *EVERYTHING,
                                     f"-sample_index={kind}", *theirs, path)))
        found = table(tidemark("tree", *ALL_ROWS, "--sample-type", kind, *ours,
                               path))
        if theirs:
            found, wanted = calls_in_order(found), calls_in_order(wanted)
        same(found, wanted, f"tree {kind} {ours} of {path}")
        few = table(tidemark("tree", "-n", "7", "--sample-type", kind, *ours,
                             path))
        wanted = table(checked(pprof(
            "-tree", "-nodefraction=0", "-edgefraction=0", "-nodecount=7",
            f"-sample_index={kind}", *theirs, path)))
        if theirs:
            few, wanted = calls_in_order(few), calls_in_order(wanted)
        same(few, wanted, f"tree -n 7 {kind} of {path}")
    if rows < least_rows:
        raise AssertionError(f"only {rows} rows of {path}")
    return rows


def run_specimen(folder, name):
    """Its record, as a profile of who allocated and one of who holds."""
    subprocess.run(
        [TIDEMARK, "run", "--quiet", "--records", str(folder), "--format",
         "json", f"tests/specimens/{name}/guilty.yaml"], cwd=ROOT,
        stdout=subprocess.DEVNULL, timeout=120)
    record, = folder.glob(f"{name.replace('_', '-')}-guilty.json")
    made = []
    for kind in ("pprof", "pprof-holders"):
        path = folder / f"{name}.{kind}.pb.gz"
        tidemark("report", "--format", kind, "-o", path, record)
        made.append(path)
    return record, *made


def our_own_files_read_alike(folder):
    record, allocated, held = run_specimen(folder, "chat")
    types = sample_types(allocated)
    expected = ["alloc_objects", "alloc_space", "inuse_objects",
                "inuse_space", "retained_space", "residue_objects",
                "residue_space"]
    if types != expected:
        raise AssertionError(f"sample types {types}")
    compare(allocated, least_rows=40)
    compare(held, least_rows=5)
    # What the record says of its findings is what the profile has.
    judged = json.loads(record.read_text())
    residue = sum(share["bytes"] for finding in judged["findings"]
                  for member in finding["members"]
                  for share in member["shares"])
    top = tidemark("top", "--sample-type", "residue_space", "--unit", "B",
                   allocated)
    if "chat_join" not in top or f" of {residue}B total" not in top:
        raise AssertionError(f"{residue} bytes in\n{top}")
    # Who allocated is the leaf, and no glue of libraries below it.
    first = table(top)[1].split()
    if first[5] != "chat_join" or first[0] != f"{residue}B":
        raise AssertionError(top)
    # A record is shown as its profile is.
    for kind in types:
        for command in ("top", "tree"):
            same(table(tidemark(command, *ALL_ROWS, "--sample-type", kind,
                                record)),
                 table(tidemark(command, *ALL_ROWS, "--sample-type", kind,
                                allocated)), f"{command} {kind} of {record}")
    return allocated, record


def differences_read_alike(folder, allocated, record):
    other_record, other, _ = run_specimen(folder, "session_log")
    compare(allocated, (f"-base={other}",), ("--base", other))
    compare(allocated, (f"-diff_base={other}",), ("--diff-base", other))
    compare(allocated, (f"-base={other}", "-normalize"),
            ("--base", other, "--normalize"), types=["residue_space"])
    for kind in sample_types(allocated):
        wanted = table(checked(pprof("-top", *EVERYTHING,
                                     f"-sample_index={kind}",
                                     f"-diff_base={other}", allocated)))
        for pair in ((other, allocated), (other_record, record),
                     (other, record), (other_record, allocated)):
            same(table(tidemark("diff", *ALL_ROWS, "--sample-type", kind,
                                *pair)), wanted, f"diff {kind} of {pair}")
    nothing = tidemark("top", "--base", allocated, allocated)
    if "0, 0% of 0 total" not in nothing:
        raise AssertionError(nothing)


def sources(text):
    """What `list` prints, without the lines of a function's head."""
    return [line.rstrip() for line in text.splitlines()]


def listings_read_alike(allocated):
    theirs = checked(pprof("-list=^(chat_join|main)$", "-sample_index=inuse_space",
                           allocated))
    ours = tidemark("list", "--sample-type", "inuse_space", allocated,
                    "^(chat_join|main)$")
    same(sources(ours), sources(theirs), "list")
    if "chat_join" not in ours or "chat.cc" not in ours:
        raise AssertionError(ours)


def filters_read_alike(allocated):
    for theirs, ours in ((("-focus=chat_join",), ("--focus", "chat_join")),
                         (("-ignore=chat_join",), ("--ignore", "chat_join")),
                         (("-focus=main", "-ignore=chat_join"),
                          ("--focus", "main", "--ignore", "chat_join"))):
        compare(allocated, theirs, ours, types=["inuse_space"])


def files_of_go_read_alike(folder):
    program = build_go("heap_of_go", ROOT / "tests/scenarios/heap_of_go.go")
    packed, text = folder / "go.pb.gz", folder / "go.txt"
    subprocess.run([program, packed, text], check=True, timeout=60)
    compare(packed, least_rows=20)
    legacy_reads_alike(text, {})


def legacy_reads_alike(path, starts):
    """By address, as neither looks up names. `starts`: of each module, where
    its file's first byte would be."""
    for kind in sample_types(path):
        theirs = {}
        for row in table(checked(pprof(
                "-top", "-addresses", *EVERYTHING, f"-sample_index={kind}",
                "-unit=B", path)))[1:]:
            flat, _, _, cum, _, address = row.split()[:6]
            theirs[int(address, 16)] = flat, cum
        ours = {}
        shown = tidemark("top", *ALL_ROWS, "--sample-type", kind, "--unit", "B",
                         path)
        for row in table(shown)[1:]:
            flat, _, _, cum, _, name = row.split()[:6]
            module, plus, offset = name.rpartition("+")
            address = int(offset, 16) + (starts[module] if plus else 0)
            ours[address] = flat, cum
        same(sorted(ours.items()), sorted(theirs.items()), f"{kind} of {path}")
        if not ours:
            raise AssertionError(f"nothing in {path}")


GPERFTOOLS = """\
heap profile:    144:  8498176 [   144:  8498176] @ heapz_v2/524288
     1:     9216 [     1:     9216] @ 0x10042c 0x100a99 0x7f0000001801
     1:      144 [     1:      144] @ 0x10042c
     7:   114688 [     7:   114688] @ 0x100500 0x100a99
     1:     1792 [     1:     1792] @ 0x7f0000002801 0x100a99
    13:   319488 [    13:   319488] @ 0x100500
     1:  2162688 [     1:  2162688] @ 0x10042c 0x10042c
     1:       48 [     1:       48] @ 0x99
     1:   262144 [     1:   262144] @ 0x100510
    16:   327680 [    16:   327680] @ 0x100520 0x100500
    47:  1925120 [    47:  1925120] @ 0x100530
     2:   131072 [     2:   131072] @ 0x100540

MAPPED_LIBRARIES:
00100000-00101000 r-xp 00000000 fe:00 248139     /nowhere/server
7f0000001000-7f0000002000 r-xp 00001000 fe:00 1  /nowhere/libthere.so.6
7f0000002000-7f0000003000 r-xp 00002000 fe:00 1  /nowhere/libthere.so.6
7f0000003000-7f0000004000 rw-p 00003000 fe:00 1  /nowhere/libthere.so.6
"""


def legacy_text_reads_alike(folder):
    path = folder / "gperftools.heap"
    path.write_text(GPERFTOOLS)
    starts = {"server": 0x100000, "libthere.so.6": 0x7f0000000000}
    legacy_reads_alike(path, starts)
    path.write_text(GPERFTOOLS.replace("[   144:  8498176]",
                                       "[   999:  9998176]"))
    legacy_reads_alike(path, starts)
    path.write_text(GPERFTOOLS.replace("heapz_v2/524288", "heapprofile"))
    legacy_reads_alike(path, starts)


def jemalloc_is_understood(folder):
    """A heap that jemalloc itself has written, beside jemalloc's own reader."""
    library = next(pathlib.Path("/usr/lib").glob("*/libjemalloc.so.2"))
    for sampled in (0, 10):
        for old in folder.glob("je.*.heap"):
            old.unlink()
        subprocess.run(
            ["/usr/bin/python3", "-c", "x = [bytes(n) for n in range(20000)]"],
            check=True, timeout=60, env={
                "LD_PRELOAD": str(library), "PYTHONMALLOC": "malloc",
                "MALLOC_CONF": "prof:true,prof_final:true,lg_prof_sample:"
                               f"{sampled},prof_prefix:{folder}/je"})
        path, = folder.glob("je.*.heap")
        total = checked(subprocess.run(
            ["jeprof", "--text", "--show_bytes", "/usr/bin/python3", str(path)],
            capture_output=True, text=True, timeout=120))
        wanted = int(re.search(r"Total: (\d+) B", total)[1])
        text = tidemark("top", "--unit", "B", path)
        found = int(re.search(r"of (\d+)B total", text)[1])
        # Ours are whole numbers for each stack, theirs for the sum.
        stacks = path.read_text().count("\n@ ") + 1
        if not wanted - stacks <= found <= wanted:
            raise AssertionError(f"{found} B, jeprof {wanted} B")
        if "python3" not in text and "Py" not in text:
            raise AssertionError(text)


def mixtures_are_compared_by_unit(folder, record):
    path = folder / "gperftools.heap"
    path.write_text(GPERFTOOLS)
    text = tidemark("diff", *ALL_ROWS, "--unit", "B", "--sample-type",
                    "inuse_space", path, record)
    rows = {row.split()[5]: int(row.split()[0].rstrip("B"))
            for row in table(text)[1:]}
    if rows["server+0x52f"] != -25616628:
        raise AssertionError(text)
    if not any(value > 0 for value in rows.values()):
        raise AssertionError(text)


def live_processes_are_read(record):
    """The agent is awake from the next allocation on after the first look."""
    agent = pathlib.Path(TIDEMARK).parent / "libtidemark_agent.so"
    ticker = pathlib.Path(TIDEMARK).parent / "specimens/ticker"
    with subprocess.Popen(
            [ticker, "--guilty"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LD_PRELOAD": str(agent)}) as service:
        try:
            service.stdout.readline()
            until = time.monotonic() + 60
            while time.monotonic() < until:
                done = subprocess.run(
                    [TIDEMARK, "top", *ALL_ROWS, "--pid", str(service.pid),
                     "--sample-type", "inuse_space"], capture_output=True,
                    text=True, timeout=60)
                if "keep_tick" in done.stdout:
                    break
            else:
                raise AssertionError(done.stdout + done.stderr)
            found = tidemark("diff", *ALL_ROWS, "--sample-type",
                             "inuse_space", "--pid", service.pid, record)
            for part in ("keep_tick", "chat_join"):
                if part not in found:
                    raise AssertionError(f"no {part} in\n{found}")
        finally:
            service.kill()


def mistakes_are_explained(folder, allocated):
    (folder / "text").write_text("hello\n")
    for arguments, part in (
            (("top", folder / "text"), "it is no profile: wanted pprof's"),
            (("top", folder / "none"), "none"),
            (("top", "--sample-type", "cpu", allocated),
             "it has alloc_objects, alloc_space, inuse_objects, inuse_space, "
             "retained_space, residue_objects, residue_space"),
            (("top", "--base", allocated, "--diff-base", allocated, allocated),
             "excludes"),
            (("top", "--focus", "(", allocated), "is no regular expression"),
            (("list", allocated, "nothing like it"), "no function has"),
            (("top", "--finding", "1", allocated), "--finding is for"),
            (("top", "--normalize", allocated), "wants a base"),
            (("diff", allocated), "--pid")):
        told = tidemark(*arguments, code=3)
        if part not in told:
            raise AssertionError(f"{arguments}: no `{part}` in\n{told}")
    (folder / "cpu.txt").write_text("heap profile: 1: 1 [1: 1] @ heapprofile\n"
                                    "1: 1 [1: 1] @ 0x40\n")
    told = tidemark("diff", folder / "cpu.txt", allocated, code=3)
    if "no sample type in common" not in told or "space (bytes)" not in told:
        raise AssertionError(told)


def main():
    build_go("pprof", "github.com/google/pprof")
    os.makedirs(BUILD / "tmp", exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        allocated, record = our_own_files_read_alike(folder)
        print("our own files read alike")
        differences_read_alike(folder, allocated, record)
        print("differences read alike")
        listings_read_alike(allocated)
        print("listings read alike")
        filters_read_alike(allocated)
        print("filters read alike")
        files_of_go_read_alike(folder)
        print("files of go read alike")
        legacy_text_reads_alike(folder)
        print("legacy text reads alike")
        jemalloc_is_understood(folder)
        print("jemalloc is understood")
        mixtures_are_compared_by_unit(folder, record)
        print("mixtures are compared by unit")
        live_processes_are_read(record)
        print("live processes are read")
        mistakes_are_explained(folder, allocated)
        print("mistakes are explained")


if __name__ == "__main__":
    main()
