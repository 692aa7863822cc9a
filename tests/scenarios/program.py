#!/usr/bin/env python3
"""The program from the outside: exit codes, messages, and that nothing is
left behind, whatever happens: program.py TIDEMARK"""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIDEMARK = sys.argv[1]
CHAT = "build/release/specimens/chat"
TICKER = "build/release/specimens/ticker"  # allocates all the time

SCENARIO = """version: 1
name: case
target:
  command: {command}
  ready: {ready}
{extra}load:
  engine: websocket
  url: "ws://127.0.0.1:{{{{ port }}}}/"
  connections: 20
"""


def scenario(folder, command, ready='{ tcp: "127.0.0.1:{{ port }}" }',
             extra=""):
    path = pathlib.Path(folder) / "case.yaml"
    path.write_text(SCENARIO.format(command=json.dumps(command), ready=ready,
                                    extra=extra))
    return str(path)


def run(*arguments, **more):
    return subprocess.run([TIDEMARK, *arguments], cwd=ROOT, timeout=120,
                          capture_output=True, text=True, **more)


def marked(mark):
    """Processes whose environment has the mark."""
    found = []
    for folder in pathlib.Path("/proc").iterdir():
        if folder.name.isdigit() and int(folder.name) != os.getpid():
            try:
                if mark.encode() in (folder / "environ").read_bytes():
                    found.append(int(folder.name))
            except OSError:
                pass
    return found


def expect(good, what):
    if not good:
        raise AssertionError(what)


def validate_accepts_every_scenario_here():
    files = [str(p) for p in sorted(ROOT.glob("tests/**/*.yaml"))
             if "fuzz" not in p.parts] + \
            [str(p) for p in sorted(ROOT.glob("scenarios/**/*.yaml"))]
    done = run("validate", *files)
    expect(done.returncode == 0, done.stderr)
    expect(done.stdout.count(": ok") == len(files), done.stdout)


def a_misspelled_key_is_a_usage_error_with_a_caret():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "typo.yaml"
        path.write_text("version: 1\ntarget:\n  comand: [x]\n")
        done = run("validate", str(path))
    expect(done.returncode == 3, done.returncode)
    for part in ("typo.yaml:3:3:", "comand", "^", "command"):
        expect(part in done.stderr, f"{part} is not in {done.stderr}")


def a_faulty_suppression_file_is_told_before_the_run():
    with tempfile.TemporaryDirectory() as folder:
        rules = pathlib.Path(folder) / "known.yaml"
        rules.write_text("version: 1\nsuppressions:\n"
                         "  - { fingerprnt: 12, kind: leak }\n")
        case = scenario(folder, ["./no-such-service"])
        done = run("run", "--suppressions", str(rules), case)
        pathlib.Path(case).write_text(
            pathlib.Path(case).read_text() + "suppressions: known.yaml\n")
        checked = run("validate", case)
    for one in (done, checked):
        expect(one.returncode == 3, (one.returncode, one.stderr))
        for part in ("known.yaml:3:7:", "did you mean `fingerprint`?",
                     "max_bytes_per_connection", "max_objects_per_connection"):
            expect(part in one.stderr, f"{part} is not in {one.stderr}")
        expect("No such file" not in one.stderr, one.stderr)


def usage_errors_are_3():
    expect(run().returncode == 3, "no command")
    expect(run("run").returncode == 3, "no scenario")
    expect(run("run", "no-such-file.yaml").returncode == 3, "no file")
    expect(run("report", "README.md").returncode == 3, "no record")
    done = run("run", "--format", "xml", "tests/specimens/chat/guilty.yaml")
    expect(done.returncode == 3, done.returncode)
    expect("terminal, html, json, junit" in done.stderr, done.stderr)


def an_option_takes_one_value_and_leaves_the_next_word_alone():
    """What is told is the last word's error: it was taken for what it is."""
    scenario_file = "no-such-scenario.yaml"
    for words in (["hunt", "--header", "A: b", "no-port", "--", "true"],
                  ["hunt", "--subprotocol", "a", "no-port", "--", "true"],
                  ["hunt", "--only", "reset", "no-port", "--", "true"],
                  ["hunt", "--skip", "reset", "no-port", "--", "true"],
                  ["run", "--suppressions", "none.yaml", scenario_file],
                  ["run", "--allow-target", "192.0.2.0/24", scenario_file],
                  ["stress", "--allow-target", "192.0.2.0/24", scenario_file],
                  ["compare", "--suppressions", "none.yaml", scenario_file,
                   scenario_file]):
        done = run(*words)
        expect(done.returncode == 3, (words, done.returncode))
        told = "no-port" if words[0] == "hunt" else scenario_file
        expect(told in done.stderr, (words, done.stderr))


def places_that_take_nothing_are_told_before_anything_is_started():
    chat = "tests/specimens/chat/guilty.yaml"
    with tempfile.TemporaryDirectory() as folder:
        mark = pathlib.Path(folder) / "started"
        case = scenario(folder, ["touch", str(mark)])
        kept = pathlib.Path(folder) / "kept.json"
        kept.write_text("{}")
        pipe = pathlib.Path(folder) / "pipe"
        os.mkfifo(pipe)
        hunt = [":1", "--", "touch", str(mark)]
        bad = "/proc/nope/x"
        for words in (["run", "-o", bad, case], ["run", "--junit", bad, case],
                      ["run", "-o", folder, case],
                      ["run", "--records", "/proc/nope", case],
                      ["run", "-o", str(pipe), case],
                      ["compare", "-o", bad, case, case],
                      ["compare", "--junit", bad, case, case],
                      ["stress", "-o", bad, case],
                      ["stress", "--junit", bad, case],
                      ["stress", "--hgrm", bad, case],
                      ["hunt", "--out", "/proc/nope", *hunt],
                      ["hunt", "--out", str(kept), *hunt],
                      ["hunt", "--records", "/proc/nope", *hunt],
                      ["hunt", "-o", bad, *hunt]):
            done = run(*words)
            expect(done.returncode == 4, (words, done.returncode, done.stderr))
            expect(f"with {words[1]}" in done.stderr, (words, done.stderr))
            expect(not mark.exists(), words)
        left = sorted(p.name for p in pathlib.Path(folder).iterdir())
    expect(left == ["case.yaml", "kept.json", "pipe"], left)


def a_report_that_cannot_be_written_in_the_end_is_printed():
    with tempfile.TemporaryDirectory() as folder:
        gone = pathlib.Path(folder) / "gone"
        gone.mkdir()
        # The folder is there at the start, and the service takes it away.
        service = pathlib.Path(folder) / "service.sh"
        service.write_text(f'#!/bin/sh\nrmdir "{gone}"\n'
                           f'exec {CHAT} --guilty "$1"\n')
        service.chmod(0o755)
        done = run("run", "--quiet", "--records", "", "-o", str(gone / "x"),
                   scenario(folder, [str(service), "--port={{ port }}"]))
    expect(done.returncode == 4, (done.returncode, done.stderr))
    expect("cannot write" in done.stderr, done.stderr)
    expect(done.stdout.startswith("LEAK"), done.stdout)


def help_teaches():
    done = run("--help")
    expect(done.returncode == 0, done.returncode)
    for part in ("run", "validate", "report", "Exit codes"):
        expect(part in done.stdout, part)


def a_missing_program_is_an_environment_error():
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", "--records", folder, scenario(
            folder, ["./no-such-service"]))
        record = json.loads((pathlib.Path(folder) / "case.json").read_text())
    expect(done.returncode == 4, done.returncode)
    expect("No such file" in done.stdout + done.stderr, done.stdout)
    expect(record["outcome"] == "error" and record["partial"], record)


def a_port_that_is_taken_starts_nothing():
    with tempfile.TemporaryDirectory() as folder, \
            socket.create_server(("127.0.0.1", 0)) as taken:
        path = pathlib.Path(scenario(folder, ["./no-such-service"]))
        path.write_text(path.read_text().replace(
            "{{ port }}", str(taken.getsockname()[1])))
        done = run("run", "--records", folder, str(path))
        record = json.loads((pathlib.Path(folder) / "case.json").read_text())
    expect(done.returncode == 4, done.returncode)
    expect("never started" in done.stdout, done.stdout)
    for part in ("PARTIAL", "ended", 'in phase "stop"'):
        expect(part not in done.stdout, done.stdout)
    expect(record["service"].get("exit") is None, record["service"])


def a_service_that_is_never_ready_is_told_and_stopped():
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", "--records", "", scenario(
            folder, ["tail", "-f", "/dev/null"],
            ready='{ tcp: "127.0.0.1:{{ port }}", timeout: 200ms }'),
            env={**os.environ, "MARK": "never-ready-case"})
    expect(done.returncode == 4, done.returncode)
    expect("not ready" in done.stdout + done.stderr, done.stdout)
    expect(marked("never-ready-case") == [], "a process was left")


def a_service_that_speaks_no_websocket_is_told():
    with tempfile.TemporaryDirectory() as folder:
        done = run("run", "--records", "", scenario(
            folder, ["/usr/bin/python3", "-m", "http.server", "--bind",
                     "127.0.0.1", "{{ port }}"]))
    expect(done.returncode == 4, f"{done.returncode} {done.stdout}")
    expect("accepted none of 20" in done.stdout + done.stderr, done.stdout)


def a_static_program_is_said_to_be_invisible():
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "s.c"
        source.write_text("#include <unistd.h>\nint main(void) { write(1, "
                          "\"up\\n\", 3); pause(); }\n")
        program = str(pathlib.Path(folder) / "s")
        subprocess.run(["gcc", "-static", "-w", str(source), "-o", program],
                       check=True)
        done = run("run", "--records", "", scenario(
            folder, [program], ready='{ output: "up" }'))
    expect(done.returncode == 4, done.returncode)
    expect("statically linked" in done.stdout + done.stderr, done.stdout)


def a_service_with_a_process_that_is_not_seen_does_not_pass():
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "s.c"
        source.write_text("#include <unistd.h>\nint main(void) { pause(); }\n")
        program = str(pathlib.Path(folder) / "s")
        subprocess.run(["gcc", "-static", "-w", str(source), "-o", program],
                       check=True)
        done = run("run", "--records", "", scenario(
            folder, ["/bin/sh", "-c", f"{program} & exec {CHAT} "
                     "--port={{ port }}"]))
    expect(done.returncode == 2, f"{done.returncode} {done.stdout}")
    expect("part of the heap was not seen" in done.stdout, done.stdout)
    expect("statically linked" in done.stdout, done.stdout)


def a_child_that_never_allocates_is_no_part_that_is_not_seen():
    with tempfile.TemporaryDirectory() as folder:
        source = pathlib.Path(folder) / "s.c"
        source.write_text(
            "#include <stdlib.h>\n#include <unistd.h>\n"
            "int main(int n, char** a) { free(malloc(n));\n"
            "  if (fork() == 0) for (;;) pause();\n"
            "  return execv(a[1], a + 1); }\n")
        program = str(pathlib.Path(folder) / "s")
        subprocess.run(["gcc", "-w", str(source), "-o", program], check=True)
        done = run("run", "--records", "", scenario(
            folder, [program, CHAT, "--port={{ port }}"]))
    expect(done.returncode == 0, f"{done.returncode} {done.stdout}")
    expect("invisible" not in done.stdout, done.stdout)


def interrupted(sig):
    mark = f"interrupt-{int(sig)}-case"
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [TIDEMARK, "run", "--records", folder, scenario(
                folder, [CHAT, "--guilty", "--port={{ port }}"])],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "MARK": mark})
        kept = pathlib.Path(folder) / "case.json"
        # The record appears with the first finished step; then it is time.
        while process.poll() is None and not kept.exists():
            os.sched_yield()
        process.send_signal(sig)
        out, err = process.communicate(timeout=60)
        left = sorted(p.name for p in pathlib.Path(folder).iterdir())
        record = json.loads(kept.read_text())
        again = run("report", str(kept))
    return process.returncode, out + err, record, left, again, marked(mark)


def ctrl_c_and_sigterm_leave_a_partial_record_and_nothing_else():
    for sig in (signal.SIGINT, signal.SIGTERM):
        code, text, record, left, again, processes = interrupted(sig)
        expect(code == 130, f"{code}: {text}")
        expect(record["partial"], record)
        expect(left == ["case.json", "case.yaml"], left)
        expect(processes == [], f"left: {processes}")
        expect(again.returncode == 0, again.stderr)
        expect("partial" in again.stdout.lower(), again.stdout)
        expect('in phase "stop"' not in again.stdout, again.stdout)


def a_killed_tidemark_takes_its_service_along():
    code, _, _, _, _, processes = interrupted(signal.SIGKILL)
    expect(code == -signal.SIGKILL, code)
    for pid in processes:
        # Dying takes a moment; a pidfd tells when it is over.
        try:
            fd = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        import select
        expect(select.select([fd], [], [], 30)[0], f"{pid} lives on")
        os.close(fd)


def a_service_that_crashes_is_examined():
    with tempfile.TemporaryDirectory() as folder:
        crash = pathlib.Path(folder) / "crash.sh"
        # The chat is killed from inside when its log says enough.
        crash.write_text(
            f"#!/bin/sh\n{CHAT} --guilty --port=$1 &\nchat=$!\n"
            "while [ $(ls /proc/$chat/fd | wc -l) -lt 20 ]; do :; done\n"
            "kill -SEGV $chat\nwait $chat\nexit 9\n")
        crash.chmod(0o755)
        done = run("run", "--records", folder, scenario(
            folder, [str(crash), "{{ port }}"]))
        record = json.loads((pathlib.Path(folder) / "case.json").read_text())
    expect(done.returncode == 4, f"{done.returncode} {done.stdout}")
    expect("died" in done.stdout + done.stderr, done.stdout + done.stderr)
    expect(record["outcome"] == "error", record["outcome"])


def json_and_junit_and_report_agree():
    with tempfile.TemporaryDirectory() as folder:
        junit = str(pathlib.Path(folder) / "junit.xml")
        done = run("run", "--quiet", "--records", folder, "--format", "json",
                   "--junit", junit, "tests/specimens/greedy/guilty.yaml")
        expect(done.returncode == 1, done.stderr)
        record = json.loads(done.stdout)
        kept = pathlib.Path(folder) / "greedy-guilty.json"
        expect(json.loads(kept.read_text()) == record, "kept record differs")
        subprocess.run(["xmllint", "--noout", "--schema",
                        "tests/scenarios/junit.xsd", junit], check=True,
                       cwd=ROOT)
        schema = ROOT / "harness/report/run_record.schema.json"
        subprocess.run(
            ["/usr/bin/python3", "-W", "ignore", "-m", "jsonschema", "-i",
             str(kept), str(schema)], check=True)
        shown = run("report", str(kept))
        expect(shown.stdout.startswith("LEAK"), shown.stdout[:200])
        expect("greedy_open" in shown.stdout, shown.stdout)
    expect(record["tidemark_record"] == 4, record["tidemark_record"])
    expect(record["outcome"] == "leak", record["outcome"])


def listed(pid, pattern, found):
    """The agent is awake from the next allocation on after the first look, and
    what will be found may not have been allocated yet."""
    until = time.monotonic() + 60
    while True:
        done = run("list", "--pid", str(pid), pattern)
        early = "not awake" in done.stderr or (found and done.returncode == 3)
        if not early or time.monotonic() > until:
            return done


def a_live_service_is_listed_by_a_pattern():
    agent = pathlib.Path(TIDEMARK).parent / "libtidemark_agent.so"
    with subprocess.Popen(
            [TICKER, "--guilty"], cwd=ROOT, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "LD_PRELOAD": str(agent)}) as service:
        try:
            while "listening on" not in service.stdout.readline():
                expect(service.poll() is None, "the service ended")
            for pattern, found in (("keep_tick", True), ("nobody_at", False)):
                done = listed(service.pid, pattern, found)
                expect(done.returncode == (0 if found else 3), done.stderr)
                expect((pattern in done.stdout) == found, done.stdout)
                expect(found or f'"{pattern}"' in done.stderr, done.stderr)
        finally:
            service.kill()


def main():
    failed = 0
    for name, case in list(globals().items()):
        if not callable(case) or name in ("main", "run", "scenario", "expect",
                                          "marked", "interrupted", "listed"):
            continue
        if getattr(case, "__module__", "") != "__main__":
            continue
        try:
            case()
            print(f"ok   {name}", flush=True)
        except Exception as error:  # each case is told, then the next runs
            failed += 1
            print(f"FAIL {name}: {error}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
