"""Proves what a shape says about itself, by a look at its memory: that its
root has the pointer, or the way to it, and that a block that is lost is in no
word of any module, thread stack or mapping."""
import array
import functools
import os
import re
import struct
import subprocess


# Below the stack pointer; a leaf function's own.
RED_ZONE = 128
PAGE = 4096
PT_LOAD = 1


class Mapping:
    def __init__(self, line):
        self.from_, self.to, self.rights, self.offset, self.path = \
            self.fields(line)

    @staticmethod
    def fields(line):
        found = re.match(r"(\w+)-(\w+) (\S+) (\w+) \S+ \d+\s*(.*)", line)
        return (int(found[1], 16), int(found[2], 16), found[3],
                int(found[4], 16), found[5])


class Memory:
    def __init__(self, pid):
        self.pid = pid
        with open(f"/proc/{pid}/maps", encoding="utf-8") as maps:
            self.mappings = [Mapping(line) for line in maps]
        self.file = open(f"/proc/{pid}/mem", "rb", buffering=0)

    def words(self, from_, to):
        """(address, word) of each aligned word that is not 0."""
        self.file.seek(from_ & ~7)
        read = array.array("Q")
        read.frombytes(self.file.read((to - from_) & ~7))
        return [((from_ & ~7) + 8 * i, word) for i, word in enumerate(read)
                if word]

    def pointers(self, from_, to, block, bytes_):
        """Addresses of words into the block. Only words whose upper bytes
        are right are looked at, or this would take minutes."""
        self.file.seek(from_)
        content = self.file.read(to - from_)
        found = []
        for upper in range(block >> 24, (block + bytes_ - 1 >> 24) + 1):
            needle = upper.to_bytes(5, "little")
            at = content.find(needle)
            while at != -1:
                word = content[at - 3:at + 5]
                if at >= 3 and (at - 3) % 8 == 0 and \
                        block <= int.from_bytes(word, "little") < \
                        block + bytes_:
                    found.append(from_ + at - 3)
                at = content.find(needle, at + 1)
        return found


def stack_pointers(pid):
    """Of each thread, once all of them wait in the kernel."""
    while True:
        fields = []
        for tid in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{tid}/syscall",
                      encoding="utf-8") as syscall:
                fields.append(syscall.read().split())
        # "running" has no stack pointer; -1: in the kernel, but in no call.
        if all(len(words) >= 3 for words in fields):
            return [int(words[-2], 16) for words in fields]
        os.sched_yield()


def is_heap(mapping):
    return mapping.path == "[heap]"


def is_ours(mapping):
    return "memfd:" in mapping.path or "tidemark_agent" in mapping.path


@functools.cache
def loaded_bytes(path):
    """How much of memory a module takes, its .bss and all, in whole pages."""
    with open(path, "rb") as file:
        header = file.read(64)
        table, = struct.unpack_from("<Q", header, 32)
        size, count = struct.unpack_from("<HH", header, 54)
        file.seek(table)
        entries = [struct.unpack_from("<IIQQQQQQ", file.read(size))
                   for _ in range(count)]
    ends = [entry[3] + entry[6] for entry in entries if entry[0] == PT_LOAD]
    return max(ends, default=0) + PAGE - 1 & -PAGE


def modules_of(memory):
    """[from, to) of each module. What the kernel put behind its .bss without
    a gap, and shows as one mapping with it, is not the module's."""
    executable = {m.path for m in memory.mappings
                  if "x" in m.rights and m.path.startswith("/")}
    # A module that is loaded twice has two headers.
    return [(m.from_, m.from_ + loaded_bytes(m.path)) for m in memory.mappings
            if m.path in executable and m.offset == 0]


def pieces(mapping, modules):
    """(from, to, whether a module's) of a mapping."""
    at = mapping.from_
    for from_, to in sorted(modules):
        if to <= at or from_ >= mapping.to:
            continue
        if at < from_:
            yield at, from_, False
            at = from_
        yield at, min(to, mapping.to), True
        at = min(to, mapping.to)
    if at < mapping.to:
        yield at, mapping.to, False


def ranges(memory):
    """(from, to, kind) of what a reader looks at: writable memory without the
    heap and the agent's own, stacks from the stack pointer up. Thread-local
    variables count as mappings, which they lie in."""
    pointers = stack_pointers(memory.pid)
    modules = modules_of(memory)
    for mapping in memory.mappings:
        if not mapping.rights.startswith("rw") or is_heap(mapping) or \
                is_ours(mapping) or mapping.path.startswith("[v"):
            continue
        inside = [p for p in pointers if mapping.from_ <= p < mapping.to]
        lowest = min(inside) - RED_ZONE & ~7 if inside else mapping.from_
        for from_, to, in_module in pieces(mapping, modules):
            if max(lowest, from_) < to:
                yield (max(lowest, from_), to, "global" if in_module
                       else "stack" if inside else "mapping")


def symbols(path):
    """{name: (value, size)}"""
    listed = subprocess.run(["nm", "-C", "-S", "--defined-only", path],
                            capture_output=True, text=True, check=True)
    found = {}
    for line in listed.stdout.splitlines():
        fields = re.match(r"(\w+) (\w+) ([bBdDuVv]) (.+)", line)
        if fields:
            name = fields[4].replace("[abi:cxx11]", "")
            found[name] = (int(fields[1], 16), int(fields[2], 16))
    return found


def root_range(memory, name):
    """[from, to) of a global, whichever module has it; None: none."""
    for mapping in memory.mappings:
        if mapping.offset == 0 and os.path.basename(
                mapping.path).startswith(("shapes", "libshapes")):
            value, size = symbols(mapping.path).get(name, (0, 0))
            if size:
                return mapping.from_ + value, mapping.from_ + value + size
    return None


def followed(memory, words, step):
    """The words of the blocks that `words` point to, each of step's bytes."""
    found = []
    mapped = [m for m in memory.mappings if m.rights.startswith("rw")]
    for _, word in words:
        # A pointer to a member: the block begins a little before.
        begin = word - (step["bytes"] // 2 if step.get("interior") else 0)
        home = next((m for m in mapped if m.from_ <= begin < m.to), None)
        if home:
            found += memory.words(begin, min(begin + step["bytes"], home.to))
    return found


def complaints_way(memory, truth):
    """Whether the root's words lead to the block as the path says."""
    name = truth["root"]
    root = root_range(memory, name)
    if not root:
        return [f"no module has {name}"]
    words = memory.words(*root)
    if "root_offset" in truth:
        words = [w for w in words if w[0] == root[0] + truth["root_offset"]]
    for step in truth.get("path", [])[:-1]:
        for _ in range(step["repeated"]):
            words = followed(memory, words, step)
    block = int(truth["block"], 16)
    if any(block <= word < block + truth["bytes"] for _, word in words):
        return []
    return [f"{name} does not lead to the block"]


def complaints_memory(pid, truth):
    memory = Memory(pid)
    block = int(truth["block"], 16)
    home = [m for m in memory.mappings
            if m.from_ <= block and block + truth["bytes"] <= m.to]
    if not home or not home[0].rights.startswith("rw"):
        return [f"{truth['block']} is in no writable mapping"]
    held = [(place, hex(at)) for from_, to, place in ranges(memory)
            for at in memory.pointers(from_, to, block, truth["bytes"])]
    kind = truth.get("root_kind")
    # Declared as what a plain reader falls for.
    trap = truth.get("plain") == "reachable"
    if truth["held"] == "unreachable":
        return [f"held by {held}"] if held and not trap else []
    if kind == "global" and "root" in truth:
        return complaints_way(memory, truth)
    if kind in ("stack", "mapping") and kind not in dict(held):
        return [f"no {kind} holds it"]
    # Were there a stronger explanation, a reader would tell that one.
    stronger = {"thread-local": ("global",), "stack": ("global",),
                "register": ("global", "stack", "mapping"),
                "mapping": ("global", "stack")}.get(kind, ())
    if set(dict(held)) & set(stronger):
        return [f"also held by {held}"]
    return []
