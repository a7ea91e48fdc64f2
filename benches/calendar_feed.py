"""What an answer from a feed of 10,000 events costs, half of them recurring: ours against Python's packages."""

import json
import pathlib
import random
import subprocess
import sys

from measure import report, report_absolute

TOP = pathlib.Path(__file__).parent.parent
PEER = pathlib.Path(__file__).parent / "peers" / "feed.py"
AT = "2026-11-25T09:00:00+00:00"
EVENTS = 10_000


def feed():
    """Lessons of a large school: half once, half every week of the year, some twice a week or every other week."""
    chance = random.Random(1)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//bench//feed//EN"]
    for number in range(EVENTS):
        day, hour = chance.randint(1, 28), chance.randint(8, 17)
        month = chance.randint(9, 12)
        start = f"2026{month:02}{day:02}T{hour:02}{chance.choice(['00', '30'])}00"
        lines += ["BEGIN:VEVENT", f"UID:{number}@bench", f"DTSTART;TZID=Europe/Paris:{start}",
                  f"DTEND;TZID=Europe/Paris:{start[:9]}{hour + 1:02}{start[11:]}", f"SUMMARY:Lesson {number}\\, room 12"]
        if number % 2:
            rule = chance.choice(["FREQ=WEEKLY", "FREQ=WEEKLY;INTERVAL=2", "FREQ=WEEKLY;BYDAY=TU,TH",
                                  "FREQ=MONTHLY;BYDAY=2WE"])
            lines.append(f"RRULE:{rule};UNTIL=20270630T000000Z")
        lines.append("END:VEVENT")
    return "\r\n".join([*lines, "END:VCALENDAR", ""])


def python(world):
    """A Python with both packages, in an environment of its own that is kept beside the build."""
    folder = TOP / "target" / "bench-python"
    program = folder / "bin" / "python"
    if subprocess.run([program, "-c", "import icalendar, dateutil"], capture_output=True).returncode if program.exists() else True:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([program, "-m", "pip", "install", "--quiet", "icalendar", "python-dateutil", "tzdata"], check=True)
    return program


def answers(world):
    path = world.top / "feed.ics"
    path.write_text(feed())
    def asked(*words):
        done = subprocess.run([*map(str, words), str(path), AT], capture_output=True, text=True, cwd=TOP, check=True)
        return json.loads(done.stdout.strip().splitlines()[-1])
    ours = asked("cargo", "bench", "--quiet", "--bench", "calendar", "--")
    peer = asked(python(world), PEER)
    if ours["next_slot"] != peer["next_slot"]:
        raise RuntimeError(f"they disagree: {ours['next_slot']} and {peer['next_slot']}")
    report("calendar: answer from a loaded feed of 10,000 events", ours["answer_ms"], peer["answer_ms"], 1 / 200)
    report("calendar: load and answer", ours["load_ms"] + ours["answer_ms"], peer["load_ms"] + peer["answer_ms"], 1 / 10)
    report_absolute("calendar: answer once loaded", ours["answer_ms"], 1, "ms")
    report_absolute("calendar: memory of the loaded feed", ours["bytes"] / 1024 / 1024, 20, "MB")
