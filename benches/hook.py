"""What the hook costs a push: without tags against /bin/true, with one tag against a bash hook that does less."""

import pathlib

from measure import in_turn, median_ms, report, spawn

ROUNDS = 300
PEER = pathlib.Path(__file__).parent / "peers" / "pre-receive"
SCRIPT = pathlib.Path(__file__).parent.parent / "hooks" / "pre-receive"


def prepare(world):
    world.make_repository(commits=2000)
    world.configure()
    zero, main = "0" * 40, world.git(world.bare, "rev-parse", "main")
    before = world.git(world.bare, "rev-parse", "main~3")
    branch, tag = world.top / "branch.lines", world.top / "tag.lines"
    branch.write_text(f"{before} {main} refs/heads/main\n")
    tag.write_text(f"{zero} {world.tag_object('v1.1.0')} refs/tags/v1.1.0\n")
    env = {**world.env, "GIT_DIR": ".", "GITEA_REPO_USER_NAME": "school", "GITEA_REPO_NAME": "bridge", "GITEA_REPO_ID": "1",
           "GITEA_PUSHER_NAME": "ana", "GITEA_PUSHER_ID": "2", "PATH": f"{world.programs}:{world.env['PATH']}"}
    return env, branch, tag


def timed(world, env, program, stdin):
    def once():
        seconds, status = spawn(str(program), [], env, str(world.bare), str(stdin))
        if status != 0:
            raise RuntimeError(f"{program} ended with {status}: run it by hand in a world like this one")
        return seconds
    return once


def without_tags(world):
    env, branch, _ = prepare(world)
    true = timed(world, env, "/bin/true", branch)
    ours, peer = in_turn(timed(world, env, world.programs / "tagwarden-hook", branch), true, ROUNDS)
    report("hook without tags against /bin/true", median_ms(ours), median_ms(peer), 1.2)
    if SCRIPT.exists():
        # As it is installed: the script finds the program.
        env = {**env, "TAGWARDEN_HOOK": str(world.programs / "tagwarden-hook")}
        ours, peer = in_turn(timed(world, env, SCRIPT, branch), timed(world, env, "/bin/sh", pathlib.Path("/dev/null")), ROUNDS)
        print(f"  through hooks/pre-receive: {median_ms(ours):.2f} ms (an empty sh: {median_ms(peer):.2f} ms)")


def with_one_tag(world):
    env, _, tag = prepare(world)
    ours, peer = in_turn(timed(world, env, world.programs / "tagwarden-hook", tag), timed(world, env, PEER, tag), ROUNDS // 3)
    report("hook with one tag against a bash hook", median_ms(ours), median_ms(peer), 0.3)
