"""Durable acknowledgements a second with 64 clients, against Debian's `webhook`, which keeps nothing."""

import json
import selectors
import shutil
import socket
import statistics
import time

from measure import report
from world import SECRET, free_port

CLIENTS = 64
DELIVERIES = 4000
ROUNDS = 3


def fire(port, requests):
    """Sends all requests over 64 connections, one at a time on each, and returns answers a second."""
    selector = selectors.DefaultSelector()
    todo = iter(requests)
    began, answered, open_connections = time.perf_counter(), 0, 0

    def send(connection):
        request = next(todo, None)
        if request is None:
            selector.unregister(connection)
            connection.close()
            return False
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
            raise RuntimeError(f"no answer for 30 s after {answered} answers")
        for key, _ in ready:
            buffer = key.data
            piece = key.fileobj.recv(65536)
            if not piece:
                raise RuntimeError(f"the connection was closed after {answered} answers: {bytes(buffer)!r}")
            buffer += piece
            head, mark, body = buffer.partition(b"\r\n\r\n")
            if not mark:
                continue
            length = next((int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
            if len(body) < length:
                continue
            if not head.startswith(b"HTTP/1.1 2"):
                raise RuntimeError(f"refused: {bytes(buffer)!r}")
            answered += 1
            buffer.clear()
            open_connections -= not send(key.fileobj)
    return answered / (time.perf_counter() - began)


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
    theirs = statistics.median(fire(port, some) for some in rounds)
    peer.terminate()
    peer.wait()
    world.serve()
    ours = statistics.median(fire(world.port, some) for some in rounds)
    report("durable webhook acknowledgements against `webhook`", ours, theirs, 2, unit="a second", more_is_better=True)
