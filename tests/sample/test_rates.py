import datetime as dt
from decimal import Decimal

from cdp.sample import rates

FIRST, LAST = dt.date(2025, 11, 20), dt.date(2026, 2, 3)


def test_every_month_has_a_rate_for_every_other_currency():
    found = list(rates.rates(into="THB", first=FIRST, last=LAST))
    assert {(rate.currency, rate.on.isoformat()) for rate in found} == {
        (currency, day)
        for currency in ("KRW", "USD")
        for day in ("2025-11-01", "2025-12-01", "2026-01-01", "2026-02-01")
    }
    assert all(Decimal("0.02") < rate.rate < Decimal("0.03") for rate in found if rate.currency == "KRW")
    assert found == list(rates.rates(into="THB", first=FIRST, last=LAST))


def test_a_shop_in_won_gets_rates_into_won():
    found = {rate.currency: rate.rate for rate in rates.rates(into="KRW", first=FIRST, last=FIRST)}
    assert Decimal(38) < found["THB"] < Decimal(44)


def test_a_shop_in_another_currency_gets_none():
    assert list(rates.rates(into="EUR", first=FIRST, last=LAST)) == []
