"""One run of tidemark on a scenario that exists only as text."""
import json
import pathlib
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def run_text(tidemark, text, timeout=None):
    """(record, the finished process, seconds); no record: {}"""
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "scenario.yaml"
        path.write_text(text)
        started = time.monotonic()
        done = subprocess.run(
            [tidemark, "run", "--quiet", "--records", "", "--format", "json",
             path], cwd=ROOT, capture_output=True, text=True, timeout=timeout)
        took = time.monotonic() - started
    try:
        return json.loads(done.stdout), done, took
    except ValueError:
        return {}, done, took
