"""Numbers, money, dates and times as the reader writes them: plain values in, text in the active language out."""

import datetime as dt
from decimal import Decimal, InvalidOperation

from babel import dates, numbers
from django.utils import timezone
from django.utils.translation import gettext as _

from cdp.core import written_dates
from cdp.core.written_dates import locale

# Where the language has no sign of its own for a currency, the sign people know is shorter than the code.
SIGNS = {"THB": "฿", "KRW": "₩", "JPY": "¥", "VND": "₫", "PHP": "₱", "INR": "₹", "MYR": "RM", "IDR": "Rp", "TWD": "NT$"}
NOTHING = "—"
MINUS = "\N{MINUS SIGN}"
"""As wide as a plus, unlike the hyphen."""

Number = int | float | Decimal | str


def _decimal(value: Number | None) -> Decimal | None:
    try:
        return None if value is None or value == "" else Decimal(str(value))
    except InvalidOperation:
        return None


def number(value: Number | None, digits: int | None = None) -> str:
    """`1234567.5` as "1,234,567.5"; with `digits`, that many decimals; "—" where there is nothing to show."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    if digits is None:
        return str(numbers.format_decimal(amount, locale=locale()))
    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return str(numbers.format_decimal(amount, format=pattern, locale=locale()))


def compact(value: Number | None) -> str:
    """`1234567` as "1.2M" (in Thai and Korean by their own units)."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    digits = 1 if abs(amount) >= 1000 else 0
    return str(numbers.format_compact_decimal(amount, locale=locale(), fraction_digits=digits))


def percent(value: Number | None, digits: int = 0) -> str:
    """A share of 1, such as `0.123`, as "12%"; with `digits=1` as "12.3%"."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    pattern = "#,##0" + ("." + "0" * digits if digits else "") + "%"
    return str(numbers.format_percent(amount, format=pattern, locale=locale()))


def money(value: Number | None, currency: str, digits: int | None = None) -> str:
    """An amount with its sign. `digits=0` drops the decimals, for key numbers; otherwise the currency's own count."""
    amount = _decimal(value)
    if amount is None:
        return NOTHING
    code = currency.upper()
    if digits is None:
        text = numbers.format_currency(amount, code, locale=locale())
    else:
        pattern = "¤#,##0" + ("." + "0" * digits if digits else "")
        text = numbers.format_currency(amount, code, format=pattern, locale=locale(), currency_digits=False)
    sign = SIGNS.get(code)
    text = text.replace("-", MINUS)
    return text.replace(f"{code}\N{NO-BREAK SPACE}", sign).replace(code, sign) if sign else str(text)


def _local(value: dt.datetime) -> dt.datetime:
    return timezone.localtime(value) if timezone.is_aware(value) else value


def day(value: dt.date | dt.datetime | None, *, long: bool = False) -> str:
    """A date such as "21 Nov 2026", "21 พ.ย. 2569"; `long` with weekday and full month."""
    if value is None:
        return NOTHING
    on = _local(value).date() if isinstance(value, dt.datetime) else value
    return written_dates.dated(on, "full" if long else "medium")


def clock(value: dt.datetime) -> str:
    """The time of day, "14:05"; in Korean "오후 2:05"."""
    return written_dates.clock(_local(value))


def clock_exact(value: dt.datetime) -> str:
    """The time of day to the second, "14:05:09"."""
    return written_dates.clock_exact(_local(value))


def moment(value: dt.datetime | None) -> str:
    """Date and time to the second, with the zone: what a relative time stands for."""
    if value is None:
        return NOTHING
    local = _local(value)
    text = written_dates.moment(local)
    zone = local.tzname()
    return f"{text} {zone}" if zone else text


def minute(value: dt.datetime | None) -> str:
    """Date and time of day as people say them: "21 Nov 2026 14:05", on the shop's clock."""
    return NOTHING if value is None else f"{day(value)} {clock(value)}"


def ago(value: dt.datetime, now: dt.datetime) -> str:
    """A distance such as "3 hours ago" or "in 2 days"; beyond 30 days the date itself says more."""
    delta = value - now
    if abs(delta) > dt.timedelta(days=30):
        return day(value)
    if abs(delta) < dt.timedelta(seconds=45):
        return _("just now")
    return dates.format_timedelta(delta, add_direction=True, locale=locale())


def day_heading(on: dt.date, today: dt.date) -> str:
    """The word "Today" or "Yesterday", or the date with its weekday."""
    if on == today:
        return _("Today")
    if on == today - dt.timedelta(days=1):
        return _("Yesterday")
    return day(on, long=True)
