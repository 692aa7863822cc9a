#!/usr/bin/env python3
"""ci/bench dumps: how soon, and in how much memory, a large dump of a managed
heap gives its largest holders."""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = pathlib.Path(os.environ.get("TIDEMARK_BUILD", ROOT / "build/release"))
TIDEMARK = BUILD / "tidemark"

SOON = 60.0
HPROF_MEGABYTES = 1000  # of small objects: some 22 millions
V8_SESSIONS = 150_000  # some 300 MB, 4 million objects

targets = []


def target(met, what, wanted, figure):
    targets.append(met)
    print(f"  {'met   ' if met else 'MISSED'}  {what:<58} wanted {wanted}, "
          f"is {figure}", flush=True)


def measured(arguments):
    """(seconds, seconds of a processor, peak bytes, output)"""
    began = time.monotonic()
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(arguments, cwd=ROOT, stdout=output,
                                   stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        took = time.monotonic() - began
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        sys.exit(f"{' '.join(map(str, arguments))}: {process.returncode}")
    return (took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
            text)


def read_within(what, dump, holder):
    """`tidemark top` of a dump, which must have `holder` in it."""
    size = dump.stat().st_size
    took, processor, peak, text = measured([TIDEMARK, "top", str(dump)])
    what = f"{what} of {size / 1e6:,.0f} MB"
    target(took < SOON, f"{what}: its largest holders within",
           f"{SOON:.0f} s", f"{took:.1f} s, {processor:.1f} s of a processor")
    target(peak < size, f"{what}: peak memory, of the file's size",
           "below 1", f"{peak / size:.2f}, {peak / 1e6:,.0f} MB")
    target(holder in text, f"{what}: its largest holders", holder,
           "there" if holder in text else text)


def hprof(scratch):
    subprocess.run(["javac", "-d", str(scratch),
                    ROOT / "tests/bench/java/LargeHeap.java"], check=True)
    dump = scratch / "heap.hprof"
    with subprocess.Popen(
            ["java", "-XX:+UseSerialGC", "-Xmx3g", "-cp", str(scratch),
             "LargeHeap", str(HPROF_MEGABYTES)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True) as java:
        try:
            if java.stdout.readline() != "ready\n":
                sys.exit("LargeHeap did not start")
            subprocess.run(["jcmd", str(java.pid), "GC.heap_dump", str(dump)],
                           check=True, stdout=subprocess.DEVNULL)
        finally:
            java.stdin.close()
            java.wait()
    read_within("a JVM's dump", dump, "LargeHeap$Session")
    dump.unlink()


def heap_snapshot(scratch):
    snapshot = scratch / "large.heapsnapshot"
    subprocess.run(["node", "--max-old-space-size=6000",
                    ROOT / "tests/bench/large_heap.js", str(V8_SESSIONS),
                    str(snapshot)], check=True, stdout=subprocess.DEVNULL)
    read_within("a V8 snapshot", snapshot, "Session")
    snapshot.unlink()


def main():
    with tempfile.TemporaryDirectory() as folder:
        hprof(pathlib.Path(folder))
        heap_snapshot(pathlib.Path(folder))
    print(f"bench dumps: {sum(targets)} of {len(targets)} targets met")
    return 0 if all(targets) else 1


if __name__ == "__main__":
    sys.exit(main())
