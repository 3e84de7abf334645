"""How many decimals an amount of money has when it is shown (ISO 4217). Sums are exact until then."""

from decimal import ROUND_HALF_UP, Decimal

USUAL = 2
WITHOUT = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split())
WITH_THREE = frozenset("BHD IQD JOD KWD LYD OMR TND".split())


def digits(currency: str) -> int:
    """The minor units of a currency."""
    if currency in WITHOUT:
        return 0
    return 3 if currency in WITH_THREE else USUAL


def text(amount: Decimal, currency: str) -> str:
    """An amount as it is promised outside: a plain decimal string with exactly the currency's decimals."""
    return f"{amount.quantize(Decimal(1).scaleb(-digits(currency)), rounding=ROUND_HALF_UP):f}"
