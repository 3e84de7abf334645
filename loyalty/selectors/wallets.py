"""What wallets are called, and how much of one is written."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import get_language

from cdp.core import written_numbers
from loyalty.models import WalletType
from loyalty.rules.programme import MAIN
from loyalty.rules.purse import ZERO


@dataclass(frozen=True, slots=True)
class Wallet:
    """A wallet as people read of it: `one` and `many` are its unit in the reader's language."""

    key: str
    kind: str
    currency: str
    one: str
    many: str

    @property
    def is_money(self) -> bool:
        """Whether money of the shop is in it."""
        return bool(self.currency)

    @property
    def title(self) -> str:
        """Its unit at the head of something: “Points”."""
        return self.many[:1].upper() + self.many[1:]

    def amount(self, value: Decimal) -> str:
        """How much, alone: “1,240”, “฿80.00”."""
        if self.is_money:
            return written_numbers.money(value, self.currency)
        return written_numbers.number(value.normalize() if value else ZERO)

    def counted(self, value: Decimal) -> str:
        """How much of what: “1,240 points”; money speaks for itself."""
        if self.is_money:
            return self.amount(value)
        return f"{self.amount(value)} {self.one if value == 1 else self.many}"


def every() -> Mapping[str, Wallet]:
    """All wallets there are, by key: points first, then stamps, then money. One query."""
    order = list(WalletType.Kind.values)
    rows = sorted(WalletType.objects.all(), key=lambda row: (order.index(row.kind), row.key))
    return {row.key: _wallet(row) for row in rows}


def main() -> Wallet:
    """The one of points."""
    return every().get(MAIN) or unknown(MAIN)


def unknown(key: str) -> Wallet:
    """One that a programme names and that is not there (yet)."""
    return Wallet(key, "", "", key, key)


def _wallet(row: WalletType) -> Wallet:
    language = (get_language() or "en").split("-")[0]
    names = row.names.get(language) or row.names.get("en") or {}
    return Wallet(row.key, row.kind, row.currency, names.get("one") or row.key, names.get("many") or row.key)
