"""A deployment of a compose application, against the same commands in one plain ssh script."""

import datetime
import getpass
import json
import os
import pathlib
import socket
import sqlite3
import statistics
import subprocess
import time

from measure import report
from world import free_port

PEER = pathlib.Path(__file__).parent / "peers" / "deploy"
# In turn a version by the daemon and one by the peer, so that each replaces what the other left.
ROUNDS = 5
# Whole seconds, as the daemon counts them.
SETTLE = 1
DOCKERFILE = """FROM scratch
ARG VERSION
COPY busybox /bin/busybox
RUN ["/bin/busybox","--install","-s","/bin"]
ENV APP_VERSION=${VERSION}
HEALTHCHECK --interval=1s --timeout=1s --retries=5 --start-period=5s CMD ["/bin/wget","-q","-O","-","http://127.0.0.1:8080/"]
ENTRYPOINT ["/bin/sh","-c","mkdir -p /www; echo $APP_VERSION > /www/index.html; exec httpd -f -p 8080 -h /www"]
"""


def run(world, *command, **options):
    done = subprocess.run(list(map(str, command)), env=options.pop("env", world.env), capture_output=True, text=True, **options)
    if done.returncode:
        raise RuntimeError(f"{command[0]} {command[1]} ended with {done.returncode}: {(done.stderr or done.stdout)[-800:]}")
    return done.stdout


def wait(what, done, seconds=120):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = done()
        if found:
            return found
        time.sleep(0.05)
    raise RuntimeError(f"{what} did not happen within {seconds} s")


def registry(world, tags):
    port = free_port()
    (world.top / "registry.yml").write_text(
        f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {world.top}/registry}}}}\nhttp: {{addr: \"127.0.0.1:{port}\"}}\n")
    world.start("docker-registry", "serve", world.top / "registry.yml")
    image = f"127.0.0.1:{port}/team/app"
    context = world.top / "image"
    context.mkdir()
    (context / "Dockerfile").write_text(DOCKERFILE)
    run(world, "cp", "/bin/busybox", context)
    for tag in tags:
        run(world, "docker", "build", "-q", "--build-arg", f"VERSION={tag}", "-t", f"{image}:{tag}", context)
        wait("the registry", lambda: subprocess.run(["docker", "push", "-q", f"{image}:{tag}"], env=world.env, capture_output=True).returncode == 0, 15)
        run(world, "docker", "rmi", f"{image}:{tag}")
    return image


def sshd(world):
    port = free_port()
    for key in ("hostkey", "client"):
        run(world, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", world.top / key)
    (world.top / "authorized_keys").write_text((world.top / "client.pub").read_text())
    lines = [f"Port {port}", "ListenAddress 127.0.0.1", f"HostKey {world.top}/hostkey", f"PidFile {world.top}/sshd.pid",
             f"AuthorizedKeysFile {world.top}/authorized_keys", "StrictModes no", "PasswordAuthentication no",
             "KbdInteractiveAuthentication no", "UsePAM no", "PermitRootLogin prohibit-password", "MaxSessions 20",
             # No profile of this machine's user: what stands in it would be measured with every command.
             f"SetEnv HOME={world.top}"]
    (world.top / "sshd_config").write_text("\n".join(lines) + "\n")
    os.makedirs("/run/sshd", exist_ok=True)
    world.start("/usr/sbin/sshd", "-D", "-f", world.top / "sshd_config", "-E", world.top / "sshd.log")
    key = " ".join((world.top / "hostkey.pub").read_text().split()[:2])
    (world.top / "known_hosts").write_text(f"[127.0.0.1]:{port} {key}\n")
    login = f"{getpass.getuser()}@127.0.0.1"
    arguments = ["-F", "none", "-p", port, "-i", world.top / "client", "-o", "IdentitiesOnly=yes", "-o", f"UserKnownHostsFile={world.top}/known_hosts",
                 "-o", "StrictHostKeyChecking=yes", "-o", "BatchMode=yes", login]
    wait("sshd", lambda: subprocess.run(["ssh", *map(str, arguments), "true"], env=world.env, capture_output=True).returncode == 0, 15)
    return f"{login}:{port}", key, arguments


def environment(world, address, key, site, project, url):
    return f"""[[repository.environment]]
name = "production"
approvals = 0
[[repository.environment.host]]
name = "prod-1"
address = "{address}"
host_key = "{key}"
identity = "{world.top}/client"
directory = "{site}"
state = "{world.top}/steps"
[repository.environment.deploy]
recipe = "compose"
compose_files = ["compose.yml", "compose.prod.yml"]
project = "{project}"
settle = "{SETTLE}s"
env = {{ APP_TAG = "{{tag}}" }}
[repository.environment.healthcheck]
url = "{url}"
[repository.environment.watch]
duration = "1s"
every = "1s"
"""


def instant(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def ours(world, tag):
    """Tells the daemon of a tag as the forge would; returns the seconds from the first step's start to the last one's end."""
    request = world.delivery(tag, world.git(world.bare, "rev-parse", tag), uuid=f"00000000-0000-4000-8000-{int(time.time() * 1000):012d}")
    with socket.create_connection(("127.0.0.1", world.port)) as connection:
        connection.sendall(request.replace(b"host: 127.0.0.1\r\n", b"host: 127.0.0.1\r\nconnection: close\r\n"))
        answer = connection.recv(65536)
        if not answer.startswith(b"HTTP/1.1 2"):
            raise RuntimeError(f"the webhook was refused: {answer!r}")

    def release():
        done = subprocess.run([str(world.programs / "tagwarden"), "show", tag, "--json"], env=world.env, capture_output=True, text=True)
        view = json.loads(done.stdout) if done.returncode == 0 and done.stdout.strip() else {}
        if view.get("phase") in ("refused", "denied", "rolling_back", "rolled_back", "stuck"):
            raise RuntimeError(f"{tag} went wrong: {done.stdout[-1500:]}")
        return view if view.get("phase") == "complete" else None

    view = wait(f"the release of {tag}", release)
    steps = [step for step in view["steps"] if step["direction"] == "do" and step.get("ended_at")]
    return (max(instant(step["ended_at"]) for step in steps) - min(instant(step["started_at"]) for step in steps)).total_seconds()


def compose(world):
    if os.getuid() != 0:
        raise RuntimeError("root is needed")
    versions = [f"1.{minor}.0" for minor in range(ROUNDS + 1)]
    tags = [f"v{version}" for version in versions] + [f"plain-{n}" for n in range(1, ROUNDS + 1)]
    project, web = f"twb{os.getpid()}", free_port()
    image = registry(world, tags)
    address, key, ssh = sshd(world)
    files = {"compose.yml": f"services:\n  app:\n    image: {image}:${{APP_TAG:?APP_TAG}}\n    restart: unless-stopped\n    init: true\n",
             "compose.prod.yml": f"services:\n  app:\n    ports: [\"127.0.0.1:{web}:8080\"]\n"}
    world.make_repository(20, files, versions[::-1])
    site, url = world.top / "site", f"http://127.0.0.1:{web}/"
    world.git(world.top, "clone", "-q", str(world.bare), str(site))
    world.run_forge()
    world.configure(environment(world, address, key, site, project, url))

    def tagged(tag):
        """Tags a commit of its own, so that both have something to fetch and to check out."""
        commit = world.git(world.bare, "commit-tree", "-p", "main", "-m", tag, "main^{tree}")
        world.git(world.bare, "update-ref", "refs/heads/main", commit)
        world.git(world.bare, "tag", "-a", "-m", f"Release {tag}", tag, commit)

    def peer(tag):
        began = time.perf_counter()
        run(world, PEER, tag, project, site, SETTLE, url, *ssh)
        return time.perf_counter() - began

    times = ([], [])
    try:
        peer("v1.0.0")
        world.serve()
        # What is there at the daemon's first look is history, and no release.
        wait("the first look", lambda: sqlite3.connect(f"file:{world.top}/state/tagwarden.db?mode=ro", uri=True)
             .execute("SELECT count(*) FROM repositories").fetchone()[0])
        for n, version in enumerate(versions[1:], 1):
            tagged(f"v{version}")
            times[0].append(ours(world, f"v{version}"))
            tagged(f"plain-{n}")
            times[1].append(peer(f"plain-{n}"))
    finally:
        subprocess.run(["docker", "compose", "-p", project, "down", "-t", "1"], env=world.env, capture_output=True)
        left = subprocess.run(["docker", "images", "-q", "--no-trunc", "--filter", f"reference={image}"], capture_output=True, text=True).stdout.split()
        left += subprocess.run(["docker", "images", "-q", "--no-trunc", "--filter", f"reference={project}-keep"], capture_output=True, text=True).stdout.split()
        subprocess.run(["docker", "rmi", "-f", *sorted(set(left))], env=world.env, capture_output=True)
    report("deploy of a compose application against one ssh script", statistics.median(times[0]), statistics.median(times[1]), 1.1, unit="s")
