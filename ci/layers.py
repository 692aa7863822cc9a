#!/usr/bin/env python3
"""Checks every include of include/, harness/ and drivers/ against
ci/layers.txt. Prints file:line of each that has no right to be there."""
import fnmatch
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
THIRD_PARTY = {
    "fmt": "fmt", "tl": "tl", "yaml-cpp": "yaml-cpp", "nlohmann": "nlohmann",
    "boost": "boost", "websocketpp": "websocketpp", "CLI": "cli11",
    "elfutils": "elfutils", "dwarf.h": "elfutils", "libelf.h": "elfutils",
    "openssl": "openssl", "mimalloc.h": "mimalloc", "gtest": "gtest", "gmock": "gtest",
    "protozero": "protozero", "zlib.h": "zlib",
}


def load_rules():
    rules = {}
    for line in (ROOT / "ci/layers.txt").read_text().splitlines():
        line = line.split("#")[0].strip()
        if not line:
            continue
        folder, allowed = line.split(":", 1)
        rules[folder.strip()] = allowed.split()
    return rules


def rule_for(folder, rules):
    if folder in rules:
        return rules[folder]
    fits = [r for r in rules if fnmatch.fnmatch(folder, r)]
    if fits:
        return rules[max(fits, key=len)]
    # A folder inside a component belongs to the component.
    parent = folder.rpartition("/")[0]
    return rule_for(parent, rules) if parent else None


def component(folder, rules):
    while folder and folder not in rules and \
            not any(fnmatch.fnmatch(folder, r) for r in rules if r != "*"):
        folder = folder.rpartition("/")[0]
    return folder


def allowed_ours(path, own, allowed):
    folder = path.rpartition("/")[0]
    if folder == own or folder.startswith(own + "/"):
        return True
    return any(a == "*" or a == path or folder == a or
               folder.startswith(a + "/") or fnmatch.fnmatch(folder, a)
               for a in allowed if not a.startswith("+"))


def check(path, rules):
    name = path.relative_to(ROOT).as_posix()
    folder = name.rpartition("/")[0]
    allowed = rule_for(folder, rules)
    if allowed is None:
        return [f"{name}: no rule in ci/layers.txt for {folder}"]
    own = component(folder, rules)
    wrong = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*[<"]([^">]+)[">]', line)
        if not found:
            continue
        target = found.group(1)
        first = target.split("/")[0]
        if first in THIRD_PARTY:
            if "+" + THIRD_PARTY[first] not in allowed:
                wrong.append(f"{name}:{number}: {target} needs "
                             f"+{THIRD_PARTY[first]}")
        elif first in ("harness", "drivers", "tests"):
            if not allowed_ours(target, own, allowed):
                wrong.append(f"{name}:{number}: {own} may not include "
                             f"{target}")
        elif first == "tidemark":
            if not allowed_ours("include/" + target, own, allowed):
                wrong.append(f"{name}:{number}: {own} may not include "
                             f"{target}")
        elif target.startswith(".."):
            wrong.append(f"{name}:{number}: no ../ in includes")
    return wrong


def main():
    rules = load_rules()
    wrong = []
    for top in ("include", "harness", "drivers"):
        for path in sorted((ROOT / top).rglob("*")):
            if path.suffix in (".h", ".cc"):
                wrong += check(path, rules)
    print("\n".join(wrong) if wrong else "layers: every include is allowed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
