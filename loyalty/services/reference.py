"""What a fresh installation starts with: an offer and the three wallets. They are the shop's own then; what is there
stays.
"""

from decimal import Decimal

from django.conf import settings
from django.db import connection

from loyalty.models import Offer, WalletType
from loyalty.rules.benefit import Percent, written


def ensure() -> None:
    """Ten percent off the first order, and the wallets. Safe to repeat; nothing where the table was migrated away."""
    if Offer._meta.db_table not in connection.introspection.table_names():
        return
    Offer.objects.bulk_create(
        [Offer(key=Offer.FIRST_ORDER, why=Offer.Why.FIRST_ORDER, benefit=written(Percent(percent=Decimal(10))))],
        ignore_conflicts=True,
    )
    if WalletType._meta.db_table in connection.introspection.table_names():
        WalletType.objects.bulk_create(_wallets(), ignore_conflicts=True)


def _wallets() -> list[WalletType]:
    """Points, stamps of one card, and money of the shop in its own currency."""
    return [
        WalletType(
            key="points",
            kind=WalletType.Kind.POINTS,
            names={
                "en": {"one": "point", "many": "points"},
                "th": {"one": "คะแนน", "many": "คะแนน"},
                "ko": {"one": "포인트", "many": "포인트"},
            },
        ),
        WalletType(
            key="stamps",
            kind=WalletType.Kind.STAMPS,
            names={
                "en": {"one": "stamp", "many": "stamps"},
                "th": {"one": "แสตมป์", "many": "แสตมป์"},
                "ko": {"one": "스탬프", "many": "스탬프"},
            },
        ),
        WalletType(
            key="credit",
            kind=WalletType.Kind.CREDIT,
            currency=settings.CDP_CURRENCY,
            names={
                "en": {"one": "store credit", "many": "store credit"},
                "th": {"one": "เครดิตร้านค้า", "many": "เครดิตร้านค้า"},
                "ko": {"one": "적립금", "many": "적립금"},
            },
        ),
    ]
