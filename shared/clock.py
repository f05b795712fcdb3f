"""Time as an argument. All times are timezone-aware UTC, cut to milliseconds: MongoDB keeps no more, and a
time that is hashed or compared must survive the round trip unchanged."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from zoneinfo import ZoneInfo

IST = ZoneInfo("Asia/Kolkata")


class Clock(Protocol):
    """Whoever needs the time takes one of these; only entrypoints and bootstraps create the real one."""

    def now(self) -> dt.datetime: ...


class SystemClock:
    def now(self) -> dt.datetime:
        return milliseconds(dt.datetime.now(dt.UTC))


class FixedClock:
    """A clock for tests and demonstrations that moves only when told to."""

    def __init__(self, now: dt.datetime) -> None:
        self._now = milliseconds(now)

    def now(self) -> dt.datetime:
        return self._now

    def advance(self, **delta: float) -> None:
        self._now = milliseconds(self._now + dt.timedelta(**delta))


def milliseconds(moment: dt.datetime) -> dt.datetime:
    """Cut to milliseconds in UTC. Raises ValueError for a naive time."""
    if moment.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    moment = moment.astimezone(dt.UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


def timestamp(moment: dt.datetime) -> str:
    """RFC 3339 in UTC with exactly three decimals: the one textual form in hashes and events."""
    return milliseconds(moment).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def parse_timestamp(text: str) -> dt.datetime:
    """The inverse of `timestamp`; also reads any RFC 3339 time with a zone. Raises ValueError."""
    return milliseconds(dt.datetime.fromisoformat(text))


def today_in_india(now: dt.datetime) -> dt.date:
    """The calendar day in India, by which officers reckon target dates."""
    return now.astimezone(IST).date()
