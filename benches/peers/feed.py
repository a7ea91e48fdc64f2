#!/usr/bin/env python3
"""The Python pair on the same question: is it open at INSTANT, and when does the next slot of 45 minutes open?

usage: feed.py FILE INSTANT     with `icalendar` and `python-dateutil`; prints one JSON object as benches/calendar.rs
Like a careful script would, it reads the file once, and for an answer expands every series over the next two weeks.
"""

import datetime as dt
import json
import sys
import time

import icalendar
from dateutil import rrule

UTC = dt.timezone.utc
ROOM = dt.timedelta(minutes=45)
AHEAD = dt.timedelta(days=14)


def load(path):
    """Every event as its zone, its start on the wall, its length, and its rule if it has one."""
    events = []
    with open(path, "rb") as file:
        calendar = icalendar.Calendar.from_ical(file.read())
    for event in calendar.walk("VEVENT"):
        start, end = event.decoded("DTSTART"), event.decoded("DTEND")
        wall = start.replace(tzinfo=None)
        rule = None
        if "RRULE" in event:
            # On wall time, as a careful script steps; there UNTIL may not be in UTC, and a second does not matter here.
            text = event["RRULE"].to_ical().decode().replace("T000000Z", "T000000")
            rule = rrule.rrulestr(text, dtstart=wall)
        events.append((start.tzinfo, wall, end - start, rule))
    return events


def answer(events, at):
    busy = []
    for zone, wall, length, rule in events:
        if rule is None:
            starts = [wall]
        else:
            here = at.astimezone(zone).replace(tzinfo=None)
            starts = rule.between(here - length, here + AHEAD, inc=True)
        for start in starts:
            begins = start.replace(tzinfo=zone).astimezone(UTC)
            if begins + length > at and begins < at + AHEAD:
                busy.append((begins, begins + length))
    free = at
    for begins, ends in sorted(busy):
        if begins - free >= ROOM:
            break
        free = max(free, ends)
    return free


def milliseconds(function, *arguments):
    began = time.perf_counter()
    result = function(*arguments)
    return result, (time.perf_counter() - began) * 1000


events, load_ms = milliseconds(load, sys.argv[1])
at = dt.datetime.fromisoformat(sys.argv[2])
runs = [milliseconds(answer, events, at) for _ in range(3)]
print(json.dumps({"load_ms": load_ms, "answer_ms": sorted(ms for _, ms in runs)[1],
                  "next_slot": runs[0][0].strftime("%Y-%m-%dT%H:%M:%SZ")}))
