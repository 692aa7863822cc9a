#!/usr/bin/env python3
"""Holds our reading of heap dumps against the JVM's own class histogram, number
for number: jvm_numbers.py TIDEMARK

The JVM is asked for a histogram, a dump and a histogram again. Classes of which
both histograms say the same did not change in between, and the dump must say it
too: objects and bytes. Those of the program, String and byte[] must be among
them."""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
LAYOUTS = {
    "default": [],
    "G1": ["-XX:+UseG1GC"],
    "no compressed references": ["-XX:-UseCompressedOops"],
    "no compressed classes either": ["-XX:-UseCompressedOops",
                                     "-XX:-UseCompressedClassPointers"],
    "alignment of 16": ["-XX:ObjectAlignmentInBytes=16"],
}
MUST = ["Rooms$Session", "Rooms$Base", "Rooms$Derived", "Rooms$MoreDerived",
        "java.lang.String", "byte[]", "java.lang.Object[]", "long[]",
        "java.util.HashMap$Node", "java.lang.Integer", "int[][]", "boolean[]"]
TRIES = 4
# Of one object each there is no second to measure padding by; objects that
# stand for classes have fields of the JVM's own.
UNMEASURED = {"java.lang.Class", "java.lang.ref.Finalizer$FinalizerThread",
              "java.lang.ref.Reference$ReferenceHandler",
              "jdk.internal.misc.InnocuousThread"}
# With members of the thread, on its stack and in two containers.
WAYS = ["static Rooms.members", "static Rooms.byNumber",
        "thread locals of thread main", "thread main in Rooms.main (Rooms.java:"]
PRIMITIVES = {"B": "byte", "C": "char", "I": "int", "J": "long",
              "Z": "boolean", "S": "short", "F": "float", "D": "double"}


def readable(name):
    element = name.lstrip("[")
    dimensions = len(name) - len(element)
    if dimensions:
        element = PRIMITIVES.get(element) or element[1:-1]
    element = re.sub(r"[/+]0x[0-9a-f]+$", "", element)
    return element.replace("/", ".") + "[]" * dimensions


def histogram(pid):
    text = subprocess.run(["jcmd", str(pid), "GC.class_histogram"], check=True,
                          capture_output=True, text=True).stdout
    sums = {}
    for line in text.splitlines():
        row = re.match(r" *\d+: +(\d+) +(\d+) +(\S+)", line)
        if row:
            name = readable(row[3])
            objects, size = sums.get(name, (0, 0))
            sums[name] = (objects + int(row[1]), size + int(row[2]))
    return sums


def table(tidemark, command, dump, *arguments):
    return subprocess.run(
        [tidemark, command, "-n", "100000", str(dump), *arguments], check=True,
        capture_output=True, text=True).stdout


def dumped(tidemark, dump):
    text = table(tidemark, "list", dump, "--unit", "B")
    sums = {}
    # A long name goes on in the next line, behind blanks.
    for line in re.sub(r"\n {35,}", " ", text).splitlines():
        row = re.match(r" +(\d+)B +\S+ % +([\d,]+) +(\S+), ", line)
        if row:
            objects, size = sums.get(row[3], (0, 0))
            sums[row[3]] = (objects + int(row[2].replace(",", "")),
                            size + int(row[1]))
    return sums


def compare(tidemark, pid, folder):
    """Complaints; None if too much changed in between."""
    dump = folder / f"{pid}.hprof"
    dump.unlink(missing_ok=True)
    before = histogram(pid)
    subprocess.run(["jcmd", str(pid), "GC.heap_dump", "-all=false", str(dump)],
                   check=True, stdout=subprocess.DEVNULL)
    after = histogram(pid)
    same = {name for name in before if before[name] == after.get(name)}
    if not same.issuperset(MUST):
        return None
    ours = dumped(tidemark, dump)
    wrong = [f"{name}: the JVM says {before[name]}, the dump {ours.get(name)}"
             for name in sorted(same - UNMEASURED)
             if ours.get(name) != before[name]]
    if any(name in line for name in MUST for line in wrong
           if line.startswith(name + ":")):
        return wrong
    # What the JVM makes and drops of its own accord is told by no histogram.
    if len(wrong) > 3 or len(same) < 0.95 * len(before):
        return wrong or None
    tree = table(tidemark, "tree", dump)
    missing = [way for way in WAYS if way not in " ".join(tree.split())]
    if missing:
        return [f"no way by {way} in\n{tree}" for way in missing]
    print(f"  {len(same)} classes, {sum(before[n][0] for n in same)} objects, "
          f"{len(wrong)} of which differ: {', '.join(wrong) or 'none'}")
    return []


def check(tidemark, folder, options):
    arguments = [] if any("GC" in option for option in options) \
        else ["-XX:+UseSerialGC"]
    with subprocess.Popen(
            ["java", *arguments, *options, "-Xmx64m", "-cp", str(folder),
             "Rooms"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            text=True) as java:
        try:
            if java.stdout.readline() != "ready\n":
                return ["the program did not start"]
            for _ in range(TRIES):
                wrong = compare(tidemark, java.pid, folder)
                if wrong == []:
                    return []
            return wrong or ["the heap never stood still"]
        finally:
            java.stdin.close()
            java.wait()


def main():
    tidemark = sys.argv[1]
    failed = False
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run(["javac", "-d", scratch, str(HERE / "dumped/Rooms.java")],
                       check=True)
        for name, options in LAYOUTS.items():
            print(f"{name}:", flush=True)
            wrong = check(tidemark, folder, options)
            failed |= bool(wrong)
            for line in wrong:
                print(f"  {line}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
