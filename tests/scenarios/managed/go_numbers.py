#!/usr/bin/env python3
"""Whether `tidemark top URL` says of a live Go service what `go tool pprof -top`
says, number for number: at the rate that Go has by itself and with every block
sampled. What both read is the same profile, taken from the service and served
again from a page of this test: go_numbers.py TIDEMARK SPECIMEN"""
import http.server
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
TIDEMARK = sys.argv[1]
RATES = (512 << 10, 1)
COLUMNS = ("inuse_space", "inuse_objects", "alloc_space", "alloc_objects")
ROW = re.compile(r"\s*(-?\d\S*)\s+(\S+%)\s+(\S+%)\s+(-?\d\S*)\s+(\S+%)\s+(.+)")


class Page(http.server.BaseHTTPRequestHandler):
    profile = b""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.profile)))
        self.end_headers()
        self.wfile.write(self.profile)

    def log_message(self, *_):
        pass


def rows(text):
    """{function: (flat, cum)} of a table."""
    found = {}
    for line in text.splitlines():
        if match := ROW.fullmatch(line):
            name = match[6].replace(" (inline)", "").replace(
                " (partial-inline)", "")
            found[name] = (match[1], match[4])
    return found


def total(text):
    return re.search(r"of (\S+) total", text)[1]


def build_service(folder):
    program = pathlib.Path(folder, "heap_service")
    environment = {**os.environ, "GO111MODULE": "off", "GOFLAGS": "",
                   "GOCACHE": str(pathlib.Path(folder, "cache")),
                   "CGO_ENABLED": "0"}
    subprocess.run(["go", "build", "-o", program, HERE / "heap_service.go"],
                   env=environment, check=True)
    return program


def profile_of_service(program, rate):
    """After some requests to a service that keeps a part of each."""
    with subprocess.Popen([program, str(rate)], text=True,
                          stdout=subprocess.PIPE) as service:
        try:
            address = service.stdout.readline().strip()
            for _ in range(200):
                urllib.request.urlopen(f"http://{address}/", timeout=20).read()
            url = f"http://{address}/debug/pprof/heap?gc=1"
            return urllib.request.urlopen(url, timeout=20).read()
        finally:
            service.terminate()


def table_of_pprof(path, column):
    return subprocess.run(
        ["go", "tool", "pprof", "-top", f"-sample_index={column}", "-unit=B",
         "-nodefraction=0", "-nodecount=100000", path], text=True, check=True,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout


def compare(url, path, column):
    """Complaints, and what was compared."""
    ours = subprocess.run(
        [TIDEMARK, "top", "--sample-type", column, "--unit", "B", "-n",
         "100000", url], text=True, check=True, stdout=subprocess.PIPE).stdout
    theirs = table_of_pprof(path, column)
    mine, others = rows(ours), rows(theirs)
    wrong = [f"{name}: ours {mine.get(name)}, theirs {others.get(name)}"
             for name in {**mine, **others}
             if mine.get(name) != others.get(name)]
    if not mine or total(ours) != total(theirs):
        wrong.append(f"in all {total(ours)}, wanted {total(theirs)}")
    return wrong, f"{len(others)} functions, {total(theirs)}"


def main():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/debug/pprof/heap"
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        program = build_service(folder)
        for rate in RATES:
            Page.profile = profile_of_service(program, rate)
            file = pathlib.Path(folder, "heap.pb.gz")
            file.write_bytes(Page.profile)
            for column in COLUMNS:
                wrong, what = compare(url, file, column)
                print(f"rate {rate}, {column}: {what}"
                      f"{', WRONG' if wrong else ''}")
                for complaint in wrong:
                    print(f"  {complaint}")
                failed = failed or bool(wrong)
    server.shutdown()
    return failed


if __name__ == "__main__":
    sys.exit(main())
