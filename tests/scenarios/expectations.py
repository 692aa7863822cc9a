"""What each specimen's run must find: read from the first line of its source
and from the truth that it prints about itself when it ends."""
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SPECIMENS = ROOT / "tests/specimens"

# The function that the first line of each guilty source names.
GUILTY = ("chat", "greedy", "session_log", "ticker")
INNOCENT = ("chat", "greedy", "session_log", "ticker", "pool", "lru",
            "slow_release")


def guilty_lines(name, function):
    """The lines of the source that belong to the function."""
    source = (SPECIMENS / name / f"{name}.cc").read_text().splitlines()
    start = next(i for i, line in enumerate(source)
                 if function + "(" in line and "noinline" in
                 source[i - 1] + line)
    end = next(i for i in range(start, len(source)) if source[i] == "}")
    return range(start + 1, end + 2)


def named_function(name):
    first = (SPECIMENS / name / f"{name}.cc").read_text().splitlines()[0]
    return re.search(r" at (\w+)", first).group(1)


def truth(record):
    """(bytes, objects, units, unit) as the specimen printed them."""
    for line in record["service"]["last_output"]:
        found = re.match(r"truth: (\d+) bytes in (\d+) objects (?:kept )?(?:by|in) "
                         r"(\d+) (.+)", line)
        if found:
            return (*map(int, found.group(1, 2, 3)), found.group(4))
    return None


def complaints_guilty(name, record):
    wrong = []
    if record["outcome"] != "leak":
        return [f"outcome {record['outcome']}, wanted leak: "
                f"{record.get('reason')}"]
    top = record["findings"][0]
    wanted = "time growth" if name == "ticker" else "leak"
    if top["class"] != wanted:
        wrong.append(f"class {top['class']}, wanted {wanted}")
    function = named_function(name)
    frame = top["site"]["frames"][top["site"]["guilty"]]
    named = frame["function"].replace("(anonymous namespace)::", "")
    if named.split("(")[0].split("::")[-1] != function:
        wrong.append(f"function {frame['function']}, wanted {function}")
    if frame["line"] not in guilty_lines(name, function):
        wrong.append(f"line {frame['file']}:{frame['line']} is not in "
                     f"{function}")
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    bytes_, objects, units, unit = told
    rate = top["rate"]
    if name == "ticker":
        # A tick is not a unit that a client can count; the size of what each
        # keeps is exact, and there are fifty a second.
        each = rate["bytes_per_unit"] / rate["objects_per_unit"]
        if abs(each - bytes_ / objects) > 1e-6:
            wrong.append(f"{each} B per object, truth {bytes_ / objects}")
        if not 40 <= rate["objects_per_unit"] <= 55:
            wrong.append(f"{rate['objects_per_unit']} per second, truth 50")
        return wrong
    if not rate["exact"]:
        wrong.append("the rate is not exact")
    if rate["bytes_per_unit"] * units != bytes_:
        wrong.append(f"{rate['bytes_per_unit']} B per {top['unit']}, truth "
                     f"{bytes_ / units}")
    if rate["objects_per_unit"] * units != objects:
        wrong.append(f"{rate['objects_per_unit']} objects per {top['unit']},"
                     f" truth {objects / units}")
    if unit != {"connection": "connections",
                "abnormal close": "abnormal closes"}.get(top["unit"]):
        wrong.append(f"unit {top['unit']}, truth {unit}")
    return wrong


def complaints_innocent(name, record):
    if record["outcome"] != "pass":
        return [f"outcome {record['outcome']}, wanted pass: "
                f"{record.get('reason')}"]
    failing = [f["explanation"] for f in record["findings"] if f["fails"]]
    return failing
