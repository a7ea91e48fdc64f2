"""Durable acknowledgements a second with 64 clients, against Debian's `webhook`, which keeps nothing."""

import http.client
import json
import pathlib
import shutil
import socket
import statistics
import struct
import subprocess
import time

from measure import report, report_absolute
from world import SECRET, free_port

CLIENTS = 64
DELIVERIES = 4000
ROUNDS = 3


def build(world):
    """Builds the client: one in Python needs as much time for a request as the servers that are compared."""
    program = world.top / "flood"
    source = pathlib.Path(__file__).parent / "load" / "flood.rs"
    subprocess.run(["rustc", "--edition", "2024", "-O", "-o", program, source], check=True)
    return program


def fire(program, port, requests, saying=""):
    """Sends all requests over 64 connections, one at a time on each.

    Returns answers a second, and the 99th percentile of the time until an answer, in milliseconds.
    """
    file = program.with_suffix(".requests")
    file.write_bytes(b"".join(struct.pack("<I", len(request)) + request for request in requests))
    said = json.loads(subprocess.run([program, str(port), str(CLIENTS), file, saying], check=True, capture_output=True).stdout)
    return said["rate"], said["late_ms"]


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
    client = build(world)
    theirs, measured = [], []
    for some in rounds:
        # In turn, so that a busy moment of the machine hits both, and each alone.
        theirs.append(fire(client, port, some)[0])
        # An answer that ignores would be cheaper: each must say that the tag was noted, which is said after the commit.
        measured.append(fire(client, world.port, some, "was noted"))
        rest(world.port)
    theirs, ours = statistics.median(theirs), statistics.median(rate for rate, _ in measured)
    report("durable webhook acknowledgements against `webhook`", ours, theirs, 2, unit="a second", more_is_better=True)
    # The forge waits for five seconds; half a second leaves room for a slow disk.
    report_absolute("99th percentile of a durable acknowledgement with 64 clients", max(late for _, late in measured), 500, "ms")
