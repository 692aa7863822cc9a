"""A port of 127.0.0.1 for a service that is to be started."""
import pathlib
import random
import socket

LOWEST = 10000


def free_port():
    """Free a moment ago, and outside the range from which the kernel gives
    outgoing connections theirs: those of the load would take it."""
    given = pathlib.Path("/proc/sys/net/ipv4/ip_local_port_range").read_text()
    end = int(given.split()[0])
    for _ in range(100):
        try:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", random.randrange(LOWEST, end)
                            if end > LOWEST else 0))
                return probe.getsockname()[1]
        except OSError:
            pass
    raise RuntimeError("no free port on 127.0.0.1")
