"""One push with 10,000 tags into a repository of 100,000 commits: with the hook against git alone."""

import os
import shutil
import subprocess
import time

from measure import report

COMMITS, TAGS, ROUNDS = 100_000, 10_000, 3
INSTALLED = "#!/bin/sh\nexec {hook}\n"


def history(world, text):
    """Main with a changelog that has every section, and a merge of a side line every hundred commits."""
    stream, n = [], 0
    for n in range(1, COMMITS + 1):
        merged = f"merge :{n - 40}\n" if n % 100 == 0 else ""
        body = text if n == 1 else str(n)
        path = "CHANGELOG.md" if n == 1 else f"src/{n % 50}.txt"
        stream.append(f"commit refs/heads/main\nmark :{n}\ncommitter Ana <ana@example.org> {1700000000 + n} +0000\ndata 6\nchange\n"
                      f"{f'from :{n - 1}{chr(10)}' if n > 1 else ''}{merged}M 100644 inline {path}\ndata {len(body)}\n{body}\n")
    return "".join(stream).encode()


def push_of_many(world):
    world.configure()
    versions = [f"0.0.{n}" for n in range(1, TAGS + 1)]
    text = "# Changelog\n\n" + "".join(f"## [{v}] - 2026-01-15\n\n- Something.\n\n" for v in reversed(versions))
    seed = world.top / "seed.git"
    world.git(world.top, "init", "-q", "--bare", "-b", "main", str(seed))
    world.git(seed, "fast-import", "--quiet", stdin=history(world, text))
    world.git(world.top, "clone", "-q", "--bare", str(seed), str(world.work))
    commits = world.git(world.work, "rev-list", "--first-parent", "--reverse", "main").split()
    step = len(commits) // TAGS
    stream = "".join(f"tag {f'v{v}'}\nfrom {commits[(n + 1) * step - 1]}\ntagger Ana <ana@example.org> 1770000000 +0000\ndata 5\nmany\n\n"
                     for n, v in enumerate(versions))
    world.git(world.work, "fast-import", "--quiet", "--force", stdin=stream.encode())
    env = {**world.env, "GITEA_REPO_USER_NAME": "school", "GITEA_REPO_NAME": "bridge", "GITEA_REPO_ID": "1",
           "GITEA_PUSHER_NAME": "ana", "GITEA_PUSHER_ID": "2"}

    def once(hook):
        shutil.rmtree(world.bare, ignore_errors=True)
        shutil.copytree(seed, world.bare)
        if hook:
            path = world.bare / "hooks" / "pre-receive"
            path.parent.mkdir(exist_ok=True)
            path.write_text(INSTALLED.format(hook=world.programs / "tagwarden-hook"))
            path.chmod(0o755)
        began, before = time.perf_counter(), os.times()
        run = subprocess.run(["git", "push", "-q", str(world.bare), "refs/tags/*:refs/tags/*"], cwd=world.work, env=env, capture_output=True)
        seconds, after = time.perf_counter() - began, os.times()
        processor = after.children_user + after.children_system - before.children_user - before.children_system
        if run.returncode != 0:
            raise RuntimeError(run.stderr.decode()[-2000:])
        return processor, seconds

    ours, alone = [], []
    for _ in range(ROUNDS):
        alone.append(once(False))
        ours.append(once(True))
    # Processor time, because seconds on the clock say more about what else the machine does.
    report(f"a push of {TAGS} tags over {COMMITS} commits against git alone", min(ours)[0] * 1000, min(alone)[0] * 1000, 2.0)
    print(f"  on the clock: {min(s for _, s in ours):.1f} s against {min(s for _, s in alone):.1f} s")
