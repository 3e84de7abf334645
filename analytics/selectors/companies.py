"""What all people of a company bought, from the metrics of each of them."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from cdp.core.company_panels import Figure


def figures(company: uuid.UUID, now: datetime) -> Sequence[Figure]:
    """Orders, revenue in the shop's currency and the last order, over everybody who belongs to the company."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT COALESCE(sum(m.orders_count), 0), sum(m.revenue_total), max(m.last_order_at),
                   bool_or(m.orders_count > 0 AND m.revenue_total IS NULL)
            FROM customers_companylink l JOIN analytics_customermetrics m ON m.customer_id = l.customer_id
            WHERE l.company_id = %s
            """,
            [company],
        )
        orders, revenue, last, is_unrated = cursor.fetchone()
    if not orders:
        return []
    note = _("without amounts in currencies that have no exchange rate") if is_unrated else ""
    return [
        Figure(_("Orders"), int(orders)),
        Figure(_("Revenue"), revenue, settings.CDP_CURRENCY, note),
        Figure(_("Last order"), last),
    ]
