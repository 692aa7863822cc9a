"""What each specimen's run must find: read from the first line of its source
and from what it prints about itself: the retainer first, the truth last."""
import json
import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
SPECIMENS = ROOT / "tests/specimens"

# The function that the first line of each guilty source names.
GUILTY = ("chat", "greedy", "session_log", "ticker", "error_path",
          "feed_client", "redis_pool", "pinned", "prefork", "tls_failure",
          "big_message", "crowd")
INNOCENT = ("chat", "greedy", "session_log", "ticker", "pool", "lru",
            "slow_release", "error_path", "feed_client", "redis_pool", "pinned",
            "prefork", "tls_failure", "big_message", "crowd")
# Guilty of what is told and fails no run.
TOLD = ("pinned",)


def guilty_lines(name, function):
    """The lines of the source that belong to the function."""
    source = (SPECIMENS / name / f"{name}.cc").read_text().splitlines()
    start = next(i for i, line in enumerate(source)
                 if function + "(" in line and "noinline" in
                 source[i - 1] + line)
    end = next(i for i in range(start, len(source)) if source[i] == "}")
    return range(start + 1, end + 2)


def named_functions(name):
    """Of "… at F", "… at F, G, H"."""
    first = (SPECIMENS / name / f"{name}.cc").read_text().splitlines()[0]
    return first.rsplit(" at ", 1)[1].split(", ")


def named_function(name):
    return named_functions(name)[0]


def complaints_site(name, site, function):
    """Whether the first frame that is not library code is the function's."""
    wrong = []
    own = [frame for frame in site["frames"] if not frame["library"]]
    if not own:
        return [f"no frame of the service in {site}"]
    named = own[0]["function"].replace("(anonymous namespace)::", "")
    if named.split("(")[0].split("::")[-1] != function:
        wrong.append(f"function {own[0]['function']}, wanted {function}")
    if own[0]["line"] not in guilty_lines(name, function):
        wrong.append(f"line {own[0]['file']}:{own[0]['line']} is not in "
                     f"{function}")
    return wrong


def truth(record):
    """(bytes, objects, units, unit) as the specimen printed them."""
    for line in record["service"]["last_output"]:
        found = re.match(r"truth: (\d+) bytes in (\d+) objects (?:kept )?(?:by|in) "
                         r"(\d+) (.+)", line)
        if found:
            return (*map(int, found.group(1, 2, 3)), found.group(4))
    return None


def retainer(record):
    """What holds the memory, as the specimen printed it on its first line
    (tests/specimens/common/retainer.h); None: nothing."""
    for line in record["service"]["last_output"]:
        if line.startswith("retainer: "):
            return json.loads(line.removeprefix("retainer: "))
    return None


def complaints_retainer(record):
    """Whether the first finding that says who holds its blocks says what the
    specimen declares: of most of them, the root and what is on the way."""
    declared = retainer(record)
    if declared is None:
        return ["the specimen printed no retainer"]
    told = [f["retention"] for f in record["findings"] if f.get("retention")]
    if not told:
        return ["no finding says who holds its blocks"]
    held = sum(path["objects"] for path in told[0]["paths"])
    lost = told[0]["unreachable"]
    if declared["held"] == "unreachable":
        return [] if lost > 9 * held else [f"{held} held, {lost} lost"]
    if not told[0]["paths"] or lost * 9 > held:
        return [f"{held} held, {lost} lost: {told[0]['paths'][:1]}"]
    top = told[0]["paths"][0]
    wrong = []
    # "room (chat.cc)": the file is not a part of the symbol.
    root = re.sub(r" \([^()]*\.\w+\)$", "", top["root_name"])
    if (top["root"], root) != (declared["root_kind"], declared["root"]):
        wrong.append(f"held by {top['root']} {root}, truth "
                     f"{declared['root_kind']} {declared['root']}")
    types = [holder["type"] for holder in top["holders"]]
    at = 0
    for word in declared["through"]:
        at = next((i + 1 for i in range(at, len(types)) if word in types[i]),
                  None)
        if at is None:
            wrong.append(f"through {types}, truth {declared['through']}")
            break
    return wrong


MOVES = 64 << 10  # of an account's parts, while connections are served

PARTS = ("live", "rounding", "pinned", "free", "stacks", "mappings",
         "modules", "agent", "unexplained")


def complaints_account(record):
    """Whether each account adds up, and explains 95 % of the PSS; under load
    all but MOVES of it."""
    wrong = []
    moments = [account["moment"] for account in record["memory"]]
    if moments != ["start", "baseline", "open", "unpurged", "settled"]:
        wrong.append(f"accounts of {moments}")
    for account in record["memory"]:
        parts = {part: account[part] for part in PARTS}
        if sum(parts.values()) != account["pss"]:
            wrong.append(f"{account['moment']}: {parts} are not "
                         f"{account['pss']}")
        # What is read one after the other does not fit as well under load.
        floor = MOVES if account["moment"] == "open" else 0
        if abs(account["unexplained"]) > max(0.05 * account["pss"], floor):
            wrong.append(f"{account['moment']}: {account['unexplained']} of "
                         f"{account['pss']} unexplained")
    return wrong


def complaints_guilty(name, record):
    wanted = "pass" if name in TOLD else "leak"
    if record["outcome"] != wanted:
        return [f"outcome {record['outcome']}, wanted {wanted}: "
                f"{record.get('reason')}"]
    wrong = complaints_retainer(record) + complaints_account(record)
    if name == "prefork":
        wrong += complaints_processes(record)
    if name in SPECIAL:
        return wrong + SPECIAL[name](name, record)
    top = record["findings"][0]
    wanted = "time growth" if name == "ticker" else "leak"
    if top["class"] != wanted:
        wrong.append(f"class {top['class']}, wanted {wanted}")
    wrong += complaints_site(name, top["site"], named_function(name))
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    bytes_, objects, units, unit = told
    rate = top["rate"]
    if name == "ticker":
        # A tick is not a unit that a client can count; the size of what each
        # keeps is exact, and there are fifty a second. How many of them come
        # before a snapshot is the machine's affair: what is caught here is
        # another unit, such as the cycle or the connection.
        each = rate["bytes_per_unit"] / rate["objects_per_unit"]
        if abs(each - bytes_ / objects) > 1e-6:
            wrong.append(f"{each} B per object, truth {bytes_ / objects}")
        if top["unit"] != "second":
            wrong.append(f"unit {top['unit']}, wanted second")
        if not 25 <= rate["objects_per_unit"] <= 100:
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
                "unmasked_text provocation": "provocations",
                "abnormal close": "abnormal closes"}.get(top["unit"]):
        wrong.append(f"unit {top['unit']}, truth {unit}")
    return wrong


def complaints_processes(record):
    """One that listens, three that leak: apart, and together the residue."""
    first, *workers = record["service"]["processes"]
    wrong = []
    if first["pid"] != record["service"]["pid"] or first["residue"] != 0:
        wrong.append(f"the first process: {first}")
    if len(workers) != 3:
        wrong.append(f"{len(workers)} workers, wanted 3")
    apart = sum(p["residue"] for p in workers)
    together = sum(f["residue"] for f in record["findings"])
    if apart != together:
        wrong.append(f"{apart} bytes of residue apart, {together} together")
    for worker in workers:
        if worker["pss"] <= 0 or "specimens/prefork" not in worker["command"]:
            wrong.append(f"a worker: {worker}")
    return wrong


def complaints_feed_client(name, record):
    """Nothing stays behind, but each open connection costs two buffers."""
    wrong = []
    top = record["findings"][0]
    if top["unit"] != "open connection":
        wrong.append(f"unit {top['unit']}, wanted open connection")
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    bytes_, objects, units, _ = told
    open_ = record["open_memory"]
    functions = named_functions(name)
    sites = {site["id"]: site for site in record["sites"]}
    named = [complaints for complaints in (
        {f: complaints_site(name, sites[s["site"]], f) for f in functions}
        for s in open_["open_sites"][:2])]
    for function in functions:
        if all(complaints[function] for complaints in named):
            wrong.append(f"{function} is not among {open_['open_sites'][:2]}")
        if function not in record["reason"]:
            wrong.append(f"{function} is not in: {record['reason']}")
    each = sum(s["bytes_per_connection"] for s in open_["open_sites"][:2])
    if each * units != bytes_:
        wrong.append(f"{each} B per open connection, truth {bytes_ / units}")
    blocks = sum(s["objects"] for s in open_["open_sites"][:2])
    if blocks * units != objects * open_["connections"]:
        wrong.append(f"{blocks} blocks for {open_['connections']} connections,"
                     f" truth {objects} for {units}")
    return wrong


def complaints_redis_pool(name, record):
    """A connection per request stays open, and the pool around it."""
    wrong = []
    top = record["findings"][0]
    wanted = {"class": "upstream not closed", "standin": "cache",
              "unit": "request", "fails": True}
    for field, value in wanted.items():
        if top[field] != value:
            wrong.append(f"{field} {top[field]}, wanted {value}")
    if not top["rate"]["exact"] or top["rate"]["objects_per_unit"] != 1:
        wrong.append(f"rate {top['rate']}, wanted exactly 1")
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    cache, = record["standins"]
    if cache["counts"]["open"] != told[2]:
        wrong.append(f"{cache['counts']['open']} upstreams are open, truth "
                     f"{told[2]}")
    if len(cache["stayed"]) != 5:
        wrong.append(f"those that stayed: {cache['stayed']}")
    leaks = [f for f in record["findings"] if f["class"] == "leak"]
    if len(leaks) != 1:
        return wrong + [f"{len(leaks)} leaks, wanted one"]
    # Each connection makes three requests: of blocks nothing tells whether it
    # is so many per request.
    if leaks[0]["unit"] != "connection" or leaks[0]["rivals"] != ["request"]:
        wrong.append(f"unit {leaks[0]['unit']}, rivals {leaks[0]['rivals']}")
    bytes_, objects, requests, _ = told
    units = requests // 3
    rate = leaks[0]["rate"]
    if not rate["exact"] or rate["bytes_per_unit"] * units != bytes_ or \
            rate["objects_per_unit"] * units != objects:
        wrong.append(f"rate {rate}, truth {told}")
    kept = [leaks[0]["site"], *leaks[0]["sites"]]
    for function in named_functions(name):
        if all(complaints_site(name, site, function) for site in kept):
            wrong.append(f"no leak names {function}")
    counted = [f["unit"] for f in record["findings"]
               if f["class"] == "descriptors"]
    if counted:
        wrong.append(f"counted twice, as {counted}")
    return wrong


def complaints_pinned(name, record):
    """Nothing grows, but the entries keep a page each."""
    retained = [f for f in record["findings"]
                if f["class"] == "retained by the allocator"]
    if len(retained) != 1:
        return [f"findings {record['findings']}, wanted one that is retained"]
    wrong = complaints_site(name, retained[0]["site"], named_function(name))
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    bytes_, objects, pages, _ = told
    most = record["memory"][-1]["pinning_sites"][0]
    if (most["blocks"], most["bytes"]) != (objects, bytes_):
        wrong.append(f"pinned by {most}, truth {bytes_} bytes in {objects}")
    if not 0.95 * pages <= most["pages"] <= 1.3 * pages:
        wrong.append(f"{most['pages']} pages pinned, truth {pages}")
    return wrong


# Of those that end without a handshake in tls_failure's scenario.
FAIL_TLS = ("tls_alert_first", "tls_no_shared_cipher")


def complaints_tls_failure(name, record):
    """One for each handshake that failed, whichever way, and for no other."""
    wrong = []
    grows = [f for f in record["findings"]
             if f["fails"] or f["class"] == "undecided"]
    if len(grows) != 1:
        return [f"{len(grows)} findings that grow, wanted one"]
    top = grows[0]
    wrong += complaints_site(name, top["site"], named_function(name))
    if top["class"] != "leak" or not top["rate"]["exact"]:
        wrong.append(f"class {top['class']}, rate {top['rate']}")
    if top["unit"] != " or ".join(FAIL_TLS) + " provocation":
        wrong.append(f"unit {top['unit']}")
    told = truth(record)
    if told is None:
        return wrong + ["the specimen printed no truth"]
    bytes_, objects, failed, _ = told
    closed = [cycle["connections"]["closed_by"] for cycle in record["cycles"]]
    played = sum(ways.get(way, 0) for ways in closed for way in FAIL_TLS)
    if failed != played:
        wrong.append(f"{failed} handshakes failed, {played} were to")
    rate = top["rate"]
    each = rate["bytes_per_unit"] / rate["objects_per_unit"]
    if abs(each - bytes_ / objects) > 1e-6:
        wrong.append(f"{each} B per object, truth {bytes_ / objects}")
    return wrong


# What is told of the specimens that leak at one level of a factor only.
# A connection that came late was not one of those at once: of a busy machine's
# there are a few.
AT_LEVEL = {"big_message": ("message of 8,192 B", 112, 0),
            "crowd": ("connection at 200 at once", 136 * 80 / 200, 0.1)}


def complaints_at_level(name, record):
    """One finding, per unit at the guilty level."""
    grows = [f for f in record["findings"]
             if f["fails"] or f["class"] == "undecided"]
    if len(grows) != 1:
        return [f"{len(grows)} findings that grow, wanted one"]
    top = grows[0]
    unit, bytes_, late = AT_LEVEL[name]
    wrong = complaints_site(name, top["site"], named_function(name))
    if top["class"] != "leak" or top["unit"] != unit:
        wrong.append(f"{top['class']} per {top['unit']}, wanted {unit}")
    each = top["rate"]["bytes_per_unit"]
    if not (1 - late) * bytes_ <= each <= 1.001 * bytes_:
        wrong.append(f"{each} B per {unit}, wanted {bytes_}")
    return wrong


SPECIAL = {"big_message": complaints_at_level,
           "crowd": complaints_at_level,
           "feed_client": complaints_feed_client,
           "pinned": complaints_pinned,
           "redis_pool": complaints_redis_pool,
           "tls_failure": complaints_tls_failure}


def complaints_innocent(name, record):
    if record["outcome"] != "pass":
        return [f"outcome {record['outcome']}, wanted pass: "
                f"{record.get('reason')}"]
    wrong = [f["explanation"] for f in record["findings"]
             if f["fails"] or f["class"] == "retained by the allocator"]
    return wrong + complaints_account(record)
