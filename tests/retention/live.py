"""A live service under the agent, and what is asked about its memory."""
import base64
import json
import os
import select
import socket
import struct
import subprocess
import tempfile
import threading

PATIENCE = 180  # more than who_holds has, less than a third of ctest's


def judged(who_holds, *words):
    """The output of the judge (who_holds.cc)."""
    done = subprocess.run(
        [who_holds, *map(str, words)], capture_output=True, text=True,
        timeout=PATIENCE)
    if done.returncode != 0:
        raise ValueError(f"{who_holds}: exit code {done.returncode}: "
                         f"{done.stderr.strip()}")
    return done.stdout


class Service:
    """Runs in a folder of its own, which goes with it."""

    def __init__(self, agent, command):
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, cwd=self.folder.name,
            env={**os.environ, "LD_PRELOAD": agent})

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.folder.cleanup()

    def line(self, wanted):
        """The first line from here on that has the word in it."""
        out = self.process.stdout
        while True:
            if not select.select([out], [], [], PATIENCE)[0]:
                raise ValueError(f"no line with {wanted} in {PATIENCE} s")
            # Unbuffered, or select() would not see what was read already.
            line = b""
            while not line.endswith(b"\n"):
                byte = os.read(out.fileno(), 1)
                if not byte:
                    raise ValueError(f"ended before a line with {wanted}")
                line += byte
            if wanted.encode() in line:
                return line.decode().strip()

    def wake(self, who_holds):
        judged(who_holds, "--wake", self.process.pid)

    def new_blocks(self, who_holds, *size):
        """Who holds what was allocated since wake()."""
        return json.loads(judged(who_holds, self.process.pid, "--new", *size))


def connect(port):
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def read_head(connection):
    """Up to the empty line."""
    head = b""
    while b"\r\n\r\n" not in head:
        part = connection.recv(4096)
        if not part:
            raise ValueError(f"closed after {head}")
        head += part
    return head


def request(port, path):
    """A GET; its connection, and the head of the answer."""
    connection = connect(port)
    connection.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
    return connection, read_head(connection)


def web_socket(port):
    """An open one."""
    connection = connect(port)
    key = base64.b64encode(os.urandom(16)).decode()
    connection.sendall(
        f"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
        f"Sec-WebSocket-Version: 13\r\n\r\n".encode())
    if b" 101 " not in read_head(connection):
        raise ValueError("no web socket")
    return connection


def gone(connection):
    """Waits until the other side has closed it, too."""
    connection.shutdown(socket.SHUT_WR)
    try:
        while connection.recv(4096):
            pass
    except ConnectionResetError:
        pass
    connection.close()


def good_bye(connection):
    """A close frame, code 1000, masked with zeros."""
    connection.sendall(b"\x88\x82\0\0\0\0" + struct.pack(">H", 1000))
    gone(connection)


class Upstream:
    """A server of ours on a free port: `serve` has each connection."""

    def __init__(self, serve):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.serve = serve
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection = self.listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()
