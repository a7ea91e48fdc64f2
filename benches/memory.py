"""What the daemon holds when nothing happens."""

import pathlib
import time

from measure import report_absolute


def idle(world):
    world.make_repository(commits=20)
    world.run_forge()
    world.configure()
    daemon = world.serve()
    # Long enough for everything that starts with the daemon to have run once.
    time.sleep(5)
    status = pathlib.Path(f"/proc/{daemon.pid}/status").read_text()
    held = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(("VmRSS", "RssAnon"))}
    report_absolute("idle memory of the daemon (resident)", held["VmRSS"], 20, "MB")
    print(f"  of it not backed by the program's file: {held['RssAnon']:.1f} MB")
