"""A repository, a forge that says yes to everything, a configuration and the daemon, in a folder that goes away."""

import hashlib
import hmac
import http.client
import http.server
import json
import os
import pathlib
import shutil
import socket
import subprocess
import tempfile
import threading
import time

SECRET = "bench-secret-of-at-least-24-bytes"
CHANGELOG = "# Changelog\n\n## [Unreleased]\n\n{sections}"
PERSON = {"GIT_AUTHOR_NAME": "Ana", "GIT_AUTHOR_EMAIL": "ana@example.org",
          "GIT_COMMITTER_NAME": "Ana", "GIT_COMMITTER_EMAIL": "ana@example.org"}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def sections(*versions):
    return "".join(f"## [{v}] - 2026-01-15\n\n### Added\n\n- Something.\n\n" for v in versions)


class World:
    def __init__(self, programs):
        self.programs = pathlib.Path(programs).resolve()
        # Short: socket paths end at about 100 characters.
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="twb"))
        os.chmod(self.top, 0o755)
        self.env = {"PATH": os.environ["PATH"], "HOME": str(self.top), "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C.UTF-8",
                    "BENCH_TOKEN": "t" * 40, "BENCH_SECRET": SECRET, "TAGWARDEN_CONFIG": str(self.top / "tagwarden.toml")}
        self.bare, self.work = self.top / "bridge.git", self.top / "work"
        self.port, self.started = free_port(), []
        self.forge = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in reversed(self.started):
            process.terminate()
        for process in reversed(self.started):
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        if self.forge:
            self.forge.shutdown()
        shutil.rmtree(self.top, ignore_errors=True)

    def start(self, *command, **options):
        log = open(self.top / f"{pathlib.Path(command[0]).name}-{len(self.started)}.log", "wb")
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                   env=options.pop("env", self.env), **options)
        process.log = log.name
        self.started.append(process)
        return process

    def git(self, cwd, *arguments, stdin=None):
        run = subprocess.run(["git", *arguments], cwd=cwd, env={**self.env, **PERSON}, input=stdin, capture_output=True, check=True)
        return run.stdout.decode().strip()

    def make_repository(self, commits, files=None, versions=("1.1.0", "1.0.0")):
        """A bare repository with so many commits on main and v1.0.0 on the last but one; v1.1.0 may follow."""
        self.git(self.top, "init", "-q", "--bare", "-b", "main", str(self.bare))
        stream = []
        text = CHANGELOG.format(sections=sections(*versions))
        for n in range(commits):
            stream.append(f"commit refs/heads/main\nmark :{n + 1}\ncommitter Ana <ana@example.org> {1760000000 + n} +0000\ndata 6\nchange\n")
            content = {"CHANGELOG.md": text, **(files or {})} if n == 0 else {"n.txt": str(n)}
            for path, body in content.items():
                raw = body.encode()
                stream.append(f"M 100644 inline {path}\ndata {len(raw)}\n{body}\n")
        self.git(self.bare, "fast-import", "--quiet", stdin="".join(stream).encode())
        self.git(self.bare, "tag", "-a", "-m", "Release v1.0.0", "v1.0.0", "main~1")
        self.git(self.bare, "config", "uploadpack.allowAnySHA1InWant", "true")

    def tag_object(self, name, commit="main"):
        """Writes an annotated tag object without its ref, as a push leaves it for the hook; returns its id."""
        commit = self.git(self.bare, "rev-parse", commit)
        body = f"object {commit}\ntype commit\ntag {name}\ntagger Ana <ana@example.org> 1770000000 +0000\n\nRelease {name}\n"
        return self.git(self.bare, "mktag", stdin=body.encode())

    def configure(self, environment=""):
        forge = self.forge.server_port if self.forge else free_port()
        (self.top / "tagwarden.toml").write_text(f"""[server]
listen = "127.0.0.1:{self.port}"
public_url = "http://127.0.0.1:{self.port}"
state_dir = "{self.top}/state"
[forge]
url = "http://127.0.0.1:{forge}"
token = {{ env = "BENCH_TOKEN" }}
webhook_secrets = [ {{ env = "BENCH_SECRET" }} ]
reconcile_every = "1h"
[[calendar]]
name = "school"
time_zone = "Europe/Paris"
closed = []
[[repository]]
name = "school/bridge"
clone_url = "{self.bare}"
main = "main"
hotfix_branches = ["hotfix/*"]
tag_prefix = "v"
changelog = "CHANGELOG.md"
signed = "optional"
{environment}""")

    def run_forge(self):
        """The smallest forge that keeps the daemon content: the repository's tags, and yes to everything else."""
        world = self

        class Forge(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                self.rfile.read(int(self.headers.get("content-length") or 0))
                path = self.path.split("?")[0]
                first_page = "page=" not in self.path or "page=1" in self.path.split("?")[1].split("&")
                if path.endswith("/tags"):
                    body = world.tags() if first_page else []
                elif path.endswith("/version"):
                    body = {"version": "11.0.0+gitea-1.22.0"}
                else:
                    body = {"id": 1, "full_name": "school/bridge", "name": "bridge", "owner": {"login": "school", "id": 1}, "login": "tagwarden",
                            "default_branch": "main", "permissions": {"admin": False, "push": True, "pull": True}}
                raw = json.dumps(body).encode()
                self.send_response(201 if self.command == "POST" else 200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

            def log_message(self, *_):
                pass

        self.forge = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Forge)
        threading.Thread(target=self.forge.serve_forever, daemon=True).start()

    def tags(self):
        # A lightweight tag has no third column, and its trailing blank is stripped from the last line.
        lines = self.git(self.bare, "for-each-ref", "--format=%(refname:short) %(objectname) %(*objectname)", "refs/tags").splitlines()
        rows = ((line + "  ").split(" ")[:3] for line in lines)
        return [{"name": name, "id": tag, "message": "", "commit": {"sha": commit or tag, "url": "", "created": "2026-01-15T10:00:00Z"}}
                for name, tag, commit in rows]

    def serve(self):
        daemon = self.start(self.programs / "tagwarden", "serve")
        end = time.monotonic() + 30
        while time.monotonic() < end and daemon.poll() is None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return daemon
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("the daemon does not come up: " + pathlib.Path(daemon.log).read_text()[-2000:])

    def delivery(self, tag, object_id, repository=1, uuid="1"):
        """The raw HTTP request of a tag push, signed."""
        zero = "0" * 40
        login = {"id": 2, "login": "ana", "full_name": "", "email": "ana@example.org", "username": "ana"}
        body = json.dumps({
            "ref": f"refs/tags/{tag}", "before": zero, "after": object_id, "compare_url": "", "commits": [], "total_commits": 0,
            "head_commit": None, "pusher": login, "sender": login,
            "repository": {"id": repository, "name": "bridge", "full_name": "school/bridge", "owner": {"id": 1, "login": "school", "username": "school"},
                           "html_url": "http://127.0.0.1/school/bridge", "clone_url": str(self.bare), "default_branch": "main"}}).encode()
        signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
        head = (f"POST /webhooks/forgejo HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n"
                f"x-forgejo-event: push\r\nx-forgejo-event-type: push\r\nx-forgejo-delivery: {uuid}\r\nx-forgejo-signature: {signature}\r\n"
                f"x-gitea-event: push\r\nx-gitea-event-type: push\r\nx-gitea-delivery: {uuid}\r\nx-gitea-signature: {signature}\r\n"
                f"x-hub-signature-256: sha256={signature}\r\n\r\n")
        return head.encode() + body
