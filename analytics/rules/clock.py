"""A moment seen from the shop: which day it is there, and when its days begin."""

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """`now` (aware) in the shop's time zone. All "days since" count calendar days of that zone."""

    now: dt.datetime
    zone: str

    @property
    def today(self) -> dt.date:
        """The shop's date."""
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    def midnight(self, day: dt.date) -> dt.datetime:
        """The first instant of `day` in the shop, in UTC."""
        return dt.datetime.combine(day, dt.time(), ZoneInfo(self.zone)).astimezone(dt.UTC)

    def day(self, day: dt.date) -> tuple[dt.datetime, dt.datetime]:
        """The instants of a day, half-open."""
        return self.midnight(day), self.midnight(day + dt.timedelta(days=1))

    def days_ago(self, days: int) -> tuple[dt.datetime, dt.datetime]:
        """The instants from which `days` calendar days have passed, half-open."""
        return self.day(self.today - dt.timedelta(days=days))

    def instants(self, value: dt.date | dt.datetime) -> tuple[dt.datetime, dt.datetime]:
        """The instants a value of a rule stands for: a whole day, or one microsecond. No zone means the shop's."""
        if isinstance(value, dt.datetime):
            aware = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self.zone))
            return aware.astimezone(dt.UTC), aware.astimezone(dt.UTC) + dt.timedelta(microseconds=1)
        return self.day(value)
