"""Times two things in turn and compares their medians; prints one line per comparison."""

import os
import statistics
import time

DEVNULL = os.open(os.devnull, os.O_RDWR)
results = []


def spawn(program, arguments, env, cwd, stdin):
    """Runs a program to its end and returns (seconds, exit status). posix_spawn adds the least of our own."""
    began = time.perf_counter()
    here = os.getcwd()
    os.chdir(cwd)
    try:
        files = [(os.POSIX_SPAWN_OPEN, 0, stdin, os.O_RDONLY, 0),
                 (os.POSIX_SPAWN_DUP2, DEVNULL, 1), (os.POSIX_SPAWN_DUP2, DEVNULL, 2)]
        pid = os.posix_spawn(program, [program, *arguments], env, file_actions=files)
        _, status = os.waitpid(pid, 0)
    finally:
        os.chdir(here)
    return time.perf_counter() - began, os.waitstatus_to_exitcode(status)


def in_turn(ours, peer, rounds):
    """Runs both `rounds` times, in turn so that a busy moment hits both, and returns both lists of seconds."""
    times = ([], [])
    for _ in range(5):
        ours(), peer()
    for _ in range(rounds):
        times[0].append(ours())
        times[1].append(peer())
    return times


def report(name, ours, peer, aim, unit="ms", more_is_better=False):
    """Prints both figures, their ratio and the aim; keeps whether the aim was met."""
    ratio = ours / peer
    met = ratio >= aim if more_is_better else ratio <= aim
    results.append(met)
    sign = ">=" if more_is_better else "<="
    verdict = "met" if met else "MISSED"
    print(f"{name}: {ours:.2f} {unit} against {peer:.2f} {unit}, ratio {ratio:.2f} (aim {sign} {aim}: {verdict})", flush=True)


def report_absolute(name, value, aim, unit):
    """Prints a figure that stands by itself."""
    results.append(value <= aim)
    print(f"{name}: {value:.1f} {unit} (aim <= {aim}: {'met' if value <= aim else 'MISSED'})", flush=True)


def median_ms(seconds):
    return statistics.median(seconds) * 1000
