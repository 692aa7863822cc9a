#!/usr/bin/env python3
"""Names that two files define as a type in the same namespace. Where the two
meet in one program, a template made of one is taken for that of the other, and
neither compiler nor linker says so. Prints each with its files."""
import collections
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDERS = ("include", "harness", "drivers", "tests/unit", "tests/support")
OPENS = re.compile(r"(?:inline )?namespace ?([\w:]*) ?\{")
CLOSES = re.compile(r"\}.*// namespace")
# At the margin only: clang-format indents what is inside of a type. A name
# with :: behind it is the enclosing class of a nested one.
TYPE = re.compile(r"(?:struct|class|union|enum(?: class)?) "
                  r"(?:alignas\([^)]*\) |\[\[[^]]*\]\] )?(\w+)(?!\w|::)")


def definitions(text):
    """The types that a text defines, with their namespaces."""
    spaces = []
    lines = text.splitlines()
    for at, line in enumerate(lines):
        opened = OPENS.match(line)
        if opened:
            spaces.append(opened[1])
        elif CLOSES.match(line) and spaces:
            spaces.pop()
        elif (found := TYPE.match(line)) and "" not in spaces:
            # What ends in a semicolon before it opens was only declared.
            rest = " ".join(lines[at:at + 4])
            if "{" in rest.partition(";")[0]:
                yield "::".join([*spaces, found[1]])


def main():
    files = collections.defaultdict(set)
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".h", ".cc"):
                for name in definitions(path.read_text()):
                    files[name].add(path.relative_to(ROOT).as_posix())
    twice = {n: sorted(f) for n, f in files.items() if len(f) > 1}
    for name, where in sorted(twice.items()):
        print(f"{name} is defined in {', '.join(where)}")
    print(f"one definition: {len(files)} types, {len(twice)} defined twice")
    return 1 if twice or not files else 0


if __name__ == "__main__":
    sys.exit(main())
