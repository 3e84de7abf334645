"""Moments in the many ways that shops' systems write them: where `values.moment` goes when its fast path fails."""

from __future__ import annotations

import datetime as dt
import functools
import re

from cdp.core.files import dates
from cdp.core.files.problems import ValueProblem

_LONGEST = 80
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_TIME = re.compile(
    r"(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})\s*[:.]\s*(?P<minute>\d{2})(?:\s*[:.]\s*(?P<second>\d{2})"
    r"(?:[.,](?P<fraction>\d{1,9}))?)?\s*(?P<half2>[ap]\.?m\.?(?![a-z])|오전|오후)?\s*(?:น\.?)?"
    r"|(?P<half_ko>오전|오후)?\s*(?P<hour_ko>\d{1,2})\s*시(?:\s*(?P<minute_ko>\d{1,2})\s*분?)?"
    r"(?:\s*(?P<second_ko>\d{1,2})\s*초)?",
    re.IGNORECASE,
)
_SIMPLE = re.compile(r"(\S+?),? (\d{1,2}):(\d{2})(?::(\d{2}))?")
_CLOCK = re.compile(r"\d{1,2}:\d{2}|\d{1,2}\s*시|\d{1,2}\.\d{2}\s*น")
_ZONE = re.compile(r"(?:(?:gmt|utc)\s*)?([+-])(\d{1,2}):?(\d{2})?", re.IGNORECASE)
_ZONES = {"z": 0, "utc": 0, "gmt": 0, "ict": 7, "kst": 9, "jst": 9}
_SECONDS = re.compile(r"1\d{9}(?:\.\d{1,6})?")
_MILLISECONDS = re.compile(r"1\d{12}")
_COMPACT = re.compile(r"(\d{8})T?(\d{2})(\d{2})(\d{2})?(Z)?")
_SERIAL = re.compile(r"(\d{5})\.(\d+)")
_BEFORE_TIME = re.compile(r"[\sT,]+\Z|\s*(?:เวลา|,?\s+at)\s*\Z", re.IGNORECASE)
_COMMENT = re.compile(r"\s*\([^)]*\)\s*\Z|\s*\[[\w/]+\]\s*\Z")


def parse(raw: str, *, zone: dt.tzinfo, dayfirst: bool | None, era: str = "") -> dt.datetime:
    """See values.moment."""
    if match := _SIMPLE.fullmatch(raw):
        naive = _at(match[1], int(match[2]), int(match[3]), int(match[4] or 0), dayfirst=dayfirst, era=era)
        return naive.replace(tzinfo=zone).astimezone(dt.UTC)
    text = dates.plain(raw[: 2 * _LONGEST])
    if not text:
        raise ValueProblem("missing")
    if len(text) > _LONGEST:
        raise ValueProblem("not_a_date")
    if numeric := _numeric(text):
        return numeric
    naive, offset = _split(text, dayfirst=dayfirst, era=era)
    if offset is None:
        # The offset of the shop's zone on that day; of a repeated hour the first one counts.
        return naive.replace(tzinfo=zone).astimezone(dt.UTC)
    return (naive - offset).replace(tzinfo=dt.UTC)


def _numeric(text: str) -> dt.datetime | None:
    if _SECONDS.fullmatch(text):
        return _EPOCH + dt.timedelta(seconds=float(text))
    if _MILLISECONDS.fullmatch(text):
        return _EPOCH + dt.timedelta(milliseconds=int(text))
    return None


@functools.lru_cache(maxsize=4096)
def _split(text: str, *, dayfirst: bool | None, era: str) -> tuple[dt.datetime, dt.timedelta | None]:
    """The naive moment and the distance from UTC that is written behind it."""
    if match := _COMPACT.fullmatch(text):
        naive = _at(match[1], int(match[2]), int(match[3]), int(match[4] or 0), dayfirst=dayfirst)
        return naive, dt.timedelta(0) if match[5] else None
    if match := _SERIAL.fullmatch(text):
        seconds = round(float("0." + match[2]) * 86400)
        return _at(match[1], dayfirst=dayfirst) + dt.timedelta(seconds=seconds), None
    text = _COMMENT.sub("", text)
    clock = _CLOCK.search(text)
    if clock is None:
        return _at(_without_zone(text), dayfirst=dayfirst, era=era), None
    before = re.search(r"(?:오전|오후|am|pm)\s*\Z", text[: clock.start()], re.IGNORECASE)
    start = before.start() if before else clock.start()
    match = _TIME.match(text, start)
    if match is None:
        raise ValueProblem("not_a_time")
    behind = text[match.end() :].strip(" ,")
    if start == 0:  # 2:05 PM 3/5/2024
        if not behind:
            raise ValueProblem("not_a_date")
        return _at(behind, dayfirst=dayfirst, era=era) + _time(match), None
    offset = _offset(behind)
    moment = _at(_BEFORE_TIME.sub("", text[:start]), dayfirst=dayfirst, era=era) + _time(match)
    return moment, offset


def _at(
    day: str, hour: int = 0, minute: int = 0, second: int = 0, *, dayfirst: bool | None, era: str = ""
) -> dt.datetime:
    date = dates.day(day, dayfirst=dayfirst, era=era)
    try:
        return dt.datetime.combine(date, dt.time(hour, minute, second))
    except ValueError as error:
        raise ValueProblem("not_a_time") from error


def _time(match: re.Match[str]) -> dt.timedelta:
    told = {name.removesuffix("_ko"): text for name, text in match.groupdict().items() if text}
    hour, minute, second = (int(told.get(name, 0)) for name in ("hour", "minute", "second"))
    half = told.get("half", told.get("half2", "")).casefold().replace(".", "")
    if half:
        if not 1 <= hour <= 12:
            raise ValueProblem("not_a_time")
        hour = hour % 12 + (12 if half in {"pm", "오후"} else 0)
    if hour > 23 or minute > 59 or second > 59:
        raise ValueProblem("not_a_time")
    micro = int(told.get("fraction", "0")[:6].ljust(6, "0"))
    return dt.timedelta(hours=hour, minutes=minute, seconds=second, microseconds=micro)


def _offset(text: str) -> dt.timedelta | None:
    if not text:
        return None
    if text.casefold() in _ZONES:
        return dt.timedelta(hours=_ZONES[text.casefold()])
    match = _ZONE.fullmatch(text)
    if match is None:
        raise ValueProblem("unknown_zone")
    offset = dt.timedelta(hours=int(match[2]), minutes=int(match[3] or 0))
    if offset > dt.timedelta(hours=18):
        raise ValueProblem("unknown_zone")
    return -offset if match[1] == "-" else offset


def _without_zone(text: str) -> str:
    return text.removesuffix("Z") if text[-2:-1].isdigit() else text
