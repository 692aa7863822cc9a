"""Real services, started on free loopback ports and Unix sockets, and ended
whatever happens."""
import ctypes
import os
import pathlib
import select
import signal
import socket
import ssl
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from free_port import free_port

ROOT = pathlib.Path(__file__).resolve().parents[3]
NODE = pathlib.Path(os.environ.get("TIDEMARK_NODE", ROOT / "build/node"))
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
AS_ROOT = os.geteuid() == 0


def _before_exec():
    # A test that is killed takes its services along.
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Services:
    """Starts services in `folder`; leaving the block ends them all."""

    def __init__(self, folder, certificates):
        self.folder, self.certificates = folder, certificates
        self.processes = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process, _ in self.processes:
            if process.poll() is None:
                process.terminate()
        for process, _ in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()

    def start(self, name, *command, pipe=False, **environment):
        log = self.folder / f"{name}.log"
        with log.open("w") as out:
            process = subprocess.Popen(
                [str(word) for word in command], cwd=self.folder,
                stdin=subprocess.DEVNULL, text=True, stderr=out,
                stdout=subprocess.PIPE if pipe else out,
                preexec_fn=_before_exec, env={**os.environ, **environment})
        self.processes.append((process, log))
        return process

    def wait_for(self, place):
        """`place`: a port or the path of a Unix socket."""
        process, log = self.processes[-1]
        limit = time.monotonic() + 10
        while time.monotonic() < limit and process.poll() is None:
            try:
                connect(place).close()
                return place
            except OSError:
                time.sleep(0.01)
        raise RuntimeError(f"{process.args[0]} is not ready: "
                           f"{log.read_text()[-800:]}")

    # --- one function for each; ports and paths are what they return --------

    def nginx(self):
        plain, secure = free_port(), free_port()
        path = self.folder / "nginx.sock"
        page = self.folder / "page"
        page.mkdir()
        (page / "1k").write_text("x" * 1024)
        for scratch in ("b", "p", "f", "u", "s"):
            (self.folder / scratch).mkdir(exist_ok=True)
        c = self.certificates
        conf = self.folder / "nginx.conf"
        conf.write_text(f"""
{'user root;' if AS_ROOT else ''} daemon off; master_process off;
pid nginx.pid; error_log stderr error;
events {{ worker_connections 4096; }}
http {{
  log_format where '$server_port $request_method $uri $status';
  access_log {self.folder}/access.log where;
  client_body_temp_path b; proxy_temp_path p; fastcgi_temp_path f;
  uwsgi_temp_path u; scgi_temp_path s;
  keepalive_requests 100000;
  server {{
    listen 127.0.0.1:{plain}; listen unix:{path};
    listen 127.0.0.1:{secure} ssl;
    ssl_certificate {c.certificate}; ssl_certificate_key {c.key};
    root {page};
    location = /missing {{ return 404; }}
  }}
}}
""")
        self.start("nginx", "nginx", "-p", self.folder, "-e", "stderr", "-c",
                   conf)
        return self.wait_for(plain), self.wait_for(secure), path

    def haproxy(self, upstream):
        plain, secure = free_port(), free_port()
        conf = self.folder / "haproxy.cfg"
        conf.write_text(f"""
global
  maxconn 4096
defaults
  mode http
  timeout connect 5s
  timeout client 30s
  timeout server 30s
frontend both
  bind 127.0.0.1:{plain}
  bind 127.0.0.1:{secure} ssl crt {self.certificates.both}
  default_backend nginx
backend nginx
  server nginx 127.0.0.1:{upstream}
""")
        self.start("haproxy", "haproxy", "-db", "-f", conf)
        return self.wait_for(plain), self.wait_for(secure)

    def redis(self):
        plain, secure = free_port(), free_port()
        path = self.folder / "redis.sock"
        c = self.certificates
        self.start("redis", "redis-server", "--port", plain, "--tls-port",
                   secure, "--tls-cert-file", c.certificate, "--tls-key-file",
                   c.key, "--tls-ca-cert-file", c.authority,
                   "--tls-auth-clients", "no", "--unixsocket", path, "--save",
                   "", "--appendonly", "no", "--bind", "127.0.0.1")
        return self.wait_for(plain), self.wait_for(secure), path

    def memcached(self):
        user = ["-u", "root"] if AS_ROOT else []
        plain = free_port()
        self.start("memcached", "memcached", "-l", "127.0.0.1", "-p", plain,
                   "-U", "0", *user)
        self.wait_for(plain)
        path = self.folder / "memcached.sock"
        self.start("memcached-unix", "memcached", "-s", path, *user)
        return plain, self.wait_for(path)

    def memcached_tls(self):
        secure = free_port()
        user = ["-u", "root"] if AS_ROOT else []
        c = self.certificates
        self.start("memcached-tls", "memcached", "-l", "127.0.0.1", "-p",
                   secure, "-U", "0", "-Z", "-o",
                   f"ssl_chain_cert={c.certificate},ssl_key={c.key}", *user)
        return self.wait_for(secure)

    def mosquitto(self):
        plain, secure = free_port(), free_port()
        c = self.certificates
        conf = self.folder / "mosquitto.conf"
        # mosquitto 2.0.11 ends if it has no listener but WebSocket ones.
        conf.write_text(f"""
{'user root' if AS_ROOT else ''}
allow_anonymous true
max_connections -1
listener 0 {self.folder}/mosquitto.sock
listener {plain} 127.0.0.1
protocol websockets
listener {secure} 127.0.0.1
protocol websockets
certfile {c.certificate}
keyfile {c.key}
""")
        self.start("mosquitto", "mosquitto", "-c", conf)
        return self.wait_for(plain), self.wait_for(secure)

    def libwebsockets(self):
        plain, secure = free_port(), free_port()
        c = self.certificates
        program = "libwebsockets-test-server"
        self.start("lws", program, f"--port={plain}")
        self.wait_for(plain)
        self.start("lws-tls", program, "--ssl", f"--ssl-cert={c.certificate}",
                   f"--ssl-key={c.key}", f"--port={secure}")
        return plain, self.wait_for(secure)

    def node(self):
        c = self.certificates
        return tuple(self._node(name, *files) for name, files in
                     (("node", ()), ("node-tls", (c.certificate, c.key))))

    def _node(self, name, *files):
        script = pathlib.Path(__file__).parent / "node/ws_server.js"
        process = self.start(name, "node", script, *files, pipe=True,
                             NODE_PATH=str(NODE / "node_modules"))
        if not select.select([process.stdout], [], [], 20)[0]:
            raise RuntimeError("node is not ready after 20 s")
        word = process.stdout.readline().split()
        if not word:
            raise RuntimeError(f"node: {self.processes[-1][1].read_text()}")
        return int(word[1])

    def python(self):
        plain, secure = free_port(), free_port()
        c = self.certificates
        script = pathlib.Path(__file__).parents[1] / "echo_server.py"
        self.start("python", "/usr/bin/python3", script, plain)
        self.wait_for(plain)
        self.start("python-tls", "/usr/bin/python3", script, secure,
                   c.certificate, c.key)
        return plain, self.wait_for(secure)


def connect(place, authority=None):
    """A blocking socket; with an authority, TLS that is verified."""
    if isinstance(place, int):
        raw = socket.create_connection(("127.0.0.1", place), 10)
    else:
        raw = socket.socket(socket.AF_UNIX)
        raw.settimeout(10)
        raw.connect(str(place))
    if authority is None:
        return raw
    context = ssl.create_default_context(cafile=str(authority))
    return context.wrap_socket(raw, server_hostname="localhost")
