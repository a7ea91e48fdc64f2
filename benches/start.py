"""A daemon that has lived: 10,000 finished releases, a million journal entries. Start, pages, and the whole audit."""

import http.client
import json
import pathlib
import re
import subprocess
import time
import urllib.parse

from measure import report_absolute

TOP = pathlib.Path(__file__).parent.parent
RELEASES, STARTS, VISITS = 10_000, 5, 100
ENVIRONMENT = """
[[repository.environment]]
name = "production"
release_managers = ["user:ana"]
approvers = ["user:ana"]
calendars = ["school"]
[[repository.environment.host]]
name = "web-1"
address = "local"
directory = "/srv/nowhere"
[repository.environment.deploy]
recipe = "script"
[[repository.environment.deploy.step]]
name = "nothing"
run = ["true"]
"""


def start(world):
    """Starts the daemon and returns it with the seconds until it answered."""
    began = time.perf_counter()
    daemon = world.start(world.programs / "tagwarden", "serve")
    while daemon.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", world.port, timeout=2)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return daemon, time.perf_counter() - began
        except OSError:
            time.sleep(0.002)
    raise RuntimeError("the daemon does not come up: " + pathlib.Path(daemon.log).read_text()[-2000:])


def signed_in(world, token):
    """Signs in as people do and returns the headers of a visitor."""
    base = {"origin": f"http://127.0.0.1:{world.port}", "sec-fetch-site": "same-origin"}
    connection = http.client.HTTPConnection("127.0.0.1", world.port)
    connection.request("GET", "/sign-in")
    answer = connection.getresponse()
    cookie, page = answer.getheader("set-cookie").split(";")[0], answer.read().decode()
    name, value = re.search(r'<input[^>]*type="hidden"[^>]*name="([^"]*)"[^>]*value="([^"]*)"', page).groups()
    form = urllib.parse.urlencode({name: value, "token": token, "next": "/releases"})
    connection.request("POST", "/sign-in", form, {**base, "cookie": cookie, "content-type": "application/x-www-form-urlencoded"})
    answer = connection.getresponse()
    answer.read()
    session = [text.split(";")[0] for name, text in answer.getheaders() if name.lower() == "set-cookie" and "session" in text]
    if not session:
        raise RuntimeError(f"nobody could sign in: {answer.status}")
    return {"cookie": session[0]}


def p95(world, path, headers):
    """The 95th percentile in milliseconds of visits to a page, one after the other on one connection."""
    connection, times = http.client.HTTPConnection("127.0.0.1", world.port), []
    for _ in range(VISITS):
        began = time.perf_counter()
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200 or not body:
            raise RuntimeError(f"{path} answers {answer.status}")
    return sorted(times)[int(VISITS * 0.95) - 1], len(body)


def a_long_life(world):
    world.make_repository(commits=20)
    world.run_forge()
    world.configure(ENVIRONMENT)
    made = subprocess.run(["cargo", "bench", "--quiet", "--bench", "history", "--", world.top / "state", str(RELEASES)],
                          cwd=TOP, capture_output=True, text=True)
    if made.returncode:
        raise RuntimeError(made.stderr[-2000:])
    entries = json.loads(made.stdout.strip().splitlines()[-1])["entries"]
    size = (world.top / "state" / "tagwarden.db").stat().st_size / 1024 / 1024
    print(f"  {RELEASES} finished releases, {entries} entries, {size:.0f} MB")
    ready = []
    for _ in range(STARTS):
        daemon, seconds = start(world)
        ready.append(seconds)
        if len(ready) < STARTS:
            daemon.terminate()
            daemon.wait()
    report_absolute("start: ready with a million entries", sorted(ready)[-1] * 1000, 300, "ms")
    token = subprocess.run([world.programs / "tagwarden", "token", "new", "ana"], env=world.env, capture_output=True, text=True, check=True)
    token = token.stdout.strip()
    visitor, program = signed_in(world, token), {"authorization": f"Bearer {token}"}
    old = RELEASES // 2
    for path, headers in [("/releases", visitor), (f"/releases?before={old}", visitor), ("/releases?environment=production", visitor),
                          (f"/releases/{old}", visitor), (f"/releases/{old}?journal=all", visitor), ("/calendar", visitor),
                          ("/api/v1/releases", program), ("/api/v1/releases?environment=staging", program),
                          (f"/api/v1/releases/{old}", program), (f"/api/v1/releases/{old}/journal", program), ("/metrics", {})]:
        milliseconds, length = p95(world, path, headers)
        report_absolute(f"start: 95 % of visits to {path} ({length // 1024} KiB)", milliseconds, 20, "ms")
    began = time.perf_counter()
    said = subprocess.run([world.programs / "tagwarden", "audit", "verify", "--json"], env=world.env, capture_output=True, text=True)
    seconds = time.perf_counter() - began
    verified = json.loads(said.stdout)
    if not verified["whole"] or verified["entries"] < entries:
        raise RuntimeError(f"the audit says: {said.stdout}")
    report_absolute(f"audit: {verified['entries']} entries and {verified['checkpoints']} checkpoints verified", seconds, 10, "s")
