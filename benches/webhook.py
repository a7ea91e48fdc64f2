"""Durable acknowledgements a second with 64 clients, against Debian's `webhook`, which keeps nothing."""

import http.client
import json
import selectors
import shutil
import socket
import statistics
import time

from measure import report, report_absolute
from world import SECRET, free_port

CLIENTS = 64
DELIVERIES = 4000
ROUNDS = 3


def fire(port, requests, saying=b""):
    """Sends all requests over 64 connections, one at a time on each.

    Returns answers a second, and the 99th percentile of the time until an answer, in milliseconds.
    """
    selector = selectors.DefaultSelector()
    todo = iter(requests)
    began, open_connections, sent, took = time.perf_counter(), 0, {}, []

    def send(connection):
        request = next(todo, None)
        if request is None:
            selector.unregister(connection)
            connection.close()
            return False
        sent[connection] = time.perf_counter()
        connection.sendall(request)
        return True

    for _ in range(CLIENTS):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(connection, selectors.EVENT_READ, bytearray())
        open_connections += send(connection)
    while open_connections:
        ready = selector.select(30)
        if not ready:
            raise RuntimeError(f"no answer for 30 s after {len(took)} answers")
        for key, _ in ready:
            buffer = key.data
            piece = key.fileobj.recv(65536)
            if not piece:
                raise RuntimeError(f"the connection was closed after {len(took)} answers: {bytes(buffer)!r}")
            buffer += piece
            head, mark, body = buffer.partition(b"\r\n\r\n")
            if not mark:
                continue
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if len(body) < length:
                continue
            if not head.startswith(b"HTTP/1.1 2") or saying not in body:
                raise RuntimeError(f"refused: {bytes(buffer)!r}")
            took.append(time.perf_counter() - sent[key.fileobj])
            buffer.clear()
            open_connections -= not send(key.fileobj)
    return len(took) / (time.perf_counter() - began), sorted(took)[len(took) * 99 // 100] * 1000


def rest(port):
    """Waits until the daemon has dealt with everything that it acknowledged."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/metrics")
        if 'tagwarden_deliveries{state="pending"} 0\n' in connection.getresponse().read().decode():
            return
        time.sleep(0.05)
    raise RuntimeError("deliveries are left lying")


def acknowledgements(world):
    program = shutil.which("webhook")
    if not program:
        raise RuntimeError("the peer is missing: tests/install --benches")
    world.make_repository(commits=20)
    world.run_forge()
    world.configure()
    # Every delivery is another tag: doubles would be folded and cost less.
    requests = [world.delivery(f"v1.{n}.0", f"{n + 1:040x}", uuid=f"{n:08x}-0000-4000-8000-000000000000") for n in range(ROUNDS * DELIVERIES)]
    rounds = [requests[n::ROUNDS] for n in range(ROUNDS)]
    port = free_port()
    hooks = world.top / "hooks.json"
    hooks.write_text(json.dumps([{
        "id": "forgejo", "execute-command": "/bin/true", "http-methods": ["POST"],
        "trigger-rule": {"match": {"type": "payload-hmac-sha256", "secret": SECRET, "parameter": {"source": "header", "name": "X-Forgejo-Signature"}}}}]))
    peer = world.start(program, "-hooks", hooks, "-ip", "127.0.0.1", "-port", port, "-urlprefix", "webhooks")
    end = time.monotonic() + 10
    while time.monotonic() < end and peer.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            time.sleep(0.02)
    world.serve()
    theirs, measured = [], []
    for some in rounds:
        # In turn, so that a busy moment of the machine hits both, and each alone.
        theirs.append(fire(port, some)[0])
        # An answer that ignores would be cheaper: each must say that the tag was noted, which is said after the commit.
        measured.append(fire(world.port, some, b"was noted"))
        rest(world.port)
    theirs, ours = statistics.median(theirs), statistics.median(rate for rate, _ in measured)
    report("durable webhook acknowledgements against `webhook`", ours, theirs, 2, unit="a second", more_is_better=True)
    # The forge waits for five seconds; half a second leaves room for a slow disk.
    report_absolute("99th percentile of a durable acknowledgement with 64 clients", max(late for _, late in measured), 500, "ms")
