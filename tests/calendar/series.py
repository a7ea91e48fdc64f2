"""Makes random iCalendar files and says what Python's `icalendar` and `dateutil` find in them, one JSON object a line:
`ics`, `home` (the zone of whole days and floating times), `python` (merged busy stretches in seconds, as the two
packages answer), `standard` (the same where RFC 5545 says something else) and `reasons` (why they may differ).

usage: series.py COUNT
"""

import datetime as dt
import json
import random
import re
import sys
from zoneinfo import ZoneInfo

import icalendar
from dateutil import rrule

ZONES = ["Europe/Paris", "Europe/Dublin", "Africa/Cairo", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
         "Pacific/Auckland", "Pacific/Apia", "America/Sao_Paulo", "Africa/Casablanca"]
UTC = dt.timezone.utc
FROM = dt.datetime(2026, 1, 1, tzinfo=UTC)
TO = dt.datetime(2030, 1, 1, tzinfo=UTC)
DAYS = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
FREQ = {"YEARLY": rrule.YEARLY, "MONTHLY": rrule.MONTHLY, "WEEKLY": rrule.WEEKLY, "DAILY": rrule.DAILY,
        "HOURLY": rrule.HOURLY}

chance = random.Random(20261125)


def some(list_, most):
    return chance.sample(list_, chance.randint(1, min(most, len(list_))))


def random_rule(whole_day):
    """A rule as text parts, without COUNT and UNTIL."""
    freq = chance.choice(["YEARLY", "MONTHLY", "WEEKLY", "WEEKLY", "DAILY"] + ([] if whole_day else ["HOURLY"]))
    parts = {"FREQ": freq}
    if chance.random() < 0.5:
        parts["INTERVAL"] = str(chance.randint(5, 50) if freq == "HOURLY" else chance.randint(1, 4))
    elif freq == "HOURLY":
        parts["INTERVAL"] = "7"
    if chance.random() < 0.3:
        parts["BYMONTH"] = ",".join(map(str, some(range(1, 13), 4)))
    kind = chance.random()
    if freq == "YEARLY" and kind < 0.2:
        parts["BYWEEKNO"] = ",".join(map(str, some([1, 2, 10, 20, 30, 52, 53, -1, -2, -53], 3)))
        parts.pop("BYMONTH", None)
        if chance.random() < 0.7:
            parts["BYDAY"] = ",".join(some(DAYS, 3))
    elif freq == "YEARLY" and kind < 0.35:
        parts["BYYEARDAY"] = ",".join(map(str, some([1, 60, 100, 200, 365, 366, -1, -60, -366], 3)))
    elif freq in ("YEARLY", "MONTHLY") and kind < 0.7:
        ordinals = ["", "1", "2", "3", "4", "5", "-1", "-2"]
        parts["BYDAY"] = ",".join(dict.fromkeys(chance.choice(ordinals) + day for day in some(DAYS, 3)))
        if chance.random() < 0.2:
            parts["BYMONTHDAY"] = ",".join(map(str, some([1, 8, 13, 15, 28, 31, -1], 3)))
    elif freq in ("YEARLY", "MONTHLY") and kind < 0.9:
        parts["BYMONTHDAY"] = ",".join(map(str, some([1, 2, 15, 28, 29, 30, 31, -1, -2, -31], 3)))
    elif freq in ("WEEKLY", "DAILY", "HOURLY") and kind < 0.6:
        parts["BYDAY"] = ",".join(some(DAYS, 4))
    if not whole_day and freq != "HOURLY" and chance.random() < 0.25:
        parts["BYHOUR"] = ",".join(map(str, some([0, 1, 2, 3, 9, 23], 2)))
        if chance.random() < 0.5:
            parts["BYMINUTE"] = ",".join(map(str, some([0, 15, 30, 45], 2)))
    if freq in ("YEARLY", "MONTHLY", "WEEKLY") and len(parts) > 2 and chance.random() < 0.25:
        parts["BYSETPOS"] = ",".join(map(str, some([1, 2, 3, -1, -2], 2)))
    if chance.random() < 0.3:
        parts["WKST"] = chance.choice(DAYS)
    return parts


def dateutil_rule(recur, start, **changed):
    """The rule of `dateutil` for what `icalendar` read, on wall time."""
    def numbers(key):
        return [int(number) for number in recur.get(key, [])] or None

    def day(text):
        weekday = getattr(rrule, str(text)[-2:])
        return weekday(int(str(text)[:-2])) if len(str(text)) > 2 else weekday

    values = {
        "interval": numbers("INTERVAL")[0] if "INTERVAL" in recur else 1,
        "bymonth": numbers("BYMONTH"), "byweekno": numbers("BYWEEKNO"), "byyearday": numbers("BYYEARDAY"),
        "bymonthday": numbers("BYMONTHDAY"), "byhour": numbers("BYHOUR"), "byminute": numbers("BYMINUTE"),
        "bysetpos": numbers("BYSETPOS"), "count": numbers("COUNT")[0] if "COUNT" in recur else None,
        "byweekday": [day(text) for text in recur["BYDAY"]] if "BYDAY" in recur else None,
        "wkst": day(recur["WKST"][0]) if "WKST" in recur else None,
    }
    values.update(changed)
    return rrule.rrule(FREQ[str(recur["FREQ"][0])], dtstart=start, **values)


def first(rule):
    return next(iter(rule.xafter(dt.datetime(2025, 1, 1), count=1, inc=True)), None)


def placed(wall, zone):
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


class Event:
    """What `icalendar` read from one component."""

    def __init__(self, component, home):
        value = component.decoded("DTSTART")
        self.whole_day = not isinstance(value, dt.datetime)
        self.home = home
        if self.whole_day:
            self.wall, self.zone = dt.datetime.combine(value, dt.time()), home
        else:
            self.wall, self.zone = value.replace(tzinfo=None), value.tzinfo or home
        self.length = component.decoded("DURATION") if "DURATION" in component else None
        self.exact = None
        if "DTEND" in component:
            end = component.decoded("DTEND")
            if self.whole_day:
                self.length = end - value
            else:
                self.exact = self.instant(end) - placed(self.wall, self.zone)

    def instant(self, value):
        if not isinstance(value, dt.datetime):
            return placed(dt.datetime.combine(value, dt.time()), self.home)
        return value.astimezone(UTC) if value.tzinfo else placed(value, self.home)

    def stretch(self, wall):
        start = placed(wall, self.zone)
        if self.exact is not None:
            return start, start + self.exact
        days, rest = dt.timedelta(self.length.days), self.length - dt.timedelta(self.length.days)
        return start, (placed(wall + days, self.zone) if days else start) + rest


def walls(rule, event):
    """The wall times that can matter; a rule without an end is only followed through the window."""
    end = dt.datetime(2030, 1, 4)
    for wall in rule:
        if wall > end:
            return
        yield wall


def expand(text, home, standard):
    """The merged busy stretches. With `standard`, where `dateutil` and RFC 5545 differ the standard is followed."""
    calendar = icalendar.Calendar.from_ical(text)
    components = calendar.walk("VEVENT")
    master = next(one for one in components if "RECURRENCE-ID" not in one)
    event = Event(master, home)
    hours = re.search(r"DURATION:PT(\d+)H", text)
    if standard and hours and event.length is not None:
        event.exact = dt.timedelta(hours=int(hours.group(1)))
    recur = master["RRULE"]
    changed = {}
    if standard and "BYWEEKNO" in recur and "BYDAY" not in recur:
        changed["byweekday"] = [event.wall.weekday()]
    start, count = event.wall, None
    if standard and str(recur["FREQ"][0]) == "WEEKLY" and "BYSETPOS" in recur:
        # The whole first week, of which what lies before the start is left out afterwards.
        first_day = DAYS.index(str(recur["WKST"][0])) if "WKST" in recur else 0
        start -= dt.timedelta(days=(start.weekday() - first_day) % 7)
        count = int(recur["COUNT"][0]) if "COUNT" in recur else None
        changed["count"] = None
        if "BYDAY" not in recur:
            changed["byweekday"] = [event.wall.weekday()]
    found = list(walls(dateutil_rule(recur, start, **changed), event))
    found = [wall for wall in found if wall >= event.wall][:count]
    if standard and (not found or found[0] != event.wall):
        if "COUNT" in recur:
            found = found[:int(recur["COUNT"][0]) - 1]
        found.insert(0, event.wall)
    if "UNTIL" in recur:
        until = recur["UNTIL"][0]
        if isinstance(until, dt.datetime) and until.tzinfo:
            found = [wall for wall in found if placed(wall, event.zone) <= until or standard and wall == event.wall]
        else:
            until = until.date() if isinstance(until, dt.datetime) else until
            found = [wall for wall in found if wall.date() <= until or standard and wall == event.wall]
    gone = set()
    for name in ("EXDATE", "RECURRENCE-ID"):
        for component in components if name == "RECURRENCE-ID" else [master]:
            values = component.get(name, [])
            for one in values if isinstance(values, list) else [values]:
                gone.update(event.instant(part.dt) for part in getattr(one, "dts", [one]))
    stretches = [event.stretch(wall) for wall in found if placed(wall, event.zone) not in gone]
    values = master.get("RDATE", [])
    for one in values if isinstance(values, list) else [values]:
        for part in one.dts:
            added = part.dt.astimezone(event.zone).replace(tzinfo=None) if part.dt.tzinfo else part.dt
            stretches.append(event.stretch(added))
    for component in components:
        if "RECURRENCE-ID" in component:
            other = Event(component, home)
            stretches.append(other.stretch(other.wall))
    return merged(stretches)


def merged(stretches):
    whole = []
    for start, end in sorted(stretches):
        if end <= FROM or start >= TO or start >= end:
            continue
        if whole and start <= whole[-1][1]:
            whole[-1][1] = max(whole[-1][1], end)
        else:
            whole.append([start, end])
    return [[int(max(start, FROM).timestamp()), int(min(end, TO).timestamp())] for start, end in whole]


def written(name, wall, zone, whole_day):
    """A moment of the series in one of the ways in which programs write it."""
    if whole_day:
        return f"{name};VALUE=DATE:{wall:%Y%m%d}"
    way = chance.random()
    if zone == "UTC" or way < 0.4:
        return f"{name}:{placed(wall, UTC if zone == 'UTC' else ZoneInfo(zone)):%Y%m%dT%H%M%SZ}"
    if way < 0.9 or zone is None:
        return f"{name};TZID={zone}:{wall:%Y%m%dT%H%M%S}"
    other = placed(wall, ZoneInfo(zone)).astimezone(ZoneInfo("Asia/Tokyo"))
    return f"{name};TZID=Asia/Tokyo:{other:%Y%m%dT%H%M%S}"


def random_case():
    home = chance.choice(ZONES)
    whole_day = chance.random() < 0.25
    zone = home if whole_day else chance.choice(ZONES + ["UTC"])
    real = UTC if zone == "UTC" else ZoneInfo(zone)
    wall = dt.datetime(2026, 1, 1) + dt.timedelta(days=chance.randint(0, 500))
    if not whole_day:
        wall += dt.timedelta(minutes=chance.choice([0, 30, 60, 90, 120, 150, 180, 540, 1380]) + chance.choice([0, 0, 7]))
    parts = random_rule(whole_day)
    recur = icalendar.vRecur.from_ical(";".join(f"{key}={value}" for key, value in parts.items()))
    reasons = []
    if "BYWEEKNO" in parts and "BYDAY" not in parts:
        reasons.append("week-without-day")
    try:
        start = first(dateutil_rule(recur, wall))
    except ValueError:
        start = None
    if start is None:
        return None
    if chance.random() < 0.9 and "week-without-day" not in reasons:
        wall = start
    if first(dateutil_rule(recur, wall)) != wall or "week-without-day" in reasons:
        reasons.append("start-outside-rule")
    if parts["FREQ"] == "WEEKLY" and "BYSETPOS" in parts:
        reasons.append("first-week-cut")
    found = [one for one, _ in zip(walls(dateutil_rule(recur, wall), None), range(60))]
    end = chance.random()
    if end < 0.3:
        parts["COUNT"] = str(chance.randint(1, 40))
    elif end < 0.6 and found:
        last = chance.choice(found)
        if whole_day:
            parts["UNTIL"] = f"{last:%Y%m%d}"
        else:
            late = placed(last, real) + dt.timedelta(seconds=chance.choice([0, 0, -1, 3600]))
            parts["UNTIL"] = f"{late:%Y%m%dT%H%M%SZ}"
            if late < placed(wall, real):
                reasons.append("start-behind-until")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//random//series//EN", "BEGIN:VEVENT", "UID:series"]
    tz = "" if zone == "UTC" else f";TZID={zone}"
    utc = "Z" if zone == "UTC" else ""
    if whole_day:
        lines.append(f"DTSTART;VALUE=DATE:{wall:%Y%m%d}")
        days = chance.randint(1, 3)
        lines.append(f"DURATION:P{days}D" if chance.random() < 0.5 else
                     f"DTEND;VALUE=DATE:{wall + dt.timedelta(days):%Y%m%d}")
    else:
        lines.append(f"DTSTART{tz}:{wall:%Y%m%dT%H%M%S}{utc}")
        if chance.random() < 0.5:
            lines.append("DURATION:" + chance.choice(["PT30M", "PT1H", "P1D", "P1DT2H", "PT25H"]))
            if lines[-1].endswith("PT25H"):
                reasons.append("day-of-hours")
        else:
            stop = placed(wall, real) + dt.timedelta(minutes=chance.choice([15, 60, 240, 1500]))
            lines.append(f"DTEND:{stop:%Y%m%dT%H%M%SZ}")
    lines.append("RRULE:" + ";".join(f"{key}={value}" for key, value in parts.items()))
    later = found[1:]
    for gone in some(later, 3) if later and chance.random() < 0.4 else []:
        lines.append(written("EXDATE", gone, zone, whole_day))
    if not whole_day and chance.random() < 0.2:
        added = wall + dt.timedelta(days=chance.randint(1, 300), minutes=11)
        lines.append(f"RDATE{tz}:{added:%Y%m%dT%H%M%S}{utc}")
    lines.append("END:VEVENT")
    if later and chance.random() < 0.2:
        old = chance.choice(later)
        new = old + dt.timedelta(days=chance.randint(0, 2), hours=0 if whole_day else chance.randint(1, 5))
        lines += ["BEGIN:VEVENT", "UID:series", written("RECURRENCE-ID", old, zone, whole_day)]
        if whole_day:
            lines += [f"DTSTART;VALUE=DATE:{new:%Y%m%d}", f"DTEND;VALUE=DATE:{new + dt.timedelta(1):%Y%m%d}"]
        else:
            lines += [f"DTSTART{tz}:{new:%Y%m%dT%H%M%S}{utc}", "DURATION:PT45M"]
        lines.append("END:VEVENT")
    lines.append("END:VCALENDAR")
    text = "\r\n".join(lines) + "\r\n"
    plain, standard = expand(text, ZoneInfo(home), False), expand(text, ZoneInfo(home), True)
    return {"ics": text, "home": home, "python": plain, "standard": standard, "reasons": reasons}


made = 0
while made < int(sys.argv[1]):
    case = random_case()
    if case:
        print(json.dumps(case))
        made += 1
