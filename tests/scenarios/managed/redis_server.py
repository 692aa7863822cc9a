"""A redis-server for one run, at a free port."""
import contextlib
import pathlib
import socket
import subprocess
import sys
import time

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent))
from free_port import free_port  # noqa: E402

PATIENCE = 10  # seconds


def answers(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


@contextlib.contextmanager
def redis_server(wanted):
    """Its port; None if none is wanted."""
    if not wanted:
        yield None
        return
    port = free_port()
    with subprocess.Popen(
            ["redis-server", "--port", str(port), "--bind", "127.0.0.1",
             "--save", "", "--appendonly", "no"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as server:
        try:
            until = time.monotonic() + PATIENCE
            while not answers(port):
                if server.poll() is not None or time.monotonic() > until:
                    raise RuntimeError("redis-server does not answer")
                time.sleep(0.01)
            yield port
        finally:
            server.terminate()
            server.wait()
