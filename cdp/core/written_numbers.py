"""Numbers, shares and money as the reader writes them: plain values in, text in the active language out."""

from decimal import Decimal, InvalidOperation

from babel import numbers

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
